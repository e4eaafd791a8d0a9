"""The same table comes from DuckDB and PostgreSQL; test_spark.py asks the same of Spark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ibis
import pyarrow
import pytest
import typer
from typer.testing import CliRunner

from amparo.cli.table import table
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
    with open_source(postgresql, "conformance.records") as records:
        assert engines.counted(records) == from_file
        assert engines.released(records) == engines.released(parquet)
    (shares,) = [t for t in from_file if t.request.rows == ("share",)]
    assert ("1e+20",) in shares.row_keys, "and the text is that of the file"


def test_the_command_gives_the_same_table_from_a_database(
    parquet: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["--rows", "country", "--columns", "minor", "--subtotals", "--json"]
    command = typer.Typer(pretty_exceptions_enable=False)
    command.command()(table)
    from_file = CliRunner().invoke(command, [str(parquet), *asked])
    monkeypatch.setenv("AMPARO_ENGINE", postgresql)
    from_database = CliRunner().invoke(command, ["conformance.records", *asked])
    assert (from_file.exit_code, from_database.exit_code) == (0, 0), from_database.output
    assert from_database.stdout == from_file.stdout.replace(parquet.name, "conformance.records")


def test_what_has_no_one_text_is_refused() -> None:
    lists = ibis.memtable(pyarrow.table({"a": [[1, 2], [3]]}))
    with pytest.raises(CannotCount, match='"a" is of the type array'):
        count_cells(lists, TableRequest(rows=("a",)))


def test_engines_that_are_not_there_say_so(postgresql: str, parquet: Path) -> None:
    with pytest.raises(CannotRead, match='AMPARO_ENGINE is "oracle"'), open_source("oracle://x", "records"):
        pass
    with pytest.raises(CannotRead, match=r'no table "record" in "conformance" that .* It has: records\.'), open_source(postgresql, "conformance.record"):  # fmt: skip
        pass
    with pytest.raises(CannotRead, match="postgresql:///d does not answer: "), open_source("postgresql://u:secret@/d?host=/none", "r") as _:  # fmt: skip
        pass
    with pytest.raises(CannotRead, match="is not Parquet"), open_source("spark://local", "records.csv"):
        pass
    with open_source("duckdb", str(parquet)) as source:
        assert source == parquet


@pytest.mark.parametrize(
    ("engine", "told"),
    [
        ("spark://127.0.0.1:1", "No Spark master answers at spark://127.0.0.1:1: Connection refused"),
        ("spark://u:secret@127.0.0.1:1", "answers at spark://127.0.0.1:1: "),
        ("spark://127.0.0.1", '"spark://127.0.0.1", but the master of a cluster is written'),
        ("spark://127.0.0.1:1,127.0.0.1:port", "is written spark://HOST:7077"),
    ],
)
def test_a_master_that_is_not_there_is_told_at_once(engine: str, told: str) -> None:
    with pytest.raises(CannotRead, match=told) as refused, open_source(engine, "records.parquet"):
        pass
    assert "secret" not in str(refused.value)
