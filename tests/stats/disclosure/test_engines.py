"""The same table comes from DuckDB and PostgreSQL; test_spark.py asks the same of Spark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ibis
import pyarrow
import pytest

from amparo.stats.disclosure import CannotCount, CannotRead, TableRequest, count_cells, open_source

from . import engines


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return engines.written(tmp_path_factory.mktemp("engines") / "records.parquet")


@pytest.fixture(scope="module")
def postgresql(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Give the address of the database of the tests, with the records in a table of their own."""
    from django.db import connection

    from amparo.config.embedded import OWNER

    with django_db_blocker.unblock():
        place = connection.settings_dict
        url = f"postgresql://{OWNER}@/{place['NAME']}?host={quote(place['HOST'], safe='')}"
    engine = ibis.connect(url)
    try:
        engine.create_database("conformance")
        engine.create_table("records", engines.RECORDS, database="conformance")
        yield url
        engine.con.execute("DROP SCHEMA conformance CASCADE")
        engine.con.commit()
    finally:
        engine.disconnect()


def test_a_file_duckdb_and_postgresql_count_every_table_alike(parquet: Path, postgresql: str) -> None:
    from_file = engines.counted(parquet)
    assert engines.counted(ibis.duckdb.connect().read_parquet(parquet)) == from_file
    with open_source(postgresql, "conformance.records") as table:
        assert engines.counted(table) == from_file
        assert engines.released(table) == engines.released(parquet)
    (shares,) = [t for t in from_file if t.request.rows == ("share",)]
    assert ("1e+20",) in shares.row_keys, "and the text is that of the file"


def test_what_has_no_one_text_is_refused() -> None:
    table = ibis.memtable(pyarrow.table({"a": [[1, 2], [3]]}))
    with pytest.raises(CannotCount, match='"a" is of the type array'):
        count_cells(table, TableRequest(rows=("a",)))


def test_engines_that_are_not_there_say_so(postgresql: str, parquet: Path) -> None:
    with pytest.raises(CannotRead, match='AMPARO_ENGINE is "oracle"'), open_source("oracle://x", "records"):
        pass
    with pytest.raises(CannotRead, match=r'no table "record" in "conformance"\. It has: records'), open_source(postgresql, "conformance.record"):  # fmt: skip
        pass
    with pytest.raises(CannotRead, match="postgresql:///d does not answer: "), open_source("postgresql://u:secret@/d?host=/none", "r") as _:  # fmt: skip
        pass
    with pytest.raises(CannotRead, match="is not Parquet"), open_source("spark://local", "records.csv"):
        pass
    with open_source("duckdb", str(parquet)) as source:
        assert source == parquet
