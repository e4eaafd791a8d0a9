"""Write: prepare a release, review it, let it out with a second person, and withdraw it. Each asks for its permission and is logged."""

from amparo.publishing.actions.drafting import (
    Details,
    Stale,
    add_item,
    change_draft,
    recheck_release,
    remove_item,
)
from amparo.publishing.actions.dual_acts import RELEASE, ask_publication
from amparo.publishing.actions.preparing import HeldUp, NewRelease, draft_release, propose_release
from amparo.publishing.actions.reading import show_release
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
    "RELEASE",
    "Details",
    "HeldUp",
    "NewRelease",
    "NotReviewer",
    "NotSaid",
    "Stale",
    "add_item",
    "ask_publication",
    "change_draft",
    "clear_release",
    "draft_release",
    "note_release",
    "propose_release",
    "recheck_release",
    "refuse_release",
    "remove_item",
    "show_release",
    "take_up_release",
    "withdraw_release",
]
