"""Persons who may be the same, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.rules import Viewer
from amparo.cases.queries import FoundPerson, LikelyPerson
from amparo.ui.formats import join_words, say_partial_date


@dataclass(frozen=True, kw_only=True, slots=True)
class LikelyRow:
    """One proposal: who, why, and where her case can be looked at first."""

    value: str
    name: str
    reference: str
    url: str
    why: str
    born: str


def likely_rows(likely: Sequence[LikelyPerson]) -> tuple[LikelyRow, ...]:
    """Say the proposals."""
    return tuple(
        LikelyRow(
            value=str(one.id),
            name=one.name,
            reference=one.reference,
            url=reverse("cases:detail", args=[one.reference]),
            why=join_words(_(reason.label) for reason in one.reasons),
            born=say_partial_date(one.birth) if one.birth else _("birth not known"),
        )
        for one in likely
    )


def matches_elsewhere(rows: Sequence[FoundPerson], viewer: Viewer) -> tuple[str, ...]:
    """Say at which other organisations somebody may be known, after her case was opened here."""
    return tuple(
        _("A possible match exists at %(organisation)s (%(reference)s). Ask them.")
        % {"organisation": one.organisation, "reference": one.reference}
        for one in rows
        if one.organisation_id != viewer.organisation_id
    )
