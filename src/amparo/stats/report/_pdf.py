"""The report as a tagged PDF (PDF/UA), set by Typst. Text comes to the template as data and never as markup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Literal

from ._document import FONTS, Block, Chart, Document, Heading, Items, Paragraph, Table, in_line
from ._language import gettext as _
from ._language import is_right_to_left, speaking

__all__ = ["to_pdf", "to_png"]

TEMPLATE: Final = Path(__file__).parent / "report.typ"


def to_pdf(document: Document, *, timestamp: int = 0) -> bytes:
    """Give the report as PDF. ``timestamp`` (seconds since 1970) stands in its data, so that equal reports are equal files.

    Names of lists in a script for which the package has no font keep the PDF from saying that it is PDF/UA; it is tagged all the same.
    """
    import typst

    try:
        return _compiled(document, "pdf", timestamp, ["ua-1"])
    except typst.TypstError as error:
        if "could not be displayed" not in f"{error.message} {error.diagnostic}":
            raise
        return _compiled(document, "pdf", timestamp, [])


def to_png(document: Document, *, page: int = 1) -> bytes:
    """Give one page of the PDF as a picture, to look at."""
    import typst

    made = typst.compile(**_arguments(document), format="png", ppi=80)
    pages = made if isinstance(made, list) else [made]
    return bytes(pages[min(page, len(pages)) - 1])


def _compiled(document: Document, form: Literal["pdf"], timestamp: int, standards: list[Any]) -> bytes:
    import typst

    made = typst.compile(**_arguments(document), format=form, pdf_standards=standards, timestamp=timestamp)
    if not isinstance(made, bytes):
        raise TypeError("A PDF is one sequence of bytes.")
    return made


def _arguments(document: Document) -> dict[str, Any]:
    document = in_line(document)
    with speaking(document.language):
        below = _("The numbers stand in the table below.")
    values = {
        "title": document.title,
        "subtitle": document.subtitle,
        "blocks": [_block(block) for block in document.blocks],
        "language": document.language.partition("-")[0],
        "direction": "rtl" if is_right_to_left(document.language) else "ltr",
        "below": below,
    }
    return {
        "input": TEMPLATE,
        "root": TEMPLATE.parent,
        "font_paths": [FONTS],
        "ignore_system_fonts": True,
        "sys_inputs": {"values": json.dumps(values, ensure_ascii=False)},
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "text": block.text, "level": block.level}
        case Paragraph():
            return {"kind": "paragraph", "text": block.text, "warning": block.is_warning}
        case Items():
            return {"kind": "items", "texts": block.texts}
        case Table():
            return {"kind": "table", **_table(block)}
        case Chart():
            return {
                "kind": "chart",
                "title": block.title,
                "drawing": block.drawing,
                "told": block.told,
                "table": _table(block.table),
            }


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "headings": table.headings,
        "rows": table.rows,
        "labels": table.labels,
        "notes": table.notes,
    }
