"""Answer for the page that opens a case."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.actions import once
from amparo.access.queries import was_carried_out
from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.cases.actions import NotAcceptable, open_case
from amparo.cases.forms import NEW_PERSON, NewCaseForm, add_problems
from amparo.cases.panels.likely import likely_rows, matches_elsewhere
from amparo.cases.queries import LikelyPerson, SearchesUsedUp, TooLittle, likely_persons, search_persons
from amparo.cases.rules.opening import NewCase
from amparo.cases.rules.searching import SearchPurpose, wanted_of
from amparo.ui.parts import Link
from amparo.ui.web import page


@requires(Permission.CASE_CREATE)
def new(request: Request) -> HttpResponse:
    """Open a case: for a new person, or after a proposal for one who is known already."""
    form = NewCaseForm(request.POST or None, today=request.now.date())
    likely: tuple[LikelyPerson, ...] = ()
    if request.method == "POST" and form.is_valid():
        likely = likely_persons(request.viewer, form.person(), now=request.now)
        known = next((one for one in likely if str(one.id) == form.same_as), None)
        is_decided = known is not None or form.same_as == NEW_PERSON or not likely
        # A second press of the button finds the person of the first; that is no likeness to be asked about.
        if is_decided or was_carried_out(request.viewer, form.cleaned_data["submission"]):
            answer = _open(request, form, known)
            if answer is not None:
                return answer
        else:
            form.propose(likely)
    context = {
        "form": form,
        "likely": likely_rows(likely),
        "back": Link(label=_("People"), url=reverse("cases:list")),
        "cancel": reverse("cases:list"),
    }
    return page(
        request, "cases/new.html", context, title=_("Is she known already?") if likely else _("Open a case")
    )


def _open(request: Request, form: NewCaseForm, known: LikelyPerson | None) -> HttpResponse | None:
    case = NewCase(
        person=known.details if known else form.person(),
        existing_person=known.id if known else None,
        details=form.details(),
        opened_date=form.cleaned_data["opened_date"],
    )
    make = partial(open_case, new=case, by=request.viewer, now=request.now)
    try:
        reference = once(
            request.viewer, submission=form.cleaned_data["submission"], make=make, now=request.now
        )
    except NotAcceptable as error:
        add_problems(form, error.problems)
        return None
    if known:
        messages.success(
            request,
            _("A further case is opened for the same person. What is recorded of her was not changed."),
        )
    else:
        messages.success(
            request, _("The case is opened. You work on it; give it to somebody else if that is better.")
        )
        _tell_of_others(request, form)
    return HttpResponseRedirect(reverse("cases:detail", args=[reference]))


def _tell_of_others(request: Request, form: NewCaseForm) -> None:
    """Say where else she may be known, as long as the day's searches last; the case is opened all the same."""
    if not request.viewer.may(Permission.PERSON_SEARCH):
        return
    with suppress(TooLittle, SearchesUsedUp):
        found = search_persons(
            request.viewer, wanted_of(form.person()), purpose=SearchPurpose.DUPLICATE_CHECK, now=request.now
        )
        for said in matches_elsewhere(found.rows, request.viewer):
            messages.info(request, said)
        if not found.are_all:
            messages.info(
                request,
                _(
                    "Very many people have a name or a year of birth like hers: this may have missed a case that she has. Search for her by the name of a parent, a paper or a telephone number too."
                ),
            )
