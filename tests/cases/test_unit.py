"""What lies with the independent unit exists for nobody else, and what it is told leaves no trace."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import Refused
from amparo.access.queries import viewer_for_membership
from amparo.access.rules import ROLES, Permission, Purpose, Viewer
from amparo.audit.models import Alert, Epoch, Event, Release
from amparo.cases import queries
from amparo.cases.actions import EmptyMessage, let_come_of_age, release_readings, tell_unit
from amparo.cases.models import Case, CaseEvent, UnitMessage
from amparo.cases.queries import Absent, CaseChoices, list_messages, list_readers, list_seen
from amparo.oversight.actions import draw_samples
from amparo.oversight.queries import list_alerts, list_drawn, own_readings
from amparo.vault.models import PersonKeys
from amparo.vault.queries import open_many
from amparo.vault.rules import NotOpened, Reading
from amparo.vocab.dates import PartialDate
from tests.cases.pages import browser_of, case_url, text_of
from tests.factories.accounts import NOW, make_organisation, make_team, make_viewer, state_purpose, user_of
from tests.factories.cases import make_case, make_person_details

pytestmark = pytest.mark.django_db
TOLD = "The officer at the gate was paid."
# What is new on each page that is sent, whatever happened: tokens against forgery, numbers of forms, times of readings.
_CHANGING = re.compile(r'value="[^"]{20,}"|<time [^>]*>[^<]*</time>|nonce="[^"]+"')


@pytest.fixture
def officer() -> Viewer:
    return make_viewer("integrity_officer")


def send(worker: Viewer, reference: str, **more: str) -> None:
    answer = browser_of(worker).post(
        case_url("tell", reference), {"text": TOLD, "submission": str(uuid4()), **more}
    )
    assert answer.status_code == 302


def traces() -> dict[str, int]:
    tables = (model for model in apps.get_models() if model._meta.managed and not model._meta.proxy)
    return {model._meta.label: model._default_manager.count() for model in tables}


class TestMessage:
    def test_the_unit_reads_it_and_nobody_else(self, officer: Viewer) -> None:
        worker = make_viewer("caseworker")
        reference = make_case(worker)
        send(worker, reference, is_named="on")
        (message,) = list_messages(officer, now=NOW)
        assert (message.text, message.reference, message.sender) == (TOLD, reference, worker.name)
        assert TOLD in text_of(browser_of(officer).get(reverse("cases:messages")))
        for role in set(ROLES) - {"integrity_officer"}:
            viewer = make_viewer(role)
            assert list_messages(viewer, now=NOW) == ()
            assert browser_of(viewer).get(reverse("cases:messages")).status_code != 200

    def test_without_the_name_nobody_learns_who_told_it(self, officer: Viewer) -> None:
        worker = make_viewer("caseworker")
        send(worker, make_case(worker))
        (message,) = list_messages(officer, now=NOW)
        assert (message.sender, message.organisation) == ("", "")

    def test_the_case_keeps_no_trace_and_the_log_does_not_say_who(self, officer: Viewer) -> None:
        worker = make_viewer("caseworker")
        reference = make_case(worker)
        before, case = traces(), Case.objects.values("id", "version", "changed_at").get(reference=reference)
        last = Event.objects.latest("id").pk
        with pytest.raises(EmptyMessage):
            tell_unit(reference=reference, text=" ", is_named=True, by=worker, now=NOW)
        tell_unit(reference=reference, text=TOLD, is_named=True, by=worker, now=NOW)
        assert Case.objects.values("id", "version", "changed_at").get(reference=reference) == case
        grown = {name for name, count in traces().items() if count != before[name]}
        assert grown == {"cases.UnitMessage", "vault.PersonKeys", "audit.Event"}
        event = Event.objects.get(id__gt=last)
        assert (event.user, event.membership, event.organisation, event.persons) == (None, None, None, [])
        assert str(case["id"]) not in event.record
        assert reference not in event.record

    def test_it_is_sealed_in_the_compartment_of_the_unit(self) -> None:
        worker = make_viewer("caseworker")
        send(worker, make_case(worker))
        row = UnitMessage.objects.get()
        assert PersonKeys.objects.get(person=row.id).compartment == "integrity"
        reading = Reading(
            user_id=1, membership_id=1, purpose="", persons=frozenset({row.id}),
            compartments=ROLES["supervisor"].compartments,
        )  # fmt: skip
        with pytest.raises(NotOpened):
            open_many(reading, [row.content])

    def test_the_kept_form_does_not_lead_to_it(self) -> None:
        worker = make_viewer("caseworker")
        send(worker, make_case(worker))
        with connection.cursor() as cursor:
            cursor.execute("SELECT result FROM access_submission")
            assert {row for (row,) in cursor.fetchall()} == {""}

    def test_where_nobody_would_read_it_the_page_says_so(self) -> None:
        worker = make_viewer("caseworker")
        address = case_url("tell", make_case(worker))
        assert "There is no independent unit here yet" in text_of(browser_of(worker).get(address))
        make_viewer("integrity_officer")
        assert "There is no independent unit here yet" not in text_of(browser_of(worker).get(address))

    def test_a_case_out_of_reach_is_absent_here_too(self) -> None:
        reference = make_case(make_viewer("caseworker"))
        assert browser_of(make_viewer("caseworker")).get(case_url("tell", reference)).status_code == 404


class TestCasesOfTheUnit:
    @pytest.mark.parametrize(
        "role", [code for code, role in ROLES.items() if Permission.CASE_READ in role.permissions]
    )
    def test_p03_they_are_in_no_list_count_search_or_likeness_of_others(
        self, officer: Viewer, role: str
    ) -> None:
        if role == "integrity_officer":
            return
        viewer = make_viewer(role)
        person = make_person_details(birth=PartialDate.parse("1990-01-02"))
        reference = make_case(officer, person=person)
        Case.objects.filter(reference=reference).update(
            organisation=viewer.organisation_id, worker=viewer.user_id, team=viewer.team_id
        )
        assert queries.find_reference(viewer, reference) is None
        assert queries.list_cases(viewer, now=NOW).total == 0
        assert queries.search_own_caseload(viewer, "Amina", now=NOW) == ()
        assert queries.likely_persons(viewer, person, now=NOW) == ()
        assert queries.loads(viewer, now=NOW) == ()
        assert queries.own_work(viewer, now=NOW).total == 0
        for consent in (True, False):
            assert not queries.count_files(
                viewer, choices=CaseChoices(), permission=Permission.CASE_READ, consent=consent
            )

    def test_the_nightly_job_opens_nothing_of_them(self, officer: Viewer) -> None:
        born = PartialDate.parse("2008-11-20")
        make_case(officer, person=make_person_details(birth=born, age_status="not_asked"))
        Case.objects.update(child_track="child")
        last = Event.objects.latest("id").pk
        assert let_come_of_age(now=NOW) == 0
        assert not Event.objects.filter(id__gt=last).exists()
        assert not CaseEvent.objects.filter(by=None).exists()

    def test_p18_who_runs_the_installation_opens_nothing(self) -> None:
        keeper = make_viewer("installation_administrator")
        fresh = viewer_for_membership(keeper.membership_id or 0, NOW)
        assert fresh is not None
        assert not fresh.compartments
        assert not fresh.granted
        reference = make_case(make_viewer("caseworker"))
        client = browser_of(keeper)
        for name in ("detail", "person", "tell", "purpose"):
            assert client.get(case_url(name, reference)).status_code in (302, 403)
        assert queries.find_reference(fresh, reference) is None


class TestWhatTheUnitDoes:
    """Its readings, and the alerts that they raise, are there for the unit alone."""

    @pytest.fixture
    def unit(self) -> dict[str, Any]:
        house = make_organisation(kind="independent_unit")
        people = {
            name: make_viewer(role, organisation=house, purpose=Purpose.OVERSIGHT)
            for name, role in (
                ("officer", "integrity_officer"),
                ("colleague", "integrity_officer"),
                ("supervisor", "supervisor"),
            )
        }
        return {**people, "auditor": make_viewer("auditor"), "reference": make_case(people["officer"])}

    def alert_of(self, viewer: Viewer) -> Alert:
        event = Event.objects.filter(membership=viewer.membership_id).latest("id")
        return Alert.objects.create(
            rule="outside_caseload", key=f"outside:{event.pk}", user=viewer.user_id, count=6, epoch=1,
            organisation=viewer.organisation_id, event=event.pk, raised_at=NOW,
        )  # fmt: skip

    def test_alerts_about_it_are_seen_by_its_own_people_and_by_nobody_else(
        self, unit: dict[str, Any]
    ) -> None:
        browser_of(unit["officer"]).get(case_url("detail", unit["reference"]))
        hers = self.alert_of(unit["officer"])
        for other in ("supervisor", "auditor", "officer"):
            assert list_alerts(unit[other]).lines == (), other
        assert [line.id for line in list_alerts(unit["colleague"]).lines] == [hers.pk]
        make_case(unit["supervisor"])
        of_others = self.alert_of(unit["supervisor"])
        assert [line.id for line in list_alerts(unit["auditor"]).lines] == [of_others.pk]

    def test_no_supervisor_is_given_its_readings_to_ask_about(self, unit: dict[str, Any]) -> None:
        browser_of(unit["officer"]).get(case_url("detail", unit["reference"]))
        assert Event.objects.filter(action="cases.case.read", record=unit["reference"]).exists()
        hi = max(Event.objects.values_list("xid", flat=True)) + 1
        Epoch.objects.create(
            number=1, generation=1, lo=0, hi=hi, events=1, root=b"", previous=b"", sealed_at=NOW, hash=b"", key="",
            signature=b"",
        )  # fmt: skip
        assert draw_samples(now=timezone.now() + timedelta(days=7), rng=Random(1)) == 0
        assert [week.readings for week in list_drawn(unit["supervisor"])] == []

    def test_the_lead_in_the_unit_sees_who_of_the_unit_saw_it(self, unit: dict[str, Any]) -> None:
        browser_of(unit["colleague"]).get(case_url("detail", unit["reference"]))
        state_purpose(browser_of(unit["colleague"]), unit["reference"], purpose=Purpose.OVERSIGHT).get(
            case_url("detail", unit["reference"])
        )
        lines = list_seen(unit["officer"], unit["reference"], now=NOW).lines
        assert unit["colleague"].user_id in {line.user for line in lines}

    def test_who_left_the_unit_finds_nothing_of_it_under_what_she_opened(self, unit: dict[str, Any]) -> None:
        browser_of(unit["officer"]).get(case_url("detail", unit["reference"]))
        user = user_of(unit["officer"])
        assert own_readings(unit["officer"], now=timezone.now()).lines
        after = make_viewer("caseworker", user=user)
        assert own_readings(after, now=timezone.now()).lines == ()

    def test_p14_only_the_unit_releases_what_it_read(self, unit: dict[str, Any]) -> None:
        now, reference = timezone.now(), unit["reference"]
        worker = make_viewer("investigator")
        for viewer in (unit["supervisor"], unit["auditor"], make_viewer("caseworker")):
            with pytest.raises(Refused):
                release_readings(reference=reference, by=viewer, now=now)
        for viewer in (worker, make_viewer("integrity_officer")):  # who looks without telling, elsewhere
            with pytest.raises(Absent):
                release_readings(reference=reference, by=viewer, now=now)
        assert not Release.objects.exists()
        browser_of(unit["officer"]).get(case_url("detail", reference))
        assert list_readers(unit["officer"], reference, now=now) == ()
        answer = browser_of(unit["officer"]).post(case_url("release", reference))
        assert answer.status_code == 302
        (reader,) = list_readers(unit["officer"], reference, now=now)
        assert reader.role == "integrity_officer"

    def test_a_clock_set_ahead_releases_nothing_that_is_read_later(self, unit: dict[str, Any]) -> None:
        ahead = timezone.now() + timedelta(days=40 * 365)
        release_readings(reference=unit["reference"], by=unit["officer"], now=ahead)
        browser_of(unit["officer"]).get(case_url("detail", unit["reference"]))
        (reader,) = list_readers(unit["officer"], unit["reference"], now=timezone.now()) or (None,)
        assert reader is None or "person:identity" not in reader.fields


class TestNoTrace:
    """Who tells the unit something leaves every page of everybody else as it was."""

    PAGES = ("detail", "person", "episodes", "notes", "documents", "timeline", "access", "told")

    def shown(self, viewer: Viewer, reference: str) -> dict[str, str]:
        client = state_purpose(browser_of(viewer), reference)
        said = {name: text_of(client.get(case_url(name, reference))) for name in self.PAGES}
        said["drawn"] = text_of(client.get(reverse("oversight:drawn")))
        said["list"] = text_of(client.get(reverse("cases:list")))
        return {name: _CHANGING.sub("", text) for name, text in said.items()}

    def seen_by_others(self, viewer: Viewer, reference: str) -> list[int]:
        lines = list_seen(viewer, reference, now=timezone.now()).lines
        return [line.id for line in lines if line.user != viewer.user_id]

    def test_the_pages_of_the_case_and_of_the_log_are_the_same_after_it(self, officer: Viewer) -> None:
        organisation = make_organisation()
        supervisor = make_viewer("supervisor", organisation=organisation)
        worker = make_viewer("caseworker", organisation=organisation, team=make_team(organisation))
        reference = make_case(worker)
        own = Event.objects.filter(user=worker.user_id)
        before, lines = self.shown(supervisor, reference), own.count()
        seen = self.seen_by_others(supervisor, reference)
        client = browser_of(worker)
        client.get(case_url("tell", reference))
        client.post(case_url("tell", reference), {"text": TOLD, "submission": str(uuid4())})
        assert list_messages(officer, now=NOW)
        assert own.count() == lines, "nothing to draw for a supervisor, and nothing to raise an alert"
        assert self.shown(supervisor, reference) == before
        assert self.seen_by_others(supervisor, reference) == seen
