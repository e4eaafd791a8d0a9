"""The whole decision of who sees a record, asked of the tables themselves: what a raw SELECT shows to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import Error, connection, transaction

from amparo.access.actions import grant_access, make_wall
from amparo.access.beyond import QUESTIONS, ask_beyond
from amparo.access.context import FACTS, acting_as, keeping, reading_as
from amparo.access.models import EmergencyOpening, Wall
from amparo.access.queries import find_running, viewer_for_membership
from amparo.access.rules import (
    ClearanceLevel,
    ClearanceReason,
    GrantReason,
    Permission,
    Purpose,
    Viewer,
    WallReason,
)
from amparo.cases.actions import link_operation, restrict_case, tell_unit
from amparo.cases.models import Case, Episode, UnitMessage
from amparo.cases.queries import find_for_emergency
from amparo.cases.queries.search import known_places
from amparo.vault.rules import Compartment
from tests.access.test_break_glass import Scene, make_scene
from tests.clock import database_clock
from tests.factories.accounts import NOW, make_team, make_viewer, organisation_of
from tests.factories.cases import make_case, row_of

pytestmark = pytest.mark.django_db

ASKED = {
    "cases_case": "SELECT id FROM cases_case WHERE id = %(case)s",
    "cases_person": "SELECT id FROM cases_person WHERE id = %(person)s",
    "cases_episode": "SELECT id FROM cases_episode WHERE case_id = %(case)s",
    "cases_casehistory": "SELECT pgh_id FROM cases_casehistory WHERE pgh_obj_id = %(case)s",
    "cases_personhistory": "SELECT pgh_id FROM cases_personhistory WHERE pgh_obj_id = %(person)s",
    "cases_caseevent": "SELECT id FROM cases_caseevent WHERE case_id = %(case)s",
}


def shown(viewer: Viewer, reference: str) -> set[str]:
    """Name the tables in which somebody is shown a row of the case or of its person, by a raw SELECT."""
    case = row_of(reference)
    with acting_as(viewer):
        return {table for table, question in ASKED.items() if _rows(question, case)}


def _rows(question: str, case: Case) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question, {"case": case.id, "person": case.person_id})
        rows: list[Any] = cursor.fetchall()
    return rows


def again(viewer: Viewer) -> Viewer:
    fresh = viewer_for_membership(viewer.membership_id or 0, NOW)
    assert fresh is not None
    return fresh


def grant(reference: str, to: Viewer, by: Viewer, *compartments: Compartment) -> Viewer:
    grant_access(
        record=row_of(reference).id, user_id=to.user_id, permissions=[Permission.CASE_READ], by=by, now=NOW,
        reason=GrantReason.JOINT_WORK, ends_at=NOW + timedelta(days=1), compartments=compartments,
    )  # fmt: skip
    return again(to)


@pytest.fixture
def leader() -> Viewer:
    return make_viewer("supervisor")


@pytest.fixture
def reference(leader: Viewer) -> str:
    return make_case(leader)


class TestScopeAndGrant:
    def test_p05_a_team_sees_its_own_and_not_its_neighbour(self) -> None:
        team = make_team()
        worker, mate = (make_viewer("caseworker", team=team) for _ in range(2))
        neighbour = make_viewer("caseworker", team=make_team(team.organisation))
        reference = make_case(worker)
        assert shown(mate, reference) == set(ASKED)
        assert shown(neighbour, reference) == set()

    def test_p05_a_grant_opens_another_compartment_only_when_it_names_it(
        self, leader: Viewer, reference: str
    ) -> None:
        officer = make_viewer("investigator")
        assert shown(grant(reference, officer, leader), reference) == set()
        named = grant(reference, officer, leader, Compartment.PROTECTION)
        assert shown(named, reference) == set(ASKED)
        with acting_as(named), connection.cursor() as cursor:
            cursor.execute("UPDATE cases_case SET changed_at = changed_at")
            assert cursor.rowcount == 0

    def test_p05_the_scope_ends_at_the_compartment(self, leader: Viewer, reference: str) -> None:
        elsewhere = frozenset({Compartment.JUSTICE})
        for moved in (replace(leader, compartments=elsewhere), replace(leader, compartments=frozenset())):
            assert shown(moved, reference) == set()
        both = replace(leader, compartments=leader.compartments | elsewhere)
        assert shown(both, reference) == set(ASKED)


class TestClearance:
    @pytest.mark.parametrize("level", [ClearanceLevel.RESTRICTED, ClearanceLevel.SEALED])
    def test_p05_only_who_is_named_is_shown_it(self, level: ClearanceLevel) -> None:
        team = make_team()
        chief = make_viewer("supervisor", organisation=team.organisation)
        worker, mate = (make_viewer("caseworker", team=team) for _ in range(2))
        outside = make_viewer("competent_authority")
        reference = make_case(worker)
        granted = grant(reference, outside, chief)
        assert shown(granted, reference) == shown(mate, reference) == set(ASKED)
        with acting_as(chief):
            restrict_case(
                reference=reference, level=level, reason=ClearanceReason.THREATENED, by=_stating(chief), now=NOW,
                named=[chief.known_user_id, worker.known_user_id],
            )  # fmt: skip
        for viewer in (mate, granted, make_viewer("supervisor", organisation=team.organisation)):
            assert shown(again(viewer), reference) == set()
        for viewer in (chief, worker):
            assert shown(again(viewer), reference) == set(ASKED)
        with acting_as(again(chief)):
            restrict_case(
                reference=reference, level=ClearanceLevel.NORMAL, named=[], reason=ClearanceReason.NO_LONGER,
                by=_stating(again(chief)), now=NOW,
            )  # fmt: skip
        assert shown(again(mate), reference) == set(ASKED)

    def test_p05_another_case_of_hers_still_shows_her(self, leader: Viewer, reference: str) -> None:
        person = row_of(reference).person_id
        second = make_case(leader)
        Case.objects.filter(reference=second).update(person_id=person, clearance="sealed")
        assert shown(leader, second) == {"cases_person", "cases_personhistory"}
        Case.objects.filter(reference=reference).update(clearance="restricted")
        assert shown(leader, reference) == set()


def _stating(viewer: Viewer) -> Viewer:
    return replace(viewer, stated_purpose=Purpose.SUPERVISION)


Walls = dict[str, Callable[[Viewer, Case], dict[str, Any]]]
WALLS: Walls = {
    "person, user": lambda viewer, case: {"person": case.person_id, "user_id": viewer.user_id},
    "person, organisation": lambda viewer, case: {
        "person": case.person_id, "organisation_id": viewer.organisation_id,
    },
    "record, user": lambda viewer, case: {"record": case.id, "user_id": viewer.user_id},
}  # fmt: skip


class TestWalls:
    @pytest.mark.parametrize("wall", WALLS)
    @pytest.mark.parametrize("opened", ["scope", "grant", "name"])
    def test_p19_deny_wins_in_the_tables_too(
        self, leader: Viewer, reference: str, wall: str, opened: str
    ) -> None:
        viewer = make_viewer("supervisor", organisation=organisation_of(leader))
        if opened == "grant":
            viewer = grant(reference, make_viewer("competent_authority"), leader)
        case = row_of(reference)
        if opened == "name":
            viewer = replace(viewer, cleared=frozenset({case.id}))
            Case.objects.filter(id=case.id).update(clearance="restricted")
        assert shown(viewer, reference) == set(ASKED)
        given = WALLS[wall](viewer, case)
        if "record" in given:
            Wall.objects.create(**given, reason=WallReason.THREAT, made_at=NOW)
        else:
            make_wall(**given, reason=WallReason.THREAT, by=leader, now=NOW)
        walled = again(viewer)
        assert shown(replace(walled, cleared=viewer.cleared), reference) == set()

    def test_p19_behind_a_wall_round_one_record_she_is_seen_by_another(
        self, leader: Viewer, reference: str
    ) -> None:
        case = row_of(reference)
        second = make_case(leader)
        Case.objects.filter(reference=second).update(person_id=case.person_id)
        walled = replace(leader, walled_records=frozenset({case.id}))
        assert shown(walled, reference) == {"cases_person", "cases_personhistory"}
        assert shown(walled, second) == set(ASKED)


class TestEmergency:
    @pytest.fixture
    def scene(self) -> Scene:
        return make_scene()

    def test_p05_it_shows_one_record_until_the_database_says_that_the_hour_is_over(
        self, scene: Scene
    ) -> None:
        other = make_case(scene.owner)
        with acting_as(scene.reader):
            running = find_running(scene.reader, scene.open())
        assert running is not None
        assert shown(running.viewer, scene.reference) == set(ASKED)
        assert shown(running.viewer, other) == set()
        assert shown(scene.reader, scene.reference) == set()
        with database_clock(timedelta(minutes=60, seconds=1)):
            assert shown(running.viewer, scene.reference) == set()

    def test_p05_it_is_of_one_user_and_lets_nobody_write(self, scene: Scene) -> None:
        with acting_as(scene.reader):
            running = find_running(scene.reader, scene.open())
        assert running is not None
        stranger = replace(make_viewer("supervisor"), emergency=running.viewer.emergency)
        assert shown(stranger, scene.reference) == set()
        with acting_as(running.viewer), connection.cursor() as cursor:
            for table in ASKED:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608  # one of ours
                assert cursor.rowcount == 0

    @pytest.mark.parametrize("closed", ["a wall", "named people only", "not justified"])
    def test_p19_it_goes_through_nothing_that_is_closed(self, scene: Scene, closed: str) -> None:
        with acting_as(scene.reader):
            running = find_running(scene.reader, scene.open())
        assert running is not None
        viewer, case = running.viewer, row_of(scene.reference)
        if closed == "a wall":
            viewer = replace(viewer, walled_persons=frozenset({case.person_id}))
        elif closed == "named people only":
            Case.objects.filter(id=case.id).update(clearance="restricted")
        else:
            EmergencyOpening.objects.update(
                verdict="not_justified", reviewed_by_id=scene.reviewer.known_user_id
            )
        assert shown(viewer, scene.reference) == set()

    def test_p05_openings_are_shown_to_who_opened_and_to_who_judges(self, scene: Scene) -> None:
        opening = scene.open()
        for viewer, sees in (
            (scene.reader, True), (scene.reviewer, True), (scene.owner, False), (scene.leader, False),
        ):  # fmt: skip
            with acting_as(viewer):
                assert EmergencyOpening.objects.filter(pk=opening).exists() == sees


class TestIndependentUnit:
    @pytest.fixture
    def officer(self) -> Viewer:
        return make_viewer("integrity_officer")

    def test_p20_nobody_else_learns_that_there_is_a_case(self, officer: Viewer) -> None:
        reference = make_case(officer)
        assert shown(officer, reference) == set(ASKED)
        others = [
            make_viewer(role, organisation=organisation_of(officer))
            for role in ("supervisor", "duty_protection_officer", "reviewer", "auditor")
        ]
        for viewer in others:
            assert shown(viewer, reference) == set()
            assert find_for_emergency(viewer, reference, now=NOW) is None
            assert known_places(viewer, [row_of(reference).person_id]) == []
        with reading_as(FACTS):
            for table in ("cases_case", "cases_person", "cases_episode"):
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # one of ours
                    assert cursor.fetchone() == (0,)

    def test_p20_what_it_tied_is_counted_for_nobody_else(
        self, officer: Viewer, leader: Viewer, reference: str
    ) -> None:
        mine, theirs = (Episode.objects.get(case__reference=each) for each in (reference, make_case(officer)))
        with acting_as(leader):
            link_operation(reference=reference, episode=mine.id, operation="", by=_stating(leader), now=NOW)
        operation = Episode.objects.get(id=mine.id).operation_id
        Episode.objects.filter(id=theirs.id).update(operation_id=operation)
        for viewer, number in ((leader, 1), (officer, 2)):
            with acting_as(viewer):
                assert ask_beyond("amparo_tied_episodes", [operation]) == [(operation, number)]

    def test_p20_who_tells_it_never_reads_what_was_told(
        self, officer: Viewer, leader: Viewer, reference: str
    ) -> None:
        with acting_as(leader):
            tell_unit(
                reference=reference, text="Papers were sold.", is_named=True, by=_stating(leader), now=NOW
            )
            assert UnitMessage.objects.count() == 0
        with acting_as(officer):
            assert UnitMessage.objects.count() == 1
            assert UnitMessage.objects.all().delete()[0] == 0
        with pytest.raises(Error), transaction.atomic(), reading_as("amparo_app"):
            UnitMessage.objects.create(content=b"", sent_at=NOW)


class TestQuestions:
    """What is asked beyond reach is answered as narrowly as it is shown."""

    def test_each_has_its_search_path_pinned_and_is_for_the_working_roles(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT proname, prosecdef, proconfig, proowner::regrole::text, has_function_privilege('amparo_backup', oid,"
                " 'EXECUTE'), has_function_privilege('amparo_app', oid, 'EXECUTE') FROM pg_proc WHERE proname LIKE 'amparo\\_%'"
            )
            rows = cursor.fetchall()
        assert len(rows) > 10
        for name, runs_as_owner, configured, owner, others, app in rows:
            assert configured == ["search_path=pg_catalog, public"], name
            assert owner == "amparo_owner"
            assert not others, name
            assert app == (name in QUESTIONS), name
            assert runs_as_owner or name == "amparo_not_closed"

    def test_only_questions_are_asked(self) -> None:
        with pytest.raises(LookupError):
            ask_beyond("pg_sleep", 1)

    def test_persons_elsewhere_are_those_with_another_case(self, leader: Viewer, reference: str) -> None:
        case = row_of(reference)
        stranger = make_viewer("supervisor")

        def elsewhere(cases: list[UUID]) -> list[Any]:
            with acting_as(stranger):
                return ask_beyond("amparo_persons_elsewhere", [case.person_id], cases)

        assert elsewhere([]) == [(case.person_id,)]
        assert elsewhere([case.id]) == []

    def test_who_keeps_has_no_other_question_to_ask_about_others(
        self, leader: Viewer, reference: str
    ) -> None:
        case, other = row_of(reference), row_of(make_case(leader))
        with keeping([case.person_id]):
            assert not _rows(ASKED["cases_case"], other)
            assert _rows(ASKED["cases_case"], case)
