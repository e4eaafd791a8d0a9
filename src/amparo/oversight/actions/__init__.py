"""Draw readings, explain them, judge them, and keep the invented persons."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from amparo.access.actions import require
from amparo.access.context import acting_as
from amparo.access.rules import Basis, Permission, Viewer, system_viewer, unit_roles
from amparo.accounts.queries import memberships_in
from amparo.audit import actions as audit
from amparo.audit.queries import sampled_readings, units_that_read
from amparo.oversight.models import Sample, SampledReading
from amparo.oversight.queries import Absent, drawn_of_unit, own_drawn
from amparo.oversight.rules import DRAWN_A_WEEK, Verdict, last_week
from amparo.vault.actions import begin_sealing
from amparo.vault.rules import NoKeys
from amparo.vault.storing import sealed_column

LONGEST = 500
BIGGEST_SEED = 2**53


class NothingSaid(ValueError):
    """An explanation of no word explains nothing."""


class AlreadySaid(Exception):
    """The reading was explained before; what was said stays as it was said."""


@transaction.atomic
def draw_samples(*, now: datetime, rng: Random) -> int:
    """Draw, for each organisation that read last week, the readings to explain; gives how many. A week is drawn once."""
    week = last_week(timezone.localdate(now))
    zone = timezone.get_current_timezone()
    since = datetime.combine(week, time.min, tzinfo=zone)
    until = datetime.combine(week + timedelta(days=7), time.min, tzinfo=zone)
    drawn = 0
    unit = memberships_in(unit_roles())
    for organisation in units_that_read(since=since, until=until, unit=unit):
        seed = rng.randrange(BIGGEST_SEED)
        sample, is_new = Sample.objects.get_or_create(
            organisation_id=organisation, week=week, defaults={"seed": seed, "drawn_at": now}
        )
        if not is_new:
            continue
        drawing = Random(seed)  # noqa: S311  # a sample, not a secret
        found = sampled_readings(
            organisation, since=since, until=until, rng=drawing, most=DRAWN_A_WEEK, unit=unit
        )
        rows = [
            SampledReading(
                sample=sample, event=line.id, user_id=line.user or 0, person=line.persons[0], action=line.action,
                record=line.record, basis=line.basis, read_at=line.recorded_at,
            )
            for line in found
        ]  # fmt: skip
        by = system_viewer([Permission.READINGS_REVIEW], organisation_id=organisation)
        with acting_as(by):
            SampledReading.objects.bulk_create(rows)
        audit.record("oversight.sample.draw", by=by, at=now, record=str(sample.id), count=len(found))
        drawn += len(found)
    return drawn


@transaction.atomic
def explain_reading(*, reading: UUID, text: str, by: Viewer, now: datetime) -> None:
    """Keep why the viewer opened what she opened, sealed. Raises `NothingSaid`, `AlreadySaid` or `Absent`."""
    said = " ".join(text.split())[:LONGEST]
    if not said:
        raise NothingSaid
    row = own_drawn(by, reading)
    try:
        sealing = begin_sealing([row.person], now=now)
        sealed = sealed_column(
            {"text": said},
            model=SampledReading,
            name="explanation",
            row=row.id,
            person=row.person,
            sealing=sealing,
        )
    except NoKeys as error:  # she was erased meanwhile, and nothing can be written about her any more
        raise Absent from error
    rows = SampledReading.objects.filter(pk=row.pk, explained_at=None)
    if not rows.update(explanation=sealed, explained_at=now):
        raise AlreadySaid
    audit.record(
        "oversight.explanation.give", by=by, at=now, record=str(row.id), persons=[row.person], basis=Basis.OWN
    )


@transaction.atomic
def judge_explanation(*, reading: UUID, is_understood: bool, by: Viewer, now: datetime) -> None:
    """Say whether an explanation was understood; the last word counts. Raises `Absent`, also while nothing is explained."""
    row = drawn_of_unit(by, reading)
    if row.explained_at is None:
        raise Absent
    verdict = Verdict.UNDERSTOOD if is_understood else Verdict.NOT_UNDERSTOOD
    SampledReading.objects.filter(pk=row.pk).update(verdict=verdict, judged_by_id=by.user_id, judged_at=now)
    audit.record(
        "oversight.explanation.judge", by=by, at=now, record=str(row.id), outcome=verdict, persons=[row.person],
        basis=Basis.ORGANISATION,
    )  # fmt: skip


def name_canary(*, reference: str, by: Viewer, now: datetime) -> str:
    """Let every opening of this case raise an alert. Raises `BadReference`; whether there is such a case is not told."""
    require(by, Permission.CANARY_KEEP)
    return audit.name_canary(reference, by=by, now=now)


def end_canary(*, reference: str, by: Viewer, now: datetime) -> bool:
    """Let the opening of this case raise no more alert; tells whether it had been named."""
    require(by, Permission.CANARY_KEEP)
    return audit.end_canary(reference, by=by, now=now)
