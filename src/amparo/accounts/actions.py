"""Write organisations, users, memberships, invitations and keys, each logged.

These do not ask whether the actor may: the roles are known one rung higher, and `access.actions` asks them
before it calls these.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amparo.accounts.models import ApiToken, Invitation, Membership, Organisation, Team, User
from amparo.accounts.password_link import write_link
from amparo.accounts.queries import find_user_of_link
from amparo.accounts.rules import (
    INVITATION_LIFETIME,
    KEPT_AFTER_CLOSING,
    LONGEST_TOKEN_LIFETIME,
    SignedIn,
    hash_of,
    make_secret,
    make_token,
    tidy_email,
    tidy_name,
)
from amparo.audit.actions import record as record_event
from amparo.audit.rules import Actor
from amparo.vocab.codes import code_list


class NameTaken(ValueError):
    """Another organisation, or another team of the same one, has that name."""


class UnknownKind(ValueError):
    """The kind of an organisation is not in the code list."""


class InvitationNotOpen(LookupError):
    """The link is unknown, was used or replaced, or is too old: the same answer for each."""


class LinkNotOpen(LookupError):
    """The link for a new password was used, is too old, or never was one."""


class TokenTooLong(ValueError):
    """A key must stop working within ninety days."""


@transaction.atomic
def add_organisation(*, name: str, kind: str, by: Actor, now: datetime) -> int:
    """Add an organisation and give its id; raises `NameTaken` or `UnknownKind`."""
    kinds = code_list("organisation_kind")
    if kind not in kinds:
        known = ", ".join(code.code for code in kinds)
        message = _("%(kind)s is no kind of organisation. Choose one of: %(known)s.")
        raise UnknownKind(message % {"kind": kind, "known": known})
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(name=tidy_name(name), kind=kind, created_at=now)
    except IntegrityError as error:
        raise NameTaken(_("An organisation with this name is there already.")) from error
    record_event("accounts.organisation.add", by=by, at=now, record=f"organisation:{organisation.pk}")
    return organisation.pk


@transaction.atomic
def rename_organisation(*, organisation_id: int, name: str, by: Actor, now: datetime) -> None:
    """Give an organisation another name; raises `NameTaken`."""
    try:
        with transaction.atomic():
            Organisation.objects.filter(pk=organisation_id).update(name=tidy_name(name))
    except IntegrityError as error:
        raise NameTaken(_("An organisation with this name is there already.")) from error
    record_event("accounts.organisation.rename", by=by, at=now, record=f"organisation:{organisation_id}")


@transaction.atomic
def add_team(*, organisation_id: int, name: str, by: Actor, now: datetime) -> int:
    """Add a team to an organisation and give its id; raises `NameTaken`."""
    try:
        with transaction.atomic():
            team = Team.objects.create(organisation_id=organisation_id, name=tidy_name(name))
    except IntegrityError as error:
        raise NameTaken(_("A team with this name is there already.")) from error
    record_event("accounts.team.add", by=by, at=now, record=f"team:{team.pk}")
    return team.pk


@transaction.atomic
def add_user(
    *, email: str, name: str, password: str | None, now: datetime, language: str = settings.LANGUAGE_CODE
) -> int:
    """Add somebody who signs in with that password and give their id; raises `ValidationError` by field.

    Without a password nobody can sign in as them until a password link is issued.
    """
    user = User(email=tidy_email(email), name=tidy_name(name), language=language, created_at=now)
    if not user.name:
        raise ValidationError({"name": [_("Enter your name as colleagues know it.")]})
    if password is None:
        user.set_unusable_password()
    else:
        _give_password(user, password)
    user.save(force_insert=True)
    return user.pk


@transaction.atomic
def change_details(*, user_id: int, name: str, language: str, by: Actor, now: datetime) -> None:
    """Change the name and the language of a user."""
    User.objects.filter(pk=user_id).update(name=tidy_name(name), language=language)
    record_event("accounts.user.change", by=by, at=now, record=f"user:{user_id}", fields=("name", "language"))


@transaction.atomic
def issue_password_link(*, user_id: int, by: Actor, now: datetime) -> str:
    """Make a link with which that user sets a new password once; gives its secret, which is told once."""
    secret = write_link(User.objects.get(pk=user_id), now)
    record_event("accounts.password.renew", by=by, at=now, record=f"user:{user_id}")
    return secret


@transaction.atomic
def set_password(*, secret: str, password: str, now: datetime) -> None:
    """Set the password that the holder of a link chose; raises `LinkNotOpen` or `ValidationError` by field."""
    user = find_user_of_link(secret, now)
    if user is None:
        raise LinkNotOpen(_("This link no longer works. Ask for a new one."))
    _give_password(user, password)
    user.save(update_fields=["password"])
    record_event("accounts.password.change", by=SignedIn(user_id=user.pk), at=now, record=f"user:{user.pk}")


@transaction.atomic
def issue_invitation(
    *,
    email: str,
    organisation_id: int,
    team_id: int | None,
    role: str,
    by: Actor,
    now: datetime,
    draw: Callable[[int], str] = secrets.token_urlsafe,
) -> str:
    """Invite an address to a role; gives the secret of the link, which is told once and not kept.

    An earlier invitation of the same address to the same role there stops working.
    """
    address = tidy_email(email)
    earlier = Invitation.objects.filter(email=address, organisation_id=organisation_id, role=role)
    earlier.filter(accepted_at__isnull=True, withdrawn_at__isnull=True).update(withdrawn_at=now)
    secret = make_secret(draw)
    invitation = Invitation.objects.create(
        email=address,
        organisation_id=organisation_id,
        team_id=team_id,
        role=role,
        token_hash=hash_of(secret),
        invited_by_id=by.user_id,
        created_at=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    record_event("accounts.invitation.send", by=by, at=now, record=f"invitation:{invitation.pk}")
    return secret


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, organisation_id: int, by: Actor, now: datetime) -> None:
    """Make an invitation of that organisation stop working; raises `InvitationNotOpen`."""
    invitations = Invitation.objects.filter(pk=invitation_id, organisation_id=organisation_id)
    if not invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True).update(withdrawn_at=now):
        raise InvitationNotOpen(_("This invitation was taken up or withdrawn already."))
    record_event("accounts.invitation.withdraw", by=by, at=now, record=f"invitation:{invitation_id}")


@transaction.atomic
def close_invitation(*, invitation_id: int, by: Actor, now: datetime) -> None:
    """Mark an invitation as taken up, once; whoever comes second gets `InvitationNotOpen`."""
    if not Invitation.objects.open(now).filter(pk=invitation_id).update(accepted_at=now):
        raise InvitationNotOpen(_("This invitation was taken up or withdrawn already."))
    record_event("accounts.invitation.accept", by=by, at=now, record=f"invitation:{invitation_id}")


def forget_invitations(*, now: datetime) -> int:
    """Remove the invitations that closed a month ago, with their addresses; the log keeps who invited and who came."""
    return Invitation.objects.filter(expires_at__lt=now - KEPT_AFTER_CLOSING).delete()[0]


def forget_tokens(*, now: datetime) -> int:
    """Remove the keys that ran out a month ago; the log keeps who made and ended them."""
    return ApiToken.objects.filter(expires_at__lt=now - KEPT_AFTER_CLOSING).delete()[0]


def note_token_use(*, token_id: int, now: datetime) -> None:
    """Keep when a key was last used, to the hour: its owner sees which keys nobody needs, and most requests write nothing."""
    used_lately = ApiToken.objects.filter(pk=token_id, last_used_at__gt=now - timedelta(hours=1))
    if not used_lately.exists():
        ApiToken.objects.filter(pk=token_id).update(last_used_at=now)


@transaction.atomic
def start_membership(
    *, user_id: int, organisation_id: int, team_id: int | None, role: str, by: Actor, now: datetime
) -> int:
    """Let a user work in a role from today and give the membership's id; one that runs already goes on."""
    membership, is_new = Membership.objects.get_or_create(
        user_id=user_id,
        organisation_id=organisation_id,
        role=role,
        until=None,
        defaults={"team_id": team_id, "since": timezone.localdate(now)},
    )
    if is_new:
        record_event("accounts.membership.start", by=by, at=now, record=f"membership:{membership.pk}")
    return membership.pk


