"""Open what is sealed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence, Set
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any, BinaryIO, Final, cast
from uuid import UUID

from django.conf import settings
from django.db.models import BinaryField, F, Func, Value
from pydantic_core import from_json

from amparo.vault.custodians import DEVICE, FILE, SHARES, Custodian, CustodianAway
from amparo.vault.custodians.device import open_device
from amparo.vault.custodians.file import read_custodian
from amparo.vault.keeping import DATA, Keeper, KeyringMissing, LocalKeeper
from amparo.vault.keyd.client import RemoteKeeper
from amparo.vault.models import (
    CompartmentKey,
    Erasure,
    Keyring,
    LegalHold,
    MemberToken,
    PersonKeys,
    Restoration,
)
from amparo.vault.rules import (
    Compartment,
    KeyKind,
    KeysAway,
    NoKeys,
    NotCovered,
    Place,
    Reading,
    Sealed,
    Unsealing,
    unseal_column,
)
from amparo.vault.rules.files import UnsealedFile, unseal_file

_NOT_COVERED: Final = "This reading does not cover the person of a value."


@cache
def keeper() -> Keeper:
    """Give what holds the keys for this process: keyd where there is one, else this process itself."""
    if settings.AMPARO_KEYD:
        return RemoteKeeper(settings.AMPARO_KEYD)
    return LocalKeeper(custodian())


def is_key_budget_bounded() -> bool:
    """Tell whether a keyd gives this process its keys, so many in an hour and no more."""
    return bool(settings.AMPARO_KEYD)


def custodian() -> Custodian:
    """Give the custodian at hand; `CustodianAway` says where it was looked for."""
    kind = custodian_kind()
    if kind == SHARES:
        raise CustodianAway(
            "The key of keys is in shares, which persons keep. Start amparo keyd, and let them type theirs at: amparo keys unlock"
        )
    if kind == DEVICE:
        return open_device(settings.AMPARO_DEVICE)
    return read_custodian(settings.AMPARO_CUSTODIAN)


def custodian_kind() -> str:
    """Tell the kind of the custodian that this keyring is under; a file while there is no keyring."""
    return Keyring.objects.values_list("custodian_kind", flat=True).first() or FILE


def custodian_id() -> str:
    """Tell which custodian this keyring is under."""
    return keyring().custodian


def is_keyring_there() -> bool:
    """Tell whether this installation has its keys."""
    return Keyring.objects.exists()


def keyring() -> Keyring:
    """Give the keyring; `KeyringMissing` when there is none."""
    ring = Keyring.objects.first()
    if ring is None:
        raise KeyringMissing
    return ring


def check_custodian() -> str:
    """Name who keeps the key of keys; raises `KeyringMissing`, `KeysAway`, or `CustodianAway` where what is at hand does not open it."""
    ring = keyring()
    named = f"{ring.custodian_kind} {ring.custodian}"
    if settings.AMPARO_KEYD:
        if not RemoteKeeper(settings.AMPARO_KEYD).status()["is_open"]:
            raise CustodianAway("keyd waits for the shares of the key of keys: amparo keys unlock")
        return f"keyd, {named}"
    at_hand = custodian().public_id
    if at_hand != ring.custodian:
        raise CustodianAway(
            f"The key of keys at {settings.AMPARO_CUSTODIAN} is {at_hand}, and the keys of this installation are under "
            f"{ring.custodian}: it opens nothing here. Bring back the copy that was kept."
        )
    return named


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
    ring = keyring()
    newest: dict[str, CompartmentKey] = {}
    for row in CompartmentKey.objects.filter(use=DATA).order_by("number", "id"):
        newest[row.compartment] = row
    return KeyringStatus(
        installation=ring.installation,
        custodian_kind=ring.custodian_kind,
        custodian=ring.custodian,
        is_open=_at_hand() == ring.custodian,
        compartments=tuple(_status(row) for row in newest.values()),
    )


def _at_hand() -> str:
    try:
        if settings.AMPARO_KEYD:
            with closing(RemoteKeeper(settings.AMPARO_KEYD)) as remote:
                return remote.custodian
        return custodian().public_id
    except KeysAway:
        return ""


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

    What was never written opens as nothing; so does what belongs to a person who was erased. Where the keys of another are
    missing, or locked in a compartment that the reading does not have, that is a fault: `NotOpened`.
    """
    values = list(sealed)
    kinds = {_covered(value.place, reading).kind for value in values if value.content is not None}
    _fetch(reading, kinds)
    unsealing: Unsealing | None = None
    opened: list[dict[str, Any]] = []
    for value in values:
        place, content = _covered(value.place, reading), value.content
        if content is None or place.kind in reading.closed:
            opened.append({})
            continue
        keys = reading.keys[place.kind].get(place.person)
        if keys == ():  # on order, as the ledger says
            opened.append({})
            continue
        if unsealing is None:
            unsealing = Unsealing(keeper().installation)
        opened.append(plain_of(unsealing.open(content, keys=keys or (), place=place)))
    return opened


