"""What the command line runs."""

from __future__ import annotations

import sys
from pathlib import Path

from django.utils import timezone

from amparo.access.rules import Permission, system_viewer
from amparo.evidence.actions import NotEmpty, build_snapshot, give_up_snapshot, record_snapshot
from amparo.evidence.actions import export_facts as write_facts
from amparo.evidence.actions.snapshots import AlreadyBuilding


def export_facts(directory: Path) -> int:
    """Build a snapshot of today and write its facts into a new or empty directory. Gives the exit code."""
    by = system_viewer(
        [Permission.SNAPSHOT_BUILD, Permission.FACTS_EXPORT, Permission.TABLES_VIEW],
        name="amparo facts export",
    )
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        print(
            f"amparo: {directory} is not empty. Name a directory that is empty or not there yet.",
            file=sys.stderr,
        )
        return 2
    snapshot = record_snapshot(by=by, now=timezone.now())
    try:
        build_snapshot(snapshot, now=timezone.now)
        written = write_facts(snapshot, directory, by=by, now=timezone.now())
    except (AlreadyBuilding, NotEmpty) as refusal:
        give_up_snapshot(snapshot)
        print(f"amparo: {refusal}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"amparo: the facts could not be written: {error.strerror}. Nothing was left half-written.",
            file=sys.stderr,
        )
        return 2
    for name, rows in written.items():
        print(f"{directory / name}.parquet  {rows:,} rows")
    print(f"{directory / 'metadata.json'}  what the rows count and what each column means")
    print(
        "These are facts about single people and no open data. Read READ-ME-FIRST.txt before passing anything on."
    )
    return 0
