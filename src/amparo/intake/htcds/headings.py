"""Finds the headings of a sheet and says which field each column holds."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from amparo.intake.htcds.cells import Cell, column_letter
from amparo.intake.htcds.findings import BadWorkbook, Finding
from amparo.intake.htcds.layouts import (
    CONSENT,
    Field,
    codes_of,
    heading_key,
    ids_by_heading,
    labels_by_heading,
    profile,
    shifted_ids,
    technical_headings,
)
from amparo.vocab.text import N_

SEARCHED_ROWS = 30
FEWEST_KNOWN = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds a field, or only one choice of it as yes or no (then `choice` is its code)."""

    index: int
    heading: str
    field: Field
    choice: str = ""

    @property
    def letter(self) -> str:
        """Return the letter by which a spreadsheet names the column."""
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class UnknownColumn:
    """A column that is not read, with the field that its heading resembles, and how many cells it fills."""

    index: int
    heading: str
    suggestion: str = ""
    filled: int = 0

    @property
    def letter(self) -> str:
        """Return the letter by which a spreadsheet names the column."""
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class Headings:
    """The heading rows of a sheet and what they say of its columns."""

    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    last_row: int
    columns: tuple[Column, ...]
    unknown: tuple[UnknownColumn, ...]
    technical: tuple[str, ...]
    technical_indexes: frozenset[int]
    notes: tuple[Finding, ...] = field(default=())

    @property
    def known(self) -> int:
        """Return how many columns hold a field of the standard."""
        return len(self.columns)

    @property
    def has_consent(self) -> bool:
        """Tell whether the one required column is there."""
        return any(column.field.id == CONSENT for column in self.columns)


def count_known(cells: Iterable[Cell]) -> int:
    """Return how many cells of a row read like headings of the standard."""
    return sum(_field_of_id(cell) is not None or bool(_fields_of_label(cell)) for cell in _texts(cells))


def find_headings(head: Sequence[tuple[int, Sequence[Cell]]]) -> Headings | None:
    """Find the headings among the first rows of a sheet; None when no row reads like headings."""
    best = max(range(len(head)), key=lambda place: count_known(head[place][1]), default=-1)
    if best < 0 or count_known(head[best][1]) < FEWEST_KNOWN:
        return None
    ids, labels = None, None
    number, cells = head[best]
    if _count_ids(cells) >= FEWEST_KNOWN:
        ids = head[best]
        if best + 1 < len(head) and (_has_slip(cells) or _reads_as_labels(head[best + 1], after=number)):
            # The standard's own sheet always has its labels in the next row, also when they were translated.
            labels = head[best + 1]
    else:
        labels = head[best]
        if best and _count_ids(head[best - 1][1]) >= FEWEST_KNOWN:
            ids = head[best - 1]
    return _Mapping(ids, labels).headings(above=[row for row, _ in head if row < number])


def _reads_as_labels(row: tuple[int, Sequence[Cell]], *, after: int) -> bool:
    number, cells = row
    return number == after + 1 and count_known(cells) >= FEWEST_KNOWN and not _count_ids(cells)


def _has_slip(cells: Sequence[Cell]) -> bool:
    """Tell whether a row of ids is that of the standard's own sheet, by the slip in one of them."""
    return any(heading_key(text) == _SLIP for text in _texts(cells))


def _texts(cells: Iterable[Cell]) -> list[str]:
    return [cell.strip() for cell in cells if isinstance(cell, str) and 0 < len(cell) < 500]


def _count_ids(cells: Iterable[Cell]) -> int:
    return sum(_field_of_id(cell) is not None for cell in _texts(cells))


def _field_of_id(text: str) -> Field | None:
    """Return the field of an id or an XLSForm name, with or without the groups of a form before it."""
    if "_" not in text:
        return None
    known = ids_by_heading()
    found = known.get(heading_key(text))
    for mark in "/.-:":
        if found is None and mark in text:
            found = known.get(heading_key(text.rpartition(mark)[2]))
    return found


def _fields_of_label(text: str) -> tuple[Field, ...]:
    return labels_by_heading().get(heading_key(text), ())


def _choice_of(text: str) -> tuple[Field, str] | None:
    """Read the heading of one choice of a field: `vic_Methods_of_Control/PhysicalThreats`, or its labels."""
    for place, mark in enumerate(text):
        if mark not in "/.":
            continue
        left, right = text[:place].strip(), text[place + 1 :].strip()
        fields = [one for one in (_field_of_id(left), *_fields_of_label(left.rpartition("/")[2])) if one]
        for one in fields:
            if one.kind != "codes" or one.codes is None:
                continue
            for code, labels in codes_of(one.codes).items():
                if right in (code, *labels):
                    return one, code
    return None


