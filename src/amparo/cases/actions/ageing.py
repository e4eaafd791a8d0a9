"""Keep the track of cases true, as a person's record changes and as time goes by.

The day of birth is sealed, so no list can work the track out by itself: it stands as a code in each case, and a job goes each
day through those few who may come of age.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from amparo.access.actions import begin_reading
from amparo.access.context import FACTS, keeping, reading_as
from amparo.access.rules import Basis, Permission, system_viewer
from amparo.cases.actions.happenings import note_happening
from amparo.cases.models import Case, Person
from amparo.cases.rules.children import PRESUMED, ChildTrack, child_track, track_after, track_before
from amparo.cases.rules.person import PersonDetails
from amparo.cases.rules.timeline import Happening
from amparo.vault.queries import open_many
from amparo.vault.rules import Compartment
from amparo.vault.storing import opened_fields, record_from
from amparo.vocab.state import load_state

AT_ONCE = 500
AGE = frozenset(
    {"birth", "stated_age", "age_status"}
)  # the attributes of a person that her track follows from
# Nobody outside the independent unit opens what lies with it, this job neither.
BY_SYSTEM = system_viewer(
    [Permission.CASE_READ], compartments=set(Compartment) - {Compartment.INTEGRITY, Compartment.LOCATION}
)
MOVES = {ChildTrack.IN_DOUBT: Happening.AGE_IN_DOUBT, ChildTrack.ADULT: Happening.BECAME_ADULT}


def adult_age(now: datetime) -> int:
    """Return the age from which on the law of the State makes an adult of somebody today."""
    return load_state(settings.AMPARO_STATE).adult_age(on=now.date())


def follow_record(details: PersonDetails, *, person: UUID, now: datetime) -> None:
    """Work the track out anew in all cases of a person whose age was recorded otherwise; part of the action that did it."""
    age = adult_age(now)
    track = child_track(details, on=now.date(), adult_age=age)
    with keeping([person]):
        for case in Case.objects.filter(person_id=person).only("opened_date", "track_at_opening"):
            was = ChildTrack(case.track_at_opening)
            then = track_before(details, was=was, on=case.opened_date, adult_age=age)
            Case.objects.filter(id=case.id).update(child_track=track, track_at_opening=then)


def let_come_of_age(*, now: datetime) -> int:
    """Move the cases of those who came of age by their date of birth, or may have; gives how many cases were moved.

    It may be run at any time and again. A presumed child stays one until somebody decides.
    """
    age = adult_age(now)
    may_move = (
        Q(child_track=ChildTrack.CHILD)
        | Q(child_track=ChildTrack.IN_DOUBT)
        & ~Q(
            person__age_status="child"  # said to be a child, an adult by the date: only a human being resolves that
        )
    )
    # The year of a stated age may be one too late.
    with reading_as(FACTS):
        persons = list(
            Case.objects.filter(
                may_move, compartment__in=BY_SYSTEM.compartments, person__birth_year__lte=now.year - age + 1
            )
            .exclude(person__age_status__in=PRESUMED)
            .order_by("person_id")
            .values_list("person_id", flat=True)
            .distinct()
        )
    moved = 0
    for start in range(0, len(persons), AT_ONCE):
        with keeping(persons[start : start + AT_ONCE]):
            moved += _move(persons[start : start + AT_ONCE], now=now, age=age)
    return moved


@transaction.atomic
def _move(ids: Sequence[UUID], *, now: datetime, age: int) -> int:
    persons = list(Person.objects.filter(id__in=ids).order_by("id").select_for_update())
    cases: dict[UUID, list[Case]] = defaultdict(list)
    for case in Case.objects.filter(person_id__in=ids).exclude(child_track=ChildTrack.ADULT).order_by("id"):
        cases[case.person_id].append(case)
    reading = begin_reading(
        BY_SYSTEM,
        action="cases.person.compare_ages",
        persons=ids,
        basis=Basis.SYSTEM,
        fields=opened_fields(Person, only=("identity",)),
        now=now,
    )
    moved = 0
    for person, opened in zip(persons, open_many(reading, [one.identity for one in persons]), strict=True):
        details = record_from(person, PersonDetails, [opened])
        became: set[ChildTrack] = set()
        for case in cases[person.id]:
            was = ChildTrack(case.child_track)
            track = track_after(details, was=was, on=now.date(), adult_age=age)
            if track is not was and track in MOVES:
                Case.objects.filter(id=case.id).update(child_track=track)
                note_happening(case, MOVES[track], action="cases.case.come_of_age", by=BY_SYSTEM, now=now)
                became.add(track)
                moved += 1
        if ChildTrack.ADULT in became and details.age_status == "child":
            Person.objects.filter(id=person.id).update(
                age_status="adult", version=F("version") + 1, changed_at=now
            )
    return moved
