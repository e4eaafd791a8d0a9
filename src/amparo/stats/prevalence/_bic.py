"""The model of lowest BIC among all, with an interval that holds the choice within (Silverman, Chan & Vincent 2024)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Said
from amparo.vocab.text import N_

from ._bootstrap import Bootstrap, acceleration_of, draw_tables, seed_of, without_one
from ._estimate import Estimate, Limits, Status
from ._fitting import fit_tables
from ._hierarchy import Hierarchy
from ._loglinear import CLOSED, LINKED, Multiverse, checked_level, refuse_unfit
from ._search import NO_MODEL, SEARCH_ENDED, fit_or_search, search_space
from ._stepwise import WITHOUT_ONE
from ._table import CannotEstimate, OverlapTable
from ._versions import versions_used

__all__ = ["BicEstimate", "PathPoint", "Progress", "estimate_bic", "fit_replicates"]

_SOURCES: Final = (
    (
        "Silverman, B. W., Chan, L., Vincent, K. (2024). Bootstrapping multiple systems estimates to account for model "
        "selection. Statistics and Computing 34, 44."
    ),
    "Schwarz, G. (1978). Estimating the dimension of a model. Annals of Statistics 6, 461-464.",
)
_USUAL: Final = {
    2: 1,
    3: 8,
    4: 20,
}  # how many of the best models are refitted per replicate; 100 for more lists
_ROWS: Final = 50  # replicates searched between two reports of progress
_MOST_FITS: Final = 200_000  # per replicate
_BLOCK: Final = 500_000  # fits between two reports of progress
Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]


def fit_replicates(
    tables: Floats, terms: NDArray[np.int16], sizes: NDArray[np.int64], progress: Progress | None = None
) -> tuple[Floats, Floats]:
    """Fit each model (a row of terms) to each row of counts: BIC (infinite where there is no estimate) and dark figure (NaN there).

    ``progress`` is called with the number of rows done and of all rows.
    """
    rows, step = tables.shape[0], max(1, _BLOCK // sizes.size)
    bic, dark = np.empty((rows, sizes.size)), np.empty((rows, sizes.size))
    for start in range(0, rows, step):
        some = tables[start : start + step]
        fits = fit_tables(some, terms, sizes)
        penalties = sizes[None, :] * np.log(some.sum(axis=1))[:, None]
        bic[start : start + step] = np.where(fits.status == 0, penalties - 2 * fits.loglikelihood, np.inf)
        dark[start : start + step] = fits.dark
        if progress is not None:
            progress(min(start + step, rows), rows)
    return bic, dark


@dataclass(frozen=True, slots=True)
class PathPoint:
    """Holds what the bootstrap says when each replicate chooses among the ``models`` best of the data; ``last`` is the worst.

    Both are None where each replicate searched all models, whether they have an estimate on the data or not.
    """

    models: int | None
    last: Hierarchy | None
    bootstrap: Bootstrap
    one_decides: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BicEstimate(Estimate):
    """Answers what the model of lowest BIC says; each replicate chooses again among the ``considered`` best models.

    ``path`` shows how the interval grows with the number of models that a replicate may choose from: an interval that still
    grows at the end of the path is too short.
    """

    bic: float | None = None
    admissible: int = 0
    considered: int = 0
    path: tuple[PathPoint, ...] = field(default=(), repr=False)

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the BCa interval with the choice inside; None where no replicates were drawn."""
        checked_level(level)
        return self.path[-1].bootstrap.limits(level) if self.path else None


def estimate_bic(
    table: OverlapTable,
    *,
    random: np.random.Generator | None = None,
    replicates: int = 1000,
    order: int | None = None,
    models: int | None = None,
    exhaustive: bool = False,
    progress: Progress | None = None,
) -> BicEstimate:
    """Estimate by the admissible model of lowest BIC, of all with terms of at most ``order`` lists.

    ``random`` draws the replicates; each refits the ``models`` best models of the data (all of three lists, 20 of four, 100 of
    more when not given) and takes its own best. With ``exhaustive`` each replicate then searches all models, exactly (see
    ``search_loglinear``), and the interval is that. Without ``random`` there is no interval. Above five lists with higher
    orders, and above six, the models are those that a search finds.
    """
    if models is not None and models < 1:
        raise CannotEstimate(
            N_("At least one model is needed, and %(models)s were asked for."), models=models
        )
    refuse_unfit(table)
    fits = fit_or_search(table, order, penalty=None)
    ranked = fits.order_by_bic()
    bare = BicEstimate(
        method="bic",
        observed=table.observed,
        estimate=None,
        status=Status.NO_MAXIMUM,
        admissible=fits.admissible,
        assumptions=(CLOSED, LINKED, Said(N_("One of the hierarchical log-linear models is right."))),
        sources=_SOURCES,
        versions=versions_used(),
    )
    if not ranked.size:
        return replace(bare, warnings=(NO_MODEL,))
    if not fits.exact:
        bare = replace(bare, warnings=(SEARCH_ENDED,))
    usual = _USUAL.get(len(table.lists), 100)
    chosen = ranked[: models or usual]
    best = chosen[0]
    answer = replace(
        bare,
        estimate=float(fits.estimate[best]),
        status=Status.EXISTS,
        model=str(fits.hierarchy(best)),
        bic=float(fits.bic[best]),
        considered=chosen.size,
    )
    if random is None:
        return answer
    drawn = draw_tables(table, replicates, random)
    path = _follow_path(fits, chosen, drawn, progress)
    if exhaustive:
        path.append(_search_each(fits, chosen, drawn, order, progress))
    warnings = path[-1].bootstrap.cautions() + ((WITHOUT_ONE,) if path[-1].one_decides else ())
    return replace(answer, path=tuple(path), seed=seed_of(random), warnings=answer.warnings + warnings)


