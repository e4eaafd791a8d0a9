"""A protected table for reading on a terminal."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from ._about import about, category, mark, title
from ._protect import ProtectedTable, Status
from ._table import Key

__all__ = ["folded_row", "headings_of", "label_rooms", "paragraph", "plain", "room_of", "to_text"]

_NARROWEST = 40
_LABEL_SHARE = 0.45
_WIDEST_HEADING = 14
_GAP = "   "
# Joiners that belong to the spelling of Persian, of Indic scripts and of emoji; other signs without a shape may steer.
_JOINERS = "\u200c\u200d"


def to_text(table: ProtectedTable, *, width: int = 80) -> Iterator[str]:
    """Give the table as lines of text no wider than ``width``; one too wide is cut into parts, one under the other."""
    width = max(width, _NARROWEST)
    yield from paragraph(title(table), width)
    names = [plain(name) for name in table.request.rows]
    labels = [_labels(key, len(names)) for key in (*table.row_keys, None)]
    rooms = label_rooms([names, *labels], width)
    parts = list(_parts(table, width - sum(rooms) - len(_GAP) * len(rooms)))
    for number, columns in enumerate(parts, start=1):
        yield "\n"
        if len(parts) > 1:
            yield f"Part {number} of {len(parts)}\n"
        yield from _grid(table, columns, [names, *labels], rooms)
    yield "\n"
    for name, text in about(table)[2:]:
        yield from paragraph(f"{name}: {text}", width)


def paragraph(text: str, width: int) -> Iterator[str]:
    """Give a text as lines that fit."""
    yield from (line + "\n" for line in _folded(plain(text), width))


def _parts(table: ProtectedTable, room: int) -> Iterator[list[int]]:
    """Choose which columns of the grid stand side by side; the totals stand last."""
    part: list[int] = []
    used = 0
    for at in range(table.width):
        needed = _column_room(table, at) + len(_GAP)
        if part and used + needed > room + len(_GAP):
            yield part
            part, used = [], 0
        part.append(at)
        used += needed
    yield part


def _grid(
    table: ProtectedTable, columns: Sequence[int], labels: Sequence[Sequence[str]], rooms: Sequence[int]
) -> Iterator[str]:
    counts_rooms = [_column_room(table, at) for at in columns]
    rule = "─" * (sum(rooms) + sum(counts_rooms) + len(_GAP) * (len(rooms) + len(columns) - 1)) + "\n"
    yield from headings_of(labels[0], [_heading_values(table, at) for at in columns], rooms, counts_rooms)
    yield rule
    for i, texts in enumerate(labels[1:]):
        if i == len(table.row_keys):
            yield rule
        counts = [_shown(table, i * table.width + at) for at in columns]
        yield from folded_row(texts, counts, rooms, counts_rooms)


def headings_of(
    names: Sequence[str], headings: Sequence[Sequence[str]], rooms: Sequence[int], counts_rooms: Sequence[int]
) -> Iterator[str]:
    """Give the lines above a table: the names of the columns of labels, and the headings of the columns of counts."""
    folded = [_folded(text, room) for text, room in zip(names, rooms, strict=True)]
    both = (*folded, *_headings(headings, counts_rooms))
    tallest = max(map(len, both))
    yield from _row([[""] * (tallest - len(lines)) + lines for lines in both], rooms, counts_rooms)


def folded_row(
    labels: Sequence[str], counts: Sequence[str], rooms: Sequence[int], counts_rooms: Sequence[int]
) -> Iterator[str]:
    """Give the lines of one row of a table."""
    folded = [_folded(text, room) for text, room in zip(labels, rooms, strict=True)]
    yield from _row([*folded, *([text] for text in counts)], rooms, counts_rooms)


def _row(cells: Sequence[Sequence[str]], rooms: Sequence[int], counts_rooms: Sequence[int]) -> Iterator[str]:
    for line in zip_longest(*cells, fillvalue=""):
        labels = [
            _apart(text) + " " * (room - room_of(text)) for text, room in zip(line, rooms, strict=False)
        ]
        counts = [
            " " * (room - room_of(text)) + _apart(text)
            for text, room in zip(line[len(rooms) :], counts_rooms, strict=True)
        ]
        yield _GAP.join((*labels, *counts)).rstrip() + "\n"


def _labels(key: Key | None, length: int) -> list[str]:
    return ["Total"] + [""] * (length - 1) if key is None else [plain(category(value)) for value in key]


def _headings(values: Sequence[Sequence[str]], rooms: Sequence[int]) -> list[list[str]]:
    """Fold the headings of the columns, so that the values of one column of the data stand on the same lines."""
    total = max(map(len, values))
    folded = [
        [[""]] * (total - len(texts)) + [_folded(text, room) for text in texts]
        for texts, room in zip(values, rooms, strict=True)
    ]
    heights = [max(map(len, level)) for level in zip(*folded, strict=True)]
    return [
        [
            line
            for lines, height in zip(levels, heights, strict=True)
            for line in [""] * (height - len(lines)) + lines
        ]
        for levels in folded
    ]


def _heading_values(table: ProtectedTable, at: int) -> list[str]:
    if at == len(table.column_keys):
        return ["Total"]
    return [plain(category(value)) for value in table.column_keys[at]]


def _shown(table: ProtectedTable, cell: int) -> str:
    value, status = table.values[cell], table.statuses[cell]
    return mark(table, status) if value is None else f"{value:,}" if status is Status.SHOWN else "0"


def _column_room(table: ProtectedTable, at: int) -> int:
    height = len(table.row_keys) + 1
    counts = max(len(_shown(table, i * table.width + at)) for i in range(height))
    return max(counts, min(_WIDEST_HEADING, max(map(room_of, _heading_values(table, at)))))


def label_rooms(labels: Sequence[Sequence[str]], width: int) -> list[int]:
    """Give each column of labels the room of its longest; where all need too much, the longest give way."""
    rooms = [max(map(room_of, texts)) for texts in zip(*labels, strict=True)]
    most = int(width * _LABEL_SHARE) - len(_GAP) * (len(rooms) - 1)
    while sum(rooms) > most and max(rooms) > 4:
        rooms[rooms.index(max(rooms))] -= 1
    return rooms


def plain(text: str) -> str:
    """Give a text without signs that could steer the terminal."""
    return "".join(sign if sign.isprintable() or sign in _JOINERS else "\ufffd" for sign in text)


def _apart(text: str) -> str:
    """Set a text written from right to left apart, or a terminal that turns it would turn the numbers beside it as well."""
    is_turned = any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if is_turned else text


def room_of(text: str) -> int:
    """Count the places that a text takes on a terminal: two for a wide sign, none for one that joins the sign before it."""
    return sum(map(_room_of_sign, text))


def _room_of_sign(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _folded(text: str, room: int) -> list[str]:
    """Break a text into lines that fit: between words and behind hyphens, and within a word only where it is too long."""
    if room_of(text) <= room:
        return [text]
    lines = [""]
    for piece in re.findall(r"[^\s-]*-+|[^\s-]+|\s+", text):
        if piece.isspace():
            lines[-1] += " " if lines[-1] and room_of(lines[-1]) < room else ""
            continue
        if lines[-1] and room_of(lines[-1] + piece) > room:
            lines.append("")
        for sign in piece:
            if room_of(lines[-1]) + _room_of_sign(sign) > room:
                lines.append("")
            lines[-1] += sign
    return [line.rstrip() for line in lines if line] or [""]
