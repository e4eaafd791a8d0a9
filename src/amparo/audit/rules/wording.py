"""Say in words what an event of the log was: what was done, what was opened of a person, and on what ground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from amparo.vocab.text import N_

ACTIONS: Final[Mapping[str, str]] = {
    "publishing.release.add": N_("Put something into a draft of a release"),
    "publishing.release.change": N_("Changed what is said of a release"),
    "publishing.release.clear": N_("Said that a release may be let out"),
    "publishing.release.draft": N_("Made a draft of a release"),
    "publishing.release.note": N_("Remarked on a release"),
    "publishing.release.propose": N_("Put a release up for review"),
    "publishing.release.publish": N_("Let a release out"),
    "publishing.release.read": N_("Opened a release"),
    "publishing.release.refuse": N_("Refused a release"),
    "publishing.release.remove": N_("Took something out of a draft of a release"),
    "publishing.release.take_up": N_("Began to review a release"),
    "publishing.release.withdraw": N_("Took a release back"),
    "publishing.proposal.agree_time": N_(
        "Agreed, as the first of two, that data stay open for research longer"
    ),
    "publishing.proposal.ask_output": N_("Asked that a result of research be let out"),
    "publishing.proposal.ask_time": N_("Asked that data stay open for research longer"),
    "publishing.proposal.change": N_("Changed a research proposal before it was sent in"),
    "publishing.proposal.close": N_("Closed a research proposal with a report"),
    "publishing.proposal.extend": N_("Agreed, as the second of two, that data stay open for research longer"),
    "publishing.proposal.grant": N_("Opened data for research, as the second person"),
    "publishing.proposal.open": N_("Opened data for research"),
    "publishing.proposal.refuse": N_("Refused a research proposal"),
    "publishing.proposal.review": N_("Reviewed what data for research could disclose"),
    "publishing.proposal.revoke": N_("Ended a research proposal"),
    "publishing.proposal.submit": N_("Sent a research proposal in"),
    "publishing.proposal.take_back": N_("Took a research proposal back"),
    "publishing.proposal.write": N_("Wrote a research proposal"),
    "evidence.file.propose": N_("Proposed a file of rows for release"),
    "access.copy.take": N_("Took a file out, which carries the number of its copy"),
    "access.grant.give": N_("Opened the case to somebody else"),
    "access.grant.revoke": N_("Closed the case to somebody else"),
    "access.page.refuse": N_("Asked for a page that the role does not include"),
    "access.wall.lift": N_("Ended that somebody was kept away from the person"),
    "access.wall.make": N_("Kept somebody away from the person"),
    "access.wall.match": N_("Kept a member of staff away who is known by the same"),
    "access.record.hide": N_("Asked for a record and was told that there is none"),
    "audit.canary.end": N_("Took an invented person off the list"),
    "audit.canary.name": N_("Put an invented person on the list"),
    "audit.log.read": N_("Looked into the log"),
    "audit.readings.release": N_("Let her be told what the unit had read"),
    "cases.case.assign": N_("Gave the case to a worker"),
    "access.emergency.judge": N_("Read why the record was opened in an emergency"),
    "access.emergency.open": N_("Opened the record in an emergency"),
    "access.emergency.review": N_("Judged an opening in an emergency"),
    "cases.case.change": N_("Changed the case"),
    "cases.case.close": N_("Closed the case"),
    "cases.case.come_of_age": N_("Noted that she came of age"),
    "cases.case.compare": N_("Compared the record before changing it"),
    "cases.case.compare_names": N_("Compared names with the own people before opening a case"),
    "cases.case.list": N_("Saw the name in a list"),
    "cases.case.list_own_work": N_("Saw the name on the first page"),
    "cases.case.move": N_("Took the case a step further"),
    "cases.case.name_readers": N_("Had new people named for the case, as a second person agreed"),
    "cases.case.open": N_("Opened a new case"),
    "cases.case.read": N_("Opened the case"),
    "cases.case.read_version": N_("Opened an earlier version"),
    "cases.case.reopen": N_("Opened the closed case again"),
    "cases.case.restrict": N_("Chose who may see the case at all"),
    "cases.case.step_back": N_("Stepped back because they know the person"),
    "cases.case.find_own": N_("Was shown whom the search among the own people found"),
    "cases.case.search_own": N_("Searched a name among the own people"),
    "cases.case.withdraw": N_("Took back what a workbook had brought in"),
    "cases.document.add": N_("Added a document"),
    "cases.document.list": N_("Saw the list of documents"),
    "cases.document.read": N_("Opened a document"),
    "cases.episode.add": N_("Added what happened"),
    "cases.episode.change": N_("Changed what happened"),
    "cases.episode.link": N_("Linked what happened to an operation"),
    "cases.log.print": N_("Made the list for her of who saw her data"),
    "cases.log.read": N_("Looked at who saw this case"),
    "cases.note.add": N_("Added a note"),
    "cases.note.list": N_("Opened the notes"),
    "cases.person.ask_erasure": N_("Asked that she be erased"),
    "cases.person.change": N_("Changed what is recorded of the person"),
    "cases.person.compare": N_("Compared with persons who are to be entered"),
    "cases.person.compare_ages": N_("Looked who came of age"),
    "cases.person.erase": N_("Approved that she be erased"),
    "cases.person.hold": N_("Put a hold on erasing her"),
    "cases.person.index": N_("Renewed what she is found by"),
    "cases.person.lift_hold": N_("Lifted a hold on erasing her"),
    "cases.person.search": N_("Searched for her beyond the own cases; her name was not shown"),
    "cases.place.read": N_("Opened where she is"),
    "cases.staff.keep": N_("Said what they are known by themselves"),
    "cases.summary.print": N_("Printed the summary"),
    "cases.unit.read": N_("Read what the independent unit was told"),
    "intake.batch.check": N_("Checked a workbook"),
    "intake.batch.read_report": N_("Opened what was found in a workbook"),
    "intake.batch.read_rows": N_("Opened rows of a workbook"),
    "intake.batch.take_rejected": N_("Took out the rejected rows of a workbook"),
    "intake.workbook.export": N_("Took cases out as a workbook"),
    "intake.workbook.release": N_("Took cases out as a workbook, as two people agreed"),
    "intake.workbook.read": N_("Opened the case to take it out as a workbook"),
    "oversight.explanation.give": N_("Explained a reading"),
    "oversight.explanation.read": N_("Read the explanation of a reading"),
}
# Their words say already what was opened.
SAYS_IT_ALL: Final = ("cases.note.list", "cases.document.list", "cases.document.read", "cases.place.read")
OTHER: Final = N_("Did something else")

# Readings of one record that somebody can be asked about; a list names many persons at once and is no choice of one.
SINGLE_READINGS: Final = (
    "cases.case.read", "cases.case.read_version", "cases.document.list", "cases.document.read", "cases.note.list",
    "cases.place.read", "cases.summary.print",
)  # fmt: skip

PARTS: Final[Mapping[str, str]] = {
    "person:names": N_("names"),
    "person:identity": N_("identity"),
    "person:whereabouts": N_("place of stay"),
    "case:story": N_("the case"),
    "episode:story": N_("what happened"),
    "note:text": N_("notes"),
    "document:title": N_("titles of documents"),
    "importbatch:upload": N_("a workbook"),
    "importbatch:report": N_("a workbook"),
    "importbatch:rejected_file": N_("a workbook"),
    "importrow:content": N_("rows of a workbook"),
    "sampledreading:explanation": N_("an explanation"),
    "unitmessage:content": N_("what the independent unit was told"),
}
PLACE: Final = "person:whereabouts"

GROUNDS: Final[Mapping[str, str]] = {
    "own": N_("works on the case"),
    "team": N_("is in the team of the case"),
    "organisation": N_("answers for the cases of the organisation"),
    "grant": N_("the case was opened to them"),
    "search": N_("may search a counted number of times a day"),
    "emergency": N_("in an emergency"),
    "system": N_("the system itself"),
    "none": N_("no ground is known"),
}

PURPOSES: Final[Mapping[str, str]] = {
    "": "",
    "case_work": N_("work on the case"),
    "supervision": N_("answering for the work of others"),
    "danger": N_("somebody is in danger now"),
    "legal": N_("a court or another proceeding needs it"),
    "own_data": N_("she asks what is recorded about her"),
    "quality": N_("to mend a mistake in the record"),
    "oversight": N_("to look into how the case was handled"),
    "referral": N_("the person was referred"),
    "identification": N_("a decision on identification"),
    "joint_work": N_("joint work"),
    "duplicate_check": N_("to see whether she has a case already"),
    "urgent_help": N_("to help her today"),
    "missing_person": N_("to look for a missing person"),
    "cover": N_("standing in for the worker"),
    "court_order": N_("a court ordered it"),
    "consent_withdrawn": N_("she withdrew her consent"),
    "retention_ended": N_("the time of keeping is over"),
    "recorded_by_mistake": N_("she was recorded by mistake"),
    "proceedings": N_("proceedings are going on"),
}


def action_words(action: str) -> str:
    """Give the words of an action, to be translated when they are shown."""
    return ACTIONS.get(action, OTHER)


def part_words(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Give the words of what was opened, each once; names of changed attributes are no parts."""
    return tuple(dict.fromkeys(PARTS[name] for name in fields if name in PARTS))


def ground_words(basis: str) -> str:
    """Give the words of a ground; empty for what was logged before grounds were."""
    return GROUNDS.get(basis.partition(":")[0], "")
