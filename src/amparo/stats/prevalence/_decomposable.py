"""Bayesian averaging over decomposable graphs of the lists (Madigan & York 1997, Biometrika 84, 19-31)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._estimate import Estimate, Limits, Status
from ._graphs import GraphPosterior, decomposable_graphs, notation, posterior_of_graphs
from ._loglinear import checked_level
from ._table import CannotEstimate, OverlapTable
from ._versions import versions_used

__all__ = ["DecomposableEstimate", "GraphShare", "average_graphs", "sweep_delta", "sweep_prior"]

FEWEST, MOST = 3, 7
LIMIT: Final = 30.0
MOST_NUMBERS: Final = 20_000_000
WIDTHS: Final = (0.1, 0.05, 0.025, 0.0125, 0.0)
EXACT: Final = 1e-9
TAIL: Final = 1e-4
ROUNDING: Final = 1 - 1e-12  # a sum of probabilities that is one rounding short of a half has reached it
SOURCES: Final = (
    "Madigan D, York JC (1997). Bayesian methods for estimation of the size of a closed population. Biometrika 84.",
    "Dawid AP, Lauritzen SL (1993). Hyper Markov laws in the analysis of graphical models. Annals of Statistics 21.",
)

ASSUMPTIONS: Final = (
    Said(N_("Nobody comes or goes while the lists are made, and each person is recognised on every list.")),
    Said(
        N_(
            "Within the graph, everybody has the same chance of being on a list; what differs between people is not modelled."
        )
    ),
    Said(
        N_(
            "Lists depend on each other as in a decomposable graph, all graphs equally probable before the data."
        )
    ),
)

CAUTIONS: Final = {
    "unbounded": N_(
        "The posterior has no end that the data set: without the limit of %(limit)s, most of it would lie "
        "above it. There is no estimate."
    ),
    "limit": N_(
        "The limit of %(limit)s people cuts the posterior: about %(beyond).1f %% of it would lie above. The "
        "mean depends on the limit; the median hardly does."
    ),
    "saturated": N_(
        "%(share).0f %% of the posterior lies on the graph that joins all lists, under which the data say "
        "nothing of those on no list. The estimate then follows from delta (%(delta)s), not from the "
        "overlaps: look at the sweep over smaller values."
    ),
    "collapse": N_(
        "%(share).0f %% of the posterior lies on the smallest number that was allowed, %(unseen)s unseen. "
        "That is the mark of a prior count delta (%(delta)s) too large for so few overlaps."
    ),
}

Floats = NDArray[np.float64]
LogPrior = Callable[[Floats], Floats]
Prior = Literal["inverse", "uniform"] | LogPrior


@dataclass(frozen=True, slots=True)
class GraphShare:
    """Holds one graph in the notation of its cliques, its posterior probability, and the mean of N under it."""

    model: str
    share: float
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecomposableEstimate(Estimate):
    """Answers with the posterior of N averaged over all decomposable graphs; ``estimate`` is its median.

    ``posterior`` are the probabilities of ``allowed``, the numbers of unseen people. ``mean`` is the mean on these
    numbers. ``tail`` is the probability of the last hundredth of them, and ``beyond`` the share of the posterior that
    would lie above them, were its tail continued as a power; 1 where such a tail has no sum.
    """

    delta: float
    allowed: range
    posterior: Floats = field(repr=False)
    mean: float | None
    mode: int | None
    graphs: tuple[GraphShare, ...]  # the most probable first
    saturated: float  # the posterior probability of the graph that joins all lists
    tail: float
    beyond: float

    def quantile(self, probability: float) -> float:
        """Give the smallest N with P(at most N) >= probability, on the numbers that were allowed."""
        at = np.searchsorted(np.cumsum(self.posterior), probability * ROUNDING)
        return float(self.observed + self.allowed[min(int(at), len(self.allowed) - 1)])

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the equal-tailed interval; it has no upper end where the limit on N cuts off more than its upper tail."""
        checked_level(level)
        if self.estimate is None:
            return None
        high = np.inf if self.beyond > (1 - level) / 2 else self.quantile((1 + level) / 2)
        return Limits(self.quantile((1 - level) / 2), high)


