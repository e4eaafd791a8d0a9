"""Take one step after another: each is one form, and tells plainly where it cannot be taken."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.access.actions import Changed
from amparo.access.rules import Permission
from amparo.access.web import Request, fresh, requires
from amparo.publishing.actions import (
    HeldUp,
    NotReviewer,
    ask_publication,
    clear_release,
    note_release,
    recheck_release,
    refuse_release,
    remove_item,
    take_up_release,
    withdraw_release,
)
from amparo.publishing.forms import NoteForm, ReasonForm
from amparo.publishing.panels.cells import labels_of
from amparo.publishing.panels.release import cell_choices
from amparo.publishing.queries import ReleaseFile, get_release
from amparo.publishing.rules import Audience, NotAudited, NotTheTime
from amparo.ui.parts import Link
from amparo.ui.web import page
from amparo.vocab.text import ToldError

IN_THE_WAY = (HeldUp, NotAudited, NotReviewer, NotTheTime)


@requires(Permission.RELEASE_PREPARE)
@require_POST
def remove(request: Request, release: UUID) -> HttpResponse:
    """Take something out of a draft."""
    digest = request.POST.get("item", "")[:64]
    return _step(
        request,
        release,
        lambda: remove_item(release, digest, by=request.viewer, now=request.now),
        done=_("It is taken out of the release."),
    )


@requires(Permission.RELEASE_PREPARE)
@require_POST
def recheck(request: Request, release: UUID) -> HttpResponse:
    """Ask the register about a draft once more."""
    return _step(
        request,
        release,
        lambda: recheck_release(release, by=request.viewer, now=request.now),
        done=_("The register was asked again."),
    )


@requires(Permission.RELEASE_REVIEW)
@require_POST
def take_up(request: Request, release: UUID) -> HttpResponse:
    """Begin to review."""
    return _step(
        request,
        release,
        lambda: take_up_release(release, by=request.viewer, now=request.now),
        done=_("You review this release now."),
    )


@requires(Permission.RELEASE_REVIEW)
@require_POST
def clear(request: Request, release: UUID) -> HttpResponse:
    """Say that a release may be let out."""
    return _step(
        request,
        release,
        lambda: clear_release(release, by=request.viewer, now=request.now),
        done=_("You cleared it. Whoever prepared it asks a second person to let it out."),
    )


@requires(Permission.RELEASE_PREPARE)
@require_POST
@fresh
def ask(request: Request, release: UUID) -> HttpResponse:
    """Ask a second person to let a release out."""
    return _step(
        request,
        release,
        lambda: ask_publication(release, by=request.viewer, now=request.now),
        done=_("A second person is asked. Nothing happens until somebody else agrees, within 24 hours."),
    )


@requires(Permission.RELEASE_PREPARE)
def note(request: Request, release: UUID) -> HttpResponse:
    """Remark on a release and on some of its numbers."""
    file = get_release(request.viewer, release)
    form = NoteForm(request.POST or None, cells=cell_choices(file, labels_of(file.items)))
    if request.method == "POST" and form.is_valid():
        words, cells = form.cleaned_data["words"], form.cleaned_data.get("cells", ())
        note_release(file.id, words=words, cells=cells, by=request.viewer, now=request.now)
        messages.success(request, _("The remark is kept. It cannot be changed."))
        return HttpResponseRedirect(reverse("publishing:release", args=[file.id]))
    context = {"form": form, "back": _back(file), "button": _("Keep the remark")}
    return page(request, "publishing/question.html", context, title=_("Remark on a release"))


@requires(Permission.RELEASE_REVIEW)
def refuse(request: Request, release: UUID) -> HttpResponse:
    """Refuse a release, with a reason."""
    file = get_release(request.viewer, release)
    words = _(
        "Whoever prepared it reads the reason, and can propose another release that is mended. This one stays refused."
    )
    return _with_reason(
        request,
        file,
        lambda reason: refuse_release(file.id, reason=reason, by=request.viewer, now=request.now),
        words=words,
        button=_("Refuse the release"),
        done=_("It is refused. Whoever prepared it reads the reason."),
    )


@requires(Permission.RELEASE_PREPARE)
def withdraw(request: Request, release: UUID) -> HttpResponse:
    """Take a release back, with a reason."""
    file = get_release(request.viewer, release)
    if file.published_at is not None and file.audience is Audience.PUBLIC:
        words = _(
            "The reason becomes public: it stands in the list of what was let out and on the page of the release, for everybody and for "
            "good. Name nobody in it. The numbers and files are taken off the page. Nobody can unread them: they stay in the register, "
            "and later releases are checked against them."
        )
    elif file.published_at is not None:
        words = _(
            "Those who got it get it no longer; reviewers everywhere read this reason. Its numbers stay in the register, and later "
            "releases are checked against them."
        )
    else:
        words = _("It goes no further, and stays in the list with this reason.")
    return _with_reason(
        request,
        file,
        lambda reason: withdraw_release(file.id, reason=reason, by=request.viewer, now=request.now),
        words=words,
        button=_("Withdraw the release"),
        done=_("It is withdrawn."),
    )


def _with_reason(
    request: Request, file: ReleaseFile, act: Callable[[str], None], *, words: str, button: str, done: str
) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _step(request, file.id, lambda: act(reason), done=done)
    context = {"form": form, "words": words, "button": button, "back": _back(file)}
    return page(request, "publishing/question.html", context, title=button)


def _step(request: Request, release: UUID, act: Callable[[], object], *, done: str) -> HttpResponse:
    """Take a step, and lead back to the page of the release with what became of it."""
    try:
        act()
    except IN_THE_WAY as refusal:
        messages.error(request, in_the_way(refusal))
    except Changed:
        messages.error(
            request, _("Nothing was done: what it would do is no longer what you saw. Look at it again.")
        )
    else:
        messages.success(request, done)
    return HttpResponseRedirect(reverse("publishing:release", args=[release]))


def in_the_way(refusal: Exception) -> str:
    """Say what stood in the way, in the language of the page; what the register found stands on the page of the release."""
    if isinstance(refusal, HeldUp):
        return _(
            "It goes no further: together with what was let out before it tells something of few people or of hidden numbers. "
            "What follows from what stands under “What the register found”."
        )
    if isinstance(refusal, ToldError):
        return _(refusal.template) % refusal.values
    return str(refusal)


def _back(file: ReleaseFile) -> Link:
    return Link(label=file.number, url=reverse("publishing:release", args=[file.id]))
