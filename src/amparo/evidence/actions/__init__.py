"""Write: build snapshots, give out figures, and run studies. Each asks for its permission and is logged."""

from amparo.evidence.actions.downloading import Download, download_table
from amparo.evidence.actions.dual_acts import ask_facts
from amparo.evidence.actions.exporting import NotEmpty, collect_facts, collect_facts_into
from amparo.evidence.actions.overlapping import ShownOverlaps, show_overlaps
from amparo.evidence.actions.proposing import Proposed, mark_of_figure, propose, proposed_table
from amparo.evidence.actions.proposing_files import proposed_file
from amparo.evidence.actions.proposing_studies import mark_of_study, proposed_study
from amparo.evidence.actions.showing import Hidden, TooFew, show_table
from amparo.evidence.actions.snapshots import (
    AlreadyBuilding,
    build_snapshot,
    give_up_snapshot,
    record_snapshot,
    request_snapshot,
)
from amparo.evidence.actions.studying import (
    download_report,
    repeat_study,
    request_study,
    run_ordered_study,
    stop_study,
)
from amparo.evidence.actions.sweeping import remove_unused_snapshots

__all__ = [
    "AlreadyBuilding",
    "Download",
    "Hidden",
    "NotEmpty",
    "Proposed",
    "ShownOverlaps",
    "TooFew",
    "ask_facts",
    "build_snapshot",
    "collect_facts",
    "collect_facts_into",
    "download_report",
    "download_table",
    "give_up_snapshot",
    "mark_of_figure",
    "mark_of_study",
    "propose",
    "proposed_file",
    "proposed_study",
    "proposed_table",
    "record_snapshot",
    "remove_unused_snapshots",
    "repeat_study",
    "request_snapshot",
    "request_study",
    "run_ordered_study",
    "show_overlaps",
    "show_table",
    "stop_study",
]
