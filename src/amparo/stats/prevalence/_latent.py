"""Latent classes of people (Manrique-Vallier 2016, Biometrics 72, 1246-1254), answered only when all chains agree."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._bootstrap import seed_of
from ._chains import Convergence, check_chains
from ._estimate import Estimate, Limits, Status
from ._loglinear import checked_level
from ._table import CannotEstimate, OverlapTable
from ._versions import versions_used

__all__ = ["LatentEstimate", "estimate_latent"]

FIRST: Final = 40_000  # iterations before chains are first compared: shorter ones may agree since none has met a rare peak yet
GROWTH: Final = 1.5  # how much longer chains are at each further look
SETTLING: Final = 0.25  # share of a chain that is thrown away; where that is too little, its halves disagree
PIECE: Final = 10_000  # iterations between which Ctrl-C is heard
KEPT: Final = 5_000  # draws of a chain on which it is looked at
GOOD_HAT: Final = 1.01
ENOUGH: Final = 400.0  # effective draws that Vehtari et al. (2021) ask for: chains end with these in the tails, fewer are told
PLENTY: Final = 1_000.0  # effective draws of the bulk at which chains end: the median is then known to 4 % of a standard deviation
MOST_CUT: Final = 0.8  # share of the posterior above the cap beyond which what is left is too little
SOURCES: Final = (
    "Manrique-Vallier D (2016). Bayesian population size estimation using Dirichlet process mixtures. Biometrics 72.",
    "Vehtari A, Gelman A, Simpson D, Carpenter B, Bürkner PC (2021). Rank-normalization. Bayesian Analysis 16.",
)
ASSUMPTIONS: Final = (
    Said(N_("Nobody comes or goes while the lists are made, and each person is recognised on every list.")),
    Said(
        N_("People fall into classes that nobody sees. Within a class, lists are independent of each other.")
    ),
    Said(
        N_(
            "Nobody is out of reach of every list: a class that no list can reach leaves no trace in the data."
        )
    ),
)

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LatentEstimate(Estimate):
    """Answers with the posterior of N over classes; ``estimate`` is its median.

    ``draws`` (chains x draws, people in all) are those below the cap. ``cut`` is the share of the posterior that the cap
    takes away, ``near_cap`` the share of what is left in the last twentieth of the unseen below it.
    """

    draws: Integers = field(repr=False)
    convergence: Convergence
    classes: int
    cap: float | None
    cut: float
    near_cap: float

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the equal-tailed interval of all chains together; None where they disagree."""
        checked_level(level)
        if self.estimate is None:
            return None
        low, high = np.quantile(self.draws, [(1 - level) / 2, (1 + level) / 2])
        return Limits(float(low), float(high))


@dataclass(slots=True)
class _Chain:
    """Holds where a chain stands."""

    random: np.random.Generator
    sticks: NDArray[np.float64]
    logits: NDArray[np.float64]
    level: NDArray[np.float64]
    draws: Integers


