"""Make and revoke the keys with which a program works in somebody's name."""

import secrets
from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from amparo.access.actions.permission import Refused, require, require_somebody
from amparo.access.rules import Permission, Viewer
from amparo.accounts import actions as accounts


def make_token(
    *,
    name: str,
    days: int,
    may_write: bool = False,
    by: Viewer,
    now: datetime,
    draw: Callable[[int], str] = secrets.token_urlsafe,
) -> str:
    """Make a key that works under the present membership; gives the key, which is told once and not kept."""
    require(by, Permission.TOKEN_MANAGE)
    require_somebody(by)
    if by.user_id is None or by.membership_id is None:
        raise Refused(_("Sign in to make a key."))
    return accounts.issue_token(
        name=name,
        days=days,
        may_write=may_write,
        user_id=by.user_id,
        membership_id=by.membership_id,
        by=by,
        now=now,
        draw=draw,
    )


def revoke_token(*, token_id: int, by: Viewer, now: datetime) -> None:
    """Make one of one's own keys stop working. Revoking it again changes nothing."""
    if not accounts.revoke_token(token_id=token_id, by=by, now=now):
        raise Refused(_("This key is not yours, or is not there."))
