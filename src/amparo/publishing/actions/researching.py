"""Write a proposal for research, send it in, ask for more time, and close it with a report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate

from amparo.access.actions import Refused, require
from amparo.access.rules import Permission, Viewer
from amparo.accounts.queries import members_in_roles
from amparo.audit.actions import record
from amparo.publishing.models import ProposalMember, ResearchProposal
from amparo.publishing.queries.research import proposal_row
from amparo.publishing.rules import NotWritten, Plan, ProposalState, ProposalStep, after_step, proposal_number
from amparo.publishing.rules.research import LONGEST_ACCESS
from amparo.vocab.text import N_

RESEARCHER = "researcher"
_NUMBERS_LOCK = 0x50524F50


def colleagues_of(viewer: Viewer, *, now: datetime) -> tuple[tuple[int, str], ...]:
    """List the researchers of the own organisation who can be named in a proposal, without the viewer, by name."""
    require(viewer, Permission.RESEARCH_PROPOSE)
    rows = members_in_roles([RESEARCHER], now, organisation_id=viewer.organisation_id)
    others = {row.user_id: row.name for row in rows if row.user_id != viewer.known_user_id}
    return tuple(sorted(others.items(), key=lambda one: one[1]))


@transaction.atomic
def write_proposal(plan: Plan, *, colleagues: Collection[int] = (), by: Viewer, now: datetime) -> UUID:
    """Keep a proposal as a draft; gives its id. Only those whom it names see it."""
    require(by, Permission.RESEARCH_PROPOSE)
    if by.organisation_id is None:
        raise Refused
    row = ResearchProposal.objects.create(
        **asdict(plan),
        number=_next_number(now),
        organisation_id=by.organisation_id,
        institution=by.organisation_name,
        made_at=now,
        made_by_id=by.known_user_id,
    )
    _name(row, colleagues, by, now)
    record("publishing.proposal.write", by=by, at=now, record=f"proposal:{row.pk}")
    return row.pk


@transaction.atomic
def change_proposal(
    proposal: UUID, plan: Plan, *, colleagues: Collection[int] = (), by: Viewer, now: datetime
) -> None:
    """Write something else in a draft. Raises `NotThen`."""
    row = _own(proposal, by, ProposalStep.EDIT)
    for name, value in asdict(plan).items():
        setattr(row, name, value)
    row.save()
    row.members.all().delete()
    _name(row, colleagues, by, now)
    record("publishing.proposal.change", by=by, at=now, record=f"proposal:{row.pk}")


@transaction.atomic
def submit_proposal(proposal: UUID, *, by: Viewer, now: datetime) -> None:
    """Send a proposal in. From then on nothing of it can be changed. Raises `NotThen` or `NotWritten`."""
    row = _own(proposal, by, ProposalStep.SUBMIT)
    if row.ends < localdate(now):
        raise NotWritten(
            N_("The last day of this proposal is over already. Choose a later one, then send it in.")
        )
    row.state = ProposalState.SUBMITTED
    row.save(update_fields=["state"])
    record("publishing.proposal.submit", by=by, at=now, record=f"proposal:{row.pk}")


@transaction.atomic
def take_back_proposal(proposal: UUID, *, by: Viewer, now: datetime) -> None:
    """Take a proposal back before it is decided. Raises `NotThen`."""
    row = _own(proposal, by, ProposalStep.TAKE_BACK)
    row.state, row.ended_at = ProposalState.TAKEN_BACK, now
    row.save(update_fields=["state", "ended_at"])
    record("publishing.proposal.take_back", by=by, at=now, record=f"proposal:{row.pk}")


@transaction.atomic
def ask_more_time(proposal: UUID, *, until: date, because: str, by: Viewer, now: datetime) -> None:
    """Ask that the data stay open longer; two people of the office agree to it. Raises `NotThen` or `NotWritten`."""
    row = _own(proposal, by, ProposalStep.EXTEND)
    if until <= max(row.ends, localdate(now)):
        raise NotWritten(N_("This day is not later than the last day is now. Choose a later one."))
    if until - max(row.ends, localdate(now)) > LONGEST_ACCESS:
        raise NotWritten(
            N_("Data are opened for two years at most. Choose an earlier last day; it can be extended.")
        )
    if not because.strip():
        raise NotWritten(N_("Say in a few words why. Those who decide read them."))
    row.wanted_until, row.wanted_because, row.wanted_agreed_by = until, because.strip(), None
    row.save(update_fields=["wanted_until", "wanted_because", "wanted_agreed_by"])
    record("publishing.proposal.ask_time", by=by, at=now, record=f"proposal:{row.pk}")


@transaction.atomic
def close_proposal(proposal: UUID, *, report: str, by: Viewer, now: datetime) -> None:
    """Close a proposal with a report of what came of it; its data are not open any more. Raises `NotThen` or `NotWritten`."""
    row = _own(proposal, by, ProposalStep.CLOSE)
    if not report.strip():
        raise NotWritten(N_("Say in a few sentences what came of it. The office reads them."))
    row.state, row.report, row.ended_at = ProposalState.CLOSED, report.strip(), now
    row.save(update_fields=["state", "report", "ended_at"])
    record("publishing.proposal.close", by=by, at=now, record=f"proposal:{row.pk}")


def _own(proposal: UUID, by: Viewer, step: ProposalStep) -> ResearchProposal:
    require(by, Permission.RESEARCH_PROPOSE)
    row = proposal_row(by, proposal, lock=True)
    after_step(ProposalState(row.state), step)
    return row


def _name(row: ResearchProposal, colleagues: Collection[int], by: Viewer, now: datetime) -> None:
    """Name who works on it: who wrote it first, who writes now, and researchers of the same organisation; nobody else can be."""
    known = {user for user, _name in colleagues_of(by, now=now)}
    strangers = set(colleagues) - {*known, by.known_user_id, row.made_by_id}
    if strangers:
        raise NotWritten(
            N_("One of those who are named is no researcher of this organisation. Choose from the list.")
        )
    there = set(row.members.values_list("user_id", flat=True))
    wanted = {row.made_by_id, by.known_user_id, *colleagues}
    ProposalMember.objects.bulk_create(
        ProposalMember(proposal=row, user_id=user) for user in sorted(wanted - there)
    )


def _next_number(now: datetime) -> str:
    """Give the next number of the year; two who write at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERS_LOCK])
    place = ResearchProposal.objects.filter(number__startswith=f"P-{now.year}-").count() + 1
    return proposal_number(now.year, place)
