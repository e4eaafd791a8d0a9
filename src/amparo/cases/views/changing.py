"""Answer for the pages that change what is recorded, section by section, and that compare when two people did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.actions import once
from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.cases.actions import (
    NotAcceptable,
    Stale,
    add_episode,
    link_operation,
    update_case,
    update_episode,
    update_person,
)
from amparo.cases.forms import OperationForm, add_problems
from amparo.cases.panels.comparison import compare
from amparo.cases.queries import Absent, CaseFile, case_at, episode_at, get_case, person_at
from amparo.cases.rules import EpisodeDetails
from amparo.cases.rules.merging import joined
from amparo.cases.rules.sections import Section, Subject, find_section
from amparo.cases.views.frame import question_page
from amparo.ui.forms import DetailsForm, details_form

CHOICE = "choice-"
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "version", "arrange-rows"})
FIRST_QUESTIONS = ("acts", "means", "purposes", "main_purpose", "started", "ended", "is_ongoing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited:
    """The record that a page changes: as it stands, at an earlier version, and how it is saved."""

    record: Any
    version: int
    at: Callable[[int], Any]
    save: Callable[..., None]
    tab: str
    anchor: str


@requires(Permission.CASE_EDIT)
def section(request: Request, reference: str, code: str) -> HttpResponseBase:
    """Change one section of the person or of the case."""
    asked = find_section(code)
    permission = Permission.PERSON_EDIT if asked.subject is Subject.PERSON else Permission.CASE_EDIT
    file = get_case(
        request.viewer, reference, now=request.now, permission=permission, with_place=asked.has_place
    )
    edited = _person(request, file, asked) if asked.subject is Subject.PERSON else _case(request, file, asked)
    return _change(request, file, asked, edited)


@requires(Permission.CASE_EDIT)
def episode_section(request: Request, reference: str, episode: UUID, code: str) -> HttpResponseBase:
    """Change one section of what happened."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.CASE_EDIT)
    found = next((one for one in file.episodes if one.id == episode), None)
    if found is None:
        raise Http404
    edited = Edited(
        record=found.details,
        version=found.version,
        at=partial(episode_at, request.viewer, file.reference, found.id, now=request.now),
        save=partial(
            update_episode, reference=file.reference, episode=found.id, by=request.viewer, now=request.now
        ),
        tab="episodes",
        anchor=f"{code}-{found.number}",
    )
    return _change(request, file, find_section(code), edited)


@requires(Permission.CASE_EDIT)
def episode_new(request: Request, reference: str) -> HttpResponse:
    """Add a situation; the rest of its sections are changed one by one afterwards."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.CASE_EDIT)
    form_class = details_form(EpisodeDetails, fields=FIRST_QUESTIONS, submission=True)
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add = partial(
            add_episode, reference=reference, details=form.record(), by=request.viewer, now=request.now
        )
        try:
            once(
                request.viewer,
                submission=form.cleaned_data["submission"],
                make=lambda: str(add()),
                now=request.now,
            )
        except NotAcceptable as error:
            add_problems(form, error.problems)
        else:
            messages.success(
                request, _("What happened is added. Everything else about it can be added now or later.")
            )
            return HttpResponseRedirect(reverse("cases:episodes", args=[file.reference]))
    context = {
        "form": form,
        "button": _("Add what happened"),
        "why": find_section("what").why and _(find_section("what").why),
    }
    return question_page(
        request, "cases/section.html", context, file=file, title=_("What happened"), back="episodes"
    )


@requires(Permission.CASE_EDIT)
def episode_operation(request: Request, reference: str, episode: UUID) -> HttpResponse:
    """Tie a situation to an operation by its reference; no other file is opened by that."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.CASE_EDIT)
    if episode not in {one.id for one in file.episodes}:
        raise Http404
    form = OperationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = "" if form.cleaned_data["is_new"] == "yes" else form.cleaned_data["operation"]
        try:
            tied = link_operation(
                reference=reference, episode=episode, operation=wanted, by=request.viewer, now=request.now
            )
        except Absent:
            form.add_error(
                "operation",
                _("No operation has this reference. Check each letter, or ask who gave it to you."),
            )
        else:
            words = {"operation": tied}
            messages.success(
                request,
                _(
                    "The situation belongs to the operation %(operation)s now. Give this reference to those who work on it."
                )
                % words,
            )
            return HttpResponseRedirect(reverse("cases:episodes", args=[file.reference]))
    context = {"form": form}
    return question_page(
        request, "cases/operation.html", context, file=file, title=_("Operation"), back="episodes"
    )


