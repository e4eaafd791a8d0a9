"""Answer for changing a draft, and for putting it up for review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.publishing.actions import Details, HeldUp, Stale, change_draft, propose_release
from amparo.publishing.forms import DraftForm, ExplainForm
from amparo.publishing.panels.cells import labels_of
from amparo.publishing.panels.findings import shown_findings
from amparo.publishing.panels.release import about_rows
from amparo.publishing.queries import ReleaseFile, get_release, labels_beside
from amparo.publishing.rules import Audience, NotAudited, NotTheTime, ReleaseState, Step, after
from amparo.publishing.views.steps import in_the_way
from amparo.ui.parts import ComparisonRow, Link
from amparo.ui.web import page

BASE: Final = "base-"
CHOICE: Final = "choice-"
CONFLICT: Final = 409
NAMES: Final = tuple(one.name for one in fields(Details))


@requires(Permission.RELEASE_PREPARE)
def change(request: Request, release: UUID) -> HttpResponse:
    """Say something else of a draft; where somebody else did meanwhile, both are shown side by side."""
    return _change(request, release)


def _change(request: Request, release: UUID) -> HttpResponse:
    file = get_release(request.viewer, release)
    said = _said(file)
    form = DraftForm(request.POST or None, initial=_initial(file))
    if request.method == "POST" and form.is_valid():
        base = {name: _text(request.POST.get(f"{BASE}{name}", said[name])) for name in NAMES}
        answer = _save(request, file, form, base)
        if answer is not None:
            return answer
    if file.state is not ReleaseState.DRAFT:
        return _back_with_refusal(request, file)
    context = {
        "form": form,
        "kept": [(f"{BASE}{name}", request.POST.get(f"{BASE}{name}", said[name])) for name in NAMES],
        "back": _back(file),
        "cancel": _address(file),
    }
    return page(request, "publishing/change.html", context, title=_("What is said of the release"))


@requires(Permission.RELEASE_PREPARE)
def propose(request: Request, release: UUID) -> HttpResponse:
    """Put a draft up for review, with an explanation of what may be explained."""
    file = get_release(request.viewer, release)
    if file.state is not ReleaseState.DRAFT:
        return _back_with_refusal(request, file)
    kinds = file.checked.to_explain if file.checked is not None else ()
    form = ExplainForm(request.POST or None, kinds=kinds, initial=_explained(file))
    if request.method == "POST" and (form.is_valid() or not kinds):
        try:
            words = form.explanations if kinds else {}
            propose_release(file.id, explanations=words, by=request.viewer, now=request.now)
        except (HeldUp, NotAudited, NotTheTime) as refusal:
            messages.error(request, in_the_way(refusal))
        else:
            messages.success(request, _("It is put up for review. Nothing of it can be changed any more."))
        return HttpResponseRedirect(_address(file))
    found = file.checked.findings if file.checked is not None else ()
    context = {
        "form": form,
        "about": about_rows(file),
        "items": [item.title for item in file.items],
        "findings": shown_findings(found, labels_of(file.items, labels_beside(file)), file.explanations),
        "is_hopeless": file.checked is not None and file.checked.is_hopeless,
        "back": _back(file),
        "cancel": _address(file),
    }
    return page(request, "publishing/propose.html", context, title=_("Put the release up for review"))


def _save(
    request: Request, file: ReleaseFile, form: DraftForm, base: Mapping[str, str]
) -> HttpResponse | None:
    """Save what was typed, joined with what somebody else saved meanwhile; None shows the form again."""
    typed, theirs = _texts(form.details()), _said(file)
    chosen = {name for name in NAMES if request.POST.get(f"{CHOICE}{name}") == "theirs"}
    yours = {name: theirs[name] if name in chosen else typed[name] for name in NAMES}
    both = [name for name in NAMES if yours[name] != base[name] != theirs[name] != yours[name]]
    if both:
        return _compare(request, file, form, base, yours, both)
    joined = {name: theirs[name] if yours[name] == base[name] else yours[name] for name in NAMES}
    try:
        change_draft(file.id, _details(joined), seen=file.digest, by=request.viewer, now=request.now)
    except Stale:  # somebody saved between our reading and our writing
        return _change(request, file.id)
    except (NotAudited, NotTheTime) as refusal:
        messages.error(request, in_the_way(refusal))
    else:
        is_joined = any(theirs[name] != base[name] for name in NAMES)
        both_kept = _("Saved. Somebody else changed other answers meanwhile; both changes are kept.")
        messages.success(request, both_kept if is_joined else _("Saved."))
    return HttpResponseRedirect(_address(file))


def _compare(
    request: Request,
    file: ReleaseFile,
    form: DraftForm,
    base: Mapping[str, str],
    yours: Mapping[str, str],
    both: list[str],
) -> HttpResponse:
    theirs = _said(file)
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if not name.startswith((BASE, CHOICE, "csrfmiddlewaretoken"))
        for value in values
    ]
    settled = [name for name in NAMES if name not in both and yours[name] == base[name]]
    context = {
        "rows": [
            ComparisonRow(
                name=name,
                label=str(form[name].label),
                base=_shown(name, base[name]),
                theirs=_shown(name, theirs[name]),
                yours=_shown(name, yours[name]),
            )
            for name in both
        ],
        "kept": [*typed, *((f"{BASE}{name}", theirs[name]) for name in NAMES)],
        "settled": [f"{CHOICE}{name}" for name in settled],
        "back": _back(file),
        "cancel": _address(file),
    }
    title = _("Somebody else changed this too")
    return page(request, "publishing/comparison.html", context, title=title, status=CONFLICT)


def _initial(file: ReleaseFile) -> dict[str, Any]:
    return {name: getattr(file, name) for name in NAMES}


def _said(file: ReleaseFile) -> dict[str, str]:
    return {name: _text(value) for name, value in _initial(file).items()}


def _texts(details: Details) -> dict[str, str]:
    return {name: _text(value) for name, value in asdict(details).items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value).replace("\r\n", "\n").strip()


def _details(texts: Mapping[str, str]) -> Details:
    day = texts["embargo_until"]
    more: dict[str, Any] = {
        "audience": Audience(texts["audience"]),
        "embargo_until": date.fromisoformat(day) if day else None,
    }
    return Details(**{**texts, **more})


def _shown(name: str, text: str) -> str | date | None:
    if name == "embargo_until":
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text or None
    return _(Audience(text).label) if name == "audience" and text in set(Audience) else text or None


def _explained(file: ReleaseFile) -> dict[str, str]:
    return {f"explain-{kind}": words for kind, words in file.explanations.items()}


def _back_with_refusal(request: Request, file: ReleaseFile) -> HttpResponse:
    try:
        after(file.state, Step.EDIT)
    except NotTheTime as refusal:
        messages.error(request, in_the_way(refusal))
    return HttpResponseRedirect(_address(file))


def _address(file: ReleaseFile) -> str:
    return reverse("publishing:release", args=[file.id])


def _back(file: ReleaseFile) -> Link:
    return Link(label=file.number, url=_address(file))