def _follow_path(
    fits: Multiverse, chosen: NDArray[np.int64], drawn: Floats, progress: Progress | None
) -> list[PathPoint]:
    """Let each replicate choose among 1, 2, ... of the models, from one set of fits."""
    table = fits.table
    terms, sizes = fits.terms[chosen], fits.sizes[chosen]
    bic, dark = fit_replicates(drawn, terms, sizes, progress)
    bic_without, dark_without = fit_replicates(without_one(table), terms, sizes)
    points = []
    for count in _marks(chosen.size):
        values = _best_numbers(bic[:, :count], dark[:, :count], table.observed)
        lacking = _best_numbers(bic_without[:, :count], dark_without[:, :count], table.observed - 1)
        points.append(_point(fits, chosen, values, lacking, count))
    return points


def _point(
    fits: Multiverse, chosen: NDArray[np.int64], values: Floats, lacking: Floats, count: int | None
) -> PathPoint:
    """Make a point of the path from the numbers of the replicates, and of the tables that lack one person."""
    acceleration = acceleration_of(fits.table, lacking)
    refused = int(np.isinf(values).sum())
    bootstrap = Bootstrap(float(fits.estimate[chosen[0]]), values, refused, acceleration or 0.0)
    last = None if count is None else fits.hierarchy(chosen[count - 1])
    return PathPoint(count, last, bootstrap, one_decides=acceleration is None)


def _search_each(
    fits: Multiverse, chosen: NDArray[np.int64], drawn: Floats, order: int | None, progress: Progress | None
) -> PathPoint:
    """Let each replicate search all models, starting from the five best of the data."""
    from ._search_each_kernels import best_each

    table = fits.table
    lists = len(table.lists)
    space = search_space(table, order or (lists - 1 if lists <= 5 else 2))
    starts = np.array([space.bits(fits.hierarchy(place)) for place in chosen[:5]], dtype=np.int64)

    def numbers(tables: Floats) -> Floats:
        dark = np.empty(tables.shape[0])
        for row in range(0, tables.shape[0], _ROWS):
            some = np.ascontiguousarray(tables[row : row + _ROWS])
            people = math.log(float(some[0].sum()))
            ended = best_each(
                some,
                lists,
                space.terms,
                space.above,
                space.below,
                starts,
                people,
                _MOST_FITS,
                dark[row : row + _ROWS],
            )
            if ended:
                raise CannotEstimate(
                    N_(
                        "The search through all models did not end in %(ended)s replicates. Leave the exhaustive option out."
                    ),
                    ended=ended,
                )
            if progress is not None:
                progress(min(row + _ROWS, tables.shape[0]), tables.shape[0])
        people_each: Floats = tables.sum(axis=1) + dark
        return people_each

    return _point(fits, chosen, numbers(drawn), numbers(without_one(table)), None)


def _marks(models: int) -> list[int]:
    """Give the numbers of models at which the path is read: each up to 100, then about ten per power of ten."""
    far = np.unique(np.geomspace(100, max(models, 100), 1 + 10 * len(str(models))).astype(int))
    return sorted({*range(1, min(models, 100) + 1), *(int(mark) for mark in far if mark <= models), models})


def _best_numbers(bic: Floats, dark: Floats, observed: int) -> Floats:
    """Give each row's number of people by its model of lowest BIC; infinite where none of the models has an estimate."""
    place = bic.argmin(axis=1)
    number = observed + dark[np.arange(bic.shape[0]), place]
    return np.where(np.isfinite(bic.min(axis=1)), number, np.inf)
