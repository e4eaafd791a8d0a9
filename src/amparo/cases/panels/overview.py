"""The blocks of a case's pages: a title, questions with their answers, and where to change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amparo.access.rules import Permission, Viewer
from amparo.cases.panels.identity import may_do, say_ages, say_reach, stage_state, track_state
from amparo.cases.panels.record import has_answers, say_part, summary_rows
from amparo.cases.queries import CaseFile, EpisodeFile, NoteFile
from amparo.cases.rules.sections import Section, Subject, find_section, sections_of
from amparo.ui.codes import code_label, code_labels
from amparo.ui.formats import say_number, say_period
from amparo.ui.parts import SummaryRow, Value

CONTACT = frozenset({"contact", "visit"})
SHOWN_ABOVE = frozenset({"consent", "status"})
NOT_SAID = frozenset({"unknown", "not_asked"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One section of a page; without `url` it is only read."""

    code: str
    title: str
    rows: tuple[SummaryRow, ...]
    url: str = ""
    has_answers: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class EpisodeBlocks:
    """One situation with its sections, and the operation that it belongs to."""

    title: str
    anchor: str
    blocks: tuple[Block, ...]
    operation: tuple[SummaryRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """A case at a glance."""

    now: tuple[SummaryRow, ...]
    person: tuple[SummaryRow, ...]
    happened: tuple[SummaryRow, ...]
    blocks: tuple[Block, ...]
    unasked: tuple[Block, ...]
    who: tuple[SummaryRow, ...]
    last: tuple[SummaryRow, ...]


def overview(file: CaseFile, viewer: Viewer, notes: Sequence[NoteFile]) -> Overview:
    """Say the most needed of a case: how it stands, who she is, what happened, who works on it."""
    sections = [section for section in sections_of(Subject.CASE) if section.code not in SHOWN_ABOVE]
    blocks = [_case_block(file, section, viewer) for section in sections]
    is_asked = {block.code: block.has_answers for block in blocks}
    return Overview(
        now=tuple(row for row in _now(file, viewer) if row.value is not None),
        person=_person(file),
        happened=tuple(_happened(file, episode) for episode in file.episodes),
        blocks=tuple(block for block in blocks if is_asked[block.code]),
        unasked=tuple(
            block for block in blocks if not is_asked[block.code] and block.code != "closure" and block.url
        ),
        who=(
            SummaryRow(label=_("Worker"), value=file.worker or _("Nobody yet"), is_name=True),
            SummaryRow(label=_("Team"), value=file.team or _("None"), is_name=True),
            SummaryRow(label=_("Organisation"), value=file.organisation, is_name=True),
        ),
        last=(
            SummaryRow(label=_("Last contact"), value=_last_contact(notes)),
            SummaryRow(label=_("Last changed"), value=file.changed_at),
            SummaryRow(label=_("Opened"), value=file.opened_date),
        ),
    )


def person_blocks(file: CaseFile, viewer: Viewer) -> tuple[Block, ...]:
    """Return the sections of the person. Where she is stands there for those who may see it, closed until they ask."""
    may_edit = may_do(viewer, file, Permission.PERSON_EDIT)
    may_see_place = may_do(viewer, file, Permission.PLACE_READ)
    return tuple(
        Block(
            code=section.code,
            title=_(section.title),
            rows=_person_rows(file, section),
            url=section_url(file, section) if may_edit else "",
            has_answers=has_answers(file.person.details, section.fields),
        )
        for section in sections_of(Subject.PERSON)
        if may_see_place or not section.has_place
    )


def _person_rows(file: CaseFile, section: Section) -> tuple[SummaryRow, ...]:
    if not section.has_place or file.person.is_place_open:
        return summary_rows(file.person.details, section.fields)
    url = reverse("cases:person", args=[file.reference])
    return (
        SummaryRow(
            label=_(section.title),
            value=_("Closed. Whoever opens it is written down."),
            url=f"{url}?place=open#{section.code}",
            act=_("Show"),
        ),
    )


def episode_blocks(file: CaseFile, episode: EpisodeFile, viewer: Viewer) -> EpisodeBlocks:
    """Return the sections of one situation."""
    may_edit = may_do(viewer, file, Permission.CASE_EDIT)
    blocks = tuple(
        Block(
            code=f"{section.code}-{episode.number}",
            title=_(section.title),
            rows=summary_rows(episode.details, section.fields),
            url=reverse("cases:episode-section", args=[file.reference, episode.id, section.code])
            if may_edit
            else "",
            has_answers=has_answers(episode.details, section.fields),
        )
        for section in sections_of(Subject.EPISODE)
    )
    operation_url = reverse("cases:episode-operation", args=[file.reference, episode.id]) if may_edit else ""
    return EpisodeBlocks(
        title=_("Situation %(number)s") % {"number": say_number(episode.number)},
        anchor=f"situation-{episode.number}",
        blocks=blocks,
        operation=(_operation(episode, operation_url),),
    )


def section_url(file: CaseFile, section: Section) -> str:
    """Return the page that changes a section of a person or a case."""
    return reverse("cases:section", args=[file.reference, section.code])


def _operation(episode: EpisodeFile, url: str) -> SummaryRow:
    if not episode.operation:
        return SummaryRow(label=_("Operation"), value=_("Not linked"), url=url, act=_("Link"))
    number = {"number": say_number(episode.linked)}
    if episode.linked:
        note = ngettext(
            "%(number)s other situation belongs to it. Nothing else is told of it.",
            "%(number)s other situations belong to it. Nothing else is told of them.",
            episode.linked,
        )
    else:
        note = _("No other situation belongs to it yet.")
    return SummaryRow(
        label=_("Operation"),
        value=episode.operation,
        is_reference=True,
        url=url,
        act=_("Change"),
        note=note % number,
    )


def _case_block(file: CaseFile, section: Section, viewer: Viewer) -> Block:
    return Block(
        code=section.code,
        title=_(section.title),
        rows=summary_rows(file.details, section.fields),
        url=section_url(file, section) if may_do(viewer, file, Permission.CASE_EDIT) else "",
        has_answers=has_answers(file.details, section.fields),
    )


def _now(file: CaseFile, viewer: Viewer) -> tuple[SummaryRow, ...]:
    details, may_edit = file.details, may_do(viewer, file, Permission.CASE_EDIT)
    stage, track = stage_state(file.stage), track_state(file.child_track)
    closed: Value = None if file.stage.is_open else code_label("closure_reason", file.closure_reason)
    decided = "" if details.deciding_body in NOT_SAID else code_label("deciding_body", details.deciding_body)
    may_move = may_do(viewer, file, Permission.CASE_MOVE)

    def change(code: str) -> str:
        return section_url(file, find_section(code)) if may_edit else ""

    return (
        SummaryRow(
            label=_("Stage"), value=stage if track is None else (stage, track),
            url=reverse("cases:move", args=[file.reference]) if may_move else "", act=_("Next step"),
        ),
        SummaryRow(label=_("Closed on"), value=file.closed_date),
        SummaryRow(label=_("Why"), value=closed),
        SummaryRow(
            label=_("Status"), value=code_label("identification_status", details.identification), note=decided,
            url=change("status"),
        ),
        SummaryRow(
            label=_("Agrees that this record is kept and used"), value=code_label("yes_no", details.consent),
            url=change("consent"),
        ),
    )  # fmt: skip


def _person(file: CaseFile) -> tuple[SummaryRow, ...]:
    details = file.person.details
    names = tuple(name.text for name in details.names)
    return (
        SummaryRow(label=_("Names"), value=names or None, is_name=True),
        SummaryRow(label=_("Age"), value=say_ages(file.person.ages)),
        SummaryRow(label=_("Sex"), value=code_label("sex", details.sex)),
        SummaryRow(label=_("Citizenship"), value=code_labels("country", details.citizenships)),
        SummaryRow(
            label=_("Languages"), value=tuple(say_part(language) for language in details.languages) or None
        ),
        SummaryRow(label=_("How she may be reached"), value=say_reach(details)),
    )


def _happened(file: CaseFile, episode: EpisodeFile) -> SummaryRow:
    details = episode.details
    return SummaryRow(
        label=_("Situation %(number)s") % {"number": say_number(episode.number)},
        value=code_labels("purpose", details.purposes),
        note=_period(episode),
    )


def _period(episode: EpisodeFile) -> str:
    details = episode.details
    if details.started is None and details.ended is None and details.is_ongoing != "yes":
        return ""
    return say_period(details.started, details.ended, is_ongoing=details.is_ongoing == "yes")


def _last_contact(notes: Sequence[NoteFile]) -> Value:
    return next(
        (note.created_at.date() for note in notes if note.kind in CONTACT), _("No contact is noted yet")
    )
