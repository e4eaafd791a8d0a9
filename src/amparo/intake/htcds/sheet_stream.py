"""Reads the rows of one sheet of an .xlsx file as a stream, so that no sheet is ever held whole.

python-calamine reads faster, but it holds a sheet as one dense block, so a stray value in the last row costs
more than a gigabyte, and it does not tell a formula without a stored result from an empty cell. Here cells
without a value cost nothing, and such formulas are told apart.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from xml.parsers import expat

from amparo.intake.htcds.cells import Cell, CellFault, column_index
from amparo.intake.htcds.findings import BadWorkbook
from amparo.intake.htcds.safe_xml import Attributes, parser_of
from amparo.vocab.text import N_

MOST_COLUMNS = 2_000
MOST_CELL_TEXT = 1_000_000
MOST_MERGED = 100_000
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_EMPTY_CELL = re.compile(rb'<c r="[A-Z]+[0-9]+"[^<>]*(?:/>|></c>)')
_EMPTY_ROW = re.compile(rb'<row r="[0-9]+"[^<>]*(?:/>|>\s*</row>)')
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range, rows and columns inclusive; rows as the sheet numbers them, columns from 0."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the cells of a workbook refer to: shared texts, styles of dates, and how days are counted."""

    texts: list[str]
    date_styles: frozenset[int]
    has_1904_dates: bool


class SheetReader:
    """Iterates the rows that hold a value, as (number, cells); knows the merged ranges when done."""

    def __init__(self, lookups: Lookups, chunks: Iterator[bytes], name: str) -> None:
        self.name = name
        self.merged: list[Merged] = []
        self._lookups = lookups
        self._chunks = chunks
        self._done: list[tuple[int, list[Cell]]] = []
        self._row = 0
        self._cells: list[Cell] = []
        self._letters: dict[str, int] = {}
        self._column = -1
        self._type = self._style = self._formula = self._reference = ""
        self._pieces: list[str] = []
        self._collecting = self._is_formula = self._has_value = self._is_phonetic = False

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        parser = parser_of(self._start, self._end, self._data)
        for chunk in _without_empty(self._chunks):
            self._feed(parser, chunk, is_last=False)
            yield from self._done
            self._done.clear()
        self._feed(parser, b"", is_last=True)

    def _feed(self, parser: expat.XMLParserType, chunk: bytes, *, is_last: bool) -> None:
        try:
            parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise BadWorkbook(
                "damaged",
                N_(
                    "The sheet %(sheet)s is damaged after row %(row)s, or a character there is not allowed. "
                    "Open the workbook, look at the row behind, and save it again."
                ),
                sheet=self.name,
                row=self._row,
            ) from error

    def _start(self, name: str, attributes: Attributes) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t", "f"):
            self._collecting = not (name == "t" and self._is_phonetic)
            if name == "v":
                self._has_value = True
            elif name == "f":
                self._is_formula = True
                self._pieces = []
        elif name == "rPh":
            self._is_phonetic = True
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() and len(number) < 10 else self._row + 1
            self._column, self._reference = -1, ""
            self._cells = []
        elif name == "mergeCell":
            self._add_merged(attributes.get("ref", ""))

    def _start_cell(self, attributes: Attributes) -> None:
        # The column is worked out only when the cell has a value: most cells of an empty row have none.
        if "r" in attributes:
            self._reference = attributes["r"]
        else:
            self._column, self._reference = self._place() + 1, ""
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._pieces = []
        self._formula = ""
        self._is_formula = self._has_value = self._is_phonetic = False

    def _place(self) -> int:
        letters = self._reference.rstrip("0123456789")
        if letters:
            index = self._letters.get(letters)
            if index is None:
                index = column_index(letters) if _is_column(letters) else MOST_COLUMNS
                self._letters[letters] = index
            self._column = index
        return self._column

    def _end(self, name: str) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._end_cell()
        elif name in ("v", "t", "f"):
            self._collecting = False
            if name == "f":
                self._formula = "".join(self._pieces)
                self._pieces = []
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "row" and self._cells:
            self._done.append((self._row, self._cells))
            self._cells = []

    def _data(self, text: str) -> None:
        if self._collecting:
            self._pieces.append(text)
            if len(self._pieces) > 1_000 and sum(map(len, self._pieces)) > MOST_CELL_TEXT:
                raise too_much_text()

    def _end_cell(self) -> None:
        if not self._pieces and not self._is_formula:
            return
        value = self._value("".join(self._pieces))
        if value is None:
            return
        if self._place() >= MOST_COLUMNS:
            raise BadWorkbook(
                "too_wide",
                N_("Row %(row)s has a value beyond column %(most)s. Delete it, or move it under a heading."),
                row=self._row,
                most=MOST_COLUMNS,
            )
        self._cells.extend([None] * (self._column + 1 - len(self._cells)))
        self._cells[self._column] = value

    def _value(self, text: str) -> Cell:
        if self._is_formula and not text:
            if self._type == "str" and self._has_value:
                return None  # the stored result is an empty text
            return CellFault("formula_without_result", f"={self._formula}")
        if not text:
            return None
        if self._type == "s":
            return self._shared(text)
        read = _READERS.get(self._type)
        return self._number(text) if read is None else read(text)

    def _shared(self, text: str) -> Cell:
        place = whole(text)
        if not 0 <= place < len(self._lookups.texts):
            return _broken(text)
        return self._lookups.texts[place] or None

    def _number(self, text: str) -> Cell:
        try:
            number = float(text)
        except ValueError:
            return _broken(text)
        if self._style != "0" and whole(self._style) in self._lookups.date_styles:
            return from_serial(number, has_1904_dates=self._lookups.has_1904_dates)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number

    def _add_merged(self, reference: str) -> None:
        if len(self.merged) >= MOST_MERGED:
            raise too_much_text()
        found = _REFERENCE.findall(reference)
        if len(found) == 2:
            (first, top), (last, bottom) = found
            self.merged.append(Merged(int(top), int(bottom), column_index(first), column_index(last)))


