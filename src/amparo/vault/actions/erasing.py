"""Erase persons by destroying their keys, hold that up where the law says so, and do it again after every restore."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from amparo.vault.actions.tokens import sweep_tokens
from amparo.vault.ledger import append_to_ledger, make_ledger, read_ledger
from amparo.vault.models import Erasure, Keyring, LegalHold, PersonKeys, TokenOrder
from amparo.vault.queries import erased_persons, held_persons
from amparo.vault.rules import KeysAway
from amparo.vault.rules.ledger import REASON, Entry, NotTwoPeople, entry_after, missing_entries

LOCK = 4_204_001  # one erasure at a time: entries follow one another
AT_ONCE = 5_000


class Held(Exception):
    """A legal hold forbids the erasure; `persons` says of whom."""

    def __init__(self, persons: frozenset[UUID]) -> None:
        self.persons = persons
        super().__init__("A legal hold forbids this erasure. Two people may lift the hold first.")


@transaction.atomic
def erase_persons(
    persons: Collection[UUID], *, reason: str, asked_by: int, approved_by: int, now: datetime
) -> int:
    """Destroy the keys of persons, of every number, and write it in the ledger; gives how many were not erased before.

    What is sealed about them stays where it is and never opens again. Raises `NotTwoPeople`, `Held`, or `LedgerBroken`. The
    file of the ledger is written last: an erasure that was written there and failed is done at the next start.
    """
    _refuse_one_hand(asked_by, approved_by, reason)
    _one_at_a_time()
    held = held_persons(persons)
    if held:
        raise Held(held)
    replay_ledger()
    new = sorted(set(persons) - erased_persons(persons))
    last = _last_entry()
    entries: list[Entry] = []
    for person in new:
        last = entry_after(
            last, installation=_installation(), person=person, reason=reason, asked_by=asked_by,
            approved_by=approved_by, at=now,
        )  # fmt: skip
        entries.append(last)
    _destroy(new)
    _write_down(entries)
    append_to_ledger(_path(), entries)
    return len(entries)


@transaction.atomic
def replay_ledger() -> frozenset[UUID]:
    """Erase again whoever the file of the ledger names and this database, or its keyring, still knows; gives who that was.

    Raises `LedgerBroken` when the file is missing, older than the database, or tells another story.
    """
    _one_at_a_time()
    if not Keyring.objects.exists():
        return frozenset()  # nothing opens without one
    entries = read_ledger(_path(), installation=_installation())
    digests = list(Erasure.objects.order_by("number").values_list("digest", flat=True))
    missing = missing_entries(entries, digests)
    _write_down(missing)
    persons = [entry.person for entry in entries]
    back: set[UUID] = {entry.person for entry in missing}
    for start in range(0, len(persons), AT_ONCE):
        with_keys = PersonKeys.objects.filter(person__in=persons[start : start + AT_ONCE])
        back.update(with_keys.values_list("person", flat=True))
    _destroy(back)
    return frozenset(back)


def prepare_ledger() -> None:
    """Make the file of the ledger in an installation in which nobody was erased yet."""
    if not Erasure.objects.exists():
        make_ledger(_path())


def overwrite_erased_keys() -> bool:
    """Write the table of keys anew, without what was deleted from it, which PostgreSQL would keep for a while.

    Gives whether it could be done: not in a transaction, nor without the right to it.
    """
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL) keyring.person_keys")
    return True


@transaction.atomic
def place_hold(person: UUID, *, reason: str, asked_by: int, approved_by: int, now: datetime) -> int:
    """Forbid the erasure of a person; gives the number of the hold."""
    _refuse_one_hand(asked_by, approved_by, reason)
    hold = LegalHold.objects.create(
        person=person, reason=reason, asked_by=asked_by, approved_by=approved_by, at=now
    )
    return hold.pk


@transaction.atomic
def lift_hold(hold: int, *, person: UUID, asked_by: int, approved_by: int, now: datetime) -> bool:
    """Lift a hold on a person; gives whether it was in force."""
    _refuse_one_hand(asked_by, approved_by, "lifted")
    lifted = LegalHold.objects.filter(pk=hold, person=person, lifted_at=None).update(
        lifted_asked_by=asked_by, lifted_approved_by=approved_by, lifted_at=now
    )
    return lifted > 0


def _refuse_one_hand(asked_by: int, approved_by: int, reason: str) -> None:
    if asked_by == approved_by:
        raise NotTwoPeople
    if not REASON.fullmatch(reason):
        raise ValueError("The reason is a code, never a text.")


def _destroy(persons: Collection[UUID]) -> None:
    """Delete their keys, and after them every token that is nobody's now: what a restore brought back without keys as well."""
    if not persons:
        return
    chosen = list(persons)
    for start in range(0, len(chosen), AT_ONCE):
        bunch = chosen[start : start + AT_ONCE]
        PersonKeys.objects.filter(person__in=bunch).delete()
        TokenOrder.objects.filter(person__in=bunch).delete()
    with suppress(KeysAway):  # they find nobody any more, and the sweep of the week takes them
        sweep_tokens()


def _write_down(entries: Collection[Entry]) -> None:
    Erasure.objects.bulk_create(
        [
            Erasure(
                number=one.number, person=one.person, reason=one.reason, asked_by=one.asked_by,
                approved_by=one.approved_by, at=one.at, digest=one.digest,
            )
            for one in entries
        ],
        batch_size=AT_ONCE,
    )  # fmt: skip


def _last_entry() -> Entry | None:
    row = Erasure.objects.order_by("-number").first()
    if row is None:
        return None
    return Entry(
        number=row.number, person=row.person, reason=row.reason, asked_by=row.asked_by,
        approved_by=row.approved_by, at=row.at, digest=row.digest,
    )  # fmt: skip


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _installation() -> UUID:
    return Keyring.objects.values_list("installation", flat=True).get()


def _path() -> Path:
    path: Path = settings.AMPARO_ERASED
    return path
