"""What can happen in the life of a case, as its timeline tells it."""

from __future__ import annotations

from enum import StrEnum

from amparo.vocab.text import N_


class Happening(StrEnum):
    """One kind of line of a timeline."""

    OPENED = "opened"
    IMPORTED = "imported"
    PERSON_CHANGED = "person_changed"
    AGE_IN_DOUBT = "age_in_doubt"
    BECAME_ADULT = "became_adult"
    CASE_CHANGED = "case_changed"
    EPISODE_ADDED = "episode_added"
    EPISODE_CHANGED = "episode_changed"
    OPERATION_LINKED = "operation_linked"
    MOVED = "moved"
    CLOSED = "closed"
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    NOTE_ADDED = "note_added"
    DOCUMENT_ADDED = "document_added"
    SUMMARY_PRINTED = "summary_printed"
    EXPORTED = "exported"
    RESTRICTED = "restricted"
    UNRESTRICTED = "unrestricted"
    READERS_NAMED = "readers_named"
    STEPPED_BACK = "stepped_back"
    EMERGENCY = "emergency"
    ERASED = "erased"

    @property
    def label(self) -> str:
        """Return the words of the line."""
        return HAPPENINGS[self]


HAPPENINGS = {
    Happening.OPENED: N_("Case opened"),
    Happening.IMPORTED: N_("Brought in from a workbook"),
    Happening.PERSON_CHANGED: N_("Person changed"),
    Happening.AGE_IN_DOUBT: N_("Age in doubt"),
    Happening.BECAME_ADULT: N_("Became an adult"),
    Happening.CASE_CHANGED: N_("Case changed"),
    Happening.EPISODE_ADDED: N_("What happened: added"),
    Happening.EPISODE_CHANGED: N_("What happened: changed"),
    Happening.OPERATION_LINKED: N_("Linked to an operation"),
    Happening.MOVED: N_("Moved to another stage"),
    Happening.CLOSED: N_("Case closed"),
    Happening.REOPENED: N_("Case opened again"),
    Happening.ASSIGNED: N_("Given to another worker"),
    Happening.NOTE_ADDED: N_("Note added"),
    Happening.DOCUMENT_ADDED: N_("Document added"),
    Happening.SUMMARY_PRINTED: N_("Summary printed"),
    Happening.EXPORTED: N_("Taken out as a workbook"),
    Happening.RESTRICTED: N_("Closed to all but named people"),
    Happening.UNRESTRICTED: N_("Open again to all within reach"),
    Happening.READERS_NAMED: N_("New people were named for it, as all others were gone"),
    Happening.STEPPED_BACK: N_("Somebody who knows her stepped back"),
    Happening.EMERGENCY: N_("Opened by somebody else in an emergency"),
    Happening.ERASED: N_("The person was erased"),
}
