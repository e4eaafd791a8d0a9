"""The search finds what fitting every model finds, and says when it cannot promise that."""

from __future__ import annotations

import math

import numpy as np
import pytest

from amparo.stats.prevalence import CannotEstimate, fit_all_loglinear, search_loglinear

from .tables import made_up_sparse, open_table


@pytest.mark.parametrize(
    ("name", "order"), [("uk5", 4), ("uk5", 2), ("western5", 4), ("neworl5", 3), ("australia4", 3)]
)
@pytest.mark.parametrize("window", [0.0, 6.0])
def test_every_model_near_the_best_is_found_with_a_tenth_of_the_fits(
    name: str, order: int, window: float
) -> None:
    table = open_table(name)
    found, every = search_loglinear(table, order=order, window=window), fit_all_loglinear(table, order)
    near = np.flatnonzero(every.bic <= every.bic.min() + window)
    assert found.exact
    assert {str(m.hierarchy) for m in found.fits.top(len(near))} == {
        str(every.hierarchy(place)) for place in near
    }
    assert found.fits.admissible == near.size
    assert found.fitted < max(60, every.sizes.size / 2.4)


def test_another_penalty_finds_the_best_by_that() -> None:
    table = open_table("uk5")
    found, every = search_loglinear(table, order=4, penalty=2.0, window=0.0), fit_all_loglinear(table)
    assert found.fits.aic.min() == pytest.approx(every.aic.min(), abs=1e-9)


def test_eight_sparse_lists_are_searched_to_the_end() -> None:
    """2**28 models of pairs."""
    found = search_loglinear(made_up_sparse(), window=0.0)
    assert found.exact
    assert found.fitted < 5000
    best = found.fits.top(1)[0]
    assert all(best.bic <= value + 1e-9 for value in search_loglinear(made_up_sparse(), window=4.0).fits.bic)


def test_a_search_that_ends_early_says_so_and_still_has_the_downhill_best() -> None:
    found = search_loglinear(open_table("uk5"), order=4, most_fits=3)
    assert not found.exact
    assert found.fitted <= 3
    assert math.isfinite(found.fits.top(1)[0].bic)


def test_too_many_terms_are_refused() -> None:
    with pytest.raises(CannotEstimate, match="Lower the order"):
        search_loglinear(made_up_sparse(), order=3)
