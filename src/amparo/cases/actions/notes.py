"""Write something down about a case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from amparo.access.rules import Permission, Viewer
from amparo.cases.actions.changing import refuse_unknown_code
from amparo.cases.actions.happenings import note_happening
from amparo.cases.models import Case, Note
from amparo.cases.queries.visible import visible_case
from amparo.cases.rules.timeline import Happening
from amparo.vault.rules import seal


class EmptyNote(ValueError):
    """A note says something."""


@transaction.atomic
def add_note(
    *, reference: str, text: str, by: Viewer, now: datetime, kind: str = "general", is_sensitive: bool = False
) -> UUID:
    """Add a note to a case; gives its id. A note is never changed: a later note corrects it."""
    case = visible_case(by, reference, permission=Permission.NOTE_ADD)
    if not text.strip():
        raise EmptyNote("Write what you want to note down.")
    refuse_unknown_code(kind, codes="note_kind")
    note = Note.objects.create(
        case=case,
        person_id=case.person_id,
        kind=kind,
        is_sensitive=is_sensitive,
        text=seal({"text": text}, person=case.person_id),
        created_at=now,
        created_by_id=by.user_id,
    )
    Case.objects.filter(id=case.id).update(changed_at=now)
    note_happening(case, Happening.NOTE_ADDED, action="cases.note.add", by=by, now=now, subject=kind)
    return note.id
