"""Own readings, readings to explain, alerts and the log, in words; and where they stand in the menu."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amparo.access.rules import Permission, Viewer
from amparo.audit.queries import AlertLine, CanaryRow, EventLine
from amparo.audit.rules.alerts import RULES
from amparo.audit.rules.wording import PURPOSES, action_words, ground_words, part_words
from amparo.oversight.queries import AlertsPage, DrawnReading, DrawnWeek, LogState, readings_to_explain
from amparo.oversight.rules import Verdict
from amparo.ui.formats import join_words, say_number
from amparo.ui.parts import Cell, Column, DataTable, HomePanel, Link, NavigationItem, Row, State, SummaryRow

REFERENCE = re.compile(r"[A-Z]{2,5}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]")
COLOURS = {Verdict.OPEN: "grey", Verdict.UNDERSTOOD: "green", Verdict.NOT_UNDERSTOOD: "red"}


def log_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the log to who watches it."""
    if not viewer.may(Permission.LOG_WATCH):
        return None
    return NavigationItem(label=_("The log"), url=reverse("oversight:log"), order=20)


def alerts_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the alerts to who may see them."""
    if not viewer.may(Permission.ALERTS_VIEW):
        return None
    return NavigationItem(label=_("Alerts"), url=reverse("oversight:alerts"), order=80)


def drawn_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the readings of the own people to who asks about them."""
    if not viewer.may(Permission.READINGS_REVIEW):
        return None
    return NavigationItem(label=_("Readings to explain"), url=reverse("oversight:drawn"), order=75)


