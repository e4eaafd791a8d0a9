"""Take a file into a case. Its content is safe on the disk before its row says that it is there."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from amparo.access.rules import Permission, Viewer
from amparo.cases.actions.changing import refuse_unknown_code
from amparo.cases.actions.happenings import note_happening
from amparo.cases.actions.sealing import sealing_about
from amparo.cases.actions.storing import stored
from amparo.cases.models import Case, Document
from amparo.cases.queries.visible import visible_case
from amparo.cases.rules.documents import LONGEST_TITLE, NotTaken, kind_of
from amparo.cases.rules.timeline import Happening
from amparo.vault.storing import content_place, sealed_column
from amparo.vocab.identifiers import uuid7
from amparo.vocab.text import N_

MEGABYTE = 1024 * 1024


@transaction.atomic
def add_document(
    *,
    reference: str,
    content: BinaryIO,
    name: str,
    size: int,
    by: Viewer,
    now: datetime,
    title: str = "",
    kind: str = "other",
) -> UUID:
    """Add a document to a case; gives its id. Raises `NotTaken` with words, `NoRoom`, or `Absent`.

    `name` is the file's own name: it has to agree with the content, and is the title when none is given.
    """
    case = visible_case(by, reference, permission=Permission.DOCUMENT_ADD)
    if size > settings.AMPARO_UPLOAD_MAX_BYTES:
        limit = settings.AMPARO_UPLOAD_MAX_BYTES // MEGABYTE
        raise NotTaken(
            N_("The file is larger than %(limit)s megabytes. Send it in parts, or make it smaller."),
            limit=limit,
        )
    refuse_unknown_code(kind, codes="document_kind")
    found = kind_of(content, name=name)
    row, sealing = uuid7(), sealing_about(case.person_id, by=by, now=now)
    place = content_place(Document, row=row, person=case.person_id)
    with (
        stored(content, size=size, seal=partial(sealing.seal_pieces, place=place)) as file,
        transaction.atomic(),
    ):
        shown = sealed_column(
            {"title": _title(title or name), "sha256": file.sha256},
            model=Document, name="title", row=row, person=case.person_id, sealing=sealing,
        )  # fmt: skip
        Document.objects.create(
            id=row, case=case, person_id=case.person_id, kind=kind, stored_name=file.name, title=shown,
            content_type=found.content_type, size=file.size, created_at=now,
            created_by_id=by.user_id,
        )  # fmt: skip
        Case.objects.filter(id=case.id).update(changed_at=now)
        note_happening(
            case, Happening.DOCUMENT_ADDED, action="cases.document.add", by=by, now=now, subject=kind
        )
    return row


def _title(text: str) -> str:
    shown = "".join(letter for letter in text if letter.isprintable()).strip()
    return shown[:LONGEST_TITLE] or "-"