def average_graphs(
    table: OverlapTable,
    *,
    delta: float | None = None,
    prior: Prior = "inverse",
    unseen: range | None = None,
    every_number: bool = False,
    top: int = 20,
) -> DecomposableEstimate:
    """Average N over all decomposable graphs of 3 to 7 lists, each equally probable before the data.

    ``delta`` is the prior count of each of the 2**lists cells (2**-lists when None, as much as one person in all).
    ``prior`` is that of N: proportional to 1/N, uniform, or a function that gives its logarithm for an array of N.
    ``unseen`` are the numbers of unseen people that are allowed, 1 to 30 n when None. ``every_number`` evaluates each of
    them; otherwise those in between are filled in by polynomials (see `_unseen`) until two ways to do so agree to 1e-9. ``top`` graphs
    are named in the result.

    Raises CannotEstimate for other numbers of lists, an impossible delta, prior or range. A table where nobody is on two
    lists is answered with the status REFUSED.
    """
    _check(table, delta)
    delta = 2.0 ** -len(table.lists) if delta is None else float(delta)
    unseen = _allowed(table, unseen)
    log_prior = _log_prior(prior, table.observed + np.asarray(unseen, dtype=float))
    if not table.captured()[2:].any():
        return _refused(table, delta, unseen, NO_OVERLAP)
    for width in (0.0,) if every_number else WIDTHS:
        found = posterior_of_graphs(table, delta, log_prior, unseen, width)
        if found.error < EXACT:
            break
    return _describe(table, delta, unseen, found, top)


NO_OVERLAP: Final = Caution(
    "no_overlap",
    Said(N_("Nobody is on two lists, so the lists say nothing of how many people are on none.")),
)


def _check(table: OverlapTable, delta: float | None) -> None:
    """Refuse what the method cannot take."""
    if not FEWEST <= len(table.lists) <= MOST:
        raise CannotEstimate(
            N_(
                "Averaging over decomposable graphs takes %(fewest)s to %(most)s lists, and there are %(lists)s. "
                "Leave lists out or merge them."
            ),
            fewest=FEWEST,
            most=MOST,
            lists=len(table.lists),
        )
    if table.observed == 0:
        raise CannotEstimate(N_("Nobody is on any list."))
    if delta is not None and not 0 < delta < np.inf:
        raise CannotEstimate(
            N_("The prior count of a cell, delta, must be above 0. It is %(delta)s."), delta=delta
        )


def _allowed(table: OverlapTable, unseen: range | None) -> range:
    """Give the numbers of unseen people that are allowed."""
    unseen = range(1, int(LIMIT * table.observed) + 1) if unseen is None else unseen
    if unseen.step != 1 or not unseen or unseen.start < 0:
        raise CannotEstimate(
            N_(
                "The numbers of unseen people must be whole numbers one after another, from 0 or more. They are %(unseen)s."
            ),
            unseen=unseen,
        )
    if len(unseen) > MOST_NUMBERS:
        raise CannotEstimate(
            N_(
                "%(numbers)s possible numbers of unseen people are too many; the most are %(most)s. Set a lower limit."
            ),
            numbers=len(unseen),
            most=MOST_NUMBERS,
        )
    return unseen


def _log_prior(prior: Prior, total: Floats) -> Floats:
    """Give the logarithm of the prior at each possible N."""
    if prior == "inverse":
        return -np.log(total)
    if prior == "uniform":
        return np.zeros(total.size)
    if isinstance(prior, str):
        raise CannotEstimate(
            N_('The prior of N is "inverse", "uniform" or a function of N. It is %(prior)s.'), prior=prior
        )
    values = np.asarray(prior(total), dtype=float)
    if (
        values.shape != total.shape
        or np.isnan(values).any()
        or (values == np.inf).any()
        or not np.isfinite(values).any()
    ):
        raise CannotEstimate(
            N_(
                "The prior of N must give a logarithm for each N: a number, or minus infinity where N is impossible."
            )
        )
    return values


