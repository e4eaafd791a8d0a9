"""Keep members of staff away from persons who are, by what they are known by, themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from amparo.access.actions import make_match_wall
from amparo.access.rules import Viewer
from amparo.cases.actions.closing import take_off
from amparo.cases.rules.searching import Fact
from amparo.vault.actions import members_of
from amparo.vault.rules import Asker, Compartment

# What lies with the independent unit is found by no search and compared with nobody: its officers declare whom they know.
SEARCHED_COMPARTMENTS = frozenset(Compartment) - {Compartment.INTEGRITY, Compartment.LOCATION}
MATCH_ACTION = "cases.person.match"


@transaction.atomic
def keep_colleagues_away(
    facts: Mapping[UUID, Collection[Fact]], *, now: datetime, by: Viewer | None = None
) -> int:
    """Make a wall before each member of staff who is known by what tells of one of these persons; gives how many are new.

    `facts` are those of `telling_facts`. Nobody is told: the person is not there for her any more.
    """
    asker = Asker.named(by, action=MATCH_ACTION)
    made = 0
    for person, members in members_of(facts, compartments=SEARCHED_COMPARTMENTS, by=asker).items():
        for member, tokens in sorted(members.items()):
            if make_match_wall(person=person, user_id=member, matched=tokens, now=now):
                take_off(person, member, now)
                made += 1
    return made
