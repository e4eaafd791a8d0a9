"""Let somebody sign out where they left themselves signed in, and remove what signs them in."""

from datetime import datetime

from django.utils.translation import gettext as _

from amparo.access.actions.permission import Refused
from amparo.access.rules import Viewer
from amparo.accounts import actions as accounts
from amparo.audit.actions import record as record_event


def end_session(*, session: str, by: Viewer, now: datetime) -> None:
    """Sign out on one of one's own devices; raises `Refused` for any other."""
    if not accounts.end_session(user_id=by.known_user_id, session=session, by=by, now=now):
        raise Refused(_("You are not signed in there any more."))


def end_other_sessions(*, session: str, by: Viewer, now: datetime) -> int:
    """Sign out everywhere but in the session that is named; gives on how many devices."""
    ended = accounts.end_sessions(user_id=by.known_user_id, but=session)
    record_event("accounts.session.end_others", by=by, at=now, record=f"user:{by.known_user_id}", count=ended)
    return ended


def remove_passkey(*, passkey_id: int, session: str, by: Viewer, now: datetime) -> None:
    """Remove one of one's own passkeys; raises `Refused` for any other."""
    if not accounts.remove_passkey(passkey_id=passkey_id, session=session, by=by, now=now):
        raise Refused(_("This passkey is not yours, or is not there."))
