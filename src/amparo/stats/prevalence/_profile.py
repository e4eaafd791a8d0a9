"""The interval in which the likelihood of the number of people stays near its maximum."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ._estimate import Limits
from ._fitting import UNDECIDED, fit_own

__all__ = ["profile", "profile_interval"]

_FAR = 1e9  # times the people seen: beyond, no limit is told


def profile_interval(
    counts: NDArray[np.float64], terms: NDArray[np.int64], dark: float, level: float
) -> Limits:
    """Give the profile-likelihood interval for the number of people, seen and unseen (Cormack 1992, Biometrics 48:567).

    ``dark`` is the estimate of the unseen, near which the maximum lies. The lower limit is never below those seen; the
    upper is infinite where the profile has not fallen far enough at a billion times those seen.
    """
    from scipy.optimize import brentq, minimize_scalar

    observed = float(counts.sum())

    def height(log_unseen: float) -> float:
        return profile(counts, terms, float(np.exp(log_unseen)))

    middle = float(np.log(max(dark, 0.5)))
    peak = minimize_scalar(
        lambda x: -height(x), bounds=(middle - 3, middle + 3), method="bounded", options={"xatol": 1e-9}
    )
    best, nothing = -float(peak.fun), profile(counts, terms, 0.0)
    needed = max(best, nothing) - 0.5 * NormalDist().inv_cdf((1 - level) / 2) ** 2

    def above(log_unseen: float) -> float:
        return height(log_unseen) - needed

    low = (
        0.0
        if nothing >= needed
        else float(np.exp(brentq(above, *_outwards(above, peak.x, -1.0, -25.0), xtol=1e-12)))
    )
    far = float(np.log(_FAR * max(observed, dark)))
    if above(far) >= 0:
        return Limits(observed + low, float("inf"))
    high = float(np.exp(brentq(above, *_outwards(above, peak.x, 1.0, far), xtol=1e-12)))
    return Limits(observed + low, observed + high)


def _outwards(above: Callable[[float], float], start: float, step: float, end: float) -> tuple[float, float]:
    """Walk from the maximum outwards in growing steps until the profile is below the height that is needed."""
    inner, outer = start, start + 0.1 * step
    while above(outer) > 0 and abs(outer - start) < abs(end - start):
        step *= 1.6
        inner, outer = outer, outer + 0.1 * step
    return (outer, inner) if outer < inner else (inner, outer)


def profile(counts: NDArray[np.float64], terms: NDArray[np.int64], unseen: float) -> float:
    """Give the largest multinomial log-likelihood when ``unseen`` people are on no list (Cormack 1992), up to a constant.

    NaN where the fit does not end.
    """
    table = counts.copy()
    table[0] = unseen
    fits = fit_own(table[None, :], terms[None, :], np.array([terms.size]), whole=True)
    if fits.status[0, 0] >= UNDECIDED:
        return math.nan
    fitted = fits.fitted[0]
    reached = float(fitted[1:].sum())
    both = reached + float(fitted[0])
    seen = np.flatnonzero(counts[1:]) + 1
    total = float(counts[seen] @ np.log(fitted[seen] / both))
    if unseen > 0:
        total += unseen * math.log1p(-reached / both)
    return total + _ways(float(counts[1:].sum()), unseen)


def _ways(seen: float, unseen: float) -> float:
    """Give log((seen + unseen)! / unseen!), also where both factorials are too large to subtract."""
    if unseen < 1e5:
        return math.lgamma(seen + unseen + 1) - math.lgamma(unseen + 1)
    both = seen + unseen
    return (
        (unseen + 0.5) * math.log1p(seen / unseen)
        + seen * math.log(both)
        - seen
        + (1 / both - 1 / unseen) / 12
    )
