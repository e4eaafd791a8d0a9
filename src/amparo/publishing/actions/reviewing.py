"""Review what others prepared: take it up, remark on it, clear it, refuse it; and withdraw what was let out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.access.actions import Refused, require, same_human
from amparo.access.rules import Permission, Viewer, unit_of
from amparo.audit.actions import record
from amparo.publishing.actions.preparing import HeldUp, held_up, items_of
from amparo.publishing.models import Release, ReviewNote
from amparo.publishing.queries import check_release
from amparo.publishing.queries.releases import row_of
from amparo.publishing.rules import ReleaseState, Step, after
from amparo.publishing.rules.findings import Checked
from amparo.vocab.text import N_, ToldError


class NotSaid(ToldError):
    """Words are missing that somebody else needs."""


class NotReviewer(Refused):
    """The one who reviews made it, may be the same human, or works in the same unit."""


def refuse_own(row: Release, by: Viewer) -> None:
    """Let only another human of another unit review; raises `NotReviewer`."""
    if same_human(row.made_by_id, by.known_user_id):
        raise NotReviewer(
            _(
                "This takes another person: you prepared it, or your account and that of who did may belong to one person."
            )
        )
    if unit_of(by) == row.unit:
        raise NotReviewer(_("This takes somebody of another team or office than the person who prepared it."))


@transaction.atomic
def take_up_release(release: UUID, *, by: Viewer, now: datetime) -> None:
    """Begin to review what was proposed. Raises `NotReviewer` or `NotTheTime`."""
    row = _for_review(release, by)
    row.state, row.reviewed_by_id = after(ReleaseState(row.state), Step.TAKE_UP), by.known_user_id
    row.save(update_fields=["state", "reviewed_by"])
    record("publishing.release.take_up", by=by, at=now, record=f"release:{row.pk}")


@transaction.atomic
def note_release(release: UUID, *, words: str, cells: Iterable[str] = (), by: Viewer, now: datetime) -> None:
    """Remark on a release; whoever sees it may."""
    row = row_of(by, release)
    ReviewNote.objects.create(
        release=row, at=now, by_id=by.known_user_id, words=_said(words), cells=list(cells)
    )
    record("publishing.release.note", by=by, at=now, record=f"release:{row.pk}")


def clear_release(release: UUID, *, by: Viewer, now: datetime) -> None:
    """Say that a release under review may be let out, as far as the register knows at this moment; raises `HeldUp`."""
    with transaction.atomic():  # what the register said is kept, whether the release goes on or not
        row = _for_review(release, by)
        state = after(ReleaseState(row.state), Step.CLEAR)
        answer = check_release(items_of(row))
        row.checked = Checked.of(answer, at=now).as_json()
        held = held_up(answer, row.explanations)
        if not held:
            row.state, row.reviewed_by_id = state, by.known_user_id
            record("publishing.release.clear", by=by, at=now, record=f"release:{row.pk}")
        row.save(update_fields=["state", "reviewed_by", "checked"])
    if held:
        raise HeldUp(held)


@transaction.atomic
def refuse_release(release: UUID, *, reason: str, by: Viewer, now: datetime) -> None:
    """Refuse a release, with the reason that its preparer reads."""
    row = _for_review(release, by)
    row.state, row.reason = after(ReleaseState(row.state), Step.REFUSE), _said(reason)
    row.reviewed_by_id = by.known_user_id
    row.save(update_fields=["state", "reason", "reviewed_by"])
    record("publishing.release.refuse", by=by, at=now, record=f"release:{row.pk}")


@transaction.atomic
def withdraw_release(release: UUID, *, reason: str, by: Viewer, now: datetime) -> None:
    """Take a release back. What was let out stays in the register, as it stays in the heads of those who read it."""
    require(by, Permission.RELEASE_PREPARE)
    row = row_of(by, release, lock=True)
    if row.organisation_id != by.organisation_id:
        raise Refused(_("Only the organisation that prepared a release takes it back."))
    row.state, row.reason = after(ReleaseState(row.state), Step.WITHDRAW), _said(reason)
    row.withdrawn_at = now
    row.save(update_fields=["state", "reason", "withdrawn_at"])
    record("publishing.release.withdraw", by=by, at=now, record=f"release:{row.pk}")


def _for_review(release: UUID, by: Viewer) -> Release:
    require(by, Permission.RELEASE_REVIEW)
    row = row_of(by, release, lock=True)
    refuse_own(row, by)
    return row


def _said(words: str) -> str:
    if not words.strip():
        raise NotSaid(N_("Say in a few words why. Who prepared the release reads them."))
    return words.strip()
