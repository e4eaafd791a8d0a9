"""How an estimate spreads over parts of the data, over links that might have been missed, and over links that are uncertain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amparo.stats.prevalence._bootstrap import draw_part
from amparo.stats.prevalence._linking import LinkedRecords
from amparo.stats.prevalence._table import CannotEstimate, OverlapTable
from amparo.vocab.text import N_

from .variation import Estimator, answered

__all__ = ["Spread", "SpreadAt", "follow_growth", "miss_links", "redraw_links"]


@dataclass(frozen=True, slots=True)
class SpreadAt:
    """Holds the estimates of several drawn tables: the median and the middle 80 %. ``refused`` had no estimate.

    ``at`` is the share of people kept, or of links missed.
    """

    at: float
    observed: float  # the mean of n over the draws
    draws: int
    refused: int
    low: float | None
    middle: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Holds such spreads for a row of shares: "growth", "missed-links" or "drawn-links"."""

    kind: str
    points: tuple[SpreadAt, ...]


def follow_growth(
    table: OverlapTable,
    estimator: Estimator,
    *,
    random: np.random.Generator,
    shares: Sequence[float] = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    draws: int = 40,
) -> Spread:
    """Estimate from growing random parts of the people seen.

    An estimate that still climbs when the last tenth comes in has not settled: more data would likely move it on.
    """
    _check_shares(shares)

    def part(share: float) -> Callable[[], OverlapTable]:
        kept = round(share * table.observed)
        return lambda: OverlapTable(table.lists, draw_part(table.counts, kept, random))

    return Spread("growth", tuple(_spread(share, part(share), estimator, draws) for share in shares))


def miss_links(
    table: OverlapTable,
    estimator: Estimator,
    *,
    random: np.random.Generator,
    shares: Sequence[float] = (0.0, 0.02, 0.05, 0.1, 0.2),
    draws: int = 40,
) -> Spread:
    """Break each link with a probability, as if it had been missed, and estimate again.

    A person on k lists hangs together by k - 1 links; a broken one makes somebody else of the record, on its list only. The
    estimate grows: where two of a hundred links were missed in the data themselves, it is already too high by about what
    the first step adds here.
    """
    _check_shares(shares)

    def broken(share: float) -> Callable[[], OverlapTable]:
        return lambda: _with_missed(table, share, random)

    return Spread("missed-links", tuple(_spread(share, broken(share), estimator, draws) for share in shares))


def redraw_links(
    links: LinkedRecords, estimator: Estimator, *, random: np.random.Generator, draws: int = 200
) -> Spread:
    """Estimate from tables drawn by the probabilities of their links."""
    return Spread("drawn-links", (_spread(1.0, lambda: links.draw(random), estimator, draws),))


def _with_missed(table: OverlapTable, share: float, random: np.random.Generator) -> OverlapTable:
    """Break links: people with one history share out over the subsets of their lists that go astray, one draw for all of them.

    One record of each person stands for the person, any of the k with the same chance: its link to itself cannot be missed. So a
    subset of m records goes astray with probability (k - m) / k share^m (1 - share)^(k - 1 - m).
    """
    counts = np.zeros_like(table.counts)
    for history in np.flatnonzero(table.counts):
        bits = [1 << i for i in range(len(table.lists)) if history >> i & 1]
        k = len(bits)
        subsets = [
            [bit for place, bit in enumerate(bits) if chosen >> place & 1] for chosen in range((1 << k) - 1)
        ]
        chances = [
            (k - len(astray)) / k * share ** len(astray) * (1 - share) ** (k - 1 - len(astray))
            for astray in subsets
        ]
        drawn = random.multinomial(table.counts[history], np.array(chances) / sum(chances))
        for astray, people in zip(subsets, drawn, strict=True):
            counts[history - sum(astray)] += people
            counts[astray] += people
    return OverlapTable(table.lists, counts)


def _spread(at: float, draw: Callable[[], OverlapTable], estimator: Estimator, draws: int) -> SpreadAt:
    if draws < 1:
        raise CannotEstimate(N_("At least one draw is needed."))
    needed = 1 if at == 0.0 else draws
    found, seen = [], []
    for _ in range(needed):
        answer = answered(draw(), estimator, "")
        seen.append(answer.observed)
        found.append(answer.estimate)
    estimates: NDArray[np.float64] = np.array([one for one in found if one is not None], dtype=np.float64)
    low, middle, high = (
        (float(q) for q in np.quantile(estimates, [0.1, 0.5, 0.9])) if estimates.size else (None, None, None)
    )
    return SpreadAt(at, float(np.mean(seen)), needed, needed - estimates.size, low, middle, high)


def _check_shares(shares: Sequence[float]) -> None:
    if not all(0 <= share <= 1 for share in shares):
        raise CannotEstimate(N_("A share lies between 0 and 1."))