def estimate_latent(
    table: OverlapTable,
    *,
    random: np.random.Generator,
    classes: int = 10,
    cap: float | None = None,
    chains: int = 4,
    longest: int = 320_000,
    greatest_hat: float = 1.05,
    workers: int | None = None,
) -> LatentEstimate:
    """Estimate N by a stick-breaking mixture of at most ``classes`` classes, with p(N) proportional to 1/N.

    Chains begin at draws from the prior, far apart. They go on until R-hat is below 1.01 with 1,000 effective draws in the bulk and
    400 in the tails, or until each has ``longest`` iterations; the first quarter is thrown away. Where R-hat is then above
    ``greatest_hat`` the status is NOT_CONVERGED, without estimate or interval. ``cap`` is the largest N that is allowed
    (the R package allows 21 n without saying so), None sets none.

    ``workers`` are threads; None takes one for each processor. The same seed gives the same digits whatever their number: each
    chain has a generator of its own.
    """
    _check(table, classes, cap, chains, longest)
    if not table.captured()[2:].any():
        return _answer(table, random, classes, cap, refused=NO_OVERLAP)
    histories = np.concatenate([[0], np.flatnonzero(table.counts)])
    counts = table.counts[histories].astype(np.float64)
    state = [_begin(one, classes, len(table.lists)) for one in random.spawn(chains)]
    length = min(FIRST, longest)
    while True:
        state = _go_on(state, histories, counts, length, workers)
        first = int(length * SETTLING)
        every = max(1, (length - first) // KEPT)
        everybody = table.observed + np.array([chain.draws[first::every] for chain in state])
        draws, cut = _below(everybody, cap)
        if cut > MOST_CUT:
            return _answer(table, random, classes, cap, refused=_too_low(cap, cut))
        found = check_chains(draws.astype(np.float64), length)
        done = found.rank_hat < GOOD_HAT and found.bulk >= PLENTY and found.tail >= ENOUGH
        if done or length >= longest:
            break
        length = min(int(GROWTH * length), longest)
    return _answer(table, random, classes, cap, draws=draws, cut=cut, found=found, greatest_hat=greatest_hat)


NO_OVERLAP: Final = Caution(
    "no_overlap",
    Said(N_("Nobody is on two lists, so the lists say nothing of how many people are on none.")),
)


def _check(table: OverlapTable, classes: int, cap: float | None, chains: int, longest: int) -> None:
    """Refuse what the method cannot take."""
    if len(table.lists) < 3:
        raise CannotEstimate(
            N_("Latent classes take 3 lists or more, and there are %(lists)s."), lists=len(table.lists)
        )
    if table.observed == 0:
        raise CannotEstimate(N_("Nobody is on any list."))
    if classes < 2 or chains < 2 or longest < 1000:
        raise CannotEstimate(
            N_(
                "Latent classes need 2 classes, 2 chains and 1,000 iterations at least. "
                "Asked for are %(classes)s, %(chains)s and %(longest)s."
            ),
            classes=classes,
            chains=chains,
            longest=longest,
        )
    if cap is not None and not cap > table.observed:
        raise CannotEstimate(
            N_("The cap on N must be above the %(observed)s people observed. It is %(cap)s."),
            observed=table.observed,
            cap=cap,
        )


def _begin(random: np.random.Generator, classes: int, lists: int) -> _Chain:
    """Make a chain that has not begun."""
    return _Chain(
        random, np.zeros(classes - 1), np.zeros((classes, lists)), np.zeros(2), np.empty(0, dtype=np.int64)
    )


def _go_on(
    chains: list[_Chain], histories: Integers, counts: NDArray[np.float64], length: int, workers: int | None
) -> list[_Chain]:
    """Let every chain go on until it has so many draws, side by side in threads: the compiled loop lets go of the interpreter."""
    from concurrent.futures import ThreadPoolExecutor

    from ._latent_kernels import run_chain

    is_stopped = False

    def lengthen(chain: _Chain) -> _Chain:
        more = np.empty(length - chain.draws.size, dtype=np.int64)
        for start in range(0, more.size, PIECE):
            if is_stopped:
                break
            piece = more[start : start + PIECE]
            run_chain(chain.random, histories, counts, chain.sticks, chain.logits, chain.level, piece, True)
        chain.draws = np.concatenate([chain.draws, more])
        return chain

    with ThreadPoolExecutor(workers or min(len(chains), os.cpu_count() or 1)) as pool:
        try:
            return list(pool.map(lengthen, chains))
        except KeyboardInterrupt:
            is_stopped = True
            raise


def _below(draws: Integers, cap: float | None) -> tuple[Integers, float]:
    """Keep of each chain the draws below the cap, equally many, and give the share that lies above.

    The posterior under a prior that ends at the cap is that without end, given N at most the cap.
    """
    if cap is None:
        return draws, 0.0
    kept = [chain[chain <= cap] for chain in draws]
    fewest = min(chain.size for chain in kept)
    cut = 1 - sum(chain.size for chain in kept) / draws.size
    return np.array([chain[:fewest] for chain in kept]), cut


def _too_low(cap: float | None, cut: float) -> Caution:
    """Say that the cap contradicts the data."""
    return Caution(
        "cap",
        Said(
            N_(
                "The cap of %(cap)s cuts away %(cut).0f %% of the posterior: it contradicts the data. Raise it."
            ),
            {"cap": cap, "cut": 100 * cut},
        ),
    )


NOTHING: Final = Convergence(rank_hat=np.inf, bulk=0.0, tail=0.0, median_error=np.inf, iterations=0, chains=0)


def _answer(
    table: OverlapTable,
    random: np.random.Generator,
    classes: int,
    cap: float | None,
    *,
    refused: Caution | None = None,
    draws: Integers | None = None,
    cut: float = 0.0,
    found: Convergence = NOTHING,
    greatest_hat: float = 1.05,
) -> LatentEstimate:
    """Put the result together."""
    if draws is None:
        draws = np.empty((0, 0), dtype=np.int64)
    near = 0.0
    if cap is not None and draws.size:
        near = float((draws - table.observed > 0.95 * (cap - table.observed)).mean())
    status = Status.EXISTS
    cautions = [refused] if refused else _cautions(cap, cut, near, found, greatest_hat)
    if refused:
        status = Status.REFUSED
    elif found.rank_hat > greatest_hat:
        status = Status.NOT_CONVERGED
    return LatentEstimate(
        method="lcmcr",
        observed=table.observed,
        estimate=float(np.median(draws)) if status is Status.EXISTS else None,
        status=status,
        assumptions=ASSUMPTIONS,
        warnings=tuple(cautions),
        sources=SOURCES,
        seed=seed_of(random),
        versions=versions_used("scipy", "numba"),
        draws=draws,
        convergence=found,
        classes=classes,
        cap=cap,
        cut=cut,
        near_cap=near,
    )


def _cautions(
    cap: float | None, cut: float, near: float, found: Convergence, greatest_hat: float
) -> list[Caution]:
    """Say where chains disagree or tell little, and what the cap does."""
    cautions = []
    if found.rank_hat > greatest_hat:
        cautions.append(
            Caution(
                "chains_disagree",
                Said(
                    N_(
                        "After %(iterations)s iterations the %(chains)s chains still give different answers (R-hat %(hat).2f, "
                        "at most %(most).2f is taken). There is no estimate; let them run longer."
                    ),
                    {
                        "iterations": f"{found.iterations:,}",
                        "chains": found.chains,
                        "hat": found.rank_hat,
                        "most": greatest_hat,
                    },
                ),
            )
        )
    elif min(found.bulk, found.tail) < ENOUGH or found.rank_hat > GOOD_HAT:
        cautions.append(
            Caution(
                "few_draws",
                Said(
                    N_(
                        "The draws are worth %(bulk).0f independent ones, and %(tail).0f in the tails (R-hat %(hat).3f); 400 "
                        "would be enough. Let the chains run longer before limits are quoted to three digits."
                    ),
                    {"bulk": found.bulk, "tail": found.tail, "hat": found.rank_hat},
                ),
            )
        )
    if cap is not None and (cut > 0.001 or near > 0.001):
        cautions.append(
            Caution(
                "cap",
                Said(
                    N_(
                        "The cap of %(cap)s cuts away %(cut).1f %% of the posterior, and %(near).1f %% of the rest lies close "
                        "below it. The upper limit is that of the cap, not of the data."
                    ),
                    {"cap": cap, "cut": 100 * cut, "near": 100 * near},
                ),
            )
        )
    return cautions
