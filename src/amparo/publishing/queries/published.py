"""What everybody may read: published releases, and the names of withdrawn ones.

Nobody is asked for a permission here. The pages ask in the role `EVERYBODY` of the database, which sees nothing else; what these
say a second time is for whoever asks in another role.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Exists, F, Func, IntegerField, JSONField, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.timezone import localdate

from amparo.publishing.models import Release, ReleaseItem
from amparo.publishing.queries.releases import Absent
from amparo.publishing.rules import REGISTERED, Audience, ReleaseState
from amparo.publishing.rules.tables import PublishedItem

# All that the role `EVERYBODY` can read of the two tables: not who made it, who reviewed it, why, or what was said.
RELEASE_COLUMNS: Final = (
    "id", "number", "title", "audience", "population", "period", "snapshot", "snapshot_hash", "snapshot_day", "licence", "doi",
    "version", "supersedes_id", "embargo_until", "state", "reason", "digest", "published_at", "withdrawn_at", "publisher",
)  # fmt: skip
ITEM_COLUMNS: Final = ("id", "release_id", "position", "kept", "digest")
PAGE_SIZE: Final = 25
LAST_PAGE: Final = 1_000
MOST_ITEMS: Final = 1_000
LONGEST_SEARCH: Final = 200
_MOST_WORDS: Final = 6
# How many tables an item says that it holds; none where it is one table.
_TABLES: Final = Func(
    F("kept"),
    template="jsonb_array_length(jsonb_path_query_array(%(expressions)s, '$.content.tables[*]'))",
    output_field=IntegerField(),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedRelease:
    """A release as everybody sees it. A withdrawn one has no items."""

    number: str
    title: str
    publisher: str
    population: str
    period: tuple[str, ...]
    snapshot: str
    snapshot_hash: str
    snapshot_day: date | None
    licence: str
    doi: str
    version: int
    state: ReleaseState
    reason: str
    digest: str
    published_at: datetime
    withdrawn_at: datetime | None
    earlier: str = ""  # the number of the version before
    later: str = ""  # the number of the version after it, if everybody may see that
    items: tuple[PublishedItem, ...] = ()

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether its numbers were taken back."""
        return self.state is ReleaseState.WITHDRAWN


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """One page of the list, and what it may be narrowed to."""

    releases: tuple[PublishedRelease, ...]
    is_more: bool
    populations: tuple[str, ...]
    years: tuple[str, ...]


def list_published(
    *, words: str = "", population: str = "", year: str = "", page: int = 1, now: datetime
) -> Catalogue:
    """List what is published, newest first; each word stands in the number, the title, or that of a table."""
    found = _open_to_all(now)
    known = list(found.values_list("population", "period", "published_at"))
    for word in words[:LONGEST_SEARCH].split()[:_MOST_WORDS]:
        found = found.filter(_has(word))
    if population:
        found = found.filter(population=population)
    if _number(year):
        found = found.annotate(when=Cast("period", TextField())).filter(
            Q(when__contains=f'"{year}') | Q(period=[], published_at__year=_number(year))
        )
    start = (min(max(page, 1), LAST_PAGE) - 1) * PAGE_SIZE
    rows = rows_of(found.order_by("-published_at", "-number")[start : start + PAGE_SIZE + 1], now=now)
    years = {
        one for _population, period, at in known for one in (_years(period) or {str(at.year) if at else ""})
    }
    return Catalogue(
        releases=tuple(rows[:PAGE_SIZE]),
        is_more=len(rows) > PAGE_SIZE,
        populations=tuple(sorted({one for one, _period, _at in known})),
        years=tuple(sorted(years, reverse=True)),
    )


def all_published(*, now: datetime) -> tuple[PublishedRelease, ...]:
    """List all that is published and was not withdrawn, with what is said of its items, but without a number; newest first."""
    found = _open_to_all(now).exclude(state=ReleaseState.WITHDRAWN).order_by("-published_at", "-number")
    items: dict[str, list[PublishedItem]] = {}
    about = ReleaseItem.objects.filter(release__in=_ids(found)).annotate(
        told=without("content", "cells", "book"), tables=_TABLES
    )
    facts = ("kept__content__sha256", "kept__content__media_type")
    for number, told, tables, sha256, media_type in about.order_by("position").values_list(
        "release__number", "told", "tables", *facts
    ):
        content = {"tables": [{}] * tables, "sha256": sha256, "media_type": media_type}
        items.setdefault(number, []).append(PublishedItem.from_json({**told, "content": content}))
    return tuple(rows_of(found, now=now, items={number: tuple(each) for number, each in items.items()}))


