"""Keep sessions so that a stolen database opens none: the key only as its hash, the content sealed by the key itself. End them.

The cookie is the only place where the key stands. A session ends by its row: `expire_date` is worked out from what the
session keeps of its own time, so no page can forget to ask.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from amparo.accounts.models import Session
from amparo.accounts.rules import CLOCKS_MAY_DIFFER, hash_of_key, hold_of
from amparo.audit.actions import record as record_event
from amparo.audit.rules import Actor
from amparo.vault.asking import Given, Question

_NONCE_BYTES: Final = 12


def _running() -> QuerySet[Session, tuple[str]]:
    """Find a session by the clock of the host and by that of the database: set back, one of them would wake what ended.

    What was seen later than now was held by a clock that stood ahead, and would last as long as that.
    """
    running = Session.objects.filter(expire_date__gt=Given("now"), seen__lte=Given("soon"))
    return running.filter(expire_date__gt=Now(), session_key=Given("key")).values_list("session_data")


_RUNNING: Final = Question(_running)


class SessionStore(DatabaseStore):
    """The sessions of Django, sealed."""

    @classmethod
    def get_model_class(cls) -> Any:
        """Give the model in which sessions are kept."""
        return Session

    def load(self) -> dict[str, Any]:
        """Read and open the session of the cookie's key; anything else is an empty one."""
        key = self.session_key or ""
        now = timezone.now()
        found = _RUNNING.ask(key=hash_of_key(key), now=now, soon=now + CLOCKS_MAY_DIFFER)
        if not found:
            self._session_key = None
            return {}
        ((sealed,),) = found
        return _opened(sealed, key=key)

    def exists(self, session_key: str) -> bool:
        """Tell whether there is a session of that key."""
        return bool(self.model.objects.filter(session_key=hash_of_key(session_key)).exists())

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Lay out the row: sealed content, and beside it what the list of devices shows."""
        key = str(self._get_or_create_session_key())  # type: ignore[attr-defined]  # the stubs do not know it
        hold = hold_of(data)
        user_id = data.get(SESSION_KEY)
        now = timezone.now()
        return self.model(
            session_key=hash_of_key(key),
            session_data=_sealed(data, key=key),
            expire_date=hold.ends if hold and user_id else self.get_expiry_date(),
            user_id=int(user_id) if user_id else None,
            began=hold.began if hold else now,
            seen=hold.seen if hold else now,
            device=hold.device if hold else "",
        )

    def delete(self, session_key: str | None = None) -> None:
        """End the session of that key, or this one."""
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=hash_of_key(key)).delete()


def end_sessions(*, user_id: int, but: str = "") -> int:
    """Sign a user out everywhere, but for the session of that hash; gives how many sessions ended."""
    return Session.objects.filter(user_id=user_id).exclude(session_key=but).delete()[0]


def end_every_session() -> int:
    """Sign everybody out, as after a restore; gives how many sessions ended."""
    return Session.objects.all().delete()[0]


@transaction.atomic
def end_session(*, user_id: int, session: str, by: Actor, now: datetime) -> bool:
    """Sign a user out on one device; tells whether they were signed in there."""
    ended = Session.objects.filter(user_id=user_id, session_key=session).delete()[0]
    if ended:
        record_event("accounts.session.end", by=by, at=now, record=f"user:{user_id}")
    return bool(ended)


def forget_sessions(*, now: datetime) -> int:
    """Remove the sessions that ended."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def _cipher(key: str) -> AESGCMSIV:
    """Derive the cipher from the key and the secret of the installation: neither opens a session alone."""
    return AESGCMSIV(
        hashlib.blake2b(
            key.encode(), key=hashlib.sha512(settings.SECRET_KEY.encode()).digest(), digest_size=32,
            person=b"amparo session",
        ).digest()
    )  # fmt: skip


def _sealed(data: dict[str, Any], *, key: str) -> str:
    plain = json.dumps(data, separators=(",", ":")).encode()
    nonce = os.urandom(_NONCE_BYTES)
    return base64.b64encode(nonce + _cipher(key).encrypt(nonce, plain, None)).decode()


def _opened(text: str, *, key: str) -> dict[str, Any]:
    try:
        content = base64.b64decode(text, validate=True)
        plain = _cipher(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], None)
    except (binascii.Error, ValueError, InvalidTag):
        return {}
    opened: dict[str, Any] = json.loads(plain)
    return opened
