"""Name everything that somebody may be allowed to do: one enum, each value said in plain words."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from amparo.vocab.text import N_


class Permission(StrEnum):
    """One thing that a role may allow; a page, an API operation and an action each ask for exactly one."""

    CASE_READ = "case.read"
    CASE_CREATE = "case.create"
    CASE_EDIT = "case.edit"
    CASE_MOVE = "case.move"
    CASE_READ_LOG = "case.read_log"
    CASE_ASSIGN = "case.assign"
    CASE_CLOSE = "case.close"
    CASE_REOPEN = "case.reopen"
    PERSON_EDIT = "person.edit"
    PLACE_READ = "place.read"
    PERSON_SEARCH = "person.search"
    NOTE_ADD = "note.add"
    NOTE_READ_SENSITIVE = "note.read_sensitive"
    DOCUMENT_ADD = "document.add"
    DOCUMENT_READ = "document.read"
    FILTER_SAVE = "filter.save"
    SUMMARY_PRINT = "summary.print"
    IMPORT_RUN = "import.run"
    IMPORT_UNDO = "import.undo"
    EXPORT_RUN = "export.run"
    TABLES_VIEW = "tables.view"
    TABLES_DOWNLOAD = "tables.download"
    SNAPSHOT_BUILD = "snapshot.build"
    FACTS_EXPORT = "facts.export"
    RELEASE_READ = "release.read"
    RELEASE_PREPARE = "release.prepare"
    RELEASE_REVIEW = "release.review"
    RESEARCH_PROPOSE = "research.propose"
    RESEARCH_DECIDE = "research.decide"
    READINGS_REVIEW = "readings.review"
    ALERTS_VIEW = "alerts.view"
    LOG_WATCH = "log.watch"
    CANARY_KEEP = "canary.keep"
    GRANT_GIVE = "grant.give"
    CASE_RESTRICT = "case.restrict"
    WALL_MAKE = "wall.make"
    WALL_REVIEW = "wall.review"
    MESSAGE_READ = "message.read"
    READINGS_RELEASE = "readings.release"
    PEOPLE_MANAGE = "people.manage"
    ORGANISATION_MANAGE = "organisation.manage"
    INSTALLATION_MANAGE = "installation.manage"
    ACT_DECIDE = "act.decide"
    EMERGENCY_OPEN = "emergency.open"
    EMERGENCY_REVIEW = "emergency.review"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - the name of a permission, no secret


# Taking much out, taking it back and giving rights out ask for somebody who shows again who they are. No key for programs does.
IN_PERSON: Final[frozenset[Permission]] = frozenset(
    {
        Permission.SUMMARY_PRINT,
        Permission.IMPORT_UNDO,
        Permission.EXPORT_RUN,
        Permission.FACTS_EXPORT,
        Permission.GRANT_GIVE,
        Permission.CASE_RESTRICT,
        Permission.WALL_REVIEW,
        Permission.READINGS_RELEASE,
        Permission.RESEARCH_DECIDE,
        Permission.PEOPLE_MANAGE,
        Permission.ORGANISATION_MANAGE,
        Permission.INSTALLATION_MANAGE,
        Permission.ACT_DECIDE,
        Permission.EMERGENCY_OPEN,
        Permission.EMERGENCY_REVIEW,
        Permission.TOKEN_MANAGE,
    }
)
# What a key may do that only reads.
READING: Final[frozenset[Permission]] = frozenset(
    {
        Permission.CASE_READ,
        Permission.NOTE_READ_SENSITIVE,
        Permission.DOCUMENT_READ,
        Permission.TABLES_VIEW,
        Permission.TABLES_DOWNLOAD,
        Permission.RELEASE_READ,
    }
)

PERMISSION_MEANINGS: Mapping[Permission, str] = MappingProxyType(
    {
        Permission.CASE_READ: N_(
            "Open and search the cases within reach, with the persons and episodes in them"
        ),
        Permission.CASE_READ_LOG: N_(
            "See who opened a case that one leads, and make the list of it for the person"
        ),
        Permission.CASE_CREATE: N_("Open a new case"),
        Permission.CASE_EDIT: N_("Change a case and what happened in it"),
        Permission.CASE_MOVE: N_("Move a case to its next stage"),
        Permission.CASE_ASSIGN: N_("Give a case to another worker or team"),
        Permission.CASE_CLOSE: N_("Close a case"),
        Permission.CASE_REOPEN: N_("Open a closed case again"),
        Permission.PERSON_EDIT: N_("Change what is recorded about a person"),
        Permission.PLACE_READ: N_("Open the address of a person, one person at a time"),
        Permission.PERSON_SEARCH: N_(
            "Ask whether a person is known to another organisation, a counted number of times a day"
        ),
        Permission.NOTE_ADD: N_("Add a note to a case"),
        Permission.NOTE_READ_SENSITIVE: N_("Read notes that are marked as sensitive"),
        Permission.DOCUMENT_ADD: N_("Add a document to a case"),
        Permission.DOCUMENT_READ: N_("Open the documents of a case"),
        Permission.FILTER_SAVE: N_("Keep a list of cases under a name, alone or for the team"),
        Permission.SUMMARY_PRINT: N_("Print the summary of a case"),
        Permission.IMPORT_RUN: N_("Bring in a workbook"),
        Permission.IMPORT_UNDO: N_("Take back a workbook that was brought in"),
        Permission.EXPORT_RUN: N_("Take cases out as a workbook"),
        Permission.TABLES_VIEW: N_("See tables of figures in which small numbers are hidden"),
        Permission.TABLES_DOWNLOAD: N_("Download tables of figures in which small numbers are hidden"),
        Permission.SNAPSHOT_BUILD: N_("Build a new snapshot of the facts that tables are counted from"),
        Permission.FACTS_EXPORT: N_(
            "Take out coded facts without identities, one row an episode or a person"
        ),
        Permission.RELEASE_READ: N_("Read the releases of the own organisation, drafts included"),
        Permission.RELEASE_PREPARE: N_("Prepare a release of figures, and put it up for review"),
        Permission.RELEASE_REVIEW: N_(
            "Review releases that another unit prepared, and be the second person who lets them out"
        ),
        Permission.RESEARCH_PROPOSE: N_(
            "Write proposals for research, and open for a time the protected data that were approved for them"
        ),
        Permission.RESEARCH_DECIDE: N_(
            "See proposals for research, decide on them with another person, and end them"
        ),
        Permission.READINGS_REVIEW: N_(
            "Read how the people of the organisation explain readings that were drawn at random"
        ),
        Permission.ALERTS_VIEW: N_("See alerts on reading, as ids and numbers"),
        Permission.LOG_WATCH: N_("See how far the log is sealed and who outside vouches for it"),
        Permission.CANARY_KEEP: N_("Name the cases of invented persons, whose opening raises an alert"),
        Permission.GRANT_GIVE: N_("Let another organisation or person see one case for a time"),
        Permission.CASE_RESTRICT: N_("Let only named people see a case, and open it to the others again"),
        Permission.WALL_MAKE: N_("Keep somebody, or a whole organisation, away from a person"),
        Permission.WALL_REVIEW: N_("See who is kept away from which person, and end it"),
        Permission.MESSAGE_READ: N_("Read what was told to the independent unit"),
        Permission.READINGS_RELEASE: N_(
            "Let a person be told what one's unit, which looks without telling, read about her"
        ),
        Permission.PEOPLE_MANAGE: N_("Invite people to the organisation, change and end their roles"),
        Permission.ORGANISATION_MANAGE: N_("Change the organisation's name and teams"),
        Permission.INSTALLATION_MANAGE: N_("Add organisations and look after the installation"),
        Permission.ACT_DECIDE: N_(
            "Ask for what takes a second person, and be the second person where one's role allows it"
        ),
        Permission.EMERGENCY_OPEN: N_(
            "Open one person's record outside reach for an hour in an emergency, which others are told of at once"
        ),
        Permission.EMERGENCY_REVIEW: N_("Judge the emergency openings of other organisations"),
        Permission.TOKEN_MANAGE: N_("Make keys with which a program works in one's own name"),
    }
)
