"""What a file of persons still reveals: who is alone in it, by how little, and what an attacker of each kind may expect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._data import CannotMeasure, MicroData
from ._groups import Blank, Distinct, distinct, labels_of, subsets
from ._measures import Anonymity, Diversity, diversity_of, measure_anonymity
from ._population import PopulationUniques, estimate_uniques, risk_in_population

__all__ = ["Attack", "Risk", "SpecialUniques", "find_special_uniques", "measure_risk"]


@dataclass(frozen=True, slots=True)
class SpecialUniques:
    """Holds who is alone by few values: records by the size of their smallest set of keys that nobody shares.

    A set is minimal: without any one of its keys the record is not alone (Elliot, Manning and Ford 2002). ``columns`` tells in how many
    of these sets each key stands, as a share of all of them.
    """

    most: int
    records: Mapping[int, int]
    sets: int
    columns: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Attack:
    """Holds what an attacker may expect: the chance of the record in most danger, of a record on average, and how many are right.

    ``prosecutor`` knows that the person is in the file; ``journalist`` looks for anybody and does not know; ``marketer`` matches all
    records at once, and ``right`` is the share that she gets right.
    """

    name: str
    highest: float
    mean: float
    right: float
    above: int  # records in more danger than 1 / least


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Holds all that was measured on a file."""

    source: str
    records: int
    keys: tuple[str, ...]
    blanks: Mapping[str, int]
    blank: Blank
    anonymity: Anonymity
    special: SpecialUniques
    attacks: tuple[Attack, ...]
    diversity: tuple[Diversity, ...] = ()
    population: PopulationUniques | None = None
    cautions: tuple[Caution, ...] = ()
    left_out: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        told = asdict(self)
        told["cautions"] = [{"code": c.code, "message": str(c.message)} for c in self.cautions]
        told["diversity"] = [_plain(asdict(one)) for one in self.diversity]
        if self.population is not None:
            told["population"] |= {
                "advised": self.population.advised,
                "chance": self.population.chance,
                "expected": self.population.expected,
            }
        return {
            "form": "amparo risk 1",
            "for_the_office_only": "computed from the records; it names groups of few persons",
            **told,
        }


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """Replace what JSON cannot say: an infinite c."""
    told["c"] = None if told["c"] == float("inf") else told["c"]
    told["examples"] = [{"group": g, "tells": v, "records": n} for g, v, n in told["examples"]]
    return told


def measure_risk(
    data: MicroData,
    *,
    blank: Blank = Blank.VALUE,
    m: int = 3,
    least: int = 5,
    population: int | None = None,
    ordered: Sequence[str] = (),
) -> Risk:
    """Measure a file as it stands. ``least`` is the size below which a group counts as small; ``m`` how many keys somebody may know.

    ``population`` is the number of persons from whom those in the file came; without it only what the file itself tells is told.
    ``ordered`` names the sensitive columns whose values have an order.
    """
    if least < 2:
        raise CannotMeasure(N_("k must be 2 or more: a group of one protects nobody."))
    strange = [name for name in ordered if name not in {column.name for column in data.sensitive}]
    if strange:
        raise CannotMeasure(
            N_('"%(name)s" is to be ordered, and is no sensitive column. Name it among them.'),
            name=strange[0],
        )
    rows = distinct(data.codes)
    anonymity = measure_anonymity(data, blank=blank, m=m, least=least)
    uniques = None if population is None else estimate_uniques(rows.sizes, population)
    return Risk(
        source=data.source,
        records=data.number,
        keys=tuple(column.name for column in data.keys),
        blanks={column.name: int((data.codes[:, j] < 0).sum()) for j, column in enumerate(data.keys)},
        blank=blank,
        anonymity=anonymity,
        special=find_special_uniques(data, most=m),
        attacks=tuple(_attacks(rows, population, least)),
        diversity=tuple(
            diversity_of(data, place, blank=blank, ordered=column.name in ordered)
            for place, column in enumerate(data.sensitive)
        ),
        population=uniques,
        cautions=(*data.cautions, *_cautions(data, blank, population)),
        left_out=data.left_out,
    )


def find_special_uniques(data: MicroData, *, most: int = 3) -> SpecialUniques:
    """Find for each record the smallest sets of keys in which nobody is like it; a blank is a sign of its own here."""
    rows = distinct(data.codes)
    smallest = np.zeros(len(rows.sizes), dtype=np.int64)
    alone: dict[tuple[int, ...], Any] = {}
    stands = np.zeros(len(data.keys))
    sets = 0
    for chosen in subsets(len(data.keys), most):
        labels = labels_of(rows.rows[:, chosen])
        counts = np.bincount(labels, weights=rows.sizes)
        unique = counts[labels] == 1
        minimal = unique.copy()
        for part in combinations(chosen, len(chosen) - 1):
            if part:
                minimal &= ~alone[part]
        alone[chosen] = unique
        found = int(minimal.sum())
        sets += found
        stands[list(chosen)] += found
        smallest[minimal & (smallest == 0)] = len(chosen)
    most = min(most, len(data.keys))
    return SpecialUniques(
        most=most,
        records={size: int((smallest == size).sum()) for size in range(1, most + 1)},
        sets=sets,
        columns={column.name: float(stands[j] / sets) if sets else 0.0 for j, column in enumerate(data.keys)},
    )


def _attacks(rows: Distinct, population: int | None, least: int) -> list[Attack]:
    number = int(rows.sizes.sum())
    in_file = 1.0 / rows.sizes

    def attack(name: str, chances: Any) -> Attack:
        right = float((chances * rows.sizes).sum() / number)
        above = int(rows.sizes[chances > 1 / least + 1e-12].sum())
        return Attack(name, float(chances.max()), right, right, above)

    found = [attack("prosecutor", in_file)]
    if population is not None:
        outside = risk_in_population(rows.sizes, population)
        found += [attack("journalist", outside), attack("marketer", outside)]
    else:
        found.append(attack("marketer", in_file))
    return found


def _cautions(data: MicroData, blank: Blank, population: int | None) -> list[Caution]:
    found = []
    if population is None:
        words = N_(
            "No population was named: the file is taken for all there are. Who is alone in it need not be alone outside."
        )
        found.append(Caution("no-population", Said(words)))
    if (data.codes < 0).any():
        words = (
            N_("A blank in a key is a sign of its own here: only another blank is like it.")
            if blank is Blank.VALUE
            else N_(
                "A blank in a key may be anything here. Somebody who knows the value may still see that one record shows it and the "
                "others do not: read the figures as the best case."
            )
        )
        found.append(Caution("blanks", Said(words)))
    if any(column.separator for column in (*data.keys, *data.sensitive)):
        words = N_(
            "A cell with several items is one value here: the set of them. Who knows only some of the items has no fewer to choose from."
        )
        found.append(Caution("several", Said(words)))
    return found