@transaction.atomic
def end_membership(*, membership_id: int, by: Actor, now: datetime) -> None:
    """End a membership at once, with the keys that worked under it."""
    Membership.objects.filter(pk=membership_id).update(until=timezone.localdate(now))
    ApiToken.objects.filter(membership_id=membership_id, revoked_at__isnull=True).update(revoked_at=now)
    record_event("accounts.membership.end", by=by, at=now, record=f"membership:{membership_id}")


def lock_user(user_id: int) -> None:
    """Let only one transaction at a time act for a user, until it ends."""
    User.objects.select_for_update().filter(pk=user_id).values_list("pk").first()


@transaction.atomic
def suspend_membership(*, membership_id: int, by: Actor, now: datetime) -> None:
    """Let nobody work under a membership until two people lift that; its keys stop for good."""
    Membership.objects.filter(pk=membership_id, suspended_at__isnull=True).update(suspended_at=now)
    ApiToken.objects.filter(membership_id=membership_id, revoked_at__isnull=True).update(revoked_at=now)
    record_event("accounts.membership.suspend", by=by, at=now, record=f"membership:{membership_id}")


@transaction.atomic
def lift_suspension(*, membership_id: int, by: Actor, now: datetime) -> bool:
    """Let somebody work under a membership again; tells whether it was suspended."""
    lifted = Membership.objects.filter(pk=membership_id, suspended_at__isnull=False).update(suspended_at=None)
    if lifted:
        record_event("accounts.membership.resume", by=by, at=now, record=f"membership:{membership_id}")
    return lifted > 0


