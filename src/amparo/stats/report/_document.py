"""What a report is made of, before it is text, HTML or PDF: headings, paragraphs, lists, tables, and charts with their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import amparo

from ._language import foreign_apart, is_right_to_left, speaking

__all__ = ["FONTS", "Block", "Chart", "Document", "Heading", "Items", "Paragraph", "Table", "in_line"]

FONTS: Final = Path(amparo.__file__).parent / "ui" / "fonts"  # files of the package, no code of the platform


@dataclass(frozen=True, slots=True)
class Heading:
    """Opens a part of the report (level 2) or of a part (level 3)."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Says something; ``is_warning`` sets it off as what must not be missed."""

    text: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """Lists sentences."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Holds cells of text. The first ``labels`` columns say what a row is about, the others are numbers."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labels: int = 1
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Holds a drawing (SVG), what it shows in a sentence, and the table of what is drawn."""

    title: str
    drawing: str
    told: str
    table: Table


Block = Heading | Paragraph | Items | Table | Chart


@dataclass(frozen=True, slots=True)
class Document:
    """Holds a report: its title, a line under it, its blocks, and the language that all of it is in."""

    title: str
    subtitle: str
    blocks: Sequence[Block]
    language: str = "en"


def in_line(document: Document) -> Document:
    """Set each text apart that would be turned round among writing from right to left: citations, models, numbers with a sign."""
    if not is_right_to_left(document.language):
        return document
    with speaking(document.language):
        return replace(
            document,
            title=foreign_apart(document.title),
            subtitle=foreign_apart(document.subtitle),
            blocks=[_block_in_line(block) for block in document.blocks],
        )


def _block_in_line(block: Block) -> Block:
    match block:
        case Heading() | Paragraph():
            return replace(block, text=foreign_apart(block.text))
        case Items():
            return replace(block, texts=_each(block.texts))
        case Table():
            return _table_in_line(block)
        case Chart():
            return replace(
                block,
                title=foreign_apart(block.title),
                told=foreign_apart(block.told),
                table=_table_in_line(block.table),
            )


def _table_in_line(table: Table) -> Table:
    return replace(
        table,
        caption=foreign_apart(table.caption),
        headings=_each(table.headings),
        rows=tuple(map(_each, table.rows)),
        notes=foreign_apart(table.notes),
    )


def _each(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(foreign_apart, texts))
