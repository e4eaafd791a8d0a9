"""Probabilities from covariates: logistic regression with a ridge, plain or with splines and products."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_

from ._table import CannotEstimate

__all__ = ["Learn", "Learner", "columns_of", "learn_with"]

Numbers = NDArray[np.float64]
Learn = Callable[[Numbers, Numbers, Numbers], Numbers]
RIDGES: Final = (0.1, 1.0, 10.0, 100.0)
PLAIN_RIDGE: Final = 0.1
KNOTS: Final = (0.05, 0.35, 0.65, 0.95)  # quantiles (Harrell 2001)
FEWEST_FOR_SPLINE: Final = 8
MOST_WORDS: Final = 20


class Learner(StrEnum):
    """Names the learners that are built in."""

    LOGISTIC = "logistic"
    SPLINE = "spline"


def columns_of(covariates: Mapping[str, Sequence[object]], people: int) -> Numbers:
    """Make numbers of covariates: a column of numbers stays, one of words becomes a 0/1 column for each word but the first.

    Refuses missing values, with the row: they are to be imputed or made a category of their own.
    """
    found: list[Numbers] = []
    for name, values in covariates.items():
        if len(values) != people:
            raise CannotEstimate(
                N_("Covariate %(name)s has %(given)s values for %(wanted)s people."),
                name=name,
                given=len(values),
                wanted=people,
            )
        for row, value in enumerate(values, start=1):
            if value is None or value == "" or (isinstance(value, float) and not np.isfinite(value)):
                raise CannotEstimate(
                    N_('Row %(row)s has no %(name)s. Make "not known" a word of its own, or impute it.'),
                    row=row,
                    name=name,
                )
        if all(isinstance(value, (int, float, np.number)) for value in values):
            found.append(np.array(values, dtype=np.float64))
            continue
        words = sorted({str(value) for value in values})
        if len(words) > MOST_WORDS:
            raise CannotEstimate(
                N_("Covariate %(name)s has %(count)s different words, more than %(most)s. Group them."),
                name=name,
                count=len(words),
                most=MOST_WORDS,
            )
        texts = np.array([str(value) for value in values])
        found.extend((texts == word).astype(np.float64) for word in words[1:])
    varied = [column for column in found if np.ptp(column) > 0]
    return np.column_stack(varied) if varied else np.empty((people, 0))


def learn_with(learner: Learner | Learn, known: Numbers, answers: Numbers, asked: Numbers) -> Numbers:
    """Learn from rows whose 0/1 answer is known, and give the probability of 1 for the rows asked."""
    if not isinstance(learner, Learner):
        given = np.asarray(learner(known, answers, asked), dtype=np.float64)
        if given.shape != (asked.shape[0],) or not np.isfinite(given).all():
            raise CannotEstimate(N_("The learner must give one probability for each row that it is asked."))
        return np.clip(given, 0, 1)
    if learner is Learner.LOGISTIC:
        ridges: tuple[float, ...] = (PLAIN_RIDGE,)
    else:
        known, asked = _expanded(known, known), _expanded(known, asked)
        ridges = RIDGES
    middle, spread = known.mean(axis=0), known.std(axis=0)
    keep = spread > 1e-12
    known, asked = ((rows[:, keep] - middle[keep]) / spread[keep] for rows in (known, asked))
    fits = [_fitted(_with_one(known), answers, ridge) for ridge in ridges]
    slopes = min(fits, key=lambda fit: fit[1])[0]
    return _probability(_with_one(np.clip(asked, -6, 6)) @ slopes)


def _with_one(rows: Numbers) -> Numbers:
    return np.column_stack([np.ones(rows.shape[0]), rows])


def _probability(values: Numbers) -> Numbers:
    result: Numbers = 1 / (1 + np.exp(-np.clip(values, -35, 35)))
    return result


def _expanded(known: Numbers, rows: Numbers) -> Numbers:
    """Add to each column its natural cubic spline, and the products of each two columns; knots are those of ``known``."""
    parts = [rows]
    for column in range(rows.shape[1]):
        if np.unique(known[:, column]).size >= FEWEST_FOR_SPLINE:
            knots = np.unique(np.quantile(known[:, column], KNOTS))
            if knots.size > 2:
                parts.append(_natural_spline(rows[:, column], knots))
    parts.extend(rows[:, [i]] * rows[:, i + 1 :] for i in range(rows.shape[1] - 1))
    return np.concatenate(parts, axis=1)


def _natural_spline(values: Numbers, knots: Numbers) -> Numbers:
    """Give the curved columns of a restricted cubic spline (Hastie, Tibshirani and Friedman, eq. 5.4-5.5)."""
    span = knots[-1] - knots[0]

    def bend(knot: float) -> Numbers:
        above = np.maximum(values - knot, 0) ** 3 - np.maximum(values - knots[-1], 0) ** 3
        result: Numbers = above / (knots[-1] - knot)
        return result

    last = bend(float(knots[-2]))
    return np.column_stack([(bend(float(knot)) - last) / span**2 for knot in knots[:-2]])


def _fitted(rows: Numbers, answers: Numbers, ridge: float) -> tuple[Numbers, float]:
    """Fit by Newton's method, halving steps that go wrong; give the slopes and the generalised cross-validation score."""
    penalty = np.full(rows.shape[1], ridge)
    penalty[0] = 1e-8
    slopes = np.zeros(rows.shape[1])

    def loss(at: Numbers) -> float:
        linear = rows @ at
        return float(np.logaddexp(0, linear).sum() - answers @ linear + 0.5 * penalty @ at**2)

    best = loss(slopes)
    for _ in range(60):
        chance = _probability(rows @ slopes)
        slope = rows.T @ (answers - chance) - penalty * slopes
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while (now := loss(slopes + size * step)) > best + 1e-12 * abs(best) and size > 1e-6:
            size /= 2
        slopes, change, best = slopes + size * step, best - now, now
        if abs(change) < 1e-9 * (1 + abs(best)):
            break
    chance = _probability(rows @ slopes)
    inner = (rows * (chance * (1 - chance))[:, None]).T @ rows
    used = float(np.trace(np.linalg.solve(inner + np.diag(penalty), inner)))
    deviance = best - 0.5 * float(penalty @ slopes**2)
    return slopes, deviance / max(1 - used / answers.size, 1e-3) ** 2
