"""What a cell of a spreadsheet may hold once it is read."""

from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell without a value that could be used: why (a code of findings) and what stands in it."""

    code: str
    text: str


Cell = str | int | float | bool | date | datetime | time | CellFault | None


def is_blank(cell: Cell) -> bool:
    """Tell whether a cell holds nothing; white space alone is nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def column_letter(index: int) -> str:
    """Return the letters of a column counted from 0: A, B, … Z, AA, …"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the number of a column, counted from 0, from its letters."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
