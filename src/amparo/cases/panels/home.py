"""What cases offer to the first page and to the search."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from amparo.access.rules import Permission, Scope, Viewer
from amparo.cases.panels.lists import case_table, filter_url
from amparo.cases.queries import (
    Load,
    OwnWork,
    find_reference,
    list_filters,
    loads,
    own_work,
    search_own_caseload,
)
from amparo.cases.queries.lists import NOBODY, PAGE
from amparo.cases.queries.work import UNTOUCHED_AFTER, untouched_since
from amparo.ui.parts import Cell, Column, DataTable, FoundRows, HomePanel, Link, Row
from amparo.vocab.reference import BadReference, parse_reference


def home_panels(viewer: Viewer, now: datetime) -> tuple[HomePanel, ...]:
    """Return what needs the viewer now, who is new, what waits, where the people stand, and the lists that are kept."""
    if not viewer.may(Permission.CASE_READ):
        return ()
    work = own_work(viewer, now=now)
    own = str(viewer.user_id)
    kept = tuple(Link(label=saved.name, url=filter_url(saved)) for saved in list_filters(viewer))
    panels = [
        HomePanel(
            title=_("Needs you now"), table=_untouched(work), count=work.untouched_count, order=10,
            url=list_url(worker=own, changed_until=_edge(now)) if work.untouched_count else "", act=_("All"),
        ),
        HomePanel(title=_("New for you"), table=_new(work, viewer), count=work.new_count, order=20),
        HomePanel(
            title=_("Waiting for others"),
            text=_("Nothing waits for others. What you asked of somebody else stands here, with since when it waits."),
            order=30,
        ),
        HomePanel(
            title=_("Your people by stage"), table=_stages(work, viewer), is_side=True, order=10,
            url=list_url(worker=own), act=_("All"),
        ),
        HomePanel(
            title=_("Lists that are kept"), is_side=True, order=20, url=reverse("cases:filters"), act=_("Look"),
            links=kept, text="" if kept else _("A list of people that you narrowed and kept stands here."),
        ),
    ]  # fmt: skip
    if viewer.scope is Scope.ORGANISATION:
        panels.append(
            HomePanel(title=_("Who has how much"), table=_loads(loads(viewer, now=now), now), order=40)
        )
    return tuple(panels)


def search(viewer: Viewer, text: str, page: int, now: datetime) -> str | FoundRows | None:
    """Return the address of the case with this reference, else the own people with such a name; None for who sees no case."""
    if not viewer.may(Permission.CASE_READ):
        return None
    found = find_reference(viewer, text)
    if found is not None:
        return reverse("cases:detail", args=[found])
    rows = search_own_caseload(viewer, text, now=now, limit=PAGE + 1, skip=(page - 1) * PAGE)
    table = case_table(
        rows[:PAGE],
        caption=_("People with this name among those whom you work with"),
        empty_title=_("Nothing is found"),
        empty_text=_why_nothing(text),
        empty_act=_in_an_emergency(viewer, text),
    )
    return FoundRows(table=table, is_more=len(rows) > PAGE)


def list_url(**choices: str) -> str:
    """Return the address of the list of people, narrowed."""
    return f"{reverse('cases:list')}?{urlencode(choices)}"


def _untouched(work: OwnWork) -> DataTable:
    days = {"days": UNTOUCHED_AFTER.days}
    return case_table(
        work.untouched,
        caption=_("Your people in whose case nothing was written for %(days)d days") % days,
        has_worker=False,
        empty_title=_("Nothing waits for you"),
        empty_text=_(
            "People in whose case nothing was written for %(days)d days stand here, the longest first. What is due on a day will stand here too."
        )
        % days,
    )


def _new(work: OwnWork, viewer: Viewer) -> DataTable:
    may_create = viewer.may(Permission.CASE_CREATE)
    return case_table(
        work.new,
        caption=_("People who are new for you"),
        has_worker=False,
        empty_title=_("Nobody is new for you"),
        empty_text=_("Whose case was opened by you or given to you in the last 7 days stands here."),
        empty_act=Link(label=_("Open a case"), url=reverse("cases:new")) if may_create else None,
    )


def _stages(work: OwnWork, viewer: Viewer) -> DataTable:
    rows = tuple(
        Row(
            url=list_url(stage=stage.value, worker=str(viewer.user_id)),
            cells=(Cell(value=_(stage.label)), Cell(value=count)),
        )
        for stage, count in work.stages
        if count
    )
    return DataTable(
        caption=_("Your people by stage"),
        columns=(
            Column(key="stage", label=_("Stage"), main=True),
            Column(key="count", label=_("Cases"), numeric=True),
        ),
        rows=rows,
        empty_title=_("You work with nobody yet"),
        empty_text=_("Open a case after a first meeting, or wait until one is given to you."),
    )


def _loads(loads: tuple[Load, ...], now: datetime) -> DataTable:
    rows = []
    for load in loads:
        whose = str(load.worker_id) if load.worker_id else NOBODY
        late_url = list_url(worker=whose, changed_until=_edge(now)) if load.untouched_count else ""
        cells = (
            Cell(value=load.worker or _("Nobody yet"), is_name=True),
            Cell(value=load.open_count),
            Cell(value=load.untouched_count, url=late_url),
        )
        rows.append(Row(url=list_url(worker=whose), cells=cells))
    return DataTable(
        caption=_("Open cases by worker"),
        columns=(
            Column(key="worker", label=_("Worker"), main=True),
            Column(key="open", label=_("Open cases"), numeric=True),
            Column(key="untouched", label=_("Nothing written for 30 days"), numeric=True),
        ),
        rows=tuple(rows),
        empty_title=_("No open cases"),
        empty_text=_("When people work with cases, how many each of them has stands here."),
    )


def _edge(now: datetime) -> str:
    """Return the last day of which a case counts as untouched for long, as an address holds it."""
    return timezone.localdate(untouched_since(now)).isoformat()


def _in_an_emergency(viewer: Viewer, text: str) -> Link | None:
    """Offer what is left when a reference is not within reach: the same whether there is such a case or not."""
    if not viewer.may(Permission.EMERGENCY_OPEN):
        return None
    try:
        reference = parse_reference(text)
    except BadReference:
        return None
    url = f"{reverse('cases:emergency')}?{urlencode({'reference': reference})}"
    return Link(label=_("In an emergency: open it for an hour"), url=url)


def _why_nothing(text: str) -> str:
    try:
        parse_reference(text)
    except BadReference:
        return _(
            "No one whom you work with yourself has a name like this, in any spelling or script. Names are searched only among your own cases; others are found by their reference."
        )
    return _("No case within your reach has this reference. It may belong to another team or organisation.")
