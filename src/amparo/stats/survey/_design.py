"""How a sample was drawn: weights, strata, clusters, and the totals it was adjusted to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from amparo.stats.prevalence import CannotEstimate
from amparo.vocab.text import N_

from ._result import Numbers, column_of, row_of

__all__ = ["Calibration", "SurveyDesign", "design_weights", "effective_size", "kish_design_effect"]

Codes = NDArray[np.intp]


def codes_of(labels: Sequence[Hashable], *, length: int, what: str) -> tuple[Codes, tuple[str, ...]]:
    """Number labels from 0 in the order of their names; refuse another length or a missing label, with the row."""
    if len(labels) != length:
        raise CannotEstimate(
            N_("%(what)s: %(given)s values were given for %(wanted)s respondents."),
            what=what,
            given=len(labels),
            wanted=length,
        )
    texts = [
        "" if label is None or (isinstance(label, float) and np.isnan(label)) else str(label)
        for label in labels
    ]
    if "" in texts:
        raise CannotEstimate(
            N_(
                "%(what)s: row %(row)s has none. Give every respondent one, or leave the respondent out and say so."
            ),
            what=what,
            row=texts.index("") + 1,
        )
    names = sorted(set(texts))
    place = {name: i for i, name in enumerate(names)}
    return np.array([place[text] for text in texts], dtype=np.intp), tuple(names)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Holds the groups whose totals are known, and those totals: one pair for each margin."""

    margins: tuple[tuple[Codes, Numbers], ...]

    def fitted(self, weights: Numbers, *, tolerance: float = 1e-11, most: int = 2000) -> Numbers:
        """Scale weights until every group adds up to its total (Deming and Stephan 1940); one margin needs one step."""
        fitted = weights.astype(np.float64)
        for _ in range(most):
            worst = 0.0
            for codes, totals in self.margins:
                sums = np.bincount(codes, weights=fitted, minlength=totals.size)
                if np.any((sums <= 0) & (totals > 0)):
                    raise CannotEstimate(
                        N_("A group with a known total has no weight left. Merge it with another.")
                    )
                factors = np.divide(totals, sums, out=np.ones_like(totals), where=sums > 0)
                worst = max(worst, float(np.abs(factors - 1).max()))
                fitted = fitted * factors[codes]
            if worst < tolerance or len(self.margins) == 1:
                return fitted
        raise CannotEstimate(
            N_(
                "Raking did not come to an end: the known totals cannot all hold together. Use fewer margins, or merge groups."
            )
        )

    def residual(self, values: Numbers, base: Numbers) -> Numbers:
        """Take from values what the groups explain, by least squares with the weights before calibration."""
        columns = np.concatenate([np.eye(totals.size)[codes] for codes, totals in self.margins], axis=1)
        root = np.sqrt(base)
        slopes, *_ = np.linalg.lstsq(columns * root[:, None], values * root, rcond=None)
        residual: Numbers = values - columns @ slopes
        return residual


