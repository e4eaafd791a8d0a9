"""Write: build snapshots, and give out figures. Each asks for its permission and is logged."""

from amparo.evidence.actions.downloading import Download, download_table
from amparo.evidence.actions.dual_acts import ask_facts
from amparo.evidence.actions.exporting import NotEmpty, collect_facts, collect_facts_into
from amparo.evidence.actions.showing import Hidden, TooFew, show_table
from amparo.evidence.actions.snapshots import (
    AlreadyBuilding,
    build_snapshot,
    give_up_snapshot,
    record_snapshot,
    request_snapshot,
)
from amparo.evidence.actions.sweeping import remove_unused_snapshots

__all__ = [
    "AlreadyBuilding",
    "Download",
    "Hidden",
    "NotEmpty",
    "TooFew",
    "ask_facts",
    "build_snapshot",
    "collect_facts",
    "collect_facts_into",
    "download_table",
    "give_up_snapshot",
    "record_snapshot",
    "remove_unused_snapshots",
    "request_snapshot",
    "show_table",
]
