"""Log-linear models: one that is named, or all of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._estimate import Estimate, Limits, Status, exponential
from ._existence import exact_status, status_named
from ._fitting import ADMISSIBLE, UNDECIDED, fit_own, fit_tables, log_factorials
from ._hierarchy import Hierarchy, all_hierarchies, terms_matrix
from ._table import CannotEstimate, OverlapTable
from ._versions import versions_used

__all__ = [
    "LoglinearEstimate",
    "Multiverse",
    "RankedModel",
    "fit_all_loglinear",
    "fit_loglinear",
    "refuse_unfit",
]

_SOURCES: Final = (
    "Fienberg, S. E. (1972). The multiple recapture census for closed populations and incomplete 2^k contingency tables. Biometrika 59, 591-603.",
    "Cormack, R. M. (1992). Interval estimation for mark-recapture studies of closed populations. Biometrics 48, 567-576.",
    "Fienberg, S. E., Rinaldo, A. (2012). Maximum likelihood estimation in log-linear models. Annals of Statistics 40, 996-1023.",
)
CLOSED: Final = Said(
    N_("Nobody entered or left the population in the period, and nobody is hidden from every list for good.")
)
LINKED: Final = Said(
    N_(
        "Records of one person were recognised as one person: links that are missed make the estimate too high."
    )
)
CONDITIONAL: Final = Said(
    N_("The interval takes the model as given. What choosing the model adds to the uncertainty is not in it.")
)
_REASONS: Final = {
    Status.NO_MAXIMUM: N_(
        "The overlaps that this model needs are empty in such a way that its likelihood has no maximum."
    ),
    Status.NOT_IDENTIFIABLE: N_(
        "With the overlaps that are empty, many numbers fit this model equally well."
    ),
    Status.NEITHER: N_(
        "With the overlaps that are empty, this model has no best fit, and many numbers fit it equally well."
    ),
    Status.NOT_CONVERGED: N_("The fit of this model did not end, so no number is given."),
}


def refuse_unfit(table: OverlapTable) -> None:
    """Refuse a table from which no model can follow: nobody seen, or fewer than two lists."""
    if len(table.lists) < 2:
        raise CannotEstimate(
            N_("At least two lists are needed: one list says nothing about those on no list.")
        )
    if table.observed == 0:
        raise CannotEstimate(N_("Nobody is on any list, so there is nothing to estimate from."))


def absent(status: Status) -> Caution:
    """Say why there is no estimate."""
    return Caution("no-estimate", Said(_REASONS[status]))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoglinearEstimate(Estimate):
    """Answers what one log-linear model says, taken as given.

    ``coefficients`` are by the names of the lists (the empty tuple is the intercept, the log of the dark figure); -inf where
    nobody has the term. ``aic`` and ``bic`` count every term of the model, with n people (not cells). ``freedom`` is the number
    of cells fitted less the number of coefficients fitted.
    """

    hierarchy: Hierarchy
    counts: NDArray[np.float64] = field(repr=False)
    coefficients: Mapping[tuple[str, ...], float] = field(default_factory=dict)
    loglikelihood: float | None = None
    aic: float | None = None
    bic: float | None = None
    deviance: float | None = None
    freedom: int | None = None
    standard_error: float | None = None

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the profile-likelihood interval (Cormack 1992): its upper end is infinite where the data set none."""
        if self.estimate is None:
            return None
        from ._profile import profile_interval

        dark = self.estimate - self.observed
        checked_level(level)
        try:
            with np.errstate(all="ignore"):
                return profile_interval(self.counts, self.hierarchy.ordered(), dark, level)
        except ValueError:
            # From a hundred million people on, differences of likelihood drown in rounding. So many are plenty for Wald.
            return self.wald_interval(level)

    def wald_interval(self, level: float = 0.95) -> Limits | None:
        """Give the interval from the standard error, on the logarithm of the dark figure."""
        if self.estimate is None or self.standard_error is None:
            return None
        from statistics import NormalDist

        dark = self.estimate - self.observed
        if dark <= 0:  # so few that they are lost in rounding beside those seen
            return Limits(self.observed, self.observed)
        spread = exponential(
            NormalDist().inv_cdf(0.5 + checked_level(level) / 2) * self.standard_error / dark
        )
        return Limits(self.observed + dark / spread, self.observed + dark * spread)


