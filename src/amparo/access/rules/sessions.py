"""Say for each role how long a session lasts: without any page opened, and in all."""

from datetime import timedelta
from typing import Final

from amparo.access.rules.roles import role_of
from amparo.accounts.rules import SessionLimits

FRESH: Final = timedelta(
    minutes=5
)  # so long ago somebody may have shown who they are, before what matters most
FRESH_TO_SEND: Final = timedelta(
    minutes=10
)  # and when they send the page that they opened while it was fresh

_USUAL: Final = SessionLimits(idle=timedelta(minutes=20), longest=timedelta(hours=10))
_SENSITIVE: Final = SessionLimits(idle=timedelta(minutes=10), longest=timedelta(hours=2))
_BY_ROLE: Final = {
    "competent_authority": SessionLimits(idle=timedelta(minutes=15), longest=timedelta(hours=8)),
}


def session_limits(code: str) -> SessionLimits:
    """Give the limits of a session in which somebody works in that role; without a role, the usual ones."""
    role = role_of(code)
    if role is not None and role.needs_passkey:
        return _SENSITIVE
    return _BY_ROLE.get(code, _USUAL)