def refuse_twice(headings: Headings) -> None:
    """Refuse headings of which two name the same field: which column to believe is not for us to say."""
    seen: dict[tuple[str, str], Column] = {}
    for column in headings.columns:
        before = seen.setdefault((column.field.id, column.choice), column)
        if before is not column:
            raise BadWorkbook(
                "column_twice",
                N_(
                    "Columns %(first)s and %(second)s both hold %(field)s. "
                    "Delete one, or give it another heading."
                ),
                first=before.letter,
                second=column.letter,
                field=column.field.label,
            )


class _Mapping:
    """Works through the columns of one or two heading rows."""

    def __init__(
        self, ids: tuple[int, Sequence[Cell]] | None, labels: tuple[int, Sequence[Cell]] | None
    ) -> None:
        self._rows = [row for row in (ids, labels) if row is not None]
        self._ids = list(ids[1]) if ids else []
        self._labels = list(labels[1]) if labels else []
        self._has_slip = _has_slip(self._ids)
        self._columns: list[Column] = []
        self._unknown: list[UnknownColumn] = []
        self._technical: dict[int, str] = {}
        self._notes: list[Finding] = []
        self._shifted: list[str] = []

    def headings(self, *, above: list[int]) -> Headings:
        """Return the headings; `above` are the numbers of filled rows that stand over them."""
        numbers = [number for number, _ in self._rows]
        titles = [row for row in above if row not in numbers]
        if titles:
            self._note(
                "rows_above",
                "",
                N_("The headings are in row %(row)s; the rows above are not read."),
                row=max(numbers),
            )
        for index in range(max(len(self._ids), len(self._labels))):
            self._map(index)
        self._note_shifted()
        return Headings(
            rows=tuple((number, tuple(cells)) for number, cells in self._rows),
            last_row=max(numbers),
            columns=tuple(self._columns),
            unknown=tuple(self._unknown),
            technical=tuple(self._technical.values()),
            technical_indexes=frozenset(self._technical),
            notes=tuple(self._notes),
        )

    def _map(self, index: int) -> None:
        identity, label = _text_at(self._ids, index), _text_at(self._labels, index)
        heading = label or identity
        if not heading:
            return
        found = self._decide(index, identity, label)
        if found is not None:
            self._columns.append(Column(index, heading, found))
            return
        choice = _choice_of(heading)
        if choice is not None:
            self._columns.append(Column(index, heading, *choice))
        elif (
            heading_key(heading.rpartition("/")[2]) in technical_headings()
            or heading_key(heading) in technical_headings()
        ):
            self._technical[index] = heading
        else:
            self._unknown.append(UnknownColumn(index, heading, _suggestion(heading)))

    def _decide(self, index: int, identity: str, label: str) -> Field | None:
        by_id = _field_of_id(identity) if identity else None
        if not label:
            return by_id
        by_label = _fields_of_label(label) if by_id is not None or not _field_of_id(label) else ()
        if by_id is not None and by_id in by_label:
            return by_id
        if by_label:
            chosen = self._first_free(by_label)
            if by_id is not None:
                self._shifted.append(label)
            return chosen
        if by_id is not None and self._has_slip and by_id.id in shifted_ids():
            # Translated headings over the standard's own shifted ids: its printed order is what people saw.
            return ids_by_heading()[heading_key(shifted_ids()[by_id.id])]
        return by_id or _field_of_id(label)

    def _first_free(self, candidates: tuple[Field, ...]) -> Field:
        taken = {column.field.id for column in self._columns}
        if candidates[0].id == "prs_SecondName" and "prs_SecondName" in taken:
            # The XLSForm labels the title "Second Name" as well; it stands behind the name.
            return ids_by_heading()[heading_key("prs_Title")]
        free = [one for one in candidates if one.id not in taken]
        return free[0] if free else candidates[0]

    def _note_shifted(self) -> None:
        if self._shifted:
            self._note(
                "shifted_ids",
                "",
                N_(
                    "Hidden ids of other fields stand over these headings; the headings decide: %(headings)s."
                ),
                headings=", ".join(self._shifted),
            )

    def _note(self, code: str, column: str, template: str, **values: object) -> None:
        self._notes.append(Finding(0, column, code, template, values))


_SLIP = heading_key("vic_TraffickinStatusDecisionMakingOrg")


def _text_at(cells: Sequence[Cell], index: int) -> str:
    cell = cells[index] if index < len(cells) else None
    return cell.strip() if isinstance(cell, str) else "" if cell is None else str(cell)


def _suggestion(heading: str) -> str:
    """Return the label of the field that a heading nearly is."""
    by_key = {heading_key(one.label): one.label for one in profile("ods")}
    by_key |= {heading_key(one.id): one.id for one in profile("ods")}
    close = difflib.get_close_matches(heading_key(heading), by_key, n=1, cutoff=0.75)
    return by_key[close[0]] if close else ""
