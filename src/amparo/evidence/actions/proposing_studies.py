"""Propose a study for release: its estimates as they are told, and the counts of its lists for the register."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.evidence.actions.proposing import ENGLISH, Labels, Proposed, in_languages
from amparo.evidence.queries.catalogue import fact_tables
from amparo.evidence.queries.holdings import holding_of
from amparo.evidence.queries.saying import (
    estimate_lines,
    joined_names,
    level_key,
    linkage_words,
    list_names,
    may_not_be_said,
)
from amparo.evidence.queries.snapshots import get_snapshot
from amparo.evidence.queries.studies import StudyFile, get_study
from amparo.evidence.queries.wording import say_value
from amparo.evidence.rules import NotAsked, StudyState
from amparo.evidence.rules.studies import STUDIED, YEAR
from amparo.publishing.rules import Item, ItemKind, Verdict
from amparo.stats.disclosure.register import Cell
from amparo.ui.formats import say_day, say_number
from amparo.vocab.facts import FactTable
from amparo.vocab.text import N_

METHOD: Final = "method"
ANY: Final = "on any list of"
SOME: Final = "persons on some of several lists"
PERSONS: Final = "persons on lists"


def proposed_study(study: UUID, *, by: Viewer, now: datetime) -> Proposed:
    """Make a thing to be let out of a study that is done, with its overlaps as far as they may be shown. Raises `NotAsked`."""
    require(by, Permission.RELEASE_PREPARE)
    file = get_study(by, study)
    if file.state is not StudyState.DONE:
        raise NotAsked(N_("This study is not done, so there is nothing to let out yet."))
    lists = file.result["lists"]
    if not lists or not lists["threshold"]:
        raise NotAsked(
            N_(
                "Small numbers of this study could not be hidden well enough, so the register could not compare it with others. "
                "Choose fewer or broader lists."
            )
        )
    record("evidence.study.propose", by=by, at=now, record=str(file.id), fields=file.choices.labels())
    snapshot = get_snapshot(by, file.snapshot)
    years = _years(file)
    return Proposed(
        item=_item(file, snapshot.fingerprints[STUDIED], years),
        population=STUDIED,
        period=years,
        snapshot=str(file.snapshot),
        snapshot_hash=snapshot.fingerprints[STUDIED],
        snapshot_day=snapshot.day,
    )


def mark_of_study(file: StudyFile) -> str:
    """Give the hash by which a study is known again: of its numbers, which are the same where it is run again."""
    told = json.dumps([file.choices.as_json(), file.result["n"], file.result["estimates"]], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _item(file: StudyFile, fingerprint: str, years: tuple[str, ...]) -> Item:
    words = in_languages(lambda: _words(file))
    english = words[ENGLISH]
    notes = in_languages(lambda: [*may_not_be_said(file), *linkage_words()])
    cells = tuple(cells_of_study(file, years, fingerprint[:16]))
    hidden = sum(cell.is_hidden for cell in cells)
    return Item(
        kind=ItemKind.STUDY,
        **{name: english[name] for name in ("title", "definition", "unit", "source", "method", "protection")},
        content={
            "figures": _figures(file),
            "cautions": notes[ENGLISH],
            "about": {"Lists": english["title"], "Level of the intervals": f"{file.choices.level} %"},
            "labels": in_languages(lambda: _labels(file)),
            "words": words,
            "notes": notes,
            "mark": mark_of_study(file),
        },
        verdict=Verdict(method="overlaps", is_safe=True, hidden=hidden, words=english["audit"]),
        cells=cells,
    )


def cells_of_study(file: StudyFile, years: Sequence[str], snapshot: str) -> Iterator[Cell]:
    """Give the counts of a study's lists: who is on any of them, on each, on both of two, and on exactly so many."""
    kept, names = file.result["lists"], file.choices.names
    given: dict[str, frozenset[str]] = {name: frozenset([value]) for name, value in file.choices.only}
    if file.choices.first_year or file.choices.last_year:
        given[YEAR] = frozenset(years)
    kinds = frozenset(kind for one in file.choices.lists for kind in one)
    # Who is on any of some kinds is among those on any of more: so the sets of kinds nest. The lists themselves overlap.
    yield Cell.shown(STUDIED, {**given, ANY: kinds}, file.result["n"], statistic=SOME, snapshot=snapshot)
    yes = frozenset(["yes"])
    by_list = [{f"list:{name}": yes} for name in names]
    by_pair = [{f"list:{one}": yes, f"list:{other}": yes} for one, other in combinations(names, 2)]
    on = "number of " + " | ".join(names)
    by_number = [{on: frozenset([str(number)])} for number in range(1, len(names) + 1)]
    told = ((by_list, "totals"), (by_pair, "pairs"), (by_number, "on_exactly"))
    for predicates, name in told:
        for predicate, count in zip(predicates, kept[name], strict=True):
            yield _cell({**given, **predicate}, count, kept["threshold"], snapshot)


