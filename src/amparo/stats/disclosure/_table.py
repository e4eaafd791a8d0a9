"""A counted table: still secret, nothing in it is protected yet."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from amparo.stats.results import Caution
from amparo.vocab.text import N_

from ._request import CannotCount, TableRequest

__all__ = ["MAXIMUM_CELLS", "CountTable", "Key", "check_size", "check_values", "reading_order"]

Key = tuple[str, ...]
MAXIMUM_CELLS = 1_000_000
_MOST_VALUES = 5_000


@dataclass(frozen=True, slots=True)
class CountTable:
    """Holds true counts on a grid, totals included; never show it: show what :func:`protect` makes of it.

    The grid has a line for each of ``row_keys`` and a last one for the totals, likewise for the columns. ``counts`` is the
    grid read line by line. A table with no column variable has only its column of totals.
    """

    request: TableRequest
    row_keys: tuple[Key, ...]
    column_keys: tuple[Key, ...]
    counts: tuple[int, ...] = field(repr=False)
    source: str = ""
    cautions: tuple[Caution, ...] = ()

    def __post_init__(self) -> None:
        if len(self.counts) != self.height * self.width:
            raise ValueError(
                f"A grid of {self.height} x {self.width} cells was given {len(self.counts)} counts."
            )

    @classmethod
    def from_counts(
        cls,
        request: TableRequest,
        counted: Iterable[tuple[Key, int]],
        *,
        source: str = "",
        cautions: Iterable[Caution] = (),
    ) -> "CountTable":
        """Build the grid from pairs of values (of ``request.variables``, in that order) and count, adding the totals.

        Categories stand in the order in which people count and spell: 9 before 10, blank last.
        """
        pairs = list(counted)
        if any(n < 0 for _, n in pairs):
            raise CannotCount(N_("A count below zero was given. Counts are whole numbers from zero up."))
        for at, column in enumerate(request.variables):
            check_values(column, len({key[at] for key, _ in pairs}))
        split = len(request.rows)
        row_keys = tuple(sorted({key[:split] for key, _ in pairs}, key=reading_order))
        column_keys = (
            tuple(sorted({key[split:] for key, _ in pairs}, key=reading_order)) if request.columns else ()
        )
        height, width = len(row_keys) + 1, len(column_keys) + 1
        check_size(height, width)
        row_at = {key: i for i, key in enumerate(row_keys)}
        column_at = {key: j for j, key in enumerate(column_keys)}
        grid = [0] * (height * width)
        for key, n in pairs:
            i, j = row_at[key[:split]], column_at.get(key[split:], width - 1)
            for cell in {i * width + j, (i + 1) * width - 1, (height - 1) * width + j, height * width - 1}:
                grid[cell] += n
        return cls(request, row_keys, column_keys, tuple(grid), source, tuple(cautions))

    @property
    def height(self) -> int:
        """Count the lines of the grid, the line of totals included."""
        return len(self.row_keys) + 1

    @property
    def width(self) -> int:
        """Count the columns of the grid, the column of totals included."""
        return len(self.column_keys) + 1

    def keys(self) -> Iterator[tuple[Key | None, Key | None]]:
        """Give each cell's row and column values in the order of ``counts``; a total has None."""
        for row in (*self.row_keys, None):
            for column in (*self.column_keys, None):
                yield row, column

    def is_total(self, cell: int) -> bool:
        """Tell whether a cell of the grid is the total of others."""
        i, j = divmod(cell, self.width)
        return i == self.height - 1 or (j == self.width - 1 and self.width > 1)

    def lines(self) -> Iterator[tuple[int, range]]:
        """Give each additive relation of the grid: a total, and the cells that it is the sum of."""
        height, width = self.height, self.width
        if width > 1:
            for i in range(height):
                yield (i + 1) * width - 1, range(i * width, (i + 1) * width - 1)
        for j in range(width):
            last = (height - 1) * width + j
            yield last, range(j, last, width)


def check_size(height: int, width: int) -> None:
    """Refuse a grid with more cells than anyone could check or read."""
    if height * width > MAXIMUM_CELLS:
        raise CannotCount(
            N_(
                "The table would have %(height)s x %(width)s = %(cells)s cells; the most is %(most)s. Such a table is a "
                "list of single records, and nearly every cell of it would be hidden. Use fewer columns of the data or "
                "broader categories, or count only a part of the records."
            ),
            height=f"{height:,}",
            width=f"{width:,}",
            cells=f"{height * width:,}",
            most=f"{MAXIMUM_CELLS:,}",
        )


def check_values(column: str, number: int) -> None:
    """Refuse a column with more values than a table can have categories."""
    if number > _MOST_VALUES:
        raise CannotCount(
            N_(
                'The column "%(column)s" has %(values)s values: it looks like a number of each record, not a category. '
                "Leave it out, or put its values into groups first."
            ),
            column=column,
            values=f"{number:,}",
        )


def reading_order(key: Key) -> list[tuple[bool, list[tuple[int, float, str]], str]]:
    """Order values as people count and spell: 9 before 10, blank last."""
    return [(not value, _parts_of(value.casefold()), value) for value in key]


def _parts_of(value: str) -> list[tuple[int, float, str]]:
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        return [(0, float(value), "")]
    parts = re.split(r"(\d+)", value)
    return [(0, float(part), "") if part.isdecimal() else (1, 0.0, part) for part in parts if part]