def get_published(number: str, *, now: datetime) -> PublishedRelease:
    """Give what everybody may read of a release, without the text of files; raises `Absent`."""
    found = _open_to_all(now).filter(number=number)
    kept = (
        ReleaseItem.objects.filter(release__in=_ids(found.exclude(state=ReleaseState.WITHDRAWN)))
        .annotate(told=without("content,text"))
        .order_by("position")
    )
    items = tuple(PublishedItem.from_json(told) for told in kept.values_list("told", flat=True))
    rows = rows_of(found, now=now, items={number: items})
    if not rows:
        raise Absent
    return rows[0]


def published_file(number: str, place: int, *, now: datetime) -> PublishedItem:
    """Give one item of a release whole, the first being 1; raises `Absent`, also where the release was withdrawn."""
    found = _open_to_all(now).filter(number=number).exclude(state=ReleaseState.WITHDRAWN)
    kept = ReleaseItem.objects.filter(release__in=_ids(found)).order_by("position")
    rows = list(kept.values_list("kept", flat=True)[place - 1 : place]) if 0 < place <= MOST_ITEMS else []
    if not rows:
        raise Absent
    return PublishedItem.from_json(rows[0])


def _open_to_all(now: datetime) -> QuerySet[Release]:
    """Keep what was let out to everybody, and whose day has come."""
    return Release.objects.filter(
        Q(embargo_until=None) | Q(embargo_until__lte=localdate(now)),
        state__in=REGISTERED,
        audience=Audience.PUBLIC,
        published_at__isnull=False,
    )


def rows_of(
    found: QuerySet[Release], *, now: datetime, items: dict[str, tuple[PublishedItem, ...]] | None = None
) -> list[PublishedRelease]:
    """Read releases as their readers see them, with the items that were read for each number."""
    names = ("number", "title", "publisher", "population", "snapshot", "snapshot_hash", "snapshot_day", "licence", "doi", "version",
             "reason", "digest", "published_at", "withdrawn_at")  # fmt: skip
    rows = list(found.values(*names, "id", "period", "state", earlier=F("supersedes__number")))
    later = _later([row["id"] for row in rows], now)
    return [
        PublishedRelease(
            **{name: row[name] for name in names},
            period=tuple(row["period"]),
            state=ReleaseState(row["state"]),
            earlier=row["earlier"] or "",
            later=later.get(row["id"], ""),
            items=(items or {}).get(row["number"], ()),
        )
        for row in rows
    ]


def _later(releases: Collection[Any], now: datetime) -> dict[Any, str]:
    """Give the version that took the place of each, by its id, where everybody may see that."""
    seen = _open_to_all(now).filter(supersedes__in=releases).exclude(state=ReleaseState.WITHDRAWN)
    return dict(seen.order_by("published_at").values_list("supersedes_id", "number"))


def _has(word: str) -> Q:
    """Ask for a word in what is said of a release; what was withdrawn is found by its title."""
    items = ReleaseItem.objects.filter(release=OuterRef("pk")).filter(
        Q(kept__title__icontains=word) | Q(kept__definition__icontains=word)
    )
    return Q(title__icontains=word) | Q(number__iexact=word) | Q(Exists(items))


def _ids(found: QuerySet[Release]) -> Any:
    return found.order_by().values("pk")


def without(*paths: str) -> Func:
    """Ask for what is kept of an item but for some paths in it."""
    taken = " ".join(f"#- '{{{path}}}'" for path in paths)
    return Func(F("kept"), template=f"(%(expressions)s {taken})", output_field=JSONField())


def _years(period: list[str]) -> set[str]:
    return {one[:4] for one in period if one[:4].isdecimal()}


def _number(year: str) -> int:
    return int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else 0
