"""Write: build snapshots, and give out figures. Each asks for its permission and is logged."""

from amparo.evidence.actions.downloading import Download, download_table
from amparo.evidence.actions.exporting import NotEmpty, export_facts, zip_facts
from amparo.evidence.actions.showing import Hidden, TooFew, show_table
from amparo.evidence.actions.snapshots import (
    AlreadyBuilding,
    build_snapshot,
    record_snapshot,
    request_snapshot,
)

__all__ = [
    "AlreadyBuilding",
    "Download",
    "Hidden",
    "NotEmpty",
    "TooFew",
    "build_snapshot",
    "download_table",
    "export_facts",
    "record_snapshot",
    "request_snapshot",
    "show_table",
    "zip_facts",
]
