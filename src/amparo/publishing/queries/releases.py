"""Which releases there are, for those who prepare and those who review them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer, unit_of
from amparo.publishing.models import Release, ReleaseItem
from amparo.publishing.rules import REGISTERED, Audience, Item, ReleaseState
from amparo.publishing.rules.findings import Checked

SHOWN = 25
UNDERWAY = (ReleaseState.DRAFT, ReleaseState.PROPOSED, ReleaseState.IN_REVIEW, ReleaseState.CLEARED)


class Absent(Http404):
    """There is no such release, or none that the viewer may see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A remark made in review."""

    at: datetime
    by: str
    words: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseFile:
    """One release, as those see it who work on it."""

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
    snapshot_day: date | None
    licence: str
    doi: str
    version: int
    supersedes: str
    embargo_until: date | None
    state: ReleaseState
    reason: str
    explanations: Mapping[str, str]
    proposal: str  # the number of the research proposal of which it is a result
    institution: str  # that of the proposal
    digest: str
    made_at: datetime
    made_by: str
    organisation: str
    is_own: bool
    is_ours: bool
    is_of_another_unit: bool
    reviewed_by: str
    published_at: datetime | None
    published_by: str
    checked: Checked | None
    items: tuple[Item, ...] = ()
    notes: tuple[Note, ...] = ()


class Shelf(StrEnum):
    """Which of the releases somebody looks for."""

    ALL = ""
    OURS = "ours"
    UNDERWAY = "underway"
    REVIEW = "review"
    OUT = "out"
    BACK = "back"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleasePage:
    """One page of a list of releases, the newest first, without what is in them; `following` begins the next page."""

    rows: tuple[ReleaseFile, ...]
    following: str = ""


def list_releases(
    viewer: Viewer, *, shelf: Shelf = Shelf.ALL, text: str = "", after: str = ""
) -> ReleasePage:
    """List releases that the viewer may see, by where they stand, and by a part of the number or the title."""
    found = _visible(viewer).filter(_on(shelf, viewer))
    for word in text.split():
        found = found.filter(Q(title__icontains=word) | Q(number__icontains=word))
    if after:
        last = row_of(viewer, after)
        found = found.filter(Q(made_at__lt=last.made_at) | Q(made_at=last.made_at, pk__lt=last.pk))
    rows = list(found.order_by("-made_at", "-id")[: SHOWN + 1])
    return ReleasePage(
        rows=tuple(_file(row, viewer) for row in rows[:SHOWN]),
        following=str(rows[SHOWN - 1].pk) if len(rows) > SHOWN else "",
    )


def count_waiting(viewer: Viewer) -> int:
    """Count the releases that wait for a review by the viewer."""
    return _visible(viewer).filter(_on(Shelf.REVIEW, viewer)).count()


def drafts_about(viewer: Viewer, population: str, snapshot_hash: str) -> tuple[ReleaseFile, ...]:
    """List the drafts of the own organisation to which something of these facts can be added."""
    require(viewer, Permission.RELEASE_PREPARE)
    found = _visible(viewer).filter(
        state=ReleaseState.DRAFT, population=population, snapshot_hash=snapshot_hash
    )
    return tuple(_file(row, viewer) for row in found.order_by("-made_at", "-id")[:SHOWN])


def published_about(viewer: Viewer, population: str) -> tuple[ReleaseFile, ...]:
    """List what the own organisation let out about a population, and a new version may replace."""
    require(viewer, Permission.RELEASE_PREPARE)
    ours = _on(Shelf.OURS, viewer)
    found = _visible(viewer).filter(ours, state=ReleaseState.PUBLISHED, population=population)
    return tuple(_file(row, viewer) for row in found.order_by("-made_at", "-id")[:SHOWN])


def _on(shelf: Shelf, viewer: Viewer) -> Q:
    if shelf is Shelf.OURS:
        return Q(organisation_id=viewer.organisation_id)
    if shelf is Shelf.UNDERWAY:
        return Q(organisation_id=viewer.organisation_id, state__in=UNDERWAY)
    if shelf is Shelf.REVIEW:
        waiting = Q(state__in=(ReleaseState.PROPOSED, ReleaseState.IN_REVIEW))
        may = Permission.RELEASE_REVIEW in viewer.permissions
        return waiting & ~Q(unit=unit_of(viewer)) & ~Q(made_by_id=viewer.user_id) if may else Q(pk__in=[])
    if shelf is Shelf.OUT:
        return Q(state__in=(ReleaseState.PUBLISHED, ReleaseState.SUPERSEDED))
    if shelf is Shelf.BACK:
        return Q(state__in=(ReleaseState.WITHDRAWN, ReleaseState.REFUSED))
    return Q()


def get_release(viewer: Viewer, release: UUID | str) -> ReleaseFile:
    """Give one release with its items and notes; `Absent` where there is none for the viewer."""
    row = row_of(viewer, release)
    items = tuple(Item.from_json(item.kept) for item in row.items.order_by("position"))
    notes = tuple(
        Note(at=note.at, by=note.by.name, words=note.words, cells=tuple(note.cells))
        for note in row.notes.select_related("by").order_by("at", "pk")
    )
    return _file(row, viewer, items, notes)


def find_by_number(viewer: Viewer, number: str) -> UUID:
    """Find a release that the viewer may see by the number by which it is cited; `Absent` where there is none."""
    found = _visible(viewer).filter(number=number.strip().upper()).first()
    if found is None:
        raise Absent
    return found.pk


def find_id(number: str) -> UUID:
    """Give the id of a release that somebody was let read already, by its number."""
    return Release.objects.values_list("pk", flat=True).get(number=number)


def labels_beside(file: ReleaseFile) -> list[Mapping[str, Any]]:
    """Give the words for variables and values of what was let out before, as far as the findings about a release name it."""
    findings = () if file.checked is None else file.checked.findings
    numbers = {cell.release for one in findings for cell in one.cells if cell.release}
    if not numbers:
        return []
    found = ReleaseItem.objects.filter(release__number__in=numbers, release__state__in=REGISTERED)
    return [labels for labels in found.values_list("kept__content__labels", flat=True) if labels]


def row_of(viewer: Viewer, release: UUID | str, *, lock: bool = False) -> Release:
    """Find a release that the viewer may see; `Absent` where there is none."""
    try:
        found = _visible(viewer).filter(pk=UUID(str(release)))
    except ValueError:
        raise Absent from None
    row = (found.select_for_update(of=("self",)) if lock else found).first()
    if row is None:
        raise Absent
    return row


def _visible(viewer: Viewer) -> QuerySet[Release]:
    """Show what the own organisation prepares, and to reviewers what was proposed anywhere."""
    may_read, may_review = (viewer.may(one) for one in (Permission.RELEASE_READ, Permission.RELEASE_REVIEW))
    if not (may_read or may_review):
        require(viewer, Permission.RELEASE_READ)
    seen = Q(pk__in=[])
    if may_read:
        seen |= Q(organisation_id=viewer.organisation_id)
    if may_review:
        seen |= ~Q(state=ReleaseState.DRAFT)
    related = ("made_by", "reviewed_by", "published_by", "organisation", "supersedes", "proposal")
    return Release.objects.select_related(*related).filter(seen)


def _file(
    row: Release, viewer: Viewer, items: tuple[Item, ...] = (), notes: tuple[Note, ...] = ()
) -> ReleaseFile:
    return ReleaseFile(
        id=row.id,
        number=row.number,
        title=row.title,
        purpose=row.purpose,
        audience=Audience(row.audience),
        ethics=row.ethics,
        population=row.population,
        period=tuple(row.period),
        snapshot=row.snapshot,
        snapshot_hash=row.snapshot_hash,
        snapshot_day=row.snapshot_day,
        licence=row.licence,
        doi=row.doi,
        version=row.version,
        supersedes="" if row.supersedes is None else row.supersedes.number,
        embargo_until=row.embargo_until,
        state=ReleaseState(row.state),
        reason=row.reason,
        explanations=row.explanations,
        proposal="" if row.proposal is None else row.proposal.number,
        institution="" if row.proposal is None else row.proposal.institution,
        digest=row.digest,
        made_at=row.made_at,
        made_by=row.made_by.name,
        organisation=row.organisation.name,
        is_own=row.made_by_id == viewer.user_id,
        is_ours=row.organisation_id == viewer.organisation_id,
        is_of_another_unit=row.made_by_id != viewer.user_id and row.unit != unit_of(viewer),
        reviewed_by="" if row.reviewed_by is None else row.reviewed_by.name,
        published_at=row.published_at,
        published_by="" if row.published_by is None else row.published_by.name,
        checked=Checked.from_json(row.checked),
        items=items,
        notes=notes,
    )
