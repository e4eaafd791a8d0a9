"""Ask that a result of research be let out: a table of an opened file, counted and protected here, as a release like any other."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from amparo.access.rules import Viewer
from amparo.audit.actions import record
from amparo.publishing.actions.preparing import NewRelease, keep_release, put_up
from amparo.publishing.models import Release, ResearchProposal
from amparo.publishing.queries.research import opened_item
from amparo.publishing.rules import Item, ItemKind, NotWritten, Verdict
from amparo.publishing.rules.tables import PublishedItem
from amparo.stats.disclosure.register import book_of, cells_of_table
from amparo.ui.formats import say_number
from amparo.vocab.state import load_state
from amparo.vocab.text import N_

if TYPE_CHECKING:
    from amparo.stats.disclosure import ProtectedTable

MOST_CELLS = 2_000
MOST_VARIABLES = 3
_WORDS = ("definition", "unit", "source", "method", "protection")


def ask_output(
    proposal: UUID,
    number: str,
    place: int,
    *,
    title: str,
    rows: Sequence[str],
    columns: Sequence[str] = (),
    by: Viewer,
    now: datetime,
) -> bool:
    """Count a table of an opened file, and put it up for review as a result of the proposal; tells whether the register let it on.

    What the register holds up stays a draft of the office that granted the proposal, which sees why. Raises `NotOpen` or `NotWritten`.
    """
    release, item = opened_item(by, proposal, number, place, now=now)
    asked = ResearchProposal.objects.select_related("office").get(pk=proposal)
    made = _counted(asked, release, item, title.strip(), (tuple(rows), tuple(columns)))
    new = NewRelease(
        title=title.strip(),
        purpose=f"{asked.number}: {asked.title}",
        ethics=f"{asked.ethics_body}, {asked.ethics_number}, {asked.ethics_on.isoformat()}",
        population=population_in(release),
        items=(made,),
        period=tuple(release.period),
        snapshot=release.snapshot,
        snapshot_hash=str(item.content["sha256"]),
        snapshot_day=release.snapshot_day,
    )
    with transaction.atomic():
        row = keep_release(new, proposal=asked, by=by, now=now)
        record("publishing.proposal.ask_output", by=by, at=now, record=f"proposal:{proposal}")
        _answer, held = put_up(row, {}, by=by, now=now)
    return not held


def population_in(release: Release) -> str:
    """Name the rows of a file as a population of its own: they are near the persons, and not their counts."""
    return f"{release.population} in {release.number}"


def _counted(
    asked: ResearchProposal,
    release: Release,
    item: PublishedItem,
    title: str,
    variables: tuple[tuple[str, ...], tuple[str, ...]],
) -> Item:
    from amparo.stats.disclosure import to_json

    named = (*variables[0], *variables[1])
    if item.kind not in (ItemKind.MICRODATA, ItemKind.SYNTHETIC) or not item.content.get("text"):
        raise NotWritten(
            N_("Tables are counted of files only. What you see here is let out to you as it is.")
        )
    if not title or not variables[0] or len(named) > MOST_VARIABLES or len(set(named)) < len(named):
        raise NotWritten(N_("Name the table, and choose one to three columns of the file, each once."))
    if not set(named) <= set(item.content.get("columns", ())):
        raise NotWritten(N_("The file has no such column. Choose from the list."))
    threshold = load_state(settings.AMPARO_STATE).table_threshold
    table = _protected(str(item.content["text"]), release.number, variables, threshold)
    kept = json.loads("".join(to_json(table)))
    snapshot = str(item.content["sha256"])[:16]
    found = cells_of_table(kept, population=population_in(release))
    cells = tuple(replace(cell, snapshot=snapshot) for cell in found)
    words = _in_languages(lambda: _words(asked, release, title, table.audit.hidden, threshold))
    english: dict[str, Any] = dict(words["en"])
    labels = _labels(item.content.get("labels", {}), named)
    return Item(
        kind=ItemKind.TABLE,
        title=title,
        **{name: english[name] for name in _WORDS},
        content={**kept, "labels": labels, "words": words},
        verdict=Verdict(
            method=table.method.value, is_safe=True, hidden=table.audit.hidden, words=english["audit"]
        ),
        cells=cells,
        book=book_of([kept], cells),
    )


def _protected(
    text: str, name: str, variables: tuple[tuple[str, ...], tuple[str, ...]], threshold: int
) -> ProtectedTable:
    """Count a table of the rows, and hide its small numbers; no table comes back that was not audited."""
    from amparo.stats.disclosure import (
        CannotCount,
        NotCleared,
        TableRequest,
        Threshold,
        count_cells,
        protect,
    )

    request = TableRequest(rows=variables[0], columns=variables[1], counting_unit="rows of the file")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "records.csv"
        path.write_text(text, encoding="utf-8")
        try:
            counted = count_cells(path, request, name=name)
        except CannotCount:
            counted = None
    if counted is None or len(counted.counts) > MOST_CELLS:
        raise NotWritten(
            N_("The table would have more than %(most)s numbers. Choose fewer columns."), most=MOST_CELLS
        )
    try:
        return protect(counted, rules=[Threshold(threshold)])
    except NotCleared:
        raise NotWritten(
            N_("No way was found to hide the small numbers of this table safely. Choose fewer columns.")
        ) from None


def _words(
    asked: ResearchProposal, release: Release, title: str, hidden: int, threshold: int
) -> Mapping[str, str]:
    said = {
        "number": release.number,
        "proposal": asked.number,
        "institution": asked.institution,
        "threshold": say_number(threshold),
        "hidden": say_number(hidden),
    }
    return {
        "title": title,
        "definition": _(
            "Rows of the file %(number)s, counted. They are near the records, and not the records."
        )
        % said,
        "unit": _("Rows of the file"),
        "source": _("The file %(number)s, opened to the research proposal %(proposal)s of %(institution)s.")
        % said,
        "method": _("Counted in the file; numbers below %(threshold)s are hidden.") % said,
        "protection": _("%(hidden)s numbers are hidden, so that no small number can be worked out.") % said,
        "audit": _("No hidden number can be worked out from those that are shown."),
    }


def _labels(labels: Mapping[str, Any], named: Sequence[str]) -> dict[str, Any]:
    return {
        language: {name: words[name] for name in named if name in words} for language, words in labels.items()
    }


def _in_languages(say_it: Callable[[], Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code] = say_it()
    return said
