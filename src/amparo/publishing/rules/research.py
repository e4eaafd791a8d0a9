"""The way of a proposal for research: written, decided on by two people, open for a time, and ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from amparo.vocab.text import N_, ToldError

# The longest that data are open before somebody looks again; more takes an extension, which two people agree to.
LONGEST_ACCESS: Final = timedelta(days=2 * 366)


class NotWritten(ToldError):
    """Something is missing in a proposal, or does not fit together."""


class NotThen(ToldError):
    """A proposal is not where this step begins: somebody else took it further, or ended it."""


class NotOpen(ToldError):
    """The data of a proposal are not open: not yet, not any more, or not to this person."""


class ProposalState(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    REVOKED = "revoked"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """Give the words for the state."""
        return _STATES[self]


_STATES: Final[Mapping[ProposalState, str]] = {
    ProposalState.DRAFT: N_("Draft"),
    ProposalState.SUBMITTED: N_("Waits for its review"),
    ProposalState.REVIEWED: N_("Waits for the second person"),
    ProposalState.APPROVED: N_("Approved"),
    ProposalState.REFUSED: N_("Refused"),
    ProposalState.TAKEN_BACK: N_("Taken back"),
    ProposalState.REVOKED: N_("Ended by the office"),
    ProposalState.CLOSED: N_("Closed with a report"),
}


class ProposalStep(StrEnum):
    """What takes a proposal from one state to the next."""

    EDIT = "edit"
    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    REVIEW = "review"
    GRANT = "grant"
    REFUSE = "refuse"
    EXTEND = "extend"
    REVOKE = "revoke"
    CLOSE = "close"


_UNDECIDED: Final = frozenset({ProposalState.SUBMITTED, ProposalState.REVIEWED})
_WAY: Final[Mapping[ProposalStep, tuple[frozenset[ProposalState], ProposalState]]] = MappingProxyType(
    {
        ProposalStep.EDIT: (frozenset({ProposalState.DRAFT}), ProposalState.DRAFT),
        ProposalStep.SUBMIT: (frozenset({ProposalState.DRAFT}), ProposalState.SUBMITTED),
        ProposalStep.TAKE_BACK: (_UNDECIDED | {ProposalState.DRAFT}, ProposalState.TAKEN_BACK),
        ProposalStep.REVIEW: (frozenset({ProposalState.SUBMITTED}), ProposalState.REVIEWED),
        ProposalStep.GRANT: (frozenset({ProposalState.REVIEWED}), ProposalState.APPROVED),
        ProposalStep.REFUSE: (_UNDECIDED, ProposalState.REFUSED),
        ProposalStep.EXTEND: (frozenset({ProposalState.APPROVED}), ProposalState.APPROVED),
        ProposalStep.REVOKE: (frozenset({ProposalState.APPROVED}), ProposalState.REVOKED),
        ProposalStep.CLOSE: (frozenset({ProposalState.APPROVED}), ProposalState.CLOSED),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What researchers write: what they ask, of which data, how, with whose consent of ethics, with whom, and for how long."""

    title: str
    summary: str
    question: str
    wanted: str
    method: str
    ethics_body: str
    ethics_number: str
    ethics_on: date
    begins: date
    ends: date
    funder: str
    conflicts: str

    def __post_init__(self) -> None:
        missing = [name for name, value in self.texts() if not value.strip()]
        if missing:
            raise NotWritten(
                N_("A proposal says what it is for: the field %(field)s is empty."), field=missing[0]
            )
        if self.ends < self.begins:
            raise NotWritten(N_("The last day is before the first. Choose a later one."))
        if self.ends - self.begins > LONGEST_ACCESS:
            raise NotWritten(
                N_("Data are opened for two years at most. Choose an earlier last day; it can be extended.")
            )

    def texts(self) -> Iterable[tuple[str, str]]:
        """Give what has to be said in words."""
        names = (
            "title", "summary", "question", "wanted", "method", "ethics_body", "ethics_number", "funder", "conflicts",
        )  # fmt: skip
        return ((name, getattr(self, name)) for name in names)


def after_step(state: ProposalState, step: ProposalStep) -> ProposalState:
    """Give the state to which a step leads; raises `NotThen`."""
    begins, ends = _WAY[step]
    if state not in begins:
        raise NotThen(
            N_(
                "This cannot be done with the proposal as it stands by now: somebody else took it further, or ended it. Look at "
                "it again."
            )
        )
    return ends


def can_step(state: ProposalState, step: ProposalStep) -> bool:
    """Tell whether a step begins in a state."""
    return state in _WAY[step][0]


def why_closed(state: ProposalState, *, begins: date, ends: date, today: date) -> str:
    """Say why the data of a proposal are not open on a day; an empty text says that they are."""
    if state is not ProposalState.APPROVED:
        return N_("The data of this proposal are not open: it is not approved, or it was ended.")
    if today < begins:
        return N_("The data of this proposal are not open yet: its first day is still to come.")
    if today > ends:
        return N_("The data of this proposal are not open any more: its last day is over. Ask for more time.")
    return ""


def proposal_number(year: int, place: int) -> str:
    """Give the number by which a proposal is cited: P-2026-0003."""
    return f"P-{year}-{place:04}"
