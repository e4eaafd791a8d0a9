"""What became of a release, as the log tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from amparo.access.rules import Viewer
from amparo.accounts.queries import user_names
from amparo.audit.queries import who_saw_record
from amparo.publishing.queries.releases import ReleaseFile

READ: Final = "publishing.release.read"
MOST_EVENTS: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """One thing that was done with a release: the name of the act in the log, when, and by whom."""

    action: str
    at: datetime
    by: str


def history_of(viewer: Viewer, file: ReleaseFile) -> tuple[Happened, ...]:
    """Give what was done with a release that the viewer got, the newest first; who read it stands in the log alone."""
    found = who_saw_record(f"release:{file.id}", unit=(), most=MOST_EVENTS)
    done = [one for one in found if one.action.startswith("publishing.release.") and one.action != READ]
    names = user_names(one.user for one in done if one.user is not None)
    return tuple(Happened(action=one.action, at=one.at, by=names.get(one.user or 0, "")) for one in done)
