"""Each reading is logged with the ground on which the record lay open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest

from amparo.access.rules import GrantedRecord, Permission, Scope, Viewer, basis_of, system_viewer

RECORD = uuid4()


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A record by where it stands."""

    id: UUID = RECORD
    organisation_id: int = 1
    team_id: int | None = 7
    worker_id: int | None = 99


def viewer(
    scope: Scope = Scope.TEAM, *, organisation: int = 1, team: int | None = 7, grants: int = 0
) -> Viewer:
    granted = GrantedRecord(id=12, record=RECORD, permissions=frozenset({Permission.CASE_READ}))
    return Viewer(
        user_id=5,
        organisation_id=organisation,
        team_id=team,
        scope=scope,
        grants=(granted,) if grants else (),
    )


@pytest.mark.parametrize(
    ("who", "record", "ground"),
    [
        (viewer(), Standing(worker_id=5), "own"),
        (viewer(Scope.ORGANISATION), Standing(worker_id=5), "own"),
        (viewer(), Standing(), "team"),
        (viewer(Scope.ORGANISATION), Standing(), "team"),
        (viewer(Scope.ORGANISATION, team=None), Standing(team_id=None), "organisation"),
        (viewer(Scope.GRANTED, organisation=2, grants=1), Standing(), "grant:12"),
        (viewer(Scope.TEAM, team=8, grants=1), Standing(), "grant:12"),
        (viewer(grants=1), Standing(), "team"),  # the nearest ground counts
        # No ground: the getter let something through that it should not. The log says so, and that is an alert.
        (viewer(Scope.TEAM, team=8), Standing(), "none"),
        (viewer(Scope.OWN, team=7), Standing(), "none"),
        (viewer(organisation=2), Standing(worker_id=5), "none"),
        (Viewer(user_id=5), Standing(worker_id=None, team_id=None), "none"),
        (Viewer(organisation_id=1), Standing(worker_id=None, team_id=None), "none"),
        (replace(viewer(), emergency=4), Standing(worker_id=5), "emergency:4"),
        (system_viewer([], organisation_id=1), Standing(), "system"),
    ],
)
def test_the_ground_of_one_record(who: Viewer, record: Standing, ground: str) -> None:
    assert basis_of(who, record) == ground


def test_of_several_records_the_farthest_ground_is_said() -> None:
    own, team, absent = (
        Standing(id=uuid4(), worker_id=5),
        Standing(id=uuid4()),
        Standing(id=uuid4(), team_id=8),
    )
    assert basis_of(viewer(), own, team) == "team"
    assert basis_of(viewer(), own, own) == "own"
    assert basis_of(viewer(), own, absent) == "none"
    assert basis_of(viewer()) == "organisation"  # of none


def test_several_grants_are_no_single_one() -> None:
    granted = [GrantedRecord(id=n, record=uuid4(), permissions=frozenset()) for n in (1, 2)]
    who = Viewer(user_id=5, organisation_id=2, scope=Scope.GRANTED, grants=tuple(granted))
    assert basis_of(who, *(Standing(id=one.record) for one in granted)) == "grant"
    assert basis_of(who, *(Standing(id=one.record) for one in granted), Standing()) == "none"
