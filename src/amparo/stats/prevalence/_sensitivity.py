"""What the estimates of a study hang on: models, lists, choices within methods, and checks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Final

from ._bootstrap import Bootstrap
from ._bounds import PairEstimate, PerListBound, pair_estimates, per_list_bound
from ._checks import (
    ConsistencyCheck,
    Spread,
    Variations,
    check_consistency,
    follow_growth,
    merge_each,
    miss_links,
    omit_each,
    redraw_links,
    sweep_deltas,
    sweep_priors,
    sweep_thresholds,
)
from ._decomposable import FEWEST, MOST
from ._describing import check_bearing
from ._estimate import Estimate, Limits
from ._linking import LinkedRecords
from ._loglinear import RankedModel
from ._methods import Settings, estimate_by
from ._search import fit_or_search
from ._stepwise import StepwiseEstimate, estimate_stepwise
from ._table import OverlapTable

__all__ = [
    "GRAPH_LISTS",
    "PathOfModels",
    "Ranking",
    "Sensitivity",
    "bootstrap_of",
    "path_of",
    "quick_stepwise",
    "rank_models",
    "sensitivity_tasks",
]

GRAPH_LISTS: Final = range(FEWEST, MOST + 1)  # lists that an average over graphs takes
_TOP: Final = 20
_NEAR: Final = 10.0  # units of BIC: models that are no farther apart are not told apart by the data


@dataclass(frozen=True, slots=True)
class Ranking:
    """Holds the log-linear models of lowest BIC, and how many there were of which kind."""

    models: tuple[RankedModel, ...]
    fitted: int
    admissible: int
    is_whole: bool  # every model was fitted; else those that a search found
    near: int  # models within 10 units of BIC
    near_range: tuple[float, float] | None  # the smallest and the largest estimate of those


@dataclass(frozen=True, slots=True)
class PathOfModels:
    """Holds how the interval of the choice by BIC grows with the number of models that a replicate may choose from."""

    level: float
    points: tuple[tuple[int, Limits], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """Holds what the estimates hang on. A part is None where it was not asked for, cannot be had, or was not reached."""

    floor: PerListBound | None = None
    pairs: tuple[PairEstimate, ...] | None = None
    ranking: Ranking | None = None
    omitted: Variations | None = None
    merged: Variations | None = None
    thresholds: Variations | None = None
    models: PathOfModels | None = None
    deltas: Variations | None = None
    priors: Variations | None = None
    consistency: ConsistencyCheck | None = None
    growth: Spread | None = None
    missed: Spread | None = None
    redrawn: Spread | None = None

    def told(self) -> dict[str, Any]:
        """Give the parts that are there, by name."""
        return {one.name: part for one in fields(self) if (part := getattr(self, one.name)) is not None}


def quick_stepwise(table: OverlapTable, threshold: float) -> StepwiseEstimate:
    """Estimate by stepwise choice without replicates: the number alone, in a few milliseconds."""
    check_bearing(table)
    return estimate_stepwise(table, threshold=threshold)


def _with_replicates(table: OverlapTable, settings: Settings) -> Estimate:
    return estimate_by("stepwise", table, settings)


def rank_models(table: OverlapTable) -> Ranking:
    """Fit all models, or those that a search finds where there are too many, and rank them by BIC."""
    check_bearing(table)
    fits = fit_or_search(table, None, penalty=None)
    near = fits.top(fits.admissible, within=_NEAR)
    numbers = [model.estimate for model in near]
    return Ranking(
        near[:_TOP] if len(near) >= _TOP else fits.top(_TOP),
        int(fits.status.size),
        fits.admissible,
        math.isinf(fits.window),
        len(near),
        (min(numbers), max(numbers)) if numbers else None,
    )


def sensitivity_tasks(
    table: OverlapTable, settings: Settings, level: float, links: LinkedRecords | None
) -> dict[str, Callable[[], Any]]:
    quick = partial(quick_stepwise, threshold=settings.threshold)
    tasks: dict[str, Callable[[], Any]] = {
        "floor": partial(per_list_bound, table),
        "pairs": partial(pair_estimates, table),
        "ranking": partial(rank_models, table),
        "omitted": partial(omit_each, table, quick),
        "merged": partial(merge_each, table, quick),
        "thresholds": partial(sweep_thresholds, table),
        "consistency": partial(
            check_consistency, table, partial(_with_replicates, settings=settings), level=level
        ),
        "growth": partial(follow_growth, table, quick, random=settings.random("growth")),
        "missed": partial(miss_links, table, quick, random=settings.random("missed")),
    }
    if len(table.lists) in GRAPH_LISTS:
        tasks |= {"deltas": partial(sweep_deltas, table), "priors": partial(sweep_priors, table)}
    if links is not None:
        tasks["redrawn"] = partial(redraw_links, links, quick, random=settings.random("redrawn"))
    return tasks


def bootstrap_of(one: Estimate) -> Bootstrap | None:
    """Give the replicates behind an estimate, where it has any."""
    from ._bic import BicEstimate

    if isinstance(one, StepwiseEstimate):
        return one.bootstrap
    if isinstance(one, BicEstimate) and one.path:
        return one.path[-1].bootstrap
    return None


def path_of(estimates: Sequence[Estimate], level: float) -> PathOfModels | None:
    from ._bic import BicEstimate

    for one in estimates:
        if isinstance(one, BicEstimate) and one.path:
            return PathOfModels(
                level,
                tuple(
                    (point.models, point.bootstrap.limits(level))
                    for point in one.path
                    if point.models is not None
                ),
            )
    return None
