"""Keep, blind, what members of staff are known by themselves, and find the persons who are known by the same.

The tokens are made under the keys of the search, as those of persons are, but of other kinds: whoever has the table and no key
sees neither what was said nor that a member and a person have it in common.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from amparo.vault.actions.tokens import FactsByPerson, IndexKeys
from amparo.vault.models import MemberToken, PersonKeys
from amparo.vault.rules import SYSTEM, Asker, Compartment, IndexMissing
from amparo.vault.rules.tokens import Fact, IndexKey, token_of

TokensByMember = Mapping[int, frozenset[int]]


@transaction.atomic
def keep_member_facts(
    facts: Mapping[int, Collection[Fact]],
    *,
    is_declared: bool,
    compartments: Collection[Compartment],
    now: datetime,
    by: Asker = SYSTEM,
) -> frozenset[int]:
    """Keep what members are known by in place of what was kept of them so; gives the members of whom something is new.

    A compartment that has no key of the search yet is left out.
    """
    keys, found = _keys(compartments, by), set()
    for member, said in facts.items():
        tokens = {_token(fact, key) for key in keys.values() for fact in said}
        kept = MemberToken.objects.filter(member=member, is_declared=is_declared)
        fresh = tokens - set(kept.values_list("token", flat=True))
        kept.exclude(token__in=tokens).delete()
        MemberToken.objects.bulk_create(
            [
                MemberToken(member=member, token=token, is_declared=is_declared, kept_at=now)
                for token in sorted(fresh)
            ],
            ignore_conflicts=True,
        )
        if fresh:
            found.add(member)
    return frozenset(found)


def forget_members_but(members: Collection[int]) -> int:
    """Delete what is kept of all other members; gives how many rows that were."""
    return MemberToken.objects.exclude(member__in=members).delete()[0]


def members_of(
    facts: FactsByPerson, *, compartments: Collection[Compartment], by: Asker = SYSTEM
) -> dict[UUID, TokensByMember]:
    """Give, of each person, the members who are known by the same, with the tokens that they have in common."""
    homes = PersonKeys.objects.filter(person__in=list(facts), compartment__in=list(compartments))
    held = list(homes.values_list("person", "compartment").distinct())
    keys = _keys({Compartment(home) for _person, home in held}, by)
    tokens = {
        person: {_token(fact, keys[Compartment(home)]) for fact in facts[person]}
        for person, home in held
        if Compartment(home) in keys
    }
    members: dict[int, set[int]] = {}
    known = MemberToken.objects.filter(token__in={each for these in tokens.values() for each in these})
    for token, member in known.values_list("token", "member"):
        members.setdefault(token, set()).add(member)
    return {person: found for person, these in tokens.items() if (found := _by_member(these, members))}


def _by_member(tokens: Iterable[int], members: Mapping[int, Collection[int]]) -> TokensByMember:
    found: dict[int, set[int]] = {}
    for token in tokens:
        for member in members.get(token, ()):
            found.setdefault(member, set()).add(token)
    return {member: frozenset(these) for member, these in found.items()}


def _keys(compartments: Collection[Compartment], by: Asker) -> dict[Compartment, IndexKey]:
    keys, found = IndexKeys(by), {}
    for compartment in sorted(compartments):
        try:
            found[compartment] = keys[compartment]
        except IndexMissing:
            continue
    return found


def _token(fact: Fact, key: IndexKey) -> int:
    kind, form = fact
    return token_of((f"member {kind}", form), key=key)
