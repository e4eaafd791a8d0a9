"""Prevalence: how many people are never seen, told honestly.

From the overlaps of lists (multiple systems estimation) and from surveys. The methods stand in ``docs/methods/``.
"""

from ._doubly_robust import DoublyRobustEstimate, doubly_robust, doubly_robust_pairs
from ._estimate import Estimate, Limits, Status
from ._learning import Learner
from ._table import CannotEstimate, OverlapTable

__all__ = [
    "CannotEstimate",
    "DoublyRobustEstimate",
    "Estimate",
    "Learner",
    "Limits",
    "OverlapTable",
    "Status",
    "doubly_robust",
    "doubly_robust_pairs",
]
