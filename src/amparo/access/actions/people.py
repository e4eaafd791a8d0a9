"""Let people into an organisation, change what they do there, and let them go."""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from amparo.access.actions.dual import SecondPersonNeeded, ask_act, has_second_person
from amparo.access.actions.kinds import INVITE, ROLE_CHANGE, ROLE_INVITE, SUSPENSION_LIFT
from amparo.access.actions.notices import tell
from amparo.access.actions.permission import Refused, require
from amparo.access.actions.roles import (
    RoleNotAssignable,
    assignable_role,
    refuse_incompatible,
    require_may_assign,
)
from amparo.access.queries import asked_and_done
from amparo.access.rules import Permission, Role, Viewer, role_of
from amparo.accounts import actions as accounts
from amparo.accounts.actions import InvitationNotOpen
from amparo.accounts.queries import (
    InvitationRow,
    MembershipRow,
    OrganisationRow,
    asleep_people_of,
    find_invitation,
    find_membership,
    find_user_id,
    get_organisation,
    had_people,
    members_in_roles,
    memberships_of,
    people_of,
    suspended_memberships,
)
from amparo.accounts.rules import tidy_email
from amparo.audit.actions import record as record_event

RENEWED_OWN, RENEWED_OTHER = "renewed_own", "renewed_other"


class SecondPersonAwaited(RoleNotAssignable):
    """A second person has not said yet that the role shall be given."""


class SignInFirst(Exception):
    """The invited address signs in here already, so the link alone does not prove who holds it."""


@transaction.atomic
def invite_user(
    *,
    email: str,
    organisation_id: int,
    role: str,
    by: Viewer,
    now: datetime,
    team_id: int | None = None,
    draw: Callable[[int], str] = secrets.token_urlsafe,
) -> str:
    """Invite an address to a role; gives the secret of the link, which is told once and not kept.

    An earlier invitation of the same address to the same role there stops working. To a role that reaches far the
    invitation waits for a second person, who is asked by this; to another role it does where there is somebody who
    could be the second. Raises `Refused`, `RoleNotAssignable`, or
    `ValidationError` about the address.
    """
    address = tidy_email(email)
    validate_email(address)
    organisation = _active_organisation(organisation_id)
    chosen = assignable_role(role, organisation=organisation, team_id=team_id)
    require_may_assign(by, role=chosen, organisation=organisation, now=now)
    # Only roles here are compared now: what somebody does elsewhere is not for this inviter to learn.
    # Accepting compares them all.
    here = [person.role for person in people_of(organisation_id, now) if person.email == address]
    refuse_incompatible(chosen, held=here)
    secret = accounts.issue_invitation(
        email=address, organisation_id=organisation_id, team_id=team_id, role=role, by=by, now=now, draw=draw
    )
    kind = None if by.is_system else _second_asked(chosen, organisation_id=organisation_id, by=by, now=now)
    if kind is not None:
        issued = find_invitation(secret, now)
        assert issued is not None  # just now
        named = {"invitation": issued.id, "role": role, "organisation": organisation_id, "team": team_id}
        ask_act(
            kind, named, by=by, now=now, organisation_id=organisation_id, beneficiary=find_user_id(address),
        )  # fmt: skip
    return secret


def _second_asked(role: Role, *, organisation_id: int, by: Viewer, now: datetime) -> str | None:
    """Say as which kind of act an invitation waits; None where one person invites alone.

    An organisation without anybody yet has nothing to be seen. A role that reaches far always takes two; any other one
    where somebody could be the second: another administrator, a supervisor, or who keeps the installation.
    """
    if not had_people(organisation_id):
        return None
    if role.is_sensitive:
        return ROLE_INVITE
    return None if invites_alone(organisation_id=organisation_id, by=by, now=now) else INVITE


def invites_alone(*, organisation_id: int, by: Viewer, now: datetime) -> bool:
    """Tell whether nobody is there who could agree to an invitation."""
    return not has_second_person(INVITE, organisation_id=organisation_id, by=by, now=now)


