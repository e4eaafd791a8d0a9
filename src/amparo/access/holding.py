"""Hold a session to the limits of the role, and ask whether somebody showed lately who they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from amparo.access.rules import Viewer, session_limits
from amparo.accounts.rules import NOTED_AFTER, SessionHold, device_of, hold_of, keep_hold


def hold_session(request: HttpRequest, viewer: Viewer, now: datetime) -> None:
    """Note that somebody opened a page, and which limits hold. What a script asks by itself prolongs nothing."""
    if not viewer.is_signed_in or viewer.token_id is not None:
        return
    limits = session_limits(viewer.role)
    held = hold_of(request.session)
    if held is None:
        device = device_of(request.headers.get("User-Agent", ""))
        keep_hold(request.session, SessionHold(began=now, seen=now, limits=limits, device=device))
        return
    is_noted = not _is_asked_by_script(request) and now - held.seen >= NOTED_AFTER
    if is_noted or held.limits != limits:
        keep_hold(request.session, replace(held, seen=now if is_noted else held.seen, limits=limits))


def _is_asked_by_script(request: HttpRequest) -> bool:
    """Tell whether a page asked in the background: what the pages say of themselves can only shorten a session."""
    return "X-Requested-With" in request.headers or request.path.startswith("/api/")


def shown_lately(request: HttpRequest, *, within: timedelta, now: datetime) -> bool:
    """Tell whether the user showed by password, code or passkey who they are, no longer ago than that."""
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)
    latest = max((float(record.get("at", 0)) for record in records), default=0.0)
    return timedelta() <= now - datetime.fromtimestamp(latest, now.tzinfo) <= within


def signed_in_with_passkey(request: HttpRequest) -> bool:
    """Tell whether a passkey stands behind this session."""
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)
    return any(record.get("type") == "webauthn" for record in records)
