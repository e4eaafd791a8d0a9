"""Propose figures and studies for release: what is counted here goes to the release desk as values that hold only what may be shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from amparo.access.rules import Permission, Viewer
from amparo.evidence.actions.showing import show_table
from amparo.evidence.models import Snapshot
from amparo.evidence.queries.figures import (
    Figure,
    caution_words,
    hidden_words,
    only_words,
    title_of,
)
from amparo.evidence.queries.holdings import holding_of
from amparo.evidence.queries.wording import say, say_category, say_variable
from amparo.evidence.rules import TableChoices, Variable
from amparo.evidence.rules.asking import METHODS
from amparo.evidence.rules.studies import YEAR
from amparo.publishing.actions import NewRelease, add_item, draft_release
from amparo.publishing.rules import Item, ItemKind, Verdict
from amparo.stats.disclosure import to_json
from amparo.stats.disclosure.register import Cell, Mark, book_of, cells_of_table
from amparo.ui.formats import say_day, say_number

ENGLISH = "en"
Words = Mapping[str, str]
Labels = dict[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """One thing that can be put into a release, with the population and the facts that it speaks of."""

    item: Item
    population: str
    period: tuple[str, ...]
    snapshot: str
    snapshot_hash: str
    snapshot_day: date


def proposed_table(choices: TableChoices, *, by: Viewer, now: datetime) -> Proposed:
    """Make a thing to be let out of a table: counted, protected and logged as on its page. Raises `NotAsked`."""
    figure = show_table(choices, by=by, now=now, permission=Permission.RELEASE_PREPARE)
    fingerprint = figure.snapshot.fingerprints[figure.facts.name]
    return Proposed(
        item=item_of_figure(figure),
        population=figure.facts.name,
        period=_years(figure),
        snapshot=str(figure.snapshot.id),
        snapshot_hash=fingerprint,
        snapshot_day=figure.snapshot.day,
    )


@transaction.atomic
def propose(
    proposed: Proposed, *, into: UUID | None, title: str = "", purpose: str = "", replaces: UUID | None = None,
    by: Viewer, now: datetime,
) -> UUID:  # fmt: skip
    """Put a thing into a draft of the own organisation, or into a new one; gives its id. The snapshot is kept for good."""
    Snapshot.objects.filter(pk=UUID(proposed.snapshot), used_at=None).update(used_at=now)
    if into is not None:
        add_item(into, proposed.item, snapshot_hash=proposed.snapshot_hash, by=by, now=now)
        return into
    new = NewRelease(
        title=title,
        purpose=purpose,
        population=proposed.population,
        items=(proposed.item,),
        period=proposed.period,
        snapshot=proposed.snapshot,
        snapshot_hash=proposed.snapshot_hash,
        snapshot_day=proposed.snapshot_day,
        supersedes=replaces,
    )
    return draft_release(new, by=by, now=now)


def item_of_figure(figure: Figure) -> Item:
    """Describe a figure as a thing to be let out; its words in every language of the installation."""
    kept = json.loads("".join(to_json(figure.table)))
    words = in_languages(lambda: _words(figure))
    fingerprint = figure.snapshot.fingerprints[figure.facts.name]
    cells = tuple(_cells(kept, figure, fingerprint[:16]))
    english = words[ENGLISH]
    return Item(
        kind=ItemKind.TABLE,
        **{name: english[name] for name in ("title", "definition", "unit", "source", "method", "protection")},
        content={
            **kept,
            "labels": in_languages(lambda: _labels(figure, kept)),
            "words": words,
            "notes": in_languages(lambda: [*hidden_words(figure), *caution_words(figure)]),
            "mark": mark_of_figure(figure),
        },
        verdict=Verdict(
            method=figure.table.method.value,
            is_safe=True,
            hidden=figure.table.audit.hidden,
            words=english["audit"],
        ),
        cells=cells,
        book=book_of([kept], cells),
    )


def mark_of_figure(figure: Figure) -> str:
    """Give the hash by which a figure is known again: of what it shows, and of the facts that it was counted from."""
    fingerprint = figure.snapshot.fingerprints[figure.facts.name]
    shown = "".join(to_json(figure.table))
    return hashlib.sha256(f"{figure.facts.name}\n{fingerprint}\n{shown}".encode()).hexdigest()


def in_languages(say_it: Callable[[], Any]) -> dict[str, Any]:
    """Say something in every language of the installation."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code] = say_it()
    return said


def _cells(kept: Mapping[str, Any], figure: Figure, snapshot: str) -> Iterable[Cell]:
    small = (
        figure.table.small
    )  # what speaks of few different people may itself be large: then the mark tells no upper end
    for cell in cells_of_table(kept, population=figure.facts.name):
        told = replace(cell, low=small.low, high=small.high) if cell.mark is Mark.SMALL else cell
        yield replace(told, snapshot=snapshot)


def _words(figure: Figure) -> dict[str, str]:
    only = [
        _("%(label)s: %(value)s") % {"label": label, "value": value} for label, value in only_words(figure)
    ]
    threshold = {"threshold": say_number(figure.threshold)}
    return {
        "title": " · ".join((title_of(figure), *only)),
        "definition": _(figure.facts.definition),
        "unit": _(figure.facts.label),
        "source": _("%(source)s As of %(day)s.")
        % {"source": _(figure.facts.source), "day": say_day(figure.snapshot.day)},
        "method": f"{_(METHODS[figure.table.method])}. {_('Threshold')}: {threshold['threshold']}",
        "protection": " ".join(hidden_words(figure)),
        "audit": say(figure.table.attacker),
    }


def _labels(figure: Figure, kept: Mapping[str, Any]) -> Labels:
    """Name the variables of a figure, and those of their values that stand in it."""
    found: Labels = {}
    for variables, place in ((figure.rows, "row"), (figure.columns, "column")):
        keys = {tuple(cell[place]) for cell in kept["cells"] if cell[place]}
        for at, variable in enumerate(variables):
            found[variable.name] = _named(variable, [key[at] for key in keys])
    for variable, value in figure.only:
        found[variable.name] = _named(variable, [value])
    return found


def _named(variable: Variable, values: Sequence[str]) -> dict[str, str]:
    return {
        "": say_variable(variable),
        **{value: say_category(variable, value) for value in sorted(set(values))},
    }


def _years(figure: Figure) -> tuple[str, ...]:
    """Give the years in which the cases were opened that are counted."""
    narrowed = [value for variable, value in figure.only if variable.name == YEAR]
    present = holding_of(figure.snapshot.id).tables[figure.facts.name].present.get(YEAR, ())
    return tuple(sorted(year for year in narrowed or present if year.isdigit()))
