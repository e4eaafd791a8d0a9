"""Keep that a backup was brought back."""

from __future__ import annotations

from datetime import datetime

from amparo.vault.models import Restoration


def keep_restoration(*, backup: str, taken_at: datetime, erased_again: int, now: datetime) -> int:
    """Keep that the backup of a digest and a moment was brought back into this installation; gives its number."""
    return Restoration.objects.create(backup=backup, taken_at=taken_at, erased_again=erased_again, at=now).pk
