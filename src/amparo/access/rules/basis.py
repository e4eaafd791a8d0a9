"""Say on what ground a record lies open to somebody: what the log keeps of why a reading was possible."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from amparo.access.rules.roles import Scope
from amparo.access.rules.viewer import Viewer


class Basis(StrEnum):
    """A ground, from the nearest to the farthest. A single grant is named by its number: grant:12."""

    SYSTEM = "system"
    OWN = "own"
    TEAM = "team"
    ORGANISATION = "organisation"
    GRANT = "grant"
    SEARCH = "search"  # a counted search beyond one's reach, which opens nothing
    EMERGENCY = "emergency"  # named by the number of the opening: emergency:7
    NONE = "none"  # no ground is known: that is an alert


class Standing(Protocol):
    """A record by where it stands: its organisation, team and worker."""

    @property
    def id(self) -> UUID:
        """Give the id that grants speak of."""

    @property
    def organisation_id(self) -> int:
        """Give the organisation whose record it is."""

    @property
    def team_id(self) -> int | None:
        """Give the team that it stands in."""

    @property
    def worker_id(self) -> int | None:
        """Give who works on it."""


def basis_of(viewer: Viewer, *records: Standing) -> str:
    """Name the ground on which records are open to the viewer; of several records, the farthest ground."""
    granted = {grant.record: grant.id for grant in viewer.grants}
    found = {_ground(viewer, record, granted) for record in records}
    if not found:
        return own_ground(viewer)
    return max(sorted(found), key=_distance) if len(_of_grants(found)) < 2 else _farthest(found)


def own_ground(viewer: Viewer) -> str:
    """Name the ground of what is the viewer's organisation's own work and stands in no team: workbooks, comparisons."""
    return Basis.SYSTEM if viewer.is_system else Basis.ORGANISATION


def _ground(viewer: Viewer, record: Standing, granted: dict[UUID, int]) -> str:
    if viewer.is_system:
        return Basis.SYSTEM
    if viewer.emergency is not None:
        return f"{Basis.EMERGENCY}:{viewer.emergency}"
    if viewer.organisation_id is not None and record.organisation_id == viewer.organisation_id:
        if viewer.user_id is not None and record.worker_id == viewer.user_id:
            return Basis.OWN
        in_team = viewer.team_id is not None and record.team_id == viewer.team_id
        if in_team and viewer.scope in (Scope.TEAM, Scope.ORGANISATION):
            return Basis.TEAM
        if viewer.scope is Scope.ORGANISATION:
            return Basis.ORGANISATION
    return f"{Basis.GRANT}:{granted[record.id]}" if record.id in granted else Basis.NONE


def _distance(ground: str) -> int:
    return tuple(Basis).index(Basis(ground.partition(":")[0]))


def _of_grants(grounds: Iterable[str]) -> list[str]:
    return [ground for ground in grounds if ground.startswith(f"{Basis.GRANT}:")]


def _farthest(grounds: Iterable[str]) -> str:
    """Say "grant" where several grants open the records of one reading, and no farther ground does."""
    return Basis.NONE if Basis.NONE in grounds else Basis.GRANT
