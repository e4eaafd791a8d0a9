"""Proposals for research, for those who write and those who decide on them, and the data that are open to one for its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.publishing.models import ProposalMember, Release, ReleaseItem, ResearchProposal
from amparo.publishing.queries.published import MOST_ITEMS, PublishedRelease, rows_of, without
from amparo.publishing.queries.releases import Absent
from amparo.publishing.rules import Audience, NotOpen, ProposalState, ReleaseState, why_closed
from amparo.publishing.rules.tables import PublishedItem

# What the role of everybody reads of a proposal: that it is approved, of whom, and until when.
PROPOSAL_COLUMNS = (
    "id", "number", "title", "summary", "institution", "begins", "ends", "state", "granted_at", "ended_at",
)  # fmt: skip
# What was let out to researchers and not taken back; an earlier version stays open to who works with it.
_OPEN = (ReleaseState.PUBLISHED, ReleaseState.SUPERSEDED)
SHOWN = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Researcher:
    """Somebody who is named in a proposal."""

    user_id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A release that belongs to a proposal: opened to it, or asked for as its result."""

    id: UUID
    number: str
    title: str
    state: ReleaseState
    audience: Audience
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalFile:
    """One proposal as those see it who work on it or decide on it."""

    id: UUID
    number: str
    title: str
    summary: str
    question: str
    wanted: str
    method: str
    ethics_body: str
    ethics_number: str
    ethics_on: date
    begins: date
    ends: date
    funder: str
    conflicts: str
    state: ProposalState
    institution: str
    made_at: datetime
    made_by: str
    reviewed_at: datetime | None
    reviewed_by: str
    review: str
    granted_at: datetime | None
    granted_by: str
    conditions: str
    wanted_until: date | None
    wanted_because: str
    wanted_agreed_by: str
    ended_at: datetime | None
    reason: str
    report: str
    is_kept_out: bool  # named, or of the organisation that wrote it
    is_reviewer: bool
    has_agreed: bool
    members: tuple[Researcher, ...]
    data: tuple[Given, ...] = ()
    outputs: tuple[Given, ...] = ()

    def is_open(self, today: date) -> bool:
        """Tell whether its data may be opened on a day."""
        return not why_closed(self.state, begins=self.begins, ends=self.ends, today=today)


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """An approved proposal as everybody sees it."""

    number: str
    title: str
    summary: str
    institution: str
    begins: date
    ends: date
    ended_on: date | None


def list_proposals(viewer: Viewer) -> tuple[ProposalFile, ...]:
    """List the proposals that the viewer works on or may decide on, those that wait first."""
    waiting = (ProposalState.SUBMITTED, ProposalState.REVIEWED)
    rows = sorted(
        _visible(viewer).order_by("-made_at", "-id")[:SHOWN],
        key=lambda row: row.state not in waiting and row.wanted_until is None,
    )
    return tuple(_file(row, viewer) for row in rows)


def get_proposal(viewer: Viewer, proposal: UUID | str) -> ProposalFile:
    """Give one proposal with its data and results; `Absent` where there is none for the viewer."""
    row = proposal_row(viewer, proposal)
    data = [given.release for given in row.data.select_related("release").order_by("pk")]
    return _file(row, viewer, data=data, outputs=list(row.outputs.order_by("-made_at")))


def proposal_row(viewer: Viewer, proposal: UUID | str, *, lock: bool = False) -> ResearchProposal:
    """Find a proposal that the viewer may see; `Absent` where there is none."""
    try:
        found = _visible(viewer).filter(pk=UUID(str(proposal)))
    except ValueError:
        raise Absent from None
    row = (found.select_for_update(of=("self",)) if lock else found).first()
    if row is None:
        raise Absent
    return row


def open_to_research(viewer: Viewer, *, now: datetime) -> tuple[Given, ...]:
    """List what was let out to researchers, so that it can be opened to a proposal."""
    require(viewer, Permission.RESEARCH_DECIDE)
    found = _let_out(now).filter(state=ReleaseState.PUBLISHED)
    return tuple(_given(row) for row in found.order_by("-published_at", "-number")[:SHOWN])


def opened_release(viewer: Viewer, proposal: UUID, number: str, *, now: datetime) -> PublishedRelease:
    """Give a release that is open to the viewer by a proposal, without the text of its files.

    Raises `NotOpen` where the proposal's time is not there, and `Absent` where the release is not one of its own.
    """
    found = _opened(viewer, proposal, number, now)
    kept = ReleaseItem.objects.filter(release__in=found).annotate(told=without("content,text"))
    told = kept.order_by("position").values_list("told", flat=True)
    items = tuple(PublishedItem.from_json(one) for one in told)
    (row,) = rows_of(found, now=now, items={number: items})
    return row