def withdraw_invitation(*, invitation_id: int, by: Viewer, now: datetime) -> None:
    """Make an invitation of the own organisation stop working; raises `InvitationNotOpen`."""
    require(by, Permission.PEOPLE_MANAGE)
    accounts.withdraw_invitation(
        invitation_id=invitation_id, organisation_id=_own_organisation(by), by=by, now=now
    )


def awaits_second_person(invitation: InvitationRow) -> bool:
    """Tell whether an invitation cannot be taken up yet."""
    return bool(awaiting_invitations([invitation]))


def awaiting_invitations(invitations: Iterable[InvitationRow]) -> frozenset[int]:
    """Tell which invitations cannot be taken up yet; one that was made on the machine itself waits for nobody.

    One to a role that reaches far waits whether a second person was asked or not; any other only where one was asked.
    """
    by_people = {one.id: one for one in invitations if one.invited_by is not None}
    asked, agreed = asked_and_done((INVITE, ROLE_INVITE), name="invitation", values=by_people)
    waiting = by_people.keys() - agreed
    return frozenset(one for one in waiting if one in asked or _reaches_far(by_people[one]))


def wake_person(*, user_id: int, by: Viewer, now: datetime) -> None:
    """Wake an account of the own organisation that nobody used for long; any other one looks as if it were not there."""
    require(by, Permission.PEOPLE_MANAGE)
    asleep = [asleep_id for asleep_id, _name in asleep_people_of(_own_organisation(by), now)]
    if user_id not in asleep or not accounts.wake(user_id=user_id, by=by, now=now):
        raise Refused(_("This account is awake, or is not one of your organisation."))


@transaction.atomic
def accept_invitation(
    *,
    secret: str,
    by: Viewer,
    now: datetime,
    name: str = "",
    password: str = "",
    language: str = settings.LANGUAGE_CODE,
) -> MembershipRow:
    """Take up an invitation: a new address gets a user with that name, password and language, and the role begins.

    An address that signs in already must be signed in as `by`; then the user stays as it is.
    Raises `InvitationNotOpen`, `SignInFirst`, `SecondPersonAwaited`, `RoleNotAssignable`, or `ValidationError` by field.
    """
    # Locked, so that the same form sent twice makes one user.
    invitation = find_invitation(secret, now, for_update=True)
    if invitation is None:
        raise InvitationNotOpen(
            _(
                "This link no longer works: it was used, replaced, or is older than three days. Ask for a new one."
            )
        )
    if awaits_second_person(invitation):
        raise SecondPersonAwaited(_("A second person has to agree first."))
    user_id = find_user_id(invitation.email)
    if user_id is None:
        offered = role_of(invitation.role)
        user_id = accounts.add_user(
            email=invitation.email,
            name=name,
            password=password,
            language=language,
            now=now,
            is_password_alone=offered is not None and not offered.needs_second_factor,
        )
    elif user_id != by.user_id:
        raise SignInFirst(_("Sign in with this address first, then open the link again."))
    organisation = _active_organisation(invitation.organisation_id)
    role = assignable_role(invitation.role, organisation=organisation, team_id=invitation.team_id)
    refuse_incompatible(role, held=[held.role for held in memberships_of(user_id, now)])
    accepting = Viewer(user_id=user_id, organisation_id=organisation.id)
    accounts.close_invitation(invitation_id=invitation.id, by=accepting, now=now)
    membership_id = accounts.start_membership(
        user_id=user_id,
        organisation_id=organisation.id,
        team_id=invitation.team_id,
        role=role.code,
        by=accepting,
        now=now,
    )
    return next(held for held in memberships_of(user_id, now) if held.id == membership_id)


def _reaches_far(invitation: InvitationRow) -> bool:
    role = role_of(invitation.role)
    return role is not None and role.is_sensitive and had_people(invitation.organisation_id)


