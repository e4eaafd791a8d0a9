"""Say on the first page that a backup was brought back, until two people have confirmed it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.actions import unconfirmed_restorations
from amparo.access.rules import Permission, Viewer
from amparo.ui.formats import say_moment
from amparo.ui.parts import Cell, Column, DataTable, HomePanel, Row
from amparo.vault.queries import RestorationRow


def restored_panels(viewer: Viewer, now: datetime) -> tuple[HomePanel, ...]:
    """Say to everybody what may be missing, before all else."""
    found = unconfirmed_restorations()
    if not found:
        return ()
    may_ask = viewer.may(Permission.INSTALLATION_MANAGE)
    text = _(
        "Everything is as it was on %(moment)s; what was recorded after that is missing. Look whether your last work is "
        "there, and record again what is not. Two people have not confirmed yet that this was meant: if nobody told you of "
        "it, ask those who keep the installation."
    ) % {"moment": say_moment(found[0].taken_at)}
    return (
        HomePanel(
            title=_("A backup was brought back"),
            text=text,
            url=reverse("accounts:restored") if may_ask else "",
            act=_("Look, and ask a second person to confirm it") if may_ask else "",
            is_warning=True,
            order=0,
        ),
    )


def restored_table(found: Iterable[RestorationRow]) -> DataTable:
    """Lay out the restores that nobody has confirmed."""
    return DataTable(
        caption=_("Restores that two people have not confirmed"),
        columns=(
            Column(key="taken", label=_("The backup was taken"), main=True),
            Column(key="at", label=_("Brought back")),
        ),
        rows=tuple(
            Row(
                cells=(
                    Cell(value=_("Backup of %(moment)s") % {"moment": say_moment(one.taken_at)}),
                    Cell(value=one.at),
                )
            )
            for one in found
        ),
        empty_title=_("Nothing waits to be confirmed"),
        empty_text=_(
            "When somebody brings a backup back, it stands here until two people have confirmed it."
        ),
    )
