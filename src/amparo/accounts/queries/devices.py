"""Read where somebody is signed in, and with which passkeys and keys for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from amparo.accounts.models import (
    ApiToken,
    Session,
)
from amparo.accounts.queries.people import second_factors
from amparo.accounts.rules import hash_of_key


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceRow:
    """One place where somebody is signed in, as only they see it."""

    session: str
    device: str
    began: datetime
    seen: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PasskeyRow:
    """One passkey, as its owner sees it."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRow:
    """One key of a program, as a page shows it: never the key."""

    id: int
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    may_write: bool


def passkeys_of(user_id: int) -> list[PasskeyRow]:
    """List a user's passkeys, the oldest first."""
    rows = second_factors().filter(user_id=user_id, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return [PasskeyRow(id=row.pk, name=str(row.data.get("name", ""))) for row in rows]


def devices_of(user_id: int, now: datetime) -> list[DeviceRow]:
    """List where a user is signed in, the last used first."""
    rows = Session.objects.filter(user_id=user_id, expire_date__gt=now).order_by("-seen", "session_key")
    return [
        DeviceRow(session=row.session_key, device=row.device, began=row.began, seen=row.seen) for row in rows
    ]


def session_of(request: HttpRequest) -> str:
    """Give by which the session of this request is known in the list of devices."""
    return hash_of_key(request.session.session_key or "")


def tokens_of(user_id: int, now: datetime) -> list[TokenRow]:
    """List a user's keys that still work, the newest first."""
    rows = ApiToken.objects.working(now).filter(user_id=user_id)
    return [
        TokenRow(
            id=row.pk,
            name=row.name,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            may_write=row.may_write,
        )
        for row in rows.order_by("-created_at")
    ]
