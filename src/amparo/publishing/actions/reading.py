"""Read a release with its numbers. It is logged: who reads several tables can subtract them from each other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from amparo.access.rules import Viewer
from amparo.audit.actions import record
from amparo.publishing.queries.history import READ
from amparo.publishing.queries.releases import ReleaseFile, get_release


def show_release(release: UUID | str, *, by: Viewer, now: datetime) -> ReleaseFile:
    """Give one release with its items and notes; `Absent` where there is none for the viewer."""
    file = get_release(by, release)
    record(READ, by=by, at=now, record=f"release:{file.id}", count=len(file.items))
    return file
