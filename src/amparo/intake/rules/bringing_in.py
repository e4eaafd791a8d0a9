"""Turn a row of the standard into a case to be opened. Every field of the row has a home; nothing is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import zip_longest
from typing import Any

from amparo.cases.rules import (
    Address,
    CaseDetails,
    Contact,
    EpisodeDetails,
    HistoricEvent,
    Language,
    Name,
    Paper,
    PersonDetails,
    ReferralOut,
    Stage,
    SupportPlan,
)
from amparo.cases.rules.case import ReportingOrganisation
from amparo.cases.rules.opening import NewCase, NewNote
from amparo.intake.htcds import Value
from amparo.intake.rules import homes
from amparo.intake.rules.homes import settled
from amparo.vocab.dates import PartialDate

SOURCE = "workbook"
STAGES = {
    "Active": Stage.ASSESSMENT,
    "FollowUp": Stage.FOLLOW_UP,
    "Closed": Stage.CLOSED,
    "ClosedReferred": Stage.CLOSED,
}
CLOSURE_REASONS = {"Closed": "unknown", "ClosedReferred": "transferred"}

Row = Mapping[str, Value]


def new_case(row: Row, *, today: date) -> NewCase:
    """Return the case that a row becomes, with its person and, where the row tells of one, its episode.

    A case is opened on the day of the incoming referral, or today where the row has no such full day. A row without a
    status stands at the beginning.
    """
    episode = episode_of(row)
    status = str(row.get(homes.STATUS, ""))
    return NewCase(
        person=person_of(row),
        details=details_of(row),
        episodes=() if episode is None else (episode,),
        notes=(NewNote(text=str(row[homes.COMMENT]), kind="case_comment"),) if homes.COMMENT in row else (),
        opened_date=_opened(row, today),
        stage=STAGES.get(status, Stage.INTAKE),
        closure_reason=CLOSURE_REASONS.get(status, "not_applicable"),
        source=SOURCE,
    )


def has_episode(row: Row) -> bool:
    """Tell whether a row says anything of what happened."""
    return any(home.field in row for home in homes.EPISODE) or any(
        field.startswith(homes.PLACE) for field in row
    )


def person_of(row: Row) -> PersonDetails:
    """Return the person of a row."""
    return PersonDetails(
        **settled(homes.PERSON, row),
        names=tuple(
            Name(text=str(row[field]), kind=kind) for field, kind in homes.NAMES.items() if field in row
        ),
        contacts=tuple(
            Contact(channel=channel, value=str(row[field]))
            for field, channel in homes.CONTACTS.items()
            if field in row
        ),
        languages=_languages(row),
        papers=(Paper(kind="identity_number", number=str(row[homes.IDENTITY_NUMBER])),)
        if homes.IDENTITY_NUMBER in row
        else (),
        address=address_of(row, homes.MAILING),
    )


def details_of(row: Row) -> CaseDetails:
    """Return what a row says of the case itself."""
    details = CaseDetails(**settled(homes.CASE, row), referrals_out=_referrals(row))
    plan = settled(homes.SUPPORT_PLAN, row)
    organisation = settled(homes.ORGANISATION, row)
    address = address_of(row, homes.SHIPPING)
    if plan:
        details = replace(details, support_plan=SupportPlan(**plan))
    if organisation or address:
        details = replace(details, reported_by=ReportingOrganisation(**organisation, address=address))
    if homes.INCOMING_REASON in row:
        details = replace(details, **_incoming_reason(str(row[homes.INCOMING_REASON])))
    return details


def episode_of(row: Row) -> EpisodeDetails | None:
    """Return what a row says of what happened, or None when it says nothing."""
    if not has_episode(row):
        return None
    told = settled(homes.EPISODE, row)
    purposes = told.get("purposes", ())
    event = settled(homes.EVENT, row)
    place = address_of(row, homes.PLACE)
    if event or place:
        told["events"] = (HistoricEvent(**event, place=place),)
    return EpisodeDetails(**told, main_purpose=purposes[0] if len(purposes) == 1 else "not_asked")


def address_of(row: Row, prefix: str) -> Address | None:
    """Return the address of the fields with that prefix, or None when none is filled."""
    parts = settled(homes.address_homes(prefix), row)
    country = row.get(f"{prefix}Country")
    if isinstance(country, str):
        is_listed = homes.is_standard_code(f"{prefix}Country", country)
        parts |= {"country": country} if is_listed else {"country": "unknown", "country_stated": country}
    return Address(**parts) if parts else None


def _languages(row: Row) -> tuple[Language, ...]:
    first, second = (row.get(field) for field in homes.LANGUAGES)
    if second is None:
        return () if first is None else (Language(code=str(first)),)
    # A second language without a first keeps its place.
    return Language(code="not_asked" if first is None else str(first)), Language(code=str(second))


def _incoming_reason(value: str) -> dict[str, Any]:
    if homes.is_standard_code(homes.INCOMING_REASON, value):
        return {"referral_reason": homes.from_standard("referral_reason", value)}
    return {"referral_reason": "other", "referral_reason_stated": value}


def _referrals(row: Row) -> tuple[ReferralOut, ...]:
    """Return the referrals of a row: as many reasons as dates are taken in pairs, else the first has all the reasons."""
    reasons = [
        homes.from_standard("referral_reason", str(one)) for one in _many(row.get(homes.REFERRAL_REASONS))
    ]
    dates: list[PartialDate] = [
        one for one in _many(row.get(homes.REFERRAL_DATES)) if isinstance(one, PartialDate)
    ]
    grouped = [(one,) for one in reasons] if len(reasons) == len(dates) else [tuple(reasons)] * bool(reasons)
    referrals = [
        ReferralOut(reasons=group or (), on=on) for group, on in zip_longest(grouped, dates, fillvalue=None)
    ]
    told = settled(homes.REFERRAL, row)
    if told:
        referrals[:1] = [replace(referrals[0] if referrals else ReferralOut(), **told)]
    return tuple(referrals)


def _many(value: Value | None) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()


def _opened(row: Row, today: date) -> date:
    referred = row.get("cas_IncomingReferralDate")
    is_day = isinstance(referred, PartialDate) and referred.precision == "day" and not referred.is_approximate
    return min(referred.earliest(), today) if is_day and isinstance(referred, PartialDate) else today
