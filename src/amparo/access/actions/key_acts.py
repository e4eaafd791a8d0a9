"""The act of access about keys that takes two people: letting keyd give more of them to imports and exports for some hours."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amparo.access.actions.dual import ask_act
from amparo.access.actions.kinds import DualKind, Line
from amparo.access.actions.permission import Refused
from amparo.access.rules import Payload, Permission, TwoPeople, Viewer, Where
from amparo.audit.actions import record
from amparo.ui.formats import say_number
from amparo.vault.actions import NotRaised, raise_bulk_budget
from amparo.vault.queries import is_key_budget_bounded
from amparo.vocab.text import N_

KEYS_RAISE: Final = "access.keys_raise"
HOURS: Final = (1, 2, 4)


def ask_more_keys(*, hours: int, by: Viewer, now: datetime) -> UUID:
    """Ask a second person to let keyd give more keys for so many hours; gives the id of the act. Raises `Refused`."""
    if hours not in HOURS:
        raise Refused(_("Choose one of the hours that are offered."))
    if not is_key_budget_bounded():
        raise Refused(_("No keyd holds the keys here, so nothing holds an export up."))
    # `number` tells this rise from the next: keyd writes it into its own log.
    return ask_act(KEYS_RAISE, {"hours": hours, "number": uuid4().hex}, by=by, now=now)


def describe_rise(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say for how long, and who settles how far."""
    hours = int(payload["hours"])
    said = ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": say_number(hours)}
    return (
        (_("What it means"), _("Imports and exports open more persons in an hour than keyd gives else")),
        (_("For how long"), said),
        (_("How far"), _("As far as the settings of keyd allow, once a day")),
        (_("Organisation"), asked_by.organisation_name),
    )


def raise_keys(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Have keyd give more. Where it does not, nothing was agreed."""
    record("access.keys.raise", by=proof.approved_by, at=now, count=int(payload["hours"]))
    try:
        raise_bulk_budget(
            act=UUID(hex=payload["number"]), hours=int(payload["hours"]), asked_by=proof.asked_by.known_user_id,
            approved_by=proof.approved_by.known_user_id,
        )  # fmt: skip
    except NotRaised as refusal:
        raise Refused(
            _(
                "keyd gives no more: its settings forbid it, or it was raised within the last 24 hours already."
            )
        ) from refusal


KINDS: Final = (
    DualKind(
        code=KEYS_RAISE,
        label=N_("Let imports and exports open more persons for some hours"),
        asked_with=Permission.EXPORT_RUN,
        decided_with={
            Permission.EXPORT_RUN: Where.SAME,
            Permission.PEOPLE_MANAGE: Where.SAME,
            Permission.INSTALLATION_MANAGE: Where.ANY,
        },
        describe=describe_rise,
        perform=raise_keys,
    ),
)
