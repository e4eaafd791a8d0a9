"""The lists that people keep under a name."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from amparo.access.rules import Permission, Viewer
from amparo.cases.models import SavedFilter


@dataclass(frozen=True, kw_only=True, slots=True)
class FilterFile:
    """One saved filter, and whether the viewer may remove it."""

    id: UUID
    name: str
    choices: dict[str, str]
    is_shared: bool
    is_own: bool


def list_filters(viewer: Viewer) -> tuple[FilterFile, ...]:
    """Return the viewer's own filters and those that her team (or, without a team, her organisation) shares."""
    if viewer.user_id is None or not viewer.may(Permission.FILTER_SAVE):
        return ()
    shared = Q(is_shared=True, organisation_id=viewer.organisation_id, team_id=viewer.team_id)
    own = Q(user_id=viewer.user_id, organisation_id=viewer.organisation_id)
    return tuple(
        FilterFile(
            id=saved.id,
            name=saved.name,
            choices=saved.choices,
            is_shared=saved.is_shared,
            is_own=saved.user_id == viewer.user_id,
        )
        for saved in SavedFilter.objects.filter(own | shared).order_by("name", "id")
    )
