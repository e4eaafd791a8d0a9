"""What changes one person changes no other, also where the database keeps nothing back: each wall holds by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from amparo.access import context
from amparo.access.rules import Permission, TwoPeople, Viewer, WallReason
from amparo.audit.models import Event
from amparo.cases import actions
from amparo.cases.actions.finding import forget_facts
from amparo.cases.models import Case, CaseEvent, Document, Person
from amparo.cases.queries.stored import stored_path
from amparo.vault.actions import order_tokens
from amparo.vault.ledger import make_ledger
from amparo.vault.models import Token
from amparo.vocab.dates import PartialDate
from tests.cases.test_permissions_asked import all_of
from tests.contracts.denial_states import PICTURE
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import make_case, make_person_details, row_of

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)
OF_AGE_THEN = PartialDate.of(LATER.date().replace(year=2008))
A_CHILD = PartialDate.parse("2008-12-20")  # of the same year, and not yet of age then


@pytest.fixture(autouse=True)
def _without_the_second_wall(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Let the connection see all rows, whoever works on it and for whatever persons."""
    monkeypatch.setattr(context, "_apply", lambda values: None)
    settings.AMPARO_ERASED = tmp_path / "erased"
    make_ledger(settings.AMPARO_ERASED)


def make_neighbour(by: Viewer) -> Case:
    """Make another case that could be meant as well: worked on by the same, of a child, with a note and a paper."""
    reference = make_case(by, person=make_person_details(birth=A_CHILD, age_status="child"))
    actions.update_person(
        reference=reference,
        details=make_person_details(birth=A_CHILD, age_status="child"),
        version=1,
        by=by,
        now=NOW,
    )
    actions.add_note(reference=reference, text="She came by boat.", by=by, now=NOW)
    actions.add_document(
        reference=reference, content=BytesIO(PICTURE), name="a.png", size=len(PICTURE), by=by, now=NOW
    )
    return row_of(reference)


def tokens() -> set[Any]:
    """Give all by which anybody is found."""
    return set(Token.objects.values_list("token", "posting"))


def written() -> set[Any]:
    """Write the tokens of who waits, and give those that this added."""
    before = tokens()
    actions.write_waiting_tokens(now=NOW)
    return tokens() - before


def kept_of(case: Case, found_by: set[Any]) -> list[Any]:
    """Give all that is kept of a case: its rows and their history, what happened, its papers, by what she is found."""
    histories = []
    with connection.cursor() as cursor:
        for table, key in (("cases_casehistory", case.id), ("cases_personhistory", case.person_id)):
            cursor.execute(
                f"SELECT one::text FROM {table} one WHERE pgh_obj_id = %s ORDER BY pgh_id",  # noqa: S608
                [key],
            )
            histories.append(cursor.fetchall())
    names = Document.objects.filter(case=case).values_list("stored_name", flat=True)
    return [
        *all_of(case),
        *histories,
        list(CaseEvent.objects.filter(case=case).order_by("id").values()),
        [stored_path(name).exists() for name in names],
        len(tokens() & found_by),
    ]


def erase(case: Case, by: Viewer) -> None:
    """Erase her, as two people do."""
    proof = TwoPeople(asked_by=by, approved_by=make_viewer("supervisor"))
    actions.erase_persons(persons=[case.person_id], reason="court_order", proof=proof, now=LATER)


def know_her_age(case: Case, by: Viewer) -> None:
    """Learn that she is older than was thought."""
    known = make_person_details(birth=PartialDate.parse("1990-01-01"))
    version = Person.objects.get(id=case.person_id).version
    actions.update_person(reference=case.reference, details=known, version=version, by=by, now=LATER)


CHANGES: dict[str, Callable[[Case, Viewer], Any]] = {
    "erase her": erase,
    "know her age": know_her_age,
    "let her come of age": lambda case, by: actions.let_come_of_age(now=LATER),
    "step back from her": lambda case, by: actions.declare_known(
        reference=case.reference, reason=WallReason.RELATIVE, by=by, now=LATER
    ),
    "forget by what she is found": lambda case, by: forget_facts([case.person_id], by=by, now=LATER),
    "withdraw it": lambda case, by: actions.withdraw_cases(references=[case.reference], by=by, now=LATER),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_done_about_one_person_leaves_another_as_she_is(
    name: str, django_capture_on_commit_callbacks: Any
) -> None:
    by = replace(make_viewer("supervisor"), permissions=frozenset(Permission))
    with django_capture_on_commit_callbacks(execute=True):
        neighbour = make_neighbour(by)
        found_by = written()
        grown = make_person_details(birth=OF_AGE_THEN, age_status="child")
        case = row_of(make_case(by, person=grown, source="workbook", worker_id=by.user_id))
        own_found_by = written()
    before, own = kept_of(neighbour, found_by), kept_of(case, own_found_by)
    with django_capture_on_commit_callbacks(execute=True):
        CHANGES[name](case, by)
    assert kept_of(neighbour, found_by) == before
    assert kept_of(case, own_found_by) != own


def test_no_job_opens_who_lies_with_the_unit() -> None:
    grown = make_person_details(birth=OF_AGE_THEN, age_status="child")
    hidden, other = (
        row_of(make_case(make_viewer(role), person=grown)).person_id
        for role in ("integrity_officer", "supervisor")
    )
    order_tokens([hidden, other], now=NOW, enough=2)
    actions.write_waiting_tokens(now=NOW)
    actions.let_come_of_age(now=LATER)
    for action in ("cases.person.index", "cases.person.compare_ages"):
        (read,) = Event.objects.filter(action=action)
        assert list(read.persons) == [other]
