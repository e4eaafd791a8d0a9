"""The same table comes from Spark as from a file. Run by `make test-spark`, which brings PySpark; it needs Java."""

from __future__ import annotations

from pathlib import Path

import pytest

from amparo.stats.disclosure import CannotRead, open_source

from . import engines

pytestmark = pytest.mark.spark


def test_spark_counts_every_table_like_a_file(tmp_path: Path) -> None:
    path = engines.written(tmp_path / "records.parquet")
    from_file = engines.counted(path)
    with open_source("spark://local", str(path)) as table:
        from_spark = engines.counted(table)
        released = engines.released(table)
    for one, other in zip(from_spark, from_file, strict=True):
        assert one == other, one.request
    assert released == engines.released(path)


def test_spark_says_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "cut.parquet").write_bytes(b"PAR1")
    for name in ("cut.parquet", "none.parquet"):
        with pytest.raises(CannotRead, match=f"Spark cannot read .*{name}"), open_source("spark://local", str(tmp_path / name)):  # fmt: skip
            pass
    with pytest.raises(CannotRead, match=f"Path does not exist: file:{tmp_path}/none"), open_source("spark://local", f"file:{tmp_path}/none"):  # fmt: skip
        pass
