"""Decide what a release is, which way it goes, and what may stand in it."""

from amparo.publishing.rules.files import About, CheckedFile, NotSafe, check_file, read_report
from amparo.publishing.rules.findings import EXPLAINABLE, KIND_LABELS, LEAST_WORDS, Checked
from amparo.publishing.rules.items import Item, ItemKind, NotAudited, Verdict, digest_of
from amparo.publishing.rules.research import (
    NotOpen,
    NotThen,
    NotWritten,
    Plan,
    ProposalState,
    ProposalStep,
    after_step,
    can_step,
    proposal_number,
    why_closed,
)
from amparo.publishing.rules.states import (
    MOST_RHO,
    REGISTERED,
    Audience,
    NotTheTime,
    ReleaseState,
    Step,
    after,
    can,
    number_of,
)

__all__ = [
    "EXPLAINABLE",
    "KIND_LABELS",
    "LEAST_WORDS",
    "MOST_RHO",
    "REGISTERED",
    "About",
    "Audience",
    "Checked",
    "CheckedFile",
    "Item",
    "ItemKind",
    "NotAudited",
    "NotOpen",
    "NotSafe",
    "NotTheTime",
    "NotThen",
    "NotWritten",
    "Plan",
    "ProposalState",
    "ProposalStep",
    "ReleaseState",
    "Step",
    "Verdict",
    "after",
    "after_step",
    "can",
    "can_step",
    "check_file",
    "digest_of",
    "number_of",
    "proposal_number",
    "read_report",
    "why_closed",
]
