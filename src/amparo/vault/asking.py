"""Ask what every request asks with SQL that is written once, or with a plan that is made once.

Django writes the SQL of a query anew each time, and reads the rows into models: for a question of a few rows that costs several
times what the answer costs the database. A question here is a query like any other, in which what differs from one asking to the
next stands as `Given`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, QuerySet

from amparo.vault.storing import ask_binary

KEPT_FROM: Final = (
    2  # how often a connection asks before it has the database keep the plan: most never come back
)


class Given(Expression):
    """What comes with the asking; the query holds its name."""

    def __init__(self, name: str) -> None:
        """Stand for what is given under a name."""
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Leave a place, and itself to say what for."""
        return "%s", [self]


class Question:
    """A query of plain columns (`values_list`), which is written when it is first asked."""

    def __init__(self, query: Callable[[], QuerySet[Any, Any]]) -> None:
        """Take how the query is made."""
        self._query = query

    def ask(self, **given: Any) -> list[tuple[Any, ...]]:
        """Give the rows of the answer."""
        if self not in _WRITTEN:
            _WRITTEN[self] = self._query().query.sql_with_params()
        sql, parameters = _WRITTEN[self]
        values = [given[each.name] if isinstance(each, Given) else each for each in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


_WRITTEN: Final[dict[Question, tuple[str, tuple[Any, ...]]]] = {}


def write_anew() -> None:
    """Write every question anew when it is next asked: for who changes the code of a running process."""
    _WRITTEN.clear()


def count_by_kept_plan(query: QuerySet[Any, Any]) -> int:
    """Count rows by a plan that the database keeps for the connection: to make it takes as long as to count some hundreds.

    What is kept holds places where the values stand, so it is for a question whose best plan is the same for all that may be
    given. Whose rows it counts is asked anew each time, and for another role it is planned anew.
    """
    try:
        statement, parameters = counting(query)
    except EmptyResultSet:
        return 0
    connection.ensure_connection()
    session = connection.connection
    usual, session.prepare_threshold = session.prepare_threshold, KEPT_FROM
    try:
        ((count,),) = ask_binary(statement, parameters)
    finally:
        session.prepare_threshold = usual
    return int(count)


def counting(query: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """Write the statement that counts, with places where the values stand. `EmptyResultSet` where there is nothing to ask."""
    statement, parameters = query.values("pk").query.sql_with_params()
    return f"SELECT count(*) FROM ({statement}) AS counted", parameters  # noqa: S608
