"""The second wall: what PostgreSQL itself keeps back from the application's role, whatever a query forgot."""

# ruff: noqa: S608  # the names in the statements are those of our own tables

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import Error, ProgrammingError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from amparo.access.actions import grant_access
from amparo.access.beyond import QUESTIONS
from amparo.access.context import (
    FACTS,
    NOTHING,
    acting_as,
    keeping,
    reading_as,
)
from amparo.access.models import EmergencyOpening
from amparo.access.policies import SETTINGS, Kind, Protected, Reach
from amparo.access.queries import viewer_for_membership
from amparo.access.rules import (
    NOBODY,
    ROLES,
    ClearanceLevel,
    GrantedRecord,
    GrantReason,
    Permission,
    Scope,
    Viewer,
    system_viewer,
)
from amparo.cases.actions import tell_unit
from amparo.cases.models import Case, Episode, Person
from amparo.cases.queries import list_cases
from amparo.cases.queries.filters import list_filters
from amparo.cases.queries.visible import visible_cases
from amparo.config.diagnosis import faults_of_role
from amparo.config.embedded import APP, EVERYBODY, OWNER, TAKEN_ON, WORKER
from amparo.config.protected import OPEN, PROTECTED, READERS, is_classified
from amparo.intake.queries import visible_batches
from amparo.oversight.models import SampledReading
from amparo.vault.rules import Compartment
from amparo.vault.storing import vault_fields
from tests.contracts.denial_world import World
from tests.database import TESTER
from tests.factories.accounts import NOW, make_organisation, make_team, make_viewer
from tests.factories.cases import make_case, row_of

pytestmark = pytest.mark.django_db

TABLES = {each.table: each for each in PROTECTED}
READING = frozenset({Permission.CASE_READ})
ALL = frozenset(Compartment)
# Of whom the messages to the unit and the openings in emergencies are asked, and no organisation.
WITHOUT_UNIT = frozenset(Permission) - {Permission.MESSAGE_READ, Permission.EMERGENCY_REVIEW}


