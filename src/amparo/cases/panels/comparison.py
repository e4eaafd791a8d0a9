"""Two people changed the same record: what is kept without asking, and what somebody must decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from amparo.cases.panels.record import shown
from amparo.cases.rules import differences
from amparo.ui.parts import ComparisonRow
from amparo.vocab.described import described_fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The questions where both changed the same, and what stays as the other one saved it."""

    rows: tuple[ComparisonRow, ...]
    kept: tuple[str, ...]


def compare(base: Any, theirs: Any, yours: Any) -> Comparison:
    """Compare three states of one record."""
    found = differences(base, theirs, yours)
    described = {name: words for name, words, _type in described_fields(type(base))}
    rows = tuple(
        ComparisonRow(
            name=each.attribute,
            label=_(described[each.attribute].label),
            base=shown(type(base), each.attribute, each.base),
            theirs=shown(type(base), each.attribute, each.theirs),
            yours=shown(type(base), each.attribute, each.yours),
        )
        for each in found
        if each.is_conflict
    )
    return Comparison(rows=rows, kept=tuple(each.attribute for each in found if each.yours == each.base))
