"""What lies with the independent unit exists for nobody else, and what it is told leaves no trace."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from amparo.access.queries import viewer_for_membership
from amparo.access.rules import ROLES, Permission, Viewer
from amparo.audit.models import Event
from amparo.cases import queries
from amparo.cases.actions import let_come_of_age, tell_unit
from amparo.cases.models import Case, CaseEvent, UnitMessage
from amparo.cases.queries import CaseChoices, list_messages
from amparo.vault.models import PersonKeys
from amparo.vault.queries import open_many
from amparo.vault.rules import NotOpened, Reading
from amparo.vocab.dates import PartialDate
from tests.cases.pages import browser_of, case_url, text_of
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import make_case, make_person_details

pytestmark = pytest.mark.django_db
TOLD = "The officer at the gate was paid."


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
