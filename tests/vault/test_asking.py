"""Questions that are written once: each asking has its own values."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from amparo.accounts.models import Organisation
from amparo.vault.asking import Given, Question, write_anew
from tests.factories.accounts import NOW, make_organisation

pytestmark = pytest.mark.django_db


def test_each_asking_has_its_own_values_in_one_statement() -> None:
    written = []

    def named() -> Any:
        written.append(1)
        rows = Organisation.objects.filter(Q(name=Given("name")) | Q(pk=Given("id")), created_at__lte=Now())
        return rows.order_by("name").values_list("name", Value("fixed"))

    question = Question(named)
    first, second = make_organisation(name="100 % it's A"), make_organisation(name="B")
    for name, number, expected in (
        (first.name, 0, [(first.name, "fixed")]),
        (second.name, first.pk, [(first.name, "fixed"), (second.name, "fixed")]),
        ("nobody's", 0, []),
    ):
        with CaptureQueriesContext(connection) as asked:
            assert question.ask(name=name, id=number) == expected
        assert len(asked) == 1
    assert written == [1]
    write_anew()
    assert question.ask(name="B", id=0) == [("B", "fixed")]
    assert written == [1, 1]


def test_moments_and_several_arms_keep_their_values_apart() -> None:
    def either() -> Any:
        made = Organisation.objects.filter(created_at__gt=Given("since")).values_list(Value("new"), "pk")
        return made.union(
            Organisation.objects.filter(pk=Given("id")).values_list(Value("one"), "pk"), all=True
        )

    kept = make_organisation()
    question = Question(either)
    assert question.ask(since=kept.created_at, id=kept.pk) == [("one", kept.pk)]
    assert question.ask(since=kept.created_at - timedelta(days=1), id=0) == [("new", kept.pk)]


def test_what_is_not_given_is_a_fault_and_no_answer() -> None:
    question = Question(lambda: Organisation.objects.filter(created_at__gt=Given("since")).values_list("pk"))
    with pytest.raises(KeyError):
        question.ask(until=NOW)
