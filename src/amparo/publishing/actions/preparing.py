"""Prepare a release: what it holds, what the register says of it, and the words that explain what may be explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from amparo.access.actions import Refused, require
from amparo.access.rules import Permission, Viewer, unit_of
from amparo.audit.actions import record
from amparo.publishing.models import Release, ReleaseItem, ResearchProposal
from amparo.publishing.queries import check_release
from amparo.publishing.queries.releases import row_of
from amparo.publishing.rules import (
    Audience,
    Item,
    NotAudited,
    ReleaseState,
    Step,
    after,
    digest_of,
    number_of,
)
from amparo.publishing.rules.findings import EXPLAINABLE, LEAST_WORDS, Checked
from amparo.stats.disclosure.register import Answer, Finding
from amparo.vocab.text import N_, ToldError

_NUMBERS_LOCK: Final = 0x52454C45


class HeldUp(ToldError):
    """The register holds the release up; `findings` say why, each with the numbers from which it follows."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            N_(
                "This release cannot go on: together with what was let out before, %(count)s findings tell something of few people "
                "or of hidden numbers. The first: %(first)s"
            ),
            count=len(findings),
            first=str(findings[0].message),
        )
        self.findings = tuple(findings)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRelease:
    """What is asked to be let out, and why."""

    title: str
    purpose: str
    population: str
    items: tuple[Item, ...]
    audience: Audience = Audience.PUBLIC
    ethics: str = ""
    period: tuple[str, ...] = ()
    snapshot: str = ""
    snapshot_hash: str = ""
    snapshot_day: date | None = None
    licence: str = "CC BY 4.0"
    doi: str = ""
    embargo_until: date | None = None
    supersedes: UUID | None = None

    def __post_init__(self) -> None:
        if not self.items:
            raise NotAudited(N_("A release holds at least one table, file or study."))
        for name in ("title", "purpose", "population"):
            if not getattr(self, name).strip():
                raise NotAudited(
                    N_("A release says what it is for: the field %(field)s is empty."), field=name
                )
        for item in self.items:
            refuse_strangers(item, self.population)


def refuse_strangers(item: Item, population: str) -> None:
    """Let in only what counts the population of the release; raises `NotAudited`."""
    strangers = {cell.population for cell in item.cells} - {population}
    if strangers:
        raise NotAudited(
            N_("A release speaks of one population, %(population)s; one of its items counts %(other)s."),
            population=population,
            other=min(strangers),
        )


@transaction.atomic
def draft_release(new: NewRelease, *, by: Viewer, now: datetime) -> UUID:
    """Keep a release as a draft; gives its id. Nobody but the own organisation sees it."""
    require(by, Permission.RELEASE_PREPARE)
    earlier = row_of(by, new.supersedes) if new.supersedes else None
    if earlier is not None:
        after(ReleaseState(earlier.state), Step.SUPERSEDE)
        if earlier.organisation_id != by.organisation_id:
            raise Refused(_("Only the organisation that prepared a release makes a new version of it."))
    row = keep_release(new, earlier=earlier, by=by, now=now)
    record("publishing.release.draft", by=by, at=now, record=f"release:{row.pk}", count=len(new.items))
    return row.pk


def keep_release(
    new: NewRelease,
    *,
    earlier: Release | None = None,
    proposal: ResearchProposal | None = None,
    by: Viewer,
    now: datetime,
) -> Release:
    """Keep a release as a draft of the own organisation; what comes of a proposal, as one of the office that granted it."""
    office = by.organisation_id if proposal is None else proposal.office_id
    if office is None:
        raise Refused
    row = Release.objects.create(
        number=_next_number(now),
        title=new.title.strip(),
        purpose=new.purpose.strip(),
        audience=new.audience,
        ethics=new.ethics.strip(),
        population=new.population,
        period=list(new.period),
        snapshot=new.snapshot,
        snapshot_hash=new.snapshot_hash,
        snapshot_day=new.snapshot_day,
        licence=new.licence,
        doi=new.doi,
        embargo_until=new.embargo_until,
        supersedes=earlier,
        version=1 if earlier is None else earlier.version + 1,
        organisation_id=office,
        unit=unit_of(by),
        made_at=now,
        made_by_id=by.known_user_id,
        publisher=by.organisation_name
        if proposal is None or proposal.office is None
        else proposal.office.name,
        proposal=proposal,
        digest="",
    )
    rows = [
        ReleaseItem(release=row, position=at, kept=item.as_json(), digest=item.digest)
        for at, item in enumerate(new.items)
    ]
    ReleaseItem.objects.bulk_create(rows)
    keep_draft(row, now)
    return row


