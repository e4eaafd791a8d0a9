"""The table in words and sums, before any estimate: what it holds, and what it cannot bear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._table import CannotEstimate, OverlapTable

__all__ = ["FEW_REPEATED", "Description", "Overlap", "check_bearing", "describe"]

FEW_REPEATED: Final = 30


@dataclass(frozen=True, slots=True)
class Overlap:
    """Counts the people who are on all of some lists, whichever other lists they are on too."""

    lists: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Says what an overlap table holds. ``captured[k]`` counts the people on exactly k lists, k from 0 to t."""

    observed: int
    lists: tuple[str, ...]
    totals: tuple[int, ...]
    captured: tuple[int, ...]
    overlaps: tuple[Overlap, ...]  # of two lists and more that share somebody, and every pair
    warnings: tuple[Caution, ...]
    fingerprint: str

    @property
    def singles(self) -> int:
        """Give f1: people on exactly one list."""
        return self.captured[1]

    @property
    def doubles(self) -> int:
        """Give f2: people on exactly two lists."""
        return self.captured[2]

    @property
    def repeated(self) -> int:
        """Give how many people are on two lists or more."""
        return sum(self.captured[2:])

    @property
    def empty_pairs(self) -> tuple[tuple[str, str], ...]:
        """Name the pairs of lists that share nobody."""
        return tuple((o.lists[0], o.lists[1]) for o in self.overlaps if len(o.lists) == 2 and not o.people)

    def of_order(self, order: int) -> tuple[Overlap, ...]:
        """Give the overlaps of this many lists: 2 for pairs, 3 for triples."""
        return tuple(overlap for overlap in self.overlaps if len(overlap.lists) == order)


def describe(table: OverlapTable) -> Description:
    """Describe a table: sizes, overlaps of each order, empty pairs, and warnings to read before any estimate.

    Pairs stand there all; overlaps of three lists and more only where somebody is on all of them.
    """
    places = range(len(table.lists))
    overlaps = []
    for order in range(2, len(table.lists) + 1):
        for chosen in combinations(places, order):
            people = table.on_all_of(sum(1 << i for i in chosen))
            if people or order == 2:
                overlaps.append(Overlap(tuple(table.lists[i] for i in chosen), people))
    return Description(
        observed=table.observed,
        lists=table.lists,
        totals=tuple(int(total) for total in table.totals()),
        captured=tuple(int(people) for people in table.captured()),
        overlaps=tuple(overlaps),
        warnings=(*table.cautions, *_warnings(table)),
        fingerprint=table.fingerprint(),
    )


def check_bearing(table: OverlapTable) -> None:
    """Refuse a table from which nothing follows about the unseen, whichever method is used: :class:`CannotEstimate` says why.

    An empty list is no reason, since the others can still speak; neither are few overlaps: they are warned of.
    """
    totals = table.totals()
    filled = [name for name, total in zip(table.lists, totals, strict=True) if total]
    if not filled:
        raise CannotEstimate(N_("Nobody is on any list. Check that the right columns were read as lists."))
    if len(filled) == 1:
        raise CannotEstimate(
            N_(
                'Only the list "%(name)s" has people on it. One list cannot tell how many people are on none: two are needed.'
            ),
            name=filled[0],
        )
    if not table.repeated:
        raise CannotEstimate(
            N_(
                "Nobody is on two lists. Then any number of unseen people fits the data, from none to millions. Check first "
                "that the lists were linked: the same person must have the same number on each."
            )
        )
    for name, total in zip(table.lists, totals, strict=True):
        if total == table.observed:
            raise CannotEstimate(
                N_(
                    'Everybody is on the list "%(name)s" (%(total)s people), so the others show nobody whom it does not '
                    "have, and the answer would be that very number. Is it a list made of the others? Then leave it out."
                ),
                name=name,
                total=int(total),
            )


def _warnings(table: OverlapTable) -> Iterator[Caution]:
    try:
        check_bearing(table)
    except CannotEstimate as error:
        yield Caution("cannot-bear", Said(error.template, error.values))
        return
    for place, name in enumerate(table.lists):
        total, alone = int(table.totals()[place]), int(table.counts[1 << place])
        if not total:
            words = N_(
                'Nobody is on the list "%(name)s". It tells nothing: leave it out, or check its column.'
            )
            yield Caution("empty-list", Said(words, {"name": name}))
        elif total == alone:
            words = N_(
                'The list "%(name)s" shares nobody with any other. How it hangs together with them cannot be known from '
                "these data: leave it out, merge it with one that works alike, or check the linkage."
            )
            yield Caution("list-without-overlap", Said(words, {"name": name}))
    if table.repeated < FEW_REPEATED:
        words = N_(
            "Only %(people)s people are on two lists or more. Below about %(few)s every method rests on a handful of "
            "people, and one missed link changes the answer."
        )
        yield Caution("few-on-two-lists", Said(words, {"people": table.repeated, "few": FEW_REPEATED}))
    if len(table.lists) == 2:
        words = N_(
            "With two lists only, nothing in the data can tell whether being on one makes being on the other likelier. "
            "The answer rests on the assumption that it does not."
        )
        yield Caution("two-lists", Said(words))
    empty = [
        pair
        for pair in combinations(range(len(table.lists)), 2)
        if not table.on_all_of(1 << pair[0] | 1 << pair[1]) and table.totals()[list(pair)].all()
    ]
    if empty:
        named = tuple(f"{table.lists[i]} & {table.lists[j]}" for i, j in empty[:6])
        words = N_(
            "Pairs of lists that share nobody: %(number)s (%(pairs)s%(more)s). A model that lets such a pair depend on each other "
            "has no ordinary fit."
        )
        more = ", ..." if len(empty) > 6 else ""
        yield Caution("empty-pairs", Said(words, {"number": len(empty), "pairs": named, "more": more}))
