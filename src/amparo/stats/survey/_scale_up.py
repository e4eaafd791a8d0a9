"""Network scale-up: the size of a hidden population from what people in general tell of those they know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._design import SurveyDesign
from ._replicates import bootstrap
from ._result import (
    VERSIONS,
    IntervalKind,
    Numbers,
    SurveyEstimate,
    caution,
    column_of,
    row_of,
    seed_of,
    table_of,
)

__all__ = ["Degrees", "HeldOut", "ScaleUpEstimate", "hold_out", "known_population_degrees", "scale_up"]

KILLWORTH: Final = (
    "Killworth, P. D., McCarty, C., Bernard, H. R., Shelley, G. A., Johnsen, E. C. (1998). Estimation of seroprevalence, rape, "
    "and homelessness in the United States using a social network approach. Evaluation Review 22, 289-308."
)
FEEHAN: Final = (
    "Feehan, D. M., Salganik, M. J. (2016). Generalizing the network scale-up method: a new estimator for the size of hidden "
    "populations. Sociological Methodology 46, 153-186."
)
ASSUMPTIONS: Final = (
    Said(
        N_(
            "Respondents know of the people they know whether they belong to the hidden population (transmission)."
        )
    ),
    Said(
        N_(
            "The hidden know as many people as others do (degree ratio), and mix with everybody alike (no barriers)."
        )
    ),
    Said(N_("The sizes of the known populations are right, and respondents count them without error.")),
)
FEW_REPORTS: Final = 30
ABOVE_ALL: Final = 0.2  # share of all contacts that the best connected hundredth may have before it is said


@dataclass(frozen=True, slots=True, eq=False)
class Degrees:
    """Holds how many people each respondent knows, estimated; NaN for whoever answered about no known population."""

    values: Numbers
    population: float
    warnings: tuple[Caution, ...] = ()


def known_population_degrees(
    reports: Sequence[Sequence[float]] | Numbers,
    sizes: Mapping[str, float],
    *,
    population: float,
    most: float | None = None,
) -> Degrees:
    """Estimate each respondent's degree from how many they know in populations of known size (Killworth et al. 1998).

    ``reports`` is respondents × known populations, in the order of ``sizes``; NaN where not answered. The degree is
    N Σ y / Σ N_k over the populations that the respondent answered about. ``most``: larger reports count as this many.
    """
    names = tuple(sizes)
    known = np.array([float(sizes[name]) for name in names])
    table = _reports_of(reports, names, known, population)
    cautions: tuple[Caution, ...] = ()
    if most is not None:
        above = int(np.sum(table > most))
        table = np.where(table > most, most, table)
        if above:
            template = N_("Reports above %(most)s were counted as %(most)s: %(count)s of them.")
            cautions = (caution("top-coded", template, count=above, most=f"{most:g}"),)
    answered = ~np.isnan(table)
    base = answered @ known
    none = base == 0
    if none.any():
        template = N_("Respondents left out because they told nothing of any known population: %(count)s.")
        cautions += (caution("no-degree", template, count=int(none.sum())),)
    total = np.where(answered, table, 0).sum(axis=1)
    degrees = np.divide(population * total, base, out=np.full(base.size, np.nan), where=~none)
    return Degrees(degrees, population, cautions)


def _reports_of(
    reports: Sequence[Sequence[float]] | Numbers, names: tuple[str, ...], known: Numbers, population: float
) -> Numbers:
    if not population > 0:
        raise CannotEstimate(N_("The population is %(size)s. It must be above 0."), size=population)
    wrong = ~((known > 0) & (known < population))
    if not names or wrong.any():
        raise CannotEstimate(
            N_("Known population %(name)s must have a size above 0 and below that of the whole population."),
            name=names[row_of(wrong) - 1] if names else "",
        )
    table = table_of(reports, columns=len(names), what="reports")
    bad = (table < 0) | np.isinf(table)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise CannotEstimate(
            N_(
                "Row %(row)s reports %(value)s of %(name)s. A report is a number of people, 0 or more, or missing."
            ),
            row=int(row) + 1,
            value=table[row, column],
            name=names[column],
        )
    return table


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScaleUpEstimate(SurveyEstimate):
    """Answers the size of a hidden population, with the factors by which it was adjusted.

    ``transmission`` is the share of a hidden person's contacts who know of it, ``degree_ratio`` how many people a hidden
    person knows for each that others know. Both are arguments of the basic estimate; the generalised one measures their
    product, and each where it was asked for (None where not).
    """

    transmission: float | None
    degree_ratio: float | None
    population: float

    def adjusted(self, *, transmission: float = 1.0, degree_ratio: float = 1.0) -> float:
        """Give what the estimate would be if the factors were these."""
        check_factor(transmission, "transmission")
        check_factor(degree_ratio, "degree ratio")
        if self.transmission is None or self.degree_ratio is None:
            raise CannotEstimate(
                N_(
                    "This estimate did not measure both factors, so it cannot be said what others would make of it."
                )
            )
        return self.value * (self.transmission * self.degree_ratio) / (transmission * degree_ratio)

    def sensitivity(
        self,
        *,
        transmissions: Sequence[float] = (0.5, 0.7, 0.9, 1.0),
        degree_ratios: Sequence[float] = (0.7, 1.0, 1.3),
    ) -> dict[tuple[float, float], float]:
        """Give the estimate for each pair of a transmission and a degree ratio."""
        return {
            (rate, ratio): self.adjusted(transmission=rate, degree_ratio=ratio)
            for rate in transmissions
            for ratio in degree_ratios
        }


def check_factor(value: float, name: str) -> None:
    """Refuse a factor that no adjustment can have."""
    if not (value > 0 and np.isfinite(value)) or (name == "transmission" and value > 1):
        raise CannotEstimate(
            N_("The %(name)s is %(value)s. It must be above 0, and a transmission at most 1."),
            name=name,
            value=value,
        )


def scale_up(
    hidden: Sequence[float] | Numbers,
    degrees: Degrees,
    *,
    design: SurveyDesign | None = None,
    transmission: float = 1.0,
    degree_ratio: float = 1.0,
    random: np.random.Generator | None = None,
    replicates: int = 1000,
) -> ScaleUpEstimate:
    """Estimate the size of a hidden population: N Σ w y / Σ w d / (transmission · degree ratio).

    ``hidden`` is how many of the hidden population each respondent knows. Without ``design`` this is the maximum likelihood
    estimate of Killworth et al. (1998) with their standard error, which takes every report for an independent one and is
    far too small. With a design (and ``random``) respondents or clusters are bootstrapped: use this one.
    """
    check_factor(transmission, "transmission")
    check_factor(degree_ratio, "degree ratio")
    known = ~np.isnan(degrees.values)
    reports, cautions = _hidden_of(hidden, degrees)
    known &= ~np.isnan(reports)
    _refuse_another_sample(design, known.size)
    factor = degrees.population / (transmission * degree_ratio)
    above, below = np.where(known, reports, 0.0), np.where(known, degrees.values, 0.0)

    def size(weights: Numbers) -> float:
        contacts = weights @ below
        return float(factor * (weights @ above) / contacts) if contacts > 0 else np.nan

    weights = np.ones(known.size) if design is None else design.weights
    value = size(weights)
    _refuse_empty(value, float(above.sum()), degrees.population)
    if design is None:
        error, drawn = _killworth_error(value, factor, degrees.population, float(below.sum())), None
        template = N_(
            "The standard error takes every report for independent of the others: give the design, to have a bootstrap."
        )
        cautions += (caution("killworth-error", template),)
    else:
        if random is None:
            raise CannotEstimate(
                N_("A bootstrap needs a random generator: random=numpy.random.default_rng(SEED).")
            )
        sample = bootstrap(design, random=random, replicates=replicates).estimate(size)
        error, drawn = sample.standard_error, sample.replicates
    return ScaleUpEstimate(
        quantity="size",
        method="network scale-up" if design is not None else "network scale-up, maximum likelihood",
        value=value,
        standard_error=error,
        sample=int(known.sum()),
        kind=IntervalKind.LOG if design is None else IntervalKind.PERCENTILE,
        bounds=(0.0, np.inf),
        replicates=drawn,
        assumptions=ASSUMPTIONS,
        warnings=(*degrees.warnings, *cautions, *_concerns(above, below, transmission * degree_ratio)),
        sources=(KILLWORTH, FEEHAN),
        seed=None if random is None else seed_of(random),
        versions=VERSIONS,
        transmission=transmission,
        degree_ratio=degree_ratio,
        population=degrees.population,
    )


def _killworth_error(value: float, factor: float, population: float, contacts: float) -> float:
    """Give the standard error of Killworth et al. (1998), scaled as the estimate was: factor is N / adjustment."""
    adjustment = population / factor
    basic = value * adjustment
    return float(np.sqrt(basic * max(population - basic, 0) / contacts)) / adjustment


def _refuse_another_sample(design: SurveyDesign | None, people: int) -> None:
    if design is not None and design.people != people:
        raise CannotEstimate(
            N_("The design has %(given)s respondents, and the degrees are of %(wanted)s."),
            given=design.people,
            wanted=people,
        )


def _hidden_of(hidden: Sequence[float] | Numbers, degrees: Degrees) -> tuple[Numbers, tuple[Caution, ...]]:
    reports = column_of(hidden, length=degrees.values.size, what="hidden")
    bad = (reports < 0) | np.isinf(reports)
    if bad.any():
        raise CannotEstimate(
            N_(
                "Row %(row)s knows %(value)s of the hidden population. That is a number of people, 0 or more, or missing."
            ),
            row=row_of(bad),
            value=reports[bad][0],
        )
    cautions: tuple[Caution, ...] = ()
    if np.isnan(reports).any():
        template = N_("Respondents left out because they did not say how many they know: %(count)s.")
        cautions = (caution("missing-reports", template, count=int(np.isnan(reports).sum())),)
    return reports, cautions


def _refuse_empty(value: float, reports: float, population: float) -> None:
    if np.isnan(value):
        raise CannotEstimate(
            N_("Nobody in the sample knows anybody in the known populations, so nobody has a degree.")
        )
    if reports == 0:
        raise CannotEstimate(
            N_(
                "Nobody in the sample knows anybody of the hidden population. That sets no size: ask more people."
            )
        )
    if value > population:
        raise CannotEstimate(
            N_(
                "The estimate, %(value)s, is more than the whole population of %(population)s. Look at the factors and reports."
            ),
            value=f"{value:,.0f}",
            population=f"{population:,.0f}",
        )


def _concerns(above: Numbers, below: Numbers, factor: float) -> tuple[Caution, ...]:
    found = []
    if above.sum() < FEW_REPORTS:
        template = N_(
            "The hidden people whom respondents know are few, %(count)s in all: the estimate hangs on them."
        )
        found.append(caution("few-reports", template, count=int(above.sum())))
    top = np.sort(below)[-max(1, below.size // 100) :].sum() / below.sum()
    if below.size >= 100 and top > ABOVE_ALL:
        template = N_(
            "One in a hundred respondents has %(share)s %% of all contacts: consider counting large reports as less."
        )
        found.append(caution("heavy-degrees", template, share=round(100 * top)))
    if (count := int(np.sum(above > below))) > 0:
        template = N_(
            "By their estimated degree, some respondents know more hidden people than people in all: %(count)s."
        )
        found.append(caution("more-hidden-than-known", template, count=count))
    if factor == 1:
        template = N_(
            "No adjustment was made for contacts who do not know, or for hidden people who know fewer: see the sensitivity."
        )
        found.append(caution("unadjusted", template))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Tells what scale-up says of a population whose size is known, when it is hidden from the degrees."""

    name: str
    size: float
    estimate: float
    standard_error: float  # of Killworth et al.
    contacts: float  # sum of the degrees without this population

    @property
    def ratio(self) -> float:
        """Give the estimate over the truth."""
        return self.estimate / self.size


