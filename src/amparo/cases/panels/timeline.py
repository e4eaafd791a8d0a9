"""The timeline, the notes and the documents of a case in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.queries import GrantRow
from amparo.access.rules import PERMISSION_MEANINGS, GrantReason
from amparo.cases.queries import CaseFile, DocumentFile, NoteFile, TimelineEntry
from amparo.cases.rules import Stage
from amparo.cases.rules.documents import KINDS
from amparo.cases.rules.timeline import Happening
from amparo.ui import parts
from amparo.ui.codes import code_label
from amparo.ui.formats import say_number
from amparo.ui.parts import Cell, Column, DataTable, Link, Row, State, SummaryRow

KILOBYTE = 1024


def assigned_workers(entries: Sequence[TimelineEntry]) -> set[int]:
    """Return the ids of the workers to whom a case was given, whose names the timeline needs."""
    return {int(entry.subject.partition(":")[2]) for entry in entries if entry.kind == Happening.ASSIGNED}


def timeline_entries(
    entries: Sequence[TimelineEntry], *, names: Mapping[int, str]
) -> tuple[parts.TimelineEntry, ...]:
    """Say what happened; `names` are those of the workers to whom the case was given."""
    return tuple(
        parts.TimelineEntry(
            title=_(Happening(entry.kind).label),
            at=entry.at,
            by=entry.by or _("the system"),
            text=_subject(entry, names),
        )
        for entry in entries
    )


def _subject(entry: TimelineEntry, names: Mapping[int, str]) -> str:
    subject = entry.subject
    if not subject:
        return ""
    match Happening(entry.kind):
        case Happening.ASSIGNED:
            return names.get(int(subject.partition(":")[2]), "")
        case Happening.MOVED | Happening.CLOSED | Happening.REOPENED:
            return _(Stage(subject).label)
        case Happening.NOTE_ADDED:
            return code_label("note_kind", subject)
        case Happening.DOCUMENT_ADDED:
            return code_label("document_kind", subject)
        case Happening.EPISODE_ADDED | Happening.EPISODE_CHANGED:
            return _("Number %(number)s") % {"number": subject}
        case _:
            return subject


def note_entries(notes: Sequence[NoteFile]) -> tuple[parts.TimelineEntry, ...]:
    """Say the notes; one that is withheld says so."""
    return tuple(
        parts.TimelineEntry(
            title=code_label("note_kind", note.kind),
            at=note.created_at,
            by=note.created_by,
            text=_note_text(note),
            state=State(label=_("Sensitive"), colour="purple") if note.is_sensitive else None,
        )
        for note in notes
    )


def _note_text(note: NoteFile) -> str:
    if note.is_withheld:
        return _("This note is sensitive. Your role does not read it.")
    return _("Erased") if note.is_erased else note.text


def document_table(reference: str, documents: Sequence[DocumentFile], *, add_url: str) -> DataTable:
    """Lay out the documents; each row hands out its file."""
    labels = {kind.content_type: kind.label for kind in KINDS}
    columns = (
        Column(key="title", label=_("Title"), main=True),
        Column(key="kind", label=_("Kind")),
        Column(key="type", label=_("Type and size")),
        Column(key="added", label=_("Added")),
        Column(key="by", label=_("By")),
    )
    rows = tuple(
        Row(
            url="" if document.is_erased else reverse("cases:document", args=[reference, document.id]),
            cells=(
                Cell(value=_("Erased") if document.is_erased else document.title, is_name=True),
                Cell(value=code_label("document_kind", document.kind)),
                Cell(
                    value=f"{_(labels.get(document.content_type, document.content_type))}, {say_size(document.size)}"
                ),
                Cell(value=document.created_at),
                Cell(value=document.created_by or _("the system"), is_name=True),
            ),
        )
        for document in documents
    )
    return DataTable(
        caption=_("Documents"),
        columns=columns,
        rows=rows,
        empty_title=_("No documents yet"),
        empty_text=_(
            "Papers, letters, pictures and recordings that belong to this case stand here. Each opening is written down."
        ),
        empty_act=Link(label=_("Add a document"), url=add_url) if add_url else None,
    )


def say_size(size: int) -> str:
    """Say the size of a file."""
    if size < KILOBYTE:
        return _("%(number)s bytes") % {"number": say_number(size)}
    if size < KILOBYTE**2:
        return _("%(number)s KB") % {"number": say_number(round(size / KILOBYTE))}
    return _("%(number)s MB") % {"number": say_number(round(size / KILOBYTE**2, 1))}


def access_rows(file: CaseFile) -> tuple[SummaryRow, ...]:
    """Say who sees the case because of where it stands."""
    team = file.team or None
    words = {"organisation": file.organisation, "team": file.team}
    return (
        SummaryRow(
            label=_("Worker"),
            value=file.worker or _("Nobody yet"),
            note=_("sees and changes it"),
            is_name=True,
        ),
        SummaryRow(
            label=_("Team"),
            value=team,
            note=_("Caseworkers of the team %(team)s see it.") % words
            if team
            else _("It stands in no team; caseworkers see only what they work on themselves."),
            is_name=True,
        ),
        SummaryRow(
            label=_("Organisation"),
            value=file.organisation,
            note=_("Supervisors of %(organisation)s see it.") % words,
            is_name=True,
        ),
        SummaryRow(
            label=_("Nobody else"),
            value=_("For all others it does not exist, unless it is opened to them below."),
            note=_("Administrators see no case. Figures hold no name, and only where she agreed."),
        ),
    )


def grant_table(grants: Sequence[GrantRow]) -> DataTable:
    """Lay out to whom the case is open for a time."""
    known = set(GrantReason)
    columns = (
        Column(key="who", label=_("Open to"), main=True),
        Column(key="what", label=_("They may")),
        Column(key="why", label=_("Why")),
        Column(key="until", label=_("Until")),
        Column(key="by", label=_("Opened by")),
    )
    rows = tuple(
        Row(
            cells=(
                Cell(value=grant.receiver, is_name=True),
                Cell(value=tuple(_(PERMISSION_MEANINGS[permission]) for permission in grant.permissions)),
                Cell(value=_(GrantReason(grant.reason).label) if grant.reason in known else grant.reason),
                Cell(value=grant.ends_at),
                Cell(value=grant.granted_by or _("the system"), is_name=True),
            )
        )
        for grant in grants
    )
    return DataTable(
        caption=_("Opened for a time"),
        columns=columns,
        rows=rows,
        empty_title=_("Opened to nobody else"),
        empty_text=_(
            "When a supervisor opens this case to another organisation or person for a time, it stands here with the reason and the end."
        ),
    )
