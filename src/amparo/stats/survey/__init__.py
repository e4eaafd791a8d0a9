"""Surveys of people who are hard to reach.

    design = SurveyDesign.of(weights, strata=district, clusters=village)
    share = estimate_proportion(design, paid_nothing)
    print(share.value, share.interval(0.95))

The methods, what they assume and how far they were checked stand in ``docs/methods/``.
"""

from ._chains import Resampling
from ._design import Calibration, SurveyDesign, design_weights, effective_size, kish_design_effect
from ._diagnosis import Chain, RecruitmentDiagnosis, diagnose
from ._estimates import estimate_mean, estimate_proportion, estimate_ratio, estimate_total
from ._generalised import HiddenReports, generalised_scale_up
from ._recruitment import Recruitment, read_recruitment
from ._replicates import ReplicateWeights, bootstrap, jackknife
from ._respondent_driven import RespondentDrivenEstimate, respondent_driven
from ._result import IntervalKind, SurveyEstimate
from ._scale_up import Degrees, HeldOut, ScaleUpEstimate, hold_out, known_population_degrees, scale_up
from ._shares import Estimator
from ._successive import inclusion_probabilities, successive_weights
from ._time_location import Event, TimeLocationSample, time_location

__all__ = [
    "Calibration",
    "Chain",
    "Degrees",
    "Estimator",
    "Event",
    "HeldOut",
    "HiddenReports",
    "IntervalKind",
    "Recruitment",
    "RecruitmentDiagnosis",
    "ReplicateWeights",
    "Resampling",
    "RespondentDrivenEstimate",
    "ScaleUpEstimate",
    "SurveyDesign",
    "SurveyEstimate",
    "TimeLocationSample",
    "bootstrap",
    "design_weights",
    "diagnose",
    "effective_size",
    "estimate_mean",
    "estimate_proportion",
    "estimate_ratio",
    "estimate_total",
    "generalised_scale_up",
    "hold_out",
    "inclusion_probabilities",
    "jackknife",
    "kish_design_effect",
    "known_population_degrees",
    "read_recruitment",
    "respondent_driven",
    "scale_up",
    "successive_weights",
    "time_location",
]
