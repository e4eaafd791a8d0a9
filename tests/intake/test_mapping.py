"""Rows become records and records become rows: nothing of the standard is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Model
from hypothesis import given

from amparo.cases.models import Case, Episode, Person
from amparo.cases.rules import CaseDetails, EpisodeDetails, PersonDetails, Stage
from amparo.cases.rules.opening import NewCase, opening_problems
from amparo.intake.htcds import fields
from amparo.intake.htcds.layouts import codes_of
from amparo.intake.rules import CaseToTakeOut, homes, new_case, person_of, proposals, rows_of
from amparo.intake.rules.differing import differing
from amparo.intake.rules.keeping import as_plain, from_plain
from amparo.intake.rules.states import LABELS, TRANSITIONS, BatchState
from amparo.vault.actions import begin_sealing
from amparo.vault.queries import open_many
from amparo.vault.rules import Compartment, Reading
from amparo.vault.storing import columns_of, record_from, sealed_of
from tests.factories.accounts import NOW
from tests.intake.rows import TODAY, rows

CODED = [
    home
    for home in (
        *homes.PERSON,
        *homes.CASE,
        *homes.EPISODE,
        *homes.EVENT,
        *homes.SUPPORT_PLAN,
        *homes.ORGANISATION,
    )
    if home.codes
]


def taken_out(new: NewCase) -> list[Any]:
    case = CaseToTakeOut(
        person=new.person,
        details=new.details,
        episodes=new.episodes,
        comments=[note.text for note in new.notes],
        stage=new.stage,
        closure_reason=new.closure_reason,
        source=new.source,
    )
    return list(rows_of(case))


def stored(record: Any, model: type[Model]) -> Any:
    """Put a record into the columns of a row and take it out of them again."""
    person = uuid4()
    row_id = person if model is Person else uuid4()
    sealing = begin_sealing((), new=[person], now=NOW)
    columns = columns_of(record, model=model, row=row_id, person=person, sealing=sealing)
    row = model(id=row_id, **({} if model is Person else {"person_id": person}), **columns)
    reading = Reading(
        user_id=None,
        membership_id=None,
        purpose="",
        persons=frozenset({person}),
        compartments=frozenset(Compartment),
    )
    return record_from(row, type(record), open_many(reading, sealed_of(row, type(record))))


@given(rows)
def test_a_row_comes_back_as_it_went_in(row: dict[str, Any]) -> None:
    (out,) = taken_out(new_case(row, today=TODAY))
    assert dict(out.values) == row
    assert not out.left_out


@pytest.mark.django_db
@given(rows)
def test_a_row_comes_back_from_the_columns_of_the_database(row: dict[str, Any]) -> None:
    new = new_case(row, today=TODAY)
    kept = replace(
        new,
        person=stored(new.person, Person),
        details=stored(new.details, Case),
        episodes=tuple(stored(episode, Episode) for episode in new.episodes),
    )
    assert kept == new
    (out,) = taken_out(kept)
    assert dict(out.values) == row


@given(rows)
def test_whatever_the_codec_accepts_the_records_accept(row: dict[str, Any]) -> None:
    new = new_case(row, today=TODAY)
    assert opening_problems(new, today=TODAY) == ()


@given(rows)
def test_rows_wait_as_plain_data_and_are_the_same_after(row: dict[str, Any]) -> None:
    assert from_plain(as_plain(row)) == row


@given(rows)
def test_nothing_differs_between_a_row_and_its_own_person(row: dict[str, Any]) -> None:
    assert differing(row, person_of(row)) == {}
    assert differing(row, PersonDetails()).keys() == {name for name in row if name.startswith("prs_")}


def test_every_field_of_the_standard_has_one_home() -> None:
    listed = [home.field for home in CODED] + [
        home.field
        for table in (
            homes.PERSON,
            homes.CASE,
            homes.EPISODE,
            homes.EVENT,
            homes.SUPPORT_PLAN,
            homes.ORGANISATION,
            homes.REFERRAL,
        )
        for home in table
        if not home.codes
    ]
    for prefix in (homes.MAILING, homes.SHIPPING, homes.PLACE):
        listed += [home.field for home in homes.address_homes(prefix)] + [f"{prefix}Country"]
    listed += [*homes.NAMES, *homes.CONTACTS, *homes.LANGUAGES, homes.IDENTITY_NUMBER, homes.INCOMING_REASON]
    listed += [homes.REFERRAL_REASONS, homes.REFERRAL_DATES, homes.STATUS, homes.COMMENT]
    assert sorted(listed) == sorted(field.id for field in fields())


@pytest.mark.parametrize("home", CODED, ids=lambda home: home.field)
def test_each_code_of_the_standard_is_one_of_ours_and_back(home: homes.Home) -> None:
    (theirs,) = [field.codes for field in fields() if field.id == home.field]
    for code in codes_of(str(theirs)):
        assert homes.to_standard(home.codes, homes.from_standard(home.codes, code)) == (code,)


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("Active", Stage.ASSESSMENT),
        ("FollowUp", Stage.FOLLOW_UP),
        ("Closed", Stage.CLOSED),
        (None, Stage.INTAKE),
    ],
)
def test_the_status_is_the_stage(status: str | None, stage: Stage) -> None:
    row = {"con_Consent": True} | ({} if status is None else {"cas_Status": status})
    assert new_case(row, today=TODAY).stage is stage


def test_a_case_that_was_entered_by_hand_is_active_from_the_beginning() -> None:
    new = NewCase(opened_date=TODAY)
    assert taken_out(new)[0].values["cas_Status"] == "Active"
    assert taken_out(replace(new, stage=Stage.SUPPORT))[0].values["cas_Status"] == "Active"


def test_a_row_that_says_nothing_of_it_has_no_episode() -> None:
    assert (
        new_case(
            {"con_Consent": True, "vic_TraffickingStatus": "PossibleVictimOfTrafficking"}, today=TODAY
        ).episodes
        == ()
    )


def test_what_the_standard_cannot_hold_is_named() -> None:
    new = NewCase(
        opened_date=TODAY,
        person=PersonDetails(marital_status="cohabiting"),
        details=CaseDetails(),
        episodes=(EpisodeDetails(), EpisodeDetails()),
    )
    first, second = taken_out(new)
    assert first.left_out == second.left_out == {"prs_MaritalStatus"}


@given(rows)
def test_nobody_is_proposed_without_a_name_and_a_full_birth_date(row: dict[str, Any]) -> None:
    from amparo.cases.rules.sameness import person_key

    key = person_key(person_of(row))
    birth = row.get("prs_Birthdate")
    is_named = any(row.get(field, "").strip() for field in homes.NAMES)
    is_dated = birth is not None and birth.precision == "day" and not birth.is_approximate
    if not (is_named and is_dated):
        assert key is None
        assert proposals([(3, key), (4, key)], known={}) == {}


def test_every_state_has_a_label_and_its_steps() -> None:
    assert set(LABELS) == set(TRANSITIONS) == set(BatchState)
    assert not TRANSITIONS[BatchState.UNDONE]
