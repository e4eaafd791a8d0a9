"""Replicates of a table, and the bias-corrected accelerated interval that follows from them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._estimate import Limits
from ._table import CannotEstimate, OverlapTable

__all__ = ["Bootstrap", "acceleration_of", "draw_part", "draw_tables", "quantile", "seed_of", "without_one"]

_NORMAL: Final = NormalDist()
_TIE: Final = 1e-8  # relative: two estimates that differ by less are the same number computed in two ways
_FEWEST: Final = 2  # replicates beyond a limit, below which the limit is only that of the sample
_TOO_MANY: Final = 1_000_000_000  # people from whom NumPy does not draw without replacement

Floats = NDArray[np.float64]


def seed_of(random: np.random.Generator) -> int | None:
    """Give the seed that a generator was made from, for the record."""
    sequence = getattr(random.bit_generator, "seed_seq", None)
    entropy = getattr(sequence, "entropy", None)
    return int(entropy) if isinstance(entropy, int) else None


def draw_tables(table: OverlapTable, replicates: int, random: np.random.Generator) -> Floats:
    """Draw tables of the same number of people from the observed cells (replicates x 2**t), in the order of histories.

    The order is that of the bits, so the answer does not depend on the order of rows in a file.
    """
    if replicates < 1:
        raise CannotEstimate(
            N_("At least one replicate is needed, and %(replicates)s were asked for."), replicates=replicates
        )
    seen = np.flatnonzero(table.counts)
    drawn = np.zeros((replicates, table.counts.size))
    drawn[:, seen] = random.multinomial(table.observed, table.counts[seen] / table.observed, size=replicates)
    return drawn


def draw_part(counts: NDArray[np.int64], people: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw so many of the people of a table without putting anybody back."""
    if counts.sum() >= _TOO_MANY:
        raise CannotEstimate(N_("Parts cannot be drawn from the lists of a thousand million people or more."))
    return np.asarray(random.multivariate_hypergeometric(counts, people), dtype=np.int64)


def without_one(table: OverlapTable) -> Floats:
    """Give the tables that lack one person: one row for each observed cell, in the order of histories."""
    seen = np.flatnonzero(table.counts)
    tables = np.repeat(table.counts[None, :].astype(np.float64), seen.size, axis=0)
    tables[np.arange(seen.size), seen] -= 1
    return tables


def acceleration_of(table: OverlapTable, estimates: Floats) -> float | None:
    """Give the acceleration (Efron 1987) from the numbers of people estimated on each table ``without_one``.

    Each weighs as many times as its cell has people. None where without one person there is no estimate, or where all are
    equal.
    """
    weights = table.counts[np.flatnonzero(table.counts)].astype(np.float64)
    if not np.isfinite(estimates).all():
        return None
    apart = float(weights @ estimates) / table.observed - estimates
    spread = float(weights @ apart**2)
    if spread <= 0:
        return None
    skew: float = float(weights @ apart**3) / (6 * spread**1.5)
    return skew


def quantile(ordered: Floats, probability: float) -> float:
    """Give the median-unbiased quantile (type 8 of Hyndman & Fan 1996) of sorted values, which may be infinite."""
    place = (ordered.size + 1 / 3) * probability + 1 / 3
    below = math.floor(place + 4e-16)
    share = place - below
    low = float(ordered[min(max(below - 1, 0), ordered.size - 1)])
    high = float(ordered[min(max(below, 0), ordered.size - 1)])
    if share < 1e-12 or low == high:
        return low
    return high if math.isinf(high) else low + share * (high - low)


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """Holds what replicates of a table answered, and gives the BCa interval (Efron 1987; DiCiccio & Efron 1996).

    ``values`` are the numbers of people, one per replicate; a replicate without an estimate stands at the end where its
    likelihood grows (infinity, or those seen) and is counted in ``refused``. ``acceleration`` is that of the jackknife.
    """

    estimate: float
    values: Floats = field(repr=False)
    refused: int
    acceleration: float
    ordered: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ordered", np.sort(self.values))

    @property
    def share_below(self) -> float:
        """Give the share of replicates below the estimate; those equal to it count half.

        Comparing rounded numbers puts exact ties on either side by chance; so numbers within 1e-8 of each other are equal.
        """
        apart = self.values - self.estimate
        equal = np.abs(apart) <= _TIE * self.estimate
        return float(((apart < 0) & ~equal).sum() + 0.5 * equal.sum()) / self.values.size

    @property
    def correction(self) -> float:
        """Give z0, the bias correction; infinite where no replicate lies on one side."""
        share = self.share_below
        if share in {0.0, 1.0}:
            return math.copysign(math.inf, share - 0.5)
        return _NORMAL.inv_cdf(share)

    def adjusted(self, level: float, correction: float | None = None) -> tuple[float, float]:
        """Give the two probabilities at which the replicates are read for an interval of this level."""
        z0 = self.correction if correction is None else correction
        return self._adjusted((1 - level) / 2, z0), self._adjusted((1 + level) / 2, z0)

    def _adjusted(self, probability: float, z0: float) -> float:
        if math.isinf(z0):
            return 1.0 if z0 > 0 else 0.0
        moved = z0 + _NORMAL.inv_cdf(probability)
        scale = 1 - self.acceleration * moved
        return _NORMAL.cdf(z0 + moved / scale) if scale > 0 else (1.0 if moved > 0 else 0.0)

    def is_sound(self, level: float) -> bool:
        """Say whether both limits have at least two replicates beyond them, so that they are more than the sample's ends."""
        low, high = self.adjusted(level)
        edge = _FEWEST / self.values.size
        return edge <= low and high <= 1 - edge

    def limits(self, level: float, correction: float | None = None) -> Limits:
        """Give the BCa interval; ``correction`` takes the place of z0."""
        low, high = self.adjusted(level, correction)
        return Limits(quantile(self.ordered, low), quantile(self.ordered, high))

    def cautions(self) -> tuple[Caution, ...]:
        """Say what of the replicates the reader has to keep in mind."""
        found = []
        weak = [level for level in (0.8, 0.95) if not self.is_sound(level)]
        if weak:
            found.append(
                Caution(
                    "bootstrap-degenerate",
                    Said(
                        N_(
                            "The interval of level %(levels)s rests on fewer than two of the %(replicates)s replicates at one end. "
                            "Take more replicates, and look at the other methods."
                        ),
                        {
                            "levels": tuple(f"{100 * level:g} %" for level in weak),
                            "replicates": f"{self.values.size:,}",
                        },
                    ),
                )
            )
        if self.refused:
            found.append(
                Caution(
                    "replicates-refused",
                    Said(
                        N_(
                            "In %(refused)s of %(replicates)s replicates no estimate exists. They count as having no upper limit, "
                            "unless their dark figure shrinks to nothing."
                        ),
                        {"refused": f"{self.refused:,}", "replicates": f"{self.values.size:,}"},
                    ),
                )
            )
        return tuple(found)
