"""Count persons by the lists that they are on, from the person-cases of a snapshot. What comes out is still secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amparo.evidence.queries.counting import open_facts
from amparo.evidence.queries.holdings import Holding, TableHolding
from amparo.evidence.rules import NotAsked, StudyChoices
from amparo.evidence.rules.studies import NARROWED, SOURCE, STUDIED, YEAR
from amparo.vocab.facts import PERSON
from amparo.vocab.text import N_

if TYPE_CHECKING:
    from amparo.stats.prevalence import OverlapTable


def studied(holding: Holding) -> TableHolding:
    """Give the table of a snapshot that a study counts in; raises `NotAsked` where the snapshot has none."""
    if STUDIED not in holding.tables:
        raise NotAsked(N_("This snapshot has no person-cases to study. Choose another snapshot."))
    return holding.tables[STUDIED]


def count_overlaps(choices: StudyChoices, holding: Holding) -> OverlapTable:
    """Count every person once, by the lists on which a case of hers puts her; only cases that were asked for count.

    A list is who has a case that an organisation of its kinds leads. The lists are named by codes. Raises `NotAsked`.
    """
    import numpy as np  # for which no other page waits

    from amparo.stats.prevalence import OverlapTable

    table = studied(holding)
    _check(choices, table)
    facts = open_facts(table.path, ())
    place = {kind: 1 << at for at, kinds in enumerate(choices.lists) for kind in kinds}
    kept = _narrowed(facts.filter(facts[SOURCE].isin(sorted(place))), choices)
    on = kept.mutate(on=_place(kept, place))
    persons = on.group_by(PERSON).aggregate(history=on["on"].bit_or())
    counted = persons.group_by("history").aggregate(people=persons.count()).to_pyarrow()
    counts = np.zeros(1 << len(choices.lists), dtype=np.int64)
    for history, people in zip(
        counted.column("history").to_pylist(), counted.column("people").to_pylist(), strict=True
    ):
        counts[history] = people
    return OverlapTable(choices.names, counts)


def _check(choices: StudyChoices, table: TableHolding) -> None:
    """Let through only codes: what was asked for is logged, and nobody's words may come into the log."""
    known = set(table.present[SOURCE])
    columns = {column.name: column for column in table.table.columns}
    asked = [kind for kinds in choices.lists for kind in kinds]
    is_coded = all(name in NARROWED and columns[name].accepts(value) for name, value in choices.only)
    years = [year for year in (choices.first_year, choices.last_year) if year]
    if (
        not set(asked) <= known
        or not is_coded
        or not all(len(year) == 4 and columns[YEAR].accepts(year) for year in years)
    ):
        raise NotAsked(N_("Something that was chosen is not in this snapshot. Choose from the lists."))


def _narrowed(facts: Any, choices: StudyChoices) -> Any:
    for name, value in choices.only:
        facts = facts.filter(facts[name] == value)
    if choices.first_year:
        facts = facts.filter(facts[YEAR] >= choices.first_year)
    if choices.last_year:
        facts = facts.filter(facts[YEAR] <= choices.last_year)
    return facts


def _place(facts: Any, place: dict[str, int]) -> Any:
    import ibis

    return ibis.cases(*((facts[SOURCE] == kind, bit) for kind, bit in place.items()), else_=0).cast("int64")