@transaction.atomic
def change_membership(
    *, membership_id: int, role: str, team_id: int | None, by: Viewer, now: datetime
) -> int:
    """Let somebody work in another role or team from now on: the old membership ends, a new one begins.

    Gives the id of the new one. The keys that worked under the old one stop. Raises `SecondPersonNeeded` for a role that
    reaches far: see `ask_role_change`.
    """
    membership = _changeable(membership_id, by=by, now=now)
    found = role_of(role)
    if found is not None and found.is_sensitive and role != membership.role and not by.is_system:
        raise SecondPersonNeeded
    return carry_out_change(membership_id=membership_id, role=role, team_id=team_id, by=by, now=now)


@transaction.atomic
def ask_role_change(*, membership_id: int, role: str, team_id: int | None, by: Viewer, now: datetime) -> UUID:
    """Ask a second person to give somebody a role that reaches far; gives the id of the act."""
    membership = _changeable(membership_id, by=by, now=now)
    _refuse_change(membership, role=role, team_id=team_id, by=by, now=now)
    return ask_act(
        ROLE_CHANGE,
        {"membership": membership.id, "held": membership.role, "role": role, "team": team_id},
        by=by,
        now=now,
        beneficiary=membership.user_id,
    )


@transaction.atomic
def carry_out_change(*, membership_id: int, role: str, team_id: int | None, by: Viewer, now: datetime) -> int:
    """Change a role as one person may, or as two people decided: called by `change_membership` and by the act of two."""
    membership = _changeable(membership_id, by=by, now=now)
    if (membership.role, membership.team_id) == (role, team_id):
        return membership.id
    _refuse_change(membership, role=role, team_id=team_id, by=by, now=now)
    accounts.end_membership(membership_id=membership.id, by=by, now=now)
    return accounts.start_membership(
        user_id=membership.user_id,
        organisation_id=membership.organisation_id,
        team_id=team_id,
        role=role,
        by=by,
        now=now,
    )


def ask_lift(*, membership_id: int, by: Viewer, now: datetime) -> UUID:
    """Ask somebody of another organisation to let a suspended person work again; gives the id of the act."""
    require(by, Permission.PEOPLE_MANAGE)
    suspended = {one.id: one for one in suspended_memberships(_own_organisation(by))}
    found = suspended.get(membership_id)
    if found is None:
        raise Refused(_("This role has ended, or is not one of your organisation."))
    return ask_act(SUSPENSION_LIFT, {"membership": found.id}, by=by, now=now, beneficiary=found.user_id)


def keep_staff_number(*, membership_id: int, staff_number: str, by: Viewer, now: datetime) -> None:
    """Keep under which number somebody of the own organisation is employed; nobody enters their own."""
    membership = _changeable(membership_id, by=by, now=now)
    accounts.keep_staff_number(user_id=membership.user_id, staff_number=staff_number, by=by, now=now)


def end_membership(*, membership_id: int, by: Viewer, now: datetime) -> None:
    """End somebody's role at once, with the keys that worked under it."""
    membership = _changeable(membership_id, by=by, now=now)
    accounts.end_membership(membership_id=membership.id, by=by, now=now)


def renew_password(*, membership_id: int, by: Viewer, now: datetime) -> str:
    """Make a link with which somebody who forgot their password sets a new one; gives its secret, once.

    Only for somebody whose second factor stands, because then the link alone signs nobody in; and only when
    they work for no other organisation, whose people it would concern too. A command on the machine may always.
    """
    if by.is_system:
        require(by, Permission.PEOPLE_MANAGE)
        membership = find_membership(membership_id, now)
        if membership is None:
            raise Refused(_("This role has ended."))
    else:
        membership = _changeable(membership_id, by=by, now=now)
        if not membership.has_second_factor:
            raise Refused(
                _(
                    "This person has no second step of signing in, so the link alone would sign you in as them. Ask "
                    "whoever looks after the installation."
                )
            )
        if any(
            held.organisation_id != by.organisation_id for held in memberships_of(membership.user_id, now)
        ):
            raise Refused(
                _("This person works for another organisation too. Ask whoever looks after the installation.")
            )
    _tell_of_renewal(membership.user_id, by=by, now=now)
    return accounts.issue_password_link(user_id=membership.user_id, by=by, now=now)


