"""Tables for tests: from a list of lists, or drawn at random with many small cells."""

from __future__ import annotations

import hypothesis.strategies as st

from amparo.stats.disclosure import CountTable, TableRequest

REQUEST = TableRequest(rows=("area",), columns=("year",))


def table_of(grid: list[list[int]]) -> CountTable:
    """Make the table whose inner cells are given; totals are added."""
    return CountTable.from_counts(
        REQUEST, [((f"r{i}", f"c{j}"), count) for i, line in enumerate(grid) for j, count in enumerate(line)]
    )


def line_of(counts: list[int]) -> CountTable:
    """Make a table with rows only."""
    return CountTable.from_counts(
        TableRequest(rows=("area",)), [((f"r{i}",), n) for i, n in enumerate(counts)]
    )


_count = st.one_of(st.just(0), st.integers(0, 6), st.integers(0, 6), st.integers(0, 60))


@st.composite
def grids(draw: st.DrawFn, largest: int = 5) -> list[list[int]]:
    """Draw a small grid where most counts are small, as in tables of few people."""
    width = draw(st.integers(1, largest))
    return draw(st.lists(st.lists(_count, min_size=width, max_size=width), min_size=1, max_size=largest))
