"""An average over all log-linear models, which does not stake the answer on one of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._estimate import Estimate, Limits, Status, exponential
from ._hierarchy import Hierarchy
from ._loglinear import CLOSED, LINKED, Multiverse, checked_level, refuse_unfit
from ._search import NO_MODEL, SEARCH_ENDED, fit_or_search
from ._table import CannotEstimate, OverlapTable
from ._versions import versions_used

__all__ = ["AveragedEstimate", "WeightedModel", "default_spread", "estimate_averaged"]

_SOURCES: Final = (
    "Hannan, E. J., Quinn, B. G. (1979). The determination of the order of an autoregression. Journal of the Royal Statistical Society B 41, 190-195.",
    "Buckland, S. T., Burnham, K. P., Augustin, N. H. (1997). Model selection: an integral part of inference. Biometrics 53, 603-618.",
    (
        "Aleshin-Guendel, S., Sadinle, M., Wakefield, J. (2024). The central role of the identifying assumption in population "
        "size estimation. Biometrics 80(1); arXiv:2101.09304."
    ),
)
_FEWEST: Final = 30  # people on two lists or more, below which everything hangs on a few
_PAIR_SPREAD: Final = 1.25  # of the log odds ratio of two lists; see default_spread
_NEGLIGIBLE: Final = 1e-9
_LEAST: Final = 1e-3  # people unseen, below which a model says that there is nobody
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WeightedModel:
    """Holds one model of the average: its weight, how many people there are by it, and the spread of the log dark figure."""

    hierarchy: Hierarchy
    weight: float
    estimate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragedEstimate(Estimate):
    """Answers what all admissible log-linear models say together, each by its weight.

    The distribution of the number of people is a mixture: by each model, the logarithm of the dark figure is normal about its
    estimate. ``hidden_spread`` is the standard deviation allowed for the dependence of all lists together, which no model can
    see. ``refused_weight`` is the share that models without an estimate would have had by their likelihood. The estimate is
    the mean on the scale of log N, which has the least squared error on that scale.
    """

    hidden_spread: float
    models: tuple[WeightedModel, ...] = ()
    admissible: int = 0
    refused_weight: float = 0.0
    weights: Floats = field(default_factory=lambda: np.empty(0), repr=False)
    centres: Floats = field(default_factory=lambda: np.empty(0), repr=False)
    spreads: Floats = field(default_factory=lambda: np.empty(0), repr=False)

    @property
    def effective_models(self) -> float:
        """Give how many equally weighted models would spread the weight as far (1 / sum of squared weights)."""
        return float(1 / (self.weights**2).sum()) if self.weights.size else 0.0

    def probability_below(self, people: float) -> float:
        """Give the share of the mixture below a number of people."""
        from scipy.special import ndtr

        if people <= self.observed:
            return 0.0
        return float(self.weights @ ndtr((math.log(people - self.observed) - self.centres) / self.spreads))

    def quantile(self, probability: float) -> float | None:
        """Give the number of people below which this share of the mixture lies; None where there is no estimate."""
        if self.estimate is None:
            return None
        from scipy.optimize import brentq
        from scipy.special import ndtr, ndtri

        ends = self.centres + self.spreads * float(ndtri(probability))
        low, high = float(ends.min()) - 1e-6, float(ends.max()) + 1e-6
        root = brentq(
            lambda x: float(self.weights @ ndtr((x - self.centres) / self.spreads)) - probability,
            low,
            high,
            xtol=1e-12,
        )
        return self.observed + exponential(root)

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the interval that leaves equal shares of the mixture on both sides."""
        checked_level(level)
        low, high = self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)
        return None if low is None or high is None else Limits(low, high)


def default_spread(lists: int) -> float:
    """Give the standard deviation allowed for the term of all lists together: 1.25 for two lists, halved with each further list.

    That term follows from no data (Aleshin-Guendel et al. 2024); every log-linear estimate sets it to 0. With two lists it is
    the log odds ratio of the pair. Averaged over models, those of the UK and Western tables have root mean squares of 1.28 and
    1.13. The halving says that dependence fades with its order; like any such choice it can be argued with, so it is an argument.
    """
    return _PAIR_SPREAD * 2.0 ** (2 - lists)


