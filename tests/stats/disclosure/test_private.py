"""Private counts: the promise is paid before noise is drawn, fits the structure of the tables, and what is shown adds up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import product

import numpy as np
import pytest

from amparo.stats.disclosure import (
    CountedTables,
    Hierarchy,
    NotCleared,
    Privacy,
    PrivateCounts,
    TableRequest,
    Threshold,
    protect_tables,
)
from amparo.stats.disclosure._coarser import coarsenings
from amparo.stats.disclosure._counted import tables_of
from amparo.stats.disclosure._cube import Records
from amparo.stats.privacy import BudgetIsSpent, SeededForTesting, SystemRandomness, rho_of

VALUES = {"a": ["a0", "a1", "a2", ""], "b": ["b0", "b1", "b2"], "c": ["c0", "c1"]}
GROUPS = Hierarchy("b", {"b0": "g", "b1": "g", "b2": "", "g": ""})


def counted(
    records: Iterable[tuple[str, ...]], *, declared: dict[str, list[str]] | None = VALUES
) -> CountedTables:
    keys = [(key, 1) for key in records]
    tables = [Records(TableRequest(rows=("a", "b"), columns=("c",)), tuple(keys))]
    tables.append(Records(TableRequest(rows=("a",)), tuple((key[:1], n) for key, n in keys)))
    return tables_of(tables, hierarchies={"b": GROUPS}, declared=declared)


PEOPLE = [("a0", "b0", "c0")] * 40 + [("a1", "b1", "c1")] * 7 + [("a2", "b2", "c0")]


def test_noise_fits_what_one_person_can_change() -> None:
    """Enumerates neighbours: with one record more, no more cells change than the noise was made for, whatever its values."""
    paid: list[PrivateCounts] = []
    before = counted(PEOPLE).system.counts
    protect_tables(
        counted(PEOPLE), method="dp", privacy=Privacy(1.0, paid.append, SeededForTesting(1), 1e-6, person=2)
    )
    changes = [np.abs(counted([*PEOPLE, key]).system.counts - before) for key in product(*VALUES.values())]
    assert {int(change.max()) for change in changes} == {1}
    assert max(int(change.sum()) for change in changes) <= paid[0].touched
    length = max(float(np.sqrt((change**2).sum())) for change in changes) * 2  # a person of two records
    assert length**2 / (2 * paid[0].spread ** 2) <= rho_of(1.0, 1e-6) * (1 + 1e-9)
    protect_tables(
        counted(PEOPLE), method="dp", privacy=Privacy(0.5, paid.append, SeededForTesting(1), person=2)
    )
    assert math.isclose(paid[1].spread, math.sqrt(2) * paid[1].touched * 2 / 0.5)


def test_private_tables_add_up_in_whole_numbers_and_say_what_they_promise() -> None:
    for delta in (0.0, 1e-7):
        release = protect_tables(
            counted(PEOPLE), method="dp", privacy=Privacy(1.0, lambda _: None, SystemRandomness(), delta)
        )
        first, second = release.values
        assert (first >= 0).all()
        assert (first[0] == first[1:].sum(axis=0)).all()
        assert (first[:, :, 0] == first[:, :, 1:].sum(axis=2)).all()
        assert (second == first[:, 0, 0]).all(), "what stands in both tables is the same"
        assert "epsilon 1" in str(release.promise)
        assert not release.cautions
    seeded = [
        protect_tables(
            counted(PEOPLE), method="dp", privacy=Privacy(1.0, lambda _: None, SeededForTesting(5))
        )
        for _ in range(2)
    ]
    assert (seeded[0].values[0] == seeded[1].values[0]).all()
    assert "NOT PRIVATE" in str(seeded[0].promise)
    assert [caution.code for caution in seeded[0].cautions] == ["not-private"]


def test_nothing_is_drawn_before_it_is_paid_for() -> None:
    class NeverAsked(SystemRandomness):
        def words(self, number: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
            raise AssertionError("noise was drawn")

    def refuse(_: PrivateCounts) -> None:
        raise BudgetIsSpent("spent")

    with pytest.raises(BudgetIsSpent):
        protect_tables(counted(PEOPLE), method="dp", privacy=Privacy(1.0, refuse, NeverAsked()))


def test_values_that_only_the_records_tell_are_not_shown() -> None:
    privacy = Privacy(1.0, lambda _: None, SystemRandomness())
    with pytest.raises(NotCleared, match='which values "b" can have'):
        protect_tables(counted(PEOPLE, declared={"a": VALUES["a"]}), method="dp", privacy=privacy)
    with pytest.raises(NotCleared, match="need an epsilon"):
        protect_tables(counted(PEOPLE), method="dp")


def test_coarsening_is_proposed_where_it_saves_small_cells() -> None:
    ages = {"30--38": 3, "39--47": 4, "48+": 30}
    table = tables_of(
        [Records(TableRequest(rows=("age",), columns=("sex",)), tuple(((age, sex), n) for age, n in ages.items() for sex in "fm"))]
    )  # fmt: skip
    best, *_ = coarsenings(table, 5)
    assert str(best) == "merge 30--38 with 39--47 (age): 4 small cells fewer"
    release = protect_tables(table, rules=[Threshold(5)])
    assert release.coarser[0] == best
