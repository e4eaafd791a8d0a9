"""Hierarchical log-linear models: which terms, in which notation, and all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.vocab.text import N_

from ._table import CannotEstimate

__all__ = [
    "MOST_IN_NOTATION",
    "MOST_MODELS",
    "Hierarchy",
    "all_hierarchies",
    "terms_matrix",
]

MOST_IN_NOTATION: Final = 9  # a position is one digit
MOST_MODELS: Final = 200_000
MOST_ENUMERATED: Final = 6  # lists: 2**6 subsets fill the 64 bits that a model is kept in


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Says which terms a log-linear model of ``lists`` lists has.

    A term is a set of lists as bits; ``terms`` is closed downwards, contains the intercept (0) and every list on its own,
    and never all lists together: without that restriction nothing follows for those on no list.
    """

    lists: int
    terms: frozenset[int]

    def __post_init__(self) -> None:
        closed = set(self.terms) | {0} | {1 << i for i in range(self.lists)}
        for term in self.terms:
            closed.update(term & ~(1 << i) for i in range(self.lists))
        if closed != set(self.terms):
            object.__setattr__(self, "terms", Hierarchy.generated(self.lists, self.terms).terms)
        if (1 << self.lists) - 1 in self.terms:
            raise CannotEstimate(
                N_(
                    "The model has the term of all %(lists)s lists together: then nothing follows for those on no list."
                ),
                lists=self.lists,
            )

    @classmethod
    def generated(cls, lists: int, generators: Iterable[int]) -> Hierarchy:
        """Give the smallest model that has these terms."""
        terms = {0, *(1 << i for i in range(lists))}
        for generator in generators:
            part = generator
            while part:  # every subset of the generator
                terms.add(part)
                part = (part - 1) & generator
        return cls(lists, frozenset(terms))

    @classmethod
    def parse(cls, lists: int, notation: str) -> Hierarchy:
        """Read "12,13,4" or "[12,13,4]": generators by position of the list, the first being 1. At most nine lists."""
        if lists > MOST_IN_NOTATION:
            raise CannotEstimate(
                N_(
                    "The notation of models knows nine lists at most, and there are %(lists)s. Merge or omit lists."
                ),
                lists=lists,
            )
        generators = []
        for word in notation.strip().removeprefix("[").removesuffix("]").split(","):
            digits = word.strip()
            places = [ord(digit) - ord("0") for digit in digits]
            if (
                not digits
                or not all(1 <= place <= lists for place in places)
                or len(set(places)) < len(places)
            ):
                raise CannotEstimate(
                    N_(
                        "“%(part)s” in the model “%(model)s” is not a set of lists from 1 to %(lists)s. Write for example 12,13,4."
                    ),
                    part=digits,
                    model=notation,
                    lists=lists,
                )
            generators.append(sum(1 << (place - 1) for place in places))
        return cls.generated(lists, generators)

    def generators(self) -> tuple[int, ...]:
        """Give the terms that lie in no other term: longest first, then by position of the lists."""
        largest = [
            term
            for term in self.terms
            if term and not any(not term >> i & 1 and term | 1 << i in self.terms for i in range(self.lists))
        ]
        return tuple(sorted(largest, key=lambda term: (-term.bit_count(), _positions(term))))

    def __str__(self) -> str:
        if self.lists > MOST_IN_NOTATION:
            return ",".join("+".join(map(str, _positions(term))) for term in self.generators())
        return ",".join("".join(map(str, _positions(term))) for term in self.generators())

    def ordered(self) -> NDArray[np.int64]:
        """Give the terms as an array: the intercept, then by number of lists, then by value."""
        return np.array(sorted(self.terms, key=lambda term: (term.bit_count(), term)), dtype=np.int64)

    def neighbours(self, order: int | None = None) -> Iterator[Hierarchy]:
        """Give every model that has one term more (of at most ``order`` lists) or one term less."""
        most = min(order or self.lists - 1, self.lists - 1)
        for size in range(2, most + 1):
            for term in terms_of_size(self.lists, size):
                if term not in self.terms and all(part in self.terms for part in _facets(term)):
                    yield Hierarchy(self.lists, self.terms | {term})
        for term in self.generators():
            if term.bit_count() > 1:
                yield Hierarchy(self.lists, self.terms - {term})


def _positions(term: int) -> tuple[int, ...]:
    return tuple(i + 1 for i in range(term.bit_length()) if term >> i & 1)


def _facets(term: int) -> list[int]:
    """Give the sets that lack one list of the term."""
    return [term & ~(1 << i) for i in range(term.bit_length()) if term >> i & 1]


def terms_of_size(lists: int, size: int) -> list[int]:
    """Give the sets of so many lists, in the order (1,2), (1,3), ... of their positions."""
    return [sum(1 << i for i in places) for places in combinations(range(lists), size)]


def all_hierarchies(lists: int, order: int | None = None, *, most: int = MOST_MODELS) -> NDArray[np.uint64]:
    """Give every hierarchical model with terms of at most ``order`` lists, each as 64 bits (bit s is set for term s).

    Without ``order``, of all orders below the number of lists: 8 models of 3 lists, 113 of 4, 6,893 of 5; the pairwise ones
    of 6 lists are 32,768. Raises CannotEstimate where there would be more than ``most``: then a search is the way.
    """
    if lists > MOST_ENUMERATED:
        raise _too_many(lists, most)
    start = sum(1 << (1 << i) for i in range(lists)) | 1
    models = np.array([start], dtype=np.uint64)
    for size in range(2, min(order or lists - 1, lists - 1) + 1):
        for term in terms_of_size(lists, size):
            needed = np.uint64(sum(1 << part for part in _facets(term)))
            open_to = models[(models & needed) == needed]
            if models.size + open_to.size > most:
                raise _too_many(lists, most)
            models = np.concatenate([models, open_to | np.uint64(1 << term)])
    return models


def _too_many(lists: int, most: int) -> CannotEstimate:
    return CannotEstimate(
        N_(
            "There are more than %(most)s models of %(lists)s lists. Lower the order of terms, or search for the best model."
        ),
        most=most,
        lists=lists,
    )


def terms_matrix(models: NDArray[np.uint64], lists: int) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """Give the terms of models of 64 bits as rows (the intercept first, padded with 0) with how many each row has."""
    subsets = np.arange(1 << lists)
    has = (models[:, None] >> subsets.astype(np.uint64)[None, :]) & np.uint64(1) == 1
    sizes = has.sum(axis=1).astype(np.int64)
    terms = np.zeros((models.size, int(sizes.max())), dtype=np.int16)
    rows, columns = np.nonzero(has)
    places = np.arange(rows.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    terms[rows, places] = columns
    return terms, sizes
