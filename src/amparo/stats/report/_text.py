"""The report as text for a terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator

from ._document import Block, Chart, Document, Heading, Items, Paragraph, Table, in_line

__all__ = ["to_text"]

_NARROWEST = 40
_GAP = "  "
_APART = "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"


def to_text(document: Document, *, width: int = 80) -> Iterator[str]:
    """Give the report as lines of text; charts stand as their tables."""
    width, document = max(width, _NARROWEST), in_line(document)
    yield _plain(document.title) + "\n"
    yield _plain(document.subtitle) + "\n"
    for block in document.blocks:
        yield from _block(block, width)


def _block(block: Block, width: int) -> Iterator[str]:
    match block:
        case Heading():
            yield "\n" + _plain(block.text) + "\n"
            if block.level == 2:
                yield "─" * min(_room(_plain(block.text)), width) + "\n"
        case Paragraph():
            yield from _wrapped(("! " if block.is_warning else "") + block.text, width)
        case Items():
            for text in block.texts:
                yield from _wrapped("- " + text, width, "  ")
        case Chart():
            yield from _table(block.table, width)
            yield from _wrapped(block.told, width)
        case Table():
            yield from _table(block, width)


def _wrapped(text: str, width: int, indent: str = "") -> Iterator[str]:
    for line in textwrap.wrap(_plain(text), width, subsequent_indent=indent, break_long_words=False):
        yield line + "\n"


def _table(table: Table, width: int) -> Iterator[str]:
    lines = [table.headings, *table.rows]
    rooms = _rooms([[_plain(cell) for cell in line] for line in lines], width)
    yield "\n" + _plain(table.caption) + "\n"
    yield from _row(table.headings, rooms, table.labels)
    yield "─" * min(width, sum(rooms) + len(_GAP) * (len(rooms) - 1)) + "\n"
    for row in table.rows:
        yield from _row(row, rooms, table.labels)
    if table.notes:
        yield from _wrapped(table.notes, width)


def _rooms(lines: list[list[str]], width: int) -> list[int]:
    """Give each column the room of its longest cell; where the line is too long, the widest columns give way and fold, words last."""
    columns = list(zip(*lines, strict=True))
    rooms = [max(map(_room, column)) for column in columns]
    words = [max((_room(word) for cell in column for word in cell.split()), default=0) for column in columns]
    while sum(rooms) + len(_GAP) * (len(rooms) - 1) > width and max(rooms) > 8:
        spare = [room if room > word else 0 for room, word in zip(rooms, words, strict=True)]
        wide = spare if max(spare) > 8 else rooms
        rooms[wide.index(max(wide))] -= 1
    return rooms


def _row(cells: tuple[str, ...], rooms: list[int], labels: int) -> Iterator[str]:
    folded = [
        _folded(_plain(cell), room, is_label=place < labels)
        for place, (cell, room) in enumerate(zip(cells, rooms, strict=True))
    ]
    for at in range(max(map(len, folded))):
        line = []
        for place, (lines, room) in enumerate(zip(folded, rooms, strict=True)):
            text = lines[at] if at < len(lines) else ""
            pad = " " * (room - _room(text))
            line.append(text + pad if place < labels else pad + text)
        yield _GAP.join(line).rstrip() + "\n"


def _folded(text: str, room: int, *, is_label: bool) -> list[str]:
    """Break a cell into lines: between words, and in a label also behind the commas of a model."""
    if _room(text) <= room:
        return [text]
    room += sum(map(text.count, _APART))  # they take no room
    if not is_label:
        return textwrap.wrap(text, room)
    lines = (
        textwrap.wrap(text.replace(",", ", "), room)
        if "," in text and " " not in text
        else textwrap.wrap(text, room)
    )
    return [line.replace(", ", ",") if " " not in text else line for line in lines] or [""]


def _room(text: str) -> int:
    return sum(
        0
        if unicodedata.combining(sign) or sign in _APART
        else 2
        if unicodedata.east_asian_width(sign) in "WF"
        else 1
        for sign in text
    )


def _plain(text: str) -> str:
    """Give a text without signs that could steer the terminal; those that set a value apart only say in which direction it reads."""
    return "".join(
        sign if sign.isprintable() or sign in _APART else "\ufffd"
        for sign in text.replace("\N{NO-BREAK SPACE}", " ")
    )
