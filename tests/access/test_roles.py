"""What each role may do, written out: a change of a role must be seen in review."""

from __future__ import annotations

from itertools import combinations

import pytest

from amparo.access.rules import (
    INCOMPATIBLE_ROLES,
    NOBODY,
    PERMISSION_MEANINGS,
    READERS,
    ROLES,
    Permission,
    Scope,
    conflicts_between,
    readers_by_scope,
    role_of,
    scope_of,
    system_viewer,
)
from amparo.vault.rules import Compartment
from amparo.vocab.codes import code_list

CASEWORK = (
    "case.close case.create case.edit case.move case.read case.read_log document.add document.read filter.save note.add "
    "note.read_sensitive person.edit person.search place.read summary.print"
)
EXPECTED = {
    "caseworker": (CASEWORK, Scope.TEAM, True),
    "supervisor": (
        CASEWORK + " case.assign case.reopen import.run import.undo export.run grant.give token.manage "
        "readings.review alerts.view act.decide emergency.open case.restrict wall.make",
        Scope.ORGANISATION,
        True,
    ),
    "first_responder": (
        (
            "case.create case.edit case.read document.add document.read filter.save note.add person.edit "
            "person.search place.read"
        ),
        Scope.OWN,
        True,
    ),
    "competent_authority": (
        "case.move case.read document.add document.read filter.save note.add person.search summary.print",
        Scope.GRANTED,
        True,
    ),
    "duty_protection_officer": (
        "case.read document.read filter.save note.add note.read_sensitive place.read",
        Scope.ORGANISATION,
        True,
    ),
    "investigator": (
        CASEWORK.replace(" note.read_sensitive", "") + " readings.release",
        Scope.TEAM,
        True,
    ),
    "integrity_officer": (
        CASEWORK.replace(" person.search", "")
        + " case.assign case.reopen act.decide message.read readings.release alerts.view",
        Scope.ORGANISATION,
        True,
    ),
    "access_reviewer": ("wall.review act.decide", Scope.NONE, True),
    "statistician": (
        (
            "tables.view tables.download snapshot.build facts.export release.read release.prepare release.review "
            "research.decide token.manage act.decide"
        ),
        Scope.NONE,
        True,
    ),
    "national_rapporteur": (
        "tables.view tables.download release.read release.prepare research.decide",
        Scope.NONE,
        False,
    ),
    "researcher": ("research.propose", Scope.NONE, True),
    "reviewer": ("emergency.review act.decide", Scope.NONE, True),
    "organisation_administrator": ("people.manage organisation.manage act.decide", Scope.NONE, True),
    "installation_administrator": ("installation.manage act.decide", Scope.NONE, True),
    "auditor": ("log.watch alerts.view canary.keep", Scope.NONE, True),
}
COMPARTMENTS = {
    "caseworker": {"protection", "location"},
    "supervisor": {"protection", "location"},
    "first_responder": {"protection"},
    "competent_authority": {"protection"},
    "duty_protection_officer": {"protection", "location"},
    "investigator": {"justice"},
    "integrity_officer": {"integrity"},
    "reviewer": {"protection"},
}
CASE_ROLES = (
    "caseworker", "supervisor", "first_responder", "competent_authority", "duty_protection_officer",
)  # fmt: skip
ALONE = ("integrity_officer", "access_reviewer")  # whoever holds one of these holds nothing else
ADMINISTRATORS = ("organisation_administrator", "installation_administrator")


def test_a_passkey_is_demanded_of_who_gives_rights_out_and_of_the_unit_and_the_reviewers() -> None:
    demanded = {code for code, role in ROLES.items() if role.needs_passkey}
    assert demanded == {*ADMINISTRATORS, *ALONE}


@pytest.mark.parametrize("code", ROLES)
def test_role_has_exactly_these_permissions(code: str) -> None:
    permissions, scope, needs_second_factor = EXPECTED[code]
    role = ROLES[code]
    assert {str(permission) for permission in role.permissions} == set(permissions.split())
    assert (role.scope, role.needs_second_factor) == (scope, needs_second_factor)


