"""Every method by its name, so that a command, a page or a simulation can ask for any of them in the same way.

A method joins by one line in METHODS and one function below, which imports what it needs when it is called.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._describing import check_bearing
from ._estimate import Estimate, Limits, Status
from ._table import CannotEstimate, OverlapTable
from ._versions import versions_used

__all__ = ["METHODS", "NUMERICAL", "Method", "Settings", "Unanswered", "estimate_by", "methods"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Says how estimates are made. The same settings and the same table give the same answer to the last digit.

    ``model`` is that of the method "loglinear" ("12,13,4"; independence when None). ``replicates`` is the number of bootstrap tables.
    """

    replicates: int = 1000
    seed: int = 1
    model: str | None = None
    threshold: float = 0.02

    def __post_init__(self) -> None:
        if self.replicates < 1:
            raise CannotEstimate(
                N_("At least one replicate is needed, and %(replicates)s were asked for."),
                replicates=self.replicates,
            )
        if self.seed < 0:
            raise CannotEstimate(
                N_("The seed is a whole number from 0 up; %(seed)s was given."), seed=self.seed
            )

    def random(self, task: str) -> np.random.Generator:
        """Give the generator of a task: it depends on the seed and the name of the task, not on what ran before it."""
        sequence = np.random.SeedSequence(self.seed, spawn_key=(zlib.crc32(task.encode()),))
        return np.random.default_rng(sequence)


@dataclass(frozen=True, slots=True)
class Method:
    """Holds a method: its name in words, and what makes the estimate."""

    words: str
    run: Callable[[OverlapTable, Settings], Estimate] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered(Estimate):
    """Stands where a method could give no answer; the first warning says why."""

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give None: there is no estimate."""
        return None


def estimate_by(name: str, table: OverlapTable, settings: Settings | None = None) -> Estimate:
    """Estimate by the method of this name.

    A table or a method that cannot answer gives an estimate of None with its status and the reason, never an exception and never a
    number that is none. Raises :class:`CannotEstimate` only for a name that no method has.
    """
    if name not in METHODS:
        raise CannotEstimate(
            N_('There is no method "%(name)s". The methods are: %(known)s.'),
            name=name,
            known=", ".join(METHODS),
        )
    try:
        check_bearing(table)
        with np.errstate(all="ignore"):
            found = METHODS[name].run(table, settings or Settings())
    except CannotEstimate as error:
        return _unanswered(
            name, table, Status.REFUSED, Caution("refused", Said(error.template, error.values))
        )
    except (ArithmeticError, np.linalg.LinAlgError):
        return _unanswered(name, table, Status.NOT_CONVERGED, NUMERICAL)
    if found.estimate is not None and not (
        math.isfinite(found.estimate) and found.estimate >= table.observed
    ):
        return _unanswered(name, table, Status.NOT_CONVERGED, NUMERICAL)
    return replace(found, method=name)


NUMERICAL: Final = Caution(
    "numerical",
    Said(
        N_(
            "The computation ran out of the range of numbers. The overlaps are too few or too unequal for this method: look at the "
            "others, or merge lists."
        )
    ),
)


def _unanswered(name: str, table: OverlapTable, status: Status, reason: Caution) -> Unanswered:
    return Unanswered(
        method=name,
        observed=table.observed,
        estimate=None,
        status=status,
        warnings=(reason,),
        versions=versions_used(),
    )


def _chao(table: OverlapTable, settings: Settings) -> Estimate:
    from ._bounds import chao_bound

    return chao_bound(table)


def _loglinear(table: OverlapTable, settings: Settings) -> Estimate:
    from ._loglinear import fit_loglinear

    return fit_loglinear(table, settings.model)


def _stepwise(table: OverlapTable, settings: Settings) -> Estimate:
    from ._stepwise import estimate_stepwise

    return estimate_stepwise(
        table,
        random=settings.random("stepwise"),
        replicates=settings.replicates,
        threshold=settings.threshold,
    )


def _bic(table: OverlapTable, settings: Settings) -> Estimate:
    from ._bic import estimate_bic

    return estimate_bic(table, random=settings.random("bic"), replicates=settings.replicates)


def _dga(table: OverlapTable, settings: Settings) -> Estimate:
    from ._decomposable import average_graphs

    return average_graphs(table)


def _average(table: OverlapTable, settings: Settings) -> Estimate:
    from ._average import estimate_averaged

    return estimate_averaged(table)


def _lcmcr(table: OverlapTable, settings: Settings) -> Estimate:
    from ._latent import estimate_latent

    return estimate_latent(table, random=settings.random("lcmcr"))


def _threshold(table: OverlapTable, settings: Settings) -> Estimate:
    from ._threshold import estimate_thresholded

    return estimate_thresholded(table, random=settings.random("threshold"))


METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "chao": Method(N_("Chao's lower bound"), _chao),
        "loglinear": Method(N_("One log-linear model"), _loglinear),
        "stepwise": Method(N_("Stepwise choice"), _stepwise),
        "bic": Method(N_("Lowest BIC"), _bic),
        "dga": Method(N_("Decomposable graphs"), _dga),
        "lcmcr": Method(N_("Latent classes"), _lcmcr),
        "threshold": Method(N_("Bayesian thresholding"), _threshold),
        "average": Method(N_("Average over models"), _average),
    }
)


def methods() -> Mapping[str, Method]:
    """Give every method by the name that a command or a page asks for it with."""
    return METHODS
