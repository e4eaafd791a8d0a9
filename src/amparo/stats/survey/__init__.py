"""Surveys of people who are hard to reach.

    design = SurveyDesign.of(weights, strata=district, clusters=village)
    share = estimate_proportion(design, paid_nothing)
    print(share.value, share.interval(0.95))

The methods, what they assume and how far they were checked stand in ``docs/methods/``.
"""

from ._design import Calibration, SurveyDesign, design_weights, effective_size, kish_design_effect
from ._estimates import estimate_mean, estimate_proportion, estimate_ratio, estimate_total
from ._replicates import ReplicateWeights, bootstrap, jackknife
from ._result import IntervalKind, SurveyEstimate

__all__ = [
    "Calibration",
    "IntervalKind",
    "ReplicateWeights",
    "SurveyDesign",
    "SurveyEstimate",
    "bootstrap",
    "design_weights",
    "effective_size",
    "estimate_mean",
    "estimate_proportion",
    "estimate_ratio",
    "estimate_total",
    "jackknife",
    "kish_design_effect",
]
