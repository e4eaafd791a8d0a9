"""Read the tables that an item holds: cubes whose every cell is a number, or hidden, and says which.

The content of an item is what `amparo table --json` writes, for a table of rows and columns or for several of any dimension;
`labels` in it, if there are any, name variables and values in more languages. Where it has neither form, the table is laid out of
the numbers that the item tells the register.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

from amparo.publishing.rules.items import ItemKind, NotAudited, cell_from_json
from amparo.stats.disclosure.register import Cell, Mark
from amparo.vocab.text import N_

Place = tuple[str | None, ...]  # a value in each dimension; None is the total over it
Labels = Mapping[str, Mapping[str, Mapping[str, str]]]  # language, variable, value; "" is the variable itself
SOURCE_LANGUAGE: Final = "en"
_WORDS: Final = ("title", "definition", "unit", "source", "method", "protection")


class CellStatus(StrEnum):
    """Says of a published number how it stands."""

    SHOWN = "shown"
    CHANGED = "changed"  # rounded, or moved a little: not the count itself
    SMALL = "small"  # hidden because it is unsafe itself
    HIDDEN = "hidden"  # hidden to protect another


CONCEALED: Final = frozenset({CellStatus.SMALL, CellStatus.HIDDEN})
_STATUSES: Final = {"primary": CellStatus.SMALL, "secondary": CellStatus.HIDDEN, "hidden": CellStatus.HIDDEN}
_CHANGING: Final = frozenset({"round", "cellkey", "dp", "noise"})


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedItem:
    """One thing of a release as everybody gets it; `numbers` are those that it told the register."""

    kind: ItemKind
    title: str
    definition: str
    unit: str
    source: str
    method: str
    protection: str
    content: Mapping[str, Any]
    numbers: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Give an item as it is kept; raises `NotAudited` where it has no verdict that it is safe."""
        if not (kept["verdict"] or {}).get("is_safe"):
            raise NotAudited(
                N_(
                    "%(title)s has not passed an audit, so it cannot be let out. Protect it first, and propose what comes out."
                ),
                title=kept["title"],
            )
        return cls(
            **{name: kept[name] for name in _WORDS},
            kind=ItemKind(kept["kind"]),
            content=kept.get("content", {}),
            numbers=kept.get("cells", ()),
        )

    def in_language(self, language: str) -> Self:
        """Give the item in the words that it brought in that language; without any, as it is."""
        words = self._told("words", language, {})
        return replace(self, **{name: words[name] for name in _WORDS if words.get(name)})

    def notes(self, language: str) -> tuple[str, ...]:
        """Give what it says of its hidden numbers and warns of, where it brought the words."""
        return tuple(map(str, self._told("notes", language, self._told("notes", SOURCE_LANGUAGE, ()))))

    def _told(self, name: str, language: str, otherwise: Any) -> Any:
        told = self.content.get(name)
        return told.get(language, otherwise) if isinstance(told, Mapping) else otherwise


@dataclass(frozen=True, slots=True)
class TableCell:
    """One number as it was let out; a hidden one has None."""

    value: int | None
    status: CellStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """A dimension of a table: its variable, its values in reading order, and whether there are totals over it."""

    code: str
    values: tuple[str, ...]
    has_total: bool

    @property
    def places(self) -> tuple[str | None, ...]:
        """Give the values, and last None for the total."""
        return (*self.values, None) if self.has_total else self.values


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedTable:
    """A table of any dimension, the first of them standing in rows and the others in columns. A place without a cell was not counted."""

    title: str
    unit: str
    axes: tuple[Axis, ...]
    across: int  # how many of the last axes stand in columns
    cells: Mapping[Place, TableCell]
    only: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    labels: Labels = field(default_factory=dict)

    @property
    def down(self) -> tuple[Axis, ...]:
        """Give the axes that stand in rows."""
        return self.axes[: len(self.axes) - self.across]

    @property
    def over(self) -> tuple[Axis, ...]:
        """Give the axes that stand in columns."""
        return self.axes[len(self.axes) - self.across :]

    def row_places(self) -> list[Place]:
        """List the rows that hold a number, totals after their parts."""
        return _sorted(self.down, {place[: len(self.down)] for place in self.cells})

    def column_places(self) -> list[Place]:
        """List the columns that hold a number, totals after their parts."""
        return _sorted(self.over, {place[len(self.down) :] for place in self.cells})

    def in_order(self) -> list[tuple[Place, TableCell]]:
        """Give every cell, line by line, totals after their parts."""
        return [(place, self.cells[place]) for place in _sorted(self.axes, self.cells)]

    def count(self, *statuses: CellStatus) -> int:
        """Count the cells of these kinds."""
        return sum(cell.status in statuses for cell in self.cells.values())

    def label(self, variable: str, value: str = "", *, language: str) -> str:
        """Name a variable, or a value of it: in that language, else in English, else by its code."""
        for code in dict.fromkeys((language, language.partition("-")[0], SOURCE_LANGUAGE)):
            found = self.labels.get(code, {}).get(variable, {}).get(value)
            if found:
                return found
        return value or variable


