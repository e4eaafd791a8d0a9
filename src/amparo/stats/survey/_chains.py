"""Samples like the one that was drawn: three bootstraps of respondent-driven sampling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from amparo.stats.prevalence import CannotEstimate
from amparo.vocab.text import N_

from ._recruitment import Places, Recruitment
from ._result import Numbers
from ._shares import CLOSE, Estimator, Observed, shares_of, transition_counts
from ._successive import successive_weights

__all__ = ["Resampling", "Sample", "resampled"]

LARGE: Final = 50  # a population so many times the sample is as good as endless


class Resampling(StrEnum):
    """Names the bootstraps of respondent-driven sampling."""

    TREE = "tree bootstrap"  # Baraff, McCormick and Raftery (2016)
    SALGANIK = "Salganik bootstrap"  # Salganik (2006)
    SUCCESSIVE = "successive sampling bootstrap"  # Gile (2011)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Holds the sample in canonical order: wave by wave, so that recruiters stand before those they recruited."""

    codes: Places
    degrees: Numbers
    parents: Places
    waves: Places
    counted: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @classmethod
    def of(cls, recruitment: Recruitment, codes: Places, order: Places, *, with_seeds: bool) -> Sample:
        """Bring a recruitment into this order."""
        place = np.empty(order.size, dtype=np.intp)
        place[order] = np.arange(order.size)
        parents = recruitment.recruiters[order]
        parents = np.where(parents < 0, -1, place[parents])
        counted = (codes[order] >= 0) & (with_seeds | (parents >= 0))
        return cls(codes[order], recruitment.degrees[order], parents, recruitment.waves[order], counted)

    def observed(self) -> Observed:
        """Give what the estimators need of the sample itself."""
        recruiters = np.where(self.parents < 0, -1, self.codes[self.parents])
        return Observed(self.codes, self.degrees, recruiters, self.counted)


Draw = Callable[[np.random.Generator], Observed]


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


def _successive(sample: Sample, groups: int, population: float | None) -> Draw:
    """Make a population of the estimated size, degrees and groups, and recruit from it along the same tree.

    The group of each recruit follows that of the recruiter as in the sample; who of the group it is, is drawn by degree
    among those left. Within a group that is the order in which exponential clocks ring whose rate is the degree.
    """
    assert population is not None
    transitions = transition_counts(sample.observed(), groups)
    if (transitions.sum(axis=1) == 0).any():
        raise CannotEstimate(
            N_(
                "The successive sampling bootstrap needs every group to recruit somebody, and one did not. Use the tree bootstrap."
            )
        )
    steps = np.cumsum(transitions / transitions.sum(axis=1, keepdims=True), axis=1)
    endless = population > LARGE * sample.codes.size
    made = _made_population(sample, groups, min(population, LARGE * sample.codes.size))
    waves = [np.flatnonzero(sample.waves == wave) for wave in range(int(sample.waves.max()) + 1)]
    seed_codes = sample.codes[waves[0]]
    known_seeds = seed_codes[seed_codes >= 0]

    def draw(random: np.random.Generator) -> Observed:
        codes = np.empty(sample.codes.size, dtype=np.intp)
        drawn_seeds = (
            known_seeds[random.integers(0, known_seeds.size, seed_codes.size)] if known_seeds.size else None
        )
        codes[waves[0]] = random.integers(0, groups, seed_codes.size) if drawn_seeds is None else drawn_seeds
        for wave in waves[1:]:
            above = codes[sample.parents[wave]]
            chance = random.random(wave.size)
            codes[wave] = np.minimum((chance[:, None] >= steps[above]).sum(axis=1), groups - 1)
        codes, degrees = _picked(codes, made, random, endless=endless)
        recruiters = np.where(sample.parents < 0, -1, codes[sample.parents])
        counted = (sample.parents >= 0) | sample.counted  # seeds count as they did in the sample
        return Observed(codes, degrees, recruiters, counted)

    return draw


def _made_population(sample: Sample, groups: int, population: float) -> list[Numbers]:
    """Give the degrees of the people of each group, as many as their weights say, whole people and in all ``population``."""
    weights = np.zeros(sample.codes.size)
    weights[sample.counted] = successive_weights(sample.degrees[sample.counted], population)[0]
    cells, place = np.unique(np.stack([sample.codes, sample.degrees]), axis=1, return_inverse=True)
    wanted = np.bincount(place.ravel(), weights=weights)
    whole = np.floor(wanted).astype(np.int64)
    short = round(population) - int(whole.sum())
    whole[np.argsort(-(wanted - whole), kind="stable")[: max(short, 0)]] += 1
    return [np.repeat(cells[1][cells[0] == group], whole[cells[0] == group]) for group in range(groups)]


def _picked(
    codes: Places, made: list[Numbers], random: np.random.Generator, *, endless: bool
) -> tuple[Places, Numbers]:
    """Give each one a degree: the next of their group to be drawn. A group that has nobody left gives way to another."""
    if endless:
        degrees = np.empty(codes.size)
        for group, people in enumerate(made):
            here = np.flatnonzero(codes == group)
            chance = np.cumsum(people)
            degrees[here] = people[
                np.searchsorted(chance, random.random(here.size) * chance[-1], side="right")
            ]
        return codes, degrees
    queues = [people[np.argsort(random.standard_exponential(people.size) / people)] for people in made]
    wanted = np.bincount(codes, minlength=len(made))
    for group, queue in enumerate(queues):
        if (over := int(wanted[group]) - queue.size) > 0:
            late = np.flatnonzero(codes == group)[-over:]
            left = np.array([other.size for other in queues]) - np.bincount(codes, minlength=len(made))
            codes[late] = np.repeat(np.arange(len(made)), np.maximum(left, 0))[: late.size]
    degrees = np.empty(codes.size)
    for group, queue in enumerate(queues):
        here = np.flatnonzero(codes == group)
        degrees[here] = queue[: here.size]
    return codes, degrees


_DRAWS: Final[dict[Resampling, Callable[[Sample, int, float | None], Draw]]] = {
    Resampling.TREE: _tree,
    Resampling.SALGANIK: _salganik,
    Resampling.SUCCESSIVE: _successive,
}
