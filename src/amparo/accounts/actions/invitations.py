"""Write invitations: sent by one, taken up once. Whether a second person has to agree is decided in `access`."""

import secrets
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.accounts.models import Invitation
from amparo.accounts.rules import INVITATION_LIFETIME, KEPT_AFTER_CLOSING, hash_of, make_secret, tidy_email
from amparo.audit.actions import record as record_event
from amparo.audit.rules import Actor


class InvitationNotOpen(LookupError):
    """The link is unknown, was used or replaced, or is too old: the same answer for each."""


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
