"""Where the first page stands in the menu, and what it gathers from the apps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from amparo.access.queries import count_notices
from amparo.access.rules import Permission, Viewer
from amparo.evidence.queries import latest_snapshot
from amparo.ui.formats import say_day
from amparo.ui.parts import DataTable, HomePanel, Link, NavigationItem


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


def gather_found(viewer: Viewer, text: str, *, now: datetime) -> tuple[str | DataTable, ...]:
    """Ask each app that can be searched: an address is the one thing that was meant, a table is what may be meant."""
    answers = (search(viewer, text, now) for search in _offers(tuple(settings.AMPARO_SEARCH)))
    return tuple(answer for answer in answers if answer is not None)


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
