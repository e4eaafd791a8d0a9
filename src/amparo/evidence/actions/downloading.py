"""Give a figure as a file: CSV, or a workbook with a sheet that says what the numbers are."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import xlsxwriter
from django.utils.translation import gettext as _

from amparo.access.actions import mark_of, note_copy
from amparo.access.rules import Permission, Viewer
from amparo.evidence.actions.proposing import mark_of_figure
from amparo.evidence.actions.showing import show_table
from amparo.evidence.models import Snapshot
from amparo.evidence.queries.figures import Figure, Layout, ShownCell, layout_of, title_of
from amparo.evidence.queries.figures import about as about_figure
from amparo.evidence.queries.let_out import let_out_words
from amparo.evidence.rules import NotAsked, TableChoices
from amparo.vocab.text import N_

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it, spreadsheets take UTF-8 for something else
Told = Sequence[tuple[str, str]]  # what a reader needs to judge it, as pairs of a label and a text
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """A file to be sent. Its name tells nothing but the day and the number of the copy."""

    name: str
    content_type: str
    content: bytes


def download_table(choices: TableChoices, kind: str, *, by: Viewer, now: datetime) -> Download:
    """Give a table as a file; protected and logged as on the page, and with a log entry of its own kind.

    The snapshot is kept for good from then on, since the file may be published.
    """
    if kind not in _WRITERS:
        raise NotAsked(N_("The kind of file is not one of the list. Choose CSV or XLSX."))
    figure = show_table(choices, by=by, now=now, permission=Permission.TABLES_DOWNLOAD)
    Snapshot.objects.filter(pk=figure.snapshot.id, used_at=None).update(used_at=now)
    copy, (content_type, write) = uuid4(), _WRITERS[kind]
    _is_out, let_out = let_out_words(by, mark_of_figure(figure))
    told = (*about_figure(figure), (_("Release"), let_out), (_("Copy"), mark_of(copy)))
    content = write(figure, layout_of(figure), mark_of(copy), told)
    about = (kind, f"snapshot:{figure.snapshot.id.hex}")
    note_copy(content, copy=copy, what="table", about=about, is_marked=True, by=by, now=now)
    name = f"figure-{figure.snapshot.day.isoformat()}-{copy}.{kind}"
    return Download(name=name, content_type=content_type, content=content)


def _csv(figure: Figure, layout: Layout, mark: str, told: Told) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for line in (*_lines(layout), (), *told):
        writer.writerow([_harmless(value) for value in line])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _lines(layout: Layout) -> Iterator[tuple[str | int, ...]]:
    yield (*layout.row_heads, *layout.column_heads)
    for line in layout.lines:
        yield (*line.labels, *(_plain(cell) for cell in line.cells))


def _plain(cell: ShownCell) -> str | int:
    return cell.text if cell.value is None else cell.value


def _harmless(value: str | int) -> str | int:
    """Keep a spreadsheet from reading a text as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _xlsx(figure: Figure, layout: Layout, mark: str, told: Told) -> bytes:
    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(stream, options)
    # The same figure makes the same file but for the number of the copy.
    created = datetime.combine(figure.snapshot.day, datetime.min.time())
    book.set_properties({"title": title_of(figure), "created": created, "comments": mark})
    bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    hidden = book.add_format({"pattern": 14, "fg_color": "#b8c4c8", "italic": True, "align": "right"})
    sheet = book.add_worksheet(_("Table")[:31])
    first = len(layout.row_heads)
    sheet.set_column(0, first - 1, 34)
    sheet.set_column(first, first + len(layout.column_heads) - 1, 16)
    sheet.freeze_panes(1, first)
    for at, head in enumerate((*layout.row_heads, *layout.column_heads)):
        sheet.write_string(0, at, head, bold)
    for down, line in enumerate(layout.lines, start=1):
        for at, label in enumerate(line.labels):
            sheet.write_string(down, at, label, bold if line.is_total else None)
        for at, cell in enumerate(line.cells, start=first):
            if cell.value is None:
                sheet.write_string(down, at, cell.text, hidden)
            else:
                sheet.write_number(down, at, cell.value, number)
    notes = book.add_worksheet(_("About")[:31])
    notes.set_column(0, 0, 28, wrapped)
    notes.set_column(1, 1, 90, wrapped)
    for down, (label, words) in enumerate(told):
        notes.write_string(down, 0, label, bold)
        notes.write_string(down, 1, words, wrapped)
    book.close()
    return stream.getvalue()


_WRITERS: Mapping[str, tuple[str, Callable[[Figure, Layout, str, Told], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
}
