"""Give pages what evidence has to show: the entry of the menu, charts, and lists of snapshots."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from amparo.access.rules import Permission, Viewer
from amparo.evidence.queries import Holding, fact_tables
from amparo.evidence.queries.figures import Layout, Line, ShownCell
from amparo.evidence.queries.holdings import progress_of
from amparo.evidence.queries.snapshots import SnapshotFile
from amparo.evidence.rules import NEWEST_KEPT, READY_TABLES, UNUSED_KEPT, SnapshotState
from amparo.ui.charts import MOST_SERIES, Bar, BarChart, BarGroup, Drawing, draw_bars
from amparo.ui.formats import say_day, say_number
from amparo.ui.parts import Cell, Column, DataTable, NavigationItem, Progress, Row, State, SummaryRow, Tab
from amparo.vocab.state import load_state

MOST_GROUPS = 20
_COLOURS = {
    SnapshotState.WAITING: "grey",
    SnapshotState.BUILDING: "blue",
    SnapshotState.READY: "green",
    SnapshotState.NO_SPACE: "red",
    SnapshotState.FAILED: "red",
    SnapshotState.REMOVED: "grey",
}


def figures_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the figures to who may see tables."""
    if not viewer.may(Permission.TABLES_VIEW):
        return None
    return NavigationItem(label=_("Figures"), url=reverse("evidence:tables"), order=50)


def chart_of(layout: Layout, *, title: str) -> tuple[Drawing, str]:
    """Draw a table; gives the drawing, and what of the table it leaves out."""
    lines = [line for line in layout.lines if not line.is_total]
    shown = lines[:MOST_GROUPS]
    names = layout.column_heads[:-1]
    series = names if 0 < len(names) <= MOST_SERIES else ()
    drawn = [[_bar(cell) for cell in _charted(line, len(series))] for line in shown]
    # A series that is zero everywhere says nothing in a picture; the table below still has it.
    kept = [place for place in range(len(series) or 1) if any(bars[place].value != 0 for bars in drawn)] or [
        0
    ]
    series = tuple(series[place] for place in kept) if series else ()
    groups = tuple(
        BarGroup(label=" · ".join(line.labels), bars=tuple(bars[place] for place in kept))
        for line, bars in zip(shown, drawn, strict=True)
    )
    chart = BarChart(title=title, description=_description(groups, series), groups=groups, series=series)
    left_out = []
    if len(names) > MOST_SERIES:
        left_out.append(
            _("The chart shows totals only, because the table has too many columns to tell apart.")
        )
    if any(bar.value is None for group in groups for bar in group.bars):
        left_out.append(_("Hatched bars are hidden numbers; their length tells nothing."))
    if len(lines) > len(shown):
        words = {"shown": say_number(len(shown)), "all": say_number(len(lines))}
        left_out.append(_("The chart shows the first %(shown)s of %(all)s rows.") % words)
    return draw_bars(chart, direction="rtl" if get_language_bidi() else "ltr"), " ".join(left_out)


def _charted(line: Line, series: int) -> tuple[ShownCell, ...]:
    return line.cells[:series] if series else line.cells[-1:]


def _bar(cell: ShownCell) -> Bar:
    return Bar(value=cell.value, text=cell.text)


def _description(groups: tuple[BarGroup, ...], series: tuple[str, ...]) -> str:
    if not series:
        return "; ".join(f"{group.label}: {group.bars[0].text}" for group in groups)
    return "; ".join(
        f"{group.label}: "
        + ", ".join(f"{name} {bar.text}" for name, bar in zip(series, group.bars, strict=True))
        for group in groups
    )


def snapshot_state(snapshot: SnapshotFile) -> State:
    """Return the state of a snapshot as a tag."""
    return State(label=_(snapshot.state.label), colour=_COLOURS[snapshot.state])


