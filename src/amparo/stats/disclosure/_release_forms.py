"""Released tables as text, CSV, JSON and a workbook, and the report for reviewers of the office."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, BinaryIO

from ._about import category
from ._dimension import Dimension
from ._release import ReleasedTables, ReleaseMethod
from ._request import TableRequest
from ._sheets import neutral
from ._text import folded_row, headings_of, label_rooms, paragraph, plain, room_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook

__all__ = ["release_to_csv", "release_to_json", "release_to_text", "release_to_xlsx", "report_to_text"]

_GAP = 3
_NARROWEST = 40
_WIDEST_HEADING = 14
_MOST_REASONS = 200


@dataclass(frozen=True, slots=True)
class _Grid:
    """Lays a table of any dimension out on paper: the lines and columns are the combinations of nodes, totals last."""

    title: str
    names: list[str]
    labels: list[list[str]]
    headings: list[list[str]]
    cells: list[list[str]]


def release_to_text(release: ReleasedTables, *, width: int = 80) -> Iterator[str]:
    """Give all tables as lines of text no wider than ``width``; one too wide is cut into parts, one under the other."""
    width = max(width, _NARROWEST)
    for number in range(len(release.requests)):
        grid = _grid(release, number)
        yield from paragraph(grid.title, width)
        rooms = label_rooms([[plain(name) for name in grid.names], *grid.labels], width)
        parts = list(_parts(grid, width - sum(rooms) - _GAP * len(rooms)))
        for at, columns in enumerate(parts, start=1):
            yield "\n"
            if len(parts) > 1:
                yield f"Part {at} of {len(parts)}\n"
            yield from _lines(grid, columns, rooms)
        yield "\n"
    for name, text in about_release(release):
        yield from paragraph(f"{name}: {text}", width)


def release_to_csv(release: ReleasedTables) -> Iterator[str]:
    """Give all tables as CSV, a line for each cell; ``total_of`` names the columns over which it is a total."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    columns = list(dict.fromkeys(c for request in release.requests for c in request.variables))
    own = ["table", *map(neutral, columns), "total_of", "value", "status"]
    writer.writerow(own)
    for number, request in enumerate(release.requests, start=1):
        at = {column: axis for axis, column in enumerate(request.variables)}
        for cell in release.cells(number - 1):
            labels = [cell.labels[at[column]] if column in at else None for column in columns]
            writer.writerow(
                [
                    number,
                    *(neutral(label or "") for label in labels),
                    neutral("; ".join(c for c, label in zip(columns, labels, strict=True) if label is None)),
                    "" if cell.value is None else cell.value,
                    _status(cell.value),
                ]
            )
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()


def release_to_json(release: ReleasedTables) -> Iterator[str]:
    """Give all tables as JSON, a line for each cell; a total has null for its value of a column, a hidden cell null for its count."""
    facts = {
        "source": release.source,
        "method": release.method.value,
        "rules": [rule.words for rule in release.rules],
        "audit": {
            "cleared": True,
            "attacker": str(release.attacker),
            "hidden": release.audit.hidden,
            "promise": str(release.promise),
        },
        "warnings": [{"code": caution.code, "message": str(caution.message)} for caution in release.cautions],
    }
    yield json.dumps(facts, ensure_ascii=False, indent=1)[:-2] + ',\n "tables": ['
    for number, request in enumerate(release.requests):
        told = {
            "rows": list(request.rows),
            "columns": list(request.columns),
            "where": [
                {"column": c.column, "values": list(c.values), "is_excluding": c.is_excluding}
                for c in request.where
            ],
            "counting_unit": request.counting_unit,
        }
        yield ("," if number else "") + "\n  " + json.dumps(told, ensure_ascii=False)[:-1] + ', "cells": ['
        separator = "\n   "
        for cell in release.cells(number):
            described = {
                "values": dict(zip(request.variables, cell.labels, strict=True)),
                "value": cell.value,
                "status": _status(cell.value),
            }
            yield separator + json.dumps(described, ensure_ascii=False)
            separator = ",\n   "
        yield "\n  ]}"
    yield "\n ]\n}\n"


