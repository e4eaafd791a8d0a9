"""Know a browser again in which somebody signed in before, so that strangers' guesses do not hold its owner up."""

from __future__ import annotations

import secrets
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from amparo.accounts.actions.guessing import about_name

COOKIE: Final = "known"
_SALT: Final = "amparo.accounts.known_devices"
_DAYS: Final = 90


def known_device(request: HttpRequest, *, name: str) -> str:
    """Give what tells this browser from others, when somebody of that name signed in on it; otherwise nothing."""
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_DAYS * 24 * 60 * 60)
        return str(kept["device"]) if kept["name"] == about_name(name) else ""
    except (signing.BadSignature, KeyError, TypeError):
        return ""


def remember_device(response: HttpResponse, *, name: str) -> None:
    """Let the browser be known by a signed cookie that holds a keyed hash and a random number.

    It goes when the browser is closed, and when somebody signs out: a shared computer keeps nobody's.
    """
    kept = {"name": about_name(name), "device": secrets.token_urlsafe(12)}
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=_SALT),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
