"""Counting: what a value is, what a file is, and what is said of one that cannot be read."""

from __future__ import annotations

from pathlib import Path

import duckdb
import ibis
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.disclosure import (
    CannotCount,
    CannotRead,
    Condition,
    CountTable,
    TableRequest,
    Threshold,
    count_cells,
)

REQUEST = TableRequest(rows=("country",), columns=("minor",))


def written(tmp_path: Path, data: bytes, name: str = "records.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def counts(table: CountTable) -> dict[object, int]:
    return {key: count for key, count in zip(table.keys(), table.counts, strict=True) if count}


def test_values_are_text_and_a_blank_is_a_category(tmp_path: Path) -> None:
    path = written(tmp_path, b'country,minor\nNA,1.0\nNA,\n0,0\n,"a, ""b"""\n007,0\n7,0\n')
    table = count_cells(path, REQUEST)
    assert [key[0] for key in table.row_keys] == ["0", "007", "7", "NA", ""]
    assert counts(table)[("NA",), ("1.0",)] == 1
    assert counts(table)[("NA",), ("",)] == 1
    assert counts(table)[("",), ('a, "b"',)] == 1
    assert table.counts[-1] == 6


@pytest.mark.parametrize(
    "data",
    [
        b"country;minor\nTH;1\nTH;0\n",
        b"\xef\xbb\xbfcountry,minor\r\nTH,1\r\nTH,0\r\n",
        b"country\tminor\nTH\t1\n\nTH\t0",
        b'"country","minor"\n"TH","1"\n"TH","0"\n',
        b'minor,other,country\n1,x,TH\n0,"line\nbreak",TH\n',
    ],
    ids=["semicolon", "byte order mark", "tab and blank line", "quoted", "other columns"],
)
def test_forms_of_csv(tmp_path: Path, data: bytes) -> None:
    assert counts(count_cells(written(tmp_path, data), REQUEST)) == {
        (("TH",), ("0",)): 1,
        (("TH",), ("1",)): 1,
        (("TH",), None): 2,
        (None, ("0",)): 1,
        (None, ("1",)): 1,
        (None, None): 2,
    }


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "begins with an empty line"),
        (b"country,minor\nCura\xe7ao,1\n", "line 2, is not UTF-8"),
        (b"pa\xeds,minor\nTH,1\n", "line 1, is not UTF-8"),
        (b"country,minor,country\nTH,1,TH\n", 'heading "country" more than once'),
        (b"country,minor\nTH,1\nTH\n", "Line 3 of .* has 1 columns where the headings are 2"),
        (b'country,minor\nTH,"1\n', "never closed"),
        (b"PK\x03\x04 and so on", "is a workbook"),
        (b"\xff\xfec\x00o\x00", "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "is not a text file"),
        (b"PAR1 cut short", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(CannotRead, match=words):
        count_cells(written(tmp_path, data), REQUEST)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="There is no file"):
        count_cells(tmp_path / "none.csv", REQUEST)
    with pytest.raises(CannotRead, match="is a folder"):
        count_cells(tmp_path, REQUEST)


def test_a_table_counts_nothing_where_no_record_is_left(tmp_path: Path) -> None:
    table = count_cells(written(tmp_path, b"country,minor\n"), REQUEST)
    assert table.counts == (0,)


def test_unknown_and_repeated_columns_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"Country,minor\nTH,1\n")
    with pytest.raises(
        CannotCount, match=r'no column "country"\. The nearest is "Country"\. Its columns are: Country, minor'
    ):
        count_cells(path, REQUEST)
    with pytest.raises(CannotCount, match='"minor" stands more than once'):
        TableRequest(rows=("minor",), columns=("minor",))
    with pytest.raises(CannotCount, match="at least one column"):
        TableRequest(rows=())
    with pytest.raises(CannotCount, match="protects nobody"):
        Threshold(2)


def test_a_list_of_records_is_not_a_table(tmp_path: Path) -> None:
    lines = "".join(f"r{i},c{i}\n" for i in range(1500))
    path = written(tmp_path, b"country,minor\n" + lines.encode())
    with pytest.raises(CannotCount, match="1,501 x 1,501 = 2,253,001 cells"):
        count_cells(path, REQUEST)


def test_headings_that_sql_would_mix_up(tmp_path: Path) -> None:
    path = written(tmp_path, b'Age,age,"a""; drop"\n1,2,3\n')
    request = TableRequest(rows=("age", 'a"; drop'), where=(Condition("Age", ("1",)),))
    assert count_cells(path, request).row_keys == (("2", "3"),)


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "records.parquet"
    duckdb.execute(
        "COPY (SELECT * FROM (VALUES ('NA', 1.5, true), (NULL, 1.5, false)) AS t(country, minor, b)) TO ? (FORMAT parquet)",
        [str(path)],
    )
    table = count_cells(path, TableRequest(rows=("country", "b"), columns=("minor",)))
    assert table.row_keys == (("NA", "true"), ("", "false"))
    assert table.column_keys == (("1.5",),)


_values = st.sampled_from(["", "NA", "0", "1.0", "a,b", "ع", "O'Neill", 'x"y'])


@settings(max_examples=15)
@given(
    records=st.lists(st.tuples(_values, _values, _values), max_size=30),
    values=st.lists(_values, min_size=1, max_size=3, unique=True),
    is_excluding=st.booleans(),
)
def test_files_and_ibis_count_alike(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[tuple[str, str, str]],
    values: list[str],
    is_excluding: bool,
) -> None:
    request = TableRequest(
        rows=("a",),
        columns=("b",),
        where=(Condition("c", tuple(values), is_excluding),),
        counting_unit="cases",
    )
    data = pyarrow.table(
        {
            name: pyarrow.array([r[at] or None for r in records], pyarrow.string())
            for at, name in enumerate("abc")
        }
    )
    path = tmp_path_factory.mktemp("counting") / "records.parquet"
    connection = duckdb.connect()
    connection.register("data", data)
    connection.sql("SELECT * FROM data").write_parquet(str(path))
    from_file = count_cells(path, request, name="same")
    assert count_cells(ibis.memtable(data), request, name="same") == from_file
    kept = [r for r in records if (r[2] in values) != is_excluding]
    assert from_file.counts[-1] == len(kept)


def test_categories_stand_in_the_order_in_which_people_count() -> None:
    request = TableRequest(rows=("age",))
    table = CountTable.from_counts(request, [((age,), 1) for age in ("48+", "9--17", "", "18--20", "0--8")])
    assert [key[0] for key in table.row_keys] == ["0--8", "9--17", "18--20", "48+", ""]
