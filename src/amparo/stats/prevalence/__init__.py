"""Prevalence: how many people are never seen, told honestly.

From the overlaps of lists (multiple systems estimation) and from surveys. The methods stand in ``docs/methods/``.
"""

from ._bounds import ChaoBound, PairEstimate, PerListBound, chao_bound, pair_estimates, per_list_bound
from ._describing import Description, Overlap, check_bearing, describe
from ._estimate import Estimate, Limits, Status
from ._linking import LinkedRecords, read_links
from ._protecting import ProtectedOverlaps, PublishedCount, Shown, protect_overlaps
from ._reading import Layout, Strata, read_overlaps, read_strata
from ._table import CannotEstimate, OverlapTable

__all__ = [
    "CannotEstimate",
    "ChaoBound",
    "Description",
    "Estimate",
    "Layout",
    "Limits",
    "LinkedRecords",
    "Overlap",
    "OverlapTable",
    "PairEstimate",
    "PerListBound",
    "ProtectedOverlaps",
    "PublishedCount",
    "Shown",
    "Status",
    "Strata",
    "chao_bound",
    "check_bearing",
    "describe",
    "pair_estimates",
    "per_list_bound",
    "protect_overlaps",
    "read_links",
    "read_overlaps",
    "read_strata",
]