def estimate_averaged(
    table: OverlapTable,
    *,
    order: int | None = None,
    hidden_spread: float | None = None,
    fits: Multiverse | None = None,
) -> AveragedEstimate:
    """Average all admissible models by exp(-HQ/2), the criterion of Hannan & Quinn: -2 log-likelihood + 2 log(log n) per term.

    It is the weakest penalty that still finds the true model in the end; that of BIC drops dependences that move the estimate
    (simulated on UK-5, its intervals of 95 % hold in 84 %). ``hidden_spread`` is that of ``default_spread`` when not given; 0
    leaves it out. ``fits`` are models that were fitted before (all of up to five lists when not given).
    """
    spread = default_spread(len(table.lists)) if hidden_spread is None else hidden_spread
    if not (spread >= 0 and math.isfinite(spread)):
        raise CannotEstimate(
            N_("The spread allowed for what is hidden is 0 or more; %(spread)s was given."), spread=spread
        )
    refuse_unfit(table)
    found = fits or fit_or_search(table, order, penalty=_penalty(table))
    bare = AveragedEstimate(
        method="average",
        observed=table.observed,
        estimate=None,
        status=Status.NO_MAXIMUM,
        hidden_spread=spread,
        admissible=found.admissible,
        assumptions=(
            CLOSED,
            LINKED,
            Said(
                N_(
                    "The hierarchical log-linear models are alike before the data are seen, and one of them is near the truth."
                )
            ),
            Said(
                N_("The dependence of all lists together is 0, give or take %(spread)s (log odds)."),
                {"spread": f"{spread:.3g}"},
            ),
        ),
        sources=_SOURCES,
        versions=versions_used(),
    )
    if not found.admissible:
        return replace(bare, warnings=(NO_MODEL,))
    return _averaged(bare, found)


def _averaged(bare: AveragedEstimate, found: Multiverse) -> AveragedEstimate:
    """Weigh the models and read the mixture."""
    table = found.table
    score = _penalty(table) * found.sizes - 2 * found.loglikelihood
    every = np.exp(-(score - score.min()) / 2)
    # One without an estimate may fit better by more than numbers reach, and infinity times nothing is no number.
    raw = np.exp(-np.where(found.status == 0, score - score[found.status == 0].min(), np.inf) / 2)
    kept = np.flatnonzero(raw > _NEGLIGIBLE * raw.sum())
    weights = raw[kept] / raw[kept].sum()
    # Beside a thousand million people, a dark figure of less than one may be lost in rounding.
    centres = np.log(np.maximum(found.estimate[kept] - table.observed, _LEAST))
    spreads = np.sqrt(found.spread[kept] ** 2 + bare.hidden_spread**2)
    heaviest = kept[np.argsort(-np.round(weights, 12), kind="stable")[:20]]
    refused = float(every[found.status != 0].sum() / every.sum())
    return replace(
        bare,
        estimate=_mean_on_log_scale(table.observed, weights, centres, spreads),
        status=Status.EXISTS,
        model=str(found.hierarchy(heaviest[0])),
        models=tuple(
            WeightedModel(found.hierarchy(place), float(raw[place] / raw.sum()), float(found.estimate[place]))
            for place in heaviest
        ),
        refused_weight=refused,
        weights=weights,
        centres=centres,
        spreads=spreads,
        warnings=_cautions(found, refused),
    )


def _penalty(table: OverlapTable) -> float:
    """Give the penalty of Hannan & Quinn per term; below 16 people it would fall below that of AIC, and stays there."""
    return 2 * math.log(math.log(max(table.observed, 16)))


def _mean_on_log_scale(observed: int, weights: Floats, centres: Floats, spreads: Floats) -> float:
    """Give exp(E log N) under the mixture, by Gauss-Hermite quadrature."""
    nodes, shares = np.polynomial.hermite_e.hermegauss(40)
    logs = np.logaddexp(math.log(observed), centres[:, None] + spreads[:, None] * nodes)
    return math.exp(float(weights @ (logs @ (shares / shares.sum()))))


def _cautions(fits: Multiverse, refused: float) -> tuple[Caution, ...]:
    """Say where the average does not hold."""
    found = []
    together = int(fits.table.captured()[2:].sum())
    if together < _FEWEST:
        thin = N_(
            "Only %(together)s people are on two lists or more: the weights of the models hang on a few of them."
        )
        found.append(Caution("few-overlaps", Said(thin, {"together": together})))
    if len(fits.table.lists) == 2:
        pair = N_(
            "Two lists cannot show their own dependence; the interval allows for it, and the estimate takes it as none."
        )
        found.append(Caution("two-lists", Said(pair)))
    if refused > 0.1:
        without = N_(
            "Models without an estimate fit as well: they would have %(share)s %% of the weight, and the data cannot rule them out."
        )
        found.append(Caution("refused-models", Said(without, {"share": round(100 * refused)})))
    if not fits.exact:
        found.append(SEARCH_ENDED)
    elif math.isfinite(fits.window):
        near = N_(
            "There are too many models to fit them all: those within %(window)s of the best criterion are averaged."
        )
        found.append(Caution("searched", Said(near, {"window": f"{fits.window:g}"})))
    return tuple(found)
