"""Answer everybody: the list of what is published, one release, and its files."""

from __future__ import annotations

import hashlib
import json
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from amparo.access.web import Request
from amparo.publishing.export import (
    TableOf,
    cite,
    release_record,
    tables_of_release,
    to_csv,
    to_json_stat,
    to_parquet,
    to_pdf,
    to_xlsx,
)
from amparo.publishing.export import (
    catalogue_record as describe_all,
)
from amparo.publishing.export.catalogue import MEDIA_TYPES
from amparo.publishing.export.paper import fits_paper
from amparo.publishing.public.answering import LANGUAGE, answered, download, for_everybody
from amparo.publishing.public.showing import shown_files, shown_table
from amparo.publishing.queries import (
    PublishedRelease,
    all_published,
    get_published,
    list_projects,
    list_published,
    published_file,
    say_population,
    say_snapshot,
)
from amparo.publishing.queries.published import LONGEST_SEARCH
from amparo.ui.formats import join_words
from amparo.ui.parts import Pager, SummaryRow
from amparo.ui.web import bare_frame, page

JSON_LD: Final = "application/ld+json"
FILES: Final = {"text/csv": "csv", "application/json": "json"}  # anything else is handed out as plain text
_WRITERS: Final = {"csv": to_csv, "xlsx": to_xlsx, "parquet": to_parquet, "json": to_json_stat}


@for_everybody
def catalogue(request: Request) -> HttpResponse:
    """List what is published, narrowed by words, population and year."""
    words = request.GET.get("q", "").replace("\x00", "")[:LONGEST_SEARCH].strip()
    population, year = request.GET.get("population", "").replace("\x00", ""), request.GET.get("year", "")
    number = _page_number(request.GET.get("page", ""))
    found = list_published(words=words, population=population, year=year, page=number, now=request.now)
    chosen = {"q": words, "population": population, "year": year, LANGUAGE: request.GET.get(LANGUAGE, "")}

    def make() -> HttpResponse:
        context = {
            "found": found.releases,
            "q": words,
            "population": population,
            "year": year,
            "populations": [(one, say_population(one)) for one in found.populations],
            "years": found.years,
            "is_narrowed": bool(words or population or year),
            "pager": _pager(chosen, number=number, is_more=found.is_more),
        }
        return _page(request, "publishing/public/catalogue.html", context, title=_("Published data"))

    marks = [(one.number, one.state, one.digest, one.later) for one in found.releases]
    return answered(request, marks, found.populations, found.years, found.is_more, make=make)


@for_everybody
def research(request: Request) -> HttpResponse:
    """List the research that was approved: what for, whose, and until when."""
    projects = list_projects()

    def make() -> HttpResponse:
        context = {
            "projects": projects,
            "today": localdate(request.now),
            "language": request.GET.get(LANGUAGE, ""),
        }
        return _page(request, "publishing/public/research.html", context, title=_("Approved research"))

    return answered(request, projects, localdate(request.now), make=make)


@for_everybody
def catalogue_record(request: Request) -> HttpResponse:
    """Describe everything that is published, for other catalogues."""
    releases = all_published(now=request.now)

    def make() -> HttpResponse:
        told = describe_all(releases, title=_("Published data"), where=request.build_absolute_uri)
        return download(_json(told), name="catalog.jsonld", media=JSON_LD)

    return answered(request, [_mark(one) for one in releases], make=make)


@for_everybody
def release(request: Request, number: str) -> HttpResponse:
    """Show one release; a withdrawn one says why, and shows no number."""
    found = get_published(number, now=request.now)

    def make() -> HttpResponse:
        address = _address(request, found)
        context = {
            "release": found,
            "rows": release_rows(found, address),
            "tables": [shown_table(one) for one in tables_of_release(found)],
            "files": shown_files(found),
            "language": request.GET.get(LANGUAGE, ""),
            "at": request.path,
        }
        return _page(request, "publishing/public/release.html", context, title=found.title)

    return answered(request, _mark(found), make=make)


