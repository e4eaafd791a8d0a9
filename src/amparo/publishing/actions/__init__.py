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
from amparo.publishing.actions.granting import end_proposal, grant_more_time, grant_proposal, review_proposal
from amparo.publishing.actions.opening import open_file, open_release
from amparo.publishing.actions.outputs import ask_output
from amparo.publishing.actions.preparing import HeldUp, NewRelease, draft_release, propose_release
from amparo.publishing.actions.reading import show_release
from amparo.publishing.actions.researching import (
    ask_more_time,
    change_proposal,
    close_proposal,
    colleagues_of,
    submit_proposal,
    take_back_proposal,
    write_proposal,
)
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
    "ask_more_time",
    "ask_output",
    "ask_publication",
    "change_draft",
    "change_proposal",
    "clear_release",
    "close_proposal",
    "colleagues_of",
    "draft_release",
    "end_proposal",
    "grant_more_time",
    "grant_proposal",
    "note_release",
    "open_file",
    "open_release",
    "propose_release",
    "recheck_release",
    "refuse_release",
    "remove_item",
    "review_proposal",
    "show_release",
    "submit_proposal",
    "take_back_proposal",
    "take_up_release",
    "withdraw_release",
    "write_proposal",
]
