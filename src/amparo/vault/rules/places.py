"""Say where a value stands, so that it opens there and nowhere else."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from amparo.vault.rules.compartments import Compartment, KeyKind

PRODUCT: Final = b"amparo"
LAYOUT: Final = b"v1"
_LENGTH: Final = struct.Struct(">H")
_ID: Final = _LENGTH.pack(16)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The column of the row about the person: what a sealed value is bound to."""

    table: str
    column: str
    row: UUID
    person: UUID
    kind: KeyKind


def associated_data(place: Place, *, compartment: Compartment, installation: UUID, header: bytes) -> bytes:
    """Give the bytes that are authenticated with a value: a value moved anywhere else has other ones.

    Each field has its length in front: no two lists of fields give the same bytes.
    """
    front = _front(installation, place.table, place.column)
    return front + _ID + place.row.bytes + _ID + place.person.bytes + _end(place.kind, compartment, header)


# What is the same for all values of a column is put together once: a page opens hundreds.
@lru_cache(maxsize=1_024)
def _front(installation: UUID, table: str, column: str) -> bytes:
    return bound(PRODUCT, LAYOUT, installation.bytes, table.encode(), column.encode())


@lru_cache(maxsize=1_024)
def _end(kind: KeyKind, compartment: Compartment, header: bytes) -> bytes:
    return bound(kind.encode(), compartment.encode(), header)


def bound(*fields: bytes) -> bytes:
    """Join fields so that they can be told apart: each with its length of two bytes in front."""
    return b"".join([part for field in fields for part in (_LENGTH.pack(len(field)), field)])
