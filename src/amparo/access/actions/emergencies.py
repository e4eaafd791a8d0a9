"""Open one person's record outside reach in an emergency, tell those concerned at once, and have it judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from amparo.access.actions.dual import same_human
from amparo.access.actions.notices import settle, tell
from amparo.access.actions.permission import Refused, require
from amparo.access.actions.reading import begin_reading
from amparo.access.context import acting_as
from amparo.access.models import EmergencyOpening
from amparo.access.queries import OpeningRow, database_now, get_opening
from amparo.access.queries.clock import DatabaseNow
from amparo.access.queries.emergencies import REVIEWING_ROLES, openers_of, outside_reviewers
from amparo.access.rules import (
    MOST_IN_A_WEEK,
    EmergencyReason,
    Permission,
    Verdict,
    Viewer,
    is_reason_enough,
    system_viewer,
    tidy_reason,
)
from amparo.accounts import actions as accounts
from amparo.accounts.queries import members_in_roles
from amparo.audit.actions import record as record_event
from amparo.vault.actions import begin_sealing
from amparo.vault.queries import open_many
from amparo.vault.storing import sealed_column
from amparo.vocab.identifiers import uuid7

WEEK = timedelta(days=7)
OPENED, OPENED_REVIEW, OFTEN, LATE, JUDGED, UNCLEAR = (
    "emergency_opened", "emergency_review", "emergency_often", "emergency_late", "emergency_judged",
    "emergency_unclear",
)  # fmt: skip
ADMINISTRATORS = frozenset({"organisation_administrator"})
FOR_REVIEW = system_viewer([Permission.EMERGENCY_REVIEW])  # on whose behalf the hours of all are watched


class ReasonTooShort(ValueError):
    """Nobody could judge by what was written."""


class OpenedLately(Refused):
    """The same human opened this person within the last 24 hours."""


class NobodyReviews(Refused):
    """No reviewer of another organisation is there, so the opening would be seen by nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What is opened: ids, as the app that keeps the record knows them."""

    record: UUID
    reference: str
    person: UUID
    owner: int | None
    organisation_id: int


@transaction.atomic
def open_in_emergency(
    opened: Opened, *, reason: EmergencyReason, text: str, by: Viewer, now: datetime
) -> UUID:
    """Open one person for sixty minutes of the database's time; gives the id of the opening.

    The caller has made sure that no wall and no compartment forbids it. Raises `ReasonTooShort`, `NobodyReviews`,
    `OpenedLately` or `Refused`.
    """
    require(by, Permission.EMERGENCY_OPEN)
    if by.token_id is not None or by.is_system or by.membership_id is None or by.organisation_id is None:
        raise Refused(_("Only somebody who is signed in can do this: a program cannot."))
    if not is_reason_enough(text):
        raise ReasonTooShort
    reviewers = outside_reviewers(by.known_user_id, now)
    if not reviewers:
        raise NobodyReviews(nobody_reviews())
    accounts.lock_user(by.known_user_id)  # two presses at once make one opening
    if any(same_human(by.known_user_id, other) for other in openers_of(opened.person)):
        raise OpenedLately(
            _("You opened this record in an emergency within the last 24 hours. Only somebody else can now.")
        )
    row = _write(opened, reason=reason, text=tidy_reason(text), by=by, now=now)
    record_event(
        "access.emergency.open", by=by, at=now, record=opened.reference, persons=[opened.person],
        purpose=reason, basis=f"emergency:{row.number}",
    )  # fmt: skip
    leading = [
        (one.user_id, one.organisation_id)
        for one in members_in_roles({"supervisor"}, now, organisation_id=opened.organisation_id)
        if one.user_id != by.user_id
    ]
    owner = [(opened.owner, opened.organisation_id)] if opened.owner not in (None, by.user_id) else []
    tell([(user, where) for user, where in (*owner, *leading) if user], OPENED, opening=row.pk, now=now)
    tell(reviewers, OPENED_REVIEW, opening=row.pk, now=now)
    _tell_if_often(row, reviewers, by=by, now=now)
    return row.pk


def nobody_reviews() -> str:
    """Say why nothing can be opened in an emergency here."""
    return _(
        "Nothing can be opened in an emergency: nobody of another organisation is there to review it. Tell the people "
        "who look after this installation that it needs a reviewer."
    )


def read_reason(opening: OpeningRow, *, by: Viewer, now: datetime) -> str:
    """Open what the reader stated, for the one who judges it; it is logged as a reading about the person."""
    row = EmergencyOpening.objects.get(pk=opening.id)
    reading = begin_reading(
        by, action="access.emergency.judge", persons=[row.person], record=row.reference, now=now,
        fields=("story",), basis=f"emergency:{row.number}", permission=Permission.EMERGENCY_REVIEW,
    )  # fmt: skip
    (content,) = open_many(reading, [row.story])
    return str(content.get("text", ""))


@transaction.atomic
def review_opening(opening: UUID, *, verdict: Verdict, by: Viewer, now: datetime) -> None:
    """Judge an opening, once; one that was not justified suspends the membership until two people lift that.

    What is not for `by` to judge looks absent. Raises `Refused` when it was judged already, or when the reader may be
    the same human.
    """
    require(by, Permission.EMERGENCY_REVIEW)
    row = EmergencyOpening.objects.select_for_update().filter(pk=opening).first()
    found = get_opening(by, opening, now)
    if row is None or found is None:
        raise Http404
    if by.token_id is not None or same_human(by.known_user_id, row.user_id):
        raise Refused(
            _("You cannot judge this: your account and the reader's may belong to the same person.")
        )
    if row.verdict:
        raise Refused(_("Somebody else judged this already."))
    row.verdict, row.reviewed_by_id = verdict, by.known_user_id
    row.save(update_fields=["verdict", "reviewed_by"])
    record_event(
        "access.emergency.review", by=by, at=now, record=row.reference, persons=[row.person], outcome=verdict,
        basis=f"emergency:{row.number}",
    )  # fmt: skip
    if verdict is Verdict.NOT_JUSTIFIED:
        accounts.suspend_membership(membership_id=row.membership_id, by=by, now=now)
    for kind in (OPENED_REVIEW, LATE):
        settle(kind, opening=row.pk, now=now)
    tell([(row.user_id, row.organisation_id)], JUDGED, opening=row.pk, now=now)
    if verdict is not Verdict.JUSTIFIED:
        tell(_administrators(row, now), UNCLEAR, opening=row.pk, now=now)


def escalate_unreviewed(*, now: datetime) -> int:
    """Tell everybody above of openings that nobody judged within 72 hours, each once; gives how many."""
    count = 0
    due = EmergencyOpening.objects.filter(
        verdict="", escalated_at__isnull=True, review_until__lte=DatabaseNow()
    )
    with acting_as(FOR_REVIEW):
        late = list(due.values_list("pk", flat=True))
    for opening in late:
        with acting_as(FOR_REVIEW):
            count += _escalate(opening, now=now)
    return count


@transaction.atomic
def _escalate(opening: UUID, *, now: datetime) -> int:
    waiting = EmergencyOpening.objects.select_for_update(skip_locked=True).filter(
        pk=opening, verdict="", escalated_at__isnull=True
    )
    row = waiting.first()
    if row is None:
        return 0
    row.escalated_at = database_now()
    row.save(update_fields=["escalated_at"])
    everybody = [
        (one.user_id, one.organisation_id)
        for one in members_in_roles(REVIEWING_ROLES | {"installation_administrator"}, now)
    ]
    tell([*everybody, *_administrators(row, now)], LATE, opening=row.pk, now=now)
    record_event(
        "access.emergency.escalate", by=FOR_REVIEW, at=now, record=row.reference,
        persons=[row.person], basis=f"emergency:{row.number}",
    )  # fmt: skip
    return 1


def _write(
    opened: Opened, *, reason: EmergencyReason, text: str, by: Viewer, now: datetime
) -> EmergencyOpening:
    key = uuid7()
    story = sealed_column(
        {"text": text},
        model=EmergencyOpening,
        name="story",
        row=key,
        person=opened.person,
        sealing=begin_sealing([opened.person], now=now),
    )
    row = EmergencyOpening(
        id=key,
        record=opened.record,
        reference=opened.reference,
        person=opened.person,
        user_id=by.known_user_id,
        membership_id=by.membership_id or 0,
        organisation_id=by.organisation_id or 0,
        owner_id=opened.owner,
        owner_organisation_id=opened.organisation_id,
        reason=reason,
        story=story,
    )
    row.save(force_insert=True)
    row.refresh_from_db(fields=["number", "opened_at", "ends_at", "review_until"])
    return row


def _tell_if_often(
    row: EmergencyOpening, reviewers: list[tuple[int, int]], *, by: Viewer, now: datetime
) -> None:
    week = EmergencyOpening.objects.filter(user_id=by.known_user_id, opened_at__gt=DatabaseNow() - WEEK)
    if week.count() > MOST_IN_A_WEEK:
        tell([*reviewers, *_administrators(row, now)], OFTEN, opening=row.pk, now=now)
        record_event(
            "access.emergency.often", by=by, at=now, count=week.count(), basis=f"emergency:{row.number}"
        )


def _administrators(row: EmergencyOpening, now: datetime) -> list[tuple[int, int]]:
    """List who manages the people of the reader's organisation and of the owner's."""
    both = {row.organisation_id, row.owner_organisation_id}
    return [
        (one.user_id, one.organisation_id)
        for organisation in sorted(both)
        for one in members_in_roles(ADMINISTRATORS, now, organisation_id=organisation)
    ]
