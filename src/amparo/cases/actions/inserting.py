"""Insert many rows by one statement, each column as one array.

Django does the same of itself, but not for tables with arrays or sealed columns: of those it writes a placeholder a value, which
costs more than all the rest of an import. It is an INSERT and no COPY, as COPY is refused where rows have their own security.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

AT_ONCE = 500
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, whose keys were drawn already, in the caller's transaction. They are not to be saved again."""
    for start in range(0, len(rows), AT_ONCE):
        bunch = rows[start : start + AT_ONCE]
        fields = bunch[0]._meta.concrete_fields
        with connection.cursor() as cursor:
            cursor.execute(_statement(type(bunch[0])), [_column(field, bunch) for field in fields])


def _statement(model: type[models.Model]) -> str:
    """Only names and types of our own models stand in it."""
    quoted = connection.ops.quote_name
    fields = model._meta.concrete_fields
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
