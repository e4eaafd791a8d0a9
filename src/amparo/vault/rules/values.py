"""What is sealed, and on what ground it may be opened."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from uuid import UUID

from amparo.vault.rules.asking import Asker
from amparo.vault.rules.compartments import KeyKind
from amparo.vault.rules.files import seal_file
from amparo.vault.rules.keys import PersonKey
from amparo.vault.rules.places import Place
from amparo.vault.rules.sealing import seal_bytes

DOTS = "•••"

KeysByPerson = Mapping[UUID, tuple[PersonKey, ...]]  # newest first
KeysByKind = Mapping[KeyKind, KeysByPerson]


class NotCovered(Exception):
    """The reading was begun for other persons than the one this value belongs to."""


class NoKeys(Exception):
    """Nothing can be written about this person any more: her keys were destroyed, or were never made."""

    def __init__(self) -> None:
        super().__init__("Nothing can be kept about this person: she has no keys here.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One logged act of reading: who reads, on what ground, about whom. It lives as long as one request or one step of a job."""

    user_id: int | None
    membership_id: int | None
    purpose: str
    persons: frozenset[UUID]
    closed: frozenset[KeyKind] = frozenset()  # never opened: it comes out as if it had never been written
    organisation_id: int | None = None
    action: str = ""
    session: str = ""
    # The keys that were fetched for it, each kind once for all its persons; for one who was erased, none.
    keys: dict[KeyKind, KeysByPerson] = field(default_factory=dict, repr=False, compare=False)

    @property
    def asker(self) -> Asker:
        """Say in whose name the keys for it are asked for."""
        return Asker(
            user_id=self.user_id,
            membership_id=self.membership_id,
            organisation_id=self.organisation_id,
            purpose=self.purpose,
            action=self.action,
            session=self.session,
        )

    def is_erased(self, person: UUID) -> bool:
        """Tell whether a value of hers was met and she was erased."""
        return any(keys.get(person) == () for keys in self.keys.values())


class Sealed:
    """A personal value that nobody has opened. It prints as dots, and equals only itself."""

    __slots__ = ("content", "place")

    def __init__(self, content: bytes | None, *, place: Place | None) -> None:
        self.content = content
        self.place = place

    def __repr__(self) -> str:
        return DOTS

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        return DOTS

    def __bool__(self) -> bool:
        return self.content is not None

    def __reduce__(self) -> NoReturn:
        raise TypeError("A sealed value is not pickled: pass the id of its row instead.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealing:
    """The keys of the persons about whom something is about to be written."""

    installation: UUID
    keys: KeysByKind

    def seal(self, value: Mapping[str, Any] | None, *, place: Place) -> Sealed:
        """Seal plain data (what JSON can hold) for one place; `NoKeys` when the person has none."""
        if value is None:
            return Sealed(None, place=place)
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        content = seal_bytes(
            text.encode(), key=self._newest_key(place), place=place, installation=self.installation
        )
        return Sealed(content, place=place)

    def seal_pieces(self, pieces: Iterable[bytes], *, place: Place) -> Iterator[bytes]:
        """Seal the content of a file while it goes by; `NoKeys` when the person has none."""
        return seal_file(pieces, key=self._newest_key(place), place=place, installation=self.installation)

    def _newest_key(self, place: Place) -> PersonKey:
        held = self.keys[place.kind].get(place.person)
        if not held:
            raise NoKeys
        return held[0]
