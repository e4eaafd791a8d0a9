"""Tables of coded facts, described: what an app offers upward for figures, with no identity in it.

A module `facts.py` of an app names its tables; the setting `AMPARO_FACTS` lists the functions that return them. A fact is a row of coded
values: no name, no free text, no day, no place below the first-level area, and no id that leads back to a record.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from amparo.vocab.codes import code_list
from amparo.vocab.null import NULL_REASONS, NullReason
from amparo.vocab.text import N_

Value = str | Sequence[str]
Row = Mapping[str, Value]

# In place of a value that was recorded and is not in the list of its column: it might be anybody's own words.
UNLISTED = "unlisted"
UNLISTED_LABEL = N_("Recorded, but not in the list")


@dataclass(frozen=True, kw_only=True, slots=True)
class FactColumn:
    """One column: its values are codes of a list (`codes`), the `values` named here, or texts that fit `pattern`.

    A column with `is_many` holds several codes in each row. Why an answer is missing is always a value.
    """

    name: str
    label: str
    definition: str
    codes: str = ""
    values: tuple[tuple[str, str], ...] = ()
    pattern: str = ""
    is_many: bool = False

    def accepts(self, value: str) -> bool:
        """Tell whether the column may hold the value."""
        if value in NULL_REASONS or value == UNLISTED or any(value == code for code, _label in self.values):
            return True
        if self.codes and value in code_list(self.codes):
            return True
        return bool(self.pattern) and re.fullmatch(self.pattern, value) is not None

    def label_of(self, value: str) -> str:
        """Return the English words for a value; a value that speaks for itself, such as a year, is returned as it is."""
        named = dict(self.values).get(value)
        if named is not None:
            return named
        if value in NULL_REASONS:
            return NullReason(value).label
        if value == UNLISTED:
            return UNLISTED_LABEL
        return code_list(self.codes).label(value) if self.codes else value

    def order_of(self, value: str) -> tuple[int, int, str]:
        """Return where a value stands among others: as it is listed, then by its text, missing answers last."""
        if value in NULL_REASONS or value == UNLISTED:
            return (2, 0, value)
        named = [code for code, _label in self.values]
        if value in named:
            # What a column adds to a list, such as "several", comes after the list.
            return (1, named.index(value), value)
        return (0, _places(self.codes).get(value, 0) if self.codes else 0, value)


@dataclass(frozen=True, kw_only=True, slots=True)
class FactTable:
    """One table: what a row counts, how it is defined, where it comes from, and how its rows are read.

    `rows` is given a function that makes an unguessable number of a person's id, for the column `PERSON` of each row; the
    number is good for one snapshot of one table and leads nowhere. It is there so that nobody mistakes ten episodes of
    one person for ten persons. Rows come in batches and in no order.
    """

    name: str
    label: str
    counting_unit: str
    definition: str
    source: str
    columns: tuple[FactColumn, ...]
    rows: Callable[[Callable[[UUID], int]], Iterator[Sequence[Mapping[str, Value | int]]]]

    def column(self, name: str) -> FactColumn:
        """Return the column of that name; raises `KeyError`."""
        return next(column for column in self.columns if column.name == name)


@cache
def _places(codes: str) -> Mapping[str, int]:
    return {one.code: place for place, one in enumerate(code_list(codes))}


# The column of the unguessable number; it is no fact, is in no table and leaves with no export.
PERSON = "person_key"
