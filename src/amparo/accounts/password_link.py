"""Make and read the link with which somebody who forgot their password sets a new one."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int, int_to_base36

from amparo.accounts.models import User
from amparo.accounts.rules import CLOCKS_MAY_DIFFER


class PasswordLink(PasswordResetTokenGenerator):
    """Ties a link to the password and the last sign-in of its user, so that it works once and for three days."""

    key_salt = "amparo.accounts.password_link"

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._moment = now.astimezone(UTC).replace(tzinfo=None)

    def check_token(self, user: User | None, token: str | None) -> bool:
        """Refuse one that is not made yet too: the clock that made it stood ahead, or this one was set back."""
        if not super().check_token(user, token):
            return False
        made = base36_to_int(str(token).partition("-")[0])
        return made <= self._num_seconds(self._moment + CLOCKS_MAY_DIFFER)

    def _now(self) -> datetime:
        return self._moment


def write_link(user: User, now: datetime) -> str:
    """Give the secret of a link for that user. It is kept nowhere: it is worked out from what is there."""
    return f"{int_to_base36(user.pk)}-{PasswordLink(now).make_token(user)}"


def user_id_in(secret: str) -> int | None:
    """Read whose link it says it is; `is_good_for` then tells whether that is true."""
    try:
        return base36_to_int(secret.partition("-")[0])
    except ValueError:
        return None


def is_good_for(user: User, secret: str, now: datetime) -> bool:
    """Tell whether the link was made for that user, still works and was not used."""
    return PasswordLink(now).check_token(user, secret.partition("-")[2])