def hold_out(
    reports: Sequence[Sequence[float]] | Numbers,
    sizes: Mapping[str, float],
    *,
    population: float,
    weights: Sequence[float] | Numbers | None = None,
) -> tuple[HeldOut, ...]:
    """Hide one known population after the other and estimate its size from the others (Feehan et al. 2016).

    Estimates far from 1 time the truth for many populations say that no estimate of this survey can be trusted.
    """
    if len(sizes) < 2:
        raise CannotEstimate(N_("To hide one known population, there must be at least two."))
    table = _reports_of(reports, tuple(sizes), np.array(list(sizes.values()), dtype=np.float64), population)
    ones = np.ones(table.shape[0])
    if weights is not None:
        ones = column_of(weights, length=table.shape[0], what="weight")
    found = []
    for place, (name, size) in enumerate(sizes.items()):
        others = {other: known for other, known in sizes.items() if other != name}
        degrees = known_population_degrees(
            np.delete(table, place, axis=1), others, population=population
        ).values
        asked = ~np.isnan(degrees) & ~np.isnan(table[:, place])
        contacts = float(ones[asked] @ degrees[asked])
        if contacts == 0:
            raise CannotEstimate(N_("Without %(name)s, nobody has a degree."), name=name)
        estimate = float(population * (ones[asked] @ table[asked, place]) / contacts)
        error = float(np.sqrt(max(estimate * (population - estimate), 0) / contacts))
        found.append(HeldOut(name, float(size), estimate, error, contacts))
    return tuple(found)
