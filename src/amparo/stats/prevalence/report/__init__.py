"""Reports of a study: the document, made into text, a page or a PDF by :mod:`amparo.stats.report`, and JSON for programs."""

from ._content import report_of
from ._json import to_json
from ._words import task_words

__all__ = ["report_of", "task_words", "to_json"]
