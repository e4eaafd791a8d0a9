"""Make persons, cases and episodes for tests, through the production actions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import count
from random import Random
from typing import Any

from amparo.access.rules import Viewer
from amparo.cases.actions import open_case
from amparo.cases.models import Case
from amparo.cases.rules import CaseDetails, Contact, EpisodeDetails, Language, Leg, Name, PersonDetails
from amparo.cases.rules.opening import NewCase
from amparo.vocab.dates import PartialDate
from tests.factories.accounts import NOW

_numbers = count(1)

PERSON = PersonDetails(
    names=(
        Name(text="Amina", kind="given", script="latn"),
        Name(text="Haddad", kind="family", script="latn"),
        Name(text="أمينة حداد", kind="own_script", script="arab"),
    ),
    called="Mina",
    birth=PartialDate.parse("1998-04-12"),
    age_status="adult",
    sex="female",
    gender="woman",
    citizenships=("SY",),
    is_stateless="no",
    languages=(Language(code="ara", needs_interpreter="yes"),),
    contacts=(
        Contact(channel="mobile_phone", value="+99912345", is_safe="yes", times="9 to 12", rule="SMS only"),
    ),
)
DETAILS = CaseDetails(priority="two_days", consent="yes", identification="possible", deciding_body="ngo")
EPISODE = EpisodeDetails(
    acts=("recruitment", "harbouring"),
    means=("deception",),
    purposes=("forced_labour",),
    main_purpose="forced_labour",
    control_methods=("debt_bondage", "withholds_documents"),
    started=PartialDate.parse("2025-03"),
    ended=PartialDate.parse("2026-01~"),
    is_ongoing="no",
    route=(
        Leg(kind="recruitment", country="SY", area=""),
        Leg(kind="exploitation", country="XA", area="XA-03"),
    ),
    account="She was promised work in a hotel.",
)


def make_person_details(**changes: Any) -> PersonDetails:
    """Make a person's details, each with a family name of her own."""
    number = next(_numbers)
    names = (Name(text="Amina", kind="given"), Name(text=f"Haddad{number}", kind="family"))
    return replace(PERSON, **{"names": names, "called": "", **changes})


def make_case(
    viewer: Viewer,
    *,
    person: PersonDetails | None = None,
    details: CaseDetails = DETAILS,
    episodes: tuple[EpisodeDetails, ...] = (EPISODE,),
    opened: date = date(2026, 10, 1),
    now: datetime = NOW,
    rng: Random | None = None,
    **more: Any,
) -> str:
    """Open a case as the viewer; gives its reference."""
    new = NewCase(
        person=person or make_person_details(), details=details, episodes=episodes, opened_date=opened, **more
    )
    return open_case(new=new, by=viewer, now=now, rng=rng)


def row_of(reference: str) -> Case:
    """Return the row behind a reference, for asserting what stands in the database."""
    return Case.objects.get(reference=reference)