@dataclass(frozen=True, slots=True, eq=False)
class SurveyDesign:
    """Tells how respondents came into the sample. Make one by :meth:`of`.

    ``weights`` has a number for each respondent: how many people of the population stand behind this one. ``strata`` and
    ``clusters`` number the strata and the first-stage clusters of the respondents; ``fractions`` is the share of all
    clusters of a stratum that was drawn (0: as if drawn with replacement, which is on the safe side). Later stages of
    sampling need not be told: the variance between first-stage clusters holds them (the ultimate cluster).
    """

    weights: Numbers
    strata: Codes
    clusters: Codes
    stratum_names: tuple[str, ...]
    stratum_of_cluster: Codes
    fractions: Numbers
    base: Numbers
    calibration: Calibration | None = None

    @classmethod
    def of(
        cls,
        weights: Sequence[float] | Numbers,
        *,
        strata: Sequence[Hashable] | None = None,
        clusters: Sequence[Hashable] | None = None,
        clusters_in_population: Mapping[str, float] | float | None = None,
    ) -> SurveyDesign:
        """Read a design from a column of weights and, if there are any, of strata and of clusters.

        ``clusters_in_population`` tells how many clusters each stratum has in the population (where there are no clusters:
        how many people), for the finite population correction; a number where there are no strata.
        """
        column = weights_of(weights)
        people = column.size
        stratum_codes, names = (
            codes_of(strata, length=people, what="stratum")
            if strata is not None
            else (np.zeros(people, dtype=np.intp), ("all",))
        )
        cluster_codes = np.arange(people)
        if clusters is not None:
            cluster_codes, cluster_names = codes_of(clusters, length=people, what="cluster")
            refuse_clusters_in_two_strata(cluster_codes, stratum_codes, cluster_names, names)
        count = int(cluster_codes.max()) + 1
        stratum_of_cluster = np.zeros(count, dtype=np.intp)
        stratum_of_cluster[cluster_codes] = stratum_codes
        drawn = np.bincount(stratum_of_cluster, minlength=len(names)).astype(np.float64)
        fractions = fractions_of(clusters_in_population, drawn, names)
        return cls(column, stratum_codes, cluster_codes, names, stratum_of_cluster, fractions, column.copy())

    @property
    def people(self) -> int:
        """Give the number of respondents."""
        return self.weights.size

    @property
    def degrees(self) -> int:
        """Give the degrees of freedom: clusters less strata."""
        return self.stratum_of_cluster.size - len(self.stratum_names)

    def drawn(self) -> NDArray[np.int64]:
        """Give the number of clusters that were drawn in each stratum."""
        return np.bincount(self.stratum_of_cluster, minlength=len(self.stratum_names)).astype(np.int64)

    def refuse_lonely_strata(self) -> None:
        """Refuse a stratum with one cluster, whose variance nobody can know, unless it was the only one there is."""
        lonely = np.flatnonzero((self.drawn() == 1) & (self.fractions < 1))
        if lonely.size:
            raise CannotEstimate(
                N_(
                    "Stratum %(stratum)s has one cluster only, so its variance cannot be estimated. Merge it with the stratum "
                    "that is most like it; or, if it was sure to be drawn, say that it has 1 cluster in the population."
                ),
                stratum=", ".join(self.stratum_names[i] for i in lonely),
            )

    def variance_of_total(self, influence: Numbers) -> float:
        """Give the variance of the weighted total of ``influence``, by Taylor linearisation over first-stage clusters."""
        self.refuse_lonely_strata()
        if self.calibration is not None:
            influence = self.calibration.residual(influence, self.base)
        totals = np.bincount(
            self.clusters, weights=self.weights * influence, minlength=self.stratum_of_cluster.size
        )
        drawn = self.drawn().astype(np.float64)
        sums = np.bincount(self.stratum_of_cluster, weights=totals, minlength=drawn.size)
        deviations = totals - (sums / drawn)[self.stratum_of_cluster]
        squares = np.bincount(self.stratum_of_cluster, weights=deviations**2, minlength=drawn.size)
        return float(np.sum((1 - self.fractions) * drawn / np.maximum(drawn - 1, 1) * squares))

    def poststratified(self, groups: Sequence[Hashable], totals: Mapping[str, float]) -> SurveyDesign:
        """Adjust the weights so that each group adds up to its known total (Holt and Smith 1979)."""
        return self.raked([(groups, totals)])

    def raked(self, margins: Sequence[tuple[Sequence[Hashable], Mapping[str, float]]]) -> SurveyDesign:
        """Adjust the weights so that the groups of every margin add up to their known totals (Deming and Stephan 1940).

        The variance is that of regression on the groups, to which raking comes near in large samples (Deville and
        Särndal 1992).
        """
        if not margins:
            raise CannotEstimate(N_("Raking needs at least one margin: the groups, and their known totals."))
        calibration = Calibration(tuple(margin_of(groups, totals, self.people) for groups, totals in margins))
        sums = [float(totals.sum()) for _, totals in calibration.margins]
        if max(sums) - min(sums) > 1e-6 * max(sums):
            raise CannotEstimate(
                N_("The margins add up to different populations: %(least)s and %(most)s. They must agree."),
                least=f"{min(sums):,.0f}",
                most=f"{max(sums):,.0f}",
            )
        return replace(self, weights=calibration.fitted(self.base), calibration=calibration)


def weights_of(weights: Sequence[float] | Numbers) -> Numbers:
    """Read a column of weights; refuse none, and what is not above 0, with the row."""
    column = column_of(weights, length=None, what="weight")
    if column.size < 2:
        raise CannotEstimate(
            N_("A survey needs at least two respondents; there are %(count)s."), count=column.size
        )
    wrong = ~(np.isfinite(column) & (column > 0))
    if wrong.any():
        raise CannotEstimate(
            N_(
                "Row %(row)s has the weight %(weight)s. A weight is a number above 0: one divided by the probability to be drawn."
            ),
            row=row_of(wrong),
            weight=column[wrong][0],
        )
    return column


