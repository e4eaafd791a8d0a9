"""Show how lists overlap, before anything is estimated from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from amparo.access.rules import Viewer
from amparo.audit.actions import record
from amparo.evidence.actions.showing import Hidden, TooFew
from amparo.evidence.queries.holdings import holding_of
from amparo.evidence.queries.overlaps import count_overlaps
from amparo.evidence.queries.snapshots import Absent, SnapshotFile, get_snapshot
from amparo.evidence.rules import SnapshotState, StudyChoices
from amparo.vocab.state import load_state
from amparo.vocab.text import N_

if TYPE_CHECKING:
    from amparo.stats.prevalence import OverlapTable, ProtectedOverlaps
    from amparo.stats.results import Said


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownOverlaps:
    """The overlaps of lists as they may be read, and what to know before estimating from them."""

    overlaps: ProtectedOverlaps
    warnings: tuple[Said, ...]


def show_overlaps(choices: StudyChoices, *, by: Viewer, now: datetime) -> ShownOverlaps:
    """Count and protect the overlaps of lists; raises `NotAsked`, or `Hidden` where they cannot be shown.

    Each request is logged with all that was asked: who leaves out list after list and subtracts leaves a trail.
    """
    snapshot = ready_snapshot(choices, by=by)
    record("evidence.overlaps.view", by=by, at=now, record=str(snapshot.id), fields=choices.labels())
    return protected_overlaps(counted_overlaps(choices))


def ready_snapshot(choices: StudyChoices, *, by: Viewer) -> SnapshotFile:
    """Return the snapshot that was chosen; `Absent` where it is not ready, `Refused` for who sees no tables."""
    snapshot = get_snapshot(by, choices.snapshot)
    if snapshot.state is not SnapshotState.READY:
        raise Absent
    return snapshot


def counted_overlaps(choices: StudyChoices) -> OverlapTable:
    """Count the overlaps; raises `NotAsked`, or `TooFew` where fewer people are on the lists than any figure may speak of."""
    from uuid import UUID

    table = count_overlaps(choices, holding_of(UUID(choices.snapshot)))
    threshold = load_state(settings.AMPARO_STATE).table_threshold
    if table.observed < threshold:
        raise TooFew(
            N_(
                "Fewer than %(threshold)s people, or nobody, are on these lists, so nothing is shown. Choose more lists, or a "
                "longer period."
            ),
            threshold=threshold,
        )
    return table


def protected_overlaps(table: OverlapTable) -> ShownOverlaps:
    """Hide small overlaps and what they could be worked out from; raises `Hidden` where that cannot be done."""
    from amparo.stats.prevalence import CannotEstimate, describe, protect_overlaps

    try:
        overlaps = protect_overlaps(table, load_state(settings.AMPARO_STATE).table_threshold)
    except CannotEstimate as error:
        raise Hidden(error.template, **error.values) from error
    cautions = describe(table).warnings
    return ShownOverlaps(
        overlaps=overlaps, warnings=tuple(said_of(one.code, one.message, overlaps) for one in cautions)
    )


def said_of(code: str, message: Said, overlaps: ProtectedOverlaps | None) -> Said:
    """Return what a warning says, without the number of people on two lists where that number is hidden."""
    from amparo.stats.results import Said

    if code == "few-on-two-lists" and (overlaps is None or overlaps.repeated.value is None):
        return Said(N_("Very few people are on two lists or more, and every method rests on them."))
    return message
