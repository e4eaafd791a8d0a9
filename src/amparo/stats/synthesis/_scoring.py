"""Compare two files by their combinations of values: how far the counts are off, what was invented, what was lost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ._records import Domain
from ._rows import count_rows

__all__ = ["CLASSES", "LengthScore", "score_counts", "subgroup_errors"]

Counts = NDArray[np.int64]
Codes = NDArray[np.int16]
CLASSES: Final = (10, 20, 50, 100, 1000, math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthScore:
    """Holds how near the synthetic counts of combinations are to the original ones.

    Errors are over combinations with at least ``least`` originals: ``mae`` and ``mre`` the mean absolute and relative error,
    ``mre_w`` the sum of absolute errors over the sum of counts, ``bias`` the mean relative error with its sign. ``_scaled`` is after
    the synthetic counts were scaled to the number of originals. ``spurious`` and
    ``spurious_mass`` are the shares of shown combinations, and of their counts, that the original never has; ``lost`` is the
    share of combinations of at least ``least`` that are not shown, ``rare_shown`` the share of those shown that fewer than k have.
    """

    combinations: int
    shown: int
    mae: float
    mre: float
    mre_p50: float
    mre_p95: float
    mre_w: float
    mae_scaled: float
    mre_scaled: float
    bias: float
    spurious: float
    spurious_mass: float
    lost: float
    lost_any: float
    rare_shown: float
    mre_by_count: tuple[tuple[str, float], ...]

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        told = {name: getattr(self, name) for name in self.__slots__ if name != "mre_by_count"}
        return {**told, "mre_by_count": dict(self.mre_by_count)}


def score_counts(
    original: Sequence[Counts], synthetic: Sequence[Counts], *, scale: float, least: int = 10, k: int = 10
) -> LengthScore:
    """Score the counts of combinations of one length, or of several together."""
    true, made = np.concatenate(original), np.concatenate(synthetic)
    is_large, is_shown, is_true = true >= least, made > 0, true > 0
    large = true[is_large].astype(float)
    error = made[is_large] - large
    relative = np.abs(error) / large
    scaled = made[is_large] * scale - large
    shown = max(int(is_shown.sum()), 1)
    invented = is_shown & ~is_true
    return LengthScore(
        combinations=int(is_true.sum()),
        shown=int(is_shown.sum()),
        mae=_mean(np.abs(error)),
        mre=_mean(relative),
        mre_p50=float(np.quantile(relative, 0.5)) if relative.size else 0.0,
        mre_p95=float(np.quantile(relative, 0.95)) if relative.size else 0.0,
        mre_w=float(np.abs(error).sum() / max(large.sum(), 1.0)),
        mae_scaled=_mean(np.abs(scaled)),
        mre_scaled=_mean(np.abs(scaled) / large),
        bias=_mean(error / large),
        spurious=int(invented.sum()) / shown,
        spurious_mass=float(made[invented].sum() / max(made.sum(), 1)),
        lost=int((is_large & ~is_shown).sum()) / max(int(is_large.sum()), 1),
        lost_any=int((is_true & ~is_shown).sum()) / max(int(is_true.sum()), 1),
        rare_shown=int((is_shown & is_true & (true < k)).sum()) / shown,
        mre_by_count=tuple(_by_class(large, relative)),
    )


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else 0.0


def _by_class(large: NDArray[np.float64], relative: NDArray[np.float64]) -> list[tuple[str, float]]:
    found = []
    for low, high in pairwise(CLASSES):
        within = (large >= low) & (large < high)
        if within.any():
            found.append((f"{low}-{high}", float(relative[within].mean())))
    return found


def subgroup_errors(
    domain: Domain, original: Codes, synthetic: Codes, *, fewest: int = 50, least: int = 10
) -> list[tuple[str, int, int, float]]:
    """Tell for the persons of each value how far their counts of one and two other values are off: label, both numbers, error."""
    told = []
    for attribute in range(domain.size):
        column = domain.column_of(attribute)
        groups = [codes[codes[:, column] == attribute] for codes in (original, synthetic)]
        if len(groups[0]) < fewest:
            continue
        true, made = (count_rows(np.ascontiguousarray(codes), domain.size, 2) for codes in groups)
        score = score_counts([true[1], true[2]], [made[1], made[2]], scale=1.0, least=least)
        told.append((domain.label(attribute), len(groups[0]), len(groups[1]), score.mre_w))
    return sorted(told, key=lambda one: -one[3])
