"""Records of every type that engines write differently, and the tables that must come out the same whichever engine counts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from amparo.stats.disclosure import Condition, CountTable, TableRequest, count_cells, count_tables, sum_tables

NAN = float("nan")
AT = dt.datetime(2024, 2, 29, 1, 2, 3, 500_000)
RECORDS = pyarrow.table(
    {
        "country": ["NA", "NA", "", None, "TH", "th", "TH", "ع", "O'Neill", 'a "b"', "TH", "TH"],
        "minor": [True, False, None, True, True, False, True, None, True, False, True, True],
        "days": pyarrow.array([1, 2, 10, None, 1, 1, 2, 7, 7, 7, 1, 1], pyarrow.int32()),
        "share": [1.0, 1.5, None, NAN, 1e20, 1e-5, 1.0, 0.1, 1.0, 123456789012345678.0, 1.0, 1.0],
        "single": pyarrow.array([0.1, 0.1, None, 2.0, 2.0, 2.0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], pyarrow.float32()),
        "paid": pyarrow.array([Decimal("1.50")] * 12, pyarrow.decimal128(10, 2)),
        "seen": pyarrow.array([dt.date(2024, 1, 1)] * 11 + [None], pyarrow.date32()),
        "at": pyarrow.array([AT, dt.datetime(2024, 1, 1), None] * 4, pyarrow.timestamp("us")),
        "who": ["a", "b", "c"] * 4,
        "key": pyarrow.array([11, 12, 13, 14, 4294967295, 16, 17, 18, 19, 20, 21, 22], pyarrow.int64()),
        "wages": ["10", "0", "12.5", "7.25", "3", "900", "4.10", "5", "6", "7", "8", "9"],
    }
)  # fmt: skip
GROUPS = {"country": {"TH": "Asia", "th": "Asia", "": "Asia"}, "share": {"1.0": "one", "1e+20": "one"}}
REQUESTS = [
    *(TableRequest(rows=(name,)) for name in RECORDS.column_names[:9]),
    TableRequest(rows=("country",), columns=("minor", "days")),
    TableRequest(rows=("country",), where=(Condition("share", ("1.0", "nan", "0.10")),)),
    TableRequest(rows=("country",), where=(Condition("share", ("1.0", ""), is_excluding=True),)),
    TableRequest(rows=("minor",), where=(Condition("at", ("2024-02-29 01:02:03.5", "")), Condition("country", ("TH", "NA")))),
    TableRequest(rows=("country",), columns=("share",), groups=GROUPS),
    TableRequest(rows=("minor",), where=(Condition("country", ("Asia", "ع")), Condition("share", ("one",), is_excluding=True)), groups=GROUPS),
]  # fmt: skip


def written(path: Path) -> Path:
    """Write the records as Parquet, which every engine reads."""
    pyarrow.parquet.write_table(RECORDS, path)
    return path


def counted(source: Any) -> list[CountTable]:
    """Count every table from one source."""
    return [count_cells(source, request, name="same") for request in REQUESTS]


def released(source: Any) -> list[object]:
    """Count linked tables with organisations and keys of records, and give all that was counted."""
    tables = count_tables(
        source,
        [
            TableRequest(rows=("country", "minor", "days"), groups=GROUPS),
            TableRequest(rows=("days",), columns=("at",)),
        ],
        organisation="who",
        record_key="key",
        name="same",
    )
    assert tables.organisations is not None
    assert tables.keys is not None
    return [
        tables.system.counts.tolist(),
        tables.organisations.tolist(),
        tables.keys.tolist(),
        *summed(source),
    ]


def summed(source: Any) -> list[object]:
    """Sum amounts, of text and of numbers, of records and of contributors, and give all that was summed."""
    found: list[object] = []
    request = TableRequest(
        rows=("minor",), columns=("days",), where=(Condition("country", ("th",), is_excluding=True),)
    )
    grouped = TableRequest(
        rows=("country",), where=(Condition("country", ("NA",), is_excluding=True),), groups=GROUPS
    )
    for amount, contributor in (("wages", ""), ("wages", "who"), ("single", ""), ("paid", "")):
        for one in (request, grouped):
            amounts = (tables := sum_tables(source, [one], amount, contributor=contributor)).amounts
            assert amounts is not None
            found += [
                tables.system.counts.tolist(),
                amounts.people.tolist(),
                amounts.top.tolist(),
                amounts.decimals,
            ]
    return found
