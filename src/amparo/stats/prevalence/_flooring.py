"""Hold estimates against the floor: where a lower bound lies above an estimate, one of the two is off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._bounds import ChaoBound, PerListBound, per_list_bound
from ._estimate import Estimate, Limits
from ._table import CannotEstimate, OverlapTable

__all__ = ["floor_words", "held_against_floor"]

_BELOW_CODE: Final = "below-floor"  # the codes of the warnings of an estimate below the floor ...
_FAR_CODE: Final = (
    "far-below-floor"  # ... and of one whose interval ends where that of the floor has not begun
)
_ABOVE_CODE: Final = "above-estimates"  # of the bound that alone lies above others
_NEAR: Final = 0.99  # of the floor: what is nearer reads as the same number

# What a report says first where an estimate lies below the floor: the sign, whether it may be chance, and what may be behind it.
_SIGN: Final = (
    N_(
        "Warning sign: a floor lies above an estimate. Chao's bound with a size for each list gives at least about %(floor)s people. "
        "Below it: %(methods)s."
    ),
    N_("The intervals overlap, so it may be chance."),
    N_("The intervals lie apart (%(methods)s): chance hardly explains that."),
    N_(
        "Where people differ in their chances of being met more than a method allows for, its estimate is too low. Where lists avoid each "
        "other's people, the floor is too high. The numbers do not decide which; who knows how the lists came about may. Give no estimate "
        "below the floor without saying this."
    ),
)
_BELOW: Final = N_(
    "This estimate lies below the floor of about %(floor)s people that Chao's bound with a size for each list gives: it may be too low. "
    "Their intervals overlap, so it may be chance."
)
_FAR_BELOW: Final = N_(
    "This estimate lies below the floor of about %(floor)s people that Chao's bound with a size for each list gives, and even their "
    "intervals lie apart: it is too low, or lists avoid each other's people."
)
_ABOVE: Final = N_(
    "Chao's bound lies above other estimates, which is no contradiction here: it takes all lists to be of one size, and overshoots where they "
    "are not. The floor that gives each list its own size, about %(floor)s people, lies above none of them. Do not call anything between the "
    "two impossible."
)


def held_against_floor(
    estimates: Sequence[Estimate], table: OverlapTable, level: float
) -> tuple[Estimate, ...]:
    """Give the estimates, with a warning for each that lies below Chao's bound with a size for each list.

    The bound that takes lists to be of one size proves nothing here: where it alone lies above an estimate, it says so of itself.
    """
    floor = _floor_of(table)
    if floor is None or floor.estimate is None:
        return tuple(estimates)
    values = {"floor": f"{float(f'{floor.estimate:.3g}'):,.0f}"}
    held = []
    for one in estimates:
        if isinstance(one, ChaoBound) or one.estimate is None or one.estimate >= _NEAR * floor.estimate:
            held.append(one)
            continue
        is_far = _ends_before(one.interval(level), floor.interval(level))
        caution = Caution(
            _FAR_CODE if is_far else _BELOW_CODE, Said(_FAR_BELOW if is_far else _BELOW, values)
        )
        held.append(replace(one, warnings=(*one.warnings, caution)))
    others = [one.estimate for one in held if one.estimate is not None and not isinstance(one, ChaoBound)]
    if not others or min(others) < _NEAR * floor.estimate:
        return tuple(held)
    caution = Caution(_ABOVE_CODE, Said(_ABOVE, values))
    return tuple(_explained(one, min(others), caution) if isinstance(one, ChaoBound) else one for one in held)


def _explained(bound: ChaoBound, lowest: float, caution: Caution) -> ChaoBound:
    """Put the reason why the bound lies above the lowest estimate in the place of its warning of lists of unequal size."""
    if bound.estimate is None or lowest >= _NEAR * bound.estimate:
        return bound
    kept = tuple(one for one in bound.warnings if one.code != "lists-of-unequal-size")
    return replace(bound, warnings=(*kept, caution))


def floor_words(
    told: Sequence[tuple[str, str, str, object]], say: Callable[[str], str], join: Callable[[list[str]], str]
) -> tuple[str, bool]:
    """Say in one paragraph that a floor lies above estimates, and whether that is a warning sign; empty where none does.

    ``told`` are the warnings: the method and its number in words, the code, and the floor that the warning names.
    """
    found = [one for one in told if one[2] in {_BELOW_CODE, _FAR_CODE}]
    if not found:
        above = [floor for _method, _number, code, floor in told if code == _ABOVE_CODE]
        return (say(_ABOVE) % {"floor": above[0]} if above else ""), False
    sign, is_chance, is_apart, behind = map(say, _SIGN)
    methods = join([f"{method} ({number})" for method, number, _code, _floor in found])
    apart = [method for method, _number, code, _floor in found if code == _FAR_CODE]
    chance = is_apart % {"methods": join(apart)} if apart else is_chance
    return f"{sign % {'floor': found[0][3], 'methods': methods}} {chance} {behind}", True


def _floor_of(table: OverlapTable) -> PerListBound | None:
    try:
        with np.errstate(all="ignore"):
            return per_list_bound(table)
    except (CannotEstimate, ArithmeticError, np.linalg.LinAlgError):
        return None


def _ends_before(estimate: Limits | None, floor: Limits | None) -> bool:
    return estimate is not None and floor is not None and estimate.high < floor.low
