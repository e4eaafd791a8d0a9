"""Samples like the one that was drawn: three bootstraps of respondent-driven sampling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Final

import numpy as np

from amparo.stats.prevalence import CannotEstimate
from amparo.vocab.text import N_

from ._regrown import regrown
from ._result import Numbers
from ._shares import CLOSE, Draw, Estimator, Observed, Sample, shares_of
from ._successive import successive_weights

__all__ = ["Resampling", "resampled"]


class Resampling(StrEnum):
    """Names the bootstraps of respondent-driven sampling."""

    TREE = "tree bootstrap"  # Baraff, McCormick and Raftery (2016)
    SALGANIK = "Salganik bootstrap"  # Salganik (2006)
    SUCCESSIVE = "successive sampling bootstrap"  # Gile (2011)


def resampled(
    resampling: Resampling,
    method: Estimator,
    sample: Sample,
    groups: int,
    *,
    population: float | None,
    random: np.random.Generator,
    replicates: int,
) -> tuple[Numbers, int]:
    """Give the shares in each bootstrap sample where they exist (replicates × groups), and in how many they do not."""
    if replicates < 2:
        raise CannotEstimate(
            N_("A bootstrap needs at least 2 replicates; %(count)s were asked for."), count=replicates
        )
    start = None
    if method is Estimator.SUCCESSIVE and population is not None:
        degrees = sample.degrees[sample.counted]
        start = (np.unique(degrees), successive_weights(degrees, population)[1])
    draw = _DRAWS[resampling](sample, groups, population)
    found = []
    for _ in range(replicates):
        observed = replace(draw(random), start=start)
        # A tree bootstrap sample may outgrow the population that successive sampling was told.
        size = None if population is None else max(population, float(observed.counted.sum()))
        found.append(shares_of(method, observed, groups, size, close=CLOSE))
    there = [shares for shares in found if shares is not None]
    return np.array(there).reshape(-1, groups), replicates - len(there)


def _tree(sample: Sample, _groups: int, _population: float | None) -> Draw:
    """Draw the seeds with replacement, then the recruits of each drawn one from their own recruits, to the ends."""
    seeds = np.flatnonzero(sample.parents < 0)
    children = np.bincount(sample.parents[sample.parents >= 0], minlength=sample.parents.size)
    first = seeds.size + np.concatenate(
        [[0], np.cumsum(children)[:-1]]
    )  # canonical order: recruits stand together

    def draw(random: np.random.Generator) -> Observed:
        here = seeds[random.integers(0, seeds.size, seeds.size)]
        drawn, recruiters = [here], [np.full(here.size, -1, dtype=np.intp)]
        while (count := children[here]).any():
            above = np.repeat(here, count)
            here = first[above] + (random.random(above.size) * children[above]).astype(np.intp)
            drawn.append(here)
            recruiters.append(sample.codes[above])
        who = np.concatenate(drawn)
        return Observed(
            sample.codes[who], sample.degrees[who], np.concatenate(recruiters), sample.counted[who]
        )

    return draw


def _salganik(sample: Sample, groups: int, _population: float | None) -> Draw:
    """Follow one chain: after somebody of a group comes one of those whom that group recruited."""
    observed = sample.observed()
    known = np.flatnonzero(sample.codes >= 0)
    pools = [
        np.flatnonzero((observed.recruiter_codes == group) & (sample.codes >= 0)) for group in range(groups)
    ]
    if any(pool.size == 0 for pool in pools):
        raise CannotEstimate(
            N_(
                "Salganik's bootstrap needs every group to recruit somebody, and one did not. Use the tree bootstrap."
            )
        )
    codes, sizes = sample.codes.tolist(), [pool.size for pool in pools]
    members = [pool.tolist() for pool in pools]

    def draw(random: np.random.Generator) -> Observed:
        chance = random.random(known.size).tolist()
        who = [int(known[int(chance[0] * known.size)])]
        for part in chance[1:]:
            group = codes[who[-1]]
            who.append(members[group][int(part * sizes[group])])
        drawn = np.array(who, dtype=np.intp)
        recruiters = np.concatenate([[-1], sample.codes[drawn[:-1]]]).astype(np.intp)
        return Observed(
            sample.codes[drawn], sample.degrees[drawn], recruiters, np.ones(drawn.size, dtype=np.bool_)
        )

    return draw


_DRAWS: Final[dict[Resampling, Callable[[Sample, int, float | None], Draw]]] = {
    Resampling.TREE: _tree,
    Resampling.SALGANIK: _salganik,
    Resampling.SUCCESSIVE: regrown,
}
