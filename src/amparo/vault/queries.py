"""Open what is sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import BinaryField, F, Func, Value

from amparo.vault.custodians import Custodian, CustodianAway
from amparo.vault.custodians.file import read_custodian
from amparo.vault.keeping import DATA, Keeper, KeyringMissing, LocalKeeper
from amparo.vault.models import CompartmentKey, Keyring, PersonKeys
from amparo.vault.rules import (
    Compartment,
    NotCovered,
    NotOpened,
    Place,
    Reading,
    Sealed,
    key_number,
    unseal_bytes,
)
from amparo.vault.rules.keys import PersonKey


@cache
def keeper() -> Keeper:
    """Give what holds the keys for this process."""
    return LocalKeeper(custodian())


def custodian() -> Custodian:
    """Give the custodian at hand; `CustodianAway` says where it was looked for."""
    return read_custodian(settings.AMPARO_CUSTODIAN)


@dataclass(frozen=True, kw_only=True, slots=True)
class CompartmentStatus:
    """The keys of one compartment: the newest, since when, how many persons, how many of them wait for it."""

    compartment: Compartment
    newest: int
    created_at: datetime
    persons: int
    waiting: int


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyringStatus:
    """The state of the keyring."""

    installation: UUID
    custodian_kind: str
    custodian: str
    is_open: bool
    compartments: tuple[CompartmentStatus, ...]


def keyring_status() -> KeyringStatus:
    """Look at the keyring; `KeyringMissing` when there is none."""
    ring = Keyring.objects.first()
    if ring is None:
        raise KeyringMissing
    newest: dict[str, CompartmentKey] = {}
    for row in CompartmentKey.objects.filter(use=DATA).order_by("number"):
        newest[row.compartment] = row
    try:
        at_hand = custodian().public_id
    except CustodianAway:
        at_hand = ""
    return KeyringStatus(
        installation=ring.installation,
        custodian_kind=ring.custodian_kind,
        custodian=ring.custodian,
        is_open=at_hand == ring.custodian,
        compartments=tuple(_status(row) for row in newest.values()),
    )


def _status(newest: CompartmentKey) -> CompartmentStatus:
    """Count whose record keys the compartment wraps: its number stands in the first two bytes."""
    persons = PersonKeys.objects.filter(compartment=newest.compartment)
    wrapped_by = Func(F("record"), Value(1), Value(2), function="substring", output_field=BinaryField())
    waiting = persons.annotate(by=wrapped_by).exclude(by=newest.number.to_bytes(2))
    return CompartmentStatus(
        compartment=Compartment(newest.compartment),
        newest=newest.number,
        created_at=newest.created_at,
        persons=persons.count(),
        waiting=waiting.count(),
    )


def compartment_of(person: UUID) -> Compartment | None:
    """Tell in which compartment a person's keys are locked; None for somebody who has none, or was erased."""
    home = PersonKeys.objects.filter(person=person).values_list("compartment", flat=True).first()
    return None if home is None else Compartment(home)


def open_many(reading: Reading, sealed: Iterable[Sealed]) -> list[dict[str, Any]]:
    """Open a batch for one logged reading, in order; nothing is opened when one value is not covered.

    What was never written opens as nothing; so does what belongs to a person who was erased.
    """
    values = list(sealed)
    places = [_covered(value.place, reading) for value in values]
    kinds = {place.kind for place, value in zip(places, values, strict=True) if value.content is not None}
    missing = kinds - reading.keys.keys() - reading.closed
    if missing:
        reading.keys.update(keeper().open_keys(reading.persons, sorted(missing)))
    return [_opened(reading, value.content, place) for place, value in zip(places, values, strict=True)]


def _covered(place: Place | None, reading: Reading) -> Place:
    if place is None or place.person not in reading.persons:
        raise NotCovered("This reading does not cover the person of a value.")
    return place


def _opened(reading: Reading, content: bytes | None, place: Place) -> dict[str, Any]:
    if content is None or place.kind in reading.closed:
        return {}
    key = _fitting(reading.keys[place.kind].get(place.person, ()), content)
    plain = unseal_bytes(content, key=key, place=place, installation=keeper().installation)
    opened: dict[str, Any] = json.loads(plain)
    return opened


def _fitting(keys: tuple[PersonKey, ...], content: bytes) -> PersonKey:
    number = key_number(content)
    for key in keys:
        if key.number == number:
            return key
    raise NotOpened
