"""Releases of tables of any number of dimensions: no reader works anything out, and no more is hidden than that needs."""

from __future__ import annotations

import random
from itertools import count, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.stats.disclosure import (
    Condition,
    CountedTables,
    FewOrganisations,
    GroupDisclosure,
    Hierarchy,
    Minors,
    NotCleared,
    ReleasedTables,
    TableRequest,
    Threshold,
    protect_tables,
)
from amparo.stats.disclosure._counted import tables_of
from amparo.stats.disclosure._cube import Records
from tests.stats.attack import Name, ReaderOfRelease, found_by
from tests.stats.near_tables import NearTables

Counts = dict[tuple[str, ...], int]


def records(rows: str, counts: Counts, where: tuple[Condition, ...] = ()) -> Records:
    return Records(TableRequest(rows=tuple(rows.split()), where=where), tuple(counts.items()))


def summed(counts: Counts, *axes: int) -> Counts:
    found: Counts = {}
    for key, n in counts.items():
        kept = tuple(key[axis] for axis in axes)
        found[kept] = found.get(kept, 0) + n
    return found


def truths(counted: CountedTables) -> dict[Name, int]:
    true = {}
    for cube in counted.cubes:
        kept = frozenset(("where", str(condition)) for condition in cube.request.where)
        for at in product(*map(range, cube.counts.shape)):
            labels = [(d.column, d.nodes[node].label) for d, node in zip(cube.dimensions, at, strict=True)]
            true[kept | frozenset(pair for pair in labels if pair[1] is not None)] = int(cube.counts[at])
    return true


@st.composite
def cubes(draw: st.DrawFn) -> Counts:
    shape = draw(st.sampled_from([(3, 3, 2), (2, 3, 2), (4, 3, 1)]))
    count = st.sampled_from([0, 1, 2, 3, 4, 8, 9, 12, 17, 25, 40])
    return {(f"a{i}", f"b{j}", f"c{k}"): draw(count) for i, j, k in product(*map(range, shape))}


GROUPS = Hierarchy("b", {"b0": "g", "b1": "g", "b2": "h", "g": "", "h": ""})


@settings(max_examples=6, deadline=None)
@given(cubes(), st.sampled_from([3, 5]), st.booleans())
def test_no_reader_finds_a_count_of_three_dimensions_with_groups(
    counts: Counts, threshold: int, is_exact: bool
) -> None:
    counted = tables_of([records("a b c", counts)], hierarchies={"b": GROUPS})
    try:
        release = protect_tables(counted, rules=[Threshold(threshold)], exact=is_exact, seconds=1)
    except NotCleared:
        return
    reader = ReaderOfRelease(release, parents={"b": GROUPS.parent}, most=sum(counts.values()))
    true = truths(counted)
    assert not [name for name, count in reader.shown.items() if 0 < count < threshold]
    assert all(count == true[name] for name, count in reader.shown.items())
    assert found_by(reader, true, threshold) == []


SMALL: Counts = {
    **{("r0", f"c{j}"): n for j, n in enumerate((20, 3, 14))},
    **{("r1", f"c{j}"): n for j, n in enumerate((30, 40, 22))},
    **{("r2", f"c{j}"): n for j, n in enumerate((7, 9, 50))},
}


def test_the_attack_finds_what_hiding_small_counts_alone_gives_away() -> None:
    """Fails for a reader who finds nothing: the attack of these tests must see what it is there to see."""
    counted = tables_of([records("a b", SMALL)])
    release = protect_tables(counted)
    assert release.audit.hidden == 4, "a square of four cells is enough"
    assert found_by(ReaderOfRelease(release), truths(counted), 5) == []
    naive = protect_tables(counted)
    place = naive.values[0]
    place[place < 0] = counted.cubes[0].counts[place < 0]
    place[(place > 0) & (place < 5)] = -1
    (caught,) = {name for name, _ in found_by(ReaderOfRelease(naive), truths(counted), 5)}
    assert caught == {("a", "r0"), ("b", "c1")}


