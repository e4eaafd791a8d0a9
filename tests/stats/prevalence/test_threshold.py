"""Bayesian thresholding: pairs, medians and limits of the reference, and no number where the likelihood has no maximum."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from amparo.stats.prevalence import CannotEstimate, OverlapTable, Status, estimate_thresholded
from amparo.stats.prevalence import _threshold as module

from .reference_tables import reference_answer, reference_table

THREE = OverlapTable(("a", "b", "c"), np.array([0, 20, 15, 6, 30, 4, 3, 2]))


def seeded(seed: int = 21) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.slow
@pytest.mark.parametrize("prior", ["proper", "improper"])
@pytest.mark.parametrize("name", ["korea3", "australia4", "western5"])
def test_pairs_and_posterior_are_those_of_the_reference(name: str, prior: str) -> None:
    expected = reference_answer(f"bayesthresh_{name}")["runs"][prior]
    table = reference_table(name)
    found = estimate_thresholded(table, random=seeded(), prior=prior)  # type: ignore[arg-type] - one of the two
    if "error" in expected:
        assert (found.status, found.estimate, found.interval()) == (Status.NO_MAXIMUM, None, None)
        return
    names = {
        f"{table.lists[i]}:{table.lists[j]}": (i + 1, j + 1)
        for i, j in combinations(range(len(table.lists)), 2)
    }
    assert set(found.kept) == {names[pair] for pair in expected["retained"]}
    assert set(found.never) == {names[pair] for pair in expected["minus_inf"]}
    for pair, value in expected["threshold_statistics"].items():
        assert found.standing[names[pair]] == pytest.approx(value, abs=0.2, rel=0.06)
    # The reference is one chain of 10,000 draws that follow each other: about 500 independent ones.
    for share, key, near in (
        (0.5, "50%", 0.02),
        (0.1, "10%", 0.03),
        (0.9, "90%", 0.03),
        (0.975, "97.5%", 0.05),
    ):
        assert np.quantile(found.draws, share) == pytest.approx(expected["quantiles"][key], rel=near)
    assert found.convergence is not None
    assert found.convergence.rank_hat < 1.01
    assert found.convergence.bulk > 2000


def test_same_seed_gives_the_same_digits() -> None:
    one, two, other = (estimate_thresholded(THREE, random=seeded(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.draws, two.draws)
    assert not np.array_equal(one.draws, other.draws)
    assert (one.seed, other.seed) == (1, 2)


def test_no_number_where_the_likelihood_of_all_pairs_has_no_maximum() -> None:
    found = estimate_thresholded(reference_table("korea3"), random=seeded(), prior="improper")
    assert (found.status, found.estimate, found.interval()) == (Status.NO_MAXIMUM, None, None)
    assert found.warnings


def test_no_interval_comes_from_chains_that_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BURN", 1)
    monkeypatch.setattr(module, "KEPT", 8)
    found = estimate_thresholded(reference_table("western5"), random=seeded())
    assert (found.status, found.estimate, found.interval()) == (Status.NOT_CONVERGED, None, None)
    assert "different answers" in str(found.warnings[0].message)


def test_interval_is_told_to_be_conditional_and_close_pairs_are_named() -> None:
    found = estimate_thresholded(THREE, random=seeded())
    assert found.warnings[0].code == "conditional"
    nearest = next(iter(found.standing.values()))
    close = estimate_thresholded(THREE, random=seeded(), threshold=nearest)
    assert "a & b" in str(close.warnings[1].message)
    assert found.model is not None


def test_nobody_on_two_lists_is_refused_with_the_reason() -> None:
    table = OverlapTable(("a", "b", "c"), np.array([0, 30, 20, 0, 10, 0, 0, 0]))
    found = estimate_thresholded(table, random=seeded())
    assert (found.status, found.estimate, found.interval()) == (Status.REFUSED, None, None)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"prior": "flat"}, '"proper" or "improper"'),
        ({"variance": 0.0}, "variance must be above 0"),
        ({"threshold": -1.0}, "threshold 0 or more"),
        ({"chains": 1}, "chains 2 at least"),
    ],
)
def test_what_it_cannot_take_is_told(arguments: dict[str, object], told: str) -> None:
    with pytest.raises(CannotEstimate, match=told):
        estimate_thresholded(THREE, random=seeded(), **arguments)  # type: ignore[arg-type] - that is what is tested


def test_too_few_lists_and_levels_beyond_one_are_told() -> None:
    with pytest.raises(CannotEstimate, match="3 lists or more"):
        estimate_thresholded(OverlapTable(("a", "b"), np.array([0, 3, 4, 2])), random=seeded())
    with pytest.raises(CannotEstimate, match="between 0 and 1"):
        estimate_thresholded(THREE, random=seeded()).interval(95)
