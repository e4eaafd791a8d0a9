"""Show which releases there are, in the menu, on the first page and as a list."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.rules import Permission, Viewer
from amparo.publishing.queries import ReleaseFile, Shelf, count_waiting, list_releases
from amparo.publishing.rules import ReleaseState
from amparo.ui.parts import Cell, Column, DataTable, HomePanel, NavigationItem, Row, State, Tab

SHOWN_AT_HOME = 5
_COLOURS = {
    ReleaseState.DRAFT: "grey",
    ReleaseState.PROPOSED: "yellow",
    ReleaseState.IN_REVIEW: "blue",
    ReleaseState.CLEARED: "yellow",
    ReleaseState.PUBLISHED: "green",
    ReleaseState.REFUSED: "red",
    ReleaseState.WITHDRAWN: "grey",
    ReleaseState.SUPERSEDED: "grey",
}


def navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the releases to who prepares them."""
    if not viewer.may(Permission.RELEASE_PREPARE):
        return None
    return NavigationItem(label=_("Releases"), url=reverse("publishing:list"), order=55)


def home_panels(viewer: Viewer, now: datetime) -> tuple[HomePanel, ...]:
    """Show on the first page what waits for a review by the viewer, and how far the releases of her organisation are."""
    panels = []
    if viewer.may(Permission.RELEASE_REVIEW):
        panels.append((_("Releases that wait for your review"), Shelf.REVIEW, Shelf.REVIEW, 5))
    if viewer.may(Permission.RELEASE_PREPARE):
        panels.append((_("Releases on their way"), Shelf.UNDERWAY, Shelf.OURS, 12))
    found = ((panel, list_releases(viewer, shelf=panel[1]).rows) for panel in panels)
    return tuple(
        HomePanel(
            title=title,
            table=release_table(rows[:SHOWN_AT_HOME], caption=title),
            count=len(rows),
            url=f"{reverse('publishing:list')}?shelf={leads_to}",
            act=_("See all"),
            order=order,
        )
        for (title, _shelf, leads_to, order), rows in found
        if rows
    )


def release_state(state: ReleaseState) -> State:
    """Give the state of a release as a tag."""
    return State(label=_(state.label), colour=_COLOURS[state])


def shelf_tabs(viewer: Viewer, current: Shelf) -> tuple[Tab, ...]:
    """Offer the shelves of the list."""
    address = reverse("publishing:list")
    labels = {
        Shelf.ALL: _("All"),
        Shelf.OURS: _("Prepared by us"),
        Shelf.REVIEW: _("Waiting for my review"),
        Shelf.OUT: _("Let out"),
        Shelf.BACK: _("Refused or withdrawn"),
    }
    if not viewer.may(Permission.RELEASE_REVIEW):
        del labels[Shelf.REVIEW]
    counts = {Shelf.REVIEW: count_waiting(viewer) or None} if Shelf.REVIEW in labels else {}
    return tuple(
        Tab(
            label=label,
            url=f"{address}?shelf={shelf}" if shelf else address,
            count=counts.get(shelf),
            is_current=shelf is current,
        )
        for shelf, label in labels.items()
    )


def release_table(releases: tuple[ReleaseFile, ...], *, caption: str = "") -> DataTable:
    """List releases, the newest first."""
    return DataTable(
        caption=caption or _("Releases"),
        columns=(
            Column(key="title", label=_("Title"), main=True),
            Column(key="state", label=_("State")),
            Column(key="audience", label=_("For")),
            Column(key="by", label=_("Prepared by")),
            Column(key="at", label=_("Prepared")),
        ),
        rows=tuple(
            Row(
                url=reverse("publishing:release", args=[one.id]),
                cells=(
                    Cell(value=one.title, note=one.number),
                    Cell(value=release_state(one.state)),
                    Cell(value=_(one.audience.label)),
                    Cell(value=one.made_by, note=one.organisation, is_name=True),
                    Cell(value=one.made_at.date()),
                ),
            )
            for one in releases
        ),
        empty_title=_("No release here"),
        empty_text=_(
            "What leaves the office is prepared here: a table, a study or a file is proposed from its page under Figures, somebody of "
            "another unit reviews it, and two people let it out."
        ),
    )
