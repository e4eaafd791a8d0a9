"""Every method by its name: answers alike, and never an exception, NaN or a number that does not exist."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from amparo.stats.prevalence import (
    METHODS,
    CannotEstimate,
    ChaoBound,
    Method,
    OverlapTable,
    Settings,
    Status,
    estimate_by,
)

TABLE = OverlapTable.from_cells(
    ("A", "B", "C"),
    [
        (("A",), 60),
        (("B",), 50),
        (("C",), 55),
        (("A", "B"), 20),
        (("A", "C"), 15),
        (("B", "C"), 16),
        (("A", "B", "C"), 9),
    ],
)
SETTINGS = Settings(replicates=40)
NOTHING_FOLLOWS: Mapping[str, list[tuple[tuple[str, ...], int]]] = {
    "no overlap": [(("A",), 9), (("B",), 8), (("C",), 7)],
    "nobody": [],
    "one list with people": [(("A",), 9)],
    "everybody on one list": [(("A",), 9), (("A", "B"), 4), (("A", "C"), 3)],
}


@pytest.mark.parametrize("name", [name for name in METHODS if name != "lcmcr"])
def test_the_same_seed_gives_the_same_digits(name: str) -> None:
    one, again = (estimate_by(name, TABLE, SETTINGS) for _ in range(2))
    assert one.method == name
    assert one.estimate is not None
    assert one.status is Status.EXISTS
    assert math.isfinite(one.estimate)
    assert (one.estimate, one.interval(0.8)) == (again.estimate, again.interval(0.8))
    assert one.assumptions
    assert one.sources
    assert one.versions["amparo"]


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("cells", NOTHING_FOLLOWS.values(), ids=NOTHING_FOLLOWS.keys())
def test_no_number_where_nothing_follows(name: str, cells: list[tuple[tuple[str, ...], int]]) -> None:
    found = estimate_by(name, OverlapTable.from_cells(("A", "B", "C"), cells), SETTINGS)
    assert (found.estimate, found.interval(0.95), found.unseen) == (None, None, None)
    assert found.status is not Status.EXISTS
    assert str(found.warnings[0].message)


@pytest.mark.parametrize(
    "fault",
    [
        ZeroDivisionError("x"),
        OverflowError("x"),
        np.linalg.LinAlgError("singular"),
        CannotEstimate("Too few."),
    ],
)
def test_a_failure_of_arithmetic_is_an_answer_with_a_reason(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(table: OverlapTable, settings: Settings) -> ChaoBound:
        raise fault

    monkeypatch.setattr("amparo.stats.prevalence._methods.METHODS", {"failing": Method("Failing", failing)})
    found = estimate_by("failing", TABLE)
    assert found.estimate is None
    assert found.interval() is None
    assert found.status in {Status.REFUSED, Status.NOT_CONVERGED}
    assert str(found.warnings[0].message)


@pytest.mark.parametrize("number", [math.nan, math.inf, -3.0, 5.0])
def test_a_number_that_cannot_be_is_not_given(number: float, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(table: OverlapTable, settings: Settings) -> ChaoBound:
        return ChaoBound(method="odd", observed=table.observed, estimate=number, singles=1, doubles=1)

    monkeypatch.setattr("amparo.stats.prevalence._methods.METHODS", {"odd": Method("Odd", odd)})
    found = estimate_by("odd", TABLE)
    assert (found.estimate, found.status) == (None, Status.NOT_CONVERGED)


def test_unknown_methods_and_settings_are_refused() -> None:
    with pytest.raises(CannotEstimate, match='no method "magic"'):
        estimate_by("magic", TABLE)
    with pytest.raises(CannotEstimate, match="At least one replicate"):
        Settings(replicates=0)
    with pytest.raises(CannotEstimate, match="seed is a whole number"):
        Settings(seed=-1)


def test_seed_that_is_recorded_is_the_one_that_was_given() -> None:
    assert estimate_by("stepwise", TABLE, Settings(seed=7, replicates=20)).seed == 7


def test_generators_of_tasks_differ_and_do_not_depend_on_each_other() -> None:
    settings = Settings(seed=3)
    first, again, other = (settings.random(task).random() for task in ("a", "a", "b"))
    assert first == again != other