def release_to_xlsx(release: ReleasedTables, stream: BinaryIO) -> None:
    """Write a workbook with a sheet for each table and one on what they are; numbers are numbers, and nothing is a formula."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, {**options, "in_memory": True}) as book:
        for number in range(len(release.requests)):
            _write_grid(book, f"Table {number + 1}", _grid(release, number))
        bold, wrapped = (
            book.add_format({"bold": True}),
            book.add_format({"text_wrap": True, "valign": "top"}),
        )
        sheet = book.add_worksheet("About")
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 90, wrapped)
        for line, (name, text) in enumerate(about_release(release)):
            sheet.write_string(line, 0, name, bold)
            sheet.write_string(line, 1, text, wrapped)


def report_to_text(release: ReleasedTables) -> Iterator[str]:
    """Give the report for reviewers of the office: why each cell is hidden, with its true count. It is not for publication."""
    loss, audit = release.loss, release.audit
    if release.method is not ReleaseMethod.SUPPRESS:
        yield f"FOR REVIEW IN THE OFFICE ONLY.\n\nAudit: passed: {release.promise}.\n"
        yield f"Changed: {loss.others} of {loss.places} places that count anybody, by {loss.cost:.0f} in all.\n"
        return
    yield "FOR REVIEW IN THE OFFICE ONLY. It holds counts that the tables hide.\n\n"
    yield f"Audit: passed. {audit.hidden} hidden cells; {audit.proofs} other tables agree with all that is shown and prove them open.\n"
    yield f"Readers reckoned with: everybody, and {audit.readers} people who are alone in a cell.\n"
    yield f"Lost: {loss.unsafe + loss.others} of {loss.places} places that count anybody are not shown as they are: "
    yield f"{loss.unsafe} by the rules, {loss.others} for others. Cost {loss.cost:.1f}"
    if loss.bound is None:
        yield ".\n"
    elif loss.cost <= loss.bound * (1 + 1e-6):
        yield ", proved the least possible.\n"
    else:
        yield f"; no safe choice costs less than {loss.bound:.1f}.\n"
    for proposal in release.coarser:
        yield f"Would hide less: {proposal}.\n"
    yield "\n"
    for why in release.why[:_MOST_REASONS]:
        reason = "; ".join(why.rules) or f"else a reader would know too closely: {why.protects}"
        interval = f", a reader must think {why.open_to} possible" if why.open_to else ""
        yield f"{why.cell} = {why.count}{interval}\n    {reason}\n"
    if len(release.why) > _MOST_REASONS:
        yield f"... and {len(release.why) - _MOST_REASONS} more.\n"


def about_release(release: ReleasedTables) -> list[tuple[str, str]]:
    """List what a reader must know."""
    lines = [("Source", release.source)]
    for request in release.requests:
        kept = "; ".join(str(condition) for condition in request.where) or "all"
        lines.append(("Records counted" if len(release.requests) == 1 else _title(request), kept))
    lines += [("Method", release.method_words)]
    if release.rules:
        lines.append(("Rules", release.rule_words))
    lines += [
        ("Audit", f"passed: {release.promise}"),
        ("Reader assumed", str(release.attacker)),
    ]
    return lines + [("Note", str(caution.message)) for caution in release.cautions]


def _status(value: int | None) -> str:
    return "hidden" if value is None else "shown"


def _title(request: TableRequest) -> str:
    rows, columns = ", ".join(request.rows), ", ".join(request.columns)
    kept = f" ({'; '.join(map(str, request.where))})" if request.where else ""
    unit = request.counting_unit
    return f"{unit[:1].upper()}{unit[1:]} by {f'{rows} and {columns}' if columns else rows}{kept}"


def _grid(release: ReleasedTables, number: int) -> _Grid:
    request, values = release.requests[number], release.values[number]
    dimensions = release.dimensions[number]
    split = len(request.rows)
    orders = [[*range(1, len(dimension.nodes)), 0] for dimension in dimensions]
    lines = list(product(*orders[:split]))
    columns = list(product(*orders[split:]))
    return _Grid(
        title=_title(request),
        names=list(request.rows),
        labels=[_labels(dimensions[:split], line) for line in lines],
        headings=[
            [_label(d, node) for d, node in zip(dimensions[split:], c, strict=True)] or ["Total"]
            for c in columns
        ],
        cells=[
            ["×" if values[line + c] < 0 else f"{int(values[line + c]):,}" for c in columns] for line in lines
        ],
    )


def _labels(dimensions: tuple[Dimension, ...], nodes: tuple[int, ...]) -> list[str]:
    return [
        "\N{NO-BREAK SPACE}" * 2 * max(dimension.nodes[node].depth - 1, 0) + _label(dimension, node)
        for dimension, node in zip(dimensions, nodes, strict=True)
    ]


def _label(dimension: Dimension, node: int) -> str:
    label = dimension.nodes[node].label
    return "Total" if label is None else plain(category(label))


def _parts(grid: _Grid, room: int) -> Iterator[list[int]]:
    part: list[int] = []
    used = 0
    for at in range(len(grid.headings)):
        needed = _room(grid, at) + _GAP
        if part and used + needed > room + _GAP:
            yield part
            part, used = [], 0
        part.append(at)
        used += needed
    yield part


def _room(grid: _Grid, at: int) -> int:
    counts = max(len(line[at]) for line in grid.cells)
    return max(counts, min(_WIDEST_HEADING, max(map(room_of, grid.headings[at]))))


def _lines(grid: _Grid, columns: list[int], rooms: list[int]) -> Iterator[str]:
    counts_rooms = [_room(grid, at) for at in columns]
    rule = "─" * (sum(rooms) + sum(counts_rooms) + _GAP * (len(rooms) + len(columns) - 1)) + "\n"
    yield from headings_of(
        [plain(name) for name in grid.names], [grid.headings[at] for at in columns], rooms, counts_rooms
    )
    yield rule
    for labels, cells in zip(grid.labels, grid.cells, strict=True):
        yield from folded_row(labels, [cells[at] for at in columns], rooms, counts_rooms)


def _write_grid(book: "Workbook", name: str, grid: _Grid) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    hidden = book.add_format({"align": "right", "font_color": "#505a5f"})
    left, top = len(grid.names), 1 + len(grid.headings[0])
    sheet.write_string(0, 0, grid.title, bold)
    for at, text in enumerate(grid.names):
        sheet.write_string(top - 1, at, text, bold)
    for at, levels in enumerate(grid.headings):
        for level, text in enumerate(levels):
            sheet.write_string(1 + level, left + at, text, bold)
    for line, (labels, cells) in enumerate(zip(grid.labels, grid.cells, strict=True)):
        for at, text in enumerate(labels):
            sheet.write_string(top + line, at, text)
        for at, text in enumerate(cells):
            if text == "×":
                sheet.write_string(top + line, left + at, text, hidden)
            else:
                sheet.write_number(top + line, left + at, int(text.replace(",", "")))
    sheet.freeze_panes(top, left)
