"""Say what may be done next with a release, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from amparo.access.actions import visible_acts
from amparo.access.queries import ActRow
from amparo.access.rules import Permission, Viewer
from amparo.publishing.actions import RELEASE
from amparo.publishing.queries import ReleaseFile
from amparo.publishing.rules import ReleaseState, Step, can
from amparo.vocab.text import N_


@dataclass(frozen=True, kw_only=True, slots=True)
class Steps:
    """What the viewer may do with a release now; `words` say whose turn it is. `act` waits for a second person."""

    words: str
    may_change: bool
    may_propose: bool
    may_take_up: bool
    may_clear: bool
    may_refuse: bool
    may_ask: bool
    may_withdraw: bool
    act: ActRow | None


def steps_of(viewer: Viewer, file: ReleaseFile) -> Steps:
    """Tell what the viewer may do; the actions decide once more."""
    prepares = viewer.may(Permission.RELEASE_PREPARE) and file.is_ours
    reviews = viewer.may(Permission.RELEASE_REVIEW) and file.is_of_another_unit
    act = _waiting(viewer, file)
    may_ask = prepares and viewer.may(Permission.ACT_DECIDE) and can(file.state, Step.PUBLISH) and act is None
    return Steps(
        words=_whose_turn(file, reviews=reviews, may_ask=may_ask, is_asked=act is not None),
        may_change=prepares and can(file.state, Step.EDIT),
        may_propose=prepares and can(file.state, Step.PROPOSE),
        may_take_up=reviews and can(file.state, Step.TAKE_UP),
        may_clear=reviews and can(file.state, Step.CLEAR),
        may_refuse=reviews and can(file.state, Step.REFUSE),
        may_ask=may_ask,
        may_withdraw=prepares and can(file.state, Step.WITHDRAW),
        act=act,
    )


def _waiting(viewer: Viewer, file: ReleaseFile) -> ActRow | None:
    if file.state is not ReleaseState.CLEARED or not viewer.may(Permission.ACT_DECIDE):
        return None
    waiting = (one for one in visible_acts(viewer) if one.kind == RELEASE and one.is_waiting)
    return next((one for one in waiting if one.payload.get("release") == str(file.id)), None)


def _whose_turn(file: ReleaseFile, *, reviews: bool, may_ask: bool, is_asked: bool) -> str:
    mine = {
        ReleaseState.PROPOSED: reviews,
        ReleaseState.IN_REVIEW: reviews,
        ReleaseState.CLEARED: may_ask,
    }
    if is_asked:
        return _("It waits for the second person, for 24 hours from when it was asked for.")
    return _((_MY_TURN if mine.get(file.state) else _THEIR_TURN)[file.state])


_MY_TURN: Final[Mapping[ReleaseState, str]] = {
    ReleaseState.PROPOSED: N_("It waits for a reviewer. You may review it: another unit prepared it."),
    ReleaseState.IN_REVIEW: N_(
        "It is under review. Look at the risky numbers, remark on what you see, then clear or refuse it."
    ),
    ReleaseState.CLEARED: N_("The review is done. Ask a second person to let it out."),
}
_THEIR_TURN: Final[Mapping[ReleaseState, str]] = {
    ReleaseState.DRAFT: N_(
        "A draft. Only your organisation sees it. Put it up for review when it says all that it has to."
    ),
    ReleaseState.PROPOSED: N_("It waits for a reviewer of another team or office."),
    ReleaseState.IN_REVIEW: N_("It is under review. Nothing of it can be changed meanwhile."),
    ReleaseState.CLEARED: N_(
        "The review is done. A statistician of the office that prepared it asks a second person to let it out."
    ),
    ReleaseState.PUBLISHED: N_("It is let out, and its numbers stand in the register for good."),
    ReleaseState.REFUSED: N_("It is refused, for the reason below. Mend it, and propose it anew."),
    ReleaseState.WITHDRAWN: N_(
        "It is withdrawn, for the reason below. What was let out stays in the register: it was read."
    ),
    ReleaseState.SUPERSEDED: N_("A later version has taken its place."),
}
