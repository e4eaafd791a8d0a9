"""Prevalence: how many people are never seen, told honestly.

From the overlaps of lists (multiple systems estimation) and from surveys. The methods stand in ``docs/methods/``.
"""

from ._estimate import Estimate, Limits, Status
from ._table import CannotEstimate, OverlapTable

__all__ = ["CannotEstimate", "Estimate", "Limits", "OverlapTable", "Status"]