def checked_level(level: float) -> float:
    """Refuse a level that is not between 0 and 1 (95 for 0.95)."""
    if not 0 < level < 1:
        raise CannotEstimate(
            N_("The level of an interval lies between 0 and 1, for example 0.95; %(level)s was given."),
            level=level,
        )
    return level


def fit_loglinear(table: OverlapTable, model: str | Hierarchy | None = None) -> LoglinearEstimate:
    """Fit one hierarchical log-linear model by extended maximum likelihood.

    ``model`` is in the notation "12,13,4"; without it, the lists are taken as independent. Terms that nobody has are taken at
    minus infinity with their cells (Chan, Silverman & Vincent 2021, section 2). Where the maximum does not exist or is not
    unique, the estimate is None and the status says which.
    """
    refuse_unfit(table)
    lists = len(table.lists)
    if isinstance(model, Hierarchy):
        hierarchy = model
    else:
        hierarchy = Hierarchy.generated(lists, ()) if model is None else Hierarchy.parse(lists, model)
    if hierarchy.lists != lists:
        raise CannotEstimate(
            N_("The model is for %(model)s lists, and the table has %(table)s."),
            model=hierarchy.lists,
            table=lists,
        )
    counts, terms = table.counts.astype(np.float64), hierarchy.ordered()
    fit = fit_own(counts[None, :], terms[None, :], np.array([terms.size]))
    code = int(fit.status[0, 0])
    if code >= UNDECIDED:
        exact = exact_status(counts, terms)
        status = Status.NOT_CONVERGED if exact == ADMISSIBLE else status_named(exact)
    else:
        status = status_named(code)
    bare = LoglinearEstimate(
        method="loglinear",
        observed=table.observed,
        estimate=None,
        status=status,
        model=str(hierarchy),
        assumptions=(CLOSED, LINKED, Said(N_("The model was right before the data were seen."))),
        sources=_SOURCES,
        versions=versions_used(),
        hierarchy=hierarchy,
        counts=counts,
    )
    if status is not Status.EXISTS:
        return replace(bare, warnings=(absent(status),))
    coefficients = {table.names_of(int(term)): float(fit.coefficients[0, term]) for term in terms}
    likelihood = float(fit.loglikelihood[0, 0]) - float(log_factorials(counts))
    return _with_fit(bare, coefficients, fit.fitted[0], likelihood, float(fit.intercept[0, 0]))


def _with_fit(
    bare: LoglinearEstimate,
    coefficients: Mapping[tuple[str, ...], float],
    fitted: NDArray[np.float64],
    loglikelihood: float,
    variance: float,
) -> LoglinearEstimate:
    """Fill in what follows from a fit that exists; ``variance`` is that of the intercept."""
    counts, dark, size = bare.counts, math.exp(coefficients[()]), len(coefficients)
    seen = counts > 0
    return replace(
        bare,
        estimate=bare.observed + dark,
        warnings=(Caution("conditional-interval", CONDITIONAL),),
        coefficients=coefficients,
        loglikelihood=loglikelihood,
        aic=2 * size - 2 * loglikelihood,
        bic=size * math.log(bare.observed) - 2 * loglikelihood,
        deviance=2
        * float((counts[seen] * np.log(counts[seen] / fitted[seen])).sum() - (counts - fitted)[1:].sum()),
        freedom=int((fitted[1:] > 0).sum()) - sum(math.isfinite(value) for value in coefficients.values()),
        standard_error=math.sqrt(dark + dark * dark * variance),
    )


@dataclass(frozen=True, slots=True)
class RankedModel:
    """Holds one model among others: how many there are by it, and how far its BIC and AIC lie above the lowest."""

    hierarchy: Hierarchy
    estimate: float
    bic: float
    delta_bic: float
    aic: float
    delta_aic: float


