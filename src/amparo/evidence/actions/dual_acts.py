"""The act of this app that takes two people: letting facts about single people leave."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.actions import Changed, DualKind, Line, ask_act
from amparo.access.rules import Payload, Permission, TwoPeople, Viewer, Where
from amparo.audit.actions import record
from amparo.evidence.actions.exporting import RELEASE, facts_digest
from amparo.evidence.queries.holdings import metadata_of
from amparo.evidence.queries.snapshots import Absent, get_snapshot
from amparo.ui.formats import say_day, say_number
from amparo.vocab.text import N_


def ask_facts(snapshot: UUID, *, by: Viewer, now: datetime) -> UUID:
    """Ask a second person to let the facts of a snapshot leave; gives the id of the act."""
    payload = {"snapshot": str(snapshot), "facts": facts_digest(snapshot, by)}
    return ask_act(RELEASE, payload, by=by, now=now)


def describe_release(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say of which day the facts are, and how many rows leave."""
    snapshot = UUID(payload["snapshot"])
    try:
        file, digest = get_snapshot(asked_by, snapshot), facts_digest(snapshot, asked_by)
    except Absent:
        raise Changed from None
    if digest != payload["facts"]:
        raise Changed
    tables = metadata_of(snapshot)["tables"]
    return (
        (_("What leaves"), _("Coded facts about single people, no open data")),
        (_("Facts as of"), say_day(file.day)),
        *((str(name), say_number(int(about["rows"]))) for name, about in sorted(tables.items())),
        (
            _("Who gets the file"),
            _("The person who asked, or the command on the server in her name; once, within 24 hours"),
        ),
    )


def let_leave(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Let the facts be taken from now on."""
    record("evidence.facts.allow", by=proof.approved_by, at=now, record=str(payload["snapshot"]))


def collect_address(act: UUID) -> str:
    """Give the page on which the archive is taken."""
    return reverse("evidence:collect", args=[act])


KINDS: Final = (
    DualKind(
        code=RELEASE,
        label=N_("Take out facts about single people"),
        asked_with=Permission.FACTS_EXPORT,
        decided_with={Permission.FACTS_EXPORT: Where.SAME, Permission.PEOPLE_MANAGE: Where.SAME},
        describe=describe_release,
        perform=let_leave,
        collect=collect_address,
    ),
)
