"""Tables of amounts: no reader learns a contribution more closely than the rules allow, and what is no amount is refused with its line."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from amparo.stats.disclosure import (
    CannotCount,
    Dominance,
    FewOrganisations,
    NotCleared,
    Percent,
    PRule,
    ReleasedTables,
    TableRequest,
    Threshold,
    count_tables,
    protect_tables,
    release_to_json,
    sum_tables,
)
from amparo.stats.disclosure._percent import percentages
from amparo.stats.disclosure._release_grid import grids_of
from amparo.stats.report import speaking

REQUEST = TableRequest(rows=("a", "b"), columns=("c",))
Cell = tuple[str | None, ...]


def written(path: Path, lines: list[tuple[str, ...]]) -> Path:
    path.write_text("a,b,c,paid,payer\n" + "".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    return path


def made(seed: int, records: int = 130) -> list[tuple[str, ...]]:
    drawn = random.Random(seed)
    return [
        (drawn.choice("xyz"), drawn.choice("uv"), drawn.choice("ijk"), f"{drawn.paretovariate(0.8) * 10:.2f}", f"p{drawn.randrange(12)}")
        for _ in range(records)
    ]  # fmt: skip


def gifts(lines: list[tuple[str, ...]], *, by_payer: bool) -> dict[Cell, list[float]]:
    """Give what each contributor gives to each cell, the largest first: worked out here from the records alone."""
    cells: dict[Cell, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for number, line in enumerate(lines):
        for cell in product(*((value, None) for value in line[:3])):
            cells[cell][line[4] if by_payer else str(number)] += float(line[3])
    return {cell: sorted(given.values(), reverse=True) for cell, given in cells.items()}


def ends_of(release: ReleasedTables) -> dict[Cell, tuple[float, float]]:
    """Give the least and greatest total that a reader of the table must think possible of each hidden cell, by SciPy's linear programs."""
    cells = {cell.labels: cell.value for cell in release.cells()}
    hidden = [labels for labels, value in cells.items() if value is None]
    at = {labels: place for place, labels in enumerate(hidden)}
    rows, right = [], []
    for labels, axis in product(cells, range(3)):
        if labels[axis] is not None:
            continue
        parts = [other for other in cells if other[axis] is not None and all(o == own for place, (o, own) in enumerate(zip(other, labels, strict=True)) if place != axis)]  # fmt: skip
        row = np.zeros(len(hidden))
        for part in (*parts, labels):
            if part in at:
                row[at[part]] += -1 if part == labels else 1
        if row.any():
            rows.append(row)
            shown = (cells[part] or 0 for part in parts)
            right.append((cells[labels] or 0) - sum(shown))
    found = {}
    for labels, place in at.items():
        goal = np.zeros(len(hidden))
        goal[place] = 1
        low, high = (
            linprog(way * goal, A_eq=np.array(rows), b_eq=np.array(right), bounds=(0, None))
            for way in (1, -1)
        )
        assert low.status == 0
        found[labels] = (low.fun / 100, np.inf if high.status == 3 else -high.fun / 100)
    return found


@pytest.mark.parametrize(("seed", "by_payer"), [(1, False), (2, True)])
def test_no_reader_learns_a_contribution_more_closely_than_the_rules_allow(
    tmp_path: Path, seed: int, by_payer: bool
) -> None:
    lines = made(seed)
    given = gifts(lines, by_payer=by_payer)
    counted = sum_tables(
        written(tmp_path / "r.csv", lines), [REQUEST], "paid", contributor="payer" if by_payer else ""
    )
    release = protect_tables(counted, rules=[Threshold(3), PRule(15), Dominance(1, 70)])
    shown = {cell.labels: cell.value for cell in release.cells()}
    ends = ends_of(release)
    step = 0.5  # of a unit: distances are rounded to steps
    unsafe = 0
    for cell, gift in given.items():
        total, first, second = sum(gift), gift[0], gift[1] if len(gift) > 1 else 0.0
        needed = max(
            0.15 * first - (total - first - second), first / 0.7 - total, 0.1 * total if len(gift) < 3 else 0
        )
        value = shown[cell]
        assert value is None or abs(value / 100 - total) < 0.006
        if needed > 0.01:
            unsafe += 1
            assert value is None, cell
            low, high = ends[cell]
            assert high - total >= needed - 0.02, cell
            assert total - low >= min(needed, total) - step, cell
    assert unsafe > 3
    assert all(high - low > 0.1 for low, high in ends.values())


