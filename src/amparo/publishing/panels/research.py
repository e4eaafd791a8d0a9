"""Show proposals for research: the entry of the menu, lists, one proposal, and what may be done with it next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from amparo.access.rules import Permission, Viewer
from amparo.publishing.panels.lists import release_state
from amparo.publishing.queries import Given, ProposalFile, list_proposals
from amparo.publishing.rules import Audience, ProposalState, ProposalStep, ReleaseState, can_step
from amparo.ui.formats import say_day
from amparo.ui.parts import Cell, Column, DataTable, HomePanel, NavigationItem, Row, State, SummaryRow

SHOWN_AT_HOME = 5
_COLOURS = {
    ProposalState.DRAFT: "grey",
    ProposalState.SUBMITTED: "yellow",
    ProposalState.REVIEWED: "yellow",
    ProposalState.APPROVED: "green",
    ProposalState.REFUSED: "red",
    ProposalState.TAKEN_BACK: "grey",
    ProposalState.REVOKED: "red",
    ProposalState.CLOSED: "grey",
}
_OUT = (ReleaseState.PUBLISHED, ReleaseState.SUPERSEDED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Something that may be done with a proposal: a page that asks, or with `step` a button that does it."""

    label: str
    url: str
    step: str = ""
    kind: str = "secondary"


def navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the proposals to researchers, and to those who decide on them."""
    if viewer.may(Permission.RESEARCH_PROPOSE):
        return NavigationItem(label=_("Research"), url=reverse("gateway:list"), order=55)
    if viewer.may(Permission.RESEARCH_DECIDE):
        return NavigationItem(label=_("Research"), url=reverse("publishing:proposals"), order=56)
    return None


def home_panels(viewer: Viewer, now: datetime) -> tuple[HomePanel, ...]:
    """Show researchers their proposals on the first page, and to those who decide what waits for them."""
    if viewer.may(Permission.RESEARCH_PROPOSE):
        found, title, url = list_proposals(viewer), _("Your research"), reverse("gateway:list")
    elif viewer.may(Permission.RESEARCH_DECIDE):
        found = tuple(one for one in list_proposals(viewer) if _waits(one))
        title, url = _("Research proposals that wait"), reverse("publishing:proposals")
    else:
        return ()
    if not found and not viewer.may(Permission.RESEARCH_PROPOSE):
        return ()
    table = proposal_table(viewer, found[:SHOWN_AT_HOME], today=localdate(now), caption=title)
    return (HomePanel(title=title, table=table, count=len(found), url=url, act=_("See all"), order=13),)


def proposal_address(viewer: Viewer, proposal: object) -> str:
    """Give the address under which the viewer sees a proposal."""
    name = "gateway:proposal" if viewer.may(Permission.RESEARCH_PROPOSE) else "publishing:proposal"
    return reverse(name, args=[proposal])


def proposal_state(file: ProposalFile, today: date) -> State:
    """Give the state of a proposal as a tag; an approved one tells whether its time has come, or is over."""
    if file.state is ProposalState.APPROVED and today > file.ends:
        return State(label=_("Time is over"), colour="grey")
    if file.state is ProposalState.APPROVED and today < file.begins:
        return State(label=_("Approved, not begun"), colour="blue")
    return State(label=_(file.state.label), colour=_COLOURS[file.state])


def proposal_table(
    viewer: Viewer, files: tuple[ProposalFile, ...], *, today: date, caption: str = ""
) -> DataTable:
    """List proposals."""
    is_mine = viewer.may(Permission.RESEARCH_PROPOSE)
    return DataTable(
        caption=caption or _("Research proposals"),
        columns=(
            Column(key="title", label=_("Title"), main=True),
            Column(key="state", label=_("State")),
            Column(key="who", label=_("Institution")),
            Column(key="time", label=_("Data open")),
        ),
        rows=tuple(
            Row(
                url=proposal_address(viewer, one.id),
                cells=(
                    Cell(value=one.title, note=one.number, is_name=True),
                    Cell(
                        value=proposal_state(one, today),
                        note=_("More time is asked for") if one.wanted_until is not None else "",
                    ),
                    Cell(value=one.institution, note=one.made_by, is_name=True),
                    Cell(value=_span(one)),
                ),
            )
            for one in files
        ),
        empty_title=_("No proposal here"),
        empty_text=_(
            "Write what you want to find out, with which data. Two people of the rapporteur's office decide, and open the data for a "
            "time."
        )
        if is_mine
        else _("What researchers send in stands here, until two people have decided on it, and after."),
    )


def researcher_acts(file: ProposalFile) -> tuple[Act, ...]:
    """Offer what researchers may do next."""
    step = reverse("gateway:step", args=[file.id])
    found = []
    if can_step(file.state, ProposalStep.SUBMIT):
        found.append(Act(label=_("Send it in"), url=step, step="submit", kind="primary"))
        found.append(Act(label=_("Change it"), url=reverse("gateway:change", args=[file.id])))
    if can_step(file.state, ProposalStep.TAKE_BACK):
        found.append(Act(label=_("Take it back"), url=step, step="take_back"))
    if can_step(file.state, ProposalStep.EXTEND) and file.wanted_until is None:
        found.append(Act(label=_("Ask for more time"), url=reverse("gateway:more-time", args=[file.id])))
    if can_step(file.state, ProposalStep.CLOSE):
        found.append(Act(label=_("Close it with a report"), url=reverse("gateway:report", args=[file.id])))
    return tuple(found)


def office_acts(viewer: Viewer, file: ProposalFile) -> tuple[Act, ...]:
    """Offer what the office may do next; the actions decide once more."""
    review, grant, end = (
        reverse(f"publishing:proposal-{name}", args=[file.id]) for name in ("review", "grant", "end")
    )
    found = []
    may_decide = not file.is_kept_out
    if may_decide and can_step(file.state, ProposalStep.REVIEW) and viewer.may(Permission.RELEASE_REVIEW):
        found.append(Act(label=_("Review it"), url=review, kind="primary"))
    if may_decide and can_step(file.state, ProposalStep.GRANT) and not file.is_reviewer:
        found.append(Act(label=_("Open the data"), url=grant, kind="primary"))
    if may_decide and file.wanted_until is not None and _may_agree(file):
        found.append(Act(label=_("Give more time"), url=grant, kind="primary"))
    if can_step(file.state, ProposalStep.REFUSE):
        found.append(Act(label=_("Refuse it"), url=end))
    if can_step(file.state, ProposalStep.REVOKE):
        found.append(Act(label=_("End it"), url=end))
    return tuple(found)


def turn_words(viewer: Viewer, file: ProposalFile, today: date) -> str:
    """Say where a proposal stands, and whose turn it is."""
    if file.is_kept_out and not viewer.may(Permission.RESEARCH_PROPOSE):
        return _(
            "You are named in this proposal, or work for the organisation that wrote it, so others decide on it."
        )
    if file.state is ProposalState.APPROVED:
        if today > file.ends:
            return _(
                "Its last day is over, so the data are closed. More time takes the agreement of two people."
            )
        if today < file.begins:
            return _("It is approved. The data are open from %(day)s.") % {"day": say_day(file.begins)}
        return _(
            "It is approved. The data are open until %(day)s, to those who are named and to nobody else."
        ) % {"day": say_day(file.ends)}
    return {
        ProposalState.DRAFT: _(
            "A draft. Only those who are named see it. Send it in when it says all that it has to."
        ),
        ProposalState.SUBMITTED: _(
            "It waits for somebody of the office who looks at what the data could disclose."
        ),
        ProposalState.REVIEWED: _(
            "It was reviewed. A second person of the office opens the data, or refuses."
        ),
        ProposalState.REFUSED: _("It is refused, for the reason below. Mend it, and write a new one."),
        ProposalState.TAKEN_BACK: _("It was taken back before it was decided."),
        ProposalState.REVOKED: _("The office ended it, for the reason below. The data are closed."),
        ProposalState.CLOSED: _("It is closed with a report. The data are closed."),
    }[file.state]


def plan_rows(file: ProposalFile) -> tuple[SummaryRow, ...]:
    """Give what the researchers wrote."""
    long = (
        (_("Summary for everybody"), file.summary), (_("Question"), file.question), (_("Method"), file.method),
        (_("Data wanted, with their variables"), file.wanted), (_("Who pays for it"), file.funder),
        (_("Conflicts of interest"), file.conflicts),
    )  # fmt: skip
    approval = _("%(number)s of %(day)s") % {"number": file.ethics_number, "day": say_day(file.ethics_on)}
    return (
        *(SummaryRow(label=label, value=text, is_long=True, is_name=True) for label, text in long),
        SummaryRow(label=_("Ethics approved by"), value=file.ethics_body, note=approval, is_name=True),
    )


def about_rows(file: ProposalFile, today: date) -> tuple[SummaryRow, ...]:
    """Give what a proposal is: its state, who is named, and for how long."""
    rows = [
        SummaryRow(label=_("State"), value=proposal_state(file, today)),
        SummaryRow(label=_("Number"), value=file.number, is_reference=True),
        SummaryRow(label=_("Institution"), value=file.institution, is_name=True),
        SummaryRow(label=_("Who works on it"), value=tuple(one.name for one in file.members), is_name=True),
        SummaryRow(label=_("First day"), value=file.begins),
        SummaryRow(label=_("Last day"), value=file.ends),
    ]
    if file.wanted_until is not None:
        rows.append(SummaryRow(label=_("Asked for until"), value=file.wanted_until, note=file.wanted_because))
    if file.wanted_agreed_by:
        rows.append(SummaryRow(label=_("One person agreed"), value=file.wanted_agreed_by, is_name=True))
    if file.reviewed_at is not None:
        rows.append(SummaryRow(label=_("Reviewed by"), value=file.reviewed_by, is_name=True))
    if file.granted_at is not None:
        rows.append(SummaryRow(label=_("Opened by"), value=file.granted_by, is_name=True))
        rows.append(SummaryRow(label=_("Opened"), value=file.granted_at))
    if file.ended_at is not None:
        rows.append(SummaryRow(label=_("Ended"), value=file.ended_at))
    return tuple(rows)


def data_table_of(viewer: Viewer, file: ProposalFile, *, today: date) -> DataTable:
    """List the releases that are opened; those who are named get to them while it lasts."""
    is_open = viewer.may(Permission.RESEARCH_PROPOSE) and file.is_open(today)

    def url(one: Given) -> str:
        return reverse("gateway:data", args=[file.id, one.number]) if is_open and one.state in _OUT else ""

    return DataTable(
        caption=_("Data"),
        columns=(Column(key="title", label=_("Release"), main=True), Column(key="state", label=_("State"))),
        rows=tuple(
            Row(
                url=url(one),
                cells=(
                    Cell(value=one.title, note=one.number, is_name=True),
                    Cell(value=release_state(one.state), note=one.reason),
                ),
            )
            for one in file.data
        ),
        empty_title=_("No data are chosen yet"),
        empty_text=_("Who reviews the proposal chooses which releases it needs."),
    )


def outputs_table(viewer: Viewer, file: ProposalFile) -> DataTable:
    """List the results that were asked to be let out, with what became of each."""

    def url(one: Given) -> str:
        if viewer.may(Permission.RELEASE_PREPARE):
            return reverse("publishing:release", args=[one.id])
        is_public = one.state in _OUT and one.audience is Audience.PUBLIC
        return reverse("data:release", args=[one.number]) if is_public else ""

    return DataTable(
        caption=_("Results"),
        columns=(Column(key="title", label=_("Table"), main=True), Column(key="state", label=_("State"))),
        rows=tuple(
            Row(
                url=url(one),
                cells=(
                    Cell(value=one.title, note=one.number, is_name=True),
                    Cell(value=release_state(one.state), note=one.reason),
                ),
            )
            for one in file.outputs
        ),
        empty_title=_("No result was asked for yet"),
        empty_text=_(
            "Open a file, and ask there for the table that is to leave. The register checks it, somebody of the office reviews it, "
            "and a second person lets it out."
        ),
    )


def _waits(file: ProposalFile) -> bool:
    waiting = (ProposalState.SUBMITTED, ProposalState.REVIEWED)
    return not file.is_kept_out and (file.state in waiting or file.wanted_until is not None)


def _may_agree(file: ProposalFile) -> bool:
    return not (file.wanted_agreed_by and file.has_agreed)


def _span(file: ProposalFile) -> str:
    days = {"first": say_day(file.begins), "last": say_day(file.ends)}
    return _("%(first)s to %(last)s") % days
