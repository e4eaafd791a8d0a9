"""Seal what is to be kept: for new rows at once, and what an earlier version left in the clear."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import F, Func, IntegerField, Value

from amparo.vault.fields import VaultField
from amparo.vault.queries import erased_persons, keeper
from amparo.vault.rules import Compartment, KeyKind, Sealing
from amparo.vault.storing import vault_fields

AT_ONCE = 500
GONE = b"\x00"  # in the place of what belonged to somebody who was erased; nothing opens it


def begin_sealing(
    persons: Collection[UUID],
    *,
    now: datetime,
    new: Collection[UUID] = (),
    compartment: Compartment = Compartment.PROTECTION,
) -> Sealing:
    """Fetch the keys of persons for writing about them; those who are `new` get theirs now, in that compartment."""
    holder = keeper()
    keys = {kind: dict(found) for kind, found in holder.open_keys(persons, tuple(KeyKind)).items()}
    if new:
        for kind, made in holder.make_keys(new, compartment=compartment, now=now).items():
            keys[kind].update(made)
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
