"""Write rows as a file of the same shape as the one that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_

from ._records import Domain

__all__ = ["NOT_PRIVATE", "write_rows"]

NOT_PRIVATE: Final = N_("NOT PRIVATE: the noise was seeded for a test")


def write_rows(path: Path, domain: Domain, rows: NDArray[np.int16], *, is_private: bool) -> None:
    """Write CSV, or Parquet where the name ends so: same columns, same order, items joined again.

    Rows of which the noise could be drawn again carry a column that says so in every row.
    """
    import duckdb
    import pyarrow
    from pyarrow import parquet

    columns = {column.name: _column(domain, rows, place) for place, column in enumerate(domain.columns)}
    if not is_private:
        columns[NOT_PRIVATE] = _dictionary(np.zeros(len(rows), dtype=np.int64), ["NOT PRIVATE"])
    table = pyarrow.table({name: column.cast(pyarrow.string()) for name, column in columns.items()})
    if path.suffix.lower() in {".parquet", ".pq"}:
        parquet.write_table(table, path)
    else:
        with duckdb.connect(":memory:") as connection:
            connection.from_arrow(table).write_csv(str(path), header=True)


def _column(domain: Domain, rows: NDArray[np.int16], place: int) -> Any:
    """Give the texts of a column, each distinct one once, as an Arrow dictionary."""
    column = domain.columns[place]
    groups = [j for j, source in enumerate(domain.source) if source == place]
    if not groups:
        return _dictionary(np.full(len(rows), -1), [])
    if not column.separator:
        first, end = domain.starts[groups[0]], domain.starts[groups[0] + 1]
        codes = rows[:, groups[0]].astype(np.int64)
        return _dictionary(np.where(codes >= 0, codes - first, -1), domain.names[first:end])
    kinds, codes = np.unique(rows[:, groups] >= 0, axis=0, return_inverse=True)
    names = [domain.names[domain.starts[j]] for j in groups]
    texts = [column.separator.join(n for n, on in zip(names, kind, strict=True) if on) for kind in kinds]
    codes = codes.reshape(-1)
    return _dictionary(np.where((kinds.sum(axis=1) > 0)[codes], codes, -1), texts)


def _dictionary(codes: NDArray[Any], texts: Sequence[str]) -> Any:
    import pyarrow

    places = pyarrow.array(codes.astype(np.int32), mask=codes < 0)
    return pyarrow.DictionaryArray.from_arrays(places, pyarrow.array(list(texts), pyarrow.string()))