def refuse_clusters_in_two_strata(
    clusters: Codes, strata: Codes, cluster_names: tuple[str, ...], stratum_names: tuple[str, ...]
) -> None:
    """Refuse a cluster whose name occurs in two strata: either the name or the stratum is wrong."""
    first: dict[int, int] = {}
    for row, (cluster, stratum) in enumerate(zip(clusters.tolist(), strata.tolist(), strict=True), start=1):
        if first.setdefault(cluster, stratum) != stratum:
            raise CannotEstimate(
                N_(
                    "Row %(row)s puts cluster %(cluster)s into stratum %(here)s, and an earlier row into %(there)s. A cluster is in "
                    "one stratum: if two clusters share a name, give them different ones."
                ),
                row=row,
                cluster=cluster_names[cluster],
                here=stratum_names[stratum],
                there=stratum_names[first[cluster]],
            )


def fractions_of(
    population: Mapping[str, float] | float | None, drawn: Numbers, names: tuple[str, ...]
) -> Numbers:
    """Give the share of each stratum's clusters that was drawn; refuse a stratum that has fewer than were drawn."""
    if population is None:
        return np.zeros(drawn.size)
    if not isinstance(population, Mapping):
        if len(names) > 1:
            raise CannotEstimate(N_("With strata, tell for each stratum how many clusters it has."))
        population = {names[0]: population}
    missing = [name for name in names if name not in population]
    if missing:
        raise CannotEstimate(
            N_("It is not told how many clusters stratum %(stratum)s has in the population."),
            stratum=missing[0],
        )
    sizes = np.array([float(population[name]) for name in names])
    for name, size, count in zip(names, sizes, drawn, strict=True):
        if not size >= count:
            raise CannotEstimate(
                N_(
                    "Stratum %(stratum)s has %(size)s clusters in the population, but %(drawn)s were drawn from it."
                ),
                stratum=name,
                size=f"{size:g}",
                drawn=int(count),
            )
    fractions: Numbers = drawn / sizes
    return fractions


def margin_of(groups: Sequence[Hashable], totals: Mapping[str, float], people: int) -> tuple[Codes, Numbers]:
    """Read one margin; refuse a group without a total, and a total without a respondent."""
    codes, names = codes_of(groups, length=people, what="group")
    unknown = [name for name in names if name not in totals]
    if unknown:
        raise CannotEstimate(
            N_("The total of group %(group)s is not told (row %(row)s)."),
            group=unknown[0],
            row=row_of(codes == names.index(unknown[0])),
        )
    empty = [str(name) for name, total in totals.items() if str(name) not in names and total > 0]
    if empty:
        raise CannotEstimate(
            N_("Nobody in the sample is of group %(group)s, which has a known total. Merge it with another."),
            group=empty[0],
        )
    values = np.array([float(totals[name]) for name in names])
    wrong = ~(np.isfinite(values) & (values > 0))
    if wrong.any():
        raise CannotEstimate(
            N_("The total of group %(group)s is %(total)s. A known total is a number above 0."),
            group=names[row_of(wrong) - 1],
            total=values[wrong][0],
        )
    return codes, values


def design_weights(probabilities: Sequence[float] | Numbers) -> Numbers:
    """Give the Horvitz-Thompson weights 1 / probability; refuse what is no probability to be drawn, with the row."""
    column = column_of(probabilities, length=None, what="probability")
    wrong = ~((column > 0) & (column <= 1))
    if wrong.any():
        raise CannotEstimate(
            N_("Row %(row)s has the probability %(value)s. It must be above 0 and at most 1."),
            row=row_of(wrong),
            value=column[wrong][0],
        )
    weights: Numbers = 1 / column
    return weights


def kish_design_effect(weights: Sequence[float] | Numbers) -> float:
    """Give n Σw² / (Σw)²: how much unequal weights alone enlarge a variance (Kish 1992)."""
    column = weights_of(weights)
    return float(column.size * np.sum(column**2) / np.sum(column) ** 2)


def effective_size(weights: Sequence[float] | Numbers) -> float:
    """Give (Σw)² / Σw²: the equally weighted sample that says as much as this one (Kish 1965)."""
    return weights_of(weights).size / kish_design_effect(weights)
