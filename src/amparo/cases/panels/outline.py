"""The blocks of a case while its keys are away: what is coded in words, and dots for all that is sealed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from amparo.cases.panels.identity import stage_state, track_state
from amparo.cases.panels.overview import Block
from amparo.cases.panels.record import summary_rows
from amparo.cases.queries import CaseOutline
from amparo.cases.rules.sections import Subject, sections_of
from amparo.ui.formats import join_words
from amparo.ui.parts import SummaryRow
from amparo.vault.rules import DOTS
from amparo.vocab.described import described_fields


def outline_blocks(outline: CaseOutline) -> tuple[Block, ...]:
    """Return the case and its person, section by section."""
    stage, track = stage_state(outline.stage), track_state(outline.child_track)
    first = Block(
        code="now",
        title=_("How it stands"),
        rows=(
            SummaryRow(label=_("Names"), value=DOTS),
            SummaryRow(label=_("Stage"), value=stage if track is None else (stage, track)),
            SummaryRow(label=_("Worker"), value=outline.worker or _("Nobody yet"), is_name=True),
            SummaryRow(label=_("Team"), value=outline.team or _("None"), is_name=True),
            SummaryRow(label=_("Organisation"), value=outline.organisation, is_name=True),
            SummaryRow(label=_("Opened"), value=outline.opened_date),
            SummaryRow(label=_("Last changed"), value=outline.changed_at),
        ),
    )
    return (
        first,
        *_sections(outline.details, Subject.CASE),
        *_sections(outline.person, Subject.PERSON),
    )


def _sections(record: Any, subject: Subject) -> tuple[Block, ...]:
    described = {name: words for name, words, _type in described_fields(type(record))}
    blocks = []
    for section in sections_of(subject):
        coded = [name for name in section.fields if not described[name].privacy.is_sealed]
        sealed = [_(described[name].label) for name in section.fields if described[name].privacy.is_sealed]
        rows = summary_rows(record, coded)
        if sealed:
            rows = (*rows, SummaryRow(label=join_words(sealed), value=DOTS))
        blocks.append(Block(code=section.code, title=_(section.title), rows=rows))
    return tuple(blocks)
