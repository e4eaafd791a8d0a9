"""Find the best models where there are too many to fit them all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_

from ._hierarchy import Hierarchy, terms_of_size
from ._loglinear import Multiverse, fit_all_loglinear, fit_models, refuse_unfit
from ._stepwise import estimate_stepwise
from ._table import CannotEstimate, OverlapTable

__all__ = [
    "ModelSearch",
    "SearchSpace",
    "fit_hierarchies",
    "fit_or_search",
    "search_loglinear",
    "search_space",
]

_MOST_TERMS: Final = 62  # that a model may have beyond the single lists: it is kept in 64 bits
_MOST_WHOLE: Final = 5  # lists of which all models are fitted
_MOST_FOUND: Final = 200_000


@dataclass(frozen=True, slots=True)
class ModelSearch:
    """Holds the models that a search found, and what it may claim.

    With ``exact``, no model with terms of at most ``order`` lists scores below the best found, and every admissible one within
    ``window`` of it is among ``fits``. Otherwise the search ended at its limit of fits, and better models may be missing.
    """

    fits: Multiverse
    order: int
    window: float
    exact: bool
    fitted: int


def search_loglinear(
    table: OverlapTable,
    *,
    order: int = 2,
    penalty: float | None = None,
    window: float = 6.0,
    most_fits: int = 200_000,
) -> ModelSearch:
    """Find the admissible models whose BIC is lowest or within ``window`` of the lowest, without fitting all of them.

    ``penalty`` per term takes the place of log n, that of BIC. The best model is first sought downhill from three starts
    (independence, the stepwise choice, all terms), over models with one term more or less; then branch and bound goes through
    the lattice from the largest model downwards: a model's submodels that keep certain terms are skipped when even the
    model's own likelihood would not bring them near. That is exact, unless ``most_fits`` end it, and ``exact`` says which.
    """
    refuse_unfit(table)
    lists = len(table.lists)
    per_term = math.log(table.observed) if penalty is None else penalty
    from ._fitting_kernels import log_factorials
    from ._search_kernels import explore

    counts = table.counts.astype(np.float64)
    space = search_space(table, order)
    start, lowest = _walk_downhill(table, order, per_term)
    found, score = np.empty(_MOST_FOUND, dtype=np.int64), np.empty(_MOST_FOUND)
    number, fitted, exact = explore(
        counts, lists, space.terms, space.above, space.below, per_term, lowest - 2 * log_factorials(counts), window,
        most_fits, found, score,
    )  # fmt: skip
    near = found[:number][score[:number] <= score[:number].min(initial=math.inf) + window]
    models = {space.model(int(bits)) for bits in near}
    fits = fit_hierarchies(table, sorted(models or {start}, key=str))
    if not exact and lowest < fits.criterion(per_term).min():
        fits = fit_hierarchies(table, sorted(models | {start}, key=str))
    return ModelSearch(fits, order, window, exact, fitted)


@dataclass(frozen=True, slots=True, eq=False)
class SearchSpace:
    """Holds the terms that a model may have beyond the single lists, what is needed first; as bits, which contain which."""

    lists: int
    terms: NDArray[np.int64]
    above: NDArray[np.int64]
    below: NDArray[np.int64]

    def model(self, bits: int) -> Hierarchy:
        """Give the model of the terms that are set."""
        return Hierarchy.generated(
            self.lists, [int(term) for i, term in enumerate(self.terms) if bits >> i & 1]
        )

    def bits(self, model: Hierarchy) -> int:
        """Give the terms of a model as bits."""
        return sum(1 << i for i, term in enumerate(self.terms) if int(term) in model.terms)


def search_space(table: OverlapTable, order: int) -> SearchSpace:
    """Order the terms by what the likelihood of the largest model loses without them: what is needed is decided first."""
    lists = len(table.lists)
    terms = [term for size in range(2, min(order, lists - 1) + 1) for term in terms_of_size(lists, size)]
    if len(terms) > _MOST_TERMS:
        raise CannotEstimate(
            N_(
                "%(lists)s lists have %(terms)s terms of up to %(order)s lists, more than a search can hold. Lower the order."
            ),
            lists=lists,
            terms=len(terms),
            order=order,
        )
    without = [
        Hierarchy.generated(lists, [other for other in terms if other & term != term]) for term in terms
    ]
    loss = fit_hierarchies(table, without).loglikelihood if without else np.empty(0)
    ordered = [terms[place] for place in np.argsort(np.round(loss, 6), kind="stable")]
    return SearchSpace(
        lists,
        np.array(ordered, dtype=np.int64),
        np.array(
            [sum(1 << j for j, o in enumerate(ordered) if o & term == term) for term in ordered],
            dtype=np.int64,
        ),
        np.array(
            [sum(1 << j for j, o in enumerate(ordered) if o & term == o) for term in ordered], dtype=np.int64
        ),
    )


def fit_or_search(
    table: OverlapTable, order: int | None, *, penalty: float | None, window: float
) -> Multiverse:
    """Fit all models where they are few enough (five lists, or six with pairs), else those that a search finds."""
    lists = len(table.lists)
    if lists <= _MOST_WHOLE or (lists == _MOST_WHOLE + 1 and (order or 2) == 2):
        return fit_all_loglinear(table, order)
    return search_loglinear(table, order=order or 2, penalty=penalty, window=window).fits


def fit_hierarchies(table: OverlapTable, models: list[Hierarchy]) -> Multiverse:
    """Fit these models, which need not be all."""
    sizes = np.array([len(model.terms) for model in models], dtype=np.int64)
    terms = np.zeros((len(models), int(sizes.max())), dtype=np.int16)
    for row, model in enumerate(models):
        terms[row, : sizes[row]] = model.ordered()
    return fit_models(table, terms, sizes, whole=False)


def _walk_downhill(table: OverlapTable, order: int, penalty: float) -> tuple[Hierarchy, float]:
    """Go from three starts to the best neighbour while that is better; answer the best model met with its score."""
    lists = len(table.lists)
    full = Hierarchy.generated(lists, terms_of_size(lists, min(order, lists - 1)))
    chosen = estimate_stepwise(table).model
    starts = [Hierarchy.generated(lists, ()), full]
    if chosen is not None and lists <= 9:
        starts.append(Hierarchy.parse(lists, chosen))
    best, lowest = starts[0], math.inf
    for start in starts:
        here, score = start, float(fit_hierarchies(table, [start]).criterion(penalty)[0])
        while True:
            around = list(here.neighbours(order))
            scores = fit_hierarchies(table, around).criterion(penalty) if around else np.array([math.inf])
            place = int(scores.argmin())
            if not scores[place] < score - 1e-9:
                break
            here, score = around[place], float(scores[place])
        if score < lowest:
            best, lowest = here, score
    return best, lowest