def test_a_payer_with_many_records_is_one_contributor(tmp_path: Path) -> None:
    lines = [("x", b, c, "100", f"q{n}") for b, c, n in product("uv", "ij", range(9))]
    lines += [("y", b, c, "100", "only") for b, c, n in product("uv", "ij", range(9))]
    path = written(tmp_path / "r.csv", lines)
    rules = [Threshold(3), PRule()]
    assert protect_tables(sum_tables(path, [REQUEST], "paid"), rules=rules).audit.hidden == 0
    release = protect_tables(sum_tables(path, [REQUEST], "paid", contributor="payer"), rules=rules)
    assert all(cell.value is None for cell in release.cells() if cell.labels[0] == "y"), (
        "one payer pays all of it"
    )


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("-5", r'"paid" has "-5", line 3\. An amount is'),
        ("12,5", r"has 6 columns"),
        ("12.345", r'"12.345", line 3'),
        ("much", r'"much", line 3'),
    ],
)
def test_what_is_no_amount_is_refused_with_its_line(tmp_path: Path, amount: str, words: str) -> None:
    path = written(
        tmp_path / "r.csv",
        [("x", "u", "i", "7", "p"), ("x", "u", "i", amount, "p"), ("y", "u", "i", "", "p")],
    )
    with pytest.raises(ValueError, match=words):
        sum_tables(path, [REQUEST], "paid")


def test_rules_for_counts_and_for_amounts_are_not_mixed_up(tmp_path: Path) -> None:
    path = written(tmp_path / "r.csv", made(3, 40))
    amounts = sum_tables(path, [REQUEST], "paid")
    with pytest.raises(CannotCount, match="about counts of people"):
        protect_tables(amounts, rules=[Threshold(3), FewOrganisations()])
    with pytest.raises(NotCleared, match="by hiding alone"):
        protect_tables(amounts, method="round")
    with pytest.raises(CannotCount, match="Say with --amount"):
        protect_tables(count_tables(path, [REQUEST]), rules=[Threshold(3), PRule()])
    with pytest.raises(CannotCount, match="cannot be a row"):
        sum_tables(path, [REQUEST], "a")
    with pytest.raises(CannotCount, match="is no rule"):
        Dominance(9, 75)


def test_percentages_stand_only_where_part_and_whole_are_shown(tmp_path: Path) -> None:
    counts = {
        ("x", "u", "i"): 20,
        ("x", "u", "j"): 2,
        ("x", "v", "i"): 30,
        ("x", "v", "j"): 40,
        ("y", "u", "i"): 9,
        ("y", "v", "j"): 11,
    }
    path = written(tmp_path / "r.csv", [(*key, "1", "p") for key, n in counts.items() for _ in range(n)])
    request = TableRequest(rows=("a",), columns=("b",))
    release = protect_tables(count_tables(path, [request]), rules=[Threshold(10)])
    values = release.values[0]
    assert (values < 0).sum() >= 4
    for of, whole in (
        (Percent.ROWS, values[:, :1]),
        (Percent.COLUMNS, values[:1]),
        (Percent.ALL, values[:1, :1]),
    ):
        told = percentages(release, 0, of)
        is_open = (values >= 0) & (whole > 0)
        assert (np.isfinite(told) == is_open).all()
        assert np.allclose(told[is_open], (100 * values / np.where(whole > 0, whole, 1))[is_open])
    assert '"percent": 100.0' in "".join(release_to_json(release, percent=Percent.ALL))
    with pytest.raises(CannotCount, match="Add --columns"):
        percentages(protect_tables(count_tables(path, [TableRequest(rows=("a",))])), 0, Percent.ROWS)


def test_a_title_with_a_foreign_first_word_is_not_turned_round_in_arabic(tmp_path: Path) -> None:
    path = written(tmp_path / "r.csv", [("x", "u", "i", "1", "p")] * 20)
    request = TableRequest(rows=("a",), columns=("b",), counting_unit="persons")
    release = protect_tables(count_tables(path, [request]), rules=[Threshold(5)])
    with speaking("ar"):
        counts, shares = [grid.title for grid in grids_of(release, Percent.ROWS)]
    assert counts.startswith("Persons")
    assert shares.startswith(f"{counts}، "), "set apart, the whole title would be read from the left"
