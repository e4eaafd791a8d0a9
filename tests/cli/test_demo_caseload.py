"""The training caseload: every role can sign in, every code is of its list, nobody in it is real."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest
from django.db.models import Count

from amparo.access.queries import viewer_for_membership
from amparo.access.rules import ROLES
from amparo.accounts.queries import find_user_id, memberships_of
from amparo.cases.models import Case
from amparo.cases.queries import list_cases
from amparo.cases.rules.opening import opening_problems
from amparo.cli.demo.caseload import make_caseload
from amparo.cli.demo.persons import draw_case
from tests.factories.accounts import NOW

TODAY = date(2026, 11, 22)


def test_drawn_cases_are_acceptable_and_follow_the_margins() -> None:
    rng = Random(1)
    drawn = [draw_case(rng, opened=date(2025, 3, 1), today=TODAY, area="XA-02") for _ in range(1500)]
    assert [fault for one in drawn for fault in opening_problems(one, today=TODAY)] == []
    sexes = Counter(one.person.sex for one in drawn)
    assert 0.68 < sexes["female"] / len(drawn) < 0.78
    scripts = {name.script for one in drawn for name in one.person.names}
    assert scripts == {"latn", "arab", "cyrl", "thai", "ethi", "hans"}


def test_the_same_seed_draws_the_same_case() -> None:
    first, second = (
        draw_case(Random(5), opened=date(2025, 3, 1), today=TODAY, area="XA-02") for _ in range(2)
    )
    assert first == second


@pytest.mark.django_db
def test_each_role_has_a_sign_in_and_sees_what_it_should() -> None:
    told: list[int] = []
    sign_ins = make_caseload(cases=300, seed=1, now=NOW, progress=told.append)
    assert told[-1] == 300
    assert {entry.role for entry in sign_ins} == set(ROLES)
    seen = {}
    for entry in sign_ins:
        user = find_user_id(entry.email)
        assert user is not None
        (membership,) = memberships_of(user, NOW)
        viewer = viewer_for_membership(membership.id, NOW)
        assert viewer is not None
        seen[entry.role] = list_cases(viewer, now=NOW).total
    sees_cases = {role for role, total in seen.items() if total}
    assert sees_cases == {
        "caseworker", "supervisor", "first_responder", "competent_authority", "duty_protection_officer",
    }  # fmt: skip
    assert seen["supervisor"] > seen["caseworker"]
    met = Case.objects.values("person_id").annotate(offices=Count("organisation", distinct=True))
    assert met.filter(offices=2).count() >= 20, "lists that share nobody teach nothing about studies"
