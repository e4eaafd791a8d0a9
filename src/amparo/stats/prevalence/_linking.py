"""Tables from uncertain links: what is expected, what is likeliest, and tables drawn to see how much the links matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._reading import Layout, filled, group_lists
from ._rows import Row, rows_of
from ._table import CannotEstimate, OverlapTable

__all__ = ["LinkedRecords", "read_links"]

_PERSONS_AT_ONCE: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class LinkedRecords:
    """Holds, for each person and list, the probability that the record linked to the person there is theirs.

    ``probabilities`` is persons x lists, 0 where the person has no record on that list. A record that is not the person's is
    somebody else's, who is on that list only: so a false link that is undone adds a person. Links are taken to be right or
    wrong independently of each other. Rows are brought into one order, so that no answer depends on that of the data.
    """

    lists: tuple[str, ...]
    probabilities: NDArray[np.float64]

    def __post_init__(self) -> None:
        given = np.array(self.probabilities, dtype=np.float64)
        if given.ndim != 2 or given.shape[1] != len(self.lists):
            raise CannotEstimate(
                N_(
                    "Probabilities of linkage are a table of persons by lists, and %(lists)s lists are named."
                ),
                lists=len(self.lists),
            )
        if not ((given >= 0) & (given <= 1)).all():
            raise CannotEstimate(N_("A probability of linkage is missing, below 0 or above 1."))
        OverlapTable.from_cells(self.lists, ())  # the names, as every table checks them
        given = given[(given > 0).any(axis=1)]
        given = given[np.lexsort(given.T[::-1])]
        given.flags.writeable = False
        object.__setattr__(self, "probabilities", given)

    def most_likely(self, at_least: float = 0.5) -> OverlapTable:
        """Take every link of at least this probability for right, and every other for wrong."""
        table = self._table(self.probabilities >= at_least)
        uncertain = int(((self.probabilities > 0) & (self.probabilities < 1)).sum())
        words = N_(
            "%(links)s links are uncertain; those of a probability of %(least)s or more were taken for right. Look at how the estimate "
            "moves over drawn tables."
        )
        caution = Caution("uncertain-links", Said(words, {"links": uncertain, "least": at_least}))
        return OverlapTable(table.lists, table.counts, (caution,) if uncertain else ())

    def draw(self, random: np.random.Generator) -> OverlapTable:
        """Draw one table: each link is right with its probability, independently of the others."""
        return self._table(random.random(self.probabilities.shape) < self.probabilities)

    def expected(self) -> NDArray[np.float64]:
        """Give the expected counts, 2**t numbers with fractions. They are for reading: no method of estimation takes them."""
        counts = np.zeros(1 << len(self.lists))
        for start in range(0, len(self.probabilities), _PERSONS_AT_ONCE):
            persons = self.probabilities[start : start + _PERSONS_AT_ONCE]
            chances = np.ones((len(persons), 1))  # persons x histories of the lists so far
            for i in range(len(self.lists)):
                p = persons[:, [i]]
                chances = np.hstack([chances * (1 - p), chances * p])
                counts[1 << i] += np.where(p > 0, 1 - p, 0).sum()
            counts += chances.sum(axis=0)
        counts[0] = 0.0
        return counts

    def _table(self, held: NDArray[np.bool_]) -> OverlapTable:
        bits = 1 << np.arange(len(self.lists))
        histories = (held & (self.probabilities > 0)) @ bits
        counts = np.bincount(histories, minlength=1 << len(self.lists)).astype(np.int64)
        counts[bits] += ((self.probabilities > 0) & ~held).sum(axis=0)
        counts[0] = 0
        return OverlapTable(self.lists, counts)


def read_links(source: object, layout: Layout) -> LinkedRecords:
    """Read rows of a person on a list with the probability that the link is right (``layout.probability``).

    A person stands once on a list: records of one list are to be rid of duplicates before they are linked to others.
    """
    if layout.person is None or layout.on_list is None or layout.probability is None:
        raise CannotEstimate(N_("Name the columns of the person, the list and the probability of the link."))
    if layout.merge:
        raise CannotEstimate(
            N_(
                "Lists with uncertain links are merged in the tables that are drawn (OverlapTable.merge), not before."
            )
        )
    rows = rows_of(source)
    person_at, list_at = rows.place(layout.person), rows.place(layout.on_list)
    probability_at = rows.place(layout.probability)
    found: dict[str, dict[str, tuple[str, float]]] = {}
    for row in rows.rows:
        person, name = filled(row, layout.person, person_at), filled(row, layout.on_list, list_at)
        if layout.lists and name not in layout.lists:
            continue
        on = found.setdefault(person, {})
        if name in on:
            raise CannotEstimate(
                N_(
                    '%(one)s and %(other)s put the same person on the list "%(list)s" twice. Rid each list of duplicates before it '
                    "is linked to others."
                ),
                one=on[name][0],
                other=row.where,
                list=name,
            )
        on[name] = (row.where, _probability(row, layout.probability, probability_at))
    lists = layout.lists or tuple(sorted({name for on in found.values() for name in on}))
    kept = group_lists(lists, layout).names
    OverlapTable.from_cells(kept, ())
    probabilities = np.array([[on.get(name, ("", 0.0))[1] for name in kept] for on in found.values()])
    return LinkedRecords(kept, probabilities.reshape(len(found), len(kept)))


def _probability(row: Row, heading: str, place: int) -> float:
    try:
        chance = float(row.values[place])
    except ValueError:
        chance = float("nan")
    if not 0 <= chance <= 1:
        raise CannotEstimate(
            N_(
                '%(where)s, column "%(column)s": "%(value)s" is not a probability. Write a number from 0 to 1, 1 for a certain link.'
            ),
            where=row.where[:1].upper() + row.where[1:],
            column=heading,
            value=row.values[place],
        )
    return chance
