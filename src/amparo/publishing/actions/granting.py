"""Decide on proposals for research: one person reviews what could be disclosed, another grants; and end them with a reason.

Nobody decides who is named in a proposal, nor from the organisation that wrote it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from amparo.access.actions import require, same_human
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.publishing.actions.reviewing import NotReviewer
from amparo.publishing.models import ProposalData, ResearchProposal
from amparo.publishing.queries.research import open_to_research, proposal_row
from amparo.publishing.rules import NotWritten, ProposalState, ProposalStep, after_step
from amparo.vocab.text import N_


@transaction.atomic
def review_proposal(
    proposal: UUID, *, releases: Collection[UUID], words: str, by: Viewer, now: datetime
) -> None:
    """Say which releases would be opened, and what they could disclose. Raises `NotReviewer`, `NotThen` or `NotWritten`."""
    require(by, Permission.RELEASE_REVIEW)
    row = _undecided_by(proposal, by, ProposalStep.REVIEW)
    chosen = set(releases)
    if not chosen:
        raise NotWritten(N_("No data are chosen. Choose what would be opened, or refuse the proposal."))
    if chosen - {one.id for one in open_to_research(by, now=now)}:
        raise NotWritten(
            N_("Only what was let out to researchers can be opened to them. Choose from the list.")
        )
    ProposalData.objects.bulk_create(ProposalData(proposal=row, release_id=one) for one in sorted(chosen))
    row.state, row.review = ProposalState.REVIEWED, _said(words)
    row.reviewed_at, row.reviewed_by_id = now, by.known_user_id
    row.save(update_fields=["state", "review", "reviewed_at", "reviewed_by"])
    record("publishing.proposal.review", by=by, at=now, record=f"proposal:{row.pk}", count=len(chosen))


@transaction.atomic
def grant_proposal(proposal: UUID, *, conditions: str = "", by: Viewer, now: datetime) -> None:
    """Open the data that were reviewed, as the second person, from the first day to the last. Raises `NotReviewer` or `NotThen`."""
    row = _undecided_by(proposal, by, ProposalStep.GRANT)
    if row.reviewed_by_id is None or same_human(row.reviewed_by_id, by.known_user_id):
        raise NotReviewer(
            _(
                "This takes another person: you reviewed it, or your account and that of who did may belong to one person."
            )
        )
    if row.ends < localdate(now):
        raise NotWritten(
            N_("The last day of this proposal is over already. Refuse it, and ask for a new one.")
        )
    row.state, row.conditions, row.office_id = ProposalState.APPROVED, conditions.strip(), by.organisation_id
    row.granted_at, row.granted_by_id = now, by.known_user_id
    row.save(update_fields=["state", "conditions", "office", "granted_at", "granted_by"])
    record("publishing.proposal.grant", by=by, at=now, record=f"proposal:{row.pk}")


@transaction.atomic
def grant_more_time(proposal: UUID, *, by: Viewer, now: datetime) -> bool:
    """Agree that the data stay open longer, and tell whether they do: the first who agrees is noted, the second moves the last day.

    Raises `NotReviewer` or `NotThen`.
    """
    row = _undecided_by(proposal, by, ProposalStep.EXTEND)
    if row.wanted_until is None:
        raise NotWritten(N_("Nobody asks for more time."))
    if row.wanted_agreed_by_id is None:
        row.wanted_agreed_by_id = by.known_user_id
        row.save(update_fields=["wanted_agreed_by"])
        record("publishing.proposal.agree_time", by=by, at=now, record=f"proposal:{row.pk}")
        return False
    if same_human(row.wanted_agreed_by_id, by.known_user_id):
        raise NotReviewer(
            _(
                "This takes another person: you agreed first, or your account and that of who did may belong to one person."
            )
        )
    row.ends, row.wanted_until, row.wanted_because, row.wanted_agreed_by = row.wanted_until, None, "", None
    row.save(update_fields=["ends", "wanted_until", "wanted_because", "wanted_agreed_by"])
    record("publishing.proposal.extend", by=by, at=now, record=f"proposal:{row.pk}")
    return True


@transaction.atomic
def end_proposal(proposal: UUID, *, reason: str, by: Viewer, now: datetime) -> ProposalState:
    """Refuse a proposal that is not decided, or end one that is, with the reason that its researchers read; gives what it is then.

    One person suffices: it closes, and opens nothing. Raises `NotReviewer` or `NotThen`.
    """
    require(by, Permission.RESEARCH_DECIDE)
    row = proposal_row(by, proposal, lock=True)
    is_open = row.state == ProposalState.APPROVED
    state = after_step(ProposalState(row.state), ProposalStep.REVOKE if is_open else ProposalStep.REFUSE)
    row.state, row.reason, row.ended_at = state, _said(reason), now
    row.save(update_fields=["state", "reason", "ended_at"])
    verb = "revoke" if is_open else "refuse"
    record(f"publishing.proposal.{verb}", by=by, at=now, record=f"proposal:{row.pk}")
    return state


def is_kept_out(row: ResearchProposal, by: Viewer) -> bool:
    """Tell whether somebody may not decide: who is named in the proposal, or works for the organisation that wrote it."""
    named = row.members.values_list("user_id", flat=True)
    return row.organisation_id == by.organisation_id or any(
        same_human(one, by.known_user_id) for one in named
    )


def _undecided_by(proposal: UUID, by: Viewer, step: ProposalStep) -> ResearchProposal:
    require(by, Permission.RESEARCH_DECIDE)
    row = proposal_row(by, proposal, lock=True)
    if is_kept_out(row, by):
        raise NotReviewer(
            _(
                "You are named in this proposal, or work for the organisation that wrote it, so others decide on it."
            )
        )
    after_step(ProposalState(row.state), step)
    return row


def _said(words: str) -> str:
    if not words.strip():
        raise NotWritten(N_("Say in a few words why. Those who wrote the proposal read them."))
    return words.strip()
