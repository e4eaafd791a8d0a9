"""What the command line runs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from django.utils import timezone

from amparo.access.actions import Changed, NotWaiting
from amparo.access.queries import agreed_act, viewer_for_membership
from amparo.audit.rules import Via
from amparo.evidence.actions import NotEmpty, collect_facts_into
from amparo.evidence.actions.exporting import RELEASE

ASK_FIRST: Final = (
    "Nobody agreed that facts leave, or what was agreed is over or was taken. One person asks for it under Figures, "
    "Snapshots of the facts, Take out the facts; a second agrees; within 24 hours this command writes them, once"
)


def export_facts(directory: Path) -> int:
    """Write the facts on which two people agreed last into a new or empty directory. Gives the exit code."""
    now, agreed = timezone.now(), agreed_act(RELEASE)
    asked_by = None if agreed is None else viewer_for_membership(agreed[1], now)
    if agreed is None or asked_by is None:
        return _refuse(f"{ASK_FIRST}.")
    try:
        written = collect_facts_into(agreed[0], directory, by=replace(asked_by, via=Via.COMMAND), now=now)
    except NotEmpty as refusal:
        return _refuse(str(refusal))
    except (NotWaiting, Changed):
        return _refuse("What was agreed on is not there any more as it was. Ask for it anew.")
    except OSError as error:
        return _refuse(f"the facts could not be written: {error.strerror}. Nothing was left half-written.")
    for name, rows in written.items():
        print(f"{directory / name}.parquet  {rows:,} rows")
    print(f"{directory / 'metadata.json'}  what the rows count and what each column means")
    print(
        "These are facts about single people and no open data. Read READ-ME-FIRST.txt before passing anything on."
    )
    return 0


def _refuse(text: str) -> int:
    print(f"amparo: {text}", file=sys.stderr)
    return 2
