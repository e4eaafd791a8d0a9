"""Write something down about a case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from amparo.access.rules import Permission, Viewer
from amparo.cases.actions.changing import refuse_unknown_code
from amparo.cases.actions.happenings import note_happening
from amparo.cases.actions.sealing import sealing_about
from amparo.cases.models import Case, Note
from amparo.cases.queries.visible import visible_case
from amparo.cases.rules.timeline import Happening
from amparo.vault.rules import Sealing
from amparo.vault.storing import sealed_column
from amparo.vocab.identifiers import uuid7


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
    sealing = sealing_about(case.person_id, by=by, now=now)
    note = new_note(case, text, kind=kind, is_sensitive=is_sensitive, by=by, sealing=sealing, now=now)
    note.save(force_insert=True)
    Case.objects.filter(id=case.id).update(changed_at=now)
    note_happening(case, Happening.NOTE_ADDED, action="cases.note.add", by=by, now=now, subject=kind)
    return note.id


def new_note(
    case: Case,
    text: str,
    *,
    kind: str,
    by: Viewer,
    sealing: Sealing,
    now: datetime,
    is_sensitive: bool = False,
) -> Note:
    """Make the row of a note, its text sealed for it; the caller saves it."""
    row = uuid7()
    sealed = sealed_column(
        {"text": text}, model=Note, name="text", row=row, person=case.person_id, sealing=sealing
    )
    return Note(
        id=row,
        case=case,
        person_id=case.person_id,
        kind=kind,
        is_sensitive=is_sensitive,
        text=sealed,
        created_at=now,
        created_by_id=by.user_id,
    )