def _describe(
    table: OverlapTable, delta: float, unseen: range, found: GraphPosterior, top: int
) -> DecomposableEstimate:
    """Sum the posterior up, and say what to keep in mind."""
    graphs = decomposable_graphs(len(table.lists))
    total = table.observed + np.asarray(unseen, dtype=float)
    shares = found.by_graph[:, 0]
    saturated = float(shares[graphs[:, 0] == table.counts.size - 1][0])
    tail = float(found.posterior[-math.ceil(len(unseen) / 100) :].sum())
    above = found.posterior[-1] * unseen[-1] / (-found.slope - 1) if found.slope < -1 else np.inf
    beyond = above / (1 + above) if np.isfinite(above) else float(found.posterior[-1] > 0)
    cautions = _cautions(table, delta, unseen, found.posterior, saturated, tail, float(beyond))
    exists = beyond < 0.5
    median = total[np.searchsorted(np.cumsum(found.posterior), 0.5 * ROUNDING)]
    return DecomposableEstimate(
        method="dga",
        observed=table.observed,
        estimate=float(median) if exists else None,
        status=Status.EXISTS if exists else Status.REFUSED,
        assumptions=ASSUMPTIONS,
        warnings=cautions,
        sources=SOURCES,
        versions=versions_used("scipy", "numba"),
        delta=delta,
        allowed=unseen,
        posterior=found.posterior,
        mean=float(found.posterior @ total) if exists else None,
        mode=int(total[np.argmax(found.posterior)]) if exists else None,
        graphs=tuple(
            GraphShare(notation(graphs[g]), float(shares[g]), float(found.by_graph[g, 1] / shares[g]))
            for g in np.argsort(-shares, kind="stable")[:top]
            if shares[g] > 0
        ),
        saturated=saturated,
        tail=tail,
        beyond=float(beyond),
    )


def _cautions(
    table: OverlapTable,
    delta: float,
    unseen: range,
    posterior: Floats,
    saturated: float,
    tail: float,
    beyond: float,
) -> tuple[Caution, ...]:
    """Say where the posterior is that of the prior or of the limit rather than of the data."""
    limit = table.observed + unseen[-1]
    found = []
    if beyond >= 0.5:
        found.append(_caution("unbounded", limit=f"{limit:,}"))
    elif tail > TAIL:
        found.append(_caution("limit", limit=f"{limit:,}", beyond=100 * beyond))
    if saturated > 0.5:
        found.append(_caution("saturated", share=100 * saturated, delta=delta))
    if posterior[0] >= 0.025:
        found.append(_caution("collapse", share=100 * posterior[0], unseen=unseen[0], delta=delta))
    return tuple(found)


def _caution(code: str, **values: object) -> Caution:
    """Word the caution of this code."""
    return Caution(code, Said(CAUTIONS[code], values))


def _refused(table: OverlapTable, delta: float, unseen: range, reason: Caution) -> DecomposableEstimate:
    """Answer that the data cannot bear an estimate."""
    return DecomposableEstimate(
        method="dga",
        observed=table.observed,
        estimate=None,
        status=Status.REFUSED,
        assumptions=ASSUMPTIONS,
        warnings=(reason,),
        sources=SOURCES,
        versions=versions_used("scipy", "numba"),
        delta=delta,
        allowed=unseen,
        posterior=np.zeros(len(unseen)),
        mean=None,
        mode=None,
        graphs=(),
        saturated=0.0,
        tail=0.0,
        beyond=1.0,
    )


def sweep_delta(
    table: OverlapTable,
    deltas: Sequence[float] | None = None,
    *,
    prior: Prior = "inverse",
    unseen: range | None = None,
) -> tuple[DecomposableEstimate, ...]:
    """Average under several prior counts: an eighth to eight times the default, 1/2 and 1 when None. Smallest first."""
    if deltas is None:
        usual = 2.0 ** -len(table.lists)
        deltas = [usual * 2.0**power for power in (-3, -2, -1, 0, 1, 2, 3)] + [0.5, 1.0]
    return tuple(
        average_graphs(table, delta=delta, prior=prior, unseen=unseen) for delta in sorted(set(deltas))
    )


def sweep_prior(
    table: OverlapTable, priors: Sequence[Prior] = ("inverse", "uniform"), *, delta: float | None = None
) -> tuple[DecomposableEstimate, ...]:
    """Average under several priors of N, in the order given."""
    return tuple(average_graphs(table, delta=delta, prior=prior) for prior in priors)