def _sorted(axes: tuple[Axis, ...], there: Iterable[Place]) -> list[Place]:
    """Put places in reading order. Not by a walk through the whole cube: most of one with many axes may be empty."""
    order = [{value: at for at, value in enumerate(axis.places)} for axis in axes]
    return sorted(there, key=lambda place: [at[value] for at, value in zip(order, place, strict=True)])


def titles_of(item: PublishedItem) -> tuple[str, ...]:
    """Name the tables of an item, without a look at their cells."""
    if item.kind is not ItemKind.TABLE:
        return ()
    several = item.content.get("tables")
    if isinstance(several, list) and len(several) > 1:
        return tuple(f"{item.title} ({at})" for at in range(1, len(several) + 1))
    return (item.title,)


def tables_of(item: PublishedItem) -> tuple[PublishedTable, ...]:
    """Give the tables of an item; none for what is no table."""
    if item.kind is not ItemKind.TABLE:
        return ()
    content = item.content
    labels: Labels = content.get("labels") or {}
    if isinstance(content.get("tables"), list):
        return tuple(
            _of_release(kept, item, content, labels, title)
            for kept, title in zip(content["tables"], titles_of(item), strict=True)
        )
    if isinstance(content.get("cells"), list) and "columns" in content:
        return (_of_rows_and_columns(item, content, labels),)
    return (_of_register(item, labels),)


def _of_rows_and_columns(item: PublishedItem, content: Mapping[str, Any], labels: Labels) -> PublishedTable:
    rows, columns = list(content["rows"]), list(content["columns"])
    is_changed = content.get("method") in _CHANGING
    cells = {
        (*_filled(cell["row"], rows), *_filled(cell["column"], columns)): _cell(cell, is_changed=is_changed)
        for cell in content["cells"]
    }
    return PublishedTable(
        title=item.title,
        unit=item.unit,
        axes=_axes([*rows, *columns], cells),
        across=len(columns),
        cells=cells,
        only=tuple(map(str, content.get("where", ()))),
        cautions=_cautions(content),
        labels=labels,
    )


def _of_release(
    kept: Mapping[str, Any], item: PublishedItem, content: Mapping[str, Any], labels: Labels, title: str
) -> PublishedTable:
    rows, columns = list(kept["rows"]), list(kept["columns"])
    variables = [*rows, *columns]
    is_changed = content.get("method") in _CHANGING
    cells = {
        tuple(cell["values"].get(name) for name in variables): _cell(cell, is_changed=is_changed)
        for cell in kept["cells"]
    }
    return PublishedTable(
        title=title,
        unit=item.unit,
        axes=_axes(variables, cells),
        across=len(columns),
        cells=cells,
        only=tuple(_condition(one) for one in kept.get("where", ())),
        cautions=_cautions(content),
        labels=labels,
    )


def _of_register(item: PublishedItem, labels: Labels) -> PublishedTable:
    """Lay the table out of its numbers in the register; several values of a dimension are named together."""
    numbers = [cell_from_json(kept) for kept in item.numbers]
    variables = list(dict.fromkeys(name for cell in numbers for name, _ in cell.whom))
    cells = {
        tuple(_together(cell.predicate.get(name)) for name in variables): _registered(cell)
        for cell in numbers
    }
    return PublishedTable(
        title=item.title,
        unit=item.unit,
        axes=_axes(variables, cells),
        across=1 if len(variables) > 1 else 0,
        cells=cells,
        labels=labels,
    )


def _registered(cell: Cell) -> TableCell:
    match cell.mark:
        case Mark.SHOWN:
            return TableCell(cell.low, CellStatus.SHOWN)
        case Mark.ROUNDED if cell.high is not None and cell.low > 0:
            return TableCell((cell.low + cell.high) // 2, CellStatus.CHANGED)
        case Mark.SMALL:
            return TableCell(None, CellStatus.SMALL)
    return TableCell(None, CellStatus.HIDDEN)


def _together(values: Iterable[str] | None) -> str | None:
    return None if values is None else ", ".join(sorted(values))


def _cell(kept: Mapping[str, Any], *, is_changed: bool) -> TableCell:
    if kept["value"] is None:
        return TableCell(None, _STATUSES.get(kept.get("status", ""), CellStatus.HIDDEN))
    return TableCell(int(kept["value"]), CellStatus.CHANGED if is_changed else CellStatus.SHOWN)


def _filled(values: Sequence[str] | None, names: Sequence[str]) -> Place:
    return (None,) * len(names) if values is None else tuple(values)


def _axes(variables: Sequence[str], cells: Iterable[Place]) -> tuple[Axis, ...]:
    """Give the axes; values stand in the order in which the content has them."""
    places = list(cells)
    axes = []
    for at, name in enumerate(variables):
        found = dict.fromkeys(place[at] for place in places)
        values = tuple(value for value in found if value is not None)
        axes.append(Axis(code=name, values=values, has_total=None in found))
    return tuple(axes)


def _condition(kept: Any) -> str:
    if not isinstance(kept, Mapping):
        return str(kept)
    sign = "is not" if kept.get("is_excluding") else "is"
    return f"{kept['column']} {sign} {', '.join(kept['values'])}"


def _cautions(content: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        str(one["message"] if isinstance(one, Mapping) else one) for one in content.get("warnings", ())
    )