def open_column(
    reading: Reading, held: Sequence[tuple[UUID, bytes | None]], *, place: Place
) -> list[bytes | None]:
    """Open one column of rows that are persons themselves, as `open_many` does, each as the text that `plain_of` reads.

    `place` is that of any of them. It is for thousands, of whom few are read. None where `open_many` gives nothing.
    """
    if not reading.persons.issuperset([person for person, _content in held]):
        raise NotCovered(_NOT_COVERED)
    if place.kind in reading.closed:
        return [None] * len(held)
    _fetch(reading, {place.kind})
    keys = reading.keys[place.kind]
    return unseal_column(held, keys=keys, place=place, installation=keeper().installation)


def plain_of(text: bytes) -> dict[str, Any]:
    """Read what was opened."""
    # Only the names of fields may stay in its cache of texts, never what they hold.
    plain: dict[str, Any] = from_json(text, cache_strings="keys")
    return plain


def open_content(reading: Reading, content: BinaryIO, place: Place) -> BinaryIO:
    """Open the content of a file in a logged reading, its first piece at once; it is proved piece by piece as it is read.

    Raises `NoKeys` when the person was erased, `NotOpened` when its beginning does not open.
    """
    with ExitStack() as left:
        left.enter_context(content)
        _covered(place, reading)
        _fetch(reading, {place.kind})
        keys = reading.keys[place.kind].get(place.person)
        if keys == ():
            raise NoKeys
        pieces = unseal_file(content, keys=keys or (), place=place, installation=keeper().installation)
        opened = UnsealedFile(chain([next(pieces)], pieces), close=content)
        left.pop_all()
    return cast("BinaryIO", opened)


def erased_persons(persons: Collection[UUID]) -> frozenset[UUID]:
    """Tell which of these were erased."""
    return frozenset(Erasure.objects.filter(person__in=persons).values_list("person", flat=True))


def count_erased(*, since: datetime | None = None) -> int:
    """Count the erasures, or those since a moment."""
    rows = Erasure.objects.all()
    return rows.count() if since is None else rows.filter(at__gte=since).count()


def are_keys_of_persons() -> bool:
    """Tell whether the keyring holds the keys of anybody."""
    return PersonKeys.objects.exists()


@dataclass(frozen=True, kw_only=True, slots=True)
class RestorationRow:
    """A backup that was brought back: its digest, of when it was, and when it came back."""

    id: int
    backup: str
    taken_at: datetime
    erased_again: int
    at: datetime


def restorations() -> tuple[RestorationRow, ...]:
    """List the backups that were brought back into this installation, the newest first."""
    names = ("id", "backup", "taken_at", "erased_again", "at")
    return tuple(RestorationRow(**row) for row in Restoration.objects.order_by("-id").values(*names))


def held_persons(persons: Collection[UUID]) -> frozenset[UUID]:
    """Tell which of these are under a legal hold."""
    held = LegalHold.objects.filter(person__in=persons, lifted_at=None)
    return frozenset(held.values_list("person", flat=True))


def holds_in_force(person: UUID) -> list[int]:
    """Give the numbers of the legal holds on a person."""
    return list(
        LegalHold.objects.filter(person=person, lifted_at=None).order_by("pk").values_list("pk", flat=True)
    )


def _fetch(reading: Reading, wanted: Set[KeyKind]) -> None:
    """Fetch what the reading lacks of these keys, at once.

    For those who were erased it puts down that there are none, which is not the same as not finding any.
    """
    kinds = sorted(wanted - reading.keys.keys() - reading.closed)
    if not kinds:
        return
    found = keeper().open_keys(reading.persons, kinds, within=reading.compartments, by=reading.asker)
    all_of_them = len(reading.persons)
    without = {
        person
        for kind in kinds
        if len(found[kind]) < all_of_them
        for person in reading.persons - found[kind].keys()
    }
    erased = dict.fromkeys(erased_persons(without), ()) if without else {}
    reading.keys.update({kind: {**found[kind], **erased} for kind in kinds})


def _covered(place: Place | None, reading: Reading) -> Place:
    if place is None or place.person not in reading.persons:
        raise NotCovered(_NOT_COVERED)
    return place


def declared_at(member: int) -> datetime | None:
    """Tell when a member said last what she is known by; None where nothing is kept."""
    said = MemberToken.objects.filter(member=member, is_declared=True).order_by("-kept_at")
    return said.values_list("kept_at", flat=True).first()
