"""The acts of access that take two people: giving a role that reaches far, and lifting a suspension."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from amparo.access.actions.kinds import (
    INVITE,
    ROLE_CHANGE,
    ROLE_INVITE,
    SUSPENSION_LIFT,
    Changed,
    DualKind,
    Line,
)
from amparo.access.actions.people import carry_out_change
from amparo.access.queries import count_left_alone
from amparo.access.rules import READERS, Payload, Permission, TwoPeople, Viewer, Where, role_of
from amparo.accounts import actions as accounts
from amparo.accounts.queries import (
    find_membership,
    invited_address,
    suspended_memberships,
    teams_of,
)
from amparo.ui.formats import say_number
from amparo.vocab.text import N_

# Who gives a role, and who stands beside her: those who lead the work of the organisation, or who keep the installation.
_DECIDED_WITH = {
    Permission.PEOPLE_MANAGE: Where.SAME,
    Permission.GRANT_GIVE: Where.SAME,
    Permission.INSTALLATION_MANAGE: Where.ANY,
}


def describe_invitation(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say who was invited to which role where."""
    invited = invited_address(int(payload["invitation"]))
    if invited is None or (invited.role, invited.organisation_id, invited.team_id) != (
        payload["role"], payload["organisation"], payload["team"],
    ):  # fmt: skip
        raise Changed
    return (
        (_("Invited address"), invited.email),
        *_role_lines(payload["role"], invited.organisation_name, invited.team_name),
    )


def allow_invitation(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Let the invitation be taken up from now on: accepting it asks whether two people decided."""
    describe_invitation(payload, asked_by=proof.asked_by, now=now)


def describe_change(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say whose role becomes which."""
    held = find_membership(int(payload["membership"]), now)
    if held is None or held.role != payload["held"]:
        raise Changed
    team = dict(teams_of(held.organisation_id)).get(payload["team"], "")
    lines = _role_lines(payload["role"], held.organisation_name, team)
    if payload["role"] not in READERS and (left := count_left_alone(held, now)):
        lines = (*lines, (_("Closed cases that nobody could open any more"), say_number(left)))
    return ((_("Person"), f"{held.name} ({held.email})"), (_("Role until now"), _label(held.role)), *lines)


def change_role(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Give the role, asking again all that is asked when one person gives it."""
    carry_out_change(
        membership_id=int(payload["membership"]),
        role=str(payload["role"]),
        team_id=payload["team"],
        by=proof.asked_by,
        now=now,
    )


def describe_lift(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say who may work again."""
    suspended = {one.id: one for one in suspended_memberships(asked_by.organisation_id or 0)}
    found = suspended.get(int(payload["membership"]))
    if found is None:
        raise Changed
    return ((_("Person"), found.name), (_("Role"), _label(found.role)))


def lift(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Let the person work again."""
    if not accounts.lift_suspension(membership_id=int(payload["membership"]), by=proof.approved_by, now=now):
        raise Changed


def _role_lines(role: str, organisation: str, team: str) -> tuple[Line, ...]:
    found = role_of(role)
    return (
        (_("Role"), _label(role)),
        (_("What it reaches"), _(found.description) if found else role),
        (_("Organisation"), organisation),
        (_("Team"), team or _("None")),
    )


def _label(role: str) -> str:
    found = role_of(role)
    return _(found.label) if found else role


KINDS: Final = (
    # Two people let everybody else in, of one office too.
    DualKind(
        code=INVITE,
        label=N_("Let somebody into the organisation"),
        asked_with=Permission.PEOPLE_MANAGE,
        decided_with=_DECIDED_WITH,
        describe=describe_invitation,
        perform=allow_invitation,
        in_two_units=False,
    ),
    DualKind(
        code=ROLE_INVITE,
        label=N_("Invite somebody to a role that reaches far"),
        asked_with=Permission.ACT_DECIDE,
        decided_with=_DECIDED_WITH,
        describe=describe_invitation,
        perform=allow_invitation,
    ),
    DualKind(
        code=ROLE_CHANGE,
        label=N_("Give somebody a role that reaches far"),
        asked_with=Permission.PEOPLE_MANAGE,
        decided_with=_DECIDED_WITH,
        describe=describe_change,
        perform=change_role,
    ),
    DualKind(
        code=SUSPENSION_LIFT,
        label=N_("Let somebody work again after an emergency opening that was not justified"),
        asked_with=Permission.PEOPLE_MANAGE,
        decided_with={Permission.EMERGENCY_REVIEW: Where.OTHER},
        describe=describe_lift,
        perform=lift,
    ),
)