@for_everybody
def record(request: Request, number: str) -> HttpResponse:
    """Describe one release for catalogues."""
    found = _not_withdrawn(get_published(number, now=request.now))

    def make() -> HttpResponse:
        told = release_record(found, where=request.build_absolute_uri)
        return download(_json(told), name=f"{found.number}.jsonld", media=JSON_LD)

    return answered(request, _mark(found), make=make)


@for_everybody
def table(request: Request, number: str, table: int, form: str) -> HttpResponse:
    """Hand out one table in one form."""
    found = _not_withdrawn(get_published(number, now=request.now))
    tables = tables_of_release(found)
    if not 1 <= table <= len(tables):
        raise Http404
    one = tables[table - 1]

    def make() -> HttpResponse:
        content = written(one, form, address=_address(request, one.release))
        return download(content, name=f"{one.name}.{form}", media=MEDIA_TYPES[form])

    return answered(request, _mark(found), make=make)


@for_everybody
def file(request: Request, number: str, position: int) -> HttpResponse:
    """Hand out a file as it was kept; one that is not what its digest says is handed out by nobody."""
    found = get_published(number, now=request.now)
    item = published_file(number, position, now=request.now)
    content = str(item.content.get("text", "")).encode()
    if not content or hashlib.sha256(content).hexdigest() != item.content.get("sha256"):
        raise Http404

    def make() -> HttpResponse:
        media = str(item.content.get("media_type", ""))
        ending = FILES.get(media, "txt")
        name = f"{found.number}-v{found.version}-file-{position}.{ending}"
        response = download(content, name=name, media=media if media in FILES else "text/plain")
        response.headers["Link"] = f'<{_address(request, found)}record.jsonld>; rel="describedby"'
        return response

    return answered(request, _mark(found), make=make)


def written(one: TableOf, form: str, *, address: str) -> bytes:
    """Write a table in one form; `address` is where its release stands."""
    if form == "pdf":
        if not fits_paper(one):
            raise Http404
        return to_pdf(one, address=address, now=one.release.published_at)
    return _WRITERS[form](one, address=address)


def _page(request: Request, template: str, context: dict[str, object], *, title: str) -> HttpResponse:
    """Answer with a page whose frame asks for nobody: no session is read, so none is made."""
    kept = {key: value for key, value in request.GET.items() if key != LANGUAGE}
    return page(
        request,
        template,
        {**context, "frame": bare_frame(), "messages": (), "asked": urlencode(kept), "path": request.path},
        title=title,
    )


def release_rows(found: PublishedRelease, address: str) -> tuple[SummaryRow, ...]:
    """Say what a release is, and how it is cited where it has an address for everybody."""
    rows = (
        (_("Number"), found.number),
        (_("Version"), found.version),
        (_("Published"), found.published_at.date()),
        (_("Publisher"), found.publisher),
        (_("Population"), say_population(found.population)),
        (_("Period"), join_words(found.period)),
        (_("Snapshot"), say_snapshot(found.snapshot_day, found.snapshot)),
        (_("Licence"), found.licence),
        (_("DOI"), found.doi),
        (_("How to cite"), cite(found, address=address) if address else ""),
    )
    return tuple(
        SummaryRow(label=label, value=value, is_name=isinstance(value, str)) for label, value in rows if value
    )


def _pager(chosen: dict[str, str], *, number: int, is_more: bool) -> Pager:
    def url(other: int) -> str:
        return f"?{urlencode({**{key: value for key, value in chosen.items() if value}, 'page': other})}"

    return Pager(
        previous_url=url(number - 1) if number > 1 else "", next_url=url(number + 1) if is_more else ""
    )


def _page_number(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 4 else 1


def _address(request: Request, found: PublishedRelease) -> str:
    return request.build_absolute_uri(reverse("data:release", args=[found.number]))


def _mark(found: PublishedRelease) -> tuple[object, ...]:
    return found.number, found.state, found.digest, found.later, found.withdrawn_at


def _not_withdrawn(found: PublishedRelease) -> PublishedRelease:
    if found.is_withdrawn:
        raise Http404
    return found


def _json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode()