def propose_release(
    release: UUID, *, explanations: Mapping[str, str] | None = None, by: Viewer, now: datetime
) -> Answer:
    """Put a draft up for review; gives what the register says. Raises `HeldUp` where something is neither clean nor explained."""
    require(by, Permission.RELEASE_PREPARE)
    words = explanations or {}
    given = {str(kind): words[kind].strip() for kind in EXPLAINABLE if kind in words}
    with transaction.atomic():  # what the register said is kept, whether the release goes on or not
        answer, held = put_up(row_of(by, release, lock=True), given, by=by, now=now)
    if held:
        raise HeldUp(held)
    return answer


def put_up(
    row: Release, explanations: Mapping[str, str], *, by: Viewer, now: datetime
) -> tuple[Answer, list[Finding]]:
    """Ask the register about a draft, and put it up for review where nothing holds it up; gives what the register says, and what holds."""
    state = after(ReleaseState(row.state), Step.PROPOSE)
    answer = check_release(items_of(row))
    row.checked, row.explanations = Checked.of(answer, at=now).as_json(), dict(explanations)
    held = held_up(answer, explanations)
    if not held:
        row.state = state
        named = sorted(explanations)
        record("publishing.release.propose", by=by, at=now, record=f"release:{row.pk}", fields=named)
    row.save(update_fields=["state", "checked", "explanations"])
    return answer, held


def held_up(answer: Answer, explanations: Mapping[str, str]) -> list[Finding]:
    """Give the findings that hold a release up: neither harmless, nor of a kind that may be explained and is."""
    return [
        finding
        for finding in answer.findings
        if finding.holds_up
        and (finding.kind not in EXPLAINABLE or len(explanations.get(finding.kind, "")) < LEAST_WORDS)
    ]


def keep_draft(row: Release, now: datetime) -> None:
    """Keep what stands for a draft as it is now, and what the register says of it at this moment."""
    row.digest = digest_now(row)
    row.checked = Checked.of(check_release(items_of(row)), at=now).as_json()
    row.save()


def items_of(row: Release) -> tuple[Item, ...]:
    """Give the items of a release as they are kept; raises `NotAudited` where one has no verdict, or is not what was kept."""
    found = []
    for kept in row.items.order_by("position"):
        item = Item.from_json(kept.kept)
        if item.digest != kept.digest:
            raise NotAudited(
                N_("%(title)s is not what was audited: its content was changed."), title=item.title
            )
        found.append(item)
    return tuple(found)


def digest_now(row: Release) -> str:
    """Give the hash of a release as it stands: of its items, and of what is said about it."""
    about = {
        name: getattr(row, name)
        for name in (
            "number", "title", "purpose", "audience", "ethics", "population", "period", "snapshot", "snapshot_hash", "licence", "doi",
            "version", "publisher",
        )
    }  # fmt: skip
    about["embargo_until"] = row.embargo_until.isoformat() if row.embargo_until else ""
    about["supersedes"] = str(row.supersedes_id or "")
    if row.snapshot_day is not None:
        about["snapshot_day"] = row.snapshot_day.isoformat()
    if row.proposal_id is not None:
        about["proposal"] = str(row.proposal_id)
    return digest_of(_digests(items_of(row)), about=about)


def _digests(items: Iterable[Item]) -> list[str]:
    return [item.digest for item in items]


def _next_number(now: datetime) -> str:
    """Give the next number of the year; two who draft at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERS_LOCK])
    return number_of(now.year, Release.objects.filter(number__startswith=f"R-{now.year}-").count() + 1)
