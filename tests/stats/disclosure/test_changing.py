"""Rounding and perturbation of tables of any number of dimensions."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.disclosure import CannotCount, NotCleared, PTable, TableRequest, Threshold, protect_tables
from amparo.stats.disclosure._cell_key import KEYS
from amparo.stats.disclosure._counted import tables_of
from amparo.stats.disclosure._cube import Records
from amparo.stats.disclosure._round_system import check_rounding, round_system

KEYED = [(f"a{i}", f"b{j}", f"c{k}") for i, j, k in product(range(3), range(3), range(2))]


def of(counts: list[int]) -> Records:
    return Records(TableRequest(rows=("a", "b"), columns=("c",)), tuple(zip(KEYED, counts, strict=True)))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=len(KEYED), max_size=len(KEYED)), st.sampled_from([3, 5, 10]))
def test_rounded_tables_add_up_stay_near_and_tell_no_count(counts: list[int], base: int) -> None:
    counted = tables_of([of(counts)])
    try:
        release = protect_tables(counted, rules=[Threshold(base)], method="round")
    except NotCleared:
        return
    shown, true = release.values[0], counted.cubes[0].counts
    assert not (shown % base).any()
    assert (np.abs(shown - true) < base).all()
    for axis in range(3):
        moved = np.moveaxis(shown, axis, 0)
        assert (moved[0] == moved[1:].sum(axis=0)).all()
    assert all(
        interval.high and interval.low < interval.high for interval in release.audit.intervals.values()
    )


def test_a_rounding_that_is_not_one_is_refused() -> None:
    counted = tables_of([of([(7 * n) % 23 for n in range(len(KEYED))])])
    rounded = round_system(counted.system, 5)
    with pytest.raises(NotCleared, match="does not add up"):
        check_rounding(counted.system, counted.system.counts, 5, [])
    with pytest.raises(NotCleared, match="could be worked out"):
        check_rounding(counted.system, rounded, 5, [])


@pytest.mark.parametrize(("most", "variance", "hidden_below"), [(5, 3.0, 3), (2, 1.0, 1), (10, 8.0, 10)])
def test_noise_has_mean_zero_the_variance_and_shows_no_small_count(
    most: int, variance: float, hidden_below: int
) -> None:
    noise = PTable(most, variance, hidden_below)
    changes = np.arange(-most, most + 1)
    for count in range(most + hidden_below + 1):
        chances = noise.probabilities(count)
        assert chances.min() >= 0
        assert chances.sum() == pytest.approx(1)
        assert chances @ changes == pytest.approx(0, abs=1e-9)
        shown = count + changes[chances > 0]
        assert not ((shown > 0) & (shown < hidden_below)).any()
    assert chances @ changes**2 == pytest.approx(variance)
    drawn = noise.noise(np.full(100_000, 50), np.random.default_rng(1).integers(0, KEYS, 100_000))
    assert abs(drawn.mean()) < 0.05 * np.sqrt(variance)
    assert np.abs(drawn).max() <= most


def test_the_same_cell_has_the_same_noise_in_every_table() -> None:
    counts = [(5 * n) % 17 + 2 for n in range(len(KEYED))]
    random = np.random.default_rng(7)
    keys = [int(sum(random.integers(0, KEYS, n))) for n in counts]
    whole = of(counts)
    request = TableRequest(rows=("a",))
    sums = {a: sum(n for (x, *_), n in zip(KEYED, counts, strict=True) if x == a) for a in ("a0", "a1", "a2")}
    key_sums = {
        a: sum(n for (x, *_), n in zip(KEYED, keys, strict=True) if x == a) for a in ("a0", "a1", "a2")
    }
    one = tables_of([whole], keys=[list(zip(KEYED, keys, strict=True))])
    other = tables_of(
        [Records(request, tuple(((a,), n) for a, n in sums.items()))],
        keys=[[((a,), n) for a, n in key_sums.items()]],
    )
    shown = [protect_tables(counted, method="cellkey").values[0] for counted in (one, other)]
    assert shown[0][:, 0, 0].tolist() == shown[1].tolist()
    assert (np.abs(shown[0] - one.cubes[0].counts) <= 5).all()
    with pytest.raises(CannotCount, match="cannot be made"):
        PTable(2, 9.0)
