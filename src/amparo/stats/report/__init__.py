"""What every report of the library is made of: blocks, charts, and their forms as text, as a page, and as a tagged PDF."""

from ._charts import Band, Mark, Row, draw_counts, draw_lines, draw_marks, draw_rows
from ._document import Block, Chart, Document, Heading, Items, Paragraph, Table
from ._html import to_html
from ._language import (
    NoSuchLanguage,
    apart,
    gettext,
    is_right_to_left,
    joined,
    languages,
    listed,
    ngettext,
    percent,
    pgettext,
    say,
    speaking,
    spoken_language,
)
from ._pdf import to_pdf, to_png
from ._text import to_text

__all__ = [
    "Band",
    "Block",
    "Chart",
    "Document",
    "Heading",
    "Items",
    "Mark",
    "NoSuchLanguage",
    "Paragraph",
    "Row",
    "Table",
    "apart",
    "draw_counts",
    "draw_lines",
    "draw_marks",
    "draw_rows",
    "gettext",
    "is_right_to_left",
    "joined",
    "languages",
    "listed",
    "ngettext",
    "percent",
    "pgettext",
    "say",
    "speaking",
    "spoken_language",
    "to_html",
    "to_pdf",
    "to_png",
    "to_text",
]
