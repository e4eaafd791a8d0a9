"""Checks of an estimate: what changes it, and how it does where the truth is known."""

from .addition import Addition, AddsUp, check_addition
from .consistency import ConsistencyCheck, ConsistencyPoint, check_consistency
from .resampling import Spread, SpreadAt, follow_growth, miss_links, redraw_links
from .simulation import CoverageCheck, LevelHeld, simulate_coverage
from .variation import (
    Variation,
    Variations,
    merge_each,
    omit_each,
    sweep_deltas,
    sweep_priors,
    sweep_thresholds,
)

__all__ = [
    "Addition",
    "AddsUp",
    "ConsistencyCheck",
    "ConsistencyPoint",
    "CoverageCheck",
    "LevelHeld",
    "Spread",
    "SpreadAt",
    "Variation",
    "Variations",
    "check_addition",
    "check_consistency",
    "follow_growth",
    "merge_each",
    "miss_links",
    "omit_each",
    "redraw_links",
    "simulate_coverage",
    "sweep_deltas",
    "sweep_priors",
    "sweep_thresholds",
]
