"""Decide how long somebody stays signed in, and what their devices are called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

NOTED_AFTER: Final = timedelta(minutes=1)  # so that not every page writes to the session
ASLEEP_AFTER: Final = timedelta(days=30)
HOLD: Final = "hold"  # in the session: what it keeps of its own time

_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionLimits:
    """After how long without any page, and after how long in all, somebody has to sign in again."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionHold:
    """What a session remembers of its own time."""

    began: datetime
    seen: datetime
    limits: SessionLimits
    device: str = ""

    @property
    def ends(self) -> datetime:
        """Give the moment at which it ends when no further page is opened."""
        return min(self.seen + self.limits.idle, self.began + self.limits.longest)

    def kept(self) -> dict[str, Any]:
        """Give it as a session keeps it."""
        return {
            "began": self.began.timestamp(),
            "seen": self.seen.timestamp(),
            "idle": self.limits.idle.total_seconds(),
            "longest": self.limits.longest.total_seconds(),
            "device": self.device,
        }

    @classmethod
    def read(cls, kept: object) -> SessionHold | None:
        """Read what a session keeps; None when it keeps nothing yet."""
        if not isinstance(kept, Mapping):
            return None
        return cls(
            began=datetime.fromtimestamp(kept["began"], UTC),
            seen=datetime.fromtimestamp(kept["seen"], UTC),
            limits=SessionLimits(
                idle=timedelta(seconds=kept["idle"]), longest=timedelta(seconds=kept["longest"])
            ),
            device=str(kept["device"]),
        )


def hash_of_key(key: str) -> str:
    """Give what is stored of a session's key; it has more than 160 random bits."""
    return hashlib.sha256(b"amparo session" + key.encode()).hexdigest()


def hold_of(session: Mapping[str, Any]) -> SessionHold | None:
    """Read what a session keeps of its own time."""
    return SessionHold.read(session.get(HOLD))


def keep_hold(session: MutableMapping[str, Any], hold: SessionHold) -> None:
    """Let a session keep it from now on."""
    session[HOLD] = hold.kept()


def device_of(user_agent: str) -> str:
    """Name a browser as its owner knows it, such as "Firefox, Linux": no version, nothing that tells two alike apart."""
    found = [
        next((name for mark, name in names if re.search(rf"\b{mark}", user_agent)), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name)
