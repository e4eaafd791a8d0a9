"""Change a draft: what is said of it, and what it holds. From the moment that it is proposed it stays as it is."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.publishing.actions.preparing import keep_draft, refuse_strangers
from amparo.publishing.models import Release, ReleaseItem
from amparo.publishing.queries.releases import row_of
from amparo.publishing.rules import Audience, Item, NotAudited, ReleaseState, Step, after
from amparo.vocab.text import N_

DOI: Final = re.compile(r"10\.\d{4,9}/\S{1,100}")


class Stale(Exception):
    """Somebody else saved other words after the page was opened."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """What is said of a release: what it is, what for, for whom, under which conditions, and from when on."""

    title: str
    purpose: str
    audience: Audience
    ethics: str = ""
    licence: str = "CC BY 4.0"
    doi: str = ""
    embargo_until: date | None = None

    def __post_init__(self) -> None:
        for name in ("title", "purpose"):
            if not getattr(self, name).strip():
                raise NotAudited(
                    N_("A release says what it is for: the field %(field)s is empty."), field=name
                )
        if self.doi and not DOI.fullmatch(self.doi):
            raise NotAudited(N_("This is no DOI. Write it like 10.5281/zenodo.1234, or leave it empty."))


@transaction.atomic
def change_draft(release: UUID, details: Details, *, seen: str, by: Viewer, now: datetime) -> None:
    """Say something else of a draft; `seen` is the digest of what the page showed. Raises `Stale` or `NotTheTime`."""
    row = _draft(release, by)
    if row.digest != seen:
        raise Stale
    for name, value in asdict(details).items():
        setattr(row, name, value)
    keep_draft(row, now)
    names = sorted(one.name for one in fields(details))
    record("publishing.release.change", by=by, at=now, record=f"release:{row.pk}", fields=names)


@transaction.atomic
def add_item(release: UUID, item: Item, *, snapshot_hash: str, by: Viewer, now: datetime) -> None:
    """Put one thing more into a draft, of the same population and the same facts. Raises `NotAudited` or `NotTheTime`."""
    row = _draft(release, by)
    refuse_strangers(item, row.population)
    if row.snapshot_hash != snapshot_hash:
        raise NotAudited(
            N_(
                "A release speaks of the facts of one day, and this was counted from others. Make a release of its own."
            )
        )
    if item.digest in set(row.items.values_list("digest", flat=True)):
        raise NotAudited(N_("%(title)s is in this release already."), title=item.title)
    last = row.items.aggregate(last=Max("position"))["last"]
    place = 0 if last is None else last + 1
    ReleaseItem.objects.create(release=row, position=place, kept=item.as_json(), digest=item.digest)
    keep_draft(row, now)
    record(
        "publishing.release.add",
        by=by,
        at=now,
        record=f"release:{row.pk}",
        fields=[f"item:{item.digest[:32]}"],
    )


@transaction.atomic
def remove_item(release: UUID, digest: str, *, by: Viewer, now: datetime) -> None:
    """Take one thing out of a draft; one that is not in it is out already. The last one stays: a release holds something."""
    row = _draft(release, by)
    found = row.items.filter(digest=digest)
    if not found.exists():
        return
    if row.items.count() == 1:
        raise NotAudited(N_("A release holds at least one table, file or study."))
    found.delete()
    keep_draft(row, now)
    record(
        "publishing.release.remove", by=by, at=now, record=f"release:{row.pk}", fields=[f"item:{digest[:32]}"]
    )


@transaction.atomic
def recheck_release(release: UUID, *, by: Viewer, now: datetime) -> None:
    """Ask the register about a draft once more, since others may have gone out. Raises `NotTheTime`."""
    keep_draft(_draft(release, by), now)


def _draft(release: UUID, by: Viewer) -> Release:
    require(by, Permission.RELEASE_PREPARE)
    row = row_of(by, release, lock=True)
    after(ReleaseState(row.state), Step.EDIT)
    return row
