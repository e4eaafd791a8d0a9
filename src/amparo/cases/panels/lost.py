"""Show the closed cases that nobody can open, to who asks for new readers and to who agrees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.rules import Permission, Viewer
from amparo.cases.queries.lost import LostCase, list_lost
from amparo.ui.parts import Cell, Column, DataTable, HomePanel, Row


def lost_panels(viewer: Viewer, now: datetime) -> tuple[HomePanel, ...]:
    """Say first of all that there is a case which nobody can open."""
    lost = list_lost(viewer, now=now)
    if not lost:
        return ()
    name = "cases:lost-everywhere" if viewer.may(Permission.WALL_REVIEW) else "cases:lost"
    return (
        HomePanel(
            title=_("Closed cases that nobody can open"),
            text=_("Everybody who is named for them has left or cannot sign in."),
            count=len(lost),
            url=reverse(name),
            act=_("Look"),
            order=2,
        ),
    )


def lost_table(lost: Sequence[LostCase], *, may_ask: bool) -> DataTable:
    """Lay out these cases: their references, whose they are, and nothing else."""
    return DataTable(
        caption=_("Closed cases that nobody can open"),
        columns=(
            Column(key="reference", label=_("Case"), main=True),
            Column(key="organisation", label=_("Organisation")),
        ),
        rows=tuple(
            Row(
                url=reverse("cases:readers", args=[one.reference]) if may_ask else "",
                cells=(
                    Cell(value=one.reference, is_reference=True),
                    Cell(value=one.organisation, is_name=True),
                ),
            )
            for one in lost
        ),
        empty_title=_("There is none"),
        empty_text=_("When everybody who is named for a closed case is gone, its reference stands here."),
    )
