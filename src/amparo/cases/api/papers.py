"""The API of notes and documents."""

from __future__ import annotations

from typing import Annotated, BinaryIO, cast
from uuid import UUID

from django.http import FileResponse
from ninja import File, Form
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import Field

from amparo.access.actions import require
from amparo.access.api import (
    ACTING,
    READING,
    SENDING_FILES,
    CodeOf,
    Line,
    Made,
    NeededKey,
    file_answer,
    written,
)
from amparo.access.rules import Permission
from amparo.access.web import Request
from amparo.cases.actions import add_document, add_note
from amparo.cases.api.files import NoteSent
from amparo.cases.api.routing import router
from amparo.cases.api.shapes import DocumentsGiven, NotesGiven
from amparo.cases.queries import document_content, get_document, list_documents, list_notes
from amparo.cases.rules.documents import KINDS, LONGEST_TITLE

Title = Annotated[Line, Field(max_length=LONGEST_TITLE), Form("")]
DocumentKind = Annotated[str, CodeOf("document_kind"), Form("other")]


@router.get("/cases/{reference}/notes", response={200: NotesGiven, **READING})
def note_list(request: Request, reference: str) -> NotesGiven:
    """Read the newest notes of a case."""
    require(request.viewer, Permission.CASE_READ)
    return NotesGiven.model_validate({"notes": list_notes(request.viewer, reference, now=request.now)})


@router.post("/cases/{reference}/notes", response={201: Made, **ACTING})
def note_add(request: Request, reference: str, sent: NoteSent, key: NeededKey) -> Status[Made]:
    """Add a note to a case."""
    require(request.viewer, Permission.NOTE_ADD)

    def add() -> dict[str, str]:
        added = add_note(
            reference=reference,
            text=sent.text,
            kind=sent.kind,
            is_sensitive=sent.is_sensitive,
            by=request.viewer,
            now=request.now,
        )
        return {"id": str(added)}

    return Status(201, Made.model_validate(written(request, key, add)))


@router.get("/cases/{reference}/documents", response={200: DocumentsGiven, **READING})
def document_list(request: Request, reference: str) -> DocumentsGiven:
    """List the newest documents of a case."""
    require(request.viewer, Permission.DOCUMENT_READ)
    return DocumentsGiven.model_validate(
        {"documents": list_documents(request.viewer, reference, now=request.now)}
    )


@router.post("/cases/{reference}/documents", response={201: Made, **SENDING_FILES})
def document_add(
    request: Request,
    reference: str,
    file: File[UploadedFile],
    key: NeededKey,
    title: Title,
    kind: DocumentKind,
) -> Status[Made]:
    """Add a file to a case. Its content decides what it is, and its name has to agree."""
    require(request.viewer, Permission.DOCUMENT_ADD)

    def add() -> dict[str, str]:
        added = add_document(
            reference=reference,
            content=cast("BinaryIO", file.file),
            name=file.name or "",
            size=file.size or 0,
            title=title,
            kind=kind,
            by=request.viewer,
            now=request.now,
        )
        return {"id": str(added)}

    return Status(201, Made.model_validate(written(request, key, add)))


@router.get(
    "/cases/{reference}/documents/{document}/content",
    response={200: None, **READING},
    openapi_extra=file_answer(*sorted({kind.content_type for kind in KINDS})),
)
def document_read(request: Request, reference: str, document: UUID) -> FileResponse:
    """Give the content of a document. The reading is logged; the file's name tells nothing."""
    require(request.viewer, Permission.DOCUMENT_READ)
    found = get_document(request.viewer, reference, document, now=request.now)
    ending = next((kind.ending for kind in KINDS if kind.content_type == found.content_type), "bin")
    answer = FileResponse(
        document_content(found),
        as_attachment=True,
        filename=f"document.{ending}",
        content_type=found.content_type,
    )
    answer["Content-Length"] = str(found.size)  # a file that breaks off is then seen to be broken
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
