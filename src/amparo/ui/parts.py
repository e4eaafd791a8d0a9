"""Plain values that components print. Views build them; templates only lay them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from amparo.vocab.dates import PartialDate, StatedAge


class Colour(StrEnum):
    """What the colour of a state means; the word beside it says the same."""

    GREY = "grey"  # not begun
    BLUE = "blue"  # with us
    YELLOW = "yellow"  # waiting for others
    GREEN = "green"  # done
    RED = "red"  # overdue
    PURPLE = "purple"  # a child, or age in doubt


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """A status: one word or a few, and the colour of its meaning."""

    label: str
    colour: str = Colour.GREY

    def __post_init__(self) -> None:
        Colour(self.colour)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A text that leads somewhere."""

    label: str
    url: str


OneValue = str | int | date | datetime | PartialDate | StatedAge | State | None
Value = OneValue | Sequence[OneValue]


@dataclass(frozen=True, kw_only=True, slots=True)
class NavigationItem:
    """An entry of the navigation; `order` sorts it, and the frame marks the current one by its path."""

    label: str
    url: str
    count: int | None = None
    order: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """What the head of a signed-in page shows; empty parts are left out."""

    organisation: str = ""
    user: str = ""
    purpose: str = ""
    purpose_url: str = ""
    search_url: str = ""
    menu: tuple[Link, ...] = ()
    sign_in_url: str = ""
    sign_out_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityBar:
    """Who a case is about, on one line that stays in sight. It never holds a place."""

    reference: str
    name: str = ""
    age: str = ""
    is_child: bool = False
    is_age_in_doubt: bool = False
    language: str = ""
    reach: str = ""
    compartment: str = ""
    purpose: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """One of the pages of a case."""

    label: str
    url: str
    count: int | None = None
    is_current: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryRow:
    """A question and its answer; with `url`, an act that changes it."""

    label: str
    value: Value
    url: str = ""
    act: str = ""
    note: str = ""
    is_name: bool = False
    is_reference: bool = False
    is_long: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a table; `sorted` is empty, "ascending" or "descending"."""

    key: str
    label: str
    numeric: bool = False
    sort_url: str = ""
    sorted: str = ""
    main: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A cell of a table. A note stands under the value, in quieter type."""

    value: Value = None
    url: str = ""
    note: str = ""
    is_name: bool = False
    is_reference: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of a table; with `url` the whole row is one link. `key` is the value of its tick box, which may stand ticked."""

    cells: tuple[Cell, ...]
    url: str = ""
    key: str = ""
    is_selected: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DataTable:
    """A table with what to say when it is empty; `select_name` adds a tick box to each row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty_title: str = ""
    empty_text: str = ""
    empty_act: Link | None = None
    select_name: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"a row has {len(row.cells)} cells for {len(self.columns)} columns")

    @property
    def main_index(self) -> int:
        """Return the index of the column that names a row."""
        return next((index for index, column in enumerate(self.columns) if column.main), 0)

    @property
    def lines(self) -> tuple[tuple[Row, tuple[tuple[Column, Cell, bool], ...]], ...]:
        """Return each row with its cells beside their columns, and whether a cell names the row."""
        main = self.main_index
        return tuple(
            (
                row,
                tuple(
                    (column, cell, index == main)
                    for index, (column, cell) in enumerate(zip(self.columns, row.cells, strict=True))
                ),
            )
            for row in self.rows
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundRows:
    """One page of what one app found, and whether there is more."""

    table: DataTable
    is_more: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Pager:
    """Where one page of a list stands: links to its neighbours, and how many rows are shown."""

    previous_url: str = ""
    next_url: str = ""
    shown: int = 0
    total: int | None = None
    label: str = ""  # needed where a page has two of them


@dataclass(frozen=True, kw_only=True, slots=True)
class AppliedFilter:
    """A filter that is on, and the address of the list without it."""

    label: str
    value: str
    remove_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """Something that happened, when, and by whom."""

    title: str
    at: datetime
    by: str = ""
    text: str = ""
    state: State | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparisonRow:
    """One field that two people changed: as it was, as it is saved now, as you typed it."""

    name: str
    label: str
    base: Value
    theirs: Value
    yours: Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a long job is. A script asks `url` again each two seconds; without one there is a link."""

    label: str
    done: int
    total: int
    url: str = ""
    is_finished: bool = False
    note: str = ""

    @property
    def percent(self) -> int:
        """Return the share done, 0 to 100."""
        return 100 if self.is_finished else (100 * self.done // self.total if self.total else 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class HomePanel:
    """A block that an app offers for the first page: a table, or a few links; `is_side` puts it into the side column.

    `is_warning` is for a text that nobody may overlook.
    """

    title: str
    table: DataTable | None = None
    links: tuple[Link, ...] = ()
    text: str = ""
    count: int | None = None
    url: str = ""
    act: str = ""
    is_side: bool = False
    is_warning: bool = False
    order: int = 100


def as_values(value: Any) -> tuple[Any, ...]:
    """Return a value, or a sequence of them, as a tuple; None is an empty one."""
    if value is None or value == "":
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return (value,)
