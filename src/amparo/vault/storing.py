"""Between a described record and a row: coded attributes are columns, personal ones are packed into the sealed columns.

And from many rows to their table.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import Cursor, postgres
from psycopg.adapt import Dumper
from psycopg.pq import Format
from pydantic import TypeAdapter

from amparo.vault.fields import VaultField
from amparo.vault.rules import KeyKind, Place, Sealed, Sealing
from amparo.vocab.described import described_fields

R = TypeVar("R")
AT_ONCE = 500
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def vault_fields(model: type[models.Model]) -> tuple[VaultField, ...]:
    """Return the sealed columns of a model."""
    return tuple(field for field in model._meta.concrete_fields if isinstance(field, VaultField))


def columns_of(
    record: Any,
    *,
    model: type[models.Model],
    row: UUID,
    person: UUID,
    sealing: Sealing,
    without: Collection[KeyKind] = (),
) -> dict[str, Any]:
    """Return the values of a model's columns for a record, sealed for that row about that person.

    Columns under a kind of key that is left out stay as they are in the row: the record was never told what stands there.
    """
    plain = _adapter_of(type(record)).dump_python(record, mode="json")
    columns = {
        name: plain[name]
        for name, described, _ in described_fields(type(record))
        if not described.privacy.is_sealed
    }
    for field in vault_fields(model):
        held = {name: plain[name] for name in field.holds if name in plain}
        if held and field.key_kind not in without:
            columns[field.name] = sealing.seal(held, place=field.place(row=row, person=person))
    return columns


def sealed_column(
    value: Mapping[str, Any],
    *,
    model: type[models.Model],
    name: str,
    row: UUID,
    person: UUID,
    sealing: Sealing,
) -> Sealed:
    """Return the value of one sealed column of a row about a person."""
    field = next(field for field in vault_fields(model) if field.name == name)
    return sealing.seal(value, place=field.place(row=row, person=person))


def content_place(model: type[models.Model], *, row: UUID, person: UUID) -> Place:
    """Say where the content of a file stands that belongs to a row: it lies on the disk, and is bound to the row."""
    return Place(table=model._meta.db_table, column="content", row=row, person=person, kind=KeyKind.RECORD)


def sealed_of(row: models.Model, record: type, *, without: Collection[KeyKind] = ()) -> list[Sealed]:
    """Return the sealed columns of a row that hold parts of a record, in the order that `record_from` takes them opened.

    Those under a kind of key that is left out stay closed.
    """
    names = {name for name, _, _ in described_fields(record)}
    fields = [field for field in vault_fields(type(row)) if field.key_kind not in without]
    return [getattr(row, field.name) for field in fields if names.intersection(field.described.holds)]


@cache
def opened_fields(
    *models_opened: type[models.Model],
    only: tuple[str, ...] = (),
    without: frozenset[KeyKind] = frozenset(),
) -> tuple[str, ...]:
    """Name the sealed columns of models as the log does: person:names, note:text."""
    return tuple(
        f"{model._meta.model_name}:{field.name}"
        for model in models_opened
        for field in vault_fields(model)
        if (not only or field.name in only) and field.key_kind not in without
    )


def record_from(row: models.Model, record: type[R], opened: Sequence[Mapping[str, Any]]) -> R:
    """Rebuild a record from a row and its opened columns; what an older row lacks takes its default."""
    plain: dict[str, Any] = {}
    for name, described, _ in described_fields(record):
        if not described.privacy.is_sealed:
            plain[name] = getattr(row, name)
    for content in opened:
        plain.update(content)
    known = {name: plain[name] for name, _, _ in described_fields(record) if name in plain}
    rebuilt: R = _adapter_of(record).validate_python(known)
    return rebuilt


def _adapter_of(record: type) -> TypeAdapter[Any]:
    return _adapter(record)


@cache
def _adapter(record: type) -> TypeAdapter[Any]:
    return TypeAdapter(record)


class Ids:
    """Ids on their way to the database, packed as it holds an array of them: thousands written as text cost it milliseconds."""

    __slots__ = ("packed",)

    def __init__(self, ids: Iterable[UUID]) -> None:
        """Pack them, in the order given."""
        raw = [each.bytes for each in ids]
        head = _ARRAY.pack(1, 0, _ID.oid, len(raw), 1) if raw else _NO_ARRAY.pack(0, 0, _ID.oid)
        self.packed = _ID_LENGTH.join([head, *raw])


_ID: Final = postgres.types["uuid"]
_ID_LENGTH: Final = (16).to_bytes(4)
_ARRAY: Final = struct.Struct(
    ">iiIii"
)  # dimensions, whether any is null, of what type, how many, the number of the first
_NO_ARRAY: Final = struct.Struct(">iiI")


class _IdsDumper(Dumper):
    format = Format.BINARY
    oid = _ID.array_oid

    def dump(self, obj: Ids) -> bytes:
        return obj.packed


def ask_binary(statement: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """Ask as the database holds things: thousands of ids and sealed values need not be written as text and read again.

    The server fills in the parameters, of which some may be `Ids`; Django's own cursors write them into the text.
    """
    connection.ensure_connection()
    plain = Cursor(connection.connection)
    plain.format = Format.BINARY
    plain.adapters.register_dumper(Ids, _IdsDumper)
    # As Django's own cursors are made: with its errors, and with its record of queries.
    with connection._prepare_cursor(plain) as cursor:  # type: ignore[attr-defined]  # noqa: SLF001
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
    return rows


def fetch_binary(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Fetch rows by what Django wrote, whose parameters only its own cursor knows how to fill in."""
    with connection.cursor() as cursor:
        filled = cursor.mogrify(statement, parameters)
    return ask_binary(filled)


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model in the caller's transaction, each column as one array. They are not to be saved again.

    Django does the same of itself, but not for tables with arrays, bytes or sealed columns: of those it writes a placeholder a
    value, which costs more than all the rest of an import. It is an INSERT and no COPY, as COPY is refused where rows have
    their own security. A number that the database draws stays unknown to the row.
    """
    for start in range(0, len(rows), AT_ONCE):
        bunch = rows[start : start + AT_ONCE]
        fields = [
            field for field in bunch[0]._meta.concrete_fields if not isinstance(field, models.AutoField)
        ]
        with connection.cursor() as cursor:
            cursor.execute(_inserting(type(bunch[0]), fields), [_column(field, bunch) for field in fields])


def plan_anew() -> None:
    """Have the database plan anew what it does at each insert: the checks of the second wall and the lines of the history.

    It keeps those plans for the connection. Made while a table was as good as empty, they go through all rows of an organisation
    for each new one, which does not show until thousands are in; and nothing else tells them, before the transaction ends, that
    the table has grown.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


