"""A published table as Parquet: a row for each cell, and what the table is in the schema of the file."""

from __future__ import annotations

import io
import json
from typing import Final

from amparo.publishing.export.about import TableOf, about, code

KEY: Final = b"amparo"  # under which the schema keeps what the table is, as JSON


def to_parquet(one: TableOf, *, address: str) -> bytes:
    """Give the table as Parquet; a hidden number is null, and its status says why."""
    import pyarrow as pa
    from pyarrow import parquet

    table = one.table
    kept = table.in_order()
    columns: dict[str, pa.Array] = {}
    for at, axis in enumerate(table.axes):
        columns[axis.code] = pa.array([code(place[at]) for place, _cell in kept], pa.string())
    for at, axis in enumerate(table.axes):
        said = [one.value(axis.code, place[at]) for place, _cell in kept]
        columns[_unlike(f"{axis.code}_label", columns)] = pa.array(said, pa.string())
    columns[_unlike("value", columns)] = pa.array([cell.value for _place, cell in kept], pa.int64())
    columns[_unlike("status", columns)] = pa.array([str(cell.status) for _place, cell in kept], pa.string())
    told = json.dumps({"about": about(one, address=address), "unit": table.unit}, ensure_ascii=False)
    made = pa.table(columns).replace_schema_metadata({KEY: told.encode()})
    stream = io.BytesIO()
    parquet.write_table(made, stream, compression="zstd")
    return stream.getvalue()


def _unlike(name: str, taken: dict[str, object]) -> str:
    return name if name not in taken else _unlike(f"{name}_", taken)
