"""Time-location sampling: weights by hand, right on a made-up town, and refusals with the row."""

from __future__ import annotations

import numpy as np
import pytest

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.survey import Event, estimate_proportion, estimate_total, time_location


def test_weights_are_attendance_over_answers_probability_and_visits() -> None:
    events = [
        Event("bar, Friday", 0.1, 20, 2),
        Event("park, Sunday", 0.5, 6, 3, "outside"),
        Event("port, Monday", 0.5, 4, 1, "outside"),
    ]
    names = ["bar, Friday", "park, Sunday", "park, Sunday", "bar, Friday", "park, Sunday", "port, Monday"]
    sample = time_location(events, names, [4, 1, 2, 1, 3, 4])
    assert sample.design.weights == pytest.approx([100 / 4, 4, 2, 100, 4 / 3, 8 / 4])
    assert sample.design.stratum_names == ("all", "outside")
    assert sample.design.stratum_of_cluster.size == 3
    assert "low-response" in [warning.code for warning in sample.warnings]


@pytest.mark.slow
def test_a_town_is_estimated_rightly_although_some_go_out_far_more() -> None:
    """2,000 workers at 60 events; those who are coerced are seldom let out. The plain share is wrong, the weighted one right."""
    random = np.random.default_rng(6)
    coerced = random.random(2000) < 0.3
    going = np.where(coerced, 0.04, 0.2) * random.gamma(3, 1 / 3, 2000)
    there = random.random((2000, 60)) < np.minimum(going, 0.9)[:, None]
    visits = there.sum(axis=1)
    truth, size = coerced[visits > 0].mean(), (visits > 0).sum()
    plain, shares, totals, held = [], [], [], 0
    for _ in range(60):
        drawn = random.choice(60, 20, replace=False)
        events, names, flags, often = [], [], [], []
        for event in drawn:
            present = np.flatnonzero(there[:, event])
            asked = random.choice(present, min(12, present.size), replace=False)
            events.append(Event(f"e{event}", 20 / 60, present.size, asked.size))
            names += [f"e{event}"] * asked.size
            flags += coerced[asked].tolist()
            often += visits[asked].tolist()
        design = time_location(events, names, often, events_in_population={"all": 60}).design
        share = estimate_proportion(design, flags)
        limits = share.interval()
        held += limits.low <= truth <= limits.high
        plain.append(np.mean(flags))
        shares.append(share.value)
        totals.append(estimate_total(design, np.ones(len(flags))).value)
    assert np.mean(plain) < truth - 0.12
    assert np.mean(shares) == pytest.approx(truth, abs=0.015)
    assert np.mean(totals) == pytest.approx(size, rel=0.03)
    assert held >= 0.88 * 60


@pytest.mark.parametrize(
    ("events", "names", "visits", "says"),
    [
        ([Event("a", 0.5, 3, 2)], ["a", "b"], [1, 1], "Row 2 was interviewed at b"),
        ([Event("a", 0.5, 3, 2)], ["a", "a"], [1, 0], r"Row 2 comes 0\.0 times"),
        ([Event("a", 0.5, 3, 2)], ["a", "a"], [1, float("nan")], "Row 2 comes nan times"),
        ([Event("a", 0.5, 3, 1)], ["a", "a"], [1, 1], "1 people were interviewed, and there are rows of 2"),
        ([Event("a", 0.5, 3, 4)], ["a", "a"], [1, 1], "4 of 3 people were interviewed"),
        ([Event("a", 0, 3, 2)], ["a", "a"], [1, 1], "drawn with probability 0"),
        ([Event("a", 0.5, 3, 2)] * 2, ["a", "a"], [1, 1], "told twice"),
    ],
)
def test_wrong_rows_are_refused(
    events: list[Event], names: list[str], visits: list[float], says: str
) -> None:
    with pytest.raises(CannotEstimate, match=says):
        time_location(events, names, visits)


def test_what_weakens_the_sample_is_said() -> None:
    events = [Event("a", 0.5, 30, 5), Event("b", 0.5, 9, 0), Event("c", 0.5, 5, 5)]
    sample = time_location(events, ["a"] * 5 + ["c"] * 5, [2] * 10)
    assert [warning.code for warning in sample.warnings] == ["silent-events", "low-response", "equal-visits"]
    heavy = time_location([Event("a", 0.01, 12, 12)], ["a"] * 12, [60] * 11 + [1])
    assert "unequal-weights" in [warning.code for warning in heavy.warnings]