def _without_empty(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a sheet without the cells and rows that hold nothing: formatted sheets have millions of them.

    Only cells and rows that say their own place are taken out, and nothing where a "<" may stand in a text.
    """
    rest = b""
    for chunk in chunks:
        end = chunk.rfind(b">") + 1
        piece, rest = rest + chunk[:end], chunk[end:]
        if not end:
            piece, rest = piece + rest, b""
        elif b"<!" not in piece:
            piece = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", piece))
        yield piece
    yield rest


def unescaped(text: str) -> str:
    """Return a text of the file with its `_x0041_` escapes (also of control characters) read back."""
    if "_x" not in text:
        return text
    decoded = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    if any("\ud800" <= one <= "\udfff" for one in decoded):
        decoded = decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return decoded


def from_serial(number: float, *, has_1904_dates: bool = False) -> date | datetime | time | CellFault:
    """Return the day, moment or time that a spreadsheet keeps as a number of days."""
    shown = f"{number:.15g}"
    if has_1904_dates:
        number += 1462
    elif number < 1:
        if number < 0:
            return CellFault("date_impossible", shown)
        moment = datetime(2000, 1, 1) + timedelta(milliseconds=round(number * 86_400_000))  # noqa: DTZ001  # a cell has no zone
        return moment.time() if number else CellFault("date_impossible", shown)
    elif 60 <= number < 61:
        return CellFault("date_impossible", "1900-02-29")  # a day that exists in Excel only
    elif number < 60:
        number += 1
    if number >= 2_958_466:
        return CellFault("date_impossible", shown)
    moment = datetime(1899, 12, 30) + timedelta(milliseconds=round(number * 86_400_000))  # noqa: DTZ001  # a cell has no zone
    return moment.date() if moment.time() == time.min else moment


def _iso(text: str) -> Cell:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _broken(text)
    return moment.date() if moment.time() == time.min else moment


def _broken(text: str) -> CellFault:
    return CellFault("cell_damaged", text[:100])


def _is_column(letters: str) -> bool:
    return len(letters) <= 3 and letters.isascii() and letters.isalpha() and letters.isupper()


def whole(text: str) -> int:
    """Return the whole number that a text of the file holds, -1 when it holds none."""
    stripped = text.strip()
    return int(stripped) if stripped.isdecimal() and len(stripped) < 10 else -1


def too_much_text() -> BadWorkbook:
    """Return the refusal of a workbook that holds more than any case file does."""
    return BadWorkbook(
        "too_much_inside", N_("The workbook holds far more text than a case file does. It was not read.")
    )


_READERS: Mapping[str, Callable[[str], Cell]] = {
    "str": unescaped,
    "inlineStr": unescaped,
    "b": lambda text: text.strip() in ("1", "true"),
    "e": lambda text: CellFault("formula_error", text),
    "d": _iso,
}
