"""Between a described record and a row: coded attributes are columns, personal ones are packed into the sealed columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from pydantic import TypeAdapter

from amparo.vault.fields import VaultField
from amparo.vault.rules import KeyKind, Place, Sealed, Sealing
from amparo.vocab.described import described_fields

R = TypeVar("R")


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
