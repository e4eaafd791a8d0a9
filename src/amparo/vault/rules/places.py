"""Say where a value stands, so that it opens there and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from amparo.vault.rules.compartments import Compartment, KeyKind

PRODUCT: Final = b"amparo"
LAYOUT: Final = b"v1"


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
    return bound(
        PRODUCT,
        LAYOUT,
        installation.bytes,
        place.table.encode(),
        place.column.encode(),
        place.row.bytes,
        place.person.bytes,
        place.kind.encode(),
        compartment.encode(),
        header,
    )


def bound(*fields: bytes) -> bytes:
    """Join fields so that they can be told apart: each with its length of two bytes in front."""
    return b"".join([len(field).to_bytes(2) + field for field in fields])
