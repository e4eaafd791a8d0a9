"""Opens an .xlsx workbook: its sheets, and what their cells refer to."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from amparo.intake.htcds.container import Container
from amparo.intake.htcds.safe_xml import Attributes, parse
from amparo.intake.htcds.sheet_stream import Lookups, SheetReader, too_much_text, unescaped, whole

MOST_SHARED_TEXT = 128 * 1024 * 1024
_QUOTED_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of a workbook by its name and the part that holds it."""

    name: str
    part: str


class XlsxBook:
    """An opened .xlsx workbook: its sheets, and what their cells refer to."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.sheets: tuple[SheetPart, ...] = ()
        self._has_1904_dates = False
        self._read_workbook()
        self._lookups = Lookups(self._read_shared_texts(), self._read_styles(), self._has_1904_dates)

    def open_sheet(self, sheet: SheetPart) -> SheetReader:
        """Start to read a sheet; iterate the reader for its rows."""
        return SheetReader(self._lookups, self._container.stream(sheet.part), sheet.name)

    def _read_workbook(self) -> None:
        targets: dict[str, str] = {}
        found: list[tuple[str, str]] = []

        def relation(name: str, attributes: Attributes) -> None:
            if name == "Relationship":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        def entry(name: str, attributes: Attributes) -> None:
            if name == "sheet":
                identity = next((attributes[key] for key in attributes if key.endswith(":id")), "")
                found.append((attributes.get("name", ""), identity))
            elif name == "workbookPr":
                self._has_1904_dates = attributes.get("date1904") in ("1", "true")

        parse(self._container.stream("xl/workbook.xml"), start=entry)
        parse(self._container.stream("xl/_rels/workbook.xml.rels"), start=relation)
        parts = [SheetPart(name, _part_name(targets.get(identity, ""))) for name, identity in found]
        self.sheets = tuple(part for part in parts if part.part in self._container)

    def _read_styles(self) -> frozenset[int]:
        if "xl/styles.xml" not in self._container:
            return frozenset()
        formats: dict[int, str] = {}
        dated: set[int] = set()
        place = {"inside": False, "count": 0}

        def start(name: str, attributes: Attributes) -> None:
            if name == "numFmt":
                formats[whole(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
            elif name == "cellXfs":
                place["inside"] = True
            elif name == "xf" and place["inside"]:
                if _is_date_format(whole(attributes.get("numFmtId", "0")), formats):
                    dated.add(place["count"])
                place["count"] += 1

        def end(name: str) -> None:
            if name == "cellXfs":
                place["inside"] = False

        parse(self._container.stream("xl/styles.xml"), start=start, end=end)
        return frozenset(dated)

    def _read_shared_texts(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._container:
            return []
        table = _SharedTexts()
        parse(
            self._container.stream("xl/sharedStrings.xml"), start=table.start, end=table.end, data=table.data
        )
        return table.texts


class _SharedTexts:
    """Collects the table of shared texts; phonetic readings (rPh) beside a text are no part of it."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._total = 0
        self._is_text = self._is_phonetic = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self._pieces.clear()
        elif name == "t":
            self._is_text = not self._is_phonetic
        elif name == "rPh":
            self._is_phonetic = True

    def end(self, name: str) -> None:
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "si":
            text = "".join(self._pieces)
            self._total += len(text)
            if self._total > MOST_SHARED_TEXT:
                raise too_much_text()
            self.texts.append(unescaped(text))

    def data(self, text: str) -> None:
        if self._is_text:
            self._pieces.append(text)


def _is_date_format(identity: int, formats: Mapping[int, str]) -> bool:
    if identity in formats:
        bare = _QUOTED_FORMAT.sub("", formats[identity].lower().replace("general", ""))
        return any(letter in bare for letter in "dmyhs")
    return identity in _DATE_FORMATS


def _part_name(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
