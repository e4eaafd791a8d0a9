"""Protected tables: what may leave the office."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from enum import StrEnum

from amparo.stats.results import Caution, Interval, Said
from amparo.vocab.text import N_

from ._audit import Audit, NotCleared, audit
from ._request import TableRequest
from ._rounding import movable_proofs, round_counts, told_by_rounding
from ._rules import Cell, Rule, Threshold, told_by_any
from ._suppression import suppress
from ._table import CountTable, Key

__all__ = ["Method", "ProtectedTable", "PublishedCell", "Status", "protect"]

_TOO_SPARSE = 0.4


class Method(StrEnum):
    """Names the ways to protect a table."""

    SUPPRESS = "suppress"
    ROUND = "round"


class Status(StrEnum):
    """Says of a published cell how it stands."""

    SHOWN = "shown"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class PublishedCell:
    """Holds one cell as it may be read: a total has None for its row, its column or both; ``reason`` says why it is hidden."""

    row: Key | None
    column: Key | None
    value: int | None
    status: Status
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedTable:
    """Holds a table that passed its audit. Making one runs the audit, so there is no such table without it.

    Use :func:`protect` to make one. ``values`` and ``statuses`` are the grid line by line, totals last.
    """

    request: TableRequest
    row_keys: tuple[Key, ...]
    column_keys: tuple[Key, ...]
    values: tuple[int | None, ...] = field(repr=False)
    statuses: tuple[Status, ...] = field(repr=False)
    method: Method
    threshold: int
    rules: tuple[Rule, ...]
    source: str
    cautions: tuple[Caution, ...] = ()
    counted: InitVar[CountTable]
    told: InitVar[Mapping[int, Interval]]
    proofs: InitVar[Iterable[Mapping[int, int]]]
    audit: Audit = field(init=False)

    def __post_init__(
        self, counted: CountTable, told: Mapping[int, Interval], proofs: Iterable[Mapping[int, int]]
    ) -> None:
        if self.method is Method.ROUND:
            _check_rounding(counted, self.values, self.threshold)
            hidden: Sequence[int] = range(len(self.values)) if self.row_keys else ()
        else:
            hidden = [cell for cell, value in enumerate(self.values) if value is None]
            _check_suppression(counted, self.values, self.rules)
        result = audit(counted, hidden=hidden, told=told, proofs=proofs)
        object.__setattr__(self, "audit", result)

    @property
    def attacker(self) -> Said:
        """Say which reader the table was proved against."""
        if self.method is Method.ROUND:
            return Said(
                N_(
                    "A reader who sees the whole table, knows that it adds up in whole numbers from zero, and knows that "
                    "each count was rounded to a neighbouring multiple of %(threshold)s."
                ),
                {"threshold": self.threshold},
            )
        return Said(
            N_(
                "A reader who sees the whole table, knows that it adds up in whole numbers from zero, and knows the rule "
                "and which cells it hides."
            )
        )

    @property
    def rule_words(self) -> str:
        """Say the primary rules in words."""
        return " or ".join(rule.words for rule in self.rules)

    @property
    def small(self) -> Interval:
        """Give the counts that the mark of a primary cell lets a reader think of."""
        return told_by_any(self.rules)

    @property
    def width(self) -> int:
        """Count the columns of the grid, the column of totals included."""
        return len(self.column_keys) + 1

    def cells(self) -> Iterator[PublishedCell]:
        """Give every cell with its status and, where it is hidden, the reason."""
        reasons = {status: self.reason(status) for status in Status}
        keys = ((row, column) for row in (*self.row_keys, None) for column in (*self.column_keys, None))
        for (row, column), value, status in zip(keys, self.values, self.statuses, strict=True):
            yield PublishedCell(row, column, value, status, reasons[status])

    def reason(self, status: Status) -> str:
        """Say to the reader why cells of this status are hidden; nothing for the others."""
        if status is Status.PRIMARY:
            return f"Hidden because it counts {self.rule_words}."
        if status is Status.SECONDARY:
            return "Hidden because a count hidden elsewhere could be worked out from it and the totals."
        return ""


def protect(
    table: CountTable, *, rules: Sequence[Rule] = (Threshold(5),), method: Method | str = Method.SUPPRESS
) -> ProtectedTable:
    """Make a counted table safe to publish, and prove it; raise :class:`NotCleared` when that cannot be done.

    ``suppress`` hides the cells that a rule forbids and as many others as keep them from being worked out; ``round``
    rounds every count to a multiple of the threshold so that the table still adds up. Method and assumptions:
    ``docs/methods/tables.md``.
    """
    chosen = Method(method)
    threshold = max((rule.minimum for rule in rules if isinstance(rule, Threshold)), default=0)
    if not threshold:
        raise NotCleared(
            N_("No threshold was among the rules. Add Threshold(5), or another that your office uses.")
        )
    if chosen is Method.SUPPRESS:
        return _suppressed(table, tuple(rules), threshold)
    try:
        return _rounded(table, tuple(rules), threshold, is_lifting_totals=False)
    except NotCleared:
        return _rounded(table, tuple(rules), threshold, is_lifting_totals=True)


def _suppressed(table: CountTable, rules: tuple[Rule, ...], threshold: int) -> ProtectedTable:
    found = suppress(table, rules)
    hidden = found.told
    return ProtectedTable(
        request=table.request,
        row_keys=table.row_keys,
        column_keys=table.column_keys,
        values=tuple(None if cell in hidden else count for cell, count in enumerate(table.counts)),
        statuses=tuple(
            _status(cell, count, found.primary, hidden) for cell, count in enumerate(table.counts)
        ),
        method=Method.SUPPRESS,
        threshold=threshold,
        rules=rules,
        source=table.source,
        cautions=tuple(_cautions(table, found.primary)),
        counted=table,
        told=hidden,
        proofs=found.proofs,
    )


def _rounded(
    table: CountTable, rules: tuple[Rule, ...], threshold: int, *, is_lifting_totals: bool
) -> ProtectedTable:
    values = round_counts(table, threshold, is_lifting_totals=is_lifting_totals)
    told = told_by_rounding(table, values, threshold)
    return ProtectedTable(
        request=table.request,
        row_keys=table.row_keys,
        column_keys=table.column_keys,
        values=values,
        statuses=tuple(Status.SHOWN if value else Status.ZERO for value in values),
        method=Method.ROUND,
        threshold=threshold,
        rules=rules,
        source=table.source,
        cautions=tuple(_cautions(table, ())),
        counted=table,
        told=told,
        proofs=movable_proofs(table, told),
    )


def _status(cell: int, count: int, primary: frozenset[int], hidden: Mapping[int, Interval]) -> Status:
    if cell in hidden:
        return Status.PRIMARY if cell in primary else Status.SECONDARY
    return Status.SHOWN if count else Status.ZERO


def _cautions(table: CountTable, marked: Container[int]) -> Iterator[Caution]:
    """Give what to keep in mind. It follows from the published table alone: a reader must learn nothing more from it."""
    yield from table.cautions
    if not table.row_keys:
        yield Caution("no-records", Said(N_("No record meets the conditions, so there is nothing to count.")))
        return
    inner = [cell for cell, count in enumerate(table.counts) if count and not table.is_total(cell)]
    if sum(cell in marked for cell in inner) > _TOO_SPARSE * len(inner):
        words = N_(
            "Much of this table is hidden. Fewer or broader rows and columns, or rounding, would tell more."
        )
        yield Caution("sparse", Said(words))


def _check_suppression(counted: CountTable, values: Sequence[int | None], rules: Sequence[Rule]) -> None:
    for value, count in zip(values, counted.counts, strict=True):
        if value is not None and value != count:
            raise NotCleared(N_("A shown count is not the true one. This is a fault of the program."))
    for (row, column), value in zip(counted.keys(), values, strict=True):
        if value and any(rule.forbids(Cell(row, column, value)) for rule in rules):
            raise NotCleared(
                N_("A count that a rule forbids would be shown. This is a fault of the program.")
            )


def _check_rounding(counted: CountTable, values: Sequence[int | None], base: int) -> None:
    shown = [value for value in values if value is not None]
    if len(shown) != len(counted.counts) or any(
        value % base or abs(value - count) >= base for value, count in zip(shown, counted.counts, strict=True)
    ):
        raise NotCleared(
            N_("A rounded count is not a neighbouring multiple of the base. This is a fault of the program.")
        )
    if any(shown[total] != sum(shown[part] for part in parts) for total, parts in counted.lines()):
        raise NotCleared(N_("The rounded table does not add up. This is a fault of the program."))
