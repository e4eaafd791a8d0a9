"""Reports of a study: as text, as a page that needs nothing from anywhere, as a tagged PDF, and as JSON for programs."""

from ._content import report_of
from ._document import Document
from ._html import to_html
from ._json import to_json
from ._language import languages, speaking
from ._pdf import to_pdf, to_png
from ._text import to_text

__all__ = [
    "Document",
    "languages",
    "report_of",
    "speaking",
    "to_html",
    "to_json",
    "to_pdf",
    "to_png",
    "to_text",
]
