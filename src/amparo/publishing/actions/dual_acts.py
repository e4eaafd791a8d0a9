"""The act of this app that takes two people: letting a release out."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from amparo.access.actions import Changed, DualKind, Line, ask_act
from amparo.access.rules import Payload, Permission, TwoPeople, Viewer, Where
from amparo.audit.actions import record
from amparo.publishing.actions.preparing import digest_now, held_up, items_of
from amparo.publishing.actions.reviewing import refuse_own
from amparo.publishing.models import BudgetEntry, Release, ReleasedCell
from amparo.publishing.queries import Absent, check_release
from amparo.publishing.queries.releases import row_of
from amparo.publishing.rules import Audience, Item, NotAudited, ReleaseState, Step, after
from amparo.publishing.rules.items import cell_to_json
from amparo.ui.formats import say_number
from amparo.vocab.text import N_

RELEASE: Final = "publishing.release"
_REGISTER_LOCK: Final = 0x52454749


def ask_publication(release: UUID, *, by: Viewer, now: datetime) -> UUID:
    """Ask the second person to let a cleared release out; gives the id of the act."""
    row = row_of(by, release)
    after(ReleaseState(row.state), Step.PUBLISH)
    payload = {"release": str(row.pk), "digest": digest_now(row)}
    return ask_act(RELEASE, payload, by=by, now=now, beneficiary=row.made_by_id)


def describe_publication(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say what will be let out, for whom, and that the register holds nothing against it."""
    try:
        row = row_of(asked_by, payload["release"])
    except Absent:
        raise Changed from None
    items = _as_asked(row, payload)
    return (
        (_("What is let out"), f"{row.number}: {row.title}"),
        (_("For"), _(Audience(row.audience).label)),
        *((_("Holds"), f"{item.title}. {item.protection}") for item in items),
        (_("Numbers"), say_number(sum(len(item.cells) for item in items))),
        (_("Reviewed by"), "" if row.reviewed_by is None else row.reviewed_by.name),
        (_("Prepared by"), row.made_by.name),
        (_("Licence"), row.licence),
    )


def publish(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Let a release out, and write its numbers into the register.

    The register is asked once more, with nobody else writing into it meanwhile. Raises `Changed` or `NotReviewer`.
    """
    _alone_with_the_register()
    row = Release.objects.select_for_update(of=("self",)).get(pk=payload["release"])
    items = _as_asked(row, payload)
    refuse_own(row, proof.approved_by)
    if held_up(check_release(items), row.explanations):
        raise Changed  # another release went out since this one was cleared
    cells = [
        ReleasedCell(release=row, population=cell.population, cell=cell_to_json(cell))
        for item in items
        for cell in item.cells
    ]
    ReleasedCell.objects.bulk_create(cells, batch_size=2_000)
    BudgetEntry.objects.bulk_create(
        BudgetEntry(release=row, population=one.population, rho=one.rho)
        for item in items
        for one in item.spends
    )
    row.state = after(ReleaseState(row.state), Step.PUBLISH)
    row.published_at, row.published_by_id = now, proof.approved_by.known_user_id
    row.save(update_fields=["state", "published_at", "published_by"])
    if row.supersedes is not None and row.supersedes.state == ReleaseState.PUBLISHED:
        Release.objects.filter(pk=row.supersedes.pk).update(state=ReleaseState.SUPERSEDED)
    record(
        "publishing.release.publish",
        by=proof.approved_by,
        at=now,
        record=f"release:{row.pk}",
        count=len(cells),
        fields=(f"digest:{row.digest[:32]}", f"rest:{row.digest[32:]}"),
    )


def _as_asked(row: Release, payload: Payload) -> tuple[Item, ...]:
    """Give what is let out, as it was when it was asked for; raises `Changed`."""
    try:
        items, digest = items_of(row), digest_now(row)
    except NotAudited:
        raise Changed from None
    if row.state != ReleaseState.CLEARED or digest != payload["digest"]:
        raise Changed
    return items


def _alone_with_the_register() -> None:
    """Wait for whoever publishes at this moment: two releases that are each safe may not be so together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_REGISTER_LOCK])


KINDS: Final = (
    DualKind(
        code=RELEASE,
        label=N_("Let a release out"),
        asked_with=Permission.RELEASE_PREPARE,
        decided_with={Permission.RELEASE_REVIEW: Where.ANY},
        describe=describe_publication,
        perform=publish,
    ),
)
