"""Show what waits for a second person, what was opened in emergencies, and what somebody is told on the first page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.actions import Line, dual_kinds, visible_acts
from amparo.access.panels.people import role_label
from amparo.access.queries import ActRow, NoticeRow, OpeningRow, list_notices
from amparo.access.rules import EmergencyReason, Permission, Verdict, Viewer
from amparo.accounts.queries import SuspendedRow
from amparo.ui.parts import Cell, Column, DataTable, HomePanel, NavigationItem, Row, State, SummaryRow

SHOWN_AT_HOME = 5
_STATES = {"waiting": "yellow", "done": "green", "refused": "red", "withdrawn": "grey", "over": "grey"}
_VERDICTS = {Verdict.JUSTIFIED: "green", Verdict.NOT_JUSTIFIED: "red", Verdict.UNCLEAR: "yellow"}


def acts_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the acts for two people to who asks or decides."""
    if not viewer.may(Permission.ACT_DECIDE):
        return None
    return NavigationItem(label=_("Two people"), url=reverse("accounts:acts"), order=64)


def emergencies_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the openings in emergencies to who judges them."""
    if not viewer.may(Permission.EMERGENCY_REVIEW):
        return None
    return NavigationItem(label=_("Emergency openings"), url=reverse("accounts:emergencies"), order=62)


def notice_panels(viewer: Viewer, now: datetime) -> tuple[HomePanel, ...]:
    """Show what is new for the viewer, before all else."""
    notices = list_notices(viewer)
    if not notices:
        return ()
    return (
        HomePanel(
            title=_("You are told"),
            table=notice_table(notices[:SHOWN_AT_HOME], viewer),
            count=len(notices),
            url=reverse("accounts:notices"),
            act=_("All, and mark as read"),
            order=1,
        ),
    )


def notice_table(notices: Iterable[NoticeRow], viewer: Viewer) -> DataTable:
    """Lay out what is new, the newest first."""
    return DataTable(
        caption=_("What you have not marked as read"),
        columns=(
            Column(key="what", label=_("What happened"), main=True),
            Column(key="who", label=_("Who")),
            Column(key="at", label=_("When")),
        ),
        rows=tuple(_notice_row(one, viewer) for one in notices),
        empty_title=_("Nothing new"),
        empty_text=_("What others did that you must know of stands here."),
    )


def act_table(acts: Sequence[ActRow], viewer: Viewer) -> DataTable:
    """Lay out acts for two people; each row leads to its page."""
    return DataTable(
        caption=_("Acts that wait for a second person, and those that were decided"),
        columns=(
            Column(key="what", label=_("What"), main=True),
            Column(key="who", label=_("Asked by")),
            Column(key="until", label=_("To be decided until")),
            Column(key="state", label=_("State")),
        ),
        rows=tuple(
            Row(
                url=reverse("accounts:act", args=[act.id]),
                cells=(
                    Cell(value=kind_label(act.kind)),
                    Cell(
                        value=_("you") if act.asked_by == viewer.user_id else act.asked_by_name,
                        note=act.organisation,
                        is_name=True,
                    ),
                    Cell(value=act.expires_at),
                    Cell(value=act_state(act)),
                ),
            )
            for act in acts
        ),
        empty_title=_("Nothing waits for a second person"),
        empty_text=_(
            "Some acts take two people: taking many persons out, giving a role that reaches far, letting facts leave. "
            "Whoever begins one asks here, and somebody else decides within 24 hours."
        ),
    )


def act_rows(act: ActRow, lines: Iterable[Line]) -> tuple[SummaryRow, ...]:
    """Say an act as it will be carried out, with who asked and until when it can be decided."""
    decided = (
        SummaryRow(label=_("Decided by"), value=act.decided_by_name, is_name=True),
        SummaryRow(label=_("Decided"), value=act.decided_at),
    )
    used = (SummaryRow(label=_("Done"), value=act.collected_at),) if act.collected_at is not None else ()
    return (
        *(SummaryRow(label=label, value=value) for label, value in lines),
        SummaryRow(label=_("Asked by"), value=act.asked_by_name, note=act.organisation, is_name=True),
        SummaryRow(label=_("Asked"), value=act.asked_at),
        SummaryRow(label=_("To be decided until"), value=act.expires_at),
        SummaryRow(label=_("State"), value=act_state(act)),
        *(decided if act.decided_at is not None else ()),
        *used,
    )


def act_state(act: ActRow) -> State:
    """Say where an act stands."""
    kind = dual_kinds().get(act.kind)
    if act.state == "done" and act.collected_at is None and kind is not None and kind.is_later:
        return State(label=_("Agreed, and not done yet"), colour="blue")
    labels = {
        "waiting": _("Waits for a second person"),
        "done": _("Carried out"),
        "refused": _("Refused"),
        "withdrawn": _("Taken back"),
        "over": _("Nobody decided in time"),
    }
    return State(label=labels[act.state], colour=_STATES[act.state])


def kind_label(code: str) -> str:
    """Say a kind of act; one that this version does not know keeps its code."""
    kind = dual_kinds().get(code)
    return _(kind.label) if kind is not None else code


def opening_table(openings: Iterable[OpeningRow]) -> DataTable:
    """Lay out the openings that the viewer may judge."""
    return DataTable(
        caption=_("Openings by people of other organisations"),
        columns=(
            Column(key="who", label=_("Opened by"), main=True),
            Column(key="why", label=_("Why")),
            Column(key="at", label=_("Opened")),
            Column(key="until", label=_("To be judged until")),
            Column(key="state", label=_("State")),
        ),
        rows=tuple(
            Row(
                url=reverse("accounts:emergency", args=[one.id]),
                cells=(
                    Cell(value=one.user, note=one.organisation, is_name=True),
                    Cell(value=reason_label(one.reason)),
                    Cell(value=one.opened_at),
                    Cell(value=one.review_until),
                    Cell(value=opening_state(one)),
                ),
            )
            for one in openings
        ),
        empty_title=_("Nothing was opened in an emergency"),
        empty_text=_(
            "When somebody of another organisation opens a record in an emergency, it stands here at once."
        ),
    )


def opening_rows(opening: OpeningRow, *, text: str) -> tuple[SummaryRow, ...]:
    """Say one opening to the one who judges it: never whose record it was."""
    rows = [
        SummaryRow(label=_("Opened by"), value=opening.user, note=opening.organisation, is_name=True),
        SummaryRow(label=_("Record of"), value=opening.owner_organisation, is_name=True),
        SummaryRow(label=_("Why"), value=reason_label(opening.reason)),
        SummaryRow(label=_("In their own words"), value=text or None, is_long=True),
        SummaryRow(label=_("Opened"), value=opening.opened_at),
        SummaryRow(label=_("Open until"), value=opening.ends_at),
        SummaryRow(label=_("To be judged until"), value=opening.review_until),
        SummaryRow(label=_("State"), value=opening_state(opening)),
    ]
    if opening.reviewed_at is not None:
        rows.append(SummaryRow(label=_("Judged by"), value=opening.reviewed_by, is_name=True))
        rows.append(SummaryRow(label=_("Judged"), value=opening.reviewed_at))
    return tuple(rows)


def opening_state(opening: OpeningRow) -> State:
    """Say whether an opening was judged, and how."""
    if opening.verdict:
        verdict = Verdict(opening.verdict)
        return State(label=_(verdict.label), colour=_VERDICTS[verdict])
    if opening.is_late:
        return State(label=_("Overdue"), colour="red")
    return State(label=_("To be judged"), colour="yellow")


def reason_label(code: str) -> str:
    """Say why a record was opened; an unknown reason keeps its code."""
    known = {reason.value for reason in EmergencyReason}
    return _(EmergencyReason(code).label) if code in known else code


def suspended_table(suspended: Iterable[SuspendedRow]) -> DataTable:
    """Lay out whose role is suspended."""
    return DataTable(
        caption=_("Suspended roles"),
        columns=(
            Column(key="name", label=_("Name"), main=True),
            Column(key="role", label=_("Role")),
            Column(key="since", label=_("Suspended")),
        ),
        rows=tuple(
            Row(
                cells=(
                    Cell(value=one.name, is_name=True),
                    Cell(value=role_label(one.role)),
                    Cell(value=one.suspended_at),
                )
            )
            for one in suspended
        ),
    )


def waiting_acts(viewer: Viewer) -> list[ActRow]:
    """List the acts that the viewer may look at: first those that wait, then the newest of the others."""
    acts = visible_acts(viewer)
    return [act for act in acts if act.is_waiting] + [act for act in acts if not act.is_waiting][:20]


def _notice_row(notice: NoticeRow, viewer: Viewer) -> Row:
    url = ""
    if notice.act is not None and viewer.may(Permission.ACT_DECIDE):
        url = reverse("accounts:act", args=[notice.act])
    if notice.opening is not None and viewer.may(Permission.EMERGENCY_REVIEW):
        url = reverse("accounts:emergency", args=[notice.opening])
    return Row(
        url=url,
        cells=(
            Cell(value=_notice_words(notice, viewer), note=_notice_note(notice, viewer)),
            Cell(value=_notice_who(notice, viewer), note=notice.where, is_name=True),
            Cell(value=notice.at),
        ),
    )


def _notice_who(notice: NoticeRow, viewer: Viewer) -> str:
    if notice.kind == "renewed_own":
        return viewer.name
    if notice.kind == "restored":
        return _("Somebody at the server")
    return _("Somebody who works here") if notice.kind == "renewed_other" else notice.who


def _notice_words(notice: NoticeRow, viewer: Viewer) -> str:
    said = {
        "renewed_own": _(
            "Somebody let you in again. For 24 hours what matters most does not work. If you did not ask for it, tell an administrator at once"
        ),
        "renewed_other": _(
            "Somebody was let in again who lost a password or the second step. Ask in person whether it was they; their administrator finds the name under People and roles"
        ),
        "act_waits": _("An act waits for you as the second person"),
        "act_decided": _("What you asked a second person for was decided"),
        "restored": _("A backup was brought back. Two people have to confirm it: see the first page"),
        "emergency_opened": _("A record of your organisation was opened in an emergency"),
        "emergency_review": _("A record was opened in an emergency. Judge it within 72 hours"),
        "emergency_often": _("One person opened more than 3 records in emergencies within a week"),
        "emergency_late": _("An emergency opening was not judged within 72 hours"),
        "emergency_judged": _("Your emergency opening was judged"),
        "emergency_unclear": _("An emergency opening was judged as unclear or not justified"),
    }
    return said.get(notice.kind, notice.kind)


def _notice_note(notice: NoticeRow, viewer: Viewer) -> str:
    if notice.act is not None:
        return kind_label(notice.act_kind)
    if notice.reference and viewer.may(Permission.CASE_READ):
        return _("%(reference)s: %(reason)s") % {
            "reference": notice.reference, "reason": reason_label(notice.reason),
        }  # fmt: skip
    return reason_label(notice.reason) if notice.opening is not None else ""
