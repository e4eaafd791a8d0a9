"""Seal what is to be kept: for new rows at once, and what an earlier version left in the clear."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import F, Func, IntegerField, Value

from amparo.vault.fields import VaultField
from amparo.vault.keeping import Keeper
from amparo.vault.queries import erased_persons, keeper
from amparo.vault.rules import Asker, Compartment, KeyKind, Member, Sealing
from amparo.vault.rules.values import KeysByKind, KeysByPerson
from amparo.vault.storing import vault_fields

AT_ONCE = 500
GONE = b"\x00"  # in the place of what belonged to somebody who was erased; nothing opens it


class _KeysOnDemand(Mapping[KeyKind, KeysByPerson]):
    """The keys of persons to be written about, each kind fetched when the first value needs it.

    Whoever adds a note needs no key of the place where she is, and should not be counted as having had it.
    """

    def __init__(self, holder: Keeper, persons: Collection[UUID], *, made: KeysByKind, by: Asker) -> None:
        self._holder = holder
        self._persons = persons
        self._made = made
        self._by = by
        self._keys: dict[KeyKind, KeysByPerson] = {}

    def __getitem__(self, kind: KeyKind) -> KeysByPerson:
        if kind not in self._keys:
            found = self._holder.open_keys(self._persons, [kind], by=self._by) if self._persons else {}
            self._keys[kind] = {**found.get(kind, {}), **self._made.get(kind, {})}
        return self._keys[kind]

    def __iter__(self) -> Iterator[KeyKind]:
        return iter(KeyKind)

    def __len__(self) -> int:
        return len(KeyKind)


def begin_sealing(
    persons: Collection[UUID],
    *,
    now: datetime,
    new: Collection[UUID] = (),
    compartment: Compartment = Compartment.PROTECTION,
    by: Member | None = None,
) -> Sealing:
    """Give the keys of persons for writing about them; those who are `new` get theirs now, in that compartment."""
    holder, asker = keeper(), Asker.named(by, action="vault.seal")
    made = holder.make_keys(new, compartment=compartment, now=now, by=asker) if new else {}
    keys = _KeysOnDemand(holder, tuple(persons), made=made, by=asker)
    return Sealing(installation=holder.installation, keys=keys)


@transaction.atomic
def seal_what_is_clear(*, now: datetime) -> int:
    """Seal what a version before the vault wrote in the clear, the history too; gives how many values it found."""
    return sum(_seal_clear(field, now=now) for model in apps.get_models() for field in vault_fields(model))


def _seal_clear(field: VaultField, *, now: datetime) -> int:
    """Take rows whose bytes begin as JSON does: what is sealed begins with the number of its layout."""
    model, found = field.model, 0
    first_byte = Func(F(field.name), Value(0), function="get_byte", output_field=IntegerField())
    clear = model._default_manager.annotate(first_byte=first_byte).filter(first_byte=ord("{"))
    while rows := list(clear[:AT_ONCE]):
        places = [field.place_in(row) for row in rows]
        persons = {place.person for place in places}
        held = keeper().open_keys(persons, [KeyKind.RECORD])[KeyKind.RECORD]
        erased = erased_persons(persons - held.keys())
        sealing = begin_sealing(persons & held.keys(), new=persons - held.keys() - erased, now=now)
        for row, place in zip(rows, places, strict=True):
            value = json.loads(getattr(row, field.name).content)
            content = GONE if place.person in erased else sealing.seal(value, place=place)
            model._default_manager.filter(pk=row.pk).update(**{field.name: content})
        found += len(rows)
    return found
