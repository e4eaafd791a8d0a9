"""Prevalence: how many people are never seen, told honestly.

From the overlaps of lists (multiple systems estimation) and from surveys. The methods stand in ``docs/methods/``.
"""

from ._decomposable import DecomposableEstimate, GraphShare, average_graphs, sweep_delta, sweep_prior
from ._estimate import Estimate, Limits, Status
from ._latent import LatentEstimate, estimate_latent
from ._table import CannotEstimate, OverlapTable

__all__ = [
    "CannotEstimate",
    "DecomposableEstimate",
    "Estimate",
    "GraphShare",
    "LatentEstimate",
    "Limits",
    "OverlapTable",
    "Status",
    "average_graphs",
    "estimate_latent",
    "sweep_delta",
    "sweep_prior",
]
