"""Reports of a study: the document, made into text, a page or a PDF by :mod:`amparo.stats.report`, and JSON for programs."""

from ._content import report_of
from ._json import to_json

__all__ = ["report_of", "to_json"]
