"""Recruitment data are read from numbers or coupons, and what cannot be is refused with the row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.survey import Recruitment, read_recruitment


def test_recruiters_and_coupons_say_the_same() -> None:
    by_number = Recruitment.of([1, 2, 3, 4], [None, 1, 1, 3], [5, 3, 2, 8])
    by_coupon = Recruitment.from_coupons(
        [1, 2, 3, 4], ["", "A2", "A1", "C1"], [["A1", "A2"], ["B1"], ["C1", "C2"], []], [5, 3, 2, 8]
    )
    for found in (by_number, by_coupon):
        assert found.recruiters.tolist() == [-1, 0, 0, 2]
        assert found.waves.tolist() == [0, 1, 1, 2]
        assert found.seeds.tolist() == [0, 0, 0, 0]
        assert found.recruits().tolist() == [2, 0, 1, 0]


@pytest.mark.parametrize("seed", ["seed", "", "-1", "0", None, float("nan"), "NA"])
def test_many_words_make_a_seed(seed: object) -> None:
    assert Recruitment.of(["a", "b"], [seed, "a"], [1, 1]).recruiters.tolist() == [-1, 0]


def test_a_respondent_with_the_number_0_recruits_like_others() -> None:
    assert Recruitment.of([0, 1], [None, 0], [3, 3]).recruiters.tolist() == [-1, 0]


@pytest.mark.parametrize(
    ("ids", "recruiters", "degrees", "says"),
    [
        ([1, 2, 1], [None, 1, 1], [1, 1, 1], "Row 3: respondent 1 is in row 1 already"),
        ([1, None], [None, 1], [1, 1], "Row 2 has no number"),
        ([1, 2], [None, 9], [1, 1], "Row 2: 2 was recruited by 9, who is not among"),
        (
            [1, 2, 3, 4],
            [None, 4, 2, 3],
            [1, 1, 1, 1],
            r"Row 2: the recruiters go in a circle \(2 ← 4 ← 3 ← 2\)",
        ),
        ([1, 2], [None, 2], [1, 1], "Row 2: the recruiters go in a circle"),
        ([1, 2], [None, 1], [1, 0], "Row 2: the network size of 2 is 0"),
        ([1, 2], [None, 1], ["", 3], "Row 1: the network size of 1 is missing"),
        ([1, 2], [None, 1], [1, "many"], "Row 2: the network size of 2 is many"),
        ([1, 2], [None, None], [1, 1], "seeds only"),
        ([1, 2], [None], [1, 1], "1 recruiters were given for 2"),
        ([1, 2], [None, 1], [1], "1 network sizes were given for 2"),
        ([], [], [], "no respondents"),
    ],
)
def test_wrong_rows_are_refused(ids: list, recruiters: list, degrees: list, says: str) -> None:
    with pytest.raises(CannotEstimate, match=says):
        Recruitment.of(ids, recruiters, degrees)


@pytest.mark.parametrize(
    ("used", "given", "says"),
    [
        (["", "A1", "A9"], [["A1"], [], []], "Row 3: c came with coupon A9, which nobody was given"),
        (["", "A1", "A1"], [["A1"], [], []], r"Row 3: coupon A1 was used before, by b \(row 2\)"),
        (["", "A1", "B1"], [["A1"], ["B1"], ["A1"]], r"Row 3: coupon A1 was also given to a \(row 1\)"),
        (["", "B1", ""], [[], ["B1"], []], "Row 2: the recruiters go in a circle"),
        (["", "A1"], [["A1"], [], []], "for every respondent"),
    ],
)
def test_wrong_coupons_are_refused(used: list[str], given: list[list[str]], says: str) -> None:
    with pytest.raises(CannotEstimate, match=says):
        Recruitment.from_coupons(["a", "b", "c"], used, given, [3, 3, 3])


def test_odd_but_possible_rows_are_said() -> None:
    found = Recruitment.of([1, 2, 3, 4], [None, 1, 1, None], [1, 3, 3, 3])
    assert [warning.code for warning in found.warnings] == ["degree-below-ties", "idle-seeds"]
    assert "row 1" in str(found.warnings[0].message)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_files_are_read(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "chains.csv"
    rows = ["id,recruiter,degree,sold,used,c1,c2", "7,seed,12,yes,,A,B", "8,7,3,no,A,C,D", "9,8,4,yes,D,,"]
    file.write_text("\ufeff" + "\n".join(rows).replace(",", separator), encoding="utf-8")
    one = read_recruitment(file, recruiter="recruiter")
    other = read_recruitment(file, coupon="used", coupons=["c1", "c2"])
    assert one.recruiters.tolist() == other.recruiters.tolist() == [-1, 0, 1]
    assert one.columns["sold"] == ("yes", "no", "yes")
    assert one.degrees.tolist() == [12, 3, 4]
    with pytest.raises(CannotEstimate, match="no column size"):
        read_recruitment(file, recruiter="recruiter", degree="size")
    with pytest.raises(CannotEstimate, match="Tell the column"):
        read_recruitment(file)
    with pytest.raises(CannotEstimate, match="none.csv cannot be read".replace(".", r"\.")):
        read_recruitment(tmp_path / "none.csv", recruiter="recruiter")
    file.write_bytes(b"id,recruiter,degree\n1,\xff\xfe,2\n")
    with pytest.raises(CannotEstimate, match="not a table of text"):
        read_recruitment(file, recruiter="recruiter")
    file.write_text("id,recruiter,degree\n1,seed\n2,1,3\n", encoding="utf-8")
    with pytest.raises(CannotEstimate, match="Row 1 has more or fewer values"):
        read_recruitment(file, recruiter="recruiter")


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-1, 30), min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_any_forest_is_read_and_put_in_an_order_with_recruiters_first(
    parents: list[int], chance: object
) -> None:
    """Every row recruits by an earlier one, then rows are shuffled: waves and order hold."""
    parents = [min(parent, i - 1) for i, parent in enumerate(parents)]
    if max(parents[1:]) < 0:
        parents[1] = 0
    rows = list(range(len(parents)))
    chance.shuffle(rows)  # type: ignore[attr-defined]
    found = Recruitment.of(
        [f"p{i}" for i in rows], [f"p{parents[i]}" if parents[i] >= 0 else "" for i in rows], [40] * len(rows)
    )
    order = found.order()
    assert sorted(order.tolist()) == list(range(len(rows)))
    place = np.argsort(order)
    has = found.recruiters >= 0
    assert (place[found.recruiters[has]] < place[has]).all()
    assert (found.waves[has] == found.waves[found.recruiters[has]] + 1).all()
    straight = Recruitment.of(
        [f"p{i}" for i in range(len(rows))], [f"p{i}" if i >= 0 else "" for i in parents], [40] * len(rows)
    )
    assert [found.ids[i] for i in order] == [straight.ids[i] for i in straight.order()]
