"""Answer for the pages about who saw a case."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.cases.panels.seen import readers_rows, seen_table, told_sentences, told_values
from amparo.cases.queries import get_case, list_readers, list_seen
from amparo.cases.views.frame import case_page, question_page
from amparo.cases.views.printing import sent_on_paper
from amparo.ui.formats import say_language_name
from amparo.ui.parts import Pager
from amparo.vocab.reference import parse_reference

PRINTED_IN = ("en", "ar")  # in which every sentence is translated
HER_LANGUAGES = {"ara": "ar", "eng": "en"}


@requires(Permission.CASE_READ_LOG)
def seen(request: Request, reference: str) -> HttpResponse:
    """Show the lead of a case who saw it: what, when and why."""
    typed = request.GET.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0  # of a bigint
    found = list_seen(request.viewer, reference, now=request.now, before=before)
    file = get_case(request.viewer, reference, now=request.now)
    context = {
        "table": seen_table(found.lines, found.people),
        "pager": Pager(
            previous_url=request.path if before else "",
            next_url=f"{request.path}?before={found.next}" if found.next else "",
        ),
        "told_url": reverse("cases:told", args=[file.reference]),
    }
    return case_page(request, "cases/seen.html", context, file=file, title=_("Who saw this"), current="seen")


@requires(Permission.CASE_READ_LOG)
def told(request: Request, reference: str) -> HttpResponse:
    """Show the list that a person is given of who saw her data, and print it in her language where we have it."""
    if request.method == "POST":
        return _printed(request, reference, request.POST.get("language", ""))
    readers = list_readers(request.viewer, reference, now=request.now)
    file = get_case(request.viewer, reference, now=request.now)
    hers = [HER_LANGUAGES[one.code] for one in file.person.details.languages if one.code in HER_LANGUAGES]
    first = next(iter(hers), get_language() or settings.LANGUAGE_CODE)
    languages = sorted(PRINTED_IN, key=lambda code: code != first)
    context = {
        "sentences": told_sentences(),
        "rows": readers_rows(readers),
        "languages": [(code, say_language_name(code)) for code in languages],
    }
    title = _("Who saw your data")
    return question_page(request, "cases/told.html", context, file=file, title=title, back="seen")


def _printed(request: Request, reference: str, language: str) -> HttpResponse:
    if language not in PRINTED_IN:
        raise Http404
    readers = list_readers(request.viewer, reference, now=request.now, is_printed=True)
    with override(language):
        values = told_values(
            readers,
            reference=parse_reference(reference),
            organisation=request.viewer.organisation_name,
            now=request.now,
        )
        return sent_on_paper(request, values, what="list_of_readers", name="list")
