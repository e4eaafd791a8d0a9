"""Write SVG: elements whose text and attributes are always escaped."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import category, east_asian_width
from xml.sax.saxutils import escape, quoteattr

Attribute = str | int | float


class Drawing(str):
    """Finished SVG. A template prints it as it is, because everything in it was escaped when it was written."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def element(
    name: str, children: Iterable[Drawing] = (), *, text: str = "", **attributes: Attribute
) -> Drawing:
    """Write one element. An underscore in the name of an attribute stands for a hyphen."""
    said = "".join(
        f" {key.strip('_').replace('_', '-')}={quoteattr(_plain(value))}" for key, value in attributes.items()
    )
    inside = escape(_writable(text)) + "".join(children)
    return Drawing(f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>")


def wrapped(text: str, *, width: int, lines: int) -> tuple[str, ...]:
    """Break a text into lines of about `width` letters, and shorten what does not fit into so many lines."""
    found: list[str] = []
    for word in " ".join(_writable(text).split()).split(" "):
        for part in _pieces(word, width):
            if found and _breadth(f"{found[-1]} {part}") <= width:
                found[-1] = f"{found[-1]} {part}"
            else:
                found.append(part)
    if len(found) > lines:
        found = [*found[: lines - 1], f"{found[lines - 1].rstrip()}…"]
    return tuple(line for line in found if line)


def _pieces(word: str, width: int) -> Iterable[str]:
    piece = ""
    for letter in word:
        if _breadth(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _breadth(text: str) -> int:
    """Return how wide a text is in Latin letters: Chinese letters take two, marks over letters none."""
    return sum(
        0 if category(letter) == "Mn" else 2 if east_asian_width(letter) in "WF" else 1 for letter in text
    )


def _plain(value: Attribute) -> str:
    return (
        _writable(value)
        if isinstance(value, str)
        else f"{value:.4g}"
        if isinstance(value, float)
        else str(value)
    )


def _writable(text: str) -> str:
    """Leave out what XML cannot hold: control characters and halves of pairs."""
    return "".join(
        letter
        for letter in text
        if letter in "\t\n\r"
        or (ord(letter) >= 32 and category(letter) != "Cs" and ord(letter) not in (0xFFFE, 0xFFFF))
    )
