"""The page that opens a case: with little, once, and never twice for the same person without asking."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from amparo.cases.models import Case, Person
from amparo.cases.queries import get_case
from amparo.cases.rules import ChildTrack, Name
from amparo.vocab.dates import PartialDate
from tests.cases.pages import browser_of, filled, organisation_of, text_of
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import PERSON, make_case, row_of

pytestmark = pytest.mark.django_db

NEW = "/cases/new/"


def _sent(client: Client, **typed: Any) -> dict[str, Any]:
    sent = filled(client.get(NEW).context["form"])
    return sent | {name.replace("__", "-"): value for name, value in typed.items()}


def test_consent_is_all_that_is_required() -> None:
    viewer = make_viewer("first_responder")
    client = browser_of(viewer)
    sent = _sent(client)
    without = client.post(NEW, sent)
    assert "No answer is chosen" in text_of(without)
    answer = client.post(NEW, sent | {"consent": "no"})
    assert answer.status_code == 302, text_of(answer)
    case = Case.objects.get()
    assert (case.consent, case.child_track, case.worker_id) == ("no", ChildTrack.IN_DOUBT, viewer.user_id)


def test_what_was_typed_is_what_is_kept() -> None:
    viewer = make_viewer()
    client = browser_of(viewer)
    sent = _sent(
        client, given="Олена", family="Шевченко", called="Lena", birth__year="2011", birth__month="2", sex="female",
        citizenships=["UA", "PL"], language="ukr", needs_interpreter="yes", consent="yes", priority="two_days",
        referring_organisation="Border police",
    )  # fmt: skip
    answer = client.post(NEW, sent)
    assert answer.status_code == 302, text_of(answer)
    file = get_case(viewer, Case.objects.get().reference, now=NOW)
    person = file.person.details
    assert person.names == (
        Name(text="Олена", kind="given", script="cyrl"),
        Name(text="Шевченко", kind="family", script="cyrl"),
    )
    assert (person.birth, person.citizenships) == (PartialDate(year=2011, month=2), ("PL", "UA"))
    assert (person.languages[0].code, person.languages[0].needs_interpreter) == ("ukr", "yes")
    assert (file.child_track, file.details.priority, file.details.referring_organisation) == (
        "child",
        "two_days",
        "Border police",
    )


def test_p28_sent_twice_it_opens_one_case() -> None:
    viewer = make_viewer()
    client = browser_of(viewer)
    sent = _sent(client, consent="yes", given="Ana", family="Silva")
    first = client.post(NEW, sent)
    second = client.post(NEW, sent | {"same_as": "new"})
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


def test_somebody_who_is_known_is_proposed_with_the_reasons_first() -> None:
    viewer = make_viewer()
    known = make_case(viewer, person=PERSON)
    client = browser_of(viewer)
    sent = _sent(client, given="AMINA", family="haddad", birth__year="1998", consent="yes")
    asked = client.post(NEW, sent)
    text = text_of(asked)
    assert asked.status_code == 200
    for said in (
        "You may know her already",
        known,
        "the same names",
        "dates of birth that may be the same",
        'value="AMINA"',
    ):
        assert said in text
    assert Case.objects.count() == 1

    answer = client.post(NEW, sent | {"same_as": str(row_of(known).person_id)})
    assert answer.status_code == 302
    assert (Case.objects.count(), Person.objects.count()) == (2, 1)
    assert get_case(viewer, answer["Location"].split("/")[-2], now=NOW).person.details == PERSON


def test_a_new_person_with_the_same_name_is_a_new_person() -> None:
    viewer = make_viewer()
    make_case(viewer, person=PERSON)
    client = browser_of(viewer)
    answer = client.post(NEW, _sent(client, given="Amina", family="Haddad", consent="yes", same_as="new"))
    assert answer.status_code == 302
    assert Person.objects.count() == 2


def test_the_people_of_colleagues_and_strangers_are_never_proposed() -> None:
    viewer = make_viewer("supervisor")
    make_case(make_viewer("supervisor", organisation=organisation_of(viewer)), person=PERSON)
    stranger = make_case(make_viewer("supervisor"), person=PERSON)
    client = browser_of(viewer)
    sent = _sent(client, given="Amina", family="Haddad", birth__year="1998", consent="yes")
    assert client.post(NEW, sent | {"same_as": str(row_of(stranger).person_id)}).status_code == 302
    assert Person.objects.count() == 3


def test_one_more_citizenship_is_asked_for_without_a_script() -> None:
    client = browser_of(make_viewer())
    answer = client.post(
        NEW, _sent(client, citizenships=["UA"], given="Ana") | {"arrange-rows": "citizenships:add"}
    )
    text = text_of(answer)
    assert answer.status_code == 200
    assert "There is something to mend" not in text
    assert 'value="Ana"' in text
    assert text.count('name="citizenships"') == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"opened_date-year": "2099"}, "A case cannot be opened in the future"),
        ({"birth-year": "1790"}, "more than 130 years ago"),
        ({"birth-day": "31", "birth-month": "2", "birth-year": "1999"}, "The month has 28 days"),
        ({"stated_age-years": "200"}, "This age is not possible"),
        ({"given": "a\x00b"}, "Error: Amparo"),
        ({"consent": "perhaps"}, "not in the list"),
        ({"submission": "x"}, "out of date"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(typed: dict[str, str], said: str) -> None:
    client = browser_of(make_viewer())
    answer = client.post(NEW, _sent(client, consent="yes", family="Kept") | typed)
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert 'value="Kept"' in text_of(answer)
    assert not Case.objects.exists()


def test_what_may_wait_is_folded_until_something_in_it_must_be_mended() -> None:
    client = browser_of(make_viewer())
    closed, opened = (f'<details class="govuk-details amparo-fold"{how}>' for how in ("", " open"))
    first = text_of(client.get(NEW))
    assert (first.count(closed), first.count(opened)) == (2, 0)
    wrong = text_of(client.post(NEW, _sent(client, consent="yes", opened_date__year="2099")))
    assert (wrong.count(closed), wrong.count(opened)) == (1, 1)


@pytest.mark.parametrize(
    "role", ["competent_authority", "statistician", "national_rapporteur", "organisation_administrator"]
)
def test_other_roles_open_no_case(role: str) -> None:
    assert browser_of(make_viewer(role)).get(reverse("cases:new")).status_code == 403
