"""Keep what members of staff are known by themselves, so that none of them works on a case in which she is the person."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from amparo.access.rules import Viewer
from amparo.accounts.queries import addresses_of_staff, get_own_details
from amparo.audit.actions import record
from amparo.cases.actions.finding import country_of_state
from amparo.cases.actions.matching import MATCH_ACTION, SEARCHED_COMPARTMENTS
from amparo.cases.rules.colleagues import OwnFacts, own_facts
from amparo.cases.rules.searching import Fact
from amparo.vault.actions import forget_members_but, keep_member_facts, order_tokens, persons_of
from amparo.vault.rules import SYSTEM, Asker, IndexMissing
from amparo.vocab.dates import PartialDate


@transaction.atomic
def keep_own_facts(
    *,
    birth: PartialDate | None,
    telephones: tuple[str, ...],
    papers: tuple[str, ...],
    by: Viewer,
    now: datetime,
) -> None:
    """Keep, blind, what somebody says that she is known by, in place of what she said before; with nothing, keep nothing.

    Whoever may be she is compared with the next batch of the search, so nothing here tells whether there is anybody.
    """
    own = OwnFacts(
        name=get_own_details(by.known_user_id).name, birth=birth, telephones=telephones, papers=papers
    )
    telling, searched = own_facts(own, country=country_of_state())
    asker = Asker.named(by, action=MATCH_ACTION)
    keep_member_facts(
        {by.known_user_id: telling}, is_declared=True, compartments=SEARCHED_COMPARTMENTS, now=now, by=asker
    )
    given = {"birth": birth, "telephones": telephones, "papers": papers}
    record(
        "cases.staff.keep",
        by=by,
        at=now,
        record=f"user:{by.known_user_id}",
        fields=[name for name, value in given.items() if value],
    )
    if telling:
        _compare(searched, by=asker, now=now)


@transaction.atomic
def know_staff(*, now: datetime) -> int:
    """Keep, blind, the address of mail of everybody who works here, and nothing of who left; gives for how many it is new."""
    addresses, country = addresses_of_staff(now), country_of_state()
    forget_members_but(addresses.keys())
    facts = {user: own_facts(OwnFacts(email=email), country=country) for user, email in addresses.items()}
    new = keep_member_facts(
        {user: telling for user, (telling, _searched) in facts.items()},
        is_declared=False,
        compartments=SEARCHED_COMPARTMENTS,
        now=now,
    )
    if new:
        _compare(frozenset[Fact]().union(*(facts[user][1] for user in new)), by=SYSTEM, now=now)
    return len(new)


def _compare(searched: frozenset[Fact], *, by: Asker, now: datetime) -> None:
    """Have the persons compared who may be meant: their tokens are written once more, which changes none."""
    for compartment in sorted(SEARCHED_COMPARTMENTS):
        with suppress(IndexMissing):
            order_tokens(list(persons_of(searched, compartments=[compartment], by=by)), now=now, enough=1)
