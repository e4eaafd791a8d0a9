"""Reports of a study: as text, as a page that needs nothing from anywhere, as a tagged PDF, and as JSON for programs."""

from ._charts import Mark, Row, draw_marks, draw_rows
from ._content import report_of
from ._document import Block, Chart, Document, Heading, Items, Paragraph, Table
from ._html import to_html
from ._json import to_json
from ._language import languages, speaking
from ._pdf import to_pdf, to_png
from ._text import to_text

__all__ = [
    "Block",
    "Chart",
    "Document",
    "Heading",
    "Items",
    "Mark",
    "Paragraph",
    "Row",
    "Table",
    "draw_marks",
    "draw_rows",
    "languages",
    "report_of",
    "speaking",
    "to_html",
    "to_json",
    "to_pdf",
    "to_png",
    "to_text",
]
