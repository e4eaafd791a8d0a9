"""What the second wall was told goes with the transaction, also where one really ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from amparo.access.context import acting_as
from amparo.access.policies import SETTINGS, Reach
from amparo.access.rules import Permission, Scope, Viewer
from amparo.config.embedded import APP, OWNER, WORKER
from amparo.config.protected import PROTECTED, protect_tables
from amparo.vault.rules import Compartment
from tests.database import TESTER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def owning(transactional_db: None) -> Iterator[None]:
    """Come in as the role that owns the tables."""
    before = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = OWNER
    yield
    connection.close()
    connection.settings_dict["USER"] = before


def raw(question: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        rows: list[Any] = cursor.fetchall()
    return rows


@pytest.mark.parametrize("ending", [None, ZeroDivisionError])
def test_p04_nothing_is_left_on_the_connection(ending: type[Exception] | None) -> None:
    viewer = Viewer(
        user_id=1, organisation_id=1, permissions=frozenset({Permission.CASE_READ}), scope=Scope.ORGANISATION,
        compartments=frozenset({Compartment.PROTECTION}),
    )  # fmt: skip
    try:
        with acting_as(viewer):
            within = raw(
                "SELECT current_setting('amparo.organisation', true), current_user, pg_backend_pid()"
            )
            if ending:
                raise ending
    except ZeroDivisionError:
        pass
    left = raw("SELECT " + ", ".join(f"current_setting('amparo.{name}', true)" for name in SETTINGS))
    ((backend,),) = raw("SELECT pg_backend_pid()")
    assert within == [("1", Reach.WHOLE, backend)]
    assert not any(left[0])
    assert raw("SELECT current_user") == [(TESTER,)]


def test_policies_that_stand_are_left_alone_and_others_put_back(owning: None) -> None:
    def raised() -> list[Any]:
        return raw("SELECT oid, polname FROM pg_policy ORDER BY oid")

    def bring_up() -> None:
        with transaction.atomic():
            protect_tables(owner=OWNER, working=[APP, WORKER])

    before = raised()
    bring_up()
    assert raised() == before  # nobody who works on the tables had to wait
    for harm in (
        "ALTER POLICY amparo_see ON cases_note USING (true)",
        "DROP POLICY amparo_add ON cases_note",
        "CREATE POLICY let_in ON cases_note USING (true)",
        "ALTER TABLE cases_note NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE cases_note DISABLE ROW LEVEL SECURITY",
    ):
        with connection.cursor() as cursor:
            cursor.execute(harm)
        bring_up()
        after = raised()
        assert {name for _, name in after} == {name for _, name in before}, harm
        assert len(set(after) - set(before)) < len(before) / len(PROTECTED) * 2, harm
        assert raw(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 'cases_note'"
        ) == [(True, True)]
        before = after
