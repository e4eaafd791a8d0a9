"""Attack synthetic data, as somebody would who wants to know about a person: in seconds, with what chance alone would give beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._records import Domain

__all__ = [
    "Inference",
    "Linkage",
    "Membership",
    "attack_membership",
    "infer_attributes",
    "link_rows",
    "lower_bound_of_epsilon",
    "proximity",
]

Codes = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Membership:
    """Holds what an attacker who may run the generator learnt: the area under the curve, and epsilon at least (95 %)."""

    runs: int
    area: float
    epsilon_at_least: float


def attack_membership(
    generate: Callable[[Codes], NDArray[np.float64]],
    others: Codes,
    person: Codes,
    *,
    runs: int = 64,
    delta: float = 0.0,
) -> Membership:
    """Ask whether a person was among the records, by making synthetic data ``runs`` times with her and without.

    The strongest attacker: she knows all others. ``generate`` answers what is seen of synthetic data as a vector of features; the
    first half of the runs trains a direction, the second half is tested, so that the bound is honest.
    """
    with_her = np.vstack([others, person[None, :]])
    inside = np.array([generate(with_her) for _ in range(2 * runs)])
    outside = np.array([generate(others) for _ in range(2 * runs)])
    direction = inside[:runs].mean(axis=0) - outside[:runs].mean(axis=0)
    spread = np.vstack([inside[:runs], outside[:runs]]).std(axis=0) + 1e-9
    direction = direction / spread**2
    scores_in, scores_out = inside[runs:] @ direction, outside[runs:] @ direction
    # the threshold is taken from the first half as well
    cut = float(np.median(np.concatenate([inside[:runs] @ direction, outside[:runs] @ direction])))
    return Membership(
        2 * runs,
        _area(scores_in, scores_out),
        lower_bound_of_epsilon(
            int((scores_in > cut).sum()), int((scores_out > cut).sum()), runs, delta=delta
        ),
    )


def _area(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    above = (inside[:, None] > outside[None, :]).mean()
    ties = (inside[:, None] == outside[None, :]).mean()
    return float(above + ties / 2)


def lower_bound_of_epsilon(
    hits: int, false_alarms: int, runs: int, *, delta: float = 0.0, level: float = 0.95
) -> float:
    """Give the epsilon that the attack proves at least: ln((hits - delta) / false alarms), with Clopper-Pearson bounds on both.

    Each bound takes half of what may go wrong; the test is also turned round, and the better of the two is given half again.
    """
    from scipy.stats import beta

    wrong = (1 - level) / 4

    def least(count: int) -> float:
        return 0.0 if count == 0 else float(beta.ppf(wrong, count, runs - count + 1))

    def most(count: int) -> float:
        return 1.0 if count == runs else float(beta.ppf(1 - wrong, count + 1, runs - count))

    found = [0.0]
    for high, low in ((hits, false_alarms), (runs - false_alarms, runs - hits)):
        if least(high) - delta > 0:
            found.append(math.log((least(high) - delta) / most(low)))
    return max(found)


@dataclass(frozen=True, slots=True)
class Inference:
    """Holds how often a value is guessed from the others with the synthetic file, and by always guessing the commonest value.

    ``control`` is the same for persons who were not among the records; the excess over it is what being in the file costs.
    """

    column: str
    guessed: float
    commonest: float
    control: float | None
    persons: int


def infer_attributes(
    domain: Domain,
    original: Codes,
    synthetic: Codes,
    *,
    random: np.random.Generator,
    control: Codes | None = None,
    persons: int = 400,
) -> list[Inference]:
    """Guess each column of persons from all their other columns, by the synthetic rows most like them."""
    sample = original[random.permutation(len(original))[:persons]]
    others = None if control is None else control[random.permutation(len(control))[:persons]]
    rows = synthetic[random.permutation(len(synthetic))[:20_000]]
    told = []
    likeness = _likeness(sample, rows)
    likeness_of_others = None if others is None else _likeness(others, rows)
    for column in range(sample.shape[1]):
        if domain.starts[column + 1] - domain.starts[column] < 2:
            continue  # an item that is there or not says little by itself
        values, counts = np.unique(rows[:, column], return_counts=True)
        common = values[np.argmax(counts)]
        known = sample[:, column] >= 0
        if known.sum() < 20:
            continue
        guessed = _guess(sample, rows, likeness, column)
        rate = None
        if others is not None and likeness_of_others is not None:
            seen = others[:, column] >= 0
            hit = _guess(others, rows, likeness_of_others, column) == others[:, column]
            rate = float(hit[seen].mean()) if seen.any() else None
        told.append(
            Inference(
                domain.columns[domain.source[column]].name,
                float((guessed == sample[:, column])[known].mean()),
                float((sample[known, column] == common).mean()),
                rate,
                int(known.sum()),
            )
        )
    return told


def _likeness(persons: Codes, rows: Codes) -> NDArray[np.int16]:
    """Count for each person and row the columns that are equal."""
    equal = np.zeros((len(persons), len(rows)), dtype=np.int16)
    for column in range(persons.shape[1]):
        equal += persons[:, column, None] == rows[None, :, column]
    return equal


def _guess(persons: Codes, rows: Codes, likeness: NDArray[np.int16], column: int) -> Codes:
    without = likeness - (persons[:, column, None] == rows[None, :, column])
    best = without >= without.max(axis=1, keepdims=True)
    guesses = np.empty(len(persons), dtype=np.int16)
    for place in range(len(persons)):
        values = rows[best[place], column]
        known = values[values >= 0]
        found, counts = np.unique(known if known.size else values, return_counts=True)
        guesses[place] = found[np.argmax(counts)]
    return guesses


@dataclass(frozen=True, slots=True)
class Linkage:
    """Holds what exact equality tells: of the records that nobody shares, how many are shown; of the rows, how many equal one."""

    unique_records: int
    unique_shown: float
    rows_equal_to_unique: float
    rows_equal_to_any: float


def link_rows(original: Codes, synthetic: Codes) -> Linkage:
    """Look for rows that equal a record."""
    both, inverse = np.unique(np.vstack([original, synthetic]), axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    true = np.bincount(inverse[: len(original)], minlength=len(both))
    made = np.bincount(inverse[len(original) :], minlength=len(both))
    unique = true == 1
    rows = max(int(made.sum()), 1)
    return Linkage(
        int(unique.sum()),
        float((unique & (made > 0)).sum() / max(int(unique.sum()), 1)),
        float(made[unique].sum() / rows),
        float(made[true > 0].sum() / rows),
    )


def proximity(
    original: Codes, control: Codes, synthetic: Codes, *, random: np.random.Generator, persons: int = 400
) -> Membership:
    """Ask whether records are nearer to the rows than persons who were not among them: one half means that nothing is learnt."""
    rows = synthetic[random.permutation(len(synthetic))[:20_000]]
    scores = []
    for people in (original, control):
        sample = people[random.permutation(len(people))[:persons]]
        likeness = _likeness(sample, rows)
        scores.append(likeness.max(axis=1) + (likeness >= likeness.max(axis=1, keepdims=True)).mean(axis=1))
    inside, outside = scores
    cut = float(np.median(outside))
    number = min(len(inside), len(outside))
    hits, alarms = int((inside[:number] > cut).sum()), int((outside[:number] > cut).sum())
    return Membership(2 * number, _area(inside, outside), lower_bound_of_epsilon(hits, alarms, number))