def canaries_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the invented persons to who keeps them."""
    if not viewer.may(Permission.CANARY_KEEP):
        return None
    return NavigationItem(label=_("Invented persons"), url=reverse("oversight:canaries"), order=90)


def home_panels(viewer: Viewer, now: datetime) -> tuple[HomePanel, ...]:
    """Ask on the first page for what is to be explained, and lead to what everybody opened themselves."""
    if not viewer.may(Permission.CASE_READ):
        return ()
    waiting = len(readings_to_explain(viewer, now=now))
    text = ""
    if waiting:
        said = ngettext(
            "You are asked why you opened %(number)s case.",
            "You are asked why you opened %(number)s cases.",
            waiting,
        )
        text = said % {"number": say_number(waiting)}
    link = Link(label=_("What you opened this week"), url=reverse("oversight:mine"))
    return (HomePanel(title=_("Your readings"), text=text, links=(link,), is_side=True, order=30),)


def own_table(lines: Sequence[EventLine]) -> DataTable:
    """Lay out what somebody opened."""
    columns = (
        Column(key="what", label=_("What"), main=True),
        Column(key="whom", label=_("Whom")),
        Column(key="when", label=_("When")),
        Column(key="why", label=_("Why")),
    )
    return DataTable(
        caption=_("What you opened this week"),
        columns=columns,
        rows=tuple(_own_row(line) for line in lines),
        empty_title=_("Nothing this week"),
        empty_text=_("Each case that you open stands here for a week. So you see whether somebody else worked in your name."),
    )  # fmt: skip


def to_explain_table(readings: Sequence[DrawnReading]) -> DataTable:
    """Lay out the readings about which somebody is asked."""
    columns = (
        Column(key="whom", label=_("Case"), main=True),
        Column(key="what", label=_("What")),
        Column(key="when", label=_("When")),
    )
    rows = tuple(
        Row(
            url=reverse("oversight:explain", args=[one.id]),
            cells=(Cell(value=one.record, is_reference=True), Cell(value=_(action_words(one.action))), Cell(value=one.read_at)),
        )
        for one in readings
    )  # fmt: skip
    return DataTable(caption=_("You are asked about these"), columns=columns, rows=rows)


def drawn_table(week: DrawnWeek) -> DataTable:
    """Lay out the readings of one week that were drawn."""
    columns = (
        Column(key="who", label=_("Who"), main=True),
        Column(key="what", label=_("What")),
        Column(key="when", label=_("When")),
        Column(key="state", label=_("Explanation")),
    )
    rows = tuple(
        Row(
            url=reverse("oversight:judge", args=[one.id]),
            cells=(
                Cell(value=one.reader, is_name=True),
                Cell(value=_(action_words(one.action)), note=one.record),
                Cell(value=one.read_at),
                Cell(value=_state(one)),
            ),
        )
        for one in week.readings
    )
    return DataTable(
        caption=_("Readings that were drawn"),
        columns=columns,
        rows=rows,
        empty_title=_("Nothing to ask about"),
        empty_text=_("Nobody of your people opened a single case in this week, or only you did."),
    )


def reading_rows(reading: DrawnReading) -> tuple[SummaryRow, ...]:
    """Say what the log tells of one reading."""
    return (
        SummaryRow(label=_("Case"), value=reading.record, is_reference=True),
        SummaryRow(label=_("Who"), value=reading.reader, is_name=True),
        SummaryRow(label=_("What"), value=_(action_words(reading.action))),
        SummaryRow(label=_("When"), value=reading.read_at),
        SummaryRow(label=_("Why it was open to them"), value=_(ground_words(reading.basis)) if reading.basis else None),
    )  # fmt: skip


def alert_table(page: AlertsPage) -> DataTable:
    """Lay out alerts: the rule, whom it is about, how many, when."""
    columns = (
        Column(key="rule", label=_("What"), main=True),
        Column(key="who", label=_("Who")),
        Column(key="count", label=_("How many"), numeric=True),
        Column(key="when", label=_("When")),
    )
    return DataTable(
        caption=_("Alerts, the newest first"),
        columns=columns,
        rows=tuple(_alert_row(line, page) for line in page.lines),
        empty_title=_("No alerts"),
        empty_text=_("The rules are asked about each reading within a minute. What breaks one stands here and cannot be removed."),
    )  # fmt: skip


def rule_rows() -> tuple[SummaryRow, ...]:
    """Say each rule with its number."""
    return tuple(
        SummaryRow(label=_(rule.label), value=_(rule.meaning) % {"most": say_number(rule.most)})
        for rule in RULES.values()
    )


def log_rows(state: LogState) -> tuple[SummaryRow, ...]:
    """Say how far the log is sealed."""
    sealing = state.sealing
    lag = ngettext("%(number)s second", "%(number)s seconds", int(sealing.lag.total_seconds()))
    return (
        SummaryRow(label=_("Sealed until"), value=sealing.sealed_at or _("Nothing is sealed yet")),
        SummaryRow(label=_("Epochs"), value=sealing.epochs),
        SummaryRow(label=_("Not sealed yet"), value=sealing.waiting),
        SummaryRow(
            label=_("The oldest of them waits for"), value=lag % {"number": say_number(int(sealing.lag.total_seconds()))}
        ),
        SummaryRow(label=_("Key that signs"), value=sealing.key or None, is_reference=True),
    )  # fmt: skip


def witness_table(state: LogState, *, now: datetime) -> DataTable:
    """Lay out who outside keeps heads of the log."""
    columns = (
        Column(key="place", label=_("Witness"), main=True),
        Column(key="taken", label=_("Took a head")),
        Column(key="state", label=_("State")),
    )
    rows = tuple(
        Row(
            cells=(
                Cell(value=one.place, is_reference=True),
                Cell(value=one.taken_at or _("Never")),
                Cell(
                    value=State(label=_("Refuses"), colour="red")
                    if one.is_refusing
                    else State(label=_("Late"), colour="yellow")
                    if one.is_late(now)
                    else State(label=_("Vouches"), colour="green")
                ),
            )
        )
        for one in state.witnesses
    )
    return DataTable(
        caption=_("Witnesses"),
        columns=columns,
        rows=rows,
        empty_title=_("Nobody outside vouches for this log"),
        empty_text=_("Who has the database and the signing key could write all of it anew, and it would not show. Ask another organisation to be a witness."),
    )  # fmt: skip


def canary_table(rows: Sequence[CanaryRow]) -> DataTable:
    """Lay out the invented persons."""
    columns = (
        Column(key="reference", label=_("Reference"), main=True),
        Column(key="named", label=_("Named")),
    )
    return DataTable(
        caption=_("Invented persons"),
        columns=columns,
        rows=tuple(
            Row(cells=(Cell(value=row.reference, is_reference=True), Cell(value=row.named_at)))
            for row in rows
        ),
        empty_title=_("Nobody yet"),
        empty_text=_("Name the first below."),
    )


def _own_row(line: EventLine) -> Row:
    parts = [_(part) for part in part_words(line.fields)]
    why = [_(part) for part in (PURPOSES.get(line.purpose, ""), ground_words(line.basis)) if part]
    is_case = bool(REFERENCE.fullmatch(line.record))
    several = len(line.persons)
    people = ngettext("%(number)s person", "%(number)s persons", several) % {"number": say_number(several)}
    whom = Cell(value=line.record, is_reference=True) if is_case else Cell(value=people if several else None)
    return Row(
        cells=(
            Cell(value=_(action_words(line.action)), note=join_words(parts)),
            whom,
            Cell(value=line.recorded_at),
            Cell(value=join_words(why)),
        )
    )


def _state(reading: DrawnReading) -> State:
    if reading.explained_at is None:
        return State(label=_("Asked"), colour="yellow")
    return State(label=_(reading.verdict.label), colour=COLOURS[reading.verdict])


def _alert_row(line: AlertLine, page: AlertsPage) -> Row:
    rule = RULES.get(line.rule)
    organisation = page.organisations.get(line.organisation or 0, "")
    user = page.users.get(line.user or 0) or (
        _("User %(number)s") % {"number": line.user} if line.user is not None else ""
    )
    event = _("Event %(number)s") % {"number": line.event}
    return Row(
        cells=(
            Cell(value=_(rule.label) if rule else line.rule, note=event),
            Cell(value=user or organisation, note=organisation if user else "", is_name=True),
            Cell(value=line.count),
            Cell(value=line.raised_at),
        )
    )
