"""Write: prepare a release, review it, let it out with a second person, and withdraw it. Each asks for its permission and is logged."""

from amparo.publishing.actions.dual_acts import ask_publication
from amparo.publishing.actions.preparing import HeldUp, NewRelease, draft_release, propose_release
from amparo.publishing.actions.reviewing import (
    NotReviewer,
    NotSaid,
    clear_release,
    note_release,
    refuse_release,
    take_up_release,
    withdraw_release,
)

__all__ = [
    "HeldUp",
    "NewRelease",
    "NotReviewer",
    "NotSaid",
    "ask_publication",
    "clear_release",
    "draft_release",
    "note_release",
    "propose_release",
    "refuse_release",
    "take_up_release",
    "withdraw_release",
]
