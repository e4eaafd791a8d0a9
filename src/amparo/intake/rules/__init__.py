"""What a workbook's rows become, and what becomes a row. No database, no clock, no request."""

from amparo.intake.rules.bringing_in import new_case, person_of
from amparo.intake.rules.examining import Examined, examine
from amparo.intake.rules.proposals import Proposal, proposals
from amparo.intake.rules.states import BatchState
from amparo.intake.rules.taking_out import CaseToTakeOut, rows_of

__all__ = [
    "BatchState",
    "CaseToTakeOut",
    "Examined",
    "Proposal",
    "examine",
    "new_case",
    "person_of",
    "proposals",
    "rows_of",
]
