"""Notes, documents and the timeline of a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from amparo.access.actions import begin_reading
from amparo.access.rules import Permission, Viewer, basis_of
from amparo.cases.models import Case, Document, Note
from amparo.cases.queries.opened import opened_of
from amparo.cases.queries.stored import open_stored
from amparo.cases.queries.visible import Absent, visible_case
from amparo.vault.queries import open_content, open_many
from amparo.vault.rules import NoKeys, Reading
from amparo.vault.storing import content_place

SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteFile:
    """A note, opened. A sensitive one that the viewer may not read has no text and says so."""

    id: UUID
    kind: str
    is_sensitive: bool
    is_withheld: bool
    is_erased: bool
    text: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentFile:
    """What is known of a document, and the reading in which its content may be opened."""

    id: UUID
    kind: str
    title: str
    is_erased: bool
    content_type: str
    size: int
    sha256: str
    stored_name: UUID
    created_at: datetime
    created_by: str
    person: UUID
    reading: Reading = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """One line of what happened in a case."""

    kind: str
    subject: str
    at: datetime
    by: str


def list_notes(viewer: Viewer, reference: str, *, now: datetime) -> tuple[NoteFile, ...]:
    """Return the newest notes of a case. What is sensitive is opened only for those who may read it."""
    case = visible_case(viewer, reference)
    notes = list(case.notes.select_related("created_by").order_by("-created_at", "-id")[:SHOWN])
    if not notes:
        return ()
    reading = begin_reading(
        viewer,
        action="cases.note.list",
        persons=[case.person_id],
        record=case.reference,
        basis=basis_of(viewer, case),
        fields=opened_of(case, Note),
        now=now,
    )
    withheld = [note.is_sensitive and not viewer.may(Permission.NOTE_READ_SENSITIVE) for note in notes]
    opened = iter(
        open_many(reading, [note.text for note, hide in zip(notes, withheld, strict=True) if not hide])
    )
    return tuple(
        NoteFile(
            id=note.id,
            kind=note.kind,
            is_sensitive=note.is_sensitive,
            is_withheld=hide,
            is_erased=reading.is_erased(case.person_id),
            text="" if hide else next(opened).get("text", ""),
            created_at=note.created_at,
            created_by="" if note.created_by is None else note.created_by.name,
        )
        for note, hide in zip(notes, withheld, strict=True)
    )


def list_documents(viewer: Viewer, reference: str, *, now: datetime) -> tuple[DocumentFile, ...]:
    """Return the newest documents of a case."""
    case = visible_case(viewer, reference, permission=Permission.DOCUMENT_READ)
    return _documents(
        viewer, case, list(case.documents.select_related("created_by").order_by("-created_at", "-id")[:SHOWN]),
        action="cases.document.list", now=now,
    )  # fmt: skip


def get_document(viewer: Viewer, reference: str, document: UUID, *, now: datetime) -> DocumentFile:
    """Return one document of one case; both must fit, and the viewer must be allowed to read it."""
    case = visible_case(viewer, reference, permission=Permission.DOCUMENT_READ)
    found = list(case.documents.select_related("created_by").filter(id=document))
    if not found:
        raise Absent
    return _documents(viewer, case, found, action="cases.document.read", now=now)[0]


def document_content(document: DocumentFile) -> BinaryIO:
    """Open the content of a document that `get_document` returned, in the reading that was logged for it.

    Raises `Absent` when the disk has lost it or its person was erased, `NotOpened` when its beginning was changed. What was
    changed further on stops the reading there.
    """
    place = content_place(Document, row=document.id, person=document.person)
    try:
        return open_content(document.reading, open_stored(document.stored_name), place)
    except (FileNotFoundError, NoKeys) as error:
        raise Absent from error


def list_timeline(viewer: Viewer, reference: str) -> tuple[TimelineEntry, ...]:
    """Return the newest lines of a case's timeline. It holds codes only, so nothing is opened."""
    case = visible_case(viewer, reference)
    return tuple(
        TimelineEntry(
            kind=event.kind, subject=event.subject, at=event.at, by="" if event.by is None else event.by.name
        )
        for event in case.timeline.select_related("by").order_by("-at", "-id")[:SHOWN]
    )


def _documents(
    viewer: Viewer, case: Case, documents: list[Document], *, action: str, now: datetime
) -> tuple[DocumentFile, ...]:
    if not documents:
        return ()
    reading = begin_reading(
        viewer,
        action=action,
        persons=[case.person_id],
        record=case.reference,
        basis=basis_of(viewer, case),
        fields=opened_of(case, Document),
        now=now,
    )
    titles = open_many(reading, [document.title for document in documents])
    return tuple(
        DocumentFile(
            id=document.id,
            kind=document.kind,
            title=title.get("title", ""),
            is_erased=reading.is_erased(document.person_id),
            content_type=document.content_type,
            size=document.size,
            sha256=title.get("sha256", ""),
            stored_name=document.stored_name,
            created_at=document.created_at,
            created_by="" if document.created_by is None else document.created_by.name,
            person=document.person_id,
            reading=reading,
        )
        for document, title in zip(documents, titles, strict=True)
    )
