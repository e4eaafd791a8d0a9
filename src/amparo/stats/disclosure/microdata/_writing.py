"""Write a protected file, and what it says about itself."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from amparo import __version__

from ._protect import ProtectedData

__all__ = ["told_of", "write_protected"]


def write_protected(path: Path, protected: ProtectedData) -> None:
    """Write CSV, or Parquet where the name ends so: the keys and the sensitive columns, in an order that tells nothing."""
    data, order = protected.published, protected.order()
    columns = {}
    for column, codes in zip(
        (*data.keys, *data.sensitive), (*data.codes[order].T, *data.told[order].T), strict=True
    ):
        texts = [*column.values, ""]
        columns[column.name] = [texts[code] for code in codes.tolist()]
    if path.suffix.lower() in {".parquet", ".pq"}:
        import pyarrow
        from pyarrow import parquet

        blank = {name: [cell or None for cell in cells] for name, cells in columns.items()}
        parquet.write_table(pyarrow.table(blank), path)
        return
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def told_of(protected: ProtectedData, *, when: str) -> dict[str, Any]:
    """Tell what a reader of the file should know, as plain values for JSON. Nothing in it tells of a record."""
    keys = [column.name for column in protected.published.keys]
    return {
        "form": "amparo protected records 1",
        "made": when,
        "software": f"amparo {__version__}",
        "rows": protected.published.number,
        "keys": keys,
        "columns": [*keys, *(column.name for column in protected.published.sensitive)],
        "k": protected.k,
        "m": protected.m,
        "promise": f"Every combination of up to {protected.m} keys is shown by {protected.k} records or more, or by none. A blank "
        "counts as a sign of its own: it may have been blank before, or been blanked.",
        "levels": dict(protected.loss.levels),
        "rows_in_order_of": "what they show",
        "do_not_conclude": [
            "This is not differential privacy: it does not hold against who knows more than the keys, or compares releases.",
            "Records that look the same may all have the same sensitive value; who is among them is told it.",
            "Blanks are not a random sample: rare combinations are blanked more often. Counts of rare values are too low.",
        ],
    }