def _person(request: Request, file: CaseFile, asked: Section) -> Edited:
    return Edited(
        record=file.person.details,
        version=file.person.version,
        at=partial(person_at, request.viewer, file.reference, now=request.now, with_place=asked.has_place),
        save=partial(
            update_person,
            reference=file.reference,
            by=request.viewer,
            now=request.now,
            with_place=asked.has_place,
        ),
        tab="person",
        anchor=asked.code,
    )


def _case(request: Request, file: CaseFile, asked: Section) -> Edited:
    return Edited(
        record=file.details,
        version=file.version,
        at=partial(case_at, request.viewer, file.reference, now=request.now),
        save=partial(update_case, reference=file.reference, by=request.viewer, now=request.now),
        tab="detail",
        anchor=asked.code,
    )


def _change(request: Request, file: CaseFile, asked: Section, edited: Edited) -> HttpResponseBase:
    form_class: type[DetailsForm[Any]] = details_form(asked.subject.record, fields=asked.fields, version=True)
    form = form_class(request.POST or None, record=edited.record, version=edited.version)
    answer: HttpResponseBase | None = None
    if request.method == "POST" and form.is_valid():
        answer = _keep(request, file, asked, edited, form)
    if answer is not None:
        return answer
    context = {"form": form, "why": asked.why and _(asked.why)}
    return question_page(
        request, "cases/section.html", context, file=file, title=_(asked.title), back=edited.tab
    )


def _keep(
    request: Request, file: CaseFile, asked: Section, edited: Edited, form: DetailsForm[Any]
) -> HttpResponseBase | None:
    """Save what was typed, joined with what somebody else saved meanwhile; None shows the form again with its errors."""
    seen = form.cleaned_data["version"]
    base = edited.record if seen == edited.version else edited.at(seen)
    typed = form.record(base)
    given_up = {
        name: getattr(base, name) for name in asked.fields if request.POST.get(CHOICE + name) == "theirs"
    }
    yours = replace(typed, **given_up)
    details = joined(base, edited.record, yours)
    if details is None:
        return _compare(request, file, asked, edited, base=base, yours=yours)
    try:
        if details != edited.record:
            edited.save(details=details, version=edited.version)
    except NotAcceptable as error:
        add_problems(form, error.problems)
        return None
    except Stale:  # somebody saved between our reading and our writing
        return _answer_again(request, file, asked, edited)
    if details == edited.record:
        messages.info(request, _("Nothing was changed."))
    elif seen != edited.version:
        messages.success(
            request, _("Saved. Somebody else changed other answers meanwhile; both changes are kept.")
        )
    else:
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(f"{reverse(f'cases:{edited.tab}', args=[file.reference])}#{edited.anchor}")


def _answer_again(request: Request, file: CaseFile, asked: Section, edited: Edited) -> HttpResponseBase:
    if asked.subject is Subject.EPISODE:
        return episode_section(request, file.reference, request.resolver_match.kwargs["episode"], asked.code)  # type: ignore[union-attr]  # set before any view
    return section(request, file.reference, asked.code)


def _compare(
    request: Request, file: CaseFile, asked: Section, edited: Edited, *, base: Any, yours: Any
) -> HttpResponse:
    """Show what both changed. All that was typed goes along, so nothing is lost whatever is chosen."""
    found = compare(base, edited.record, yours)
    conflicts = {row.name for row in found.rows}
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_TYPED and not name.startswith(CHOICE)
        for value in values
    ]
    settled = [name for name in asked.fields if name not in conflicts and (name in found.kept)]
    context = {
        "rows": found.rows,
        "typed": typed,
        "settled": [CHOICE + name for name in settled],
        "version": edited.version,
    }
    title = _("Somebody else changed this too")
    return question_page(
        request, "cases/comparison.html", context, file=file, title=title, back=edited.tab, status=409
    )
