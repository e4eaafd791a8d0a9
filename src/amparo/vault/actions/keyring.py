"""Make the keyring, give its compartments new keys, and put it under another custodian."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Max

from amparo.vault.actions.tokens import order_tokens_of_all
from amparo.vault.custodians import Custodian, CustodianAway
from amparo.vault.keeping import (
    DATA,
    INDEX,
    KeyringMissing,
    LocalKeeper,
    compartment_bound,
    make_compartment_keys,
)
from amparo.vault.models import CompartmentKey, Keyring, PersonKeys
from amparo.vault.rules import Compartment, KeyKind
from amparo.vault.rules.keys import Draw

AT_ONCE = 1_000


class KeyringThere(Exception):
    """The installation has a keyring already; a second one would leave all data without keys."""

    def __init__(self) -> None:
        super().__init__("This installation has its keys already. Look at them with: amparo keys status")


@transaction.atomic
def make_keyring(make_custodian: Callable[[], Custodian], *, now: datetime, draw: Draw = os.urandom) -> UUID:
    """Make the keyring of a new installation with a key for each compartment; gives the installation's id.

    The custodian is made only when there is no keyring yet: a new key of keys beside an old keyring would be taken for its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"LOCK TABLE {Keyring._meta.db_table} IN EXCLUSIVE MODE"
        )  # of two makers at once, one waits
    if Keyring.objects.exists():
        raise KeyringThere
    custodian = make_custodian()
    installation = uuid4()
    Keyring.objects.create(
        installation=installation,
        custodian_kind=custodian.kind,
        custodian=custodian.public_id,
        created_at=now,
    )
    make_compartment_keys(
        custodian, installation=installation, numbers=[(each, 1) for each in Compartment], now=now, draw=draw
    )
    _make_index_keys(custodian, now=now, draw=draw)
    return installation


@transaction.atomic
def make_index_keys(
    open_custodian: Callable[[], Custodian], *, now: datetime, draw: Draw = os.urandom
) -> bool:
    """Give an installation of before the search the keys of its compartments' search; tells whether any was made.

    The custodian is asked for only when one is missing; raises `CustodianAway` where it is not at hand, or is another one.
    """
    if not _without_index():
        return False
    custodian = open_custodian()
    if custodian.public_id != Keyring.objects.get().custodian:
        raise CustodianAway(
            "The key of keys at hand is not the one that the keys of this installation are under."
        )
    _make_index_keys(custodian, now=now, draw=draw)
    return True


def _make_index_keys(custodian: Custodian, *, now: datetime, draw: Draw) -> None:
    """Make those that are missing; whoever was there before them is to be found by them too."""
    numbers = [(each, 1) for each in _without_index()]
    make_compartment_keys(
        custodian, installation=_installation(), numbers=numbers, now=now, use=INDEX, draw=draw
    )
    if numbers:
        order_tokens_of_all(now=now)


def _without_index() -> list[Compartment]:
    there = set(CompartmentKey.objects.filter(use=INDEX).values_list("compartment", flat=True))
    return [each for each in Compartment if each.value not in there]


@transaction.atomic
def rotate_keys(
    custodian: Custodian, *, compartments: Collection[Compartment], now: datetime, draw: Draw = os.urandom
) -> None:
    """Give compartments their next key. What is new is wrapped by it; `rewrap_keys` does the rest."""
    newest = dict(
        CompartmentKey.objects.filter(use=DATA).values_list("compartment").annotate(last=Max("number"))
    )
    make_compartment_keys(
        custodian,
        installation=_installation(),
        numbers=[(each, newest[each] + 1) for each in compartments],
        now=now,
        draw=draw,
    )
    _make_index_keys(
        custodian, now=now, draw=draw
    )  # where the custodian was not at hand when the search came


def rewrap_keys(custodian: Custodian, *, draw: Draw = os.urandom) -> int:
    """Wrap persons' keys by the newest keys of their compartments; gives how many persons changed. May be run again."""
    keeper, changed, after = LocalKeeper(custodian, draw=draw), 0, 0
    while rows := list(PersonKeys.objects.filter(id__gt=after).order_by("id")[:AT_ONCE]):
        after, old = rows[-1].id, [row for row in rows if keeper.rewrap(row)]
        PersonKeys.objects.bulk_update(old, [kind.value for kind in KeyKind])
        changed += len(old)
    return changed


@transaction.atomic
def change_custodian(old: Custodian, new: Custodian, *, draw: Draw = os.urandom) -> None:
    """Wrap the keys of the compartments by another custodian; the old one opens nothing from then on."""
    installation = _installation()
    for row in CompartmentKey.objects.select_for_update():
        about = compartment_bound(installation, Compartment(row.compartment), row.use, row.number)
        secret = old.unwrap(bytes(row.wrapped), bound=about)
        row.wrapped = new.wrap(secret, bound=about, draw=draw)
        row.save(update_fields=["wrapped"])
    Keyring.objects.update(custodian=new.public_id, custodian_kind=new.kind)


def _installation() -> UUID:
    installation = Keyring.objects.values_list("installation", flat=True).first()
    if installation is None:
        raise KeyringMissing
    return installation