@dataclass(frozen=True, slots=True, eq=False)
class Multiverse:
    """Holds the fits of many models of a table as arrays, one place per model.

    ``terms`` has a row per model, of which the first ``sizes`` are its terms; ``status`` is 0 where the estimate exists, else 1
    for no maximum plus 2 for not identifiable; ``estimate`` and ``spread`` (the standard error of the logarithm of the dark
    figure) are NaN where it does not exist. ``loglikelihood`` is its supremum there. With a finite ``window`` the models are those
    within it of the best, and ``exact`` says that they are all of these.
    """

    table: OverlapTable
    terms: NDArray[np.int16]
    sizes: NDArray[np.int64]
    status: NDArray[np.int64]
    loglikelihood: NDArray[np.float64]
    estimate: NDArray[np.float64]
    spread: NDArray[np.float64]
    window: float = math.inf
    exact: bool = True

    @property
    def bic(self) -> NDArray[np.float64]:
        """Give the BIC of each model, with n people; infinite where there is no estimate."""
        return self.criterion(math.log(self.table.observed))

    @property
    def aic(self) -> NDArray[np.float64]:
        """Give the AIC of each model; infinite where there is no estimate."""
        return self.criterion(2.0)

    def criterion(self, penalty: float) -> NDArray[np.float64]:
        """Give -2 log-likelihood + penalty x terms; infinite where there is no estimate."""
        return np.where(self.status == 0, penalty * self.sizes - 2 * self.loglikelihood, np.inf)

    @property
    def whole(self) -> bool:
        """Say whether every model was fitted, and none left out by a search."""
        return math.isinf(self.window)

    @property
    def admissible(self) -> int:
        """Count the models whose estimate exists."""
        return int((self.status == 0).sum())

    def order_by_bic(self) -> NDArray[np.int64]:
        """Give the places of the admissible models, lowest BIC first; where rounding decides, the order of enumeration."""
        return np.argsort(np.round(self.bic, 7), kind="stable")[: self.admissible]

    def hierarchy(self, place: int) -> Hierarchy:
        """Give the model at a place."""
        terms = self.terms[place, : self.sizes[place]]
        return Hierarchy(len(self.table.lists), frozenset(int(term) for term in terms))

    def top(self, count: int = 20, *, within: float = math.inf) -> tuple[RankedModel, ...]:
        """Give the admissible models of lowest BIC, at most ``count`` and at most ``within`` above the lowest."""
        places = self.order_by_bic()[:count]
        if not places.size:
            return ()
        bic, aic = self.bic, self.aic
        lowest, lowest_aic = float(bic.min()), float(aic.min())
        return tuple(
            RankedModel(
                self.hierarchy(place), float(self.estimate[place]), float(bic[place]), float(bic[place]) - lowest,
                float(aic[place]), float(aic[place]) - lowest_aic,
            )
            for place in places
            if bic[place] - lowest <= within
        )  # fmt: skip


def fit_all_loglinear(table: OverlapTable, order: int | None = None) -> Multiverse:
    """Fit every hierarchical model whose terms have at most ``order`` lists; all orders up to five lists when not given.

    With six lists, ``order`` 2 is taken (32,768 models); above, there are too many, and ``search_loglinear`` is the way.
    """
    refuse_unfit(table)
    lists = len(table.lists)
    if order is None and lists > 5:
        order = 2
    return fit_models(table, *terms_matrix(all_hierarchies(lists, order), lists))


def fit_models(table: OverlapTable, terms: NDArray[np.int16], sizes: NDArray[np.int64]) -> Multiverse:
    """Fit these models, one per row of terms."""
    fits = fit_tables(table.counts[None, :].astype(np.float64), terms, sizes)
    return Multiverse(
        table, terms, sizes, fits.status[0], fits.loglikelihood[0], table.observed + fits.dark[0],
        np.sqrt(fits.intercept[0] + 1 / fits.dark[0]),
    )  # fmt: skip
