"""The first two steps: the same people with another number, and people who are counted inside others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from amparo.stats.results import Said
from amparo.vocab.text import N_

from ._cells import Cell, Mark
from ._findings import Finding, FindingKind, ReleaseRules
from ._index import NO_END, Index
from ._words import difference, whom

__all__ = ["compare"]

CHANGED = N_(
    "%(whom)s: %(before)s in %(release)s, %(now)s now. The two differ by %(people)s, so the reader learns of few people "
    "that they came or went."
)
CONTRADICTED = N_(
    "%(whom)s: %(before)s in %(release)s, %(now)s now, from the same data. The same people are counted in two ways: say which "
    "is right, and withdraw the other."
)
UNCOVERED = N_(
    "%(whom)s: hidden in %(release)s, shown as %(now)s now. What was hidden there to protect others is given away."
)
COVERED = N_(
    "%(whom)s: hidden now, but shown as %(before)s in %(release)s. What everybody has read protects nobody: show it, and hide "
    "another."
)
LEAVES = N_(
    "%(larger)s, %(more)s, less %(smaller)s, %(less)s, leaves %(people)s of %(difference)s. %(release)s holds the other number."
)
LEAVES_UNNAMED = N_(
    "%(larger)s, %(more)s, less %(smaller)s, %(less)s, leaves %(people)s who are counted in the first and not in the second. "
    "%(release)s holds the other number."
)


def compare(new: Sequence[Cell], old: Index, rules: ReleaseRules) -> Iterator[Finding]:
    """Compare every new cell with every earlier one; what was let out before word for word tells nothing new."""
    for cell in new:
        inside, around = old.within(cell)
        same = inside & around
        if _is_told_before(cell, same, old):
            continue
        yield from _same_people(cell, np.flatnonzero(same), old, rules)
        high = NO_END if cell.high is None else cell.high
        wider = inside & ~around & _is_few(old.low - high, old.high - cell.low, rules)
        for at in np.flatnonzero(wider):
            yield _leaves(old.cells[at], cell, tuple(old.releases[at]))
        narrower = around & ~inside & _is_few(cell.low - old.high, high - old.low, rules)
        for at in np.flatnonzero(narrower):
            yield _leaves(cell, old.cells[at], tuple(old.releases[at]))


def _is_told_before(cell: Cell, same: np.ndarray, old: Index) -> bool:
    found = np.flatnonzero(same)
    if not len(found):
        return False
    high = NO_END if cell.high is None else cell.high
    return bool(
        np.all(
            (old.low[found] == cell.low)
            & (old.high[found] == high)
            & (old.is_hidden[found] == cell.is_hidden)
        )
    )


def _is_few(least: np.ndarray, most: np.ndarray, rules: ReleaseRules) -> np.ndarray:
    few: np.ndarray = (least > 0) & (most < rules.threshold)
    return few


def _same_people(cell: Cell, found: np.ndarray, old: Index, rules: ReleaseRules) -> Iterator[Finding]:
    for at in found:
        earlier, releases = old.cells[at], tuple(old.releases[at])
        told = {
            "whom": whom(cell),
            "before": earlier.number(),
            "now": cell.number(),
            "release": named(releases),
        }
        if earlier.is_hidden or cell.is_hidden:
            if earlier.is_hidden and not cell.is_hidden:
                yield Finding(FindingKind.UNCOVERED, Said(UNCOVERED, told), (cell, earlier), releases)
            elif cell.is_hidden and earlier.mark is Mark.SHOWN:
                yield Finding(FindingKind.COVERED, Said(COVERED, told), (cell, earlier), releases)
            continue
        if earlier.mark is not Mark.SHOWN or cell.mark is not Mark.SHOWN:
            continue
        apart = abs(cell.low - earlier.low)
        if cell.snapshot and cell.snapshot == earlier.snapshot and apart:
            yield Finding(FindingKind.CONTRADICTED, Said(CONTRADICTED, told), (cell, earlier), releases)
        elif 0 < apart < rules.threshold:
            more = {**told, "people": people(apart, apart)}
            yield Finding(FindingKind.CHANGED, Said(CHANGED, more), (cell, earlier), releases)


def _leaves(larger: Cell, smaller: Cell, releases: tuple[str, ...]) -> Finding:
    most = NO_END if larger.high is None else larger.high
    name = difference(larger, smaller)
    told = {
        "larger": whom(larger),
        "more": larger.number(),
        "smaller": whom(smaller),
        "less": smaller.number(),
        "people": people(larger.low - (smaller.high or 0), most - smaller.low),
        "difference": name,
        "release": named(releases),
    }
    said = Said(LEAVES if name else LEAVES_UNNAMED, told)
    return Finding(FindingKind.DIFFERENCE, said, (larger, smaller), releases)


def people(least: int, most: int) -> str:
    """Say how many people."""
    if least == most:
        return "1 person" if least == 1 else f"{least} people"
    return f"{least} to {most} people"


def named(releases: Sequence[str]) -> str:
    """Name the releases that hold a number: the first three, and how many more there are."""
    given = [name for name in releases if name] or ["an earlier release"]
    more = f" and {len(given) - 3} more" if len(given) > 3 else ""
    return ", ".join(given[:3]) + more
