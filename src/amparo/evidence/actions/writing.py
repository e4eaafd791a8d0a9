"""Write the facts of a snapshot as Parquet, in batches, with a description of every column beside them."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from amparo.evidence.queries.catalogue import fact_tables
from amparo.evidence.queries.holdings import METADATA, PROGRESS
from amparo.vocab.codes import code_list
from amparo.vocab.facts import PERSON, UNLISTED, FactColumn, FactTable
from amparo.vocab.state import load_state

if TYPE_CHECKING:
    import pyarrow as arrow

FORMAT = 1
FINGERPRINT_BITS = 256
Batch = Sequence[Mapping[str, Any]]


def write_snapshot(directory: Path, *, snapshot: UUID, day: date, made_at: datetime) -> None:
    """Write all tables and `metadata.json` into an empty directory."""
    tables = fact_tables()
    about: dict[str, Any] = {}
    for number, table in enumerate(tables):
        _tell_progress(directory, done=number, total=len(tables))
        about[table.name] = TableWriter(directory, table).write()
    state = load_state(settings.AMPARO_STATE)
    metadata = {
        "format": FORMAT,
        "snapshot": str(snapshot),
        "day": day.isoformat(),
        "made_at": made_at.isoformat(),
        "state": state.name,
        "is_training": state.is_training,
        "consent": "Only records of persons who agreed are in.",
        "tables": about,
    }
    write_json(directory / METADATA, metadata)
    (directory / PROGRESS).unlink(missing_ok=True)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file that would survive a power cut."""
    with path.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())


def describe_table(table: FactTable, *, present: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Describe a table and its columns, with the lists that its codes come from."""
    return {
        "label": table.label,
        "counting_unit": table.counting_unit,
        "definition": table.definition,
        "source": table.source,
        "columns": [_described(column, present[column.name]) for column in table.columns],
    }


def _described(column: FactColumn, present: Sequence[str]) -> dict[str, Any]:
    listed = code_list(column.codes) if column.codes else None
    return {
        "name": column.name,
        "label": column.label,
        "definition": column.definition,
        "holds_several": column.is_many,
        "code_list": None
        if listed is None
        else {"name": listed.name, "version": listed.version, "source": listed.source},
        "present": list(present),
        "labels": {value: column.label_of(value) for value in present},
    }


def _tell_progress(directory: Path, *, done: int, total: int) -> None:
    (directory / PROGRESS).write_text(json.dumps({"done": done, "total": total}), encoding="ascii")


class TableWriter:
    """Writes one table, and counts on the way what its description needs."""

    def __init__(self, directory: Path, table: FactTable) -> None:
        import pyarrow as arrow  # loaded by who writes facts, not by every start

        self.path = directory / f"{table.name}.parquet"
        self.table = table
        self.schema = arrow.schema(
            [
                *(
                    (column.name, arrow.list_(arrow.string()) if column.is_many else arrow.string())
                    for column in table.columns
                ),
                (PERSON, arrow.int64()),
            ]
        )
        self.present: dict[str, set[str]] = {column.name: set() for column in table.columns}
        self.unlisted: Counter[str] = Counter()
        self.rows = 0
        self.sum = 0

    def write(self) -> dict[str, Any]:
        """Write all rows; gives the description of the table."""
        from pyarrow import parquet

        with parquet.ParquetWriter(self.path, self.schema, compression="zstd") as writer:
            for batch in self.table.rows(_pseudonyms()):
                writer.write_batch(self._checked(batch))
        _sync(self.path)
        in_order = {
            column.name: sorted(self.present[column.name], key=column.order_of)
            for column in self.table.columns
        }
        return {
            **describe_table(self.table, present=in_order),
            "file": self.path.name,
            "rows": self.rows,
            "persons": _count_persons(self.path),
            "unlisted": dict(self.unlisted),
            "sha256": digest_of(self.path),
            "fingerprint": self._fingerprint(),
        }

    def _checked(self, batch: Batch) -> arrow.RecordBatch:
        import pyarrow as arrow

        columns = {
            column.name: [self._value(column, row[column.name]) for row in batch]
            for column in self.table.columns
        }
        self.rows += len(batch)
        persons = [row[PERSON] for row in batch]
        for values in zip(*columns.values(), strict=True):
            self._add_to_fingerprint(values)
        return arrow.RecordBatch.from_pydict({**columns, PERSON: persons}, schema=self.schema)

    def _value(self, column: FactColumn, value: Any) -> str | list[str]:
        if column.is_many:
            return [self._code(column, code) for code in value or ("not_asked",)]
        return self._code(column, value)

    def _code(self, column: FactColumn, code: str) -> str:
        """Let through what is in the list of the column, and nothing else, whatever stands in the records."""
        seen = self.present[column.name]
        if code not in seen:
            if not column.accepts(code):
                self.unlisted[column.name] += 1
                code = UNLISTED
            seen.add(code)
        return code

    def _fingerprint(self) -> str:
        """Return the digest of the sum: the sums of two days could be subtracted, and would tell the rows between them."""
        return hashlib.sha256(self.sum.to_bytes(FINGERPRINT_BITS // 8, "big")).hexdigest()

    def _add_to_fingerprint(self, values: Sequence[str | list[str]]) -> None:
        """Add up the digests of the rows: the same rows in any order make the same fingerprint."""
        line = "\x1f".join(
            value if isinstance(value, str) else "\x1e".join(sorted(value)) for value in values
        )
        digest = int.from_bytes(hashlib.sha256(line.encode()).digest(), "big")
        self.sum = (self.sum + digest) % (1 << FINGERPRINT_BITS)


def _pseudonyms() -> Callable[[UUID], int]:
    """Make a function that gives each person a number, by a secret that is forgotten with the function."""
    secret = secrets.token_bytes(32)

    def number(person: UUID) -> int:
        digest = hashlib.blake2b(person.bytes, digest_size=8, key=secret).digest()
        return int.from_bytes(digest, "big", signed=True)

    return number


def _count_persons(path: Path) -> int:
    import duckdb

    with duckdb.connect(":memory:") as engine:
        rows = engine.read_parquet(str(path)).aggregate(f"count(DISTINCT {PERSON})").fetchall()
    return int(rows[0][0])


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
