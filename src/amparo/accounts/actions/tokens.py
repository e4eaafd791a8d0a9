"""Write the keys with which programs work."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.accounts.models import ApiToken
from amparo.accounts.rules import KEPT_AFTER_CLOSING, LONGEST_TOKEN_LIFETIME, hash_of, make_token, tidy_name
from amparo.audit.actions import record as record_event
from amparo.audit.rules import Actor


class TokenTooLong(ValueError):
    """A key must stop working within ninety days."""


@transaction.atomic
def issue_token(
    *,
    name: str,
    days: int,
    may_write: bool,
    user_id: int,
    membership_id: int,
    by: Actor,
    now: datetime,
    draw: Callable[[int], str] = secrets.token_urlsafe,
) -> str:
    """Make a key that works under a membership, to read or also to write; gives the key, which is told once and not kept."""
    if not 0 < days <= LONGEST_TOKEN_LIFETIME.days:
        raise TokenTooLong(_("Choose between 1 and %(days)d days.") % {"days": LONGEST_TOKEN_LIFETIME.days})
    secret = make_token(draw)
    token = ApiToken.objects.create(
        user_id=user_id,
        membership_id=membership_id,
        name=tidy_name(name),
        token_hash=hash_of(secret),
        may_write=may_write,
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


def note_token_use(*, token_id: int, now: datetime) -> None:
    """Keep when a key was last used, to the hour: its owner sees which keys nobody needs, and most requests write nothing."""
    used_lately = ApiToken.objects.filter(pk=token_id, last_used_at__gt=now - timedelta(hours=1))
    if not used_lately.exists():
        ApiToken.objects.filter(pk=token_id).update(last_used_at=now)


def forget_tokens(*, now: datetime) -> int:
    """Remove the keys that ran out a month ago; the log keeps who made and ended them."""
    return ApiToken.objects.filter(expires_at__lt=now - KEPT_AFTER_CLOSING).delete()[0]