@transaction.atomic
def keep_staff_number(*, user_id: int, staff_number: str, by: Actor, now: datetime) -> None:
    """Keep under which number a user is employed."""
    User.objects.filter(pk=user_id).update(staff_number=tidy_name(staff_number))
    record_event("accounts.user.number", by=by, at=now, record=f"user:{user_id}", fields=("staff_number",))


@transaction.atomic
def issue_token(
    *,
    name: str,
    days: int,
    user_id: int,
    membership_id: int,
    by: Actor,
    now: datetime,
    draw: Callable[[int], str] = secrets.token_urlsafe,
) -> str:
    """Make a key that works under a membership; gives the key, which is told once and not kept."""
    if not 0 < days <= LONGEST_TOKEN_LIFETIME.days:
        raise TokenTooLong(_("Choose between 1 and %(days)d days.") % {"days": LONGEST_TOKEN_LIFETIME.days})
    secret = make_token(draw)
    token = ApiToken.objects.create(
        user_id=user_id,
        membership_id=membership_id,
        name=tidy_name(name),
        token_hash=hash_of(secret),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record_event("accounts.token.make", by=by, at=now, record=f"token:{token.pk}")
    return secret


@transaction.atomic
def revoke_token(*, token_id: int, by: Actor, now: datetime) -> bool:
    """Make one of the actor's own keys stop working; tells whether there was such a key."""
    if by.user_id is None:
        return False
    own = ApiToken.objects.filter(pk=token_id, user_id=by.user_id)
    if not own.exists():
        return False
    if own.filter(revoked_at__isnull=True).update(revoked_at=now):
        record_event("accounts.token.revoke", by=by, at=now, record=f"token:{token_id}")
    return True


def _give_password(user: User, password: str) -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
