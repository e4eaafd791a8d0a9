"""Decide whether one person may give a role to another; the answer no comes with its reason."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from amparo.access.actions.permission import Refused
from amparo.access.rules import Permission, Role, Scope, Viewer, conflicts_between, role_of
from amparo.accounts.queries import OrganisationRow, people_of, teams_of


class RoleNotAssignable(ValueError):
    """The role cannot be given to that person there; the message says why and may be shown."""


def require_may_assign(by: Viewer, *, role: Role, organisation: OrganisationRow, now: datetime) -> None:
    """Go on only when `by` may give that role in that organisation; raises `Refused`.

    A command on the machine may give any. Who manages an organisation's people gives its roles; who manages
    the installation gives only the first administrator of an organisation, and never a role with data.
    """
    if by.is_system and by.may(Permission.PEOPLE_MANAGE):
        return
    if by.may(Permission.PEOPLE_MANAGE):
        if by.organisation_id != organisation.id:
            raise Refused(_("You can give roles only in the organisation that you work for."))
        if role.code == "installation_administrator":
            raise Refused(
                _("This role is given only on the machine itself, with the command amparo user add.")
            )
        return
    if by.may(Permission.INSTALLATION_MANAGE):
        if role.code != "organisation_administrator" or _has_administrator(organisation.id, now):
            raise Refused(
                _(
                    "You can invite only the first administrator of an organisation. All other roles are given there."
                )
            )
        return
    raise Refused(_("Your role does not include giving roles to others."))


def assignable_role(code: str, *, organisation: OrganisationRow, team_id: int | None) -> Role:
    """Give the role of a code when that organisation may have it, and the team is its own."""
    role = role_of(code)
    if role is None:
        raise RoleNotAssignable(_("There is no role %(code)s.") % {"code": code})
    if role.organisation_kinds and organisation.kind not in role.organisation_kinds:
        if role.scope is not Scope.NONE or Permission.WALL_REVIEW in role.permissions:
            message = _("Your organisation is not of a kind that has the role %(role)s.")
            raise RoleNotAssignable(message % {"role": _(role.label)})
        message = _(
            "%(role)s works with figures of the whole country. Only the national rapporteur's office and "
            "central government have this role."
        )
        raise RoleNotAssignable(message % {"role": _(role.label)})
    if team_id is not None and team_id not in dict(teams_of(organisation.id)):
        raise RoleNotAssignable(
            _("The team belongs to another organisation. Choose one of this organisation.")
        )
    return role


def refuse_incompatible(role: Role, *, held: Iterable[str]) -> None:
    """Refuse a role that the same person must not hold together with one that they have."""
    conflicts = conflicts_between(role.code, held=held)
    if not conflicts:
        return
    other = role_of(conflicts[0])
    message = _(
        "The same person cannot be %(role)s and %(other)s: one of these roles would undo what the other "
        "protects. End the other role first, or choose somebody else."
    )
    raise RoleNotAssignable(
        message % {"role": _(role.label), "other": _(other.label) if other else conflicts[0]}
    )


def _has_administrator(organisation_id: int, now: datetime) -> bool:
    return any(person.role == "organisation_administrator" for person in people_of(organisation_id, now))
