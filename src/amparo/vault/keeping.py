"""Where the keys of persons come from: out of the keyring, unwrapped by a keeper that holds the keys of the compartments.

The keeper lives in this process, or behind a socket (`amparo keyd`, in `keyd`); those who ask cannot tell which.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from amparo.vault.custodians import Custodian
from amparo.vault.models import CompartmentKey, Keyring, PersonKeys
from amparo.vault.rules import (
    SYSTEM,
    Asker,
    Compartment,
    IndexMissing,
    Key,
    KeyKind,
    KeyLine,
    NotOpened,
    PersonKey,
    Unwrapping,
    locked_in,
    new_key,
    wrap,
    wrapped_by,
)
from amparo.vault.rules.keys import SECRET_BYTES, Draw
from amparo.vault.rules.places import LAYOUT, PRODUCT, bound
from amparo.vault.rules.tokens import IndexKey, new_search_number
from amparo.vault.rules.values import KeysByKind
from amparo.vault.storing import Ids, ask_binary, insert_rows

DATA: Final = "data"
INDEX: Final = "index"
OWN: Final = Compartment.PROTECTION  # from its keys those of the installation's own secrets are derived
_COMPARTMENTS: Final = {each.value: each for each in Compartment}
FRESH_SECONDS: Final = 60.0  # after that long another process's rotation is noticed
_NUMBER: Final = struct.Struct(">H")
# One row comes back for all that are of one line, the newest first.
_WRAPPED: Final = """
    SELECT number, compartment, array_agg(person), {arrays} FROM keyring.person_keys WHERE person = ANY (%s)
    GROUP BY number, compartment ORDER BY number DESC
"""


class KeyringMissing(Exception):
    """The installation has no keyring yet; the message says how it gets one."""

    def __init__(self) -> None:
        super().__init__("This installation has no keys yet. Make them with: amparo migrate")


class Keeper(Protocol):
    """What gives persons' keys to those who may have them."""

    @property
    def installation(self) -> UUID:
        """Give the id of the installation, to which every sealed value is bound."""

    def open_keys(
        self,
        persons: Collection[UUID],
        kinds: Collection[KeyKind],
        *,
        within: Collection[Compartment],
        by: Asker = SYSTEM,
    ) -> KeysByKind:
        """Give the keys of those kinds that are locked in one of the compartments, newest first.

        A person without a row in the keyring is left out, and so is a key that is locked elsewhere.

        `KeysAway` when there is nobody to give them, `TooManyKeys` when the asker had enough of them for now.
        """

    def make_keys(
        self, persons: Collection[UUID], *, compartment: Compartment, now: datetime, by: Asker = SYSTEM
    ) -> KeysByKind:
        """Make the keys of persons who have none, and give them."""

    def own_key(self, label: str, number: int | None = None) -> Key:
        """Give the key for the installation's own secrets of that use; without a number, the newest."""

    def index_key(self, compartment: Compartment, *, by: Asker = SYSTEM) -> IndexKey:
        """Give the key of a compartment's search."""


