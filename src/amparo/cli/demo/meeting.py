"""Have some people met by a second organisation, so that the lists of the training State overlap, as lists do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from amparo.access.rules import Viewer
    from amparo.cases.rules.opening import NewCase

SHARE = 0.12  # of all cases
MOST = 300  # each is opened to the second organisation first, one by one
OPEN_FOR = timedelta(days=1)


def meet_again(
    leaders: Mapping[str, Viewer],
    references: Mapping[str, Sequence[str]],
    draw: Callable[[str], NewCase],
    rng: Random,
    now: datetime,
) -> int:
    """Open cases to other organisations, which open one of their own for the same person; gives how many. `draw` draws one."""
    from amparo.access.context import acting_as
    from amparo.cases.actions import open_cases

    giving = sorted(key for key in references if references[key])
    if len(giving) < 2:
        return 0
    every = [(key, reference) for key in giving for reference in references[key]]
    # Some people are met more easily than others, and so by a third organisation, too.
    easily = rng.sample(every, k=max(1, len(every) // 3))
    drawn = rng.choices(easily, k=min(MOST, round(SHARE * len(every))))
    shared = dict.fromkeys(
        (*one, rng.choice([other for other in giving if other != one[0]])) for one in drawn
    )
    coming: dict[str, list[NewCase]] = defaultdict(list)
    for key, reference, other in shared:
        person = _open_to(leaders[other], reference, by=leaders[key], now=now)
        coming[other].append(replace(draw(other), existing_person=person))
    for key, new in sorted(coming.items()):
        receiving = _anew(leaders[key], now)
        with acting_as(receiving):
            open_cases(new=new, by=receiving, now=now)
    return len(shared)


def _open_to(receiver: Viewer, reference: str, *, by: Viewer, now: datetime) -> UUID:
    from amparo.access.actions import grant_access
    from amparo.access.context import acting_as
    from amparo.access.rules import GrantReason, Permission
    from amparo.cases.queries import get_case

    with acting_as(by):
        file = get_case(by, reference, now=now)
    grant_access(
        record=file.id,
        organisation_id=receiver.organisation_id,
        permissions=[Permission.CASE_READ],
        reason=GrantReason.REFERRAL,
        ends_at=now + OPEN_FOR,
        by=by,
        now=now,
        persons=[file.person.id],
    )
    return file.person.id


def _anew(viewer: Viewer, now: datetime) -> Viewer:
    """Give the viewer with what was opened to her meanwhile."""
    from amparo.access.queries import viewer_for_membership

    fresh = viewer_for_membership(viewer.membership_id or 0, now)
    assert fresh is not None, "the membership was made a moment ago"
    return replace(fresh, stated_purpose=viewer.stated_purpose)