def test_tables_near_the_true_one_change_nothing_that_the_attack_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They only spare programs in whole numbers: of a table with faults planted, the same cells are caught without them."""
    chance = random.Random(3)
    counts = {(f"a{i}", f"b{j}"): chance.choice((1, 1, 2, 8, 30)) for i, j in product(range(4), repeat=2)}
    counted = tables_of([records("a b", counts)])
    broken = protect_tables(counted)
    assert found_by(ReaderOfRelease(broken, most=500), truths(counted), 5) == []
    place = broken.values[0]
    for at in zip(*(place < 0).nonzero(), strict=True):
        if counted.cubes[0].counts[at] >= 5 and chance.random() < 0.5:
            place[at] = counted.cubes[0].counts[at]
    quick = found_by(ReaderOfRelease(broken, most=500), truths(counted), 5)
    monkeypatch.setattr(
        NearTables,
        "unanswered",
        lambda self, questions, readers: {
            r: [question for question in questions if question[0] not in self.own[r]] for r in readers
        },
    )
    slow = found_by(ReaderOfRelease(broken, most=500), truths(counted), 5)
    assert set(quick) == set(slow)
    assert 0 < len({name for name, _ in quick}) < len(ReaderOfRelease(broken).hidden)


def test_a_person_alone_in_a_cell_does_not_learn_the_other_hidden_one_of_the_line() -> None:
    counts: Counts = dict.fromkeys(SMALL, 20) | {
        ("r0", "c0"): 1,
        ("r0", "c1"): 4,
        ("r1", "c0"): 4,
        ("r1", "c1"): 4,
    }
    counted = tables_of([records("a b", counts)])
    release = protect_tables(counted)
    true = truths(counted)
    hidden = [name for name in ReaderOfRelease(release).hidden if ("a", "r0") in name]
    assert len(hidden) >= 3
    assert found_by(ReaderOfRelease(release), true, 5) == []
    assert release.audit.readers == 1


def test_linked_tables_are_safe_together_and_not_one_by_one() -> None:
    """Each table hides a total that the other shows, and both have the total of all."""
    first = [(1, 6), (4, 0), (0, 5)]
    second = [(0, 7), (2, 2), (2, 3)]
    parts = [
        records(
            f"a {column}",
            {(f"a{i}", f"{column}{j}"): n for i, line in enumerate(grid) for j, n in enumerate(line)},
        )
        for column, grid in (("b", first), ("c", second))
    ]
    together = tables_of(parts)
    one_by_one = [protect_tables(tables_of([part])) for part in parts]
    assert found_by(ReaderOfRelease(*one_by_one), truths(together), 5)
    assert found_by(ReaderOfRelease(protect_tables(together)), truths(together), 5) == []


def test_what_a_condition_leaves_over_is_protected_too() -> None:
    """Women, and women in forced labour: the difference is the others, however few."""
    where = (Condition("forced", ("1",)),)
    everybody, forced = (
        records("sex", {("F",): 43, ("M",): 50}),
        records("sex", {("F",): 40, ("M",): 20}, where),
    )
    counted = tables_of([everybody, forced])
    release = protect_tables(counted)
    shown = {
        (number, cell.labels): cell.value
        for number in range(2)
        for cell in release.cells(number)
        if cell.value is not None
    }
    assert (0, ("F",)) not in shown or (1, ("F",)) not in shown
    assert any("difference" in why.cell and why.count == 3 for why in release.why)


def test_no_release_is_made_without_its_audit() -> None:
    counted = tables_of([records("a b", SMALL)])
    cleared = protect_tables(counted)
    fields = {"rules": cleared.rules, "loss": cleared.loss, "counted": counted}
    hidden = [cell for cell in range(counted.system.size) if cell in cleared.audit.intervals]
    small = [cell for cell in hidden if counted.system.counts[cell] < 5]
    with pytest.raises(NotCleared, match="4 of 4 hidden cells could be worked out"):
        ReleasedTables(**fields, hidden=hidden, proofs=())
    with pytest.raises(NotCleared, match="a rule forbids"):
        ReleasedTables(**fields, hidden=(), proofs=())
    with pytest.raises(NotCleared, match="does not add up"):
        ReleasedTables(**fields, hidden=hidden, proofs=[{small[0]: 2}])
    with pytest.raises(NotCleared, match="reader can see"):
        ReleasedTables(**fields, hidden=small, proofs=[{hidden[0]: 2, hidden[1]: -2}])


def test_the_default_choice_is_near_the_cheapest_and_the_same_every_time() -> None:
    counts: Counts = {
        (f"a{i}", f"b{j}", f"c{k}"): (7 * i * i + 11 * j + 5 * k * j + 3 * i * k) % 23
        for i, j, k in product(range(5), range(4), range(3))
    }
    counted = tables_of([records("a b c", counts)])
    default, again, best = (
        protect_tables(counted),
        protect_tables(counted),
        protect_tables(counted, exact=True),
    )
    assert default.loss.cost == again.loss.cost
    assert default.values[0].tolist() == again.values[0].tolist()
    assert best.loss.bound is not None
    assert best.loss.cost <= best.loss.bound * (1 + 1e-6)
    assert best.loss.cost <= default.loss.cost <= 1.03 * best.loss.cost


def test_a_busy_machine_refuses_nothing_that_an_idle_one_gives_out(monkeypatch: pytest.MonkeyPatch) -> None:
    by_the_clock = count(step=1_000.0)
    monkeypatch.setattr("time.monotonic", lambda: next(by_the_clock))
    assert protect_tables(tables_of([records("a b", SMALL)])).audit.hidden


def test_rules_combine() -> None:
    ages = dict.fromkeys(product(("F", "M"), ("0-17", "18+"), ("1", "0")), 30)
    counts: Counts = ages | {("F", "0-17", "1"): 8, ("M", "18+", "0"): 0}
    counted = tables_of([records("sex age forced", counts)])
    plain = protect_tables(counted)
    assert plain.audit.hidden == 0
    for minors in protect_tables(counted, rules=[Threshold(5), Minors("age", ("0-17",), 10)]).why:
        assert minors.count >= 0
    whole = protect_tables(counted, rules=[Threshold(5), GroupDisclosure("forced")])
    assert any(why.count == 30 and "everybody" in why.rules[0] for why in whole.why if why.rules)
    few = tables_of(
        [records("sex age forced", counts)],
        organisations=[
            [(key, o) for key, n in counts.items() if n for o in ("x", "y") + ("z",) * (key[0] == "F")]
        ],
    )
    held = protect_tables(few, rules=[Threshold(5), FewOrganisations(3)])
    assert {why.cell.split(",")[0] for why in held.why if why.rules} == {"sex M"}
    with pytest.raises(NotCleared, match="No threshold"):
        protect_tables(counted, rules=[GroupDisclosure("forced")])


def test_what_was_shown_before_stays_shown() -> None:
    counted = tables_of([records("a b", SMALL)])
    first = protect_tables(counted)
    hidden = [cell for cell in first.audit.intervals if counted.system.counts[cell] >= 5]
    known = {hidden[0]: int(counted.system.counts[hidden[0]])}
    second = protect_tables(counted, known=known)
    assert hidden[0] not in second.audit.intervals
    assert found_by(ReaderOfRelease(first, second), truths(counted), 5) or first.audit.hidden
    with pytest.raises(NotCleared, match="not the true one"):
        protect_tables(counted, known={hidden[0]: 1})