@transaction.atomic
def renew_access(*, email: str, by: Viewer, now: datetime) -> str:
    """Let somebody who lost phone and recovery codes begin again; gives the secret of a link for a new password, once.

    Their second step is taken away, and an account that sleeps wakes. Only a command on the machine does this, never somebody at a page.
    """
    require(by, Permission.PEOPLE_MANAGE)
    user_id = find_user_id(email) if by.is_system else None
    if user_id is None:
        raise Refused(_("Nobody signs in with this address."))
    accounts.remove_factors(user_id=user_id, by=by, now=now)
    _tell_of_renewal(user_id, by=by, now=now)
    accounts.wake(user_id=user_id, by=by, now=now)
    return accounts.issue_password_link(user_id=user_id, by=by, now=now)


def _tell_of_renewal(user_id: int, *, by: Viewer, now: datetime) -> None:
    """Tell the person herself and the administrators of her organisations; where one has no other, those of the installation."""
    own = memberships_of(user_id, now)
    tell([(user_id, held.organisation_id) for held in own], RENEWED_OWN, now=now)
    told: list[tuple[int, int]] = []
    for organisation in {held.organisation_id for held in own}:
        keepers = members_in_roles(["organisation_administrator"], now, organisation_id=organisation)
        others = [keeper for keeper in keepers if keeper.user_id not in (user_id, by.user_id)]
        others = others or [
            keeper
            for keeper in members_in_roles(["installation_administrator"], now)
            if keeper.user_id not in (user_id, by.user_id)
        ]
        told += [(keeper.user_id, keeper.organisation_id) for keeper in others]
    tell(told, RENEWED_OTHER, now=now)


def choose_membership(*, membership_id: int, by: Viewer, now: datetime) -> MembershipRow:
    """Work under another of one's own memberships from now on; the caller keeps the choice in the session."""
    membership = find_membership(membership_id, now)
    if by.token_id is not None or membership is None or membership.user_id != by.user_id:
        raise Refused(_("You do not work in this role, or it has ended. Choose one from the list."))
    chosen = Viewer(
        user_id=by.user_id, membership_id=membership.id, organisation_id=membership.organisation_id
    )
    record_event("accounts.membership.choose", by=chosen, at=now, record=f"membership:{membership.id}")
    return membership


def _refuse_change(
    membership: MembershipRow, *, role: str, team_id: int | None, by: Viewer, now: datetime
) -> None:
    organisation = _active_organisation(membership.organisation_id)
    chosen = assignable_role(role, organisation=organisation, team_id=team_id)
    require_may_assign(by, role=chosen, organisation=organisation, now=now)
    others = [held for held in memberships_of(membership.user_id, now) if held.id != membership.id]
    refuse_incompatible(chosen, held=[held.role for held in others])
    if any((held.organisation_id, held.role) == (organisation.id, role) for held in others):
        raise RoleNotAssignable(_("This person has this role here already. Change or end that one."))


def _changeable(membership_id: int, *, by: Viewer, now: datetime) -> MembershipRow:
    """Find the running membership that `by` may change; another organisation's looks like none."""
    require(by, Permission.PEOPLE_MANAGE)
    membership = find_membership(membership_id, now)
    if membership is None or membership.organisation_id != _own_organisation(by):
        raise Refused(_("This role has ended, or is not one of your organisation."))
    if membership.user_id == by.user_id:
        raise Refused(_("You cannot change your own role. Ask another administrator of your organisation."))
    return membership


def _own_organisation(by: Viewer) -> int:
    if by.organisation_id is None:
        raise Refused(_("You work for no organisation at present."))
    return by.organisation_id


def _active_organisation(organisation_id: int) -> OrganisationRow:
    organisation = get_organisation(organisation_id)
    if organisation is None or not organisation.is_active:
        raise RoleNotAssignable(_("This organisation is not there, or no longer works here."))
    return organisation
