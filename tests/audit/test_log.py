"""The log takes labels only, and nobody changes it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from amparo.audit.actions import record
from amparo.audit.models import Event
from amparo.audit.rules import NotALabel
from tests.factories.accounts import NOW, make_viewer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("statement", [
    "UPDATE audit_event SET action = 'a.b.c'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
])  # fmt: skip
def test_no_row_can_be_changed_or_removed(statement: str) -> None:
    record("cases.case.read", by=make_viewer(), at=NOW, record="XA-0000-0000-0")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.filter(action="cases.case.read").count() == 1


@pytest.mark.parametrize(
    "label",
    ["Amina Haddad", "محمد", "Amina", "amina", "person:amina", "XA-0000-0000-0\n", "name@example.org"],
)
def test_a_record_is_named_by_an_id_never_by_a_text(label: str) -> None:
    with pytest.raises(NotALabel):
        record("cases.case.read", by=make_viewer(), at=NOW, record=label)


@pytest.mark.parametrize(
    "record_id", ["", "XA-7Q4K-9X2M-C", "membership:12", f"filter:{UUID(int=1)}", str(UUID(int=2))]
)
def test_records_are_named_as_we_name_them(record_id: str) -> None:
    record("cases.case.read", by=make_viewer(), at=NOW, record=record_id)


@pytest.mark.parametrize(
    "words", [{"fields": ["names", "Amina"]}, {"purpose": "looks for Amina"}, {"outcome": "no."}]
)
def test_what_is_said_beside_is_one_of_our_words(words: dict[str, Any]) -> None:
    with pytest.raises(NotALabel):
        record("cases.case.read", by=make_viewer(), at=NOW, **words)


@pytest.mark.parametrize("action", ["read", "cases.case", "Cases.case.read", "cases.case.read Amina"])
def test_an_action_is_named_app_thing_verb(action: str) -> None:
    with pytest.raises(NotALabel):
        record(action, by=make_viewer(), at=NOW)
