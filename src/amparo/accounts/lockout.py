"""Name the one who tries to sign in, for the counters against guessing."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from amparo.accounts.rules import tidy_email


def typed_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Give a keyed hash of the address that was typed: people type passwords into the wrong field."""
    given = credentials or {}
    typed = given.get("email") or given.get("username") or request.POST.get("login", "")
    return salted_hmac("amparo.accounts.lockout", tidy_email(str(typed))).hexdigest()
