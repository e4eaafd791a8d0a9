"""Prevalence: how many people are never seen, told honestly.

From the overlaps of lists (multiple systems estimation) and from surveys. The methods stand in ``docs/methods/``.
"""

from ._average import AveragedEstimate, WeightedModel, default_spread, estimate_averaged
from ._bic import BicEstimate, PathPoint, estimate_bic
from ._bootstrap import Bootstrap
from ._decomposable import DecomposableEstimate, GraphShare, average_graphs, sweep_delta, sweep_prior
from ._estimate import Estimate, Limits, Status
from ._hierarchy import Hierarchy
from ._latent import LatentEstimate, estimate_latent
from ._loglinear import LoglinearEstimate, Multiverse, RankedModel, fit_all_loglinear, fit_loglinear
from ._stepwise import Step, StepwiseEstimate, estimate_stepwise, follow_thresholds
from ._table import CannotEstimate, OverlapTable
from ._threshold import ThresholdEstimate, estimate_thresholded

__all__ = ["CannotEstimate", "Estimate", "Limits", "OverlapTable", "Status"]
__all__ += [
    "Hierarchy",
    "LoglinearEstimate",
    "Multiverse",
    "RankedModel",
    "fit_all_loglinear",
    "fit_loglinear",
]
__all__ += ["BicEstimate", "Bootstrap", "PathPoint", "estimate_bic"]
__all__ += ["Step", "StepwiseEstimate", "estimate_stepwise", "follow_thresholds"]
__all__ += ["AveragedEstimate", "WeightedModel", "default_spread", "estimate_averaged"]
__all__ += ["DecomposableEstimate", "GraphShare", "average_graphs", "sweep_delta", "sweep_prior"]
__all__ += ["LatentEstimate", "estimate_latent"]
__all__ += ["ThresholdEstimate", "estimate_thresholded"]
