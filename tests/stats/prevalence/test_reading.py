"""Reading lists from files and frames: every layout gives the same table, and bad input is told with its row."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from amparo.stats.prevalence import (
    CannotEstimate,
    Layout,
    LinkedRecords,
    OverlapTable,
    read_links,
    read_overlaps,
    read_strata,
)
from amparo.vocab.text import ToldError

COLUMNS: dict[str, list[Any]] = {
    "police": [1, 0, 0, 1, 1],
    "shelter": [0, 1, 0, 1, 1],
    "hotline": [0, 0, 1, 0, 1],
    "count": [40, 30, 20, 6, 2],
}
EXPECTED = [0, 40, 30, 6, 20, 0, 0, 2]


def text_of(separator: str = ",", columns: dict[str, list[Any]] | None = None) -> str:
    columns = columns or COLUMNS
    lines = [columns, *zip(*columns.values(), strict=True)]
    return "".join(separator.join(map(str, line)) + "\n" for line in lines)


def written(directory: Path, text: str | bytes, name: str = "lists.csv") -> Path:
    path = directory / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def people() -> list[tuple[str, str]]:
    numbers = itertools.count(1)
    rows = []
    for at in range(5):
        names = [name for name in ("police", "shelter", "hotline") if COLUMNS[name][at]]
        for _ in range(COLUMNS["count"][at]):
            person = f"P{next(numbers)}"
            rows += [(person, name) for name in names]
    return rows


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_csv_with_any_usual_separator_and_with_or_without_mark(
    tmp_path: Path, separator: str, mark: bytes
) -> None:
    table = read_overlaps(written(tmp_path, mark + text_of(separator).encode()))
    assert table.lists == ("police", "shelter", "hotline")
    assert table.counts.tolist() == EXPECTED
    assert table.cautions == ()


def test_parquet_and_frames_give_the_same_table(tmp_path: Path) -> None:
    parquet.write_table(pa.table(COLUMNS), tmp_path / "lists.parquet")
    booleans = pd.DataFrame(COLUMNS).astype({"police": bool, "shelter": float})
    sources: list[object] = [
        tmp_path / "lists.parquet",
        pa.table(COLUMNS),
        pd.DataFrame(COLUMNS),
        booleans,
        COLUMNS,
        {name: np.array(column) for name, column in COLUMNS.items()},
    ]
    for source in sources:
        assert read_overlaps(source).counts.tolist() == EXPECTED


def test_polars_frames_give_the_same_table() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [5, 4, 3]})
    assert read_overlaps(frame).counts.tolist() == [0, 5, 4, 3]
    with pytest.raises(CannotEstimate, match="LazyFrame cannot be read"):
        read_overlaps(frame.lazy())


def test_rows_of_single_persons(tmp_path: Path) -> None:
    counted = {
        name: [value for at, value in enumerate(column) for _ in range(COLUMNS["count"][at])]
        for name, column in COLUMNS.items()
        if name != "count"
    }
    table = read_overlaps(counted)
    assert table.counts.tolist() == EXPECTED
    assert [caution.code for caution in table.cautions] == ["row-is-a-person"]


def test_persons_on_lists_in_any_order() -> None:
    rows = people()
    layout = Layout(person="who", on_list="list", lists=("police", "shelter", "hotline"))
    for order in (rows, rows[::-1], [*rows[50:], *rows[:50], rows[0]]):
        table = read_overlaps({"who": [r[0] for r in order], "list": [r[1] for r in order]}, layout)
        assert table.counts.tolist() == EXPECTED
        again = ["again-on-the-same-list"] if len(order) > len(rows) else []
        assert [caution.code for caution in table.cautions] == again
    unordered = read_overlaps(
        {"who": [r[0] for r in rows], "list": [r[1] for r in rows]}, Layout(person="who", on_list="list")
    )
    assert unordered.lists == ("hotline", "police", "shelter")
    assert unordered.merge("hotline", "police").observed == 98


def test_strata_add_up_to_the_pooled_table() -> None:
    columns = {name: column * 2 for name, column in COLUMNS.items()} | {"sex": ["woman"] * 5 + [""] * 5}
    strata = read_strata(columns, Layout(stratum="sex"))
    assert sorted(strata.tables) == ["(blank)", "woman"]
    assert strata.pooled.counts.tolist() == [2 * count for count in EXPECTED]
    assert sum(table.counts for table in strata.tables.values()).tolist() == strata.pooled.counts.tolist()
    assert "duplicate-histories" not in {caution.code for caution in strata.pooled.cautions}
    with pytest.raises(CannotEstimate, match="Name the column that divides"):
        read_strata(columns, Layout())


def test_more_than_ten_lists_may_be_merged_to_ten_while_they_are_read() -> None:
    columns: dict[str, list[int]] = {
        f"L{i}": [1 if row == i else 0 for row in range(12)] + [1] for i in range(12)
    }
    with pytest.raises(CannotEstimate, match=r"12 lists were given, and 10 can be used at most\. Merge"):
        read_overlaps(columns)
    table = read_overlaps(columns, Layout(merge=(("L3", "L4", "L1"),)))
    assert (len(table.lists), table.lists[1], table.observed) == (10, "L1+L3+L4", 13)
    table = read_overlaps(columns, Layout(omit=("L0", "L11")))
    assert (len(table.lists), table.observed) == (10, 11)
    assert "2 people are on no list but those left out" in str(table.cautions[-1].message)


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        (Layout(omit=("polise",)), 'Did you mean "police"'),
        (Layout(omit=("police",), merge=(("police", "shelter"),)), "more than once among those"),
        (Layout(omit=("police", "shelter")), "One list cannot tell"),
        (Layout(lists=("police", "harbour")), 'no column "harbour". Its columns are: police'),
        (Layout(count="people"), 'no column "people"'),
    ],
)
def test_lists_that_are_not_there(layout: Layout, words: str) -> None:
    with pytest.raises(CannotEstimate, match=words):
        read_overlaps(COLUMNS, layout)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("1,0,4\n0,1,-3\n", 'Line 3, column "count": -3 is below zero'),
        ("1,0,4\n0,1,2.5\n", "Line 3.*2.5 is not a whole number.*probabilities"),
        ("1,0,4\n0,1,\n", 'Line 3 has no count in "count"'),
        ("1,0,4\n0,1,nan\n", "Line 3"),
        ("1,0,4\n0,1,inf\n", "Line 3"),
        ("1,0,4\n0,1,1 200\n", "Line 3.*not a number.*thousands"),
        ("1,0,4\n,1,9\n", 'Line 3, column "A", is blank. Write 1'),
        ("1,0,4\n\n0,2,9\n", 'Line 4, column "B": "2" is neither 0 nor 1'),
        ("1,0,4\n0,0,12\n", "Line 3 counts 12 people on no list.*take the row out"),
        ("1,0,4\n0;1;5\n", "Line 3 .* has 1 values where the headings are 3.*Use one separator"),
        ("1,0,4\n0,1,5,\n", "Line 3 .* has 4 values"),
        ('1,0,4\n0,1,"5\n', "double quote"),
        ("", "headings and no rows"),
    ],
)
def test_bad_rows_are_told_with_their_line(tmp_path: Path, rows: str, words: str) -> None:
    with pytest.raises(ToldError, match=words):
        read_overlaps(written(tmp_path, "A,B,count\n" + rows))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"A B count\n1 0 4\n", "one column only.*comma, a semicolon or a tab"),
        (b"A,count\n1,4\n", "One list cannot tell"),
        (b"A,A,count\n1,0,4\n", "more than once"),
        (b"A,B,count\n1,0,4\n0,1,\xe9\n", "line 3,.*is not UTF-8"),
        (b"\xff\xfeA\x00", "UTF-16"),
        (b"PK\x03\x04", "workbook"),
        (b"", "is empty"),
        (b"PAR1 but no more", "cannot be read"),
    ],
)
def test_files_that_are_no_lists(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(ToldError, match=words):
        read_overlaps(written(tmp_path, content))
    with pytest.raises(ToldError, match="There is no file"):
        read_overlaps(tmp_path / "none.csv")


def test_duplicate_histories_are_added_up_and_told(tmp_path: Path) -> None:
    table = read_overlaps(written(tmp_path, "A,B,count\n1,0,4\n0,1,3\n1,1,9\n1,0,4\n"))
    assert table.counts.tolist() == [0, 8, 3, 9]
    assert "A in line 2 and line 5" in str(table.cautions[0].message)


def test_people_on_none_of_the_chosen_lists_are_left_out_and_told() -> None:
    table = read_overlaps(COLUMNS, Layout(lists=("police", "hotline")))
    assert table.counts.tolist() == [0, 46, 20, 2]
    assert "30 people are on none" in str(table.cautions[0].message)


def test_rows_of_zeros_that_count_nobody_are_nothing() -> None:
    columns = {name: [*column, 0] for name, column in COLUMNS.items()}
    assert read_overlaps(columns).counts.tolist() == EXPECTED


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(CannotEstimate, match="A int cannot be read"):
        read_overlaps(7)
    with pytest.raises(CannotEstimate, match="not of one length"):
        read_overlaps({"A": [1, 0], "B": [1]})
    with pytest.raises(CannotEstimate, match="both columns named"):
        Layout(person="who")
    with pytest.raises(CannotEstimate, match="Probabilities of linkage belong"):
        Layout(probability="p")
    with pytest.raises(CannotEstimate, match=r"Row 1.*if each row is one person on one list"):
        read_overlaps({"who": ["P1"], "list": ["A"]})
    with pytest.raises(CannotEstimate, match='Row 2 has nothing in "list"'):
        read_overlaps({"who": ["P1", "P2"], "list": ["A", None]}, Layout(person="who", on_list="list"))
    two = {"who": ["P1", "P1"], "list": ["A", "B"], "sex": ["woman", "man"]}
    with pytest.raises(CannotEstimate, match='row 1 and row 2 is "woman" in one and "man"'):
        read_strata(two, Layout(person="who", on_list="list", stratum="sex"))


# --- uncertain links ---

LINKS = {
    "who": ["P1", "P1", "P2", "P2", "P3"],
    "list": ["A", "B", "A", "B", "A"],
    "chance": [1.0, 0.8, 1.0, 0.3, 1.0],
}
LINK_LAYOUT = Layout(person="who", on_list="list", probability="chance")


def test_uncertain_links_are_expected_drawn_and_never_silently_counted() -> None:
    links = read_links(LINKS, LINK_LAYOUT)
    assert links.expected() == pytest.approx([0, 0.2 + 0.7 + 1, 0.2 + 0.7, 1.1])
    assert links.most_likely().counts.tolist() == [0, 2, 1, 1]
    assert [caution.code for caution in links.most_likely().cautions] == ["uncertain-links"]
    random = np.random.default_rng(1)
    drawn = np.mean([links.draw(random).counts for _ in range(2000)], axis=0)
    assert drawn == pytest.approx(links.expected(), abs=0.05)
    with pytest.raises(CannotEstimate, match="Read them as links"):
        read_overlaps(LINKS, LINK_LAYOUT)
    with pytest.raises(CannotEstimate, match=r"fraction.*draw linked tables"):
        OverlapTable(links.lists, links.expected())  # type: ignore[arg-type]


def test_drawn_tables_do_not_depend_on_the_order_of_rows() -> None:
    turned = {name: column[::-1] for name, column in LINKS.items()}
    one, other = (read_links(rows, LINK_LAYOUT) for rows in (LINKS, turned))
    for seed in range(20):
        drawn = [links.draw(np.random.default_rng(seed)).counts.tolist() for links in (one, other)]
        assert drawn[0] == drawn[1]


def test_a_record_is_somebody_in_every_drawn_table() -> None:
    """Every record is a person on its list, whether linked or not: the totals of the lists stay."""
    random = np.random.default_rng(2)
    held = np.where(random.random((60, 4)) < 0.5, random.random((60, 4)), 0.0)
    links = LinkedRecords(("A", "B", "C", "D"), held)
    for _ in range(20):
        assert links.draw(random).totals().tolist() == (held > 0).sum(axis=0).tolist()
    histories = np.arange(16)
    expected = [links.expected()[histories >> i & 1 == 1].sum() for i in range(4)]
    assert expected == pytest.approx((held > 0).sum(axis=0))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({**LINKS, "chance": [1, 0.8, 1, 1.3, 1]}, "Row 4.*is not a probability"),
        ({**LINKS, "chance": [1, 0.8, None, 0.3, 1]}, "Row 3.*is not a probability"),
        (
            {**LINKS, "list": ["A", "A", "A", "B", "A"]},
            'row 1 and row 2 put the same person on the list "A" twice',
        ),
    ],
)
def test_bad_links_are_told_with_their_row(columns: dict[str, list[Any]], words: str) -> None:
    with pytest.raises(CannotEstimate, match=words):
        read_links(columns, LINK_LAYOUT)
