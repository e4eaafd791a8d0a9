"""Bring workbooks in and take them out. All or nothing, logged, and safe to run again."""

from amparo.intake.actions.checking import check_batch, receive_workbook
from amparo.intake.actions.committing import commit_batch, decide_proposals, write_batch
from amparo.intake.actions.direct import take_in
from amparo.intake.actions.dual_acts import ask_export
from amparo.intake.actions.exporting import (
    MOST,
    CannotTakeOut,
    Choice,
    TakenOut,
    TooMany,
    collect_workbook,
    count_choice,
    export_workbook,
    take_rejected_file,
)
from amparo.intake.actions.steps import NoSuchStep, stop_batch
from amparo.intake.actions.undoing import throw_batch_away, throw_forgotten_away, undo_batch

__all__ = [
    "MOST",
    "CannotTakeOut",
    "Choice",
    "NoSuchStep",
    "TakenOut",
    "TooMany",
    "ask_export",
    "check_batch",
    "collect_workbook",
    "commit_batch",
    "count_choice",
    "decide_proposals",
    "export_workbook",
    "receive_workbook",
    "stop_batch",
    "take_in",
    "take_rejected_file",
    "throw_batch_away",
    "throw_forgotten_away",
    "undo_batch",
    "write_batch",
]
