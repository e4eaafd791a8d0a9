"""Which releases there are, for those who prepare and those who review them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.publishing.models import Release
from amparo.publishing.rules import Audience, Item, ReleaseState

SHOWN = 100


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
    licence: str
    doi: str
    version: int
    embargo_until: date | None
    state: ReleaseState
    reason: str
    explanations: Mapping[str, str]
    digest: str
    made_at: datetime
    made_by: str
    is_own: bool
    reviewed_by: str
    published_at: datetime | None
    items: tuple[Item, ...] = ()
    notes: tuple[Note, ...] = ()


def list_releases(viewer: Viewer) -> tuple[ReleaseFile, ...]:
    """List the newest releases that the viewer may see, without what is in them."""
    return tuple(_file(row, viewer) for row in _visible(viewer).order_by("-made_at", "-id")[:SHOWN])


def get_release(viewer: Viewer, release: UUID | str) -> ReleaseFile:
    """Give one release with its items and notes; `Absent` where there is none for the viewer."""
    row = row_of(viewer, release)
    items = tuple(Item.from_json(item.kept) for item in row.items.order_by("position"))
    notes = tuple(
        Note(at=note.at, by=note.by.name, words=note.words, cells=tuple(note.cells))
        for note in row.notes.select_related("by").order_by("at", "pk")
    )
    return _file(row, viewer, items, notes)


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
    may_prepare, may_review = (
        viewer.may(one) for one in (Permission.RELEASE_PREPARE, Permission.RELEASE_REVIEW)
    )
    if not (may_prepare or may_review):
        require(viewer, Permission.RELEASE_PREPARE)
    seen = Q(pk__in=[])
    if may_prepare:
        seen |= Q(organisation_id=viewer.organisation_id)
    if may_review:
        seen |= ~Q(state=ReleaseState.DRAFT)
    return Release.objects.select_related("made_by", "reviewed_by").filter(seen)


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
        licence=row.licence,
        doi=row.doi,
        version=row.version,
        embargo_until=row.embargo_until,
        state=ReleaseState(row.state),
        reason=row.reason,
        explanations=row.explanations,
        digest=row.digest,
        made_at=row.made_at,
        made_by=row.made_by.name,
        is_own=row.made_by_id == viewer.user_id,
        reviewed_by="" if row.reviewed_by is None else row.reviewed_by.name,
        published_at=row.published_at,
        items=items,
        notes=notes,
    )
