"""Released tables as text, CSV and JSON, and the report for reviewers of the office."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import repeat
from math import isnan

from ._percent import Percent, percentages
from ._release import ReleasedTables, ReleaseMethod
from ._release_grid import Grid, about_release, grids_of, number_of
from ._sheets import neutral
from ._text import folded_row, headings_of, label_rooms, paragraph, plain, room_of

__all__ = ["release_to_csv", "release_to_json", "release_to_text", "report_to_text"]

_GAP = 3
_NARROWEST = 40
_WIDEST_HEADING = 14
_MOST_REASONS = 200


def release_to_text(
    release: ReleasedTables, *, width: int = 80, percent: Percent | None = None
) -> Iterator[str]:
    """Give all tables as lines of text no wider than ``width``; one too wide is cut into parts, one under the other."""
    width = max(width, _NARROWEST)
    for grid in grids_of(release, percent):
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


def release_to_csv(release: ReleasedTables, *, percent: Percent | None = None) -> Iterator[str]:
    """Give all tables as CSV, a line for each cell; ``total_of`` names the columns over which it is a total."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    columns = list(dict.fromkeys(c for request in release.requests for c in request.variables))
    own = ["table", *map(neutral, columns), "total_of", "value", "status"]
    if percent is not None:
        own.append(f"percent_of_{percent.value}")
    writer.writerow(own)
    for number, request in enumerate(release.requests, start=1):
        at = {column: axis for axis, column in enumerate(request.variables)}
        shares = _shares(release, number - 1, percent)
        for cell in release.cells(number - 1):
            labels = [cell.labels[at[column]] if column in at else None for column in columns]
            share = next(shares)
            writer.writerow(
                [
                    number,
                    *(neutral(label or "") for label in labels),
                    neutral("; ".join(c for c, label in zip(columns, labels, strict=True) if label is None)),
                    "" if cell.value is None else number_of(release, cell.value),
                    _status(cell.value),
                    *(("" if share is None else share,) if percent is not None else ()),
                ]
            )
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()


def release_to_json(release: ReleasedTables, *, percent: Percent | None = None) -> Iterator[str]:
    """Give all tables as JSON, a line for each cell; a total has null for its value of a column, a hidden cell null for its count.

    ``groups`` says, by column, which values a group of a hierarchy stands for.
    """
    facts = {
        "source": release.source,
        "method": release.method.value,
        "rules": [rule.words for rule in release.rules],
        **({"amount": release.amount} if release.amount else {}),
        **({"percent_of": percent.value} if percent else {}),
        **({"base": release.base} if release.method is ReleaseMethod.ROUND else {}),
        **({"most_change": release.noise.most} if release.noise else {}),
        **({"privacy": asdict(release.private)} if release.private else {}),
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
            "where": [asdict(condition) for condition in request.where],
            "counting_unit": request.counting_unit,
            "groups": _groups(release, number),
        }
        yield ("," if number else "") + "\n  " + json.dumps(told, ensure_ascii=False)[:-1] + ', "cells": ['
        separator = "\n   "
        shares = _shares(release, number, percent)
        for cell in release.cells(number):
            described = {
                "values": dict(zip(request.variables, cell.labels, strict=True)),
                "value": None if cell.value is None else number_of(release, cell.value),
                "status": _status(cell.value),
            }
            share = next(shares)
            if percent is not None:
                described["percent"] = share
            yield separator + json.dumps(described, ensure_ascii=False)
            separator = ",\n   "
        yield "\n  ]}"
    yield "\n ]\n}\n"


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
        yield f"{why.cell} = {release.written(why.count)}{interval}\n    {reason}\n"
    if len(release.why) > _MOST_REASONS:
        yield f"... and {len(release.why) - _MOST_REASONS} more.\n"


def _shares(release: ReleasedTables, number: int, percent: Percent | None) -> Iterator[float | None]:
    """Give the percentage of each cell in the order of the cells, rounded to a tenth; None where there is none."""
    if percent is None:
        yield from repeat(None, release.values[number].size)
        return
    for share in percentages(release, number, percent).ravel().tolist():
        yield None if isnan(share) else round(share, 1)


def _groups(release: ReleasedTables, number: int) -> dict[str, dict[str, list[str]]]:
    """Say which values each group of a hierarchy stands for: who compares tables knows by them whom a line counts."""
    found = {
        dimension.column: {
            node.label: sorted(node.values)
            for node in dimension.nodes
            if node.label is not None and not node.is_value
        }
        for dimension in release.dimensions[number]
    }
    return {column: groups for column, groups in found.items() if groups}


def _status(value: int | None) -> str:
    return "hidden" if value is None else "shown"


def _parts(grid: Grid, room: int) -> Iterator[list[int]]:
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


def _room(grid: Grid, at: int) -> int:
    counts = max(len(line[at]) for line in grid.cells)
    return max(counts, min(_WIDEST_HEADING, max(map(room_of, grid.headings[at]))))


def _lines(grid: Grid, columns: list[int], rooms: list[int]) -> Iterator[str]:
    counts_rooms = [_room(grid, at) for at in columns]
    rule = "─" * (sum(rooms) + sum(counts_rooms) + _GAP * (len(rooms) + len(columns) - 1)) + "\n"
    yield from headings_of(
        [plain(name) for name in grid.names], [grid.headings[at] for at in columns], rooms, counts_rooms
    )
    yield rule
    for labels, cells in zip(grid.labels, grid.cells, strict=True):
        yield from folded_row(labels, [cells[at] for at in columns], rooms, counts_rooms)
