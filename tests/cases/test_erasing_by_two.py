"""A supervisor asks on a page that a person be erased, another supervisor agrees, and then she is gone for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import (
    Changed,
    NotTwoPeople,
    Refused,
    approve_act,
    describe_act,
    get_act,
    shown,
    visible_acts,
)
from amparo.access.context import acting_as
from amparo.access.models import Notice
from amparo.access.rules import TwoPeople, Viewer, WallReason, basis_of
from amparo.accounts.models import User
from amparo.audit.models import Event
from amparo.cases.actions import NothingToDo, ask_erasure, erase_persons, hold_person, keep_away
from amparo.cases.actions.dual_acts import ERASE, HOLD, LIFT
from amparo.cases.models import CaseEvent
from amparo.cases.queries import Absent
from amparo.cases.rules.erasing import ErasureReason
from amparo.cases.rules.timeline import Happening
from amparo.vault.actions import NotTwoPeople as NoProof
from amparo.vault.ledger import make_ledger
from amparo.vault.models import Erasure, LegalHold, PersonKeys
from tests.cases.test_permissions_asked import all_of
from tests.factories.accounts import (
    NOW,
    make_organisation,
    make_team,
    make_viewer,
    organisation_of,
    sign_in,
    user_of,
)
from tests.factories.cases import make_case, make_person_details, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, settings: Any) -> Path:
    """Keep the ledger of this test in a place of its own."""
    settings.AMPARO_ERASED = tmp_path / "erased"
    make_ledger(settings.AMPARO_ERASED)
    return tmp_path / "erased"


@pytest.fixture
def pair() -> tuple[Viewer, Viewer]:
    """Return two supervisors of one organisation who work in two teams."""
    organisation = make_organisation()
    first, second = (
        make_viewer("supervisor", organisation=organisation, team=make_team(organisation)) for _ in range(2)
    )
    return first, second


def ask(by: Viewer, reference: str, kind: str = ERASE) -> UUID:
    return ask_erasure(kind, reference=reference, reason=ErasureReason.CONSENT_WITHDRAWN, by=by, now=NOW)


def agree(by: Viewer, act: UUID) -> None:
    found = get_act(by, act)
    approve_act(act, seen=shown(found, describe_act(by, found, now=NOW)), by=by, now=NOW)


def test_p17_asked_by_one_and_agreed_by_another_she_is_erased(pair: tuple[Viewer, Viewer]) -> None:
    first, second = pair
    reference = make_case(first, person=make_person_details())
    person = row_of(reference).person_id
    others = [row_of(make_case(viewer)) for viewer in pair]
    before = [all_of(other) for other in others]
    act = ask(first, reference)
    assert PersonKeys.objects.filter(person=person).exists()
    with pytest.raises(NotTwoPeople):
        agree(first, act)
    agree(second, act)
    entry = Erasure.objects.get(person=person)
    assert (entry.asked_by, entry.approved_by) == (first.user_id, second.user_id)
    assert entry.reason == "consent_withdrawn"
    assert not PersonKeys.objects.filter(person=person).exists()
    with pytest.raises(NothingToDo):
        ask(first, reference)
    assert [all_of(other) for other in others] == before
    assert PersonKeys.objects.filter(person__in=[other.person_id for other in others]).count() == 2
    assert CaseEvent.objects.filter(kind=Happening.ERASED).values_list("case__reference").get() == (
        reference,
    )
    erased = Event.objects.get(action="cases.person.erase")
    asked = Event.objects.get(action="cases.person.ask_erasure")
    with acting_as(first):
        assert asked.basis == basis_of(first, row_of(reference)) != basis_of(first, others[1])
    with acting_as(second):
        assert erased.basis == basis_of(second, row_of(reference)) != basis_of(second, others[1])


def test_p17_two_accounts_of_one_human_erase_nobody(pair: tuple[Viewer, Viewer]) -> None:
    first, second = pair
    reference = make_case(first)
    act = ask(first, reference)
    User.objects.filter(pk=second.known_user_id).update(staff_number=user_of(first).staff_number)
    with pytest.raises(NotTwoPeople):
        agree(second, act)
    assert not Erasure.objects.exists()


def test_p17_who_does_not_reach_each_of_her_cases_neither_asks_nor_sees_it_asked(
    pair: tuple[Viewer, Viewer],
) -> None:
    first, second = pair
    stranger = make_viewer("supervisor")
    reference, elsewhere = make_case(first), make_case(stranger)
    act = ask(first, reference)
    told = Notice.objects.filter(act_id=act).values_list("user_id", flat=True)
    assert list(told) == [second.user_id]
    with pytest.raises(Absent):
        ask(stranger, reference)
    with pytest.raises(Http404):
        get_act(stranger, act)
    # She has a case in another organisation by now: nobody of this one reaches all of hers.
    case = row_of(elsewhere)
    type(case).objects.filter(pk=case.pk).update(person_id=row_of(reference).person_id)
    assert not visible_acts(second)
    with pytest.raises(Http404):
        agree(second, act)
    with pytest.raises(Absent):
        ask(first, reference)
    assert not Erasure.objects.exists()


def test_p17_neither_another_role_nor_who_is_kept_away_from_her_is_told(pair: tuple[Viewer, Viewer]) -> None:
    first, second = pair
    make_viewer("caseworker", organisation=organisation_of(first))
    kept_away = make_viewer("supervisor", organisation=organisation_of(first))
    reference = make_case(first)
    keep_away(
        reference=reference, reason=WallReason.THREAT, user_id=kept_away.known_user_id, by=first, now=NOW
    )
    act = ask(first, reference)
    assert list(Notice.objects.filter(act_id=act).values_list("user_id", flat=True)) == [second.user_id]


def test_p17_what_is_held_is_not_erased_until_two_people_allow_it_again(pair: tuple[Viewer, Viewer]) -> None:
    first, second = pair
    reference = make_case(first)
    erasing, holding = ask(first, reference), ask(first, reference, HOLD)
    agree(first, ask(second, reference, HOLD))
    for idle in (erasing, holding):
        with pytest.raises(Changed):
            agree(second, idle)
    for kind in (ERASE, HOLD):
        with pytest.raises(NothingToDo):
            ask(first, reference, kind)
    lifting = ask(first, reference, LIFT)
    hold_person(
        person=row_of(reference).person_id,
        reason="court_order",
        proof=TwoPeople(asked_by=first, approved_by=second),
        now=NOW,
    )
    with pytest.raises(
        Changed
    ):  # a second hold came meanwhile: what was shown is no longer what would be done
        agree(second, lifting)
    agree(second, ask(first, reference, LIFT))
    assert not LegalHold.objects.filter(lifted_at=None).exists()
    with pytest.raises(NothingToDo):
        ask(first, reference, LIFT)
    agree(second, erasing)
    assert Erasure.objects.count() == 1


def test_without_its_ledger_nobody_is_erased_and_the_page_says_so(
    pair: tuple[Viewer, Viewer], ledger: Path
) -> None:
    first, second = pair
    act = ask(first, make_case(first))
    ledger.unlink()
    with pytest.raises(Refused, match="amparo erase status"):
        agree(second, act)
    assert get_act(second, act).state == "waiting"


def test_from_the_case_to_the_end_in_the_browser(pair: tuple[Viewer, Viewer]) -> None:
    first, second = pair
    reference = make_case(first, person=make_person_details(), now=timezone.now())
    asking, agreeing = sign_in(Client(), first), sign_in(Client(), second)
    page = reverse("cases:erase", args=[reference])
    assert page in asking.get(reverse("cases:detail", args=[reference])).content.decode()
    assert "cannot be undone" in asking.get(page).content.decode()
    answer = asking.post(page, {"act": ERASE, "reason": "court_order"})
    assert answer.status_code == 302
    seen = agreeing.get(answer["Location"])
    assert reference in seen.content.decode()
    assert "Amina" not in seen.content.decode()
    decision = {"decision": "approve", "seen": seen.context["seen"]}
    assert agreeing.post(answer["Location"], decision).status_code == 302
    assert Erasure.objects.get().person == row_of(reference).person_id
    again = asking.post(page, {"act": ERASE, "reason": "court_order"})
    assert "erased already" in again.content.decode()
    worker = make_viewer("caseworker", organisation=organisation_of(first))
    assert sign_in(Client(), worker).get(page).status_code == 403


def test_p17_without_the_proof_of_two_nobody_is_erased(pair: tuple[Viewer, Viewer]) -> None:
    case = row_of(make_case(pair[0]))
    no_proof: Any
    for no_proof in (None, pair[0], pair):
        with pytest.raises(NoProof):
            erase_persons(persons=[case.person_id], reason="consent_withdrawn", proof=no_proof, now=NOW)
    assert PersonKeys.objects.filter(person=case.person_id).exists()
