"""Warn before a change of somebody's role leaves closed cases without anybody who can open them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from amparo.access.queries import count_without_readers


class LeavesCasesAlone(Exception):
    """The change would leave so many closed cases without readers; nothing was done."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} closed cases would be left without anybody who can open them.")


@contextmanager
def warning_first(*, organisation_id: int, is_meant: bool, now: datetime) -> Iterator[None]:
    """Take back what the block did where it leaves closed cases of the organisation without readers, unless that is meant.

    Raises `LeavesCasesAlone`. It tries the change itself, so that the count is exact: teams, scopes and walls count, too.
    """
    with transaction.atomic():
        before = 0 if is_meant else count_without_readers(organisation_id, now)
        yield
        if not is_meant and (left := count_without_readers(organisation_id, now) - before) > 0:
            raise LeavesCasesAlone(left)
