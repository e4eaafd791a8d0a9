"""What leaves the records as facts, and what never does."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

import amparo.cases.facts as facts_module
from amparo.accounts.models import Organisation
from amparo.cases.facts import fact_tables
from amparo.cases.models import Case, Episode, Person
from amparo.cases.queries import coded
from amparo.vault.storing import vault_fields
from amparo.vocab.described import Privacy
from amparo.vocab.facts import PERSON, FactTable
from tests.factories.accounts import make_viewer
from tests.factories.cases import DETAILS, EPISODE, make_case, make_person_details, row_of
from tests.factories.cases import PERSON as AMINA

pytestmark = pytest.mark.django_db


def table(name: str) -> FactTable:
    return next(one for one in fact_tables() if one.name == name)


def rows(name: str) -> list[dict[str, Any]]:
    return [dict(row) for batch in table(name).rows(lambda person: person.int % 2**40) for row in batch]


def test_a_person_in_a_case_becomes_one_row_of_codes() -> None:
    make_case(make_viewer("supervisor"), person=AMINA)
    (row,) = rows("person_case")
    del row[PERSON]
    assert row == {
        "year_opened": "2026", "quarter_opened": "2026-Q4", "year_closed": "not_applicable", "stage": "intake",
        "child_track": "adult", "track_at_opening": "adult", "closure_reason": "not_applicable", "identification": "possible",
        "deciding_body": "ngo", "referral_reason": "not_asked", "vulnerabilities": [], "organisation_kind": "ngo",
        "sex": "female", "gender": "woman", "age_at_opening": "27-29", "citizenship": "SY",
        "citizenship_group": "foreign", "several_citizenships": "no", "birth_country": "not_asked",
        "marital_status": "not_asked", "education": "not_asked", "main_purpose": "forced_labour",
        "purposes": ["forced_labour"], "means": ["deception"], "sectors": [], "sector": "not_asked",
        "exploitation_country": "XA", "exploitation_area": "XA-03", "recruitment_country": "SY", "crosses_border": "yes",
        "age_at_exploitation": "27-29", "iccs": "02042", "sdg": "VC_HTF_DETVFL", "number_of_episodes": "1",
    }  # fmt: skip


def test_each_episode_is_one_row_with_its_own_period() -> None:
    make_case(make_viewer("supervisor"), episodes=(EPISODE, replace(EPISODE, ended=None, is_ongoing="yes")))
    found = sorted(rows("episode"), key=lambda row: str(row["is_ongoing"]))
    assert [(row["is_ongoing"], row["year_started"], row["duration"]) for row in found] == [
        ("no", "2025", "0-12"),
        ("yes", "2025", "unknown"),
    ]
    assert len({row[PERSON] for row in found}) == 1


@pytest.mark.parametrize("consent", ["no", "not_asked", "refused", "unknown", "not_applicable"])
def test_without_a_yes_a_record_stays_out(consent: str) -> None:
    make_case(make_viewer("supervisor"), details=replace(DETAILS, consent=consent))
    assert rows("person_case") == rows("episode") == []


def test_words_in_the_place_of_an_area_stay_behind() -> None:
    make_case(make_viewer("supervisor"))
    # Past the check of the action, as an older version or a hand in the database may have written it.
    route = [{"kind": "exploitation", "country": "XA", "area": "the farm behind the church"}]
    Episode.objects.update(route=route)
    assert [row["exploitation_area"] for row in rows("person_case")] == ["unlisted"]


def test_the_columns_of_a_row_are_those_that_are_described() -> None:
    make_case(make_viewer("supervisor"))
    for one in fact_tables():
        (row,) = rows(one.name)
        assert row.keys() == {PERSON, *(column.name for column in one.columns)}


def test_every_value_is_one_that_its_column_describes() -> None:
    make_case(
        make_viewer("supervisor"), person=make_person_details(citizenships=(), is_stateless="yes", birth=None)
    )
    make_case(make_viewer("supervisor"), episodes=())
    for one in fact_tables():
        for row in rows(one.name):
            for column in one.columns:
                values = row[column.name] if column.is_many else [row[column.name]]
                assert all(column.accepts(value) for value in values), (column.name, values)


def test_only_coded_columns_are_named() -> None:
    for privacy, columns in (
        (Case.PRIVACY, coded.CASE_COLUMNS),
        (Person.PRIVACY, coded.PERSON_COLUMNS),
        (Episode.PRIVACY, coded.EPISODE_COLUMNS),
    ):
        assert {privacy[column] for column in columns} == {Privacy.CODED}
    assert {Organisation.PRIVACY[column] for column in coded.ORGANISATION_COLUMNS} <= {
        Privacy.CODED,
        Privacy.TECHNICAL,
    }
    assert "name" not in coded.ORGANISATION_COLUMNS


def test_no_query_selects_a_sealed_column() -> None:
    make_case(make_viewer("supervisor"), person=AMINA)
    with CaptureQueriesContext(connection) as queries:
        assert len(rows("person_case")) == len(rows("episode")) == 1
    sealed = {
        f'"{model._meta.db_table}"."{field.column}"'
        for model in apps.get_models()
        for field in vault_fields(model)
    }
    said = " ".join(query["sql"] for query in queries)
    assert '"cases_person"."sex"' in said
    assert [column for column in sealed if column in said] == []
    assert 'accounts_organisation"."name' not in said


@pytest.mark.parametrize("module", [facts_module, coded])
def test_the_module_cannot_open_anything(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [
        name
        for name in imported - {"amparo.cases.queries.coded"}
        if name and name.startswith(("amparo.vault", "amparo.access", "amparo.cases.queries"))
    ]
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not attributes & {"content", "person", "raw", "extra", "cursor"}


def test_rows_come_in_no_order() -> None:
    viewer = make_viewer("supervisor")
    for number in range(12):
        make_case(viewer, person=make_person_details(marital_status="single" if number % 2 else "married"))
    orders = {tuple(row[PERSON] for row in rows("person_case")) for _ in range(5)}
    assert len(orders) > 1


def test_a_row_carries_the_number_that_it_is_given_and_no_id() -> None:
    case = row_of(make_case(make_viewer("supervisor")))
    for one in fact_tables():
        said = str([list(batch) for batch in one.rows(lambda _person: 7)])
        assert f"'{PERSON}': 7" in said
        for identifier in (case.id, case.person_id, case.reference):
            assert str(identifier) not in said


def test_queries_do_not_grow_with_the_cases(django_assert_num_queries: Any) -> None:
    viewer = make_viewer("supervisor")
    make_case(viewer)
    with django_assert_num_queries(2):
        rows("person_case")
    for _ in range(8):
        make_case(viewer)
    with django_assert_num_queries(2):
        rows("person_case")
    with django_assert_num_queries(1):
        rows("episode")
