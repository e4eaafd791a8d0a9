"""Say where a value stands, so that it opens there and nowhere else."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from amparo.vault.rules.compartments import Compartment, KeyKind

PRODUCT: Final = b"amparo"
LAYOUT: Final = b"v1"
MOST_PARTS: Final = 1_024  # kept of what is the same for many values: no part of it is of a person
UUID_LENGTH: Final = (16).to_bytes(2)


class Place(NamedTuple):
    """The column of the row about the person: what a sealed value is bound to."""

    table: str
    column: str
    row: UUID
    person: UUID
    kind: KeyKind


def associated_data(place: Place, *, compartment: Compartment, installation: UUID, header: bytes) -> bytes:
    """Give the bytes that are authenticated with a value: a value moved anywhere else has other ones.

    Each field has its length in front: no two lists of fields give the same bytes. What thousands of values of one column
    have in common is encoded once.
    """
    before, after = around(place, compartment=compartment, installation=installation, header=header)
    return before + place.row.bytes + UUID_LENGTH + place.person.bytes + after


def around(
    place: Place, *, compartment: Compartment, installation: UUID, header: bytes
) -> tuple[bytes, bytes]:
    """Give what values of one column and key have in common in that: before the row, and after the person."""
    before = _of_column(installation, place.table, place.column)
    return before + UUID_LENGTH, _of_key(place.kind, compartment, header)


@lru_cache(MOST_PARTS)
def _of_column(installation: UUID, table: str, column: str) -> bytes:
    return bound(PRODUCT, LAYOUT, installation.bytes, table.encode(), column.encode())


@lru_cache(MOST_PARTS)
def _of_key(kind: KeyKind, compartment: Compartment, header: bytes) -> bytes:
    return bound(kind.encode(), compartment.encode(), header)


def bound(*fields: bytes) -> bytes:
    """Join fields so that they can be told apart: each with its length of two bytes in front."""
    return b"".join([len(field).to_bytes(2) + field for field in fields])
