"""The acts of this app that take two people: erasing a person, forbidding that, and allowing it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amparo.access.actions import Changed, DualKind, Line, Refused, ask_act
from amparo.access.rules import Payload, TwoPeople, Viewer, Where
from amparo.cases.actions.erasing import erase_persons, hold_person, lift_hold
from amparo.cases.queries.erasable import NEEDED, count_cases, is_erasable, person_reached, person_to_erase
from amparo.cases.queries.visible import Absent
from amparo.cases.rules.erasing import ErasureReason
from amparo.ui.formats import say_number
from amparo.vault.actions import Held, overwrite_erased_keys
from amparo.vault.queries import erased_persons, holds_in_force
from amparo.vault.rules.ledger import LedgerBroken
from amparo.vocab.text import N_

ERASE, HOLD, LIFT = "cases.erase", "cases.hold", "cases.lift_hold"


class NothingToDo(Exception):
    """She was erased before, is held, or there is no hold to lift."""


def ask_erasure(kind: str, *, reference: str, reason: ErasureReason, by: Viewer, now: datetime) -> UUID:
    """Ask a second person to erase the person of a case, to forbid that or to allow it again; gives the id of the act.

    Raises `Absent` unless each of her cases is within reach, `NothingToDo`, or what `ask_act` raises.
    """
    person = person_reached(by, reference)
    holds = holds_in_force(person)
    if _is_idle(kind, person, holds):
        raise NothingToDo
    payload: dict[str, Any] = {"case": reference, "reason": reason.value}
    if kind == LIFT:
        payload["holds"] = holds
    return ask_act(kind, payload, by=by, now=now)


def describe(payload: Payload, *, asked_by: Viewer, now: datetime, kind: str) -> tuple[Line, ...]:
    """Say which person it is about, by the reference of her case, and what stays and goes."""
    try:
        person = person_reached(asked_by, payload["case"])
    except Absent:
        raise Changed from None
    holds = holds_in_force(person)
    if _is_idle(kind, person, holds) or payload.get("holds", holds) != holds:
        raise Changed
    cases = count_cases(asked_by, person)
    said = ngettext("%(cases)s case", "%(cases)s cases", cases) % {"cases": say_number(cases)}
    about = (
        (_("Person of the case"), str(payload["case"])),
        (_("All of her cases"), said),
        (_("Reason"), _(ErasureReason(payload["reason"]).label)),
    )
    return (*about, *((_(label), _(words)) for label, words in MEANINGS[kind]))


def erase(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Erase her, and overwrite where her keys lay once that is certain."""
    try:
        erase_persons(persons=[_person(proof, payload)], reason=payload["reason"], proof=proof, now=now)
    except Held:
        raise Changed from None
    except LedgerBroken as fault:
        raise Refused(
            _(
                "Nothing was erased: the ledger of erasures is not as it must be. Whoever looks after the installation "
                "learns why from the command: amparo erase status"
            )
        ) from fault
    transaction.on_commit(overwrite_erased_keys, robust=True)


def hold(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Forbid that she be erased."""
    hold_person(person=_person(proof, payload), reason=payload["reason"], proof=proof, now=now)


def lift(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Allow again that she be erased."""
    person = _person(proof, payload)
    for number in payload["holds"]:
        lift_hold(hold=number, person=person, proof=proof, now=now)


def _is_idle(kind: str, person: UUID, holds: list[int]) -> bool:
    """Tell whether there is nothing to do: what is held can only be allowed again, and nothing else can be allowed."""
    return bool(holds) is not (kind == LIFT) or person in erased_persons([person])


def _person(proof: TwoPeople, payload: Payload) -> UUID:
    try:
        return person_to_erase(proof, payload["case"])
    except Absent:
        raise Changed from None


def _reaches(payload: Payload, viewer: Viewer) -> bool:
    return is_erasable(viewer, payload["case"])


MEANINGS: Final[Mapping[str, tuple[Line, ...]]] = {
    ERASE: (
        (
            N_("What goes for good"),
            N_(
                "Names, places, stories, notes and documents never open again, here or in a backup; coded answers are emptied"
            ),
        ),
        (N_("What stays"), N_("That there was a case, its stages and its dates, and the names of you two")),
        (N_("Who can bring her back"), N_("Nobody")),
    ),
    HOLD: ((N_("What it means"), N_("Nobody can erase her until two people allow it again")),),
    LIFT: ((N_("What it means"), N_("She can be erased again, on the word of two people")),),
}
LABELS: Final[Mapping[str, str]] = {
    ERASE: N_("Erase a person for good"),
    HOLD: N_("Forbid that a person be erased"),
    LIFT: N_("Allow again that a person be erased"),
}
KINDS: Final = tuple(
    DualKind(
        code=code,
        label=LABELS[code],
        asked_with=NEEDED,
        decided_with={NEEDED: Where.SAME},
        describe=partial(describe, kind=code),
        perform=perform,
        reaches=_reaches,
    )
    for code, perform in ((ERASE, erase), (HOLD, hold), (LIFT, lift))
)
