"""Remove snapshots that nobody needs: facts about single people are not kept longer than they are of use."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from amparo.access.rules import system_viewer
from amparo.audit.actions import record
from amparo.evidence.actions.exporting import DRAFT
from amparo.evidence.actions.snapshots import AlreadyBuilding, alone, give_up_snapshot
from amparo.evidence.actions.studying import give_up_lost_studies
from amparo.evidence.models import Snapshot
from amparo.evidence.queries.holdings import directory_of
from amparo.evidence.rules import NEWEST_KEPT, UNUSED_KEPT, SnapshotState

LEFT_ALONE = timedelta(days=1)


def remove_unused_snapshots(*, now: datetime) -> int:
    """Remove the files of old snapshots from which no table was downloaded; gives how many.

    Their rows stay, so that a link says what became of them. What processes that were killed left behind goes too.
    """
    _give_up_lost(now)
    give_up_lost_studies(started_before=now - LEFT_ALONE, now=now)
    _remove_drafts(now)
    removed = _mark_removed(now)
    for snapshot in Snapshot.objects.filter(state=SnapshotState.REMOVED).values_list("id", flat=True):
        shutil.rmtree(directory_of(snapshot), ignore_errors=True)
    return removed


@transaction.atomic
def _mark_removed(now: datetime) -> int:
    """Mark first, remove then: what is marked nobody opens any more, and what a killed process left is removed next time."""
    ready = Snapshot.objects.filter(state=SnapshotState.READY)
    newest = list(ready.order_by("-made_at").values_list("id", flat=True)[:NEWEST_KEPT])
    unused = ready.filter(used_at=None, made_at__lt=now - UNUSED_KEPT).exclude(pk__in=newest)
    chosen = list(unused.select_for_update().values_list("id", flat=True))
    Snapshot.objects.filter(pk__in=chosen).update(state=SnapshotState.REMOVED)
    by = system_viewer([], name="amparo sweep")
    for snapshot in chosen:
        record("evidence.snapshot.remove", by=by, at=now, record=str(snapshot))
    return len(chosen)


def _give_up_lost(now: datetime) -> None:
    """Say of a snapshot whose builder was lost that it was not built."""
    lost = Snapshot.objects.filter(state=SnapshotState.BUILDING, made_at__lt=now - LEFT_ALONE)
    ids = list(lost.values_list("id", flat=True))
    if not ids:
        return
    try:
        with alone():
            for snapshot in ids:
                give_up_snapshot(snapshot)
    except AlreadyBuilding:
        return  # one of them may be the one; next time


def _remove_drafts(now: datetime) -> None:
    for draft in Path(settings.AMPARO_FACTS_DIRECTORY).glob(f"{DRAFT}*"):
        if draft.stat().st_mtime < (now - LEFT_ALONE).timestamp():
            shutil.rmtree(draft, ignore_errors=True)
