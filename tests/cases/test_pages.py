"""The pages that show cases: who sees them, what stands on them, what they cost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from amparo.cases.actions import add_note, assign_case
from amparo.cases.rules import Name, PersonDetails
from amparo.vocab.dates import PartialDate
from tests.cases.pages import browser_of, case_url, organisation_of, text_of
from tests.factories.accounts import NOW, make_team, make_viewer, state_purpose
from tests.factories.cases import PERSON, make_case, make_person_details

pytestmark = pytest.mark.django_db

SHOWING = ("detail", "person", "episodes", "notes", "documents", "timeline", "access")
ASKING = ("note", "document-new", "move", "assign", "summary-pdf", "episode-new")


@pytest.mark.parametrize("name", SHOWING + ASKING)
def test_a_supervisor_sees_each_page_of_a_case(name: str) -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=PERSON)
    answer = browser_of(viewer).get(case_url(name, reference))
    assert answer.status_code == 200
    text = text_of(answer)
    assert "<title>Amparo</title>" in text
    assert f'<bdi class="amparo-reference">{reference}</bdi>' in text
    assert "<bdi>Mina</bdi>" in text


@pytest.mark.parametrize("name", SHOWING + ASKING)
def test_a_case_of_another_organisation_is_absent(name: str) -> None:
    reference = make_case(make_viewer("supervisor"))
    assert browser_of(make_viewer("supervisor")).get(case_url(name, reference)).status_code == 404


@pytest.mark.parametrize(
    "role",
    ["statistician", "national_rapporteur", "organisation_administrator", "installation_administrator"],
)
def test_roles_without_cases_are_told_so(role: str) -> None:
    reference = make_case(make_viewer("supervisor"))
    client = browser_of(make_viewer(role))
    for name in SHOWING:
        assert client.get(case_url(name, reference)).status_code == 403
    assert client.get(reverse("cases:list")).status_code == 403
    assert client.get(reverse("portal:home")).status_code == 200


def test_a_first_responder_is_offered_only_what_the_role_does() -> None:
    viewer = make_viewer("first_responder")
    reference = make_case(viewer)
    client = browser_of(viewer)
    text = text_of(client.get(case_url("detail", reference)))
    assert case_url("note", reference) in text
    for hidden in ("move", "assign", "summary-pdf"):
        assert case_url(hidden, reference) not in text
        assert client.get(case_url(hidden, reference)).status_code == 403


def test_the_identity_bar_tells_how_she_may_be_reached_and_no_place() -> None:
    viewer = make_viewer("supervisor")
    text = text_of(browser_of(viewer).get(case_url("detail", make_case(viewer, person=PERSON))))
    bar = text.partition('class="amparo-identity')[2].partition("<nav")[0]
    assert "SMS only, 9 to 12" in bar
    assert "+99912345" not in bar
    assert "Syria" not in bar
    nameless = text_of(browser_of(viewer).get(case_url("detail", make_case(viewer, person=PersonDetails()))))
    assert (
        "No safe way to reach her is known"
        in nameless.partition('class="amparo-identity')[2].partition("<nav")[0]
    )


def test_what_has_no_room_as_a_button_stands_in_the_menu_on_a_phone() -> None:
    viewer = make_viewer("supervisor")
    text = text_of(browser_of(viewer).get(case_url("detail", make_case(viewer))))
    buttons = re.findall(r'amparo-off-phone" href="([^"]+)"', text)
    menu = re.findall(r'<li class="amparo-on-phone"><a class="amparo-menu__link" href="([^"]+)"', text)
    assert buttons == menu != []


def test_names_in_other_scripts_stand_in_their_own_direction() -> None:
    viewer = make_viewer("supervisor")
    text = text_of(browser_of(viewer).get(case_url("person", make_case(viewer, person=PERSON))))
    assert '<bdi class="amparo-name">أمينة حداد</bdi>' in text


@pytest.mark.parametrize(
    "name", ["A" * 500, "\u202eevil\u202c", "Ann 👩🏽‍🦱", "<script>alert(1)</script>", "{{ 7 }}{% x %}"]
)
def test_any_name_is_shown_as_text(name: str) -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(
        viewer, person=PersonDetails(names=(Name(text=name),), called=name), opened=NOW.date()
    )
    client = browser_of(viewer)
    for address in (
        case_url("detail", reference),
        case_url("person", reference),
        reverse("cases:list"),
        reverse("portal:home"),
    ):
        text = text_of(client.get(address))
        assert "<script>alert" not in text
        assert name[:3].replace("<", "&lt;") in text


def test_a_sensitive_note_is_withheld_and_says_so() -> None:
    worker = make_viewer("first_responder")
    reference = make_case(worker)
    supervisor = make_viewer("supervisor", organisation=organisation_of(worker))
    add_note(reference=reference, text="She is ill.", is_sensitive=True, by=supervisor, now=NOW)
    for name in ("detail", "notes"):
        told = text_of(browser_of(worker).get(case_url(name, reference)))
        assert "She is ill." not in told
        assert "Your role does not read it" in told
        client = state_purpose(browser_of(supervisor), reference)
        assert "She is ill." in text_of(client.get(case_url(name, reference)))


def test_who_can_see_this_names_organisation_team_and_worker() -> None:
    team = make_team()
    viewer = make_viewer("supervisor", team=team)
    text = text_of(browser_of(viewer).get(case_url("access", make_case(viewer))))
    for name in (team.name, team.organisation.name, viewer.name, "Opened to nobody else"):
        assert name in text


def test_the_timeline_says_who_got_the_case() -> None:
    supervisor = make_viewer("supervisor")
    worker = make_viewer("caseworker", organisation=organisation_of(supervisor))
    reference = make_case(supervisor)
    assert worker.user_id
    assign_case(reference=reference, worker_id=worker.user_id, version=1, by=supervisor, now=NOW)
    text = text_of(state_purpose(browser_of(supervisor), reference).get(case_url("timeline", reference)))
    assert "Given to another worker" in text
    assert worker.name in text


def test_the_list_narrows_and_each_filter_can_be_taken_off() -> None:
    viewer = make_viewer("supervisor")
    child = make_case(viewer, person=make_person_details(birth=PartialDate.parse("2012"), age_status="child"))
    adult = make_case(viewer)
    client = browser_of(viewer)
    text = text_of(client.get(reverse("cases:list"), {"child_track": "child"}))
    assert child in text
    assert adult not in text
    assert "1 found" in text
    assert "Take off the filter" in text
    both = text_of(client.get(reverse("cases:list"), {"child_track": "nonsense"}))
    assert child in both
    assert adult in both


def test_the_list_is_paged_by_keys_both_ways() -> None:
    viewer = make_viewer("supervisor")
    references = [make_case(viewer, opened=NOW.date() - timedelta(days=day)) for day in range(35)]
    client = browser_of(viewer)
    first = client.get(reverse("cases:list"))
    assert references[0] in text_of(first)
    assert references[-1] not in text_of(first)
    second = client.get(first.context["pager"].next_url)
    assert references[-1] in text_of(second)
    assert text_of(client.get(second.context["pager"].previous_url)).count("data-label") == text_of(
        first
    ).count("data-label")


@pytest.mark.parametrize(
    "key", ["nonsense", "2026-01-01_x", "2026-01-01_00000000-0000-0000-0000-000000000000", "\x00", "_" * 500]
)
@pytest.mark.parametrize("sort", ["opened", "changed"])
def test_a_broken_key_shows_a_page(key: str, sort: str) -> None:
    viewer = make_viewer("supervisor")
    make_case(viewer)
    for side in ("after", "before"):
        assert browser_of(viewer).get(reverse("cases:list"), {side: key, "sort": sort}).status_code == 200


def test_a_list_is_kept_shared_and_removed() -> None:
    team = make_team()
    viewer, colleague = make_viewer(team=team), make_viewer(team=team)
    client = browser_of(viewer)
    address = reverse("cases:filters") + "?child_track=child"
    assert client.post(address, {"name": "Children", "is_shared": "on"}).status_code == 302
    assert "Choose another name" in text_of(client.post(address, {"name": "Children"}))
    shared = browser_of(colleague).get(reverse("cases:list"))
    assert "child_track=child" in text_of(shared)
    kept = client.get(reverse("cases:filters")).context["own"][0]
    remove = reverse("cases:filter-remove", args=[kept.id])
    assert browser_of(colleague).post(remove).status_code == 404
    assert client.post(remove).status_code == 302
    assert "Children" not in text_of(client.get(reverse("portal:home")))


@pytest.mark.parametrize("page", ["list", "home"])
def test_a_list_costs_the_same_with_one_case_and_with_thirty(page: str) -> None:
    address = reverse("cases:list") if page == "list" else reverse("portal:home")
    few, many = make_viewer("supervisor"), make_viewer("supervisor")
    make_case(few)
    for _ in range(30):
        make_case(many)
    costs = []
    for viewer in (few, many):
        client = browser_of(viewer)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= (18 if page == "list" else 19)  # one of them says on whose behalf


def test_a_case_costs_the_same_with_little_and_with_much_in_it() -> None:
    viewer = make_viewer("supervisor")
    small, large = make_case(viewer, episodes=()), make_case(viewer, person=PERSON)
    for number in range(20):
        add_note(reference=large, text=f"Note {number}", by=viewer, now=NOW)
    add_note(reference=small, text="Note", by=viewer, now=NOW)
    client = browser_of(viewer)
    for name in SHOWING:
        costs = []
        for reference in (small, large):
            client.get(case_url(name, reference))
            with CaptureQueriesContext(connection) as queries:
                client.get(case_url(name, reference))
            costs.append(len(queries))
        assert costs[0] == costs[1], name
        # One says on whose behalf, one counts what is new for her, one asks what is closed to her.
        assert costs[0] <= 18, name


def test_a_page_weighs_little() -> None:
    viewer = make_viewer("supervisor")
    for _ in range(50):
        reference = make_case(viewer)
    client = browser_of(viewer)
    assert len(client.get(reverse("cases:list")).content) < 100_000
    assert len(client.get(case_url("detail", reference)).content) < 60_000


def test_a_page_in_arabic_is_laid_out_from_right_to_left() -> None:
    viewer = make_viewer("supervisor")
    reference = make_case(viewer, person=PERSON)
    text = text_of(browser_of(viewer, language="ar").get(case_url("detail", reference)))
    assert '<html lang="ar" dir="rtl"' in text
    assert f'<bdi class="amparo-reference">{reference}</bdi>' in text
