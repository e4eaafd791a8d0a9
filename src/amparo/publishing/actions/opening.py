"""Open data by a proposal. Each opening is logged with the proposal as its purpose."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from amparo.access.rules import Viewer
from amparo.audit.actions import record
from amparo.publishing.models import ResearchProposal
from amparo.publishing.queries.published import PublishedRelease
from amparo.publishing.queries.releases import Absent, find_id
from amparo.publishing.queries.research import opened_item, opened_release
from amparo.publishing.rules.tables import PublishedItem


def open_release(
    proposal: UUID, number: str, *, by: Viewer, now: datetime, form: str = ""
) -> PublishedRelease:
    """Open a release to read it, or to take a table of it out in a form. Raises `NotOpen` or `Absent`."""
    found = opened_release(by, proposal, number, now=now)
    _record(proposal, number, form or "page", by=by, now=now)
    return found


def open_file(proposal: UUID, number: str, place: int, *, by: Viewer, now: datetime) -> PublishedItem:
    """Open a file, as it was kept; one that is not what its digest says is given to nobody. Raises `NotOpen` or `Absent`."""
    _release, item = opened_item(by, proposal, number, place, now=now)
    content = str(item.content.get("text", "")).encode()
    if not content or hashlib.sha256(content).hexdigest() != item.content.get("sha256"):
        raise Absent
    _record(proposal, number, "file", by=by, now=now)
    return item


def _record(proposal: UUID, number: str, what: str, *, by: Viewer, now: datetime) -> None:
    purpose = ResearchProposal.objects.values_list("number", flat=True).get(pk=proposal)
    record(
        "publishing.proposal.open",
        by=by,
        at=now,
        record=f"release:{find_id(number)}",
        fields=[f"form:{what}"],
        purpose=f"proposal:{purpose.replace('-', '_')}",
    )