@pytest.mark.parametrize("code", ROLES)
def test_role_works_in_exactly_these_compartments(code: str) -> None:
    role = ROLES[code]
    assert role.compartments == COMPARTMENTS.get(code, set())
    assert role.opens_in in role.compartments or Permission.CASE_CREATE not in role.permissions


@pytest.mark.parametrize("code", ALONE)
def test_p18_who_watches_over_the_others_holds_nothing_else(code: str) -> None:
    assert conflicts_between(code, held=ROLES) == tuple(sorted(set(ROLES) - {code}))


def test_p20_nobody_protects_and_investigates() -> None:
    together = {Compartment.PROTECTION, Compartment.JUSTICE}
    for one, other in combinations(ROLES.values(), 2):
        if together <= one.compartments | other.compartments:
            assert conflicts_between(one.code, held=[other.code])
    assert not [role for role in ROLES.values() if together <= role.compartments]


def test_every_role_is_described_and_every_permission_is_said_and_held() -> None:
    assert set(ROLES) == set(EXPECTED)
    assert all(role.label and role.description.endswith(".") for role in ROLES.values())
    assert set(PERMISSION_MEANINGS) == set(Permission)
    assert frozenset().union(*(role.permissions for role in ROLES.values())) == set(Permission)


def test_roles_without_cases_hold_no_permission_on_them() -> None:
    on_cases = (
        "case.",
        "person.",
        "note.",
        "document.",
        "summary.",
        "import.",
        "export.",
        "filter.",
        "grant.",
    )
    for role in ROLES.values():
        if role.scope is Scope.NONE:
            assert not [permission for permission in role.permissions if permission.startswith(on_cases)]


@pytest.mark.parametrize("administrator", ADMINISTRATORS)
def test_an_administrator_holds_nothing_else(administrator: str) -> None:
    assert conflicts_between(administrator, held=ROLES) == tuple(sorted(set(ROLES) - {administrator}))


@pytest.mark.parametrize("code", CASE_ROLES)
def test_who_opens_files_works_with_no_facts(code: str) -> None:
    assert conflicts_between("statistician", held=[code]) == (code,)
    assert conflicts_between("researcher", held=[code, "statistician", "national_rapporteur"]) == (code,)


def test_case_roles_go_together() -> None:
    assert not [pair for pair in combinations(CASE_ROLES, 2) if frozenset(pair) in INCOMPATIBLE_ROLES]
    assert conflicts_between("caseworker", held=["caseworker", "supervisor"]) == ()


def test_kinds_of_organisations_are_codes_of_the_list() -> None:
    kinds = code_list("organisation_kind")
    assert all(kind in kinds for role in ROLES.values() for kind in role.organisation_kinds)


def test_without_a_team_the_teams_cases_are_the_own_ones() -> None:
    assert scope_of(ROLES["caseworker"], has_team=True) is Scope.TEAM
    assert scope_of(ROLES["caseworker"], has_team=False) is Scope.OWN
    assert scope_of(ROLES["supervisor"], has_team=False) is Scope.ORGANISATION


def test_nobody_and_the_system_may_only_what_is_said() -> None:
    assert not [permission for permission in Permission if NOBODY.may(permission)]
    assert not NOBODY.is_signed_in
    system = system_viewer([Permission.IMPORT_RUN])
    assert [permission for permission in Permission if system.may(permission)] == [Permission.IMPORT_RUN]
    assert system.scope is Scope.NONE
    assert system_viewer([Permission.IMPORT_RUN], organisation_id=3).scope is Scope.ORGANISATION


def test_every_role_with_a_reach_reads_cases() -> None:
    assert not [
        role.code
        for role in ROLES.values()
        if role.scope is not Scope.NONE and Permission.CASE_READ not in role.permissions
    ]


def test_unknown_role_is_none() -> None:
    assert role_of("king") is None


def test_the_roles_that_open_cases_are_named_by_their_scope() -> None:
    told = [code for codes in readers_by_scope() for code in codes]
    granted = {code for code in READERS if ROLES[code].scope is Scope.GRANTED}
    assert sorted(told) == sorted(READERS - granted)
