"""What a viewer reaches: the list and the getter agree with the rule, and nothing is reached by default."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import ClassVar
from uuid import UUID, uuid5

import pytest
from django.db import connection, models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amparo.access.context import values_of
from amparo.access.policies import SETTINGS
from amparo.access.queries import scoped
from amparo.access.rules import (
    NOBODY,
    ROLES,
    ClearanceLevel,
    GrantedRecord,
    Permission,
    Scope,
    Viewer,
    system_viewer,
)
from amparo.vault.rules import Compartment

SPACE = UUID("6f2b1a52-5f6f-4d6c-9a0e-000000000000")
IDS = tuple(uuid5(SPACE, str(number)) for number in range(12))


class Row(models.Model):
    """A row that carries what every protected row carries."""

    id = models.UUIDField(primary_key=True)
    case_id = models.UUIDField()
    organisation_id = models.BigIntegerField()
    team_id = models.BigIntegerField(null=True)
    worker_id = models.BigIntegerField(null=True)
    person_id = models.UUIDField()
    compartment = models.CharField(max_length=20)
    clearance = models.CharField(max_length=20)

    objects: ClassVar[models.Manager[Row]] = models.Manager()

    class Meta:
        managed = False
        app_label = "scope_tests"
        db_table = "scope_test_row"


@pytest.fixture
def table(db: None) -> None:
    """Have a table of such rows that goes with the connection's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE scope_test_row (id uuid PRIMARY KEY, case_id uuid, organisation_id bigint,"
            " team_id bigint, worker_id bigint, person_id uuid, compartment text, clearance text) ON COMMIT DROP"
        )


small = st.integers(1, 3)
compartments = st.sampled_from([Compartment.PROTECTION, Compartment.JUSTICE, Compartment.INTEGRITY])
some_ids = st.frozensets(st.sampled_from(IDS), max_size=3)
rows = st.lists(
    st.builds(
        Row,
        id=st.sampled_from(IDS),
        case_id=st.sampled_from(IDS),
        organisation_id=small,
        team_id=st.none() | small,
        worker_id=st.none() | small,
        person_id=st.sampled_from(IDS),
        compartment=compartments,
        clearance=st.sampled_from([ClearanceLevel.NORMAL, ClearanceLevel.NORMAL, *ClearanceLevel]),
    ),
    unique_by=lambda row: row.id,
    max_size=len(IDS),
)
permissions = st.frozensets(st.sampled_from([Permission.CASE_READ, Permission.CASE_EDIT]))
viewers = st.builds(
    Viewer,
    user_id=st.none() | small,
    organisation_id=st.none() | small,
    team_id=st.none() | small,
    permissions=permissions,
    scope=st.sampled_from(Scope),
    grants=st.lists(
        st.builds(
            GrantedRecord,
            record=st.sampled_from(IDS),
            permissions=permissions,
            compartments=st.frozensets(compartments, max_size=1),
        ),
        max_size=4,
    ).map(tuple),
    compartments=st.frozensets(compartments),
    cleared=some_ids,
    walled_records=some_ids,
    walled_persons=some_ids,
)


def may(viewer: Viewer, row: Row, permission: Permission, record: UUID) -> bool:
    """Say the rule once more, row by row and in other words than the query."""
    if permission not in viewer.permissions:
        return False
    if record in viewer.walled_records or row.person_id in viewer.walled_persons:
        return False
    if row.clearance != "normal" and record not in viewer.cleared:
        return False
    if any(
        grant.record == record
        and {permission, Permission.CASE_READ} <= grant.permissions
        and row.compartment in viewer.compartments | grant.compartments
        for grant in viewer.grants
    ):
        return True
    if row.compartment not in viewer.compartments:
        return False
    if viewer.organisation_id is None or row.organisation_id != viewer.organisation_id:
        return False
    is_worker = viewer.user_id is not None and row.worker_id == viewer.user_id
    is_of_team = viewer.user_id is not None and viewer.team_id is not None and row.team_id == viewer.team_id
    return {
        Scope.OWN: is_worker,
        Scope.TEAM: is_worker or is_of_team,
        Scope.ORGANISATION: True,
        Scope.GRANTED: False,
        Scope.NONE: False,
    }[viewer.scope]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows, viewer=viewers, permission=st.sampled_from([Permission.CASE_READ, Permission.CASE_EDIT]))
def test_list_and_getter_agree_with_the_rule(
    table: None, rows: list[Row], viewer: Viewer, permission: Permission
) -> None:
    Row.objects.all().delete()
    Row.objects.bulk_create(rows)
    for record in ("id", "case_id"):
        reached = scoped(viewer, Row.objects.all(), permission=permission, record=record)
        listed = set(reached.values_list("id", flat=True))
        gotten = {one for one in IDS if reached.filter(pk=one).first() is not None}
        expected = {row.id for row in rows if may(viewer, row, permission, getattr(row, record))}
        assert listed == gotten == expected


def each_row() -> list[Row]:
    """Make a row of every kind: of two organisations, teams and workers or none, in two compartments, closed and open."""
    kinds = product((1, 2), (None, 1, 2), (None, 1, 2), ("protection", "justice"), ("normal", "restricted"))
    return [
        Row(
            id=uuid5(SPACE, f"row {place}"), case_id=uuid5(SPACE, f"row {place}"), organisation_id=organisation, team_id=team,
            worker_id=worker, compartment=compartment, clearance=clearance, person_id=IDS[place % 5],
        )
        for place, (organisation, team, worker, compartment, clearance) in enumerate(kinds)
    ]  # fmt: skip


