"""Tell the database on whose behalf a transaction works, so that its own policies keep back what is out of reach.

Whoever lets somebody in calls this: the guards of pages and of the API, jobs, commands. Everything is local to the transaction,
so nothing is left on a connection that the next request takes. Outside such a block the protected tables are empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from amparo.access.policies import Reach
from amparo.access.rules import Permission, Scope, Viewer

# Sees no more than which references, stored names and batches there are, and whose: see `config.protected`.
HOUSEKEEPER: Final = "amparo_housekeeping"
# Sees the coded columns of all cases.
FACTS: Final = "amparo_facts"

# A grant of one of these lets its receiver write to the record.
WRITING: Final = (
    Permission.CASE_EDIT,
    Permission.CASE_MOVE,
    Permission.CASE_ASSIGN,
    Permission.CASE_CLOSE,
    Permission.CASE_REOPEN,
    Permission.PERSON_EDIT,
    Permission.NOTE_ADD,
    Permission.DOCUMENT_ADD,
)
SETTINGS: Final = (
    "user", "home", "team", "organisation", "scope_team", "worker", "reach", "records", "changeable", "imports", "filters",
)  # fmt: skip
Values = tuple[str, ...]  # those of SETTINGS, and last the role
NOTHING: Final[Values] = (*("" for _ in SETTINGS), "none")

_STATEMENT: Final = (
    "SELECT "
    + ", ".join(f"set_config('amparo.{name}', %s, true)" for name in SETTINGS)
    + ", set_config('role', %s, true)"
)
_current: ContextVar[Values] = ContextVar("amparo_context", default=NOTHING)


@contextmanager
def acting_as(viewer: Viewer) -> Iterator[None]:
    """Work on behalf of a viewer, in the transaction that runs or in one that the block opens; then of whom it was before."""
    with _changed_to(values_of(viewer)):
        yield


@contextmanager
def reading_as(role: str) -> Iterator[None]:
    """Read with the rights of another role, `HOUSEKEEPER` or `FACTS`, and of no viewer: a few columns, but of every row."""
    with _changed_to((*NOTHING[:-1], role)):
        yield


def act_on(cursor: Any, viewer: Viewer) -> None:
    """Work on behalf of a viewer until the transaction of that cursor ends, on a connection apart from Django's."""
    cursor.execute(_STATEMENT, values_of(viewer))


def values_of(viewer: Viewer) -> Values:
    """Say what a viewer reaches as the policies read it. Whoever may read no case reaches none, whatever else is theirs."""
    organisation, scope = viewer.organisation_id, viewer.scope
    reads = viewer.may(Permission.CASE_READ) and organisation is not None
    is_whole = reads and scope is Scope.ORGANISATION
    own = reads and not is_whole and scope in (Scope.OWN, Scope.TEAM) and viewer.user_id is not None
    teams, worker = own and scope is Scope.TEAM, viewer.user_id if own else None
    granted = viewer.granted
    changeable = {record for permission in WRITING for record in viewer.granted_for(permission)}
    values = {
        "user": _id(viewer.user_id),
        "home": _id(organisation),
        "team": _id(viewer.team_id),
        "organisation": _id(organisation if is_whole else None),
        "scope_team": _id(viewer.team_id if teams else None),
        "worker": _id(worker),
        "reach": _keys(
            organisation, is_whole=is_whole, team=viewer.team_id if teams else None, worker=worker
        ),
        "records": _listed(sorted(map(str, granted))),
        "changeable": _listed(sorted(map(str, changeable))),
        "filters": _id(organisation if viewer.is_signed_in and viewer.may(Permission.FILTER_SAVE) else None),
        "imports": _id(organisation if viewer.may(Permission.IMPORT_RUN) else None),
    }
    reach = Reach.ANY if granted else Reach.WHOLE if is_whole else Reach.TEAM if own else Reach.ANY
    return (*(values[name] for name in SETTINGS), reach or settings.AMPARO_ASSUMED_ROLE)


@contextmanager
def _changed_to(values: Values) -> Iterator[None]:
    if not connection.in_atomic_block:
        with transaction.atomic(), _changed_to(values):
            yield
        return
    before = _current.get()
    _apply(values)
    token = _current.set(values)
    try:
        yield
    finally:
        _current.reset(token)
        if _goes_on():
            _apply(before)


def _goes_on() -> bool:
    """Tell whether the transaction is whole; one that is going to be rolled back takes the settings back by itself."""
    session = connection.connection
    is_whole = session is not None and session.info.transaction_status is TransactionStatus.INTRANS
    return is_whole and not connection.needs_rollback


def _apply(values: Values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, values)


def _keys(organisation: int | None, *, is_whole: bool, team: int | None, worker: int | None) -> str:
    """Write the scope as the row of a person has it: `o5`, `t5.7`, `w5.9`."""
    keys = [f"o{organisation}"] if is_whole else []
    keys += [] if team is None else [f"t{organisation}.{team}"]
    keys += [] if worker is None else [f"w{organisation}.{worker}"]
    return _listed(keys)


def _id(number: int | None) -> str:
    return "" if number is None else str(number)


def _listed(values: Sequence[str]) -> str:
    return f"{{{','.join(values)}}}" if values else ""
