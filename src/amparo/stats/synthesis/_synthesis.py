"""Make synthetic data from records: with differential privacy, or k-anonymous."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.privacy import RandomSource
from amparo.stats.records import perhaps_missing
from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._anonymous import anonymise
from ._codebook import Codebook, Never
from ._expecting import expected_errors
from ._measuring import Measurement, Plan, Price, measure
from ._records import Domain, Records, forbidden_pairs
from ._rows import Prefer, Progress, Schedule, fit_rows, targets_of

__all__ = ["SyntheticData", "synthesize", "synthesize_anonymous"]

FEWEST_TO_TELL: Final = 10_000  # persons times epsilon
MOST_EPSILON: Final = 12
MOST_NAMED: Final = 5  # columns in a caution
MOST_FOR_ERRORS: Final = 200_000  # rows; with more, the noise alone is told


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticData:
    """Holds synthetic rows and how they were made. ``measurement`` is None for rows that are k-anonymous and not private."""

    domain: Domain
    rows: NDArray[np.int16]
    longest: int
    rules: tuple[Never, ...]
    cautions: tuple[Caution, ...]
    prefer: Prefer = Prefer.COUNTS
    measurement: Measurement | None = None
    k: int | None = None
    errors: Mapping[tuple[int, int], float] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """Tell whether the rows may leave: false where the noise could be drawn again."""
        return self.measurement is None or self.measurement.is_private


def synthesize(
    records: Records,
    plan: Plan,
    *,
    source: RandomSource,
    random: np.random.Generator,
    codebook: Codebook | None = None,
    prefer: Prefer = Prefer.COUNTS,
    schedule: Schedule | None = None,
    charge: Callable[[Price], None] | None = None,
    progress: Progress | None = None,
    tells_errors: bool = True,
) -> SyntheticData:
    """Make as many rows as there are persons (but for noise), with differential privacy.

    Noise comes from ``source``, the rows from ``random``: they may be seeded, since they see only what is private already.
    ``tells_errors`` makes them once more from themselves, to tell how far off counts are; that is free, but takes the time twice.
    ``charge`` is told the price before anything is drawn for it, and may refuse by raising.
    """
    codebook = codebook or Codebook()
    measurement = measure(records, plan, source, charge=charge)
    domain = measurement.domain
    pairs, needs = forbidden_pairs(domain, codebook)
    targets = targets_of(measurement, prefer=prefer, never=pairs)
    rows = fit_rows(targets, measurement.persons, random=random, schedule=schedule, progress=progress)
    _blank_what_needs(rows, domain, needs)
    errors = {}
    if tells_errors and len(rows) <= MOST_FOR_ERRORS:
        errors = expected_errors(
            measurement, rows, prefer=prefer, never=pairs, random=random, schedule=schedule
        )
    return SyntheticData(
        domain=domain,
        rows=rows[random.permutation(len(rows))],
        longest=measurement.longest,
        rules=codebook.rules,
        cautions=tuple(_cautions(measurement, plan)),
        prefer=prefer,
        measurement=measurement,
        errors=errors,
    )


def synthesize_anonymous(
    records: Records,
    k: int,
    *,
    longest: int = 3,
    random: np.random.Generator,
    codebook: Codebook | None = None,
    progress: Progress | None = None,
) -> SyntheticData:
    """Make rows in which no combination of up to ``longest`` attributes is shown that fewer than ``k`` records have."""
    codebook = codebook or Codebook()
    pairs, needs = forbidden_pairs(records.domain, codebook)
    rows = anonymise(records, k, longest=longest, random=random, progress=progress)
    _blank_pairs(rows, records.domain, pairs)
    _blank_what_needs(rows, records.domain, needs)
    cautions = list(_doubtful(records.domain, records.found))
    if records.empty:
        words = N_("Columns that are left out, since no record has a value there: %(columns)s.")
        cautions.append(Caution("empty", Said(words, {"columns": tuple(records.empty)})))
    caution = Caution(
        "not-differentially-private",
        Said(
            N_(
                "These rows are not differentially private. They protect combinations of up to %(longest)s values. They do not "
                "protect against somebody who knows all others in the data, nor against comparing them with another release."
            ),
            {"longest": longest},
        ),
    )
    return SyntheticData(
        domain=records.domain,
        rows=rows[random.permutation(len(rows))],
        longest=longest,
        rules=codebook.rules,
        cautions=(caution, *cautions),
        k=k,
    )


def _blank_pairs(rows: NDArray[np.int16], domain: Domain, pairs: list[tuple[int, int]]) -> None:
    for one, other in pairs:
        i, j = domain.column_of(one), domain.column_of(other)
        rows[(rows[:, i] == one) & (rows[:, j] == other), j] = -1


def _blank_what_needs(rows: NDArray[np.int16], domain: Domain, needs: list[tuple[int, int]]) -> None:
    """Blank a value that a rule allows only beside a value of another column, where that column is blank.

    Blanking one may leave another without what it needs; it ends, since each round blanks at least one more.
    """
    changed = True
    while changed:
        changed = False
        for attribute, source in needs:
            groups = [j for j, place in enumerate(domain.source) if place == source]
            column = domain.column_of(attribute)
            alone = (rows[:, column] == attribute) & (rows[:, groups] < 0).all(axis=1)
            if alone.any():
                rows[alone, column] = -1
                changed = True


def _doubtful(domain: Domain, found: Collection[str]) -> Iterator[Caution]:
    """Ask about values of columns that nobody declared."""
    for column in domain.columns:
        doubtful = perhaps_missing(column.values or ()) if column.name in found else []
        if doubtful:
            words = N_(
                '"%(value)s" in %(column)s is read as a value like others (NA is Namibia). If it means "not known" there, name it under '
                '"missing" in a codebook.'
            )
            yield Caution("perhaps-missing", Said(words, {"value": doubtful[0], "column": column.name}))


def _cautions(measurement: Measurement, plan: Plan) -> Iterator[Caution]:
    yield from _doubtful(measurement.domain, measurement.found)
    epsilon = f"{plan.epsilon:g}"
    if not measurement.is_private:
        words = N_(
            "NOT PRIVATE: the noise was seeded, and whoever knows the seed can take it away. For tests only."
        )
        yield Caution("not-private", Said(words))
    if plan.epsilon > MOST_EPSILON:
        words = N_(
            "An epsilon of %(epsilon)s promises little: it lets an observer become e^%(epsilon)s times surer."
        )
        yield Caution("weak", Said(words, {"epsilon": epsilon}))
    if plan.epsilon * measurement.persons < FEWEST_TO_TELL:
        words = N_(
            "With about %(persons)s persons and epsilon %(epsilon)s, combinations of %(longest)s values in fewer than about %(least)s "
            "persons are mostly noise."
        )
        values = {
            "persons": f"{measurement.persons:,}",
            "epsilon": epsilon,
            "longest": measurement.longest,
            "least": f"{2 * measurement.sigma(measurement.longest):,.0f}",
        }
        yield Caution("few", Said(words, values))
    if measurement.threshold is not None:
        words = N_(
            "The categories of %(columns)s were not declared, but found in the data. A value that fewer than about %(least)s persons "
            "have may be missing. Declare the categories in a codebook to keep them all."
        )
        if len(measurement.found) > MOST_NAMED:
            words = N_(
                "The categories of %(number)s columns were not declared, but found in the data. A value that fewer than about %(least)s "
                "persons have may be missing. Declare the categories in a codebook to keep them all."
            )
        told = {
            "columns": ", ".join(measurement.found),
            "number": len(measurement.found),
            "least": f"{measurement.threshold:,.0f}",
        }
        yield Caution("threshold", Said(words, told))
