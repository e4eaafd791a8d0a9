"""Tables of cases."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from amparo.cases.panels.identity import stage_state, track_state
from amparo.cases.queries import CaseRow, FilterFile, Sort
from amparo.ui.formats import say_short_day
from amparo.ui.parts import Cell, Column, DataTable, Link, Row


def case_table(
    rows: Sequence[CaseRow],
    *,
    caption: str,
    sort: Sort | None = None,
    sort_urls: dict[Sort, str] | None = None,
    has_worker: bool = True,
    empty_title: str = "",
    empty_text: str = "",
    empty_act: Link | None = None,
) -> DataTable:
    """Lay out a list of cases; each row leads to its case. The newest come first in either order."""
    urls = sort_urls or {}

    def dated(key: Sort, label: str) -> Column:
        return Column(
            key=key, label=label, sort_url=urls.get(key, ""), sorted="descending" if sort is key else ""
        )

    worker = (Column(key="worker", label=_("Worker")),) if has_worker else ()
    columns = (
        Column(key="name", label=_("Name"), main=True),
        Column(key="reference", label=_("Reference")),
        Column(key="born", label=_("Born")),
        Column(key="stage", label=_("Stage")),
        *worker,
        dated(Sort.OPENED, _("Opened")),
        dated(Sort.CHANGED, _("Last changed")),
    )
    return DataTable(
        caption=caption,
        columns=columns,
        rows=tuple(_case_row(row, has_worker=has_worker) for row in rows),
        empty_title=empty_title,
        empty_text=empty_text,
        empty_act=empty_act,
    )


def _case_row(row: CaseRow, *, has_worker: bool) -> Row:
    track = track_state(row.child_track)
    born = str(row.birth_year) if row.birth_year else _("Not known")
    worker = (Cell(value=row.worker or _("Nobody yet"), is_name=True),) if has_worker else ()
    return Row(
        url=reverse("cases:detail", args=[row.reference]),
        cells=(
            Cell(value=_("Erased") if row.is_erased else row.name or _("Name not known"), is_name=True),
            Cell(value=row.reference, is_reference=True),
            Cell(value=(born,) if track is None else (born, track)),
            Cell(value=stage_state(row.stage)),
            *worker,
            Cell(value=say_short_day(row.opened_date)),
            Cell(value=say_short_day(timezone.localdate(row.changed_at))),
        ),
    )


def filter_table(filters: Sequence[FilterFile]) -> DataTable:
    """Lay out the lists that are kept."""
    return DataTable(
        caption=_("Lists that are kept"),
        columns=(Column(key="name", label=_("Name"), main=True), Column(key="whose", label=_("For whom"))),
        rows=tuple(
            Row(
                url=filter_url(saved),
                cells=(
                    Cell(value=saved.name, is_name=True),
                    Cell(value=_("The team") if saved.is_shared else _("Only you")),
                ),
            )
            for saved in filters
        ),
        empty_title=_("No lists are kept yet"),
        empty_text=_(
            "Choose filters in the list of people, then keep the list under a name. It stands here and on your first page."
        ),
    )


def filter_url(saved: FilterFile) -> str:
    """Return the address of a list that is kept."""
    return f"{reverse('cases:list')}?{urlencode(saved.choices)}"
