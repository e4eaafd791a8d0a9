"""Files of single persons: measures equal to counting by hand, protection checked apart from how it is made."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.disclosure import CannotCount, read_hierarchies
from amparo.stats.disclosure._hierarchy import Hierarchy
from amparo.stats.disclosure.microdata import (
    Blank,
    CannotMeasure,
    Layout,
    MicroData,
    NotProtected,
    ProtectedData,
    diversity_of,
    estimate_uniques,
    find_special_uniques,
    measure_anonymity,
    measure_risk,
    protect_microdata,
    read_microdata,
    risk_in_population,
)
from tests.shared_data import shared_data

Rows = list[tuple[str, ...]]


def of(rows: Sequence[Sequence[str]], told: Sequence[str] | None = None, **layout: object) -> MicroData:
    """Make a file of columns a, b, c ... and, where told, a sensitive column."""
    keys = {"abcdefgh"[j]: [row[j] for row in rows] for j in range(len(rows[0]))}
    sensitive = {"told": list(told)} if told is not None else {}
    asked = Layout(keys=tuple(keys), sensitive=tuple(sensitive), **layout)  # type: ignore[arg-type]
    return MicroData.of(keys, sensitive, layout=asked)


def shown_by(data: MicroData) -> Rows:
    """Write out what each record shows."""
    return [
        tuple(column.values[code] if code >= 0 else "" for column, code in zip(data.keys, row, strict=True))
        for row in data.codes
    ]


def fewest(rows: Rows, m: int) -> int:
    """Count by hand the records of the rarest combination of m keys, blanks being signs."""
    return min(
        min(Counter(tuple(row[j] for j in chosen) for row in rows).values())
        for chosen in combinations(range(len(rows[0])), min(m, len(rows[0])))
    )


def tables(columns: int, most: int, least: int = 2) -> st.SearchStrategy[Rows]:
    values = [st.sampled_from((*"xyz"[: 2 + j % 2], "")) for j in range(columns)]
    found = st.lists(st.tuples(*values), min_size=least, max_size=most)
    return found.filter(lambda rows: all(any(row[j] for row in rows) for j in range(columns)))


def alike(one: Sequence[str], other: Sequence[str], blank: Blank) -> bool:
    free = blank is Blank.UNKNOWN
    return all(a == b or (free and "" in (a, b)) for a, b in zip(one, other, strict=True))


@settings(max_examples=40, deadline=None)
@given(
    tables(3, 14),
    st.lists(st.sampled_from(["1", "2", "3", ""]), min_size=14, max_size=14),
    st.sampled_from(Blank),
)
def test_measures_are_those_of_counting_by_hand(rows: Rows, told: list[str], blank: Blank) -> None:
    told = ["1", *told[1 : len(rows)]]
    data = of(rows, told)
    groups = [[s for s in range(len(rows)) if alike(rows[r], rows[s], blank)] for r in range(len(rows))]
    found = measure_anonymity(data, blank=blank, m=2, least=3)
    assert found.k == min(len(group) for group in groups)
    pairs = {
        chosen: [
            sum(alike([row[j] for j in chosen], [other[j] for j in chosen], blank) for other in rows)
            for row in rows
        ]
        for chosen in combinations(range(3), 2)
    }
    assert found.k_of_m == min(min(counts) for counts in pairs.values())
    assert found.below_of_m == sum(any(pairs[c][r] < 3 for c in pairs) for r in range(len(rows)))

    values = sorted({t for t in told if t})
    counted = [*values, ""] if blank is Blank.VALUE else values
    whole = Counter(t for t in told if t in counted)
    distinct, entropy, far, certain = [], [], [0.0], 0
    for group in groups:
        cells = Counter(told[s] for s in group if told[s] in counted)
        if not cells:
            continue
        shares = [n / cells.total() for n in cells.values()]
        distinct.append(len(cells))
        entropy.append(math.exp(-sum(p * math.log(p) for p in shares)))
        far.append(sum(abs(cells[v] / cells.total() - whole[v] / whole.total()) for v in counted) / 2)
        certain += len(cells) == 1 and "" not in cells
    answer = diversity_of(data, 0, blank=blank)
    assert (answer.l, answer.certain) == (min(distinct), certain)
    assert answer.entropy == pytest.approx(min(entropy))
    assert answer.t == pytest.approx(max(far))


def test_an_ordered_column_is_moved_as_far_as_the_values_lie_apart() -> None:
    told = ["9--17", "0--8", "18--20", "18--20", "0--8", "9--17"]
    answer = diversity_of(of([("x",)] * 2 + [("y",)] * 4, told), 0, ordered=True)
    # a third of the file has each value; of x a half has each of the first two: a sixth moves one step, a third another
    assert answer.t == pytest.approx((1 / 6 + 1 / 3) / 2)
    assert answer.c == pytest.approx(1.0)  # the commonest of a group against its others, here 1:1 and 2:2


def test_a_group_that_shares_an_item_of_several_tells_it() -> None:
    data = of([("x",)] * 3, ["debt;drugs", "drugs;debt", "drugs"], separators={"told": ";"})
    found = diversity_of(data, 0)
    assert (found.l, found.certain, found.items) == (2, 0, {"drugs": 3})


@settings(max_examples=25, deadline=None)
@given(tables(4, 10))
def test_special_uniques_are_the_smallest_sets_that_nobody_shares(rows: Rows) -> None:
    found = find_special_uniques(of(rows), most=3)
    expected: Counter[int] = Counter()
    sets = 0
    for row in rows:
        minimal: list[tuple[int, ...]] = []
        for size in (1, 2, 3):
            for chosen in combinations(range(4), size):
                alone = sum(all(row[j] == other[j] for j in chosen) for other in rows) == 1
                if alone and not any(set(one) < set(chosen) for one in minimal):
                    minimal.append(chosen)
        sets += len(minimal)
        if minimal:
            expected[len(minimal[0])] += 1
    assert found.sets == sets
    assert {size: n for size, n in found.records.items() if n} == dict(expected)


def test_uniques_of_the_population_are_estimated_from_a_sample() -> None:
    random = np.random.default_rng(5)
    population = random.zipf(1.4, 40_000)
    for fraction in (0.05, 0.3):
        drawn = random.permutation(population)[: int(fraction * len(population))]
        values, sizes = np.unique(drawn, return_counts=True)
        outside = dict(zip(*np.unique(population, return_counts=True), strict=True))
        alone = values[sizes == 1]
        truth = np.mean([outside[value] == 1 for value in alone])
        found = estimate_uniques(sizes, len(population))
        assert found.pitman == pytest.approx(truth, rel=0.15)
        assert found.unique == len(alone)
        mean = np.mean([1 / outside[value] for value in alone])
        assert risk_in_population(sizes, len(population))[sizes == 1][0] == pytest.approx(mean, rel=0.15)
    assert estimate_uniques(np.array([1, 2]), 3).chance == 1.0


def protected(data: MicroData, k: int, m: int) -> ProtectedData:
    """Protect by search alone, which is what a large file gets."""
    return protect_microdata(data, k, m=m, random=np.random.default_rng(1), seconds=0)


def check(data: MicroData, safe: ProtectedData, k: int, m: int) -> None:
    before, after = shown_by(data), shown_by(safe.published)
    assert all(b in ("", a) for x, y in zip(before, after, strict=True) for a, b in zip(x, y, strict=True))
    assert fewest(after, m) >= k
    lost = sum(a != b for x, y in zip(before, after, strict=True) for a, b in zip(x, y, strict=True))
    assert safe.loss.total == lost == sum(safe.loss.blanked.values())
    assert safe.loss.bound <= lost + 1e-6


@settings(max_examples=25, deadline=None)
@given(tables(4, 40, least=8), st.integers(2, 4), st.integers(1, 4))
def test_every_combination_of_m_keys_is_shown_by_k_or_by_none(rows: Rows, k: int, m: int) -> None:
    data = of(rows)
    check(data, protected(data, k, m), k, m)


@settings(max_examples=12, deadline=None)
@given(tables(2, 5, least=3), st.integers(1, 2))
def test_a_small_file_is_proved_to_lose_the_least(rows: Rows, m: int) -> None:
    data = of(rows)
    safe = protect_microdata(data, 2, m=m, random=np.random.default_rng(1))
    costs = []
    for masks in product(range(4), repeat=len(rows)):
        shown: Rows = [
            tuple("" if mask >> j & 1 else cell for j, cell in enumerate(row))
            for row, mask in zip(rows, masks, strict=True)
        ]
        if fewest(shown, m) >= 2:
            costs.append(
                sum(a != b for x, y in zip(rows, shown, strict=True) for a, b in zip(x, y, strict=True))
            )
    assert safe.loss.is_proved
    assert safe.loss.total == min(costs)


def people(number: int = 600, seed: int = 4) -> MicroData:
    """Make a file in which ages and countries of few persons are rare."""
    random = np.random.default_rng(seed)
    ages = random.choice(["0-8", "9-17", "18-29", "30-38", "39+"], number, p=[0.01, 0.2, 0.5, 0.28, 0.01])
    country = random.choice(["NA", "NO", "CO", "VN", "BR", ""], number, p=[0.02, 0.3, 0.3, 0.2, 0.08, 0.1])
    sex = random.choice(["F", "M"], number, p=[0.7, 0.3])
    year = random.choice(["2019", "2020", "2021", "2022"], number)
    return of([tuple(map(str, row)) for row in zip(ages, country, sex, year, strict=True)])


AGES = Hierarchy(
    "a",
    {
        "0-8": "child",
        "9-17": "child",
        "child": "",
        "18-29": "adult",
        "30-38": "adult",
        "39+": "adult",
        "adult": "",
    },
)


def test_a_larger_file_is_protected_near_the_bound_and_groups_are_told_where_that_costs_less() -> None:
    data = people()
    safe = protected(data, 5, 3)
    check(data, safe, 5, 3)
    assert safe.loss.total <= 3 * safe.loss.bound
    heavy = {"a": 0.01, "b": 5.0, "c": 5.0, "d": 5.0}  # ages may go
    grouped = protect_microdata(
        data, 5, m=3, hierarchies={"a": AGES}, importance=heavy, random=np.random.default_rng(1), seconds=0
    )
    assert grouped.loss.levels == {"a": 1}
    assert {row[0] for row in shown_by(grouped.published)} <= {"child", "adult", ""}
    assert fewest(shown_by(grouped.published), 3) >= 5
    assert "NA" in data.keys[1].values


def test_a_file_that_breaks_its_promise_cannot_be_made() -> None:
    data = people()
    safe = protected(data, 5, 3)
    with pytest.raises(NotProtected, match="is shown by"):
        replace(safe, published=data)
    rarest = fewest(shown_by(safe.published), 3)
    assert replace(safe, k=rarest).k == rarest
    with pytest.raises(NotProtected, match=f"is shown by {rarest} of {rarest + 1}"):
        replace(safe, k=rarest + 1)
    codes = safe.published.codes.copy()
    codes[:, 2] = 1 - codes[:, 2]
    with pytest.raises(NotProtected, match="does not have"):
        replace(safe, published=replace(safe.published, codes=codes))
    with pytest.raises(NotProtected, match="lost or added"):
        replace(safe, published=replace(safe.published, codes=safe.published.codes[:-1]))


def test_the_order_of_the_records_tells_nothing() -> None:
    data = people()
    back = replace(data, codes=data.codes[::-1].copy())
    made = [protected(one, 5, 3) for one in (data, back)]
    first, second = ([shown_by(safe.published)[r] for r in safe.order()] for safe in made)
    assert first == second


def test_a_column_that_would_undo_the_blanks_is_refused() -> None:
    rows = [*[("NA", "F")] * 2, *[("NO", "F")] * 9, *[("CO", "M")] * 9]
    told = ["Namibia"] * 2 + ["Norway"] * 9 + ["Colombia"] * 9
    with pytest.raises(CannotMeasure, match='Column "told" tells "a": each of its values'):
        protect_microdata(of(rows, told), 5, m=2, random=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("text", "keys", "words"),
    [
        (
            "id,sex\n" + "".join(f"{n},F\n" for n in range(10_000)),
            "id",
            'Column "id" has 10,000 different values; at most',
        ),
        ("age,sex\n,F\n ,M\n", "age", 'Column "age" has no value in any record'),
        ("age,sex\n1,F\n", "age", "has 1 record. Nobody can hide"),
        ("age,sex\n1,F\n2,F\n", "age,weight", 'no column "weight". Its columns are: age, sex'),
        ("age,sex\n1,F\n2,F\n", "age,age", 'The column "age" is named twice'),
        ("age,sex\n1,F\n2,F\n", "", "Name the key columns"),
    ],
    ids=["many", "blank", "one", "strange", "twice", "none"],
)
def test_what_cannot_be_measured_is_refused_by_name(tmp_path: Path, text: str, keys: str, words: str) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotMeasure, match=words):
        read_microdata(path, Layout(keys=tuple(keys.split(",")) if keys else ()))


def test_two_records_of_a_person_are_refused_with_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("who,sex\np1,F\np2,M\np1,F\n", encoding="utf-8")
    with pytest.raises(CannotMeasure, match="Records 1 and 3 are of the same person"):
        read_microdata(path, Layout(keys=("sex",), person="who"))


def test_namibia_is_a_country_and_what_may_be_a_code_for_not_known_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("country,level\nNA,0\nNO,1\n0,2\n,0\n", encoding="utf-8")
    layout = Layout(keys=("country", "level"))
    data = read_microdata(path, layout)
    assert data.keys[0].values == ("0", "NA", "NO")
    assert [str(caution.message)[:16] for caution in data.cautions] == ['"0" in country i']
    known = read_microdata(path, replace(layout, missing={"country": frozenset({"0"})}))
    assert known.codes[:, 0].tolist() == [0, 1, -1, -1]


def test_a_hierarchy_with_a_value_missing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("column,code,parent\na,0-8,child\na,child,\n", encoding="utf-8")
    with pytest.raises(CannotCount, match="which is not in its hierarchy"):
        protect_microdata(people(), 5, hierarchies=read_hierarchies(path), random=np.random.default_rng(1))


def test_the_published_k_11_file_still_tells_what_happened_to_thousands() -> None:
    layout = Layout(
        keys=("yearOfRegistration", "gender", "ageBroad", "citizenship", "CountryOfExploitation"),
        sensitive=("isForcedLabour", "isSexualExploit"),
    )
    found = measure_risk(read_microdata(shared_data("ctdc/dados_app.csv"), layout))
    assert found.anonymity.k == 11
    assert [one.l for one in found.diversity] == [1, 1]
    assert found.diversity[1].t == pytest.approx(0.84, abs=0.005)  # as pyCANON 1.3.6 has it
    assert found.diversity[1].certain == 14_803
