"""Show a table: count it, protect it, log that it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.evidence.queries.counting import NO, YES, count_persons, open_facts
from amparo.evidence.queries.figures import Figure
from amparo.evidence.queries.holdings import TableHolding, holding_of
from amparo.evidence.queries.snapshots import Absent, SnapshotFile, get_snapshot
from amparo.evidence.rules import EnoughPersons, NotAsked, TableChoices, Variable, variables_of
from amparo.stats.disclosure import (
    CannotCount,
    Condition,
    CountTable,
    Method,
    NotCleared,
    ProtectedTable,
    Rule,
    TableRequest,
    Threshold,
    count_cells,
    protect,
)
from amparo.vocab.state import load_state
from amparo.vocab.text import N_

if TYPE_CHECKING:
    from ibis.expr.types import Table

# More than this takes seconds to protect, and nobody reads it on a page.
MOST_CELLS = 6_000
_VERBS = {
    Permission.TABLES_VIEW: "view",
    Permission.TABLES_DOWNLOAD: "download",
    Permission.RELEASE_PREPARE: "propose",
}
_NOT_THERE = N_("Something that was chosen is not in this snapshot. Choose from the lists.")
_NO_WAY = N_(
    "No way was found to hide the small numbers of this table safely, so all of it is hidden. Choose broader rows or columns, "
    "or the other method."
)


class Hidden(NotAsked):
    """The whole table stays hidden; the words say why."""


class TooFew(Hidden):
    """Fewer people than the threshold meet the conditions."""


def show_table(
    choices: TableChoices, *, by: Viewer, now: datetime, permission: Permission = Permission.TABLES_VIEW
) -> Figure:
    """Count and protect a table of a snapshot; raises `NotAsked`, or `Hidden` where it cannot be shown.

    Each request is logged with all that was asked: who subtracts tables from each other leaves a trail.
    """
    require(by, permission)
    snapshot = get_snapshot(by, choices.snapshot)
    if not snapshot.state == "ready":
        raise Absent
    holding = _holding(snapshot, choices)
    known = {one.name: one for one in variables_of(holding.table, holding.present)}
    rows, columns = _named(choices.rows, known), _named(choices.columns, known)
    only = tuple(_narrowed(name, value, known) for name, value in choices.only)
    record(
        f"evidence.table.{_VERBS[permission]}",
        by=by,
        at=now,
        record=str(snapshot.id),
        fields=choices.labels(),
    )
    state = load_state(settings.AMPARO_STATE)
    request = TableRequest(
        rows=choices.rows,
        columns=choices.columns,
        where=tuple(Condition(name, (value,)) for name, value in choices.only),
        counting_unit=holding.table.counting_unit,
    )
    table = _protected(
        holding, request, (*rows, *columns, *(one for one, _ in only)), choices.method, state.table_threshold
    )
    return Figure(
        choices=choices,
        facts=holding.table,
        rows=rows,
        columns=columns,
        only=only,
        table=table,
        snapshot=snapshot,
        is_training=state.is_training or bool(settings.AMPARO_TRAINING),
    )


def _holding(snapshot: SnapshotFile, choices: TableChoices) -> TableHolding:
    tables = holding_of(snapshot.id).tables
    if choices.table not in tables:
        raise NotAsked(N_("What is to be counted is not in this snapshot. Choose one of the list."))
    return tables[choices.table]


def _named(names: tuple[str, ...], known: Mapping[str, Variable]) -> tuple[Variable, ...]:
    if not all(name in known for name in names):
        raise NotAsked(_NOT_THERE)
    return tuple(known[name] for name in names)


def _narrowed(name: str, value: str, known: Mapping[str, Variable]) -> tuple[Variable, str]:
    """Let through only what is a code: what was asked for is logged, and nobody's words may come into the log."""
    (variable,) = _named((name,), known)
    if not (variable.column.accepts(value) or (variable.code and value in (YES, NO))):
        raise NotAsked(_NOT_THERE)
    return variable, value


def _protected(
    holding: TableHolding, request: TableRequest, variables: tuple[Variable, ...], method: str, threshold: int
) -> ProtectedTable:
    facts = open_facts(holding.path, variables)
    counted = _counted(facts, request, name=holding.table.source)
    rules: list[Rule] = [Threshold(threshold)]
    total = persons_total = counted.counts[-1]
    if holding.persons < holding.rows:
        persons = count_persons(facts, request)
        persons_total = persons.get((None, None), 0)
        enough = EnoughPersons(minimum=threshold, persons=persons)
        if _is_needed(enough, counted, threshold):
            rules.append(enough)
    if min(total, persons_total) < threshold:
        raise TooFew(
            N_(
                "Fewer than %(threshold)s people, or nobody, meet these conditions, so the whole table is hidden. "
                "Take a condition away."
            ),
            threshold=threshold,
        )
    if len(rules) > 1 and method == Method.ROUND:
        raise Hidden(
            N_("Some of these numbers speak of fewer than %(threshold)s people, which rounding does not hide. Choose "
               "the other method."),
            threshold=threshold,
        )  # fmt: skip
    try:
        protected = protect(counted, rules=rules, method=method)
    except NotCleared as error:
        raise Hidden(_NO_WAY) from error
    if protected.values[-1] is None:
        # How many there are in all stands on the page of the snapshot and in every other table: hidden here, it hides nothing.
        raise Hidden(_NO_WAY)
    return protected


def _counted(facts: Table, request: TableRequest, *, name: str) -> CountTable:
    try:
        counted = count_cells(facts, request, name=name)
    except CannotCount:
        counted = None  # more cells than can be counted at all
    if counted is None or len(counted.counts) > MOST_CELLS:
        raise NotAsked(
            N_(
                "The table would have more than %(most)s numbers, and nearly all of them hidden. Choose fewer rows and columns."
            ),
            most=MOST_CELLS,
        )
    return counted


def _is_needed(rule: EnoughPersons, counted: CountTable, threshold: int) -> bool:
    return any(
        count >= threshold and rule.persons.get(key, count) < threshold
        for key, count in zip(counted.keys(), counted.counts, strict=True)
    )
