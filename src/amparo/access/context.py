"""Tell the database on whose behalf a transaction works, so that its own policies keep back what is out of reach.

Whoever lets somebody in calls this: the guards of pages and of the API, jobs, commands. Everything is local to the transaction,
so nothing is left on a connection that the next request takes. Outside such a block the protected tables are empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from amparo.access.policies import SETTINGS, Reach
from amparo.access.rules import READING, Permission, Scope, Viewer

# Sees the coded columns of all cases but those of the independent unit. The worker alone may take it on.
FACTS: Final = "amparo_facts"
# Sees what is published, and no other row of any table. The application alone may take it on, for the pages that are for everybody.
EVERYBODY: Final = "amparo_public"

# A grant of anything else lets its receiver write to the record, if only that it was taken out or printed.
WRITING: Final = frozenset(Permission) - READING
Values = tuple[str, ...]  # those of SETTINGS, and last the role
NOTHING: Final[Values] = (*("" for _ in SETTINGS), "none")

STATEMENT: Final = (
    "SELECT "
    + ", ".join(f"set_config('amparo.{name}', %s, true)" for name in SETTINGS)
    + ", set_config('role', %s, true)"
)
_current: ContextVar[Values] = ContextVar("amparo_context", default=NOTHING)


@contextmanager
def acting_as(viewer: Viewer, *, to_the_end: bool = False) -> Iterator[None]:
    """Work on behalf of a viewer, in the transaction that runs or in one that the block opens; then of whom it was before.

    `to_the_end` says that the transaction ends with the block, as that of a request does: nothing is to be taken back.
    """
    with _changed_to(values_of(viewer), to_the_end=to_the_end):
        yield


@contextmanager
def keeping(persons: Iterable[UUID]) -> Iterator[None]:
    """Work on all that is kept of these persons, whatever closes it to whom: to erase them, to find them, to let them age."""
    kept = {"kept": _listed(sorted(map(str, persons)))}
    with _changed_to((*(kept.get(name, "") for name in SETTINGS), Reach.KEPT)):
        yield


@contextmanager
def reading_as(role: str) -> Iterator[None]:
    """Read with the rights of another role and of no viewer: as `FACTS` a few columns, but of every row; as `EVERYBODY` what is published."""
    with _changed_to((*NOTHING[:-1], role)):
        yield


def act_on(cursor: Any, viewer: Viewer) -> None:
    """Work on behalf of a viewer until the transaction of that cursor ends, on a connection apart from Django's."""
    cursor.execute(STATEMENT, values_of(viewer))


def values_of(viewer: Viewer) -> Values:
    """Say what a viewer reaches as the policies read it. Whoever may read no case reaches none, whatever else is theirs."""
    organisation, reads = viewer.organisation_id, viewer.may(Permission.CASE_READ)
    is_whole, team, worker = _scope(viewer) if reads else (False, None, None)
    homes = viewer.homes
    grants = viewer.grants_for(Permission.CASE_READ)
    granted = {grant.record for grant in grants}
    reach = _keys(homes, organisation, is_whole=is_whole, team=team, worker=worker)
    values = {
        "user": _id(viewer.user_id),
        "home": _id(organisation if worker or team else None),
        "team": _id(viewer.team_id),
        "organisation": _id(organisation if is_whole else None),
        "scope_team": _id(team),
        "worker": _id(worker),
        "reach": _listed(reach),
        "seen": _listed(
            [*reach, *(f"{home}:c{record}" for home in sorted(homes) for record in _texts(granted))]
        ),
        "compartment": next(iter(homes)) if len(homes) == 1 else "",
        "compartments": _listed(sorted(homes)),
        "records": _listed(_texts(granted)) if viewer.emergency is None else "",
        "changeable": _listed(
            _texts({record for each in WRITING & viewer.permissions for record in viewer.granted_for(each)})
        ),
        "further": _listed(
            sorted(
                f"{grant.record}:{each}"
                for grant in grants
                for each in grant.compartments - viewer.compartments
            )
        ),
        "cleared": _listed(_texts(viewer.cleared)),
        "walled": _listed(_texts(viewer.walled_records)),
        "walled_persons": _listed(_texts(viewer.walled_persons)),
        "emergency": _id(viewer.emergency),
        "unit": "on" if viewer.may(Permission.MESSAGE_READ) else "",
        "judges": "on" if viewer.may(Permission.EMERGENCY_REVIEW) else "",
        "reviews": _id(organisation if viewer.may(Permission.READINGS_REVIEW) else None),
        "filters": _id(organisation if viewer.is_signed_in and viewer.may(Permission.FILTER_SAVE) else None),
        "imports": _id(organisation if viewer.may(Permission.IMPORT_RUN) else None),
    }
    return (
        *(values.get(name, "") for name in SETTINGS),
        _reach_of(values, viewer) or settings.AMPARO_ASSUMED_ROLE,
    )


def _scope(viewer: Viewer) -> tuple[bool, int | None, int | None]:
    """Say the scope as `queries.scoped` does: the whole organisation, or a team and a worker in it."""
    if viewer.organisation_id is None:
        return False, None, None
    if viewer.scope is Scope.ORGANISATION:
        return True, None, None
    if viewer.scope not in (Scope.OWN, Scope.TEAM) or viewer.user_id is None:
        return False, None, None
    return False, viewer.team_id if viewer.scope is Scope.TEAM else None, viewer.user_id


def _reach_of(values: dict[str, str], viewer: Viewer) -> Reach:
    """Choose the role: the plain ones for whom nothing is open beyond one compartment, and nothing in it is closed by name."""
    if viewer.emergency is not None:
        return Reach.EMERGENCY
    closed = ("further", "cleared", "walled", "walled_persons")
    if not values["compartment"] or any(values[name] for name in closed):
        return Reach.ANY
    if values["records"]:
        return Reach.WHOLE_GRANTED if values["organisation"] else Reach.TEAM_GRANTED
    if values["organisation"]:
        return Reach.WHOLE
    return Reach.TEAM if values["home"] else Reach.ANY


@contextmanager
def _changed_to(values: Values, *, to_the_end: bool = False) -> Iterator[None]:
    if not connection.in_atomic_block:
        with transaction.atomic(), _changed_to(values, to_the_end=True):
            yield
        return
    before = _current.get()
    _apply(values)
    token = _current.set(values)
    try:
        yield
    finally:
        _current.reset(token)
        if not to_the_end and _goes_on():
            _apply(before)


def _goes_on() -> bool:
    """Tell whether the transaction is whole; one that is going to be rolled back takes the settings back by itself."""
    session = connection.connection
    is_whole = session is not None and session.info.transaction_status is TransactionStatus.INTRANS
    return is_whole and not connection.needs_rollback


def _apply(values: Values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, values)


def _keys(
    homes: Iterable[str], organisation: int | None, *, is_whole: bool, team: int | None, worker: int | None
) -> list[str]:
    """Write the scope as the row of a person has it: `protection:o5`, `protection:t5.7`, `protection:w5.9`."""
    keys = [f"o{organisation}"] if is_whole else []
    keys += [] if team is None else [f"t{organisation}.{team}"]
    keys += [] if worker is None else [f"w{organisation}.{worker}"]
    return [f"{home}:{key}" for home in sorted(homes) for key in keys]


def _id(number: int | None) -> str:
    return "" if number is None else str(number)


def _texts(ids: Iterable[UUID]) -> list[str]:
    return sorted(map(str, ids))


def _listed(values: Collection[str]) -> str:
    return f"{{{','.join(values)}}}" if values else ""
