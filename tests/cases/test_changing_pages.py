"""Pages that change what is recorded: by section, stale, doubly sent, and with hostile input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from amparo.access.rules import Viewer
from amparo.cases.actions import update_person
from amparo.cases.models import CaseEvent, Episode
from amparo.cases.queries import get_case
from amparo.cases.rules import EpisodeDetails, PersonDetails
from amparo.cases.rules.sections import SECTIONS, Subject, sections_of
from amparo.vocab.dates import PartialDate
from amparo.vocab.described import described_fields
from tests.cases.pages import browser_of, case_url, filled, organisation_of, text_of
from tests.factories.accounts import NOW, make_viewer, state_purpose
from tests.factories.cases import PERSON, make_case, row_of

pytestmark = pytest.mark.django_db


def _opened(role: str = "supervisor") -> tuple[Viewer, Client, str]:
    viewer = make_viewer(role)
    return viewer, browser_of(viewer), make_case(viewer, person=PERSON)


def _person(viewer: Viewer, reference: str) -> PersonDetails:
    return get_case(viewer, reference, now=NOW).person.details


@pytest.mark.parametrize("subject", list(Subject))
def test_each_attribute_stands_in_exactly_one_section(subject: Subject) -> None:
    shown = [name for section in sections_of(subject) for name in section.fields]
    assert sorted(shown) == sorted(name for name, _described, _type in described_fields(subject.record))


@pytest.mark.parametrize(
    "code", [section.code for section in SECTIONS if section.subject is not Subject.EPISODE]
)
def test_each_section_shows_its_form_and_saves_it_as_it_stands(code: str) -> None:
    viewer, client, reference = _opened()
    before = get_case(viewer, reference, now=NOW)
    address = case_url("section", reference, code)
    shown = client.get(address)
    assert shown.status_code == 200
    answer = client.post(address, _as_sent(shown.context["form"]))
    assert answer.status_code == 302, text_of(answer)
    after = get_case(viewer, reference, now=NOW)
    assert (after.person.details, after.details) == (before.person.details, before.details)


@pytest.mark.parametrize("code", [section.code for section in sections_of(Subject.EPISODE)])
def test_each_section_of_what_happened_shows_its_form(code: str) -> None:
    viewer, client, reference = _opened()
    episode = get_case(viewer, reference, now=NOW).episodes[0]
    address = case_url("episode-section", reference, episode.id, code)
    answer = client.post(address, _as_sent(client.get(address).context["form"]))
    assert answer.status_code == 302, text_of(answer)
    assert get_case(viewer, reference, now=NOW).episodes[0].details == episode.details


def test_a_change_is_kept_and_stands_in_the_timeline() -> None:
    viewer, client, reference = _opened()
    answer = client.post(
        case_url("section", reference, "background"), {"education": "primary", "position": "", "version": "1"}
    )
    assert answer.status_code == 302, text_of(answer)
    assert _person(viewer, reference).education == "primary"
    assert CaseEvent.objects.filter(case__reference=reference, kind="person_changed").count() == 1


def test_saving_without_a_change_writes_nothing() -> None:
    _viewer, client, reference = _opened()
    client.post(
        case_url("section", reference, "background"),
        {"education": "not_asked", "position": "", "version": "1"},
    )
    assert not CaseEvent.objects.filter(case__reference=reference, kind="person_changed").exists()
    assert row_of(reference).person.version == 1


def test_changes_of_two_people_to_different_questions_are_both_kept() -> None:
    viewer, client, reference = _opened()
    update_person(reference=reference, details=replace(PERSON, called="Amina"), version=1, by=viewer, now=NOW)
    answer = client.post(
        case_url("section", reference, "background"),
        {"education": "primary", "position": "", "version": "1"},
        follow=True,
    )
    assert "both changes are kept" in text_of(answer)
    kept = _person(viewer, reference)
    assert (kept.called, kept.education) == ("Amina", "primary")


def test_two_people_who_change_the_same_see_both_and_choose() -> None:
    viewer, client, reference = _opened()
    other = browser_of(make_viewer("supervisor", organisation=organisation_of(viewer)))
    state_purpose(other, reference)
    address = case_url("section", reference, "background")
    assert (
        other.post(address, {"education": "primary", "position": "cook", "version": "1"}).status_code == 302
    )
    stale = client.post(address, {"education": "bachelor", "position": "", "version": "1"})
    assert stale.status_code == 409
    text = text_of(stale)
    for said in ("Somebody else changed this too", 'name="choice-education"', 'value="bachelor"'):
        assert said in text
    assert _person(viewer, reference).education == "primary"

    sent = (
        dict(stale.context["typed"])
        | {"version": str(stale.context["version"])}
        | dict.fromkeys(stale.context["settled"], "theirs")
    )
    answer = client.post(address, sent | {"choice-education": "yours"})
    assert answer.status_code == 302, text_of(answer)
    kept = _person(viewer, reference)
    assert (kept.education, kept.position) == ("bachelor", "cook")


def test_the_other_ones_answer_can_be_chosen() -> None:
    viewer, client, reference = _opened()
    update_person(reference=reference, details=replace(PERSON, sex="male"), version=1, by=viewer, now=NOW)
    file = get_case(viewer, reference, now=NOW)
    address = case_url("section", reference, "about")
    form = _as_sent(client.get(address).context["form"]) | {"version": "1", "sex": "intersex"}
    stale = client.post(address, form)
    sent = form | {"version": str(stale.context["version"]), "choice-sex": "theirs"}
    assert client.post(address, sent).status_code == 302
    assert _person(viewer, reference).sex == "male"
    assert file.person.version == row_of(reference).person.version


def test_a_version_that_never_was_is_absent() -> None:
    _viewer, client, reference = _opened()
    answer = client.post(
        case_url("section", reference, "background"),
        {"education": "primary", "position": "", "version": "99"},
    )
    assert answer.status_code == 404


def test_what_was_typed_stays_when_something_is_wrong() -> None:
    _viewer, client, reference = _opened()
    sent = {
        "birth-year": "2090",
        "birth-month": "13",
        "age_status": "adult",
        "birth_country": "SY",
        "birth_place": "Homs <3",
        "version": "1",
    }
    answer = client.post(case_url("section", reference, "age"), sent)
    text = text_of(answer)
    assert answer.status_code == 200
    assert "<title>Error: Amparo</title>" in text
    assert "Homs &lt;3" in text
    assert 'value="13"' in text
    future = text_of(client.post(case_url("section", reference, "age"), sent | {"birth-month": ""}))
    assert "This date lies in the future" in future


def test_a_form_may_be_typed_in_arabic_digits() -> None:
    viewer, _client, reference = _opened()
    client = browser_of(viewer, language="ar")
    sent = {
        "birth-day": "١٢",
        "birth-month": "٤",
        "birth-year": "١٩٩٩",
        "age_status": "adult",
        "birth_country": "SY",
        "birth_place": "",
        "version": "1",
    }
    answer = client.post(case_url("section", reference, "age"), sent)
    assert answer.status_code == 302, text_of(answer)
    assert _person(viewer, reference).birth == PartialDate(year=1999, month=4, day=12)


@pytest.mark.parametrize("name", ["ن" * 500, "\u202eabc", "👩🏽‍🦱", "O'Brien & <b>", "Ḥ̣̇ạ̄"])
def test_names_of_any_kind_are_kept_as_typed(name: str) -> None:
    viewer, client, reference = _opened()
    sent = {
        "called": name,
        "salutation": "",
        "names-row": ["0"],
        "names-0-text": name,
        "names-0-kind": "given",
        "names-0-script": "unknown",
        "version": "1",
    }
    answer = client.post(case_url("section", reference, "names"), sent)
    assert answer.status_code == 302, text_of(answer)
    assert (_person(viewer, reference).called, _person(viewer, reference).names[0].text) == (name, name)


@pytest.mark.parametrize("name", ["a\x00b", "a\x07b", "x" * 501])
def test_names_that_cannot_be_kept_are_refused_with_words(name: str) -> None:
    viewer, client, reference = _opened()
    answer = client.post(
        case_url("section", reference, "names"), {"called": name, "salutation": "", "version": "1"}
    )
    assert answer.status_code == 200
    assert "Error: Amparo" in text_of(answer)
    assert _person(viewer, reference).called == "Mina"


def test_what_happened_is_added_once_though_sent_twice() -> None:
    viewer, client, reference = _opened()
    address = case_url("episode-new", reference)
    sent = filled(client.get(address).context["form"]) | {
        "acts": ["recruitment"],
        "purposes": ["forced_labour"],
        "main_purpose": "forced_labour",
    }
    for _ in range(2):
        answer = client.post(address, sent)
        assert answer.status_code == 302, text_of(answer)
    assert Episode.objects.filter(case__reference=reference).count() == 2
    added = get_case(viewer, reference, now=NOW).episodes[1].details
    assert added == EpisodeDetails(
        acts=("recruitment",), purposes=("forced_labour",), main_purpose="forced_labour"
    )


def test_contradictory_answers_are_told_at_their_place() -> None:
    viewer, client, reference = _opened()
    episode = get_case(viewer, reference, now=NOW).episodes[0]
    address = case_url("episode-section", reference, episode.id, "time")
    answer = client.post(
        address,
        {
            "started-year": "2024",
            "ended-year": "2020",
            "is_ongoing": "no",
            "age_when_trafficked": "",
            "version": "1",
        },
    )
    assert "It would have ended before it began" in text_of(answer)


def test_linking_tells_the_number_of_situations_and_nothing_else() -> None:
    viewer, client, reference = _opened()
    stranger = make_viewer("supervisor")
    foreign = make_case(stranger, person=replace(PERSON, called="Leyla"))
    mine, theirs = (
        get_case(who, one, now=NOW).episodes[0].id for who, one in ((viewer, reference), (stranger, foreign))
    )
    client.post(case_url("episode-operation", reference, mine), {"is_new": "yes", "operation": ""})
    operation = get_case(viewer, reference, now=NOW).episodes[0].operation
    typed = operation.lower().replace("-", " ")
    answer = browser_of(stranger).post(
        case_url("episode-operation", foreign, theirs), {"is_new": "no", "operation": typed}
    )
    assert answer.status_code == 302, text_of(answer)
    text = text_of(client.get(case_url("episodes", reference)))
    assert "1 other situation belongs to it" in text
    assert foreign not in text
    assert "Leyla" not in text
    unknown = browser_of(stranger).post(
        case_url("episode-operation", foreign, theirs), {"is_new": "no", "operation": "XAO-0000-0000-0"}
    )
    assert "No operation has this reference" in text_of(unknown)


def test_an_episode_of_another_case_is_absent() -> None:
    viewer, client, reference = _opened()
    other = make_case(viewer, person=PERSON)
    foreign = get_case(viewer, other, now=NOW).episodes[0].id
    assert client.get(case_url("episode-section", reference, foreign, "what")).status_code == 404
    assert client.get(case_url("episode-operation", reference, foreign)).status_code == 404


def _as_sent(form: Any) -> dict[str, Any]:
    """Return what a browser sends back of a shown form, rows and groups of it included."""
    data = filled(form)
    for bound in form:
        widget = bound.field.widget
        if not hasattr(widget, "labelled_forms"):
            continue
        if hasattr(widget, "rows"):
            rows = widget.rows(bound.html_name, bound.value())
            data[f"{bound.html_name}-row"] = [key for key, _form in rows]
            inner = [row for _key, row in rows]
        else:
            inner = [part for _label, part in widget.labelled_forms(bound.html_name, bound.value(), "")]
        for each in inner:
            data |= _as_sent(each)
    return data
