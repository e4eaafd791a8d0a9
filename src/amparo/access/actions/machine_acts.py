"""Acts on the keys that two people decide on the pages, and that a command on the machine carries out, once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from amparo.access.actions.dual import NotWaiting, ask_act, collect_act
from amparo.access.actions.kinds import Changed, DualKind, Line
from amparo.access.actions.permission import Refused
from amparo.access.queries import viewer_for_membership
from amparo.access.queries.acts import asking_membership
from amparo.access.rules import COMPARTMENT_NAMES, Payload, Permission, TwoPeople, Viewer, Where, frozen
from amparo.audit.actions import record
from amparo.audit.rules import Via
from amparo.ui.formats import say_number
from amparo.vault.actions import are_shares_possible
from amparo.vault.queries import are_keys_of_persons, custodian_id, keyring
from amparo.vault.rules import Compartment
from amparo.vocab.text import N_

KEYS_ROTATE: Final = "access.keys_rotate"
KEYS_REWRAP: Final = "access.keys_rewrap"
KEYS_CUSTODIAN: Final = "access.keys_custodian"
NEW_CUSTODIANS: Final = {
    "shares": N_("Several persons, each with a share"),
    "file": N_("A new file on the server"),
    "pkcs11": N_("A device (PKCS#11)"),
}
# Who keeps the installation asks. Beside her stands who looks from outside, or who gives out the roles of her own office.
DECIDED_WITH: Final = {
    Permission.INSTALLATION_MANAGE: Where.ANY,
    Permission.WALL_REVIEW: Where.ANY,
    Permission.EMERGENCY_REVIEW: Where.ANY,
    Permission.PEOPLE_MANAGE: Where.SAME,
}


class NotAgreed(Exception):
    """Two people did not agree to this, or what they agreed to was used or is over."""


def do_keys_take_two() -> bool:
    """Tell whether acts on the keys take two people: as soon as the keyring holds anybody's keys."""
    return are_keys_of_persons()


def rotation(compartments: Collection[Compartment]) -> Payload:
    """Give what two people agree to when these compartments get new keys."""
    return {
        "custodian": custodian_id(),
        "compartments": [one.value for one in Compartment if one in compartments],
    }


def rewrapping() -> Payload:
    """Give what two people agree to when the keys of persons are wrapped by the newest keys."""
    return {"custodian": custodian_id()}


def handing_over(new: str, *, needed: int = 0, of: int = 0) -> Payload:
    """Give what two people agree to when the keys are put under another custodian."""
    is_shared = new == "shares"
    return {
        "custodian": custodian_id(),
        "new": new,
        "needed": needed if is_shared else 0,
        "of": of if is_shared else 0,
    }


def ask_key_act(kind: str, payload: Payload, *, by: Viewer, now: datetime) -> UUID:
    """Ask a second person for an act on the keys; gives its id. Raises `Refused`."""
    if kind == KEYS_ROTATE and not payload["compartments"]:
        raise Refused(_("Choose at least one compartment."))
    if payload.get("new") == "shares" and not are_shares_possible(payload["needed"], payload["of"]):
        raise Refused(
            _("Between 2 and 16 persons keep a share, and at least 2 of them are needed to open the keys.")
        )
    return ask_act(kind, payload, by=by, now=now)


@transaction.atomic
def use_key_act(act: UUID, *, kind: str, payload: Payload, now: datetime) -> Viewer:
    """Use up what two people agreed to, exactly that and once, from a command; gives the one who asked.

    Raises `NotAgreed`. Called in the transaction of what it lets happen: where that fails, it can be used still.
    """
    membership = asking_membership(act)
    asked_by = None if membership is None else viewer_for_membership(membership, now)
    if asked_by is None:
        raise NotAgreed
    asked_by = replace(asked_by, via=Via.COMMAND)
    try:
        agreed = collect_act(act, kind=kind, by=asked_by, now=now)
    except (Http404, NotWaiting, Changed, Refused):
        raise NotAgreed from None
    if agreed != frozen(payload):
        raise NotAgreed
    return asked_by


def describe_rotation(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say which compartments get new keys."""
    chosen = [_(COMPARTMENT_NAMES[Compartment(one)]) for one in payload["compartments"]]
    return (
        (_("What it means"), _("New keys, by which the keys of persons are wrapped. No record changes")),
        (_("Compartments"), ", ".join(chosen)),
        *_custodian_lines(payload),
    )


def describe_rewrapping(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say what is wrapped anew."""
    meant = _("A change of keys that was cut short goes on. No record changes")
    return ((_("What it means"), meant), *_custodian_lines(payload))


def describe_handing_over(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say who is to keep the key of keys, and how many of them open it together."""
    following = NEW_CUSTODIANS[payload["new"]]
    lines = [
        (
            _("What it means"),
            _("Somebody else keeps what opens everything. The old one opens nothing any more"),
        ),
        (_("Who keeps it then"), _(following)),
    ]
    if payload["new"] == "shares":
        lines += [
            (_("How many persons keep a share"), say_number(payload["of"])),
            (_("How many of them open the keys together"), say_number(payload["needed"])),
        ]
    return (*lines, *_custodian_lines(payload))


def allow(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Let a command do it from now on."""
    record("access.keys.allow", by=proof.approved_by, at=now)


def rotation_command(payload: Payload, act: UUID) -> str:
    """Give what is typed on the machine."""
    chosen = payload["compartments"]
    named = "" if len(chosen) == len(Compartment) else "".join(f" --compartment {one}" for one in chosen)
    return f"amparo keys rotate{named} --act {act}"


def rewrapping_command(payload: Payload, act: UUID) -> str:
    """Give what is typed on the machine."""
    return f"amparo keys rewrap --act {act}"


def handing_over_command(payload: Payload, act: UUID) -> str:
    """Give what is typed on the machine."""
    new = {"shares": f"shares --shares {payload['needed']} --of {payload['of']}", "file": "FILE"}
    return f"amparo keys custodians --new {new.get(payload['new'], payload['new'])} --act {act}"


def _custodian_lines(payload: Payload) -> tuple[Line, ...]:
    ring = keyring()
    if payload["custodian"] != ring.custodian:
        raise Changed
    return (
        (_("Who keeps the key of keys now"), f"{ring.custodian_kind} {ring.custodian}"),
        (_("Who does it"), _("Whoever looks after the server, by a command; once, within 24 hours")),
    )


KINDS: Final = (
    DualKind(
        code=KEYS_ROTATE,
        label=N_("Give compartments new keys"),
        asked_with=Permission.INSTALLATION_MANAGE,
        decided_with=DECIDED_WITH,
        describe=describe_rotation,
        perform=allow,
        command=rotation_command,
    ),
    DualKind(
        code=KEYS_REWRAP,
        label=N_("Wrap the keys of persons by the newest keys"),
        asked_with=Permission.INSTALLATION_MANAGE,
        decided_with=DECIDED_WITH,
        describe=describe_rewrapping,
        perform=allow,
        command=rewrapping_command,
    ),
    DualKind(
        code=KEYS_CUSTODIAN,
        label=N_("Put the keys under another custodian"),
        asked_with=Permission.INSTALLATION_MANAGE,
        decided_with=DECIDED_WITH,
        describe=describe_handing_over,
        perform=allow,
        command=handing_over_command,
    ),
)
