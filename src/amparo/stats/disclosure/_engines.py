"""Engines that count: DuckDB for files, or PostgreSQL or Spark, which hold the records already.

Nothing but counts leaves an engine, and only Parquet goes from one to another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from amparo.stats.records import CannotRead
from amparo.vocab.text import N_

from ._failing import first_line, not_installed
from ._spark import open_spark

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["open_source"]


@contextmanager
def open_source(engine: str, records: str) -> "Iterator[Path | Table]":
    """Open records where they are: a file for ``duckdb``, a table of ``postgresql://...``, a Parquet file or folder for ``spark://...``."""
    kind = urlsplit(engine).scheme or engine
    if kind in {"", "duckdb"}:
        yield Path(records)
    elif kind in {"postgresql", "postgres"}:
        with _postgresql(engine, records) as table:
            yield table
    elif kind == "spark":
        with open_spark(engine, records) as table:
            yield table
    else:
        raise CannotRead(
            N_(
                'AMPARO_ENGINE is "%(engine)s", which is no engine that is known. Leave it out (or write duckdb) for a file, or write '
                "postgresql://USER@HOST/DATABASE, spark://HOST:7077 or spark://local."
            ),
            engine=kind,
        )


@contextmanager
def _postgresql(engine: str, records: str) -> "Iterator[Table]":
    try:
        import ibis

        connection = ibis.connect(engine)
    except ImportError:
        raise not_installed("PostgreSQL", "psycopg[binary]") from None
    except Exception as error:  # noqa: BLE001 - whatever the driver says
        raise _unreachable(engine, error) from None
    try:
        schema, _, name = records.rpartition(".")
        there = connection.list_tables(database=schema or None)
        if name not in there:
            raise CannotRead(
                N_(
                    'The database has no table "%(name)s"%(where)s that this role may read. It has: %(known)s. '
                    "A table of a schema is written SCHEMA.TABLE."
                ),
                name=name,
                where=f' in "{schema}"' if schema else "",
                known=", ".join(there) or "none",
            )
        yield connection.table(name, database=schema or None)
    finally:
        connection.disconnect()


def _unreachable(engine: str, error: Exception) -> CannotRead:
    place = urlsplit(engine)
    shown = f"{place.scheme}://{place.hostname or ''}{place.path}"  # without user and password
    return CannotRead(
        N_("The engine %(engine)s does not answer: %(reason)s Check AMPARO_ENGINE."),
        engine=shown,
        reason=first_line(error),
    )
