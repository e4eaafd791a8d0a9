"""Rows follow their counts, keep the rules, and are the same for the same seed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from amparo.stats.privacy import SeededForTesting, SystemRandomness
from amparo.stats.synthesis import (
    CannotSynthesise,
    NotAnonymous,
    Plan,
    Prefer,
    Records,
    Schedule,
    fit_rows,
    measure,
    synthesize,
    synthesize_anonymous,
    targets_of,
)
from amparo.stats.synthesis import _anonymous as anonymous
from amparo.stats.synthesis._codebook import Never
from amparo.stats.synthesis._rows import Targets, count_rows

from .auditing import exact_counts
from .people import CODEBOOK, records

QUICK = Schedule(sweeps=12, fewest_blocks=10**9)


def test_combinations_are_counted_as_by_hand() -> None:
    people = records(80)
    counts = count_rows(people.codes, 12, 4)
    for length in (1, 2, 3, 4):
        by_hand = exact_counts(people.codes, length)
        assert counts[length].sum() == sum(by_hand.values())
        for members, count in by_hand.items():
            place = sum(math.comb(member, order) for order, member in enumerate(members, 1))
            assert counts[length][place] == count


@pytest.mark.parametrize("longest", [3, 4])
def test_rows_come_near_to_counts_without_noise(longest: int) -> None:
    people = records(600)
    counts = count_rows(people.codes, 12, longest)
    aims = {k: table.astype(float) for k, table in counts.items()}
    targets = Targets(people.domain.starts, aims, dict.fromkeys(aims, 0.1), {})
    rows = fit_rows(targets, 600, random=np.random.default_rng(1), schedule=QUICK)
    made = count_rows(rows, 12, longest)
    error = sum(np.abs(made[k] - counts[k]).sum() for k in made) / sum(
        table.sum() for table in counts.values()
    )
    assert error < 0.02


def test_the_same_counts_and_seed_give_the_same_rows() -> None:
    found = measure(records(), Plan(epsilon=4.0, delta=1e-6), SeededForTesting(2))
    targets = targets_of(found)
    one, other, third = (
        fit_rows(targets, found.persons, random=np.random.default_rng(seed), schedule=QUICK)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, other)
    assert not np.array_equal(one, third)
    assert len(one) == found.persons


def test_rows_that_begin_as_blocks_are_as_many_as_asked() -> None:
    found = measure(records(500), Plan(epsilon=8.0, delta=1e-6), SeededForTesting(2))
    schedule = Schedule(sweeps=8, fewest_blocks=60, last_sweeps=3)
    steps: list[int] = []
    rows = fit_rows(
        targets_of(found),
        501,
        random=np.random.default_rng(1),
        schedule=schedule,
        progress=lambda done, _: steps.append(done),
    )
    assert rows.shape == (501, 6)
    assert steps[-1] == 11


def test_no_row_breaks_a_rule() -> None:
    rules = (
        Never(("age", ("0-17",)), ("means", ("drugs",))),
        Never(("sex", ("M",)), ("country", ("",))),
    )
    data = synthesize(
        records(),
        Plan(epsilon=4.0, delta=1e-6),
        source=SystemRandomness(),
        random=np.random.default_rng(1),
        codebook=replace(CODEBOOK, rules=rules),
        schedule=QUICK,
        tells_errors=False,
    )
    rows = data.rows
    assert not ((rows[:, 1] == 2) & (rows[:, 5] == 11)).any()
    assert not ((rows[:, 0] == 1) & (rows[:, 2] < 0)).any()
    assert (rows[:, 0] == 1).any()
    assert (rows[:, 5] == 11).any()


def test_fewer_inventions_where_they_are_asked_for() -> None:
    people = records(2000)
    people = Records(people.domain, people.codes[people.codes[:, 1] != 2])
    found = measure(people, Plan(epsilon=2.0, delta=1e-6), SeededForTesting(5))
    true = count_rows(people.codes, 12, 3)
    mass = {}
    for prefer in Prefer:
        made = count_rows(
            fit_rows(targets_of(found, prefer=prefer), 1500, random=np.random.default_rng(1)), 12, 3
        )
        mass[prefer] = sum(made[k][true[k] == 0].sum() for k in made)
    assert mass[Prefer.NO_INVENTIONS] <= mass[Prefer.COUNTS]


@pytest.mark.parametrize("longest", [2, 3, 4])
def test_no_combination_is_shown_that_fewer_than_k_have(longest: int) -> None:
    people = records(400)
    data = synthesize_anonymous(people, 10, longest=longest, random=np.random.default_rng(1))
    assert len(data.rows) == 400
    for length in range(1, longest + 1):
        true, shown = exact_counts(people.codes, length), exact_counts(data.rows, length)
        assert shown
        assert min(true[members] for members in shown) >= 10
    assert not data.measurement
    assert "not differentially private" in str(data.cautions[0].message)


def test_rows_that_would_show_somebody_are_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    people = records(400)
    monkeypatch.setattr(anonymous, "fit_rows", lambda *args, **keywords: people.codes)
    with pytest.raises(NotAnonymous):
        synthesize_anonymous(people, 10, random=np.random.default_rng(1))
    monkeypatch.undo()
    with pytest.raises(CannotSynthesise, match="No value of any column occurs in 1000"):
        synthesize_anonymous(people, 1000, random=np.random.default_rng(1))
