"""Any table that can be read gets an answer or a reason from every method: no traceback, no NaN, and no number out of thin air."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from amparo.stats.prevalence import CannotEstimate, Method, OverlapTable, Settings, Study, run_study
from amparo.stats.prevalence._latent import estimate_latent
from amparo.stats.prevalence._methods import METHODS
from amparo.stats.prevalence._table import MOST_PEOPLE
from amparo.stats.prevalence.report import report_of, to_json
from amparo.stats.report import to_text

SHORT = METHODS | {
    "lcmcr": Method(
        "lcmcr", lambda table, given: estimate_latent(table, random=given.random("x"), longest=1000)
    )
}
FEW = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 60))
# Between 10,000 and 600,000 the graphs go through millions of numbers, which takes seconds and shows nothing new.
COUNT = st.one_of(FEW, st.sampled_from([10**6, 10**9]), st.integers(10**6, 10**9))


def tables(counts: st.SearchStrategy[int], most: int) -> st.SearchStrategy[list[int]]:
    return st.integers(2, most).flatmap(
        lambda lists: st.lists(counts, min_size=(1 << lists) - 1, max_size=(1 << lists) - 1)
    )


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Draw short chains: what they answer is tested elsewhere, here only that they do."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("_methods", "_study", "report._words"):
            patch.setattr(f"amparo.stats.prevalence.{module}.METHODS", SHORT)
        patch.setattr("amparo.stats.prevalence._study.DEFAULT_METHODS", ("chao", "stepwise"))
        patch.setattr("amparo.stats.prevalence._threshold.BURN", 100)
        patch.setattr("amparo.stats.prevalence._threshold.KEPT", 100)
        yield


def table_of(counts: list[int]) -> OverlapTable:
    lists = (len(counts) + 1).bit_length() - 1
    return OverlapTable(tuple("ABCD"[:lists]), np.array([0, *counts]))


def read(made: Study) -> dict[str, Any]:
    assert not re.search(r"\b(nan|inf)\b", "".join(to_text(report_of(made))))
    told: dict[str, Any] = json.loads(
        to_json(made), parse_constant=lambda name: pytest.fail(f"{name} in the JSON")
    )
    return told


@settings(max_examples=4)
@example([0] * 7)
@example([5, 0, 0, 0, 0, 0, 0])
@example([10**9, 0, 0, 10**9, 0, 0, 0])
@example([10**9] * 7)
@example([9, 8, 0, 7, 0, 0, 0])  # no overlap
@example(
    [67, 0, 0, 0, 0, 0, 0, 3335104, 0, 0, 0, 0, 0, 0, 408702]
)  # one model fits, others "better" without end
@example([0, 0, 0, 0, 22653220, 807940789, 0])  # two lists that share all their people
@example([33, 36, 17, 51, 3, 0, 10**9])  # nobody unseen but for rounding
@example([25, 0, 123456789, 55, 10**9, 0, 48])  # likelihoods that differ by less than rounding
@given(tables(COUNT, 3))
def test_every_method_answers_or_says_why_not(counts: list[int]) -> None:
    table = table_of(counts)
    told = read(run_study(table, methods=tuple(METHODS), settings=Settings(replicates=8), threshold=0))
    assert [one["method"] for one in told["estimates"]] == list(METHODS)
    for one in told["estimates"]:
        if one["estimate"] is None:
            assert one["status"] != "exists"
            assert one["warnings"][0]["message"]
            assert one["intervals"] is None
            continue
        assert table.observed <= one["estimate"] < math.inf
        for limits in one["intervals"].values():
            if limits is not None:
                low, high = limits
                assert low is not None
                assert high is None or low <= high


@settings(max_examples=2)
@example([9, 8, 1, 7, 1, 0, 0])
@example([10**9, 10**9, 10**6, 10**9, 0, 0, 0])
@given(tables(FEW, 3))
def test_every_check_answers_or_says_why_not(counts: list[int]) -> None:
    table = table_of(counts)
    half = OverlapTable(table.lists, table.counts // 2)
    rest = OverlapTable(table.lists, table.counts - half.counts)
    told = read(
        run_study(
            table, settings=Settings(replicates=8), strata={"a": half, "b": rest}, strata_by="x", threshold=0
        )
    )
    assert told["addition"] is not None or told["cannot"]["addition"]


@pytest.mark.parametrize("count", [MOST_PEOPLE + 1, 2**63, 1e20])
def test_more_people_than_live_are_refused(count: float) -> None:
    """Sums of such counts would run over the whole numbers of the machine, and come out as another table."""
    with pytest.raises(CannotEstimate, match="more people than live on earth"):
        OverlapTable(("A", "B"), np.array([0, count, 1, 1]))
    with pytest.raises(CannotEstimate, match="more people than live on earth"):
        OverlapTable(("A", "B"), np.array([0, MOST_PEOPLE, MOST_PEOPLE, 1]))
