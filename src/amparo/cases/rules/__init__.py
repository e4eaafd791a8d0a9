"""What a person, a case and an episode are, and what may happen to them. No database, no clock, no request.

Every coded attribute begins as `not_asked`: `unknown` is an answer, and nobody has given it yet.
"""

from amparo.cases.rules.case import CaseDetails, ReferralOut, SupportPlan
from amparo.cases.rules.checking import Problem, problems
from amparo.cases.rules.children import ChildTrack, age_on, child_track, track_after, track_before
from amparo.cases.rules.episode import Debt, EpisodeDetails, HistoricEvent, Leg
from amparo.cases.rules.lifecycle import TRANSITIONS, Stage, Transition, transitions_from
from amparo.cases.rules.merging import Difference, differences
from amparo.cases.rules.person import Address, Contact, HouseholdMember, Language, Name, Paper, PersonDetails

__all__ = [
    "TRANSITIONS",
    "Address",
    "CaseDetails",
    "ChildTrack",
    "Contact",
    "Debt",
    "Difference",
    "EpisodeDetails",
    "HistoricEvent",
    "HouseholdMember",
    "Language",
    "Leg",
    "Name",
    "Paper",
    "PersonDetails",
    "Problem",
    "ReferralOut",
    "Stage",
    "SupportPlan",
    "Transition",
    "age_on",
    "child_track",
    "differences",
    "problems",
    "track_after",
    "track_before",
    "transitions_from",
]