class LocalKeeper:
    """Keeps the keys of the compartments in the memory of this process."""

    def __init__(self, custodian: Custodian, *, draw: Draw = os.urandom) -> None:
        self._custodian = custodian
        self._draw = draw
        self._installation: UUID | None = None
        self._keys: dict[tuple[Compartment, int], Key] = {}
        self._newest: dict[Compartment, Key] = {}
        self._index: dict[Compartment, IndexKey] = {}
        self._looked_at = 0.0

    def unlock(self) -> None:
        """Unwrap the keys of the compartments now; `NotOpened` when the custodian is another one."""
        self._look()

    @property
    def installation(self) -> UUID:
        """Give the id of the installation, to which every sealed value is bound."""
        if self._installation is None:
            row = Keyring.objects.first()
            if row is None:
                raise KeyringMissing
            self._installation = row.installation
        return self._installation

    def open_keys(
        self,
        persons: Collection[UUID],
        kinds: Collection[KeyKind],
        *,
        within: Collection[Compartment],
        by: Asker = SYSTEM,
    ) -> KeysByKind:
        """Give the keys of those kinds that are locked in one of the compartments, newest first."""
        found: dict[KeyKind, dict[UUID, tuple[PersonKey, ...]]] = {kind: {} for kind in kinds}
        for number, named, of, *columns in _wrapped_keys(persons, kinds):
            home = _COMPARTMENTS.get(named)
            for kind, wrapped in zip(kinds, columns, strict=True):
                if home is None or locked_in(kind, home=home) not in within:
                    continue
                line = KeyLine(self.installation, kind, locked_in(kind, home=home), number)
                opened = found[kind]
                for person, key in self._unwrapped(line, list(zip(of, wrapped, strict=True))):
                    opened[person] = (*opened[person], key) if person in opened else (key,)
        return found

    def _unwrapped(
        self, line: KeyLine, held: Sequence[tuple[UUID, bytes]]
    ) -> Iterator[tuple[UUID, PersonKey]]:
        """Unwrap the keys of persons that are of one line, wrapped by one key or, after a rotation, by several."""
        numbers = {wrapped[: _NUMBER.size] for _person, wrapped in held}
        for by in numbers:
            those = held if len(numbers) == 1 else [each for each in held if each[1][: _NUMBER.size] == by]
            keys = self._unwrapping(those[0][1], line).keys_of(those)
            yield from zip((person for person, _wrapped in those), keys, strict=True)

    def make_keys(
        self, persons: Collection[UUID], *, compartment: Compartment, now: datetime, by: Asker = SYSTEM
    ) -> KeysByKind:
        """Make the keys of persons who have none, and give them."""
        made: dict[KeyKind, dict[UUID, tuple[PersonKey, ...]]] = {kind: {} for kind in KeyKind}
        rows = []
        for person in persons:
            wrapped = {}
            for kind in KeyKind:
                key = PersonKey(1, self._draw(SECRET_BYTES), locked_in(kind, home=compartment))
                made[kind][person] = (key,)
                line = KeyLine(self.installation, kind, key.compartment, key.number)
                by_key = self._newest_key(key.compartment)
                wrapped[kind.value] = wrap(key, by=by_key, line=line, person=person, draw=self._draw)
            rows.append(
                PersonKeys(
                    person=person,
                    compartment=compartment,
                    created_at=now,
                    search_number=new_search_number(self._draw),
                    **wrapped,
                )
            )
        insert_rows(rows)
        return made

    def rewrap(self, row: PersonKeys) -> bool:
        """Wrap the keys of one row by the newest keys of its compartments, in memory; tells whether any changed."""
        changed = False
        for kind in KeyKind:
            wrapped, home = bytes(getattr(row, kind)), Compartment(row.compartment)
            line = KeyLine(self.installation, kind, locked_in(kind, home=home), row.number)
            newest = self._newest_key(line.compartment)
            if wrapped_by(wrapped) != newest.number:
                key = self._unwrapping(wrapped, line).key_of(row.person, wrapped)
                setattr(row, kind, wrap(key, by=newest, line=line, person=row.person, draw=self._draw))
                changed = True
        return changed

    def own_key(self, label: str, number: int | None = None) -> Key:
        """Give the key for the installation's own secrets of that use; without a number, the newest."""
        base = self._newest_key(OWN) if number is None else self._key(OWN, number)
        about = bound(PRODUCT, LAYOUT, b"own secret", label.encode())
        derived = HKDF(hashes.SHA256(), SECRET_BYTES, salt=self.installation.bytes, info=about)
        return Key(base.number, derived.derive(base.secret))

    def index_key(self, compartment: Compartment, *, by: Asker = SYSTEM) -> IndexKey:
        """Give the key of a compartment's search."""
        if compartment not in self._index:
            row = CompartmentKey.objects.filter(use=INDEX, compartment=compartment).order_by("number").last()
            if row is None:
                raise IndexMissing
            self._index[compartment] = IndexKey(row.number, self._secret_of(row))
        return self._index[compartment]

    def _unwrapping(self, wrapped: bytes, line: KeyLine) -> Unwrapping:
        return Unwrapping(line, by=self._key(line.compartment, wrapped_by(wrapped)))

    def _newest_key(self, compartment: Compartment) -> Key:
        if time.monotonic() - self._looked_at > FRESH_SECONDS or compartment not in self._newest:
            self._look()
        return self._newest[compartment]

    def _key(self, compartment: Compartment, number: int) -> Key:
        if (compartment, number) not in self._keys:
            self._look()
        try:
            return self._keys[compartment, number]
        except KeyError:
            raise NotOpened from None

    def _look(self) -> None:
        rows = CompartmentKey.objects.filter(use=DATA).order_by("number")
        for row in rows:
            compartment = Compartment(row.compartment)
            if (compartment, row.number) not in self._keys:
                self._keys[compartment, row.number] = Key(row.number, self._secret_of(row))
            self._newest[compartment] = self._keys[compartment, row.number]
        if not self._newest:
            raise KeyringMissing
        self._looked_at = time.monotonic()

    def _secret_of(self, row: CompartmentKey) -> bytes:
        about = compartment_bound(self.installation, Compartment(row.compartment), row.use, row.number)
        return self._custodian.unwrap(bytes(row.wrapped), bound=about)


def _wrapped_keys(persons: Collection[UUID], kinds: Collection[KeyKind]) -> list[tuple[Any, ...]]:
    """Fetch (number, compartment, persons, wrapped keys by kind)."""
    arrays = ", ".join(f"array_agg({kind.value})" for kind in kinds)
    return ask_binary(_WRAPPED.format(arrays=arrays), [Ids(persons)])


def compartment_bound(installation: UUID, compartment: Compartment, use: str, number: int) -> bytes:
    """Give the bytes that are authenticated with a compartment's wrapped key."""
    return bound(
        PRODUCT, LAYOUT, b"compartment key", installation.bytes, compartment.encode(), use.encode(),
        _NUMBER.pack(number),
    )  # fmt: skip


def make_compartment_keys(
    custodian: Custodian, *, installation: UUID, numbers: Iterable[tuple[Compartment, int]], now: datetime,
    use: str = DATA, draw: Draw = os.urandom,
) -> None:  # fmt: skip
    """Write fresh keys of compartments, wrapped by the custodian."""
    CompartmentKey.objects.bulk_create(
        CompartmentKey(
            compartment=compartment,
            use=use,
            number=number,
            created_at=now,
            wrapped=custodian.wrap(
                new_key(draw=draw).secret,
                bound=compartment_bound(installation, compartment, use, number),
                draw=draw,
            ),
        )
        for compartment, number in numbers
    )
