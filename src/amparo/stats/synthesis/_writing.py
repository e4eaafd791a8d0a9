"""Write rows as a file of the same shape as the one that they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ._records import Domain

__all__ = ["NOT_PRIVATE", "write_rows"]

NOT_PRIVATE: Final = "NOT PRIVATE: the noise was seeded for a test"


def write_rows(path: Path, domain: Domain, rows: NDArray[np.int16], *, is_private: bool) -> None:
    """Write CSV, or Parquet where the name ends so: same columns, same order, items joined again.

    Rows of which the noise could be drawn again carry a column that says so in every row.
    """
    import pyarrow
    from pyarrow import csv, parquet

    columns = {column.name: _column(domain, rows, place) for place, column in enumerate(domain.columns)}
    if not is_private:
        stamp = pyarrow.array(["NOT PRIVATE"]).dictionary_encode()
        columns[NOT_PRIVATE] = pyarrow.DictionaryArray.from_arrays(
            np.zeros(len(rows), dtype=np.int32), stamp.dictionary
        )
    table = pyarrow.table({name: column.cast(pyarrow.string()) for name, column in columns.items()})
    if path.suffix.lower() in {".parquet", ".pq"}:
        parquet.write_table(table, path)
    else:
        csv.write_csv(table, path, csv.WriteOptions(quoting_style="needed"))


def _column(domain: Domain, rows: NDArray[np.int16], place: int) -> Any:
    """Give the texts of a column, each distinct one once, as an Arrow dictionary."""
    import pyarrow

    column = domain.columns[place]
    groups = [j for j, source in enumerate(domain.source) if source == place]
    values = rows[:, groups]
    if column.separator and groups:
        kinds, codes = np.unique(values >= 0, axis=0, return_inverse=True)
        names = [domain.names[domain.starts[j]] for j in groups]
        texts = [column.separator.join(n for n, on in zip(names, kind, strict=True) if on) for kind in kinds]
    else:
        names = (
            [] if not groups else list(domain.names[domain.starts[groups[0]] : domain.starts[groups[0] + 1]])
        )
        texts = [*names, ""]
        first = domain.starts[groups[0]] if groups else 0
        alone = values[:, 0].astype(np.int64) if groups else np.full(len(rows), -1)
        codes = np.where(alone >= 0, alone - first, len(names))
    return pyarrow.DictionaryArray.from_arrays(
        codes.reshape(-1).astype(np.int32), pyarrow.array(texts, pyarrow.string())
    )
