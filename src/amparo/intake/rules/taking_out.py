"""Turn a case back into rows of the standard: one row an episode, one row for a case without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from amparo.cases.rules import Address, CaseDetails, EpisodeDetails, PersonDetails, Stage
from amparo.intake.htcds import Value
from amparo.intake.rules import homes
from amparo.intake.rules.bringing_in import SOURCE
from amparo.intake.rules.homes import FilledRow

REFERRED_ON = frozenset({"transferred", "referred_abroad"})
DIVIDER = "\n\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseToTakeOut:
    """All of a case that the standard has a field for."""

    person: PersonDetails
    details: CaseDetails
    episodes: Sequence[EpisodeDetails]
    comments: Sequence[str]
    stage: Stage
    closure_reason: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RowOut:
    """A row of the standard, and the fields of which the standard can hold only a part or nothing."""

    values: Mapping[str, Value]
    left_out: frozenset[str]


def rows_of(case: CaseToTakeOut) -> Iterator[RowOut]:
    """Yield the rows of a case."""
    for episode in case.episodes or (None,):
        row = FilledRow()
        fill_person(row, case.person)
        _fill_case(row, case)
        if episode is not None:
            _fill_episode(row, episode)
        yield RowOut(values=row.values, left_out=frozenset(row.left_out))


def fill_person(row: FilledRow, person: PersonDetails) -> None:
    """Fill the fields of a person."""
    row.fill(homes.PERSON, person)
    for field, kind in homes.NAMES.items():
        row.put(field, " ".join(name.text for name in person.names if name.kind == kind))
    for field, channel in homes.CONTACTS.items():
        ways = [contact.value for contact in person.contacts if contact.channel == channel]
        _put_first(row, field, ways)
    for field, language in zip(homes.LANGUAGES, person.languages, strict=False):
        row.put(field, language.code, codes="language")
    if len(person.languages) > len(homes.LANGUAGES):
        row.left_out.add(homes.LANGUAGES[-1])
    _put_first(row, homes.IDENTITY_NUMBER, [paper.number for paper in person.papers if paper.number])
    _fill_address(row, homes.MAILING, person.address)


def _fill_case(row: FilledRow, case: CaseToTakeOut) -> None:
    details = case.details
    row.fill(homes.CASE, details)
    stated = details.referral_reason_stated
    if stated and details.referral_reason in {"other", "not_asked", "unknown"}:
        row.values[homes.INCOMING_REASON] = stated
    else:
        row.put(homes.INCOMING_REASON, details.referral_reason, codes="referral_reason")
    _fill_referrals(row, details)
    if details.support_plan is not None:
        row.fill(homes.SUPPORT_PLAN, details.support_plan)
    if details.reported_by is not None:
        row.fill(homes.ORGANISATION, details.reported_by)
        _fill_address(row, homes.SHIPPING, details.reported_by.address)
    row.put(homes.COMMENT, DIVIDER.join(case.comments))
    row.put(homes.STATUS, status_of(case))


def status_of(case: CaseToTakeOut) -> str:
    """Return the status that the standard has for a stage; none where a workbook gave none and nothing was done since."""
    if case.stage is Stage.CLOSED:
        return "ClosedReferred" if case.closure_reason in REFERRED_ON else "Closed"
    if case.stage is Stage.FOLLOW_UP:
        return "FollowUp"
    return "" if case.stage is Stage.INTAKE and case.source == SOURCE else "Active"


def _fill_referrals(row: FilledRow, details: CaseDetails) -> None:
    referrals = details.referrals_out
    for home in homes.REFERRAL:
        row.put(home.field, "; ".join(filter(None, (getattr(one, home.attribute) for one in referrals))))
    # Several referrals may have the same reason: it then stands there several times.
    reasons = [reason for one in referrals for reason in one.reasons]
    row.put(
        homes.REFERRAL_REASONS, tuple(t for one in reasons for t in homes.to_standard("referral_reason", one))
    )
    row.put(homes.REFERRAL_DATES, tuple(one.on for one in referrals if one.on is not None))


def _fill_episode(row: FilledRow, episode: EpisodeDetails) -> None:
    row.fill(homes.EPISODE, episode)
    if episode.events:
        row.fill(homes.EVENT, episode.events[0])
        _fill_address(row, homes.PLACE, episode.events[0].place)
    if len(episode.events) > 1:
        row.left_out.add("hte_Description")


def _fill_address(row: FilledRow, prefix: str, address: Address | None) -> None:
    if address is None:
        return
    row.fill(homes.address_homes(prefix), address)
    if address.country_stated:
        row.values[f"{prefix}Country"] = address.country_stated
    else:
        row.put(f"{prefix}Country", address.country, codes="country")


def _put_first(row: FilledRow, field: str, texts: Sequence[str]) -> None:
    row.put(field, texts[0] if texts else "")
    if len(texts) > 1:
        row.left_out.add(field)
