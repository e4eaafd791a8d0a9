"""A plan that a connection keeps shows each viewer what the getter shows her, also where the question forgot its filter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from amparo.access.context import acting_as
from amparo.access.rules import NOBODY, GrantedRecord, Permission, Viewer
from amparo.cases.models import Case
from amparo.cases.queries import list_cases
from amparo.cases.queries.visible import visible_cases
from amparo.vault.asking import KEPT_FROM, count_by_kept_plan
from tests.factories.accounts import NOW, make_organisation, make_team, make_viewer
from tests.factories.cases import make_case, row_of

pytestmark = pytest.mark.django_db

KEPT = "SELECT sum(generic_plans) FROM pg_prepared_statements WHERE statement LIKE '%%FROM \"cases_case\")%%'"


def raw(question: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        rows: list[Any] = cursor.fetchall()
    return rows


@pytest.fixture
def viewers() -> list[tuple[Viewer, set[Any]]]:
    """Give viewers of all roles of the database but that of emergencies, and which cases each of them reaches."""
    found: list[tuple[Viewer, set[Any]]] = []
    for number in (1, 2):
        home = make_organisation()
        worker = make_viewer("caseworker", organisation=home, team=make_team(home))
        apart = make_viewer("caseworker", organisation=home)
        theirs = {row_of(make_case(worker)).id for _ in range(number)}
        own = {row_of(make_case(apart)).id}
        supervisor = make_viewer("supervisor", organisation=home)
        found += [(supervisor, theirs | own), (worker, theirs), (apart, own)]
    (first, reached), (second, others) = found[0], found[3]
    strange = min(others)
    grant = GrantedRecord(id=1, record=strange, permissions=frozenset({Permission.CASE_READ}))
    return [
        *found,
        (replace(first, grants=(grant,)), reached | {strange}),
        (replace(found[1][0], grants=(grant,)), found[1][1] | {strange}),
        (replace(second, walled_records=frozenset({strange})), others - {strange}),
        (NOBODY, set()),
    ]


@pytest.mark.parametrize("mode", ["auto", "force_generic_plan"])
def test_p05_a_kept_plan_shows_each_viewer_her_own(viewers: list[tuple[Viewer, set[Any]]], mode: str) -> None:
    raw(f"SELECT set_config('plan_cache_mode', '{mode}', true)")
    roles = set()
    for _ in range(KEPT_FROM + 5):
        for (viewer, reached), (other, theirs) in zip(viewers, viewers[::-1], strict=True):
            with acting_as(viewer):
                roles.update(raw("SELECT current_user"))
                assert count_by_kept_plan(Case.objects.all()) == len(reached)
                assert count_by_kept_plan(visible_cases(other)) == len(reached & theirs)
                assert list_cases(viewer, now=NOW).total == len(reached)
    ((plans,),) = raw(KEPT)
    assert plans > len(viewers) * KEPT_FROM
    assert len(roles) == 5