@pytest.fixture(scope="module")
def world(world: World, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        viewers = {}
        for role, viewer in world.viewers.items():  # as they are after all walls were made
            fresh = viewer_for_membership(viewer.membership_id or 0, timezone.now())
            assert fresh is not None
            viewers[role] = fresh
        tell_unit(
            reference=world.own["caseworker"]["reference"], text="Papers were sold here.", is_named=False,
            by=viewers["caseworker"], now=timezone.now(),
        )  # fmt: skip
        yield replace(world, viewers=viewers)
        transaction.set_rollback(True)


def raw(question: str, parameters: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows


def key_of(table: str) -> str:
    return "pgh_id" if table.endswith("history") else "id"


def everything(table: str) -> set[Any]:
    return {key for (key,) in raw(f'SELECT {key_of(table)} FROM "{table}"')}


def reached(viewer: Viewer, each: Protected) -> set[Any]:
    """Say by the getters what a viewer reaches of a table."""
    cases = list(visible_cases(viewer).values_list("id", flat=True))
    batches = list(visible_batches(viewer).values_list("id", flat=True))
    match each.kind:
        case Kind.CASE | Kind.OF_CASE:
            within = cases
        case Kind.PERSON | Kind.OF_PERSON:
            within = list(Case.objects.filter(id__in=cases).values_list("person_id", flat=True))
        case Kind.IMPORT | Kind.OF_IMPORT:
            within = batches
        case Kind.FILTER:
            within = [one.id for one in list_filters(viewer)]
        case Kind.UNIT:
            return everything(each.table) if viewer.may(Permission.MESSAGE_READ) else set()
        case Kind.OPENING:
            mine = EmergencyOpening.objects.filter(user_id=viewer.known_user_id).values_list("id", flat=True)
            return everything(each.table) if viewer.may(Permission.EMERGENCY_REVIEW) else set(mine)
        case Kind.DRAWN:
            reviewed = viewer.organisation_id if viewer.may(Permission.READINGS_REVIEW) else None
            about = Q(user_id=viewer.known_user_id) | Q(sample__organisation_id=reviewed)
            return set(SampledReading.objects.filter(about).values_list("id", flat=True))
    return {
        key
        for (key,) in raw(
            f'SELECT {key_of(each.table)} FROM "{each.table}" WHERE {each.column} = ANY (%s)', [within]
        )
    }


def refusal(statement: str, parameters: Any = None) -> str:
    """Run what the database has to refuse, and give what it said."""
    with pytest.raises(Error) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return str(refused.value)


class TestTables:
    """Every table was decided about, and the wall is up."""

    def test_each_is_behind_the_wall_or_open_for_a_reason(self) -> None:
        tables = [name for (name,) in raw("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        assert [name for name in tables if not is_classified(name)] == []
        assert set(TABLES) | OPEN.keys() <= set(tables)
        assert set(TABLES).isdisjoint(OPEN)

    @pytest.mark.parametrize("table", ["cases_new", "audit_new", "access_new", "accounts_new", "vault_new"])
    def test_a_new_table_of_ours_is_not_passed_over(self, table: str) -> None:
        assert not is_classified(table)

    @pytest.mark.parametrize("table", TABLES)
    def test_not_even_the_owner_passes(self, table: str) -> None:
        ((enabled, forced),) = raw(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table]
        )
        assert enabled
        assert forced
        policies = dict(
            raw("SELECT policyname, roles::text[] FROM pg_policies WHERE tablename = %s", [table])
        )
        assert {"amparo_see", "amparo_add", "amparo_upkeep"} <= set(policies)
        assert all("public" not in roles for roles in policies.values())

    def test_the_working_roles_have_no_right_that_goes_round_it(self) -> None:
        rows = raw(
            "SELECT rolname, rolsuper, rolbypassrls, rolinherit FROM pg_roles WHERE rolname = ANY (%s)",
            [[OWNER, APP, WORKER, FACTS, EVERYBODY, *TAKEN_ON]],
        )
        assert len(rows) == 11
        assert all(not is_super and not bypasses for _, is_super, bypasses, _ in rows)
        assert all(not inherits for name, _, _, inherits in rows if name in (APP, WORKER))


class TestP04:
    """Without a context, or with an empty reach, every protected table is empty."""

    @pytest.mark.parametrize("table", TABLES)
    def test_p04_without_a_context_there_is_nothing(self, world: World, table: str) -> None:
        assert everything(table)
        with reading_as(APP):
            assert everything(table) == set()

    @pytest.mark.parametrize(
        "viewer",
        [
            NOBODY,
            Viewer(
                user_id=-1, organisation_id=1, permissions=READING | {Permission.CASE_EDIT}, compartments=ALL
            ),
            Viewer(user_id=-1, compartments=ALL, permissions=WITHOUT_UNIT, scope=Scope.ORGANISATION),
            Viewer(organisation_id=1, permissions=READING, scope=Scope.TEAM, team_id=1, compartments=ALL),
            Viewer(user_id=-1, organisation_id=1, permissions=READING, scope=Scope.ORGANISATION),
            system_viewer(WITHOUT_UNIT, compartments=ALL),
        ],
        ids=[
            "nobody",
            "no scope",
            "no organisation",
            "no user",
            "no compartment",
            "system without organisation",
        ],
    )
    def test_p04_an_empty_reach_is_nothing(self, world: World, viewer: Viewer) -> None:
        if viewer.organisation_id is not None:
            viewer = replace(viewer, organisation_id=world.viewers["supervisor"].organisation_id)
        with acting_as(viewer):
            assert {table: everything(table) for table in TABLES} == {table: set() for table in TABLES}

    def test_p04_a_role_that_sees_no_case_sees_no_row(self, world: World) -> None:
        for role, viewer in world.viewers.items():
            if Permission.CASE_READ not in ROLES[role].permissions:
                with acting_as(viewer):
                    seen = {table for table in TABLES if everything(table)}
                own = {"oversight_sampledreading"} | (
                    {"access_emergencyopening"} if viewer.may(Permission.EMERGENCY_REVIEW) else set()
                )
                assert seen <= own, role


class TestP05:
    """A query that forgot its filter shows what the getter shows."""

    @pytest.mark.parametrize("role", ROLES)
    def test_p05_a_forgotten_filter_leaks_nothing(self, world: World, role: str) -> None:
        viewer = world.viewers[role]
        expected = {table: reached(viewer, each) for table, each in TABLES.items()}
        with acting_as(viewer):
            assert {table: everything(table) for table in TABLES} == expected

    def test_p05_each_table_is_shown_to_somebody_and_whole_to_nobody(self, world: World) -> None:
        for table, each in TABLES.items():
            seen = []
            for viewer in world.viewers.values():
                with acting_as(viewer):
                    seen.append(everything(table))
            assert any(seen), table
            if each.kind not in (Kind.UNIT, Kind.OPENING):  # the unit, and who judges, see theirs whole
                assert everything(table) not in seen, table

    def test_p05_a_grant_ends_with_the_next_viewer(self, world: World) -> None:
        viewer = world.viewers["competent_authority"]
        reference = world.own["competent_authority"]["reference"]
        case = row_of(str(reference)).id
        with acting_as(replace(viewer, grants=tuple(one for one in viewer.grants if one.record == case))):
            assert raw("SELECT reference FROM cases_case") == [(reference,)]
        with acting_as(replace(viewer, grants=())):
            assert raw("SELECT reference FROM cases_case") == []


@pytest.fixture
def here() -> Viewer:
    return make_viewer("supervisor")


@pytest.fixture
def theirs() -> UUID:
    """Return a case of another organisation."""
    return row_of(make_case(make_viewer("supervisor"))).id


class TestWriting:
    """What is out of reach is neither changed nor removed, and nothing is put there."""

    @pytest.mark.parametrize("table", TABLES)
    def test_rows_of_others_stand_still(self, world: World, table: str) -> None:
        viewer, key = world.viewers["supervisor"], key_of(table)
        beyond = everything(table) - reached(viewer, TABLES[table])
        assert beyond
        with acting_as(viewer), connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET {key} = {key} WHERE {key} = ANY (%s)', [list(beyond)])
            assert cursor.rowcount == 0
            if TABLES[table].kind is Kind.OPENING:  # nobody deletes one, whosever it is
                return
            cursor.execute(f'DELETE FROM "{table}" WHERE {key} = ANY (%s)', [list(beyond)])
            assert cursor.rowcount == 0

    @pytest.mark.parametrize("table", TABLES)
    def test_nothing_is_put_where_others_are(self, world: World, table: str) -> None:
        viewer, key = world.viewers["supervisor"], key_of(table)
        beyond = everything(table) - reached(viewer, TABLES[table])
        ((row,),) = raw(
            f'SELECT to_jsonb(t)::text FROM "{table}" t WHERE {key} = ANY (%s) LIMIT 1', [list(beyond)]
        )
        copied = f'INSERT INTO "{table}" SELECT (jsonb_populate_record(NULL::"{table}", %s::jsonb)).*'
        if TABLES[table].kind is not Kind.UNIT:  # whom everybody may tell
            with acting_as(viewer):
                assert "row-level security" in refusal(copied, [row])
        with reading_as(APP):
            assert "row-level security" in refusal(copied, [row])

    def test_a_case_is_not_pushed_to_others(self, here: Viewer, theirs: UUID) -> None:
        reference = make_case(here)
        other = Case.objects.get(id=theirs)
        with acting_as(here):
            pushed = "UPDATE cases_case SET organisation_id = %s WHERE reference = %s"
            assert "row-level security" in refusal(pushed, [other.organisation_id, reference])
            bound = "UPDATE cases_episode SET case_id = %s"
            assert "row-level security" in refusal(bound, [theirs])

    def test_a_grant_to_read_lets_read(self, here: Viewer, theirs: UUID) -> None:
        case = Case.objects.get(id=theirs)
        leading = make_viewer("supervisor", organisation=case.organisation)
        for permissions, may_write in (
            ({Permission.CASE_READ}, 0),
            ({Permission.CASE_READ, Permission.NOTE_ADD}, 1),
        ):
            grant_access(
                record=theirs, organisation_id=here.organisation_id, permissions=permissions,
                reason=GrantReason.JOINT_WORK, ends_at=NOW + timedelta(days=2), by=leading, now=NOW,
            )  # fmt: skip
            again = viewer_for_membership(here.membership_id or 0, NOW)
            assert again is not None
            with acting_as(again), connection.cursor() as cursor:
                assert theirs in everything("cases_case")
                cursor.execute("UPDATE cases_case SET changed_at = changed_at WHERE id = %s", [theirs])
                assert cursor.rowcount == may_write

    def test_who_works_may_still_work(self) -> None:
        team = make_team(make_organisation())
        for role in ("caseworker", "supervisor", "first_responder"):
            viewer = make_viewer(role, organisation=team.organisation, team=team)
            with acting_as(viewer):
                reference = make_case(viewer)
                assert raw("SELECT count(*) FROM cases_casehistory WHERE reference = %s", [reference]) == [
                    (1,)
                ]
                assert list_cases(viewer, now=NOW).total
            assert row_of(reference).person.names

    def test_a_reference_out_of_reach_is_not_drawn_again(self, here: Viewer) -> None:
        from random import Random

        taken = make_case(make_viewer("supervisor"), rng=Random(5))
        with acting_as(here):
            assert make_case(here, rng=Random(5)) != taken


def reach_of(person: UUID) -> list[str]:
    ((reach,),) = raw("SELECT reach FROM cases_person WHERE id = %s", [person])
    assert isinstance(reach, list)
    return reach


class TestReachOfPersons:
    """What stands in the row of a person says who leads a case of hers, whatever becomes of the case."""

    def test_it_follows_the_case(self, here: Viewer) -> None:
        case = row_of(make_case(here))
        team = make_team(case.organisation)
        person, lines = case.person_id, raw("SELECT count(*) FROM cases_personhistory")
        home = case.organisation_id
        assert f"protection:o{home}" in reach_of(person)
        Case.objects.filter(id=case.id).update(team=team, worker=None)
        itself = f"protection:c{case.id}"
        assert reach_of(person) == [itself, f"protection:o{home}", f"protection:t{home}.{team.id}"]
        other = make_organisation()
        Case.objects.filter(id=case.id).update(organisation=other, team=None)
        assert reach_of(person) == [itself, f"protection:o{other.id}"]
        assert raw("SELECT count(*) FROM cases_personhistory") == lines
        with acting_as(here):
            assert person not in everything("cases_person")

    def test_a_case_within_reach_is_enough(self, here: Viewer, theirs: UUID) -> None:
        mine = row_of(make_case(here))
        alien = Case.objects.get(id=theirs)
        with acting_as(here):
            assert everything("cases_person") == {mine.person_id}
        Case.objects.filter(id=mine.id).update(person=alien.person_id)
        assert reach_of(mine.person_id) == []
        assert {f"protection:o{here.organisation_id}", f"protection:o{alien.organisation_id}"} <= set(
            reach_of(alien.person_id)
        )
        with acting_as(here):
            assert everything("cases_person") == {alien.person_id}

    def test_a_grant_shows_her_while_her_case_is_open_and_lets_nobody_write_who_may_read(
        self, here: Viewer, theirs: UUID
    ) -> None:
        case = Case.objects.get(id=theirs)
        alike = row_of(make_case(make_viewer("supervisor")))
        own = row_of(make_case(here)).person_id
        opened = GrantedRecord(id=1, record=theirs, permissions=frozenset({Permission.CASE_READ}))
        granted = replace(here, grants=(opened,))
        writing = replace(here, grants=(replace(opened, permissions=frozenset(Permission)),))
        write = "WITH written AS (UPDATE cases_person SET version = version WHERE id = %s RETURNING id) TABLE written"
        for viewer, written in ((granted, []), (writing, [(case.person_id,)])):
            with acting_as(viewer):
                assert raw("SELECT current_user") == [(Reach.WHOLE_GRANTED,)]
                assert everything("cases_person") == {own, case.person_id}
                assert raw(write, [own]) == [(own,)]
                assert raw(write, [case.person_id]) == written
                assert raw(write, [alike.person_id]) == []
        Case.objects.filter(id=theirs).update(clearance=ClearanceLevel.RESTRICTED)
        with acting_as(granted):
            assert everything("cases_person") == {own}

    def test_nobody_writes_it_by_hand(self, here: Viewer) -> None:
        person = row_of(make_case(here)).person_id
        before = reach_of(person)
        with acting_as(here), connection.cursor() as cursor:
            cursor.execute("UPDATE cases_person SET reach = '{o1,o2,o3}' WHERE id = %s", [person])
            assert cursor.rowcount == 1
        assert reach_of(person) == before
        for function in ("amparo_reach_of(gen_random_uuid())", "set_config('role', 'amparo_owner', true)"):
            with acting_as(here):
                assert "permission denied" in refusal(f"SELECT {function}")

    def test_history_goes_on_afterwards(self, here: Viewer) -> None:
        case = row_of(make_case(here))
        Case.objects.filter(id=case.id).update(worker=None)
        ((before,),) = raw("SELECT count(*) FROM cases_personhistory")
        Person.objects.filter(id=case.person_id).update(version=9)
        assert raw("SELECT count(*) FROM cases_personhistory") == [(before + 1,)]


class TestContext:
    """It is the transaction's, and goes with it."""

    def test_a_block_inside_a_block_gives_way_to_the_outer_one(self, here: Viewer) -> None:
        mine, other = row_of(make_case(here)).id, make_viewer("supervisor")
        alien = row_of(make_case(other)).id
        with acting_as(here):
            with acting_as(other):
                assert everything("cases_case") == {alien}
            assert everything("cases_case") == {mine}
            with pytest.raises(ZeroDivisionError), acting_as(other):
                _ = 1 / 0
            assert everything("cases_case") == {mine}
        assert raw("SELECT current_user") == [(TESTER,)]

    def test_a_failed_statement_takes_it_back(self, here: Viewer) -> None:
        mine = row_of(make_case(here)).id
        with acting_as(here):
            with pytest.raises(ProgrammingError), transaction.atomic(), acting_as(NOBODY):
                raw("SELECT nothing FROM nowhere")
            assert everything("cases_case") == {mine}

    def test_every_setting_is_set_each_time(self, here: Viewer) -> None:
        with acting_as(here):
            asked = "SELECT current_setting('amparo.organisation', true)"
            assert raw(asked) == [(str(here.organisation_id),)]
        with reading_as(APP):
            values = raw(
                "SELECT " + ", ".join(f"current_setting('amparo.{name}', true)" for name in SETTINGS)
            )
        assert values == [NOTHING[:-1]]


class TestPlans:
    """The wall costs the list no index."""

    @pytest.mark.parametrize("role", ["supervisor", "caseworker"])
    def test_the_list_walks_its_index(self, role: str) -> None:
        viewer = make_viewer(role)
        make_case(viewer)
        with acting_as(viewer):
            raw("SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)")
            listed = visible_cases(viewer).order_by("-opened_date", "-id")[:50]
            plan = json.loads(listed.explain(format="json"))
        scans = [node for node in _nodes(plan[0]["Plan"]) if node.get("Relation Name") == "cases_case"]
        assert scans[0]["Index Name"].startswith("cases_case_")
        # What is not worked out once would be worked out for each row.
        assert not [node for node in _nodes(plan[0]["Plan"]) if node.get("Parent Relationship") == "SubPlan"]

    def test_the_reach_is_compared_once_and_not_for_each_row(self) -> None:
        viewer = make_viewer("supervisor")
        make_case(viewer)
        with acting_as(viewer):
            for asked in (visible_cases(viewer).order_by("-opened_date", "-id")[:50], visible_cases(viewer)):
                nodes = list(_nodes(json.loads(asked.explain(format="json"))[0]["Plan"]))
                gates = [node["One-Time Filter"] for node in nodes if "One-Time Filter" in node]
                assert len(gates) == 1
                assert "amparo.organisation" in gates[0]
                assert not any("amparo." in str(node.get("Filter", "")) for node in nodes)

    @pytest.mark.parametrize(
        ("grants", "scope", "reach"),
        [
            (0, Scope.ORGANISATION, Reach.WHOLE),
            (0, Scope.TEAM, Reach.TEAM),
            (0, Scope.OWN, Reach.TEAM),
            (1, Scope.ORGANISATION, Reach.WHOLE_GRANTED),
            (1, Scope.TEAM, Reach.TEAM_GRANTED),
            (1, Scope.GRANTED, Reach.TEAM_GRANTED),
            (0, Scope.GRANTED, APP),
        ],
    )
    def test_the_role_is_that_of_the_reach(self, grants: int, scope: Scope, reach: str) -> None:
        held = tuple(GrantedRecord(id=1, record=uuid4(), permissions=READING) for _ in range(grants))
        viewer = self._viewer(scope, *held)
        with acting_as(viewer):
            assert raw("SELECT current_user") == [(reach,)]
        one = frozenset({uuid4()})
        for closed in (
            replace(viewer, cleared=one),
            replace(viewer, walled_records=one),
            replace(viewer, walled_persons=one),
        ):
            with acting_as(closed):
                assert raw("SELECT current_user") == [(APP,)]
        further = GrantedRecord(
            id=2, record=uuid4(), permissions=READING, compartments=frozenset({Compartment.HEALTH})
        )
        with acting_as(self._viewer(scope, *held, further)):
            assert raw("SELECT current_user") == [(APP,)]

    @staticmethod
    def _viewer(scope: Scope, *held: GrantedRecord) -> Viewer:
        return Viewer(
            user_id=1,
            organisation_id=1,
            team_id=1,
            permissions=READING,
            scope=scope,
            grants=held,
            compartments=frozenset({Compartment.PROTECTION}),
        )


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


class TestNarrowRoles:
    """Two roles see every row, and next to nothing of it."""

    @pytest.mark.parametrize("model", [Case, Person, Episode])
    def test_facts_are_coded_columns_of_all_but_the_unit(self, world: World, model: Any) -> None:
        table, columns = model._meta.db_table, READERS[FACTS][model._meta.db_table].columns
        with reading_as(FACTS):
            rows = raw(f'SELECT {", ".join(columns)} FROM "{table}"')
        at = "case__compartment" if model is Episode else "compartment"
        assert 0 < len(rows) == model.objects.exclude(**{at: "integrity"}).count() < model.objects.count()
        sealed = {field.column for field in vault_fields(model)}
        assert sealed.isdisjoint(columns)
        with reading_as(FACTS):
            for field in model._meta.concrete_fields:
                if field.column not in columns:
                    assert "permission denied" in refusal(f'SELECT {field.column} FROM "{table}"')

    def test_they_write_nothing_and_read_no_other_table(self, world: World) -> None:
        with reading_as(FACTS):
            for table in TABLES:
                assert "permission denied" in refusal(f'DELETE FROM "{table}"')
                if table not in READERS[FACTS]:
                    assert "permission denied" in refusal(f'SELECT count(*) FROM "{table}"')
            for table in ("keyring.person_keys", "audit_event", "accounts_user"):
                assert "permission denied" in refusal(f"SELECT * FROM {table}")
            for question in QUESTIONS:
                ((arguments,),) = raw("SELECT pronargs FROM pg_proc WHERE proname = %s", [question])
                asked = f"SELECT {question}({', '.join(['NULL'] * arguments)})"
                assert "permission denied" in refusal(asked)

    def test_who_keeps_reaches_all_of_the_persons_named_and_nobody_else(self, world: World) -> None:
        persons = [case.person_id for case in Case.objects.all()[:2]]
        theirs = set(Case.objects.filter(person_id__in=persons).values_list("id", flat=True))
        with keeping(persons):
            assert everything("cases_person") == set(persons)
            assert everything("cases_case") == theirs
            assert {row.case_id for row in Episode.objects.all()} <= theirs
            assert everything("intake_importbatch") == everything("cases_unitmessage") == set()
        with keeping([]):
            assert {table: everything(table) for table in TABLES} == {table: set() for table in TABLES}


def test_a_role_that_sees_all_is_refused_at_the_start() -> None:
    assert "may do everything" in faults_of_role()
    with reading_as(APP):
        assert faults_of_role() == ""
        assert FACTS in faults_of_role(needs=(FACTS,))
        assert faults_of_role(needs=(EVERYBODY,)) == ""
    with reading_as(WORKER):
        assert EVERYBODY in faults_of_role(needs=(EVERYBODY,))