def test_p01_each_scope_keeps_exactly_its_rows(table: None) -> None:
    made = Row.objects.bulk_create(each_row())
    beyond = [row for row in made if row.organisation_id == 2]
    reading = frozenset({Permission.CASE_READ})
    grants = tuple(
        GrantedRecord(id=place, record=row.id, permissions=reading, compartments=compartments)
        for place, (row, compartments) in enumerate(
            product(beyond[:8:2], (frozenset(), frozenset({Compartment.JUSTICE})))
        )
        if (place % 8) in (0, 2, 7)
    )
    for scope, organisation, user, team in product(Scope, (None, 1), (None, 1), (None, 1)):
        plain = Viewer(
            user_id=user, organisation_id=organisation, team_id=team, permissions=reading, scope=scope,
            compartments=frozenset({Compartment.PROTECTION}),
        )  # fmt: skip
        closed = replace(
            plain, grants=grants, cleared=frozenset(row.id for row in made[1::6]),
            walled_records=frozenset(row.id for row in made[::7]), walled_persons=frozenset(IDS[3:4]),
        )  # fmt: skip
        for viewer in (plain, closed):
            listed = set(scoped(viewer, Row.objects.all()).values_list("id", flat=True))
            assert listed == {row.id for row in made if may(viewer, row, Permission.CASE_READ, row.id)}, (
                viewer
            )


def test_a_grant_to_read_does_not_borrow_the_compartment_that_another_names(table: None) -> None:
    row = Row.objects.create(
        id=IDS[0], case_id=IDS[0], organisation_id=2, team_id=None, worker_id=None, person_id=IDS[1],
        compartment="justice", clearance="normal",
    )  # fmt: skip
    to_read = GrantedRecord(id=1, record=row.id, permissions=frozenset({Permission.CASE_READ}))
    to_edit = GrantedRecord(
        id=2,
        record=row.id,
        permissions=frozenset({Permission.CASE_EDIT}),
        compartments=frozenset({Compartment.JUSTICE}),
    )
    viewer = Viewer(
        user_id=1, organisation_id=1, permissions=frozenset(Permission), scope=Scope.GRANTED, grants=(to_read, to_edit),
        compartments=frozenset({Compartment.PROTECTION}),
    )  # fmt: skip
    assert not scoped(viewer, Row.objects.all()).exists()
    assert Compartment.JUSTICE not in viewer.reads_in(row.id)
    told = dict(zip(SETTINGS, values_of(viewer), strict=False))
    assert told["further"] == "", "nor does the second wall"


def test_a_grant_opens_no_further_compartment_than_it_names(table: None) -> None:
    made = Row.objects.bulk_create(
        Row(
            id=IDS[place], case_id=IDS[0], organisation_id=2, team_id=None, worker_id=None, person_id=IDS[1],
            compartment=compartment, clearance="normal",
        )
        for place, compartment in enumerate(("protection", "justice", "integrity"))
    )  # fmt: skip
    granted = GrantedRecord(
        id=1, record=IDS[0], permissions=frozenset({Permission.CASE_READ}), compartments=frozenset({Compartment.JUSTICE})
    )  # fmt: skip
    viewer = Viewer(
        user_id=1, organisation_id=1, permissions=frozenset(Permission), scope=Scope.GRANTED, grants=(granted,),
        compartments=frozenset({Compartment.PROTECTION}),
    )  # fmt: skip
    listed = scoped(viewer, Row.objects.all(), record="case_id").values_list("id", flat=True)
    assert set(listed) == {row.id for row in made[:2]}


@pytest.mark.parametrize(
    "viewer",
    [
        NOBODY,
        Viewer(user_id=1, organisation_id=1, scope=Scope.ORGANISATION),
        Viewer(user_id=1, organisation_id=1, permissions=frozenset(Permission)),
        Viewer(user_id=1, permissions=frozenset(Permission), scope=Scope.ORGANISATION),
        Viewer(user_id=1, organisation_id=1, permissions=frozenset(Permission), scope=Scope.GRANTED),
        Viewer(user_id=1, organisation_id=1, permissions=frozenset(Permission), scope=Scope.ORGANISATION),
        system_viewer(Permission, compartments=Compartment),
    ],
    ids=[
        "nobody",
        "no permission",
        "no scope",
        "no organisation",
        "no grant",
        "no compartment",
        "system without organisation",
    ],
)
def test_nothing_is_reached_by_default_and_nothing_is_asked(
    table: None, viewer: Viewer, django_assert_num_queries: object
) -> None:
    Row.objects.create(
        id=IDS[0], case_id=IDS[0], organisation_id=1, team_id=1, worker_id=1, person_id=IDS[1],
        compartment="protection", clearance="normal",
    )  # fmt: skip
    with django_assert_num_queries(0):  # type: ignore[operator]  # a fixture of pytest-django without a public type
        assert list(scoped(viewer, Row.objects.all())) == []


def test_the_grants_are_in_the_query_only_when_there_are_any() -> None:
    viewer = Viewer(
        user_id=1, organisation_id=1, permissions=ROLES["supervisor"].permissions, scope=Scope.ORGANISATION,
        compartments=ROLES["supervisor"].compartments,
    )  # fmt: skip
    assert " OR " not in str(scoped(viewer, Row.objects.all()).query)
    granted = replace(
        viewer, grants=(GrantedRecord(id=1, record=IDS[0], permissions=frozenset({Permission.CASE_READ})),)
    )
    assert " OR " in str(scoped(granted, Row.objects.all()).query)
    assert " OR " not in str(scoped(granted, Row.objects.all(), permission=Permission.CASE_EDIT).query)
