"""The API of releases: which there are, what is in one, and putting a draft up. They are reviewed and let out on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from amparo.access.actions import require
from amparo.access.api import (
    ACTING,
    READING,
    Given,
    Handler,
    Line,
    NeededKey,
    Sent,
    in_own_words,
    refuse_unknown,
    written,
)
from amparo.access.rules import Permission
from amparo.access.web import Request
from amparo.publishing.actions import HeldUp, propose_release, show_release
from amparo.publishing.queries import ReleaseFile, Shelf, get_release, list_releases
from amparo.publishing.rules import Audience, ItemKind, NotAudited, NotTheTime, ReleaseState

router = Router(tags=["publishing"])
Words = Annotated[str, Field(max_length=2_000)]
REFUSALS: Mapping[type[Exception], Handler] = {
    HeldUp: in_own_words(409, "held_up"),
    NotTheTime: in_own_words(409, "not_the_time"),
    NotAudited: in_own_words(422, "not_audited"),
}


class ReleasesAsked(BaseModel):
    """Which releases: of one shelf, with words of the number or the title, after the last of the page before."""

    shelf: Literal["", "ours", "review", "out", "back"] = ""
    text: Line = ""
    after: UUID | None = None


class ReleaseGiven(Given):
    """A release, with what is said of it."""

    id: UUID
    number: str
    title: str
    purpose: str
    audience: Audience
    ethics: str
    population: str
    period: tuple[str, ...]
    snapshot: str
    snapshot_hash: str
    licence: str
    doi: str
    version: int
    supersedes: str
    embargo_until: date | None
    state: ReleaseState
    reason: str
    digest: str
    organisation: str
    made_at: datetime
    made_by: str
    reviewed_by: str
    published_at: datetime | None


class Releases(Given):
    """One page of releases, the newest first; `following` begins the next page, and is empty on the last."""

    releases: tuple[ReleaseGiven, ...]
    following: str


class ItemGiven(Given):
    """One thing of a release: what it is, its content, and what its audit found."""

    kind: ItemKind
    title: str
    definition: str
    unit: str
    source: str
    method: str
    protection: str
    content: dict[str, Any]
    verdict: str
    numbers: int
    hidden: int


class FindingGiven(Given):
    """Something that the register found; where it holds up, the release goes no further until it is mended or explained."""

    kind: str
    holds_up: bool
    message: str
    releases: tuple[str, ...]


class NoteGiven(Given):
    """A remark of the review, with the numbers that it is about, by their codes."""

    at: datetime
    by: str
    words: str
    cells: tuple[str, ...]


class ReleaseHeld(ReleaseGiven):
    """A release with all that is in it, what the register found when it was asked last, and the remarks."""

    items: tuple[ItemGiven, ...]
    checked_at: datetime | None
    findings: tuple[FindingGiven, ...]
    explanations: dict[str, str]
    notes: tuple[NoteGiven, ...]


class ProposalSent(Sent):
    """Why nobody comes to harm by what the register found, by the kind of finding: `changed` and `partly` take words."""

    explanations: Annotated[dict[Line, Words], Field(default_factory=dict)]


class Proposed(Given):
    """A release that waits for a reviewer."""

    id: UUID
    number: str
    state: ReleaseState


@router.get("/releases", response={200: Releases, **READING})
def release_list(request: Request, asked: Query[ReleasesAsked]) -> Releases:
    """List the releases that you may see, the newest first."""
    require(request.viewer, Permission.RELEASE_READ)
    refuse_unknown(request, ReleasesAsked.model_fields)
    after = "" if asked.after is None else str(asked.after)
    found = list_releases(request.viewer, shelf=Shelf(asked.shelf), text=asked.text, after=after)
    return Releases.model_validate({"releases": found.rows, "following": found.following})


@router.get("/releases/{release}", response={200: ReleaseHeld, **READING})
def release_read(request: Request, release: UUID) -> ReleaseHeld:
    """Give a release with its content, its checks and its remarks. The reading is logged."""
    require(request.viewer, Permission.RELEASE_READ)
    return _held(show_release(release, by=request.viewer, now=request.now))


@router.post("/releases/{release}/propose", response={200: Proposed, **ACTING})
def release_propose(request: Request, release: UUID, sent: ProposalSent, key: NeededKey) -> Proposed:
    """Put a draft up for review. What the register finds holds it up, unless it is of a kind that words explain."""
    require(request.viewer, Permission.RELEASE_PREPARE)

    def put_up() -> dict[str, str]:
        propose_release(release, explanations=sent.explanations, by=request.viewer, now=request.now)
        return {"id": str(release)}

    written(request, key, put_up)
    file = get_release(request.viewer, release)
    return Proposed(id=file.id, number=file.number, state=file.state)


def _held(file: ReleaseFile) -> ReleaseHeld:
    checked = file.checked
    return ReleaseHeld(
        **ReleaseGiven.model_validate(file).__dict__,
        items=tuple(
            ItemGiven(
                kind=item.kind,
                title=item.title,
                definition=item.definition,
                unit=item.unit,
                source=item.source,
                method=item.method,
                protection=item.protection,
                content=dict(item.content),
                verdict="" if item.verdict is None else item.verdict.words,
                numbers=len(item.cells),
                hidden=sum(cell.is_hidden for cell in item.cells),
            )
            for item in file.items
        ),
        checked_at=None if checked is None else checked.at,
        findings=()
        if checked is None
        else tuple(
            FindingGiven(
                kind=one.kind,
                holds_up=one.holds_up,
                message=_(one.message.template) % one.message.values,
                releases=one.releases,
            )
            for one in checked.findings
        ),
        explanations=dict(file.explanations),
        notes=tuple(NoteGiven.model_validate(one) for one in file.notes),
    )