def _inserting(model: type[models.Model], fields: Sequence[models.Field[Any, Any]]) -> str:
    """Only names and types of our own models stand in it."""
    quoted = connection.ops.quote_name
    types = [_type(field) for field in fields]
    given = [f"c{place}" for place in range(len(fields))]
    arrays = ", ".join("%s::text[]" if kind.endswith("[]") else f"%s::{kind}[]" for kind in types)
    taken = ", ".join(
        f"{name}::{kind}" if kind.endswith("[]") else name for name, kind in zip(given, types, strict=True)
    )
    into = ", ".join(quoted(str(field.column)) for field in fields)
    table = quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({into}) SELECT {taken} FROM unnest({arrays}) AS given ({', '.join(given)})"  # noqa: S608


def _type(field: models.Field[Any, Any]) -> str:
    """Return the type without its length: a value that is too long is to be refused, not cut."""
    kind = field.db_type(connection) or ""
    return kind.partition("(")[0] + ("[]" if kind.endswith("[]") else "")


def _column(field: models.Field[Any, Any], rows: Sequence[models.Model]) -> list[Any]:
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows]
    return [_array(value) for value in values] if isinstance(field, ArrayField) else values


def _array(texts: Sequence[str] | None) -> str | None:
    """Write an array as PostgreSQL does: arrays of several lengths do not make one array."""
    return (
        None if texts is None else "{" + ",".join([f'"{text.translate(_ESCAPED)}"' for text in texts]) + "}"
    )
