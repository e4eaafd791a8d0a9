"""What the second wall is told of a viewer: as much as the viewer may, and nothing of what others may."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from amparo.access.context import values_of
from amparo.access.policies import SETTINGS, Reach
from amparo.access.rules import NOBODY, GrantedRecord, Permission, Scope, Viewer
from amparo.vault.rules import Compartment

RECORD = uuid4()
HOME = frozenset({Compartment.PROTECTION})
READS = frozenset({Permission.CASE_READ})
ALL = frozenset(Permission)


def viewer(scope: Scope = Scope.TEAM, **changes: Any) -> Viewer:
    usual: dict[str, Any] = {
        "user_id": 9, "membership_id": 3, "organisation_id": 5, "team_id": 7, "compartments": HOME,
        "permissions": READS, "scope": scope,
    }  # fmt: skip
    return Viewer(**usual | changes)


def granted(*permissions: Permission, further: frozenset[Compartment] = frozenset()) -> tuple[GrantedRecord]:
    return (GrantedRecord(id=1, record=RECORD, permissions=frozenset(permissions), compartments=further),)


def told(who: Viewer) -> dict[str, str]:
    """Give what is not empty, without what nothing rests on by itself, and the role."""
    *values, role = values_of(who)
    said = {name: value for name, value in zip(SETTINGS, values, strict=True) if value}
    assert said.pop("user", "") == ("" if who.user_id is None else str(who.user_id))
    assert said.pop("team", "") == ("" if who.team_id is None else str(who.team_id))
    assert said.pop("compartments", "") == ("{protection}" if who.homes else "")
    assert said.pop("compartment", "") == ("protection" if who.homes else "")
    return {**said, "role": role}


OWN = {"home": "5", "worker": "9", "reach": "{protection:w5.9}", "seen": "{protection:w5.9}"}
TEAM = {
    "home": "5", "scope_team": "7", "worker": "9", "reach": "{protection:t5.7,protection:w5.9}",
    "seen": "{protection:t5.7,protection:w5.9}",
}  # fmt: skip
WHOLE = {"organisation": "5", "reach": "{protection:o5}", "seen": "{protection:o5}"}
OPENED = {"records": f"{{{RECORD}}}"}


def with_grant(scope: dict[str, str]) -> dict[str, str]:
    """Give what is told of a scope beside a grant of the one record, to be read."""
    seen = [*filter(None, scope.get("seen", "").strip("{}").split(",")), f"protection:c{RECORD}"]
    return {**scope, **OPENED, "seen": f"{{{','.join(seen)}}}"}


@pytest.mark.parametrize(
    ("who", "expected", "role"),
    [
        (NOBODY, {}, Reach.ANY),
        (viewer(Scope.OWN), OWN, Reach.TEAM),
        (viewer(Scope.TEAM), TEAM, Reach.TEAM),
        (viewer(Scope.TEAM, team_id=None), OWN, Reach.TEAM),
        (viewer(Scope.ORGANISATION), WHOLE, Reach.WHOLE),
        (viewer(Scope.GRANTED), {}, Reach.ANY),
        (viewer(Scope.NONE), {}, Reach.ANY),
        (viewer(Scope.TEAM, user_id=None), {}, Reach.ANY),
        (viewer(Scope.ORGANISATION, organisation_id=None), {}, Reach.ANY),
        # A grant beside the scope, and what it lets change only where the role and the grant both do.
        (viewer(Scope.ORGANISATION, grants=granted(*READS)), with_grant(WHOLE), Reach.WHOLE_GRANTED),
        (viewer(Scope.TEAM, grants=granted(*READS)), with_grant(TEAM), Reach.TEAM_GRANTED),
        (viewer(Scope.GRANTED, grants=granted(*READS)), with_grant({}), Reach.TEAM_GRANTED),
        (
            viewer(Scope.GRANTED, grants=granted(*READS, Permission.CASE_EDIT)),
            with_grant({}),
            Reach.TEAM_GRANTED,
        ),
        (
            viewer(
                Scope.GRANTED, permissions=READS | {Permission.CASE_EDIT},
                grants=granted(*READS, Permission.CASE_EDIT),
            ),
            {**with_grant({}), "changeable": f"{{{RECORD}}}"},
            Reach.TEAM_GRANTED,
        ),
        # What is closed or opened by name takes the role that asks for each.
        (viewer(cleared=frozenset({RECORD})), {**TEAM, "cleared": f"{{{RECORD}}}"}, Reach.ANY),
        (viewer(walled_records=frozenset({RECORD})), {**TEAM, "walled": f"{{{RECORD}}}"}, Reach.ANY),
        (viewer(walled_persons=frozenset({RECORD})), {**TEAM, "walled_persons": f"{{{RECORD}}}"}, Reach.ANY),
        (
            viewer(grants=granted(*READS, further=frozenset({Compartment.JUSTICE}))),
            {**with_grant(TEAM), "further": f"{{{RECORD}:justice}}"},
            Reach.ANY,
        ),
        # An emergency opens by itself, and its grant is not told.
        (
            viewer(Scope.GRANTED, emergency=4, grants=granted(*READS)),
            {"emergency": "4", "seen": f"{{protection:c{RECORD}}}"},
            Reach.EMERGENCY,
        ),
        # Who may read no case reaches none, whatever else is theirs.
        (viewer(Scope.ORGANISATION, permissions=ALL - READS, grants=granted(*READS)), {
            "unit": "on", "judges": "on", "reviews": "5", "filters": "5", "imports": "5",
        }, Reach.ANY),
    ],
)  # fmt: skip
def test_p01_the_second_wall_is_told_what_the_viewer_may(
    who: Viewer, expected: dict[str, str], role: Reach, settings: Any
) -> None:
    assert told(who) == {**expected, "role": role or settings.AMPARO_ASSUMED_ROLE}


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("unit", Permission.MESSAGE_READ),
        ("judges", Permission.EMERGENCY_REVIEW),
        ("reviews", Permission.READINGS_REVIEW),
        ("filters", Permission.FILTER_SAVE),
        ("imports", Permission.IMPORT_RUN),
    ],
)
def test_each_kind_of_row_takes_its_own_permission(name: str, permission: Permission) -> None:
    assert told(viewer(permissions=frozenset({permission}))).get(name)
    assert name not in told(viewer(permissions=ALL - {permission}))


def test_lists_are_of_somebody() -> None:
    assert "filters" not in told(replace(viewer(permissions=ALL), user_id=None))


def test_several_compartments_are_asked_one_by_one() -> None:
    both = viewer(compartments=HOME | {Compartment.JUSTICE})
    said = dict(zip((*SETTINGS, "role"), values_of(both), strict=True))
    assert (said["compartment"], said["compartments"]) == ("", "{justice,protection}")
    assert said["role"] not in set(Reach) - {Reach.ANY}
