"""A column of an Ibis table as text that is the same on every engine.

Engines write some values in their own ways: a number 1.0 is ``1`` in PostgreSQL and ``1.0`` in DuckDB and Spark. Where they may differ, records are
grouped by the values themselves, and the text is written here.
"""

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from amparo.vocab.text import N_

from ._request import CannotCount

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["TextColumn"]

_ALIKE = ("is_string", "is_integer", "is_boolean", "is_date", "is_decimal", "is_uuid", "is_null", "is_unknown")


class TextColumn:
    """Knows how a column is grouped by, compared and written; a missing value is the empty text."""

    def __init__(self, table: "Table", name: str) -> None:
        self._column: Any = table[name]
        kind = self._column.type()
        self._parse: Callable[[str], object] | None = None
        self.write: Callable[[Any], str] = str
        if any(getattr(kind, alike)() for alike in _ALIKE):
            self.expression: Any = self._column.cast("string").fill_null("")
            return
        if kind.is_floating():
            self._parse, self.write = _number, _text_of_single if kind.is_float32() else _text_of_number
        elif kind.is_timestamp() and kind.timezone is None:
            self._parse, self.write = datetime.fromisoformat, _text_of_time
        else:
            raise CannotCount(
                N_(
                    'The column "%(column)s" is of the type %(kind)s, which has no one way to be written. Make a column of text of it '
                    "in the data, and name that."
                ),
                column=name,
                kind=str(kind),
            )
        self.expression = self._column

    def is_one_of(self, values: Sequence[str]) -> Any:
        """Give the expression that tells whether the text of the column is among some."""
        if self._parse is None:
            return self.expression.isin(list(values))
        chosen = self._column.isin([found for value in values if (found := self._read(value)) is not None])
        if "nan" in values:
            chosen = chosen | self._column.isnan()
        chosen = chosen.fill_null(False)
        return chosen | self._column.isnull() if "" in values else chosen

    def _read(self, text: str) -> object:
        assert self._parse is not None
        try:
            value = self._parse(text)
        except ValueError:
            return None
        return value if self.write(value) == text and value == value else None  # noqa: PLR0124 - not for "not a number"


def _number(text: str) -> float:
    return float(text)


def _text_of_number(value: float | None) -> str:
    return "" if value is None else repr(float(value))


def _text_of_single(value: float | None) -> str:
    import numpy as np

    return "" if value is None else repr(float(str(np.float32(value)))) if math.isfinite(value) else repr(value)


def _text_of_time(value: datetime | None) -> str:
    if value is None:
        return ""
    text = value.isoformat(sep=" ")
    return text.rstrip("0") if value.microsecond else text