def opened_item(
    viewer: Viewer, proposal: UUID, number: str, place: int, *, now: datetime
) -> tuple[Release, PublishedItem]:
    """Give one thing of a release that is open to the viewer by a proposal, whole, the first being 1; raises as `opened_release`."""
    found = _opened(viewer, proposal, number, now)
    rows = ReleaseItem.objects.filter(release__in=found).order_by("position")
    kept = list(rows[place - 1 : place]) if 0 < place <= MOST_ITEMS else []
    if not kept:
        raise Absent
    return found.get(), PublishedItem.from_json(kept[0].kept)


def list_projects() -> tuple[Project, ...]:
    """List for everybody what was approved, the newest first. Nobody is asked for a permission here."""
    found = ResearchProposal.objects.filter(granted_at__isnull=False).order_by("-granted_at", "-number")
    names = ("number", "title", "summary", "institution", "begins", "ends")
    return tuple(
        Project(
            number=number,
            title=title,
            summary=summary,
            institution=institution,
            begins=begins,
            ends=ends,
            ended_on=None if ended_at is None else localdate(ended_at),
        )
        for number, title, summary, institution, begins, ends, ended_at in found.values_list(
            *names, "ended_at"
        )[:SHOWN]
    )


def _visible(viewer: Viewer) -> QuerySet[ResearchProposal]:
    """Show to researchers what they are named in, and to those who decide what was sent in."""
    may_propose, may_decide = (
        viewer.may(one) for one in (Permission.RESEARCH_PROPOSE, Permission.RESEARCH_DECIDE)
    )
    if not (may_propose or may_decide):
        require(viewer, Permission.RESEARCH_PROPOSE)
    seen = Q(pk__in=[])
    if may_propose:
        seen |= _named(viewer)
    if may_decide:
        seen |= ~Q(state__in=(ProposalState.DRAFT, ProposalState.TAKEN_BACK))
    related = ("made_by", "reviewed_by", "granted_by", "wanted_agreed_by")
    members = ProposalMember.objects.select_related("user").order_by("user__name", "pk")
    return (
        ResearchProposal.objects.select_related(*related)
        .prefetch_related(Prefetch("members", members))
        .filter(seen)
    )


def _named(viewer: Viewer) -> Q:
    own = ProposalMember.objects.filter(proposal=OuterRef("pk"), user_id=viewer.known_user_id)
    return Q(Exists(own)) & Q(organisation_id=viewer.organisation_id)


def _opened(viewer: Viewer, proposal: UUID, number: str, now: datetime) -> QuerySet[Release]:
    require(viewer, Permission.RESEARCH_PROPOSE)
    row = ResearchProposal.objects.filter(_named(viewer), pk=proposal).first()
    if row is None:
        raise Absent
    closed = why_closed(ProposalState(row.state), begins=row.begins, ends=row.ends, today=localdate(now))
    if closed:
        raise NotOpen(closed)
    found = _let_out(now).filter(number=number, pk__in=row.data.values("release"))
    if not found.exists():
        raise Absent
    return found


def _let_out(now: datetime) -> QuerySet[Release]:
    """Keep what was let out to researchers, was not taken back, and whose day has come."""
    return Release.objects.filter(
        Q(embargo_until=None) | Q(embargo_until__lte=localdate(now)),
        state__in=_OPEN,
        audience=Audience.RESEARCH,
        published_at__isnull=False,
    )


def _given(row: Release) -> Given:
    return Given(
        id=row.pk,
        number=row.number,
        title=row.title,
        state=ReleaseState(row.state),
        audience=Audience(row.audience),
        reason=row.reason,
    )


def _file(
    row: ResearchProposal, viewer: Viewer, *, data: Sequence[Release] = (), outputs: Sequence[Release] = ()
) -> ProposalFile:
    plain = (
        "id", "number", "title", "summary", "question", "wanted", "method", "ethics_body", "ethics_number", "ethics_on", "begins",
        "ends", "funder", "conflicts", "institution", "made_at", "reviewed_at", "review", "granted_at", "conditions", "wanted_until",
        "wanted_because", "ended_at", "reason", "report",
    )  # fmt: skip
    members = [Researcher(user_id=one.user_id, name=one.user.name) for one in row.members.all()]
    named = {one.user_id for one in members}
    return ProposalFile(
        **{name: getattr(row, name) for name in plain},
        reviewed_by="" if row.reviewed_by is None else row.reviewed_by.name,
        granted_by="" if row.granted_by is None else row.granted_by.name,
        wanted_agreed_by="" if row.wanted_agreed_by is None else row.wanted_agreed_by.name,
        state=ProposalState(row.state),
        made_by=row.made_by.name,
        is_kept_out=viewer.user_id in named or row.organisation_id == viewer.organisation_id,
        is_reviewer=row.reviewed_by_id == viewer.user_id,
        has_agreed=row.wanted_agreed_by_id == viewer.user_id,
        members=tuple(members),
        data=tuple(map(_given, data)),
        outputs=tuple(map(_given, outputs)),
    )
