"""What stands on a case's summary on paper: plain texts in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from amparo.access.rules import Viewer
from amparo.cases.panels.identity import say_ages
from amparo.cases.panels.overview import Block, episode_blocks, overview, person_blocks
from amparo.cases.queries import CaseFile
from amparo.ui.formats import say_moment
from amparo.ui.parts import State, SummaryRow, as_values
from amparo.ui.showing import say_value

SUMMARY = Path(__file__).parents[1] / "printed" / "summary.typ"
NEVER_PRINTED = frozenset({"address"})  # where she may hide; paper is lost


def summary_values(file: CaseFile, *, by: Viewer, now: datetime) -> dict[str, Any]:
    """Return the values of the template. The postal address, the notes and the documents stay out."""
    glance = overview(file, by, ())
    words = {"name": by.name, "organisation": by.organisation_name, "moment": say_moment(now)}
    parts = [
        _part(_("The case"), [_block("", glance.now), _block("", glance.who), *_blocks(glance.blocks)]),
        _part(
            _("Person"),
            _blocks(block for block in person_blocks(file, by) if block.code not in NEVER_PRINTED),
        ),
    ]
    for each in file.episodes:
        situation = episode_blocks(file, each, by)
        parts.append(_part(situation.title, [*_blocks(situation.blocks), _block("", situation.operation)]))
    return {
        "title": _("Summary of a case"),
        "reference": file.reference,
        "name": _("Erased") if file.person.is_erased else file.person.display_name or _("Name not known"),
        "marks": " · ".join((say_ages(file.person.ages), *_track(file))),
        "confidential": _("Confidential"),
        "warning": _(
            "This paper can endanger the person whom it is about. Keep it locked, show it to nobody who need not know, and shred it when it is no longer needed. Her postal address, notes and documents are not printed."
        ),
        "printed": _("Printed by %(name)s, %(organisation)s, on %(moment)s") % words,
        "page": _("Page {page} of {pages}"),
        "parts": parts,
    }


def _track(file: CaseFile) -> list[str]:
    return [_(file.child_track.label)] if file.child_track.is_child_track else []


def _part(title: str, blocks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"title": title, "blocks": [block for block in blocks if block["rows"]]}


def _blocks(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [_block(block.title, block.rows) for block in blocks if block.has_answers]


def _block(title: str, rows: Iterable[SummaryRow]) -> dict[str, Any]:
    return {
        "title": title,
        "rows": [{"label": row.label, "values": _texts(row), "note": row.note} for row in rows],
    }


def _texts(row: SummaryRow) -> list[str]:
    values = [one.label if isinstance(one, State) else say_value(one) for one in as_values(row.value)]
    return values or [_("Not recorded")]
