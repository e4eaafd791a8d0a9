"""The bootstrap of successive sampling: make a population as estimated, and recruit from it along the same tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from amparo.stats.prevalence import CannotEstimate
from amparo.vocab.text import N_

from ._recruitment import Places
from ._result import Numbers
from ._shares import Draw, Observed, Sample, transition_counts
from ._successive import successive_weights

__all__ = ["regrown"]

LARGE: Final = 50  # a population so many times the sample is as good as endless: it is made no larger
STEPS: Final = 20  # in so many parts the sample is recruited, after each of which it is seen who is left


def regrown(sample: Sample, groups: int, population: float | None) -> Draw:
    """Give the draws of samples recruited from a population of the estimated size, degrees and groups.

    The tree is that of the sample. The group of a recruit is drawn by who recruits whom, times the share of the group's
    contacts that is left; who of the group it is, by degree among those left: the order in which exponential clocks ring
    whose rate is the degree (after Gile 2011, who draws the numbers of recruits, too).
    """
    assert population is not None
    transitions = transition_counts(sample.observed(), groups)
    if (transitions.sum(axis=1) == 0).any():
        raise CannotEstimate(
            N_(
                "The successive sampling bootstrap needs every group to recruit somebody, and one did not. Use the tree bootstrap."
            )
        )
    made = _made_population(sample, groups, min(population, LARGE * sample.codes.size))
    mixing = transitions / np.maximum(_left_on_average(sample, made), 1e-9)
    parts = _parts(sample)
    seeds = sample.codes[parts[0]]
    known = seeds[seeds >= 0]

    def draw(random: np.random.Generator) -> Observed:
        queues = _Queues.of(made, random)
        codes = np.empty(sample.codes.size, dtype=np.intp)
        started = (
            known[random.integers(0, known.size, seeds.size)]
            if known.size
            else random.integers(0, groups, seeds.size)
        )
        codes[parts[0]] = queues.take(started)
        for part in parts[1:]:
            chances = mixing[codes[sample.parents[part]]] * queues.left()
            none = chances.sum(axis=1) == 0
            chances[none] = queues.left() > 0
            steps = np.cumsum(chances, axis=1)
            codes[part] = queues.take((random.random((part.size, 1)) * steps[:, -1:] >= steps).sum(axis=1))
        degrees = queues.degrees_of(codes)
        recruiters = np.where(sample.parents < 0, -1, codes[sample.parents])
        counted = (sample.parents >= 0) | sample.counted  # seeds count as they did in the sample
        return Observed(codes, degrees, recruiters, counted)

    return draw


@dataclass(slots=True, eq=False)
class _Queues:
    """Holds for each group the degrees of its people in the order in which they would be drawn, and how many were."""

    people: list[Numbers]
    gone: list[Numbers]  # contacts of the first 0, 1, 2 ... of the queue
    taken: Places

    @classmethod
    def of(cls, made: list[Numbers], random: np.random.Generator) -> _Queues:
        people = [
            degrees[np.argsort(random.standard_exponential(degrees.size) / degrees)] for degrees in made
        ]
        return cls(
            people,
            [np.concatenate([[0.0], np.cumsum(queue)]) for queue in people],
            np.zeros(len(made), dtype=np.intp),
        )

    def left(self) -> Numbers:
        """Give the share of each group's contacts that belongs to people who were not drawn."""
        return np.array(
            [1 - sums[taken] / sums[-1] for sums, taken in zip(self.gone, self.taken, strict=True)]
        )

    def take(self, codes: Places) -> Places:
        """Take so many people of these groups; where a group has nobody left, somebody of another group comes instead."""
        sizes = np.array([queue.size for queue in self.people])
        wanted = self.taken + np.bincount(codes, minlength=sizes.size)
        if (wanted > sizes).any():
            codes = codes.copy()
            for group in np.flatnonzero(wanted > sizes):
                late = np.flatnonzero(codes == group)[int(sizes[group] - wanted[group]) :]
                spare = np.maximum(sizes - self.taken - np.bincount(codes, minlength=sizes.size), 0)
                codes[late] = np.repeat(np.arange(sizes.size), spare)[: late.size]
        self.taken = self.taken + np.bincount(codes, minlength=sizes.size)
        return codes

    def degrees_of(self, codes: Places) -> Numbers:
        """Give the degrees of all who were taken, in their order."""
        degrees = np.empty(codes.size)
        for group, queue in enumerate(self.people):
            here = np.flatnonzero(codes == group)
            degrees[here] = queue[: here.size]
        return degrees


def _parts(sample: Sample) -> list[Places]:
    """Cut the sample into parts, wave by wave, so that nobody stands in one part with their recruiter."""
    parts = [np.flatnonzero(sample.waves == 0)]
    most = max(1, sample.waves.size // STEPS)
    for wave in range(1, int(sample.waves.max()) + 1):
        here = np.flatnonzero(sample.waves == wave)
        parts.extend(np.array_split(here, -(-here.size // most)))
    return parts


def _left_on_average(sample: Sample, made: list[Numbers]) -> Numbers:
    """Give the share of each group's contacts that was left when people were recruited, on average over the sample."""
    found = []
    for group, people in enumerate(made):
        drawn = np.where(sample.codes == group, sample.degrees, 0.0)
        before = np.cumsum(drawn) - drawn
        found.append(float(np.clip(1 - before[sample.parents >= 0] / people.sum(), 0, 1).mean()))
    return np.array(found)


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
