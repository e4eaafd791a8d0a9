"""The act of two people that opens a closed case again when everybody who was named for it is gone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from amparo.access.actions import Changed, DualKind, Line, ask_act, name_readers
from amparo.access.context import acting_as
from amparo.access.rules import READERS, Payload, Permission, TwoPeople, Viewer, Where
from amparo.accounts.queries import workers_of
from amparo.cases.actions.closing import NotClosable
from amparo.cases.actions.happenings import note_happening
from amparo.cases.queries.lost import LostCase, find_lost
from amparo.cases.queries.visible import Absent, find_case
from amparo.cases.rules.timeline import Happening
from amparo.ui.formats import join_words
from amparo.vocab.text import N_

NAME_READERS: Final = "cases.readers"


def ask_readers(*, reference: str, readers: Collection[int], by: Viewer, now: datetime) -> UUID:
    """Ask an access reviewer to let people be named for a case that nobody can open; gives the id of the act.

    Nothing of the case is opened for it. Raises `Absent` for a case that somebody can open, or `NotClosable`.
    """
    lost = find_lost(by, reference, now=now)
    _refuse_wrong(lost, set(readers), by=by, now=now)
    return ask_act(NAME_READERS, {"case": lost.reference, "readers": sorted(set(readers))}, by=by, now=now)


def describe(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say who is to be named for which case, by its reference alone."""
    lost = _still(payload, asked_by, now)
    names = dict(workers_of(lost.organisation_id, now, roles=READERS))
    return (
        (_("Case"), lost.reference),
        (_("Organisation"), lost.organisation),
        (_("Who is to be named for it"), join_words([names[reader] for reader in payload["readers"]])),
        (
            _("What it means"),
            _(
                "They see the case, and nobody else. Everybody who was named for it is gone, so that now nobody sees it."
            ),
        ),
    )


def perform(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Name them, and no longer those who are gone."""
    lost = _still(payload, proof.asked_by, now)
    readers = set(payload["readers"])
    name_readers(record=lost.record, users=readers, by=proof.asked_by, now=now)
    reader = replace(proof.asked_by, cleared=proof.asked_by.cleared | {lost.record})
    with acting_as(reader):
        case = find_case(reader, lost.reference)
        note_happening(case, Happening.READERS_NAMED, action="cases.case.name_readers", by=reader, now=now)


def _still(payload: Payload, asked_by: Viewer, now: datetime) -> LostCase:
    try:
        lost = find_lost(asked_by, payload["case"], now=now)
        _refuse_wrong(lost, set(payload["readers"]), by=asked_by, now=now)
    except (Absent, NotClosable):
        raise Changed from None
    return lost


def _refuse_wrong(lost: LostCase, users: set[int], *, by: Viewer, now: datetime) -> None:
    if not users <= {user for user, _name in workers_of(lost.organisation_id, now, roles=READERS)}:
        raise NotClosable(_("Name people who work with cases in this organisation."))
    if by.user_id not in users:
        raise NotClosable(_("Name yourself too. Somebody who is named can take you off the list afterwards."))
    if len(users) < lost.needed:
        raise NotClosable(_("Name two people at least, so that nobody holds it alone."))


KINDS: Final = (
    DualKind(
        code=NAME_READERS,
        label=N_("Name new people for a closed case that nobody can open"),
        asked_with=Permission.CASE_RESTRICT,
        decided_with={Permission.WALL_REVIEW: Where.OTHER},
        describe=describe,
        perform=perform,
    ),
)
