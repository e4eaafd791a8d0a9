"""Where the first page stands in the menu, and what it gathers from the apps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from amparo.access.queries import count_notices
from amparo.access.rules import Permission, Viewer
from amparo.cases.queries import FoundPerson, FoundPersons
from amparo.cases.rules.searching import LEFT_OUT, TOO_ALIKE
from amparo.evidence.queries import latest_snapshot
from amparo.ui.formats import say_day
from amparo.ui.parts import Cell, Column, DataTable, FoundRows, HomePanel, Link, NavigationItem, Pager, Row
from amparo.vocab.reference import BadReference, parse_reference

LONGEST_NUMBER = 4


def navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the first page to whoever is signed in, with how much is new there."""
    if not viewer.is_signed_in:
        return None
    return NavigationItem(
        label=_("Home"), url=reverse("portal:home"), order=10, count=count_notices(viewer) or None
    )


def gather_panels(viewer: Viewer, *, now: datetime) -> tuple[HomePanel, ...]:
    """Ask each app that offers blocks for the first page, in their order."""
    offered = (panel for offer in _offers(tuple(settings.AMPARO_HOME)) for panel in offer(viewer, now))
    return tuple(sorted(offered, key=lambda panel: panel.order))


def gather_found(viewer: Viewer, text: str, *, page: int, now: datetime) -> tuple[str | FoundRows, ...]:
    """Ask each app that can be searched: an address is the one thing that was meant, rows are what may be meant."""
    answers = (search(viewer, text, page, now) for search in _offers(tuple(settings.AMPARO_SEARCH)))
    return tuple(answer for answer in answers if answer is not None)


def is_reference(text: str) -> bool:
    """Tell whether a text is written as a reference is; anything else may be a name."""
    try:
        parse_reference(text)
    except BadReference:
        return False
    return True


def page_number(text: str) -> int:
    """Read the number of a page; the first for what is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER
    return max(int(text), 1) if is_number else 1


def search_pager(found: Sequence[FoundRows], *, half: str, number: int) -> Pager:
    """Lead to the pages before and after one of the answer."""

    def url(other: int) -> str:
        return f"?{urlencode({'at': half, 'page': other})}"

    return Pager(
        previous_url=url(number - 1) if number > 1 else "",
        next_url=url(number + 1) if any(each.is_more for each in found) else "",
    )


def found_table(found: FoundPersons) -> DataTable:
    """Lay out where somebody may be known; a row leads to the case if it is within reach."""
    return DataTable(
        caption=_("Where she may be known"),
        columns=(
            Column(key="reference", label=_("Reference"), main=True),
            Column(key="organisation", label=_("Organisation")),
            Column(key="certainty", label=_("How certain")),
        ),
        rows=tuple(_found_row(one) for one in found.rows),
        empty_title=_("Nobody is found") if found.are_all else _(TOO_ALIKE),
        empty_text=_(
            "No organisation whose cases you may ask about has a case that fits. She may be recorded under other names, or not yet."
        )
        if found.are_all
        else _(LEFT_OUT),
    )


def _found_row(one: FoundPerson) -> Row:
    note = "" if one.is_within_reach else _("Not within your reach: ask them")
    return Row(
        url=reverse("cases:detail", args=[one.reference]) if one.is_within_reach else "",
        cells=(
            Cell(value=one.reference, is_reference=True),
            Cell(value=one.organisation, note=note, is_name=True),
            Cell(value=_(one.certainty.label)),
        ),
    )


def figure_panels(viewer: Viewer, now: datetime) -> tuple[HomePanel, ...]:
    """Say how the figures stand, to who works with them."""
    if not viewer.may(Permission.TABLES_VIEW):
        return ()
    snapshot = latest_snapshot(viewer)
    if snapshot is None:
        text = _(
            "There is no snapshot of the coded facts yet. Tables are counted from one; a statistician builds it."
        )
    else:
        text = _("Tables are counted from the snapshot of %(day)s.") % {"day": say_day(snapshot.day)}
    links = (
        Link(label=_("Make a table"), url=reverse("evidence:tables")),
        Link(label=_("Snapshots"), url=reverse("evidence:snapshots")),
    )
    return (HomePanel(title=_("State of the figures"), text=text, links=links, order=10),)


@cache
def _offers(paths: tuple[str, ...]) -> tuple[Callable[..., Any], ...]:
    return tuple(import_string(path) for path in paths)
