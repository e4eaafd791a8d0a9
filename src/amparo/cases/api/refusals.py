"""What the API says when an action of cases refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.utils.translation import gettext as _

from amparo.access.api import Handler, Refusal, in_own_words, told
from amparo.cases.actions import (
    EmptyNote,
    NameInUse,
    NoRoom,
    NoSuchStep,
    NoSuchWorker,
    NotAcceptable,
    ReasonMissing,
    Stale,
)
from amparo.cases.queries import SearchesUsedUp, TooLittle
from amparo.cases.rules.documents import NotTaken
from amparo.vocab.described import described_fields
from amparo.vocab.text import N_

STALE = N_(
    "Somebody else changed the record after you read it. Read it again, and send your change with its version."
)


@contextmanager
def faults_at(root: str = "", **records: type) -> Iterator[None]:
    """Say each fault that an action finds beside the part of the body where it is.

    `root` is where the record stands in the body; where there are several, `records` names each with its class.
    """
    try:
        yield
    except NotAcceptable as error:
        roots = {
            name: f"/{part}"
            for part, record in records.items()
            for name, _about, _kind in described_fields(record)
        }
        problems = [
            (
                _pointer(roots.get(fault.attribute.partition(".")[0], root), fault.attribute),
                _(fault.message) % fault.about,
            )
            for fault in error.problems
        ]
        words = _(
            "Something in it cannot be kept as it is. Each problem says where it is and how to mend it."
        )
        raise Refusal(422, "not_acceptable", words, problems) from error


def _pointer(root: str, attribute: str) -> str:
    """Turn names.1.text, which counts from one, into the pointer /changes/names/0/text."""
    steps = (str(int(part) - 1) if part.isdecimal() else part for part in attribute.split("."))
    return "/".join((root, *steps))


REFUSALS: Mapping[type[Exception], Handler] = {
    NotTaken: in_own_words(422, "file_not_taken"),
    NoRoom: told(
        507,
        "no_room",
        N_("There is too little room left on the disk of this installation. Nothing was saved."),
    ),
    TooLittle: in_own_words(422, "too_little"),
    SearchesUsedUp: told(
        429,
        "searches_used_up",
        N_("No search is left for today. Ask your supervisor to search for you."),
    ),
    Stale: told(409, "stale", STALE),
    NoSuchStep: told(
        409,
        "no_such_step",
        N_("The case cannot take this step from the stage where it stands. Read it again."),
    ),
    ReasonMissing: told(422, "reason_missing", N_("This step needs a reason. Send it with its explanation.")),
    NoSuchWorker: told(
        422,
        "no_such_worker",
        N_("The case can only be given to somebody who works with cases in its organisation."),
    ),
    EmptyNote: told(422, "note_empty", N_("The note is empty. Write what you want to note down.")),
    NameInUse: told(409, "name_in_use", N_("You keep another list under this name. Choose another name.")),
}
