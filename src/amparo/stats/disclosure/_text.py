"""A protected table for reading on a terminal."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ._about import about, category, mark, title
from ._protect import ProtectedTable, Status
from ._table import Key

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["to_text"]

_LABEL_SHARE = 0.45
_NARROWEST = 40


def to_text(table: ProtectedTable, *, width: int = 80) -> Iterator[str]:
    """Give the table as lines of text no wider than ``width``; one too wide is cut into parts, one under the other."""
    from rich.console import Console

    width = max(width, _NARROWEST)
    console = Console(width=width, color_system=None, force_terminal=False, legacy_windows=False)

    def lines(part: "Table | str") -> Iterator[str]:
        with console.capture() as capture:
            console.print(part, markup=False, highlight=False)
        yield from (line.rstrip() + "\n" for line in capture.get().splitlines())

    yield from lines(title(table))
    parts = list(_parts(table, width))
    for number, columns in enumerate(parts, start=1):
        yield "\n"
        if len(parts) > 1:
            yield f"Part {number} of {len(parts)}\n"
        yield from lines(_grid(table, columns, width))
    yield "\n"
    for name, text in about(table)[2:]:
        yield from lines(f"{name}: {text}")


def _parts(table: ProtectedTable, width: int) -> Iterator[list[int]]:
    """Choose which columns of the grid stand side by side; the totals stand last."""
    available = width - _label_width(table, width) - 2
    part: list[int] = []
    used = 0
    for at in range(table.width):
        needed = _column_width(table, at) + 2
        if part and used + needed > available:
            yield part
            part, used = [], 0
        part.append(at)
        used += needed
    yield part


def _grid(table: ProtectedTable, columns: Sequence[int], width: int) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    room = _label_width(table, width)
    share = max(4, (room - 2 * (len(table.request.rows) - 1)) // len(table.request.rows))
    for name in table.request.rows:
        grid.add_column(Text(name), max_width=share, overflow="fold")
    for at in columns:
        grid.add_column(
            Text(_heading(table, at)), justify="right", max_width=_column_width(table, at), overflow="fold"
        )
    for i, key in enumerate((*table.row_keys, None)):
        if key is None:
            grid.add_section()
        counts = (_shown(table, i * table.width + at) for at in columns)
        grid.add_row(*(Text(text) for text in (*_labels(key, len(table.request.rows)), *counts)))
    return grid


def _labels(key: Key | None, length: int) -> list[str]:
    return ["Total"] + [""] * (length - 1) if key is None else [_plain(value) for value in key]


def _heading(table: ProtectedTable, at: int) -> str:
    return (
        "Total"
        if at == len(table.column_keys)
        else "\n".join(_plain(value) for value in table.column_keys[at])
    )


def _plain(value: str) -> str:
    """Give a category without signs that could steer the terminal."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in category(value))


def _shown(table: ProtectedTable, cell: int) -> str:
    value, status = table.values[cell], table.statuses[cell]
    return mark(table, status) if value is None else f"{value:,}" if status is Status.SHOWN else "0"


def _column_width(table: ProtectedTable, at: int) -> int:
    height = len(table.row_keys) + 1
    counts = max(len(_shown(table, i * table.width + at)) for i in range(height))
    return max(counts, min(14, max(len(line) for line in _heading(table, at).split("\n"))))


def _label_width(table: ProtectedTable, width: int) -> int:
    lengths = [
        max([len(name), 5, *(len(_plain(key[at])) for key in table.row_keys)]) + 2
        for at, name in enumerate(table.request.rows)
    ]
    return min(sum(lengths), int(width * _LABEL_SHARE))
