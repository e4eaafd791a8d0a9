"""What a report is made of, before it is text, HTML or PDF: headings, paragraphs, lists, tables, and charts with their tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import amparo

__all__ = ["FONTS", "Block", "Chart", "Document", "Heading", "Items", "Paragraph", "Table"]

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
