"""Hierarchies, dimensions and counting: what is said of what cannot be counted, and that both ways to count agree."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow
import pytest

from amparo.stats.disclosure import (
    CannotCount,
    CannotRead,
    Condition,
    CountTable,
    NotCleared,
    TableRequest,
    Threshold,
    count_tables,
    protect_tables,
    read_hierarchies,
)
from amparo.stats.disclosure._counted import tables_of
from amparo.stats.disclosure._cube import Records
from amparo.stats.disclosure._system import CellSystem

AGES = "column,code,parent\nage,child,\nage,0-8,child\nage,9-17,child\nage,18+,\nage,,\n"


def written(folder: Path, text: str, name: str = "ages.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code,parent\n", "line 1: a file of hierarchies begins with"),
        ("", "names no code"),
        ("column,code,parent\nage,0-8\n", "line 2: a line has a column"),
        (AGES + "age,0-8,\n", 'line 7: the code "0-8" of "age" stood already in line 3'),
        ("column,code,parent\nage,0-8,child\n", r'\(line 2\): the group "child" of "0-8" has no line'),
        ("column,code,parent\nage,a,b\nage,b,c\nage,c,a\n", r'\(line 4\): "a" → "b" → "c" → "a" is a circle'),
    ],
    ids=["headings", "empty", "columns", "twice", "gap", "cycle"],
)
def test_a_hierarchy_that_cannot_be_names_the_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CannotCount, match=words):
        read_hierarchies(written(tmp_path, text))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            "age,sex\n0-8,F\n18-20,F\n",
            '"age" has the value "18-20", which is not in its hierarchy. Add the line age,18-20,',
        ),
        ("age,sex\n0-8,F\nchild,F\n", r'value "child", which is a group of its hierarchy \(line 2\)'),
        ("age,sex\n" + "".join(f"{n},F\n" for n in range(10_000)), '"age" has 10,000 values'),
    ],
    ids=["unknown code", "group", "a number of each record"],
)
def test_data_that_do_not_fit_are_refused_with_the_remedy(tmp_path: Path, data: str, words: str) -> None:
    hierarchies = read_hierarchies(written(tmp_path, AGES))
    with pytest.raises(CannotCount, match=words):
        count_tables(
            written(tmp_path, data, "records.csv"),
            [TableRequest(rows=("age", "sex"))],
            hierarchies=hierarchies,
        )


def test_counts_that_cannot_be_are_refused() -> None:
    request = TableRequest(rows=("age", "sex"))
    with pytest.raises(CannotCount, match="below zero was given for 0-8, F"):
        tables_of([Records(request, ((("0-8", "F"), -2),))])
    with pytest.raises(CannotCount, match='"sex" has 10,000 values: it looks like a number of each record'):
        CountTable.from_counts(TableRequest(rows=("sex",)), [((f"{n}",), 1) for n in range(10_000)])
    good = tables_of([Records(request, ((("0-8", "F"), 7), (("9-17", "F"), 5)))]).system
    fields = {name: getattr(good, name) for name in ("totals", "starts", "parts", "printed", "known")}
    with pytest.raises(CannotCount, match="Totals do not add up: a total is given as"):
        CellSystem(counts=good.counts + (good.counts == 12), **fields)
    other = TableRequest(rows=("sex",))
    with pytest.raises(CannotCount, match="sex F is 12 in one of them and 13"):
        tables_of(
            [Records(request, ((("0-8", "F"), 12), (("0-8", "M"), 1))), Records(other, ((("F",), 13),))]
        )
    with pytest.raises(NotCleared, match="number of all records"):
        protect_tables(tables_of([Records(other, ((("F",), 3),))]))


def test_a_file_and_any_engine_give_the_same_tables(tmp_path: Path) -> None:
    lines = ["0-8,F,x,11", "9-17,F,y,7", "9-17,M,x,5", "18+,M,z,3", ",F,x,1", "18+,F,y,4294967295"] * 4
    path = written(tmp_path, "age,sex,office,key\n" + "\n".join(lines) + "\n", "records.csv")
    requests = [
        TableRequest(rows=("age", "sex")),
        TableRequest(rows=("sex",), where=(Condition("age", ("0-8",), is_excluding=True),)),
    ]
    hierarchies = read_hierarchies(written(tmp_path, AGES))
    table = ibis.memtable(
        pyarrow.table(
            {
                "age": [x.split(",")[0] for x in lines],
                "sex": [x.split(",")[1] for x in lines],
                "office": [x.split(",")[2] for x in lines],
                "key": [int(x.split(",")[3]) for x in lines],
            }
        )
    )
    one, other = (
        count_tables(source, requests, hierarchies=hierarchies, organisation="office", record_key="key")
        for source in (path, table)
    )
    assert one.system.counts.tolist() == other.system.counts.tolist()
    assert one.organisations is not None
    assert other.organisations is not None
    assert one.organisations.tolist() == other.organisations.tolist()
    assert one.keys is not None
    assert other.keys is not None
    assert one.keys.tolist() == other.keys.tolist()
    labels = [node.label for node in one.cubes[0].dimensions[0].nodes]
    assert labels == [None, "child", "0-8", "9-17", "18+", ""]
    assert one.cubes[0].counts[1, 0] == 12
    assert one.organisations.max() == 3


def test_keys_that_are_none_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "age,key\n0-8,1\n9-17,x\n", "records.csv")
    with pytest.raises(
        CannotCount, match='"key" does not hold a key for each record: among the records of 9-17'
    ):
        count_tables(path, [TableRequest(rows=("age",))], record_key="key")
    with pytest.raises(CannotCount, match='no column "kee"'):
        count_tables(path, [TableRequest(rows=("age",))], record_key="kee")
    with pytest.raises(NotCleared, match="--record-key"):
        protect_tables(count_tables(path, [TableRequest(rows=("age",))]), method="cellkey")
    with pytest.raises(CannotRead):
        count_tables(tmp_path / "none.csv", [TableRequest(rows=("age",))], record_key="key")
    assert Threshold(5).words == "fewer than 5"
