"""Coverage where the truth is known: data are made by a fitted model, and a method is asked for the number behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from amparo.stats.prevalence._estimate import Limits
from amparo.stats.prevalence._loglinear import LoglinearEstimate, fit_loglinear
from amparo.stats.prevalence._methods import Settings, estimate_by
from amparo.stats.prevalence._spreading import spread
from amparo.stats.prevalence._table import CannotEstimate, OverlapTable
from amparo.vocab.text import N_

__all__ = ["CoverageCheck", "LevelHeld", "simulate_coverage"]

_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class LevelHeld:
    """Tells how many of the intervals of a level held the truth. An answer without an interval holds nothing."""

    level: float
    held: int
    replicates: int

    @property
    def share(self) -> float:
        """Give the coverage."""
        return self.held / self.replicates if self.replicates else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCheck:
    """Holds a simulation: data sets of the size of the table from one model, each answered by one method.

    ``log_bias`` and ``log_error`` are the mean and the root mean square of log(estimate / truth) over the data sets with an
    estimate. ``refused`` had none; ``unbounded`` had an interval of the highest level without an upper end. ``replicates`` may be fewer
    than were asked for when the simulation was stopped.
    """

    model: str
    truth: float
    method: str
    asked: int
    replicates: int
    levels: tuple[LevelHeld, ...]
    log_bias: float | None
    log_error: float | None
    refused: int
    unbounded: int


@dataclass(frozen=True, slots=True)
class _Answer:
    estimate: float | None
    limits: Mapping[float, Limits | None]


def simulate_coverage(
    table: OverlapTable,
    model: str,
    method: str,
    *,
    settings: Settings | None = None,
    replicates: int = 100,
    levels: Sequence[float] = (0.8, 0.95),
    workers: int | None = 1,
) -> CoverageCheck:
    """Draw data sets from a log-linear model fitted to the table, and count how often the intervals of a method hold its N.

    Ask for the model that the method chose and for a rival with nearly the same BIC: an interval that holds only where its own
    model is the truth is too narrow. Ctrl-C ends the simulation and gives what there is.
    """
    settings = settings or Settings()
    fitted = fit_loglinear(table, model)
    if fitted.estimate is None:
        raise CannotEstimate(
            N_("The model %(model)s gives no number for these lists, so nothing can be drawn from it."),
            model=model,
        )
    truth = round(fitted.estimate)
    chances = _chances(table, fitted)
    starts = range(0, replicates, _AT_ONCE)
    tasks = [
        partial(
            _answers,
            table.lists,
            truth,
            chances,
            method,
            settings,
            range(start, min(start + _AT_ONCE, replicates)),
            tuple(levels),
        )
        for start in starts
    ]
    answers: dict[int, list[_Answer]] = {}
    with suppress(KeyboardInterrupt):
        answers.update(spread(tasks, workers))
    return _summed(
        model, truth, method, replicates, [one for place in sorted(answers) for one in answers[place]], levels
    )


def _chances(table: OverlapTable, fitted: LoglinearEstimate) -> NDArray[np.float64]:
    """Give the chance of each history, that of being on no list included."""
    place = {name: 1 << i for i, name in enumerate(table.lists)}
    logs = np.zeros(table.counts.size)
    histories = np.arange(table.counts.size)
    for names, value in fitted.coefficients.items():
        term = sum(place[name] for name in names)
        logs[histories & term == term] += value
    means = np.exp(logs)
    chances: NDArray[np.float64] = means / means.sum()
    return chances


def _answers(
    lists: tuple[str, ...],
    truth: int,
    chances: NDArray[np.float64],
    method: str,
    settings: Settings,
    places: range,
    levels: tuple[float, ...],
) -> list[_Answer]:
    found = []
    for place in places:
        counts = settings.random(f"coverage {place}").multinomial(truth, chances)
        counts[0] = 0
        own = Settings(
            replicates=settings.replicates,
            seed=int(settings.random(f"coverage seed {place}").integers(2**31)),
            model=settings.model,
            threshold=settings.threshold,
        )
        answer = estimate_by(method, OverlapTable(lists, counts), own)
        found.append(_Answer(answer.estimate, {level: answer.interval(level) for level in levels}))
    return found


def _summed(
    model: str, truth: int, method: str, asked: int, answers: Sequence[_Answer], levels: Sequence[float]
) -> CoverageCheck:
    ratios = np.array([math.log(one.estimate / truth) for one in answers if one.estimate is not None])
    held = []
    for level in levels:
        limits = [one.limits[level] for one in answers]
        inside = sum(1 for one in limits if one is not None and one.low <= truth <= one.high)
        held.append(LevelHeld(level, inside, len(answers)))
    widest = [one.limits[max(levels)] for one in answers] if levels else []
    return CoverageCheck(
        model=model,
        truth=float(truth),
        method=method,
        asked=asked,
        replicates=len(answers),
        levels=tuple(held),
        log_bias=float(ratios.mean()) if ratios.size else None,
        log_error=float(np.sqrt((ratios**2).mean())) if ratios.size else None,
        refused=sum(one.estimate is None for one in answers),
        unbounded=sum(one is not None and math.isinf(one.high) for one in widest),
    )