def snapshots_table(snapshots: tuple[SnapshotFile, ...]) -> DataTable:
    """List snapshots, newest first."""
    columns = (
        Column(key="day", label=_("As of"), main=True),
        Column(key="state", label=_("State")),
        Column(key="made", label=_("Ordered")),
        Column(key="by", label=_("By")),
    )
    rows = tuple(
        Row(
            url=reverse("evidence:snapshot", args=[snapshot.id]),
            cells=(
                Cell(value=snapshot.day),
                Cell(value=snapshot_state(snapshot)),
                Cell(value=snapshot.made_at),
                Cell(value=snapshot.made_by or _("A command of the installation")),
            ),
        )
        for snapshot in snapshots
    )
    return DataTable(
        caption=_("Snapshots"),
        columns=columns,
        rows=rows,
        empty_title=_("No snapshot yet"),
        empty_text=_(
            "A snapshot is a copy of the coded facts of one day. Tables are counted from it. A statistician builds it."
        ),
    )


def snapshot_rows(snapshot: SnapshotFile) -> tuple[SummaryRow, ...]:
    """Say what is known of a snapshot. Small numbers of rows are not told."""
    threshold = load_state(settings.AMPARO_STATE).table_threshold
    about = [
        SummaryRow(label=_("As of"), value=snapshot.day),
        SummaryRow(label=_("State"), value=snapshot_state(snapshot)),
        SummaryRow(label=_("Ordered"), value=snapshot.made_at),
        SummaryRow(label=_("By"), value=snapshot.made_by or _("A command of the installation")),
    ]
    if snapshot.state is SnapshotState.READY:
        about.append(SummaryRow(label=_("Kept"), value=_kept(snapshot)))
    for table in fact_tables():
        if table.name in snapshot.rows:
            rows = snapshot.rows[table.name]
            few = _("fewer than %(threshold)s") % {"threshold": say_number(threshold)}
            about.append(
                SummaryRow(
                    label=_(table.label),
                    value=rows if rows >= threshold else few,
                    note=_("Fingerprint %(fingerprint)s")
                    % {"fingerprint": snapshot.fingerprints[table.name][:16]},
                )
            )
    return tuple(about)


def _kept(snapshot: SnapshotFile) -> str:
    if snapshot.is_used:
        return _("For good, because a table was downloaded from it")
    return _("At least until %(day)s") % {"day": say_day((snapshot.made_at + UNUSED_KEPT).date())}


def what_is_kept() -> str:
    """Say which snapshots are kept, and how long."""
    words = {"number": say_number(NEWEST_KEPT), "days": say_number(UNUSED_KEPT.days)}
    return (
        _(
            "A snapshot from which a table was downloaded is kept for good, so that the table can be counted again. Of the "
            "others, the newest %(number)s and those of the last %(days)s days are kept."
        )
        % words
    )


def snapshot_progress(snapshot: SnapshotFile) -> Progress:
    """Say how far the building of a snapshot is."""
    done, total = progress_of(snapshot.id)
    return Progress(
        label=_("The snapshot is being built"),
        done=done,
        total=total,
        url=reverse("evidence:snapshot", args=[snapshot.id]),
        note=_(snapshot.state.label),
    )


def ready_cards(holding: Holding) -> tuple[tuple[str, str, str], ...]:
    """List the ready tables that a snapshot can make: title, which report asks for it, address."""
    address = reverse("evidence:table")
    return tuple(
        (_(ready.title), _(ready.purpose), f"{address}?{ready.choices.query()}")
        for ready in READY_TABLES
        if ready.choices.table in holding.tables
        and all(
            name in holding.tables[ready.choices.table].present
            for name in (*ready.choices.rows, *ready.choices.columns)
        )
    )


def unit_tabs(holding: Holding, *, current: str, snapshot: str) -> tuple[Tab, ...]:
    """Offer what can be counted."""
    address = reverse("evidence:table")
    return tuple(
        Tab(
            label=_(one.table.label),
            url=f"{address}?{urlencode({'table': name, 'snapshot': snapshot})}",
            is_current=name == current,
        )
        for name, one in holding.tables.items()
    )
