"""Prevalence: how many people are never seen, told honestly.

From the overlaps of lists (multiple systems estimation) and from surveys. The methods stand in ``docs/methods/``.
"""

from ._average import AveragedEstimate, WeightedModel, default_spread, estimate_averaged
from ._bic import BicEstimate, PathPoint, estimate_bic
from ._bootstrap import Bootstrap
from ._bounds import ChaoBound, PairEstimate, PerListBound, chao_bound, pair_estimates, per_list_bound
from ._checks import (
    Addition,
    AddsUp,
    ConsistencyCheck,
    ConsistencyPoint,
    CoverageCheck,
    LevelHeld,
    Spread,
    SpreadAt,
    Variation,
    Variations,
    check_addition,
    check_consistency,
    follow_growth,
    merge_each,
    miss_links,
    omit_each,
    redraw_links,
    simulate_coverage,
    sweep_deltas,
    sweep_priors,
    sweep_thresholds,
)
from ._decomposable import DecomposableEstimate, GraphShare, average_graphs, sweep_delta, sweep_prior
from ._describing import Description, Overlap, check_bearing, describe
from ._doubly_robust import DoublyRobustEstimate, doubly_robust, doubly_robust_pairs
from ._estimate import Estimate, Limits, Status
from ._flooring import floor_words
from ._hierarchy import Hierarchy
from ._latent import LatentEstimate, estimate_latent
from ._learning import Learner
from ._linking import LinkedRecords, read_links
from ._loglinear import LoglinearEstimate, Multiverse, RankedModel, fit_all_loglinear, fit_loglinear
from ._methods import Method, Settings, Unanswered, estimate_by, methods
from ._protecting import ProtectedOverlaps, PublishedCount, Shown, protect_overlaps
from ._reading import Layout, Strata, read_overlaps, read_strata
from ._search import ModelSearch, search_loglinear
from ._sensitivity import Ranking, Sensitivity
from ._stepwise import Step, StepwiseEstimate, estimate_stepwise, follow_thresholds
from ._study import Population, Study, run_study
from ._table import CannotEstimate, OverlapTable
from ._threshold import ThresholdEstimate, estimate_thresholded

__all__ = [
    "Addition",
    "AddsUp",
    "AveragedEstimate",
    "BicEstimate",
    "Bootstrap",
    "CannotEstimate",
    "ChaoBound",
    "ConsistencyCheck",
    "ConsistencyPoint",
    "CoverageCheck",
    "DecomposableEstimate",
    "Description",
    "DoublyRobustEstimate",
    "Estimate",
    "GraphShare",
    "Hierarchy",
    "LatentEstimate",
    "Layout",
    "Learner",
    "LevelHeld",
    "Limits",
    "LinkedRecords",
    "LoglinearEstimate",
    "Method",
    "ModelSearch",
    "Multiverse",
    "Overlap",
    "OverlapTable",
    "PairEstimate",
    "PathPoint",
    "PerListBound",
    "Population",
    "ProtectedOverlaps",
    "PublishedCount",
    "RankedModel",
    "Ranking",
    "Sensitivity",
    "Settings",
    "Shown",
    "Spread",
    "SpreadAt",
    "Status",
    "Step",
    "StepwiseEstimate",
    "Strata",
    "Study",
    "ThresholdEstimate",
    "Unanswered",
    "Variation",
    "Variations",
    "WeightedModel",
    "average_graphs",
    "chao_bound",
    "check_addition",
    "check_bearing",
    "check_consistency",
    "default_spread",
    "describe",
    "doubly_robust",
    "doubly_robust_pairs",
    "estimate_averaged",
    "estimate_bic",
    "estimate_by",
    "estimate_latent",
    "estimate_stepwise",
    "estimate_thresholded",
    "fit_all_loglinear",
    "fit_loglinear",
    "floor_words",
    "follow_growth",
    "follow_thresholds",
    "merge_each",
    "methods",
    "miss_links",
    "omit_each",
    "pair_estimates",
    "per_list_bound",
    "protect_overlaps",
    "read_links",
    "read_overlaps",
    "read_strata",
    "redraw_links",
    "run_study",
    "search_loglinear",
    "simulate_coverage",
    "sweep_delta",
    "sweep_deltas",
    "sweep_prior",
    "sweep_priors",
    "sweep_thresholds",
]
