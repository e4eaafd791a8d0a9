"""Count failed attempts in the database, so that all processes count together and a restart forgets nothing.

Each count is one statement: of a hundred attempts at the same moment one has its turn and the others wait.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.utils.crypto import salted_hmac

from amparo.accounts.models import SignInAttempts
from amparo.accounts.rules import (
    ADDRESS_CLOSED,
    ADDRESS_FAILURES,
    ADDRESS_WINDOW,
    ALARM_FAILURES,
    ALARM_WINDOW,
    FORGOTTEN_AFTER,
    LONGEST_WAIT,
    SignedIn,
    is_closed,
    tidy_email,
    wait_after,
)
from amparo.audit.actions import record as record_event

logger = logging.getLogger("amparo.accounts")

WHOLE_INSTALLATION: Final = "installation"

# A turn counts as a failure until the right password takes the count away. Who comes too early has none, and prolongs nothing;
# an end further off than the longest wait was written by a clock that was wrong.
_TAKE_TURN = """
    INSERT INTO accounts_signinattempts AS kept (about, failures, last_at, closed_until)
    VALUES (%(about)s, 1, %(now)s, %(now)s + %(first)s)
    ON CONFLICT (about) DO UPDATE SET
        failures = CASE WHEN kept.last_at < %(now)s - %(forgotten)s THEN 1 ELSE kept.failures + 1 END,
        last_at = %(now)s,
        closed_until = %(now)s + least(%(longest)s, %(first)s * power(2, CASE
            WHEN kept.last_at < %(now)s - %(forgotten)s THEN 0 ELSE least(kept.failures, 6) END))
    WHERE kept.closed_until <= %(now)s OR kept.closed_until > %(now)s + %(longest)s
    RETURNING failures
"""
# Counts within a window that begins with its first failure; at the limit it closes for a time.
_COUNT = """
    INSERT INTO accounts_signinattempts AS kept (about, failures, last_at, closed_until)
    VALUES (%(about)s, 1, %(now)s, %(now)s)
    ON CONFLICT (about) DO UPDATE SET
        failures = CASE WHEN kept.last_at BETWEEN %(now)s - %(window)s AND %(now)s THEN kept.failures + 1 ELSE 1 END,
        last_at = CASE WHEN kept.last_at BETWEEN %(now)s - %(window)s AND %(now)s THEN kept.last_at ELSE %(now)s END,
        closed_until = CASE
            WHEN kept.last_at BETWEEN %(now)s - %(window)s AND %(now)s AND kept.failures + 1 >= %(limit)s
            THEN %(now)s + %(closed)s ELSE kept.closed_until END
    RETURNING failures
"""


def keyed(kind: str, text: str) -> str:
    """Give what stands for a text that was typed: people type passwords into the field for the name."""
    return salted_hmac(f"amparo.accounts.{kind}", text, algorithm="sha256").hexdigest()


def about_name(typed: str, *, device: str = "") -> str:
    """Give what the attempts on a name are counted under: those of a device that the name knows, apart from all others."""
    return keyed("name", f"{tidy_email(typed)}\n{device}")


def take_turn(about: str, *, now: datetime) -> timedelta | None:
    """Take the turn to try; None lets try, otherwise so long the wait is."""
    values: dict[str, Any] = {
        "about": about,
        "now": now,
        "first": wait_after(1),
        "longest": LONGEST_WAIT,
        "forgotten": FORGOTTEN_AFTER,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_TURN, values)
        if cursor.fetchone() is not None:
            return None
    until = SignInAttempts.objects.filter(pk=about).values_list("closed_until", flat=True).first()
    return max(timedelta(seconds=1), until - now) if until else timedelta(seconds=1)


def forget_failures(about: str) -> None:
    """Take the count away: it was the right one."""
    SignInAttempts.objects.filter(pk=about).delete()


def is_address_closed(address: str, *, now: datetime) -> bool:
    """Tell whether too many attempts came from an address just now."""
    kept = SignInAttempts.objects.filter(pk=keyed("address", address))
    until = kept.values_list("closed_until", flat=True).first()
    return until is not None and is_closed(until, now=now, longest=ADDRESS_CLOSED)


def note_failure(address: str, *, now: datetime) -> None:
    """Count a failure for its address, which it may close, and for the installation, which it may alarm and never closes."""
    _count(
        keyed("address", address),
        now=now,
        window=ADDRESS_WINDOW,
        limit=ADDRESS_FAILURES,
        closed=ADDRESS_CLOSED,
    )
    total = _count(WHOLE_INSTALLATION, now=now, window=ALARM_WINDOW, limit=ALARM_FAILURES, closed=timedelta())
    if total == ALARM_FAILURES:
        record_event("accounts.sign_in.alarm", by=SignedIn(user_id=None), at=now, count=total)
        logger.warning("%s sign-ins failed within an hour. Somebody may be guessing passwords.", total)


def forget_attempts(*, now: datetime) -> int:
    """Remove the counts of failed sign-ins that nobody added to for a day."""
    return SignInAttempts.objects.filter(last_at__lt=now - timedelta(days=1)).delete()[0]


def _count(about: str, *, now: datetime, window: timedelta, limit: int, closed: timedelta) -> int:
    values: dict[str, Any] = {
        "about": about, "now": now, "window": window, "limit": limit, "closed": closed,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        return int(cursor.fetchone()[0])
