"""Measure the register: one new table against 500 released ones of 200 cells; planted differences found, safe tables let through.

    python bench/register.py [--tables 500] [--cells 200]

Prints the seconds that the slowest check took, and what was found. All tables are counted from one invented population in
which, of every combination of categories, either nobody, or ten and more people are there, except of gender "other" among
the people of two countries: these cells, and four beside them, are hidden in every table that crosses the two. A table over
the same boundaries is therefore safe by construction; the planted ones draw a boundary of their own around a few people.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from amparo.stats.disclosure.register import PERIOD, Answer, Cell, FindingKind, ReleaseRules, check_release

BOOK = {
    PERIOD: [str(year) for year in range(2019, 2025)],
    "region": [f"R{i}" for i in range(1, 9)],
    "age": ["0-8", "9-14", "15-17", "18-29", "30+"],
    "gender": ["female", "male", "other"],
    "citizenship": [f"C{i}" for i in range(1, 10)],
    "sector": [f"S{i}" for i in range(1, 7)],
}
RARE = ("C8", "C9")
SWAPPED = ("female", "other")
NAMES = list(BOOK)
Grouping = list[frozenset[str]]


def population(random: np.random.Generator) -> np.ndarray:
    """Give the number of people of every combination."""
    sizes = [len(values) for values in BOOK.values()]
    counts = random.integers(10, 60, size=sizes)
    counts[random.random(sizes) < 0.2] = 0
    other = BOOK["gender"].index("other")
    for rare in RARE:
        at = BOOK["citizenship"].index(rare)
        counts[:, :, :, other, at, :] = random.random(counts[:, :, :, other, at, :].shape) < 0.05
        female = counts[:, :, :, BOOK["gender"].index("female"), at, :]
        female += 10
    return counts


def count(counts: np.ndarray, predicate: dict[str, frozenset[str]]) -> int:
    """Count the people of a predicate."""
    for axis, name in enumerate(NAMES):
        if name in predicate:
            chosen = [BOOK[name].index(value) for value in sorted(predicate[name])]
            counts = counts.take(chosen, axis=axis)
    return int(counts.sum())


def cells_of(
    counts: np.ndarray, groupings: dict[str, Grouping], release: str, fixed: dict[str, frozenset[str]]
) -> Iterator[Cell]:
    """Give the cells of a table with all its totals; ``fixed`` says which part of the population it is of."""
    names = list(groupings)
    for chosen in itertools.product(*([None, *groupings[name]] for name in names)):
        predicate = {name: values for name, values in zip(names, chosen, strict=True) if values is not None}
        predicate |= fixed
        value = count(counts, predicate)
        if predicate.get("citizenship", frozenset()) & set(RARE) and predicate.get(
            "gender", frozenset()
        ) & set(SWAPPED):
            if 0 < value < 10:
                yield Cell.hidden("identified", predicate, low=1, high=9, release=release)
            else:
                low = 10 if value else 0
                yield Cell.hidden(
                    "identified",
                    predicate,
                    low=low,
                    high=None if value else 0,
                    is_small=False,
                    release=release,
                )
        else:
            yield Cell.shown("identified", predicate, value, release=release)


def singly(name: str) -> Grouping:
    """Give every value of a dimension by itself."""
    return [frozenset([value]) for value in BOOK[name]]


def grouped(name: str, random: np.random.Generator) -> Grouping:
    """Give neighbouring values in groups, as offices do; the same few groupings over and over."""
    values = BOOK[name]
    if name in ("gender", "citizenship") or random.random() < 0.5:
        return singly(name)
    step = 2 + int(random.integers(2))
    return [frozenset(values[at : at + step]) for at in range(0, len(values), step)]


def register(counts: np.ndarray, tables: int, size: int, random: np.random.Generator) -> list[Cell]:
    """Give the cells of earlier releases: two or three dimensions each, for all years or for the years up to one."""
    released: list[Cell] = []
    for number in range(tables):
        while True:
            chosen = list(random.choice(NAMES[1:], size=3, replace=False))
            groupings = {str(name): grouped(str(name), random) for name in chosen}
            cells = int(np.prod([len(grouping) + 1 for grouping in groupings.values()]))
            if size <= cells:
                break
        last = int(random.integers(2, len(BOOK[PERIOD])))
        fixed = {PERIOD: frozenset(BOOK[PERIOD][:last])}
        made = list(cells_of(counts, groupings, f"R-{number + 1:04}", fixed))
        released += made[:size]
    return released


def safe(counts: np.ndarray, random: np.random.Generator, how_many: int) -> Iterator[list[Cell]]:
    """Give new tables that draw no boundary around few people."""
    for _ in range(how_many):
        chosen = [str(name) for name in random.choice(NAMES[1:], size=2, replace=False)]
        fixed = {PERIOD: frozenset(BOOK[PERIOD])}
        yield list(cells_of(counts, {name: grouped(name, random) for name in chosen}, "", fixed))


def planted(counts: np.ndarray) -> Iterator[tuple[str, list[Cell], list[Cell]]]:
    """Give the four ways in which offices give people away: what was let out, and what is asked for."""
    everyone = {PERIOD: frozenset(BOOK[PERIOD])}

    def cell(less: int = 0, release: str = "", **predicate: Sequence[str]) -> Cell:
        named = everyone | {name: frozenset(values) for name, values in predicate.items()}
        return Cell.shown("identified", named, count(counts, named) - less, release=release)

    children, young = (
        cell(age=["0-8", "9-14", "15-17"], release="R-ages"),
        cell(age=["0-8", "9-14", "15-17"], less=4),
    )
    yield (
        "nested ages",
        [children],
        [replace(young, predicate={**everyone, "age": frozenset(["0-8", "9-14"])})],
    )
    until = cell(release="R-years", period=BOOK[PERIOD][:-1])
    yield "cumulative years", [until], [Cell.shown("identified", everyone, until.low + 3)]
    old = cell(region=["R1", "R2"], release="R-regions")
    reformed = Cell.shown(
        "identified", {**everyone, "region": frozenset(["R1", "R2", "R2-north"])}, old.low + 2
    )
    yield "region reform", [old], [reformed]
    total, adults = cell(release="R-total", sector=["S1"]), cell(sector=["S1"], less=5)
    yield (
        "total less adults",
        [total],
        [replace(adults, predicate={**adults.predicate, "age": frozenset(["18-29", "30+"])})],
    )


def checked(new: Sequence[Cell], released: Sequence[Cell]) -> tuple[Answer, float]:
    """Check one new table, and give the seconds."""
    book = {name: frozenset(values) for name, values in BOOK.items() if name not in (PERIOD, "region")}
    started = time.perf_counter()
    answer = check_release(new, released, rules=ReleaseRules(threshold=10, book=book))
    return answer, time.perf_counter() - started


def main() -> None:
    """Run all checks and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tables", type=int, default=500)
    parser.add_argument("--cells", type=int, default=200)
    parser.add_argument("--safe", type=int, default=20)
    arguments = parser.parse_args()
    random = np.random.default_rng(6)
    counts = population(random)
    released = register(counts, arguments.tables, arguments.cells, random)
    slowest, passed, found = 0.0, 0, 0
    for table in safe(counts, random, arguments.safe):
        answer, seconds = checked(table, released)
        slowest, passed = max(slowest, seconds), passed + answer.is_clean
        for finding in answer.findings[:3]:
            sys.stderr.write(f"safe, but: {finding.message}\n")
    for name, earlier, new in planted(counts):
        answer, seconds = checked(new, [*released, *earlier])
        telling = [one for one in answer.findings if one.kind is FindingKind.DIFFERENCE]
        slowest, found = max(slowest, seconds), found + bool(telling)
        sys.stdout.write(f"{name}: {telling[0].message if telling else 'NOT FOUND'}\n")
    sys.stdout.write(
        f"{slowest:.1f} s the slowest check of one new table against {arguments.tables} released ones ({len(released):,} cells, "
        f"{len(released) / arguments.tables:.0f} a table); "
        f"{found} of 4 planted found, {passed} of {arguments.safe} safe let through; "
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB\n"
    )


if __name__ == "__main__":
    main()