def _cell(
    predicate: Mapping[str, frozenset[str]], count: Mapping[str, Any], threshold: int, snapshot: str
) -> Cell:
    if count["value"] is not None:
        return Cell.shown(STUDIED, predicate, count["value"], statistic=PERSONS, snapshot=snapshot)
    is_small = count["status"] == "primary"
    low, high = (1, threshold - 1) if is_small else (0, None)
    return Cell.hidden(
        STUDIED, predicate, low=low, high=high, is_small=is_small, statistic=PERSONS, snapshot=snapshot
    )


def _figures(file: StudyFile) -> list[dict[str, Any]]:
    level = level_key(file)
    told = []
    for one in file.result["estimates"]:
        low, high = (one["intervals"] or {}).get(level) or (None, None)
        numbers = {"value": one["estimate"], "low": low, "high": high}
        told.append({"label": one["method"], **{name: _rounded(value) for name, value in numbers.items()}})
    return told


def _rounded(value: float | None) -> int | None:
    """Give three significant digits: more would tell of the numbers that are hidden, and say more than the data do."""
    if value is None:
        return None
    return int(round(value, 0 if value < 100 else 2 - math.floor(math.log10(value))))


def _words(file: StudyFile) -> dict[str, str]:
    return {
        "title": _("How many people nobody has met: %(lists)s") % {"lists": joined_names(file.choices)},
        "definition": _(
            "People who have a case with an organisation of these kinds, seen and unseen, each counted once. "
            "The estimates follow from how far the lists overlap."
        ),
        "unit": _("people, seen and unseen"),
        "source": _("%(source)s As of %(day)s.") % {"source": _(_studied().source), "day": say_day(file.day)},
        "method": _(
            "Multiple systems estimation with intervals of %(level)s %%, seed %(seed)s, %(replicates)s replicates."
        )
        % {
            "level": say_number(file.choices.level),
            "seed": str(file.choices.seed),
            "replicates": say_number(file.choices.replicates),
        },
        "protection": _(
            "Numbers below %(threshold)s are hidden in the overlaps of the lists, and those from which they would follow. "
            "Estimates are given with three digits."
        )
        % {"threshold": say_number(file.result["lists"]["threshold"])},
        "audit": _(
            "For each hidden number another table agrees with everything that is shown. Estimates are not part of the proof: "
            "they are told rounded."
        ),
    }


def _labels(file: StudyFile) -> Labels:
    """Name the lists, the methods, and what the study is narrowed to."""
    table, names = _studied(), list_names(file.choices)
    found: Labels = {
        f"list:{code}": {"": name, "yes": _("on it")}
        for code, name in zip(file.choices.names, names, strict=True)
    }
    found["number of " + " | ".join(file.choices.names)] = {"": _("Number of lists")}
    source = table.column("organisation_kind")
    found[ANY] = {"": _("On any list of")} | {
        kind: say_value(source, kind) for kinds in file.choices.lists for kind in kinds
    }
    found[METHOD] = {line.method: line.name for line in estimate_lines(file)}
    for name, value in file.choices.only:
        column = table.column(name)
        found[name] = {"": _(column.label), value: say_value(column, value)}
    found[YEAR] = {"": _(table.column(YEAR).label)}
    return found


def _years(file: StudyFile) -> tuple[str, ...]:
    """Give the years in which the cases were opened that put people on lists."""
    present = holding_of(file.snapshot).tables[STUDIED].present.get(YEAR, ())
    first, last = file.choices.first_year or "0", file.choices.last_year or "9999"
    return tuple(sorted(year for year in present if year.isdigit() and first <= year <= last))


def _studied() -> FactTable:
    return next(table for table in fact_tables() if table.name == STUDIED)
