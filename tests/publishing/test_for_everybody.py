"""The role for everybody sees what is published and nothing else, whatever a page asks: by raw statements, past every getter."""

# ruff: noqa: S608  # the names in the statements are those of our own tables

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from amparo.access.context import EVERYBODY, reading_as
from amparo.access.rules import Viewer
from amparo.publishing.actions import withdraw_release
from amparo.publishing.queries import Absent, all_published, get_published, list_published, published_file
from tests.factories.accounts import NOW, make_organisation, make_viewer
from tests.factories.publishing import make_item, make_release, make_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def she() -> Viewer:
    return make_viewer("statistician", organisation=make_organisation(kind="national_rapporteur"))


def asked(statement: str) -> list[tuple[Any, ...]]:
    """Ask as the role for everybody, without any code of ours between."""
    with reading_as(EVERYBODY), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_p32_the_role_for_everybody_has_rights_on_three_tables_only_and_only_to_read() -> None:
    held = asked(
        "SELECT c.relname::text, privilege FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
        " unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS privilege"
        " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'"
        " AND c.relkind IN ('r', 'v', 'm', 'p') AND (has_any_column_privilege(c.oid, privilege)"
        " OR has_table_privilege(c.oid, 'DELETE, TRUNCATE'))"
    )
    tables = ("publishing_release", "publishing_releaseitem", "publishing_researchproposal")
    assert set(held) == {(table, "SELECT") for table in tables}


@pytest.mark.parametrize(
    "statement",
    [
        *(
            f"SELECT 1 FROM {table}"
            for table in (
                "cases_case", "cases_person", "cases_episode", "accounts_user", "accounts_organisation", "audit_event",
                "publishing_reviewnote", "publishing_releasedcell", "publishing_proposalmember", "publishing_proposaldata", "vault_token", "keyring.person_keys", "django_session",
            )
        ),
        *(f"SELECT {column} FROM publishing_release" for column in ("made_by_id", "purpose", "explanations", "ethics", "*")),
        *(f"SELECT {column} FROM publishing_researchproposal" for column in ("question", "conflicts", "made_by_id", "*")),
        "DELETE FROM publishing_release",
        "UPDATE publishing_release SET title = ''",
    ],
)  # fmt: skip
def test_p32_the_role_for_everybody_reaches_no_case_no_person_no_account_and_no_log(statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|does not exist"), transaction.atomic():
        asked(statement)


def test_p32_what_is_not_published_has_no_row_for_everybody(she: Viewer) -> None:
    item = make_item({(): 110})
    make_release(item, by=she, number="R-1")
    for state in ("draft", "proposed", "in_review", "cleared", "refused"):
        make_release(item, by=she, state=state)
    make_release(item, by=she, audience="partner")
    make_release(item, by=she, state="withdrawn", published_at=None)  # a draft that was taken back
    make_release(item, by=she, embargo_until=NOW.date() + timedelta(days=40_000))
    assert asked("SELECT number FROM publishing_release") == [("R-1",)]
    assert asked("SELECT count(*) FROM publishing_releaseitem") == [(1,)]


def test_p32_of_a_withdrawn_release_everybody_sees_title_reason_and_day_but_no_number(she: Viewer) -> None:
    row = make_release(make_table(), by=she)
    withdraw_release(row.pk, reason="Two lists were counted twice.", by=she, now=NOW)
    found = asked("SELECT title, reason, withdrawn_at IS NOT NULL FROM publishing_release")
    assert found == [(row.title, "Two lists were counted twice.", True)]
    assert asked("SELECT * FROM publishing_releaseitem") == []
    make_release(make_table(), by=she, number="R-2")
    kept = get_published(row.number, now=NOW)
    assert (kept.reason, kept.withdrawn_at, kept.items) == ("Two lists were counted twice.", NOW, ())
    with pytest.raises(Absent):
        published_file(row.number, 1, now=NOW)
    assert [one.number for one in all_published(now=NOW)] == ["R-2"]


def test_p32_the_getters_keep_back_what_is_not_published_in_any_role(she: Viewer) -> None:
    tomorrow = NOW + timedelta(days=1)
    held = [
        make_release(make_table(), by=she, audience="partner"),
        make_release(make_table(), by=she, state="cleared", published_at=NOW),
        make_release(make_table(), by=she, state="withdrawn", published_at=None),
        make_release(make_table(), by=she, embargo_until=tomorrow.date()),
    ]
    for row in held:
        with pytest.raises(Absent):
            get_published(row.number, now=NOW)
        with pytest.raises(Absent):
            published_file(row.number, 1, now=NOW)
    assert list_published(now=NOW).releases == all_published(now=NOW) == ()
    assert get_published(held[-1].number, now=tomorrow).title == held[-1].title


def test_p32_a_version_that_not_everybody_may_see_is_not_named(she: Viewer) -> None:
    old = make_release(make_table(), by=she, state="superseded")
    tomorrow = (NOW + timedelta(days=1)).date()
    new = make_release(make_table(), by=she, supersedes=old, version=2, embargo_until=tomorrow)
    assert get_published(old.number, now=NOW).later == ""
    assert get_published(old.number, now=NOW + timedelta(days=1)).later == new.number
    assert get_published(new.number, now=NOW + timedelta(days=1)).earlier == old.number
    new.state = "withdrawn"
    new.save()
    assert get_published(old.number, now=NOW + timedelta(days=1)).later == ""
