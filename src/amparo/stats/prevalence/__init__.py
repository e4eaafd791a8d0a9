"""Prevalence: how many people are never seen, told honestly.

From the overlaps of lists (multiple systems estimation) and from surveys. The methods stand in ``docs/methods/``.
"""

from ._bic import BicEstimate, PathPoint, estimate_bic
from ._bootstrap import Bootstrap
from ._bounds import ChaoBound, PairEstimate, PerListBound, chao_bound, pair_estimates, per_list_bound
from ._decomposable import DecomposableEstimate, GraphShare, average_graphs, sweep_delta, sweep_prior
from ._describing import Description, Overlap, check_bearing, describe
from ._estimate import Estimate, Limits, Status
from ._hierarchy import Hierarchy
from ._linking import LinkedRecords, read_links
from ._loglinear import LoglinearEstimate, Multiverse, RankedModel, fit_all_loglinear, fit_loglinear
from ._protecting import ProtectedOverlaps, PublishedCount, Shown, protect_overlaps
from ._reading import Layout, Strata, read_overlaps, read_strata
from ._stepwise import Step, StepwiseEstimate, estimate_stepwise, follow_thresholds
from ._table import CannotEstimate, OverlapTable

__all__ = [
    "BicEstimate",
    "Bootstrap",
    "CannotEstimate",
    "ChaoBound",
    "DecomposableEstimate",
    "Description",
    "Estimate",
    "GraphShare",
    "Hierarchy",
    "Layout",
    "Limits",
    "LinkedRecords",
    "LoglinearEstimate",
    "Multiverse",
    "Overlap",
    "OverlapTable",
    "PairEstimate",
    "PathPoint",
    "PerListBound",
    "ProtectedOverlaps",
    "PublishedCount",
    "RankedModel",
    "Shown",
    "Status",
    "Step",
    "StepwiseEstimate",
    "Strata",
    "average_graphs",
    "chao_bound",
    "check_bearing",
    "describe",
    "estimate_bic",
    "estimate_stepwise",
    "fit_all_loglinear",
    "fit_loglinear",
    "follow_thresholds",
    "pair_estimates",
    "per_list_bound",
    "protect_overlaps",
    "read_links",
    "read_overlaps",
    "read_strata",
    "sweep_delta",
    "sweep_prior",
]
