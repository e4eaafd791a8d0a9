"""Released tables for their readers: as a document that becomes a page or a PDF, and as a workbook, in a language."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from amparo.stats.report import (
    Block,
    Document,
    Heading,
    Paragraph,
    Table,
    apart,
    is_right_to_left,
    speaking,
)
from amparo.stats.report import gettext as _

from ._percent import Percent
from ._release import ReleasedTables
from ._release_grid import Grid, about_release, grids_of, is_turned, title_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook

__all__ = ["release_to_xlsx", "report_of_release"]

_WIDEST = 115  # signs side by side on a page, with two between columns
_SHORT = 16


def report_of_release(
    release: ReleasedTables, language: str = "en", *, percent: Percent | None = None
) -> Document:
    """Put released tables into a document for their readers. What only reviewers may see is not in it."""
    with speaking(language):
        titles = [title_of(release, number) for number in range(len(release.requests))]
        return Document(
            titles[0] if len(titles) == 1 else _("Tables released together"),
            release.source,
            list(_blocks(release, percent)),
            language,
        )


def _blocks(release: ReleasedTables, percent: Percent | None) -> Iterator[Block]:
    if release.private is not None and not release.private.is_private:
        yield Paragraph(
            _("NOT PRIVATE: the noise was seeded. For tests only; do not publish."), is_warning=True
        )
    for grid in grids_of(release, percent):
        yield from _tables(grid, is_hiding=any("×" in line for line in grid.cells))
    yield Heading(_("What these tables are"))
    yield Table(
        _("How they were made and protected"),
        (_("What"), _("Value")),
        tuple(about_release(release)),
        labels=2,
    )


def _tables(grid: Grid, *, is_hiding: bool) -> Iterator[Block]:
    notes = _(
        "×: hidden, because it would tell too much of few people or because another could be worked out from it."
    )
    parts = list(_parts(grid))
    for part, columns in enumerate(parts, start=1):
        caption = grid.title
        if len(parts) > 1:
            caption += f" ({_('part %(part)s of %(parts)s') % {'part': part, 'parts': len(parts)}})"
        yield Table(
            caption,
            (*map(apart, grid.names), *(" / ".join(map(_unbroken, grid.headings[at])) for at in columns)),
            tuple(
                (*_merged(grid.labels, line), *(cells[at] for at in columns))
                for line, cells in enumerate(grid.cells)
            ),
            labels=len(grid.names),
            notes=notes if is_hiding and part == len(parts) else "",
        )


def _parts(grid: Grid) -> Iterator[list[int]]:
    """Choose which columns stand side by side on a page."""
    names = zip(grid.names, zip(*grid.labels, strict=True), strict=True)
    room = _WIDEST - sum(2 + max(len(name), *map(len, labels)) for name, labels in names)
    part: list[int] = []
    used = 0
    for at, heading in enumerate(grid.headings):
        needed = 2 + max(len(" / ".join(heading)), *(len(line[at]) for line in grid.cells))
        if part and used + needed > room:
            yield part
            part, used = [], 0
        part.append(at)
        used += needed
    yield part


def _unbroken(text: str) -> str:
    """Keep a short heading such as 9--17 on one line."""
    return apart(text.replace("-", "-\N{WORD JOINER}") if len(text) <= _SHORT else text)


def _merged(labels: list[list[str]], line: int) -> list[str]:
    """Give the labels of a line; all but the last are said once for the lines that share them."""
    mine = labels[line]
    before = labels[line - 1] if line else []
    return [
        "" if before[: at + 1] == mine[: at + 1] and at < len(mine) - 1 else text
        for at, text in enumerate(mine)
    ]


def release_to_xlsx(
    release: ReleasedTables, stream: BinaryIO, *, percent: Percent | None = None, language: str = "en"
) -> None:
    """Write a workbook with a sheet for each table and one on what they are; numbers are numbers, and nothing is a formula."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with speaking(language), xlsxwriter.Workbook(stream, {**options, "in_memory": True}) as book:
        for at, grid in enumerate(grids_of(release, percent)):
            is_share = percent is not None and at % 2 == 1
            name = _("Table %(number)s") % {"number": (at // 2 if percent else at) + 1}
            _write_grid(book, f"{name} %" if is_share else name, grid, release.decimals, is_share=is_share)
        bold = book.add_format({"bold": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(_("About"))
        if is_right_to_left(language):
            for each in book.worksheets():
                each.right_to_left()
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 90, wrapped)
        for line, (name, text) in enumerate(about_release(release)):
            sheet.write_string(line, 0, name, bold)
            sheet.write_string(line, 1, text, wrapped)


def _write_grid(book: "Workbook", name: str, grid: Grid, decimals: int, *, is_share: bool) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    headed = book.add_format({"bold": True, "align": "right", "text_wrap": True, "valign": "top"})
    # A value such as 9--17 is read from left to right, also where the sheet is not.
    plain, turned = book.add_format({"reading_order": 1}), book.add_format({"reading_order": 2})
    headed.set_reading_order(1)
    hidden = book.add_format({"align": "right", "font_color": "#505a5f"})
    shown = book.add_format(
        {"num_format": "0.0" if is_share else "#,##0" + ("." + "0" * decimals if decimals else "")}
    )
    left, top = len(grid.names), 1 + len(grid.headings[0])
    sheet.write_string(0, 0, grid.title, bold)
    for at, text in enumerate(grid.names):
        sheet.write_string(top - 1, at, text, bold)
        sheet.set_column(at, at, min(40, max(len(text), *(len(labels[at]) for labels in grid.labels)) + 2))
    sheet.set_column(left, left + len(grid.headings) - 1, 12)
    for at, levels in enumerate(grid.headings):
        for level, text in enumerate(levels):
            sheet.write_string(1 + level, left + at, text, headed)
    for line, (labels, cells) in enumerate(zip(grid.labels, grid.cells, strict=True)):
        for at, text in enumerate(labels):
            sheet.write_string(top + line, at, text, turned if is_turned(text) else plain)
        for at, text in enumerate(cells):
            value = grid.numbers[line][at]
            if value is None:
                sheet.write_string(top + line, left + at, text, hidden)
            else:
                sheet.write_number(top + line, left + at, value, shown)
    sheet.freeze_panes(top, left)
