"""A column of an Ibis table as text that is the same on every engine.

Engines write some values in their own ways: 1e20 is ``1e+20`` in DuckDB and ``1.0E20`` in Spark, 1.0 is ``1`` in PostgreSQL. Their texts are read here,
and written in one way: that of DuckDB.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from amparo.vocab.text import N_

from ._request import CannotCount

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["TextColumn"]

_ALIKE = (
    "is_string",
    "is_integer",
    "is_boolean",
    "is_date",
    "is_decimal",
    "is_uuid",
    "is_null",
    "is_unknown",
)


class TextColumn:
    """Knows how a column is grouped by, compared and written; a missing value is the empty text."""

    def __init__(self, table: "Table", name: str) -> None:
        self._column: Any = table[name]
        self.expression: Any = self._column.cast("string").fill_null("")
        kind = self._column.type()
        self._parse: Callable[[str], object] | None = None
        self.write: Callable[[str], str] = str
        if any(getattr(kind, alike)() for alike in _ALIKE):
            return
        if kind.is_floating():
            self._parse, self.write = float, _single if kind.is_float32() else _number
        elif kind.is_timestamp() and kind.timezone is None:
            self._parse, self.write = datetime.fromisoformat, _time
        else:
            raise CannotCount(
                N_(
                    'The column "%(column)s" is of the type %(kind)s, which has no one way to be written. Make a column of text of it '
                    "in the data, and name that."
                ),
                column=name,
                kind=str(kind),
            )

    def is_one_of(self, values: Sequence[str]) -> Any:
        """Give the expression that tells whether the text of the column is among some."""
        if self._parse is None:
            return self.expression.isin(list(values))
        chosen = self._column.isin([found for value in values if (found := self._read(value)) is not None])
        if "nan" in values:
            chosen = chosen | self._column.isnan()
        chosen = chosen.fill_null(False)
        # By its text: Ibis lets Spark take "not a number" for missing.
        return chosen | (self.expression == "") if "" in values else chosen

    def _read(self, text: str) -> object:
        """Give the value that is written so; None where none is."""
        assert self._parse is not None
        try:
            return self._parse(text) if self.write(text) == text != "nan" else None
        except ValueError:
            return None


def _number(text: str) -> str:
    return repr(float(text)) if text else ""


def _single(text: str) -> str:
    import numpy as np

    return repr(float(str(np.float32(text)))) if text else ""


def _time(text: str) -> str:
    if not text:
        return ""
    moment = datetime.fromisoformat(text)
    return moment.isoformat(sep=" ").rstrip("0") if moment.microsecond else moment.isoformat(sep=" ")
