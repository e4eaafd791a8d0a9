"""Every form of a table gives the same cells, and no hidden count follows from what any of them holds."""

from __future__ import annotations

import csv
import io
import json
import re

import openpyxl
import pytest
from hypothesis import given, settings

from amparo.stats.disclosure import (
    CountTable,
    ProtectedTable,
    PublishedCell,
    Status,
    TableRequest,
    protect,
    to_csv,
    to_json,
    to_text,
    to_xlsx,
)
from tests.factories.tables import grids, line_of, table_of
from tests.stats.attack import exposed, possible_counts

Read = dict[tuple[str, str], str]


def from_json(table: ProtectedTable) -> Read:
    told = json.loads("".join(to_json(table)))
    return {
        (str(cell["row"] and cell["row"][0]), str(cell["column"] and cell["column"][0])): "hidden"
        if cell["value"] is None
        else str(cell["value"])
        for cell in told["cells"]
    }


def from_csv(table: ProtectedTable) -> Read:
    return {
        (line["area"] or "None", line["year"] or "None"): line["value"] or "hidden"
        for line in csv.DictReader(io.StringIO("".join(to_csv(table))))
    }


def from_text(table: ProtectedTable) -> Read:
    lines = "".join(to_text(table, width=400)).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("area"))
    heads = lines[start].split()[1:]
    found: Read = {}
    for line in lines[start + 1 :]:
        if not line:
            return found
        name, *values = line.split()
        for head, value in zip(heads, values, strict=False):
            place = tuple("None" if one == "Total" else one for one in (name, head))
            found[place[0], place[1]] = "hidden" if re.fullmatch("1–4|×", value) else value.replace(",", "")
    return found


def from_xlsx(table: ProtectedTable) -> Read:
    stream = io.BytesIO()
    to_xlsx(table, stream)
    book = openpyxl.load_workbook(stream)
    rows = [[cell.value for cell in row] for row in book["Table"].iter_rows(min_row=2)]
    found: Read = {}
    for line in rows[1:]:
        for head, value in zip(rows[0][1:], line[1:], strict=True):
            place = tuple("None" if one == "Total" else str(one) for one in (line[0], head))
            found[place[0], place[1]] = str(value) if isinstance(value, int) else "hidden"
    cells = {
        (str(row[0] or "None"), str(row[1] or "None")): "hidden" if row[3] is None else str(row[3])
        for row in book["Cells"].iter_rows(min_row=2, values_only=True)
    }
    assert cells == found
    return found


@settings(max_examples=20)
@given(grids(largest=4))
def test_no_form_tells_more_than_another_and_none_tells_a_hidden_count(grid: list[list[int]]) -> None:
    table = protect(table_of(grid))
    read = from_json(table)
    assert from_csv(table) == from_text(table) == from_xlsx(table) == read
    cells = [
        PublishedCell(
            None if row == "None" else (row,),
            None if column == "None" else (column,),
            None if value == "hidden" else int(value),
            Status.SHOWN,
        )
        for (row, column), value in read.items()
    ]
    assert (
        exposed(possible_counts(cells, lambda _: (0, None), known=lambda cell: cell.value is not None)) == []
    )


def test_the_grand_total_hides_nothing_that_it_can_leave_to_others() -> None:
    """It stands in every other table of the same records too: 23 - 20 would be 3."""
    table = protect(table_of([[3, 0], [0, 20]]))
    assert table.values[-1] == 23
    assert table.values[4] is None
    assert table.values[5] is None


def test_two_fours_under_a_shown_eight_are_not_told_by_their_marks() -> None:
    table = protect(line_of([4, 4]))
    assert table.values == (None, None, 8)
    assert sorted(table.statuses[:2]) == [Status.PRIMARY, Status.SECONDARY]


@pytest.mark.parametrize("grid", [[[4], [4]], [[4], [4], [4]], [[2], [7], [30]], [[1], [1], [1], [1], [1]]])
def test_a_note_follows_from_what_is_shown(grid: list[list[int]]) -> None:
    """A note that counts small cells would say which of the cells that are hidden for another are small."""
    table = protect(table_of(grid))
    inner = [cell.status for cell in table.cells() if cell.row and cell.column]
    counting = len(inner) - inner.count(Status.ZERO)
    expected = {"sparse"} if inner.count(Status.PRIMARY) > 0.4 * counting else set()
    assert {caution.code for caution in table.cautions} == expected
    assert not any(re.search(r"\d", str(caution.message)) for caution in table.cautions)


def test_text_keeps_words_whole_and_columns_straight() -> None:
    table = protect(line_of([7, 8]))
    assert "".join(to_text(table)).splitlines()[:8] == [
        "Records by area",
        "",
        "area    Total",
        "─────────────",
        "r0          7",
        "r1          8",
        "─────────────",
        "Total      15",
    ]


def test_text_sets_right_to_left_words_apart_and_counts_wide_signs_twice() -> None:
    request = TableRequest(rows=("area",))
    counted = CountTable.from_counts(
        request, [(("中国",), 7), (("\u200fمصر",), 8), (("Guinea-Bissau and the islands around it",), 9)]
    )
    lines = "".join(to_text(protect(counted), width=40)).splitlines()[2:9]
    assert lines == [
        "area                 Total",
        "──────────────────────────",
        "Guinea-Bissau and        9",
        "the islands around",
        "it",
        "\u2068\ufffdمصر\u2069                     8",
        "中国                     7",
    ]
