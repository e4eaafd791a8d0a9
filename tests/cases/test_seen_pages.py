"""Who saw a case: for its lead, and for the person herself without a covert unit showing (P14)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from amparo.access.actions import grant_access
from amparo.access.rules import GrantReason, Permission, Viewer
from amparo.access.rules import roles as access_roles
from amparo.audit.actions import record, release_readings
from amparo.audit.models import Event
from amparo.cases.actions import add_note
from amparo.cases.panels import seen as panels
from amparo.cases.queries import list_readers, list_seen
from amparo.cases.queries.visible import Absent
from tests.cases.pages import browser_of, case_url, text_of
from tests.factories.accounts import (
    make_membership,
    make_organisation,
    make_team,
    make_viewer,
    organisation_of,
    state_purpose,
)
from tests.factories.cases import make_case, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> dict[str, Any]:
    """Give a worker, a colleague, their supervisor, and a case of the worker."""
    organisation = make_organisation(name="Harbour House")
    team = make_team(organisation)
    people: dict[str, Any] = {
        "worker": make_viewer(organisation=organisation, team=team),
        "colleague": make_viewer(organisation=organisation, team=team),
        "supervisor": make_viewer("supervisor", organisation=organisation),
    }
    return {**people, "reference": make_case(people["worker"], now=timezone.now())}


def read_as(viewer: Viewer, reference: str, *, at: datetime | None = None, **more: Any) -> None:
    case = row_of(reference)
    words = {"record": reference, "fields": ["person:names", "person:identity"], "basis": "grant:1", **more}
    action = words.pop("action", "cases.case.read")
    record(action, by=viewer, at=at or timezone.now(), persons=[case.person_id], **words)


class TestForTheLead:
    """The worker and the supervisor see who, what, when and why."""

    @pytest.mark.parametrize("lead", ["worker", "supervisor"])
    def test_a_reading_is_told_in_words(self, house: dict[str, Any], lead: str) -> None:
        browser_of(house["colleague"]).get(case_url("detail", house["reference"]))
        shown = text_of(
            state_purpose(browser_of(house[lead]), house["reference"]).get(
                case_url("seen", house["reference"])
            )
        )
        for said in (
            house["colleague"].name,
            "Harbour House",
            "Caseworker",
            "Opened the case",
            "identity",
        ):
            assert said in shown
        assert "place of stay" not in shown
        assert "is in the team of the case" in shown
        assert "cases.case.read" not in shown
        assert "person:names" not in shown

    def test_whoever_opens_where_she_is_is_told_of_it(self, house: dict[str, Any]) -> None:
        browser = browser_of(house["colleague"])
        browser.get(case_url("person", house["reference"]))
        supervisor = state_purpose(browser_of(house["supervisor"]), house["reference"])
        said = "Opened where she is"
        assert said not in text_of(supervisor.get(case_url("seen", house["reference"])))
        browser.get(case_url("person", house["reference"]) + "?place=open")
        assert said in text_of(supervisor.get(case_url("seen", house["reference"])))
        assert "place of stay" in text_of(supervisor.get(case_url("told", house["reference"])))

    def test_the_lead_finds_the_tab_and_a_colleague_does_not(self, house: dict[str, Any]) -> None:
        address = case_url("seen", house["reference"])
        for who, is_shown in (("worker", True), ("supervisor", True), ("colleague", False)):
            page = state_purpose(browser_of(house[who]), house["reference"]).get(
                case_url("detail", house["reference"])
            )
            assert (address in text_of(page)) is is_shown, who

    @pytest.mark.parametrize("name", ["seen", "told"])
    def test_for_who_does_not_lead_it_there_is_no_such_page(self, house: dict[str, Any], name: str) -> None:
        assert browser_of(house["colleague"]).get(case_url(name, house["reference"])).status_code == 404

    def test_a_grant_opens_the_case_and_not_its_log(self, house: dict[str, Any]) -> None:
        now = timezone.now()
        other = make_viewer("supervisor")
        grant_access(
            record=row_of(house["reference"]).id, organisation_id=other.organisation_id,
            permissions=[Permission.CASE_READ, Permission.CASE_READ_LOG, Permission.CASE_EDIT],
            reason=GrantReason.JOINT_WORK, ends_at=now + timedelta(days=9), by=house["supervisor"], now=now,
        )  # fmt: skip
        browser = state_purpose(browser_of(other), house["reference"])
        assert browser.get(case_url("detail", house["reference"])).status_code == 200
        assert browser.get(case_url("seen", house["reference"])).status_code == 404

    def test_who_was_refused_stands_there_and_so_does_who_looked(self, house: dict[str, Any]) -> None:
        outsider = make_viewer()
        browser_of(outsider).get(case_url("notes", house["reference"]))
        browser_of(house["supervisor"]).get(case_url("seen", house["reference"]))
        shown = text_of(browser_of(house["worker"]).get(case_url("seen", house["reference"])))
        assert outsider.name in shown
        assert "was told that there is none" in shown
        assert "Looked at who saw this case" in shown

    def test_another_case_of_the_same_person_is_not_this_one(self, house: dict[str, Any]) -> None:
        elsewhere = make_viewer()
        read_as(elsewhere, house["reference"], record="", action="cases.case.list")
        read_as(elsewhere, house["reference"], record="XA-F8QY-40YG-N")
        lines = list_seen(house["worker"], house["reference"], now=timezone.now()).lines
        assert elsewhere.user_id not in {line.user for line in lines}

    def test_pages_follow_each_other_without_a_gap_while_lines_are_added(self, house: dict[str, Any]) -> None:
        for number in range(120):
            read_as(house["colleague"], house["reference"], basis=f"grant:{number}")
        found: list[int] = []
        before, pages = 0, 0
        while before or not pages:
            page = list_seen(house["worker"], house["reference"], now=timezone.now(), before=before)
            found += [line.id for line in page.lines]
            before, pages = page.next, pages + 1
        assert pages == 3
        assert found == sorted(set(found), reverse=True)
        by_colleague = Event.objects.filter(user=house["colleague"].user_id).values_list("id", flat=True)
        assert set(by_colleague) <= set(found)

    def test_the_same_on_one_day_stands_in_one_row(self, house: dict[str, Any]) -> None:
        for _ in range(5):
            read_as(house["colleague"], house["reference"])
        page = list_seen(house["worker"], house["reference"], now=timezone.now())
        rows = panels.seen_table(page.lines, page.people).rows
        assert [row.cells[2].note.partition(",")[0] for row in rows if row.cells[2].note] == ["5 times"]

    @pytest.mark.parametrize("typed", ["x", "-1", "9" * 30, "٣"])
    def test_a_page_that_is_none_is_the_first(self, house: dict[str, Any], typed: str) -> None:
        address = case_url("seen", house["reference"])
        assert browser_of(house["worker"]).get(address, {"before": typed}).status_code == 200

    def test_a_write_is_told_too(self, house: dict[str, Any]) -> None:
        add_note(reference=house["reference"], text="She called.", by=house["worker"], now=timezone.now())
        assert "Added a note" in text_of(
            browser_of(house["worker"]).get(case_url("seen", house["reference"]))
        )


class TestForHer:
    """P14: she can be told who saw what, and does not learn of a covert investigation."""

    @pytest.fixture
    def covert(self, monkeypatch: pytest.MonkeyPatch) -> Viewer:
        """Give somebody of a unit that looks without telling: its role is of such a compartment."""
        from amparo.cases.queries import seen

        monkeypatch.setattr(seen, "covert_roles", lambda: frozenset({"competent_authority"}))
        unit = make_organisation(name="Anti-Trafficking Police", kind="law_enforcement")
        return make_viewer("competent_authority", organisation=unit)

    def told(self, house: dict[str, Any], language: str = "en") -> str:
        page = text_of(
            browser_of(house["worker"], language=language).get(case_url("told", house["reference"]))
        )
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)

    def test_p14_she_is_told_organisation_function_days_and_no_name(self, house: dict[str, Any]) -> None:
        health = make_organisation(name="Harbour Clinic", kind="health_service")
        reader = make_viewer("competent_authority", organisation=health)
        read_as(reader, house["reference"])
        shown = self.told(house)
        assert "Harbour Clinic" in shown
        assert "Competent authority" in shown
        assert "saw names, identity" in shown
        assert reader.name not in shown
        assert not re.search(r"\d\d?:\d\d", shown.partition("<main")[2])

    @pytest.mark.parametrize("language", ["en", "ar"])
    def test_p14_the_list_is_the_same_with_and_without_a_covert_reading(
        self, house: dict[str, Any], covert: Viewer, language: str
    ) -> None:
        self.told(house, language)  # what the lead does himself stands there from now on
        before, paper = self.told(house, language), self.paper(house)
        for _ in range(3):
            read_as(covert, house["reference"])
        read_as(covert, house["reference"], action="justice.investigation.read", record="")
        read_as(make_viewer(), house["reference"], action="integrity.report.read")
        assert self.told(house, language) == before
        assert self.paper(house) == paper

    @pytest.mark.parametrize("ask", ["told", "seen", "paper"])
    def test_p14_with_a_covert_reading_the_database_is_asked_the_same(
        self, house: dict[str, Any], covert: Viewer, ask: str
    ) -> None:
        """The time of an answer is that of its statements: as many, and the same, whether something is held back or not."""
        self.asked(house, ask)  # what is looked up once a process, is
        before = self.asked(house, ask)
        assert len(before) > 3
        for _ in range(3):
            read_as(covert, house["reference"])
        read_as(covert, house["reference"], action="justice.investigation.read", record="")
        assert self.asked(house, ask) == before

    def asked(self, house: dict[str, Any], ask: str) -> list[str]:
        browser = browser_of(house["worker"])
        with CaptureQueriesContext(connection) as queries:
            if ask == "paper":
                self.paper(house)
            else:
                assert browser.get(case_url(ask, house["reference"])).status_code == 200
        return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries.captured_queries]

    def test_p14_the_lead_does_not_see_it_either(self, house: dict[str, Any], covert: Viewer) -> None:
        within = make_viewer("competent_authority", organisation=organisation_of(house["worker"]))
        for reader in (covert, within):  # the unit may be of her own organisation
            read_as(reader, house["reference"])
        lines = list_seen(house["worker"], house["reference"], now=timezone.now()).lines
        assert {covert.user_id, within.user_id}.isdisjoint({line.user for line in lines})

    def test_p14_the_unit_releases_what_it_read_until_then(
        self, house: dict[str, Any], covert: Viewer
    ) -> None:
        read_as(covert, house["reference"])
        release_readings(
            row_of(house["reference"]).person_id, by=covert, now=timezone.now() + timedelta(seconds=1)
        )
        assert "Anti-Trafficking Police" in self.told(house)
        other = make_viewer("competent_authority", organisation=make_organisation(name="Other Unit"))
        read_as(other, house["reference"])
        assert "Other Unit" not in self.told(house), "only what that unit read"

    def test_a_release_reaches_no_later_reading(self, house: dict[str, Any], covert: Viewer) -> None:
        release_readings(
            row_of(house["reference"]).person_id, by=covert, now=timezone.now() - timedelta(days=1)
        )
        read_as(covert, house["reference"])
        assert "Anti-Trafficking Police" not in self.told(house)

    def test_roles_of_covert_compartments_are_those_that_are_held_back(self) -> None:
        assert access_roles.covert_roles() == {"investigator", "integrity_officer"}

    def test_one_line_an_organisation_and_function_however_many_people(self, house: dict[str, Any]) -> None:
        health = make_organisation(name="Clinic")
        for _ in range(3):
            read_as(make_viewer("competent_authority", organisation=health), house["reference"])
        readers = list_readers(house["worker"], house["reference"], now=timezone.now())
        assert [(one.organisation, one.role) for one in readers].count(("Clinic", "competent_authority")) == 1

    def test_whose_role_has_ended_is_told_still(self, house: dict[str, Any]) -> None:
        reader = make_viewer("competent_authority", organisation=make_organisation(name="Old Clinic"))
        read_as(reader, house["reference"])
        from amparo.accounts.models import Membership

        Membership.objects.filter(pk=reader.membership_id or 0).update(until=timezone.localdate())
        assert "Old Clinic" in self.told(house)

    @pytest.mark.slow
    @pytest.mark.parametrize("language", ["en", "ar"])
    def test_the_list_is_printed_in_her_language(self, house: dict[str, Any], language: str) -> None:
        browser = browser_of(house["worker"])
        answer = browser.post(case_url("told", house["reference"]), {"language": language})
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        assert (
            f"/Lang ({language})".encode() in answer.content
            or f"/Lang({language})".encode() in answer.content
        )
        assert Event.objects.filter(action="cases.log.print", record=house["reference"]).count() == 1

    def test_a_language_that_is_not_translated_whole_is_not_printed(self, house: dict[str, Any]) -> None:
        browser = browser_of(house["worker"])
        assert browser.post(case_url("told", house["reference"]), {"language": "xx"}).status_code == 404

    def paper(self, house: dict[str, Any]) -> dict[str, Any]:
        now = timezone.now()
        readers = list_readers(house["worker"], house["reference"], now=now)
        return panels.told_values(
            readers, reference=house["reference"], organisation="Harbour House", now=now
        )

    def test_her_name_stands_not_on_the_paper(self, house: dict[str, Any]) -> None:
        assert "Amina" not in str(self.paper(house))


def test_without_the_permission_nothing_is_told(house: dict[str, Any]) -> None:
    now = timezone.now()
    membership = make_membership(role="first_responder")
    for viewer in (make_viewer("first_responder"), Viewer(user_id=membership.user_id)):
        for ask in (list_seen, list_readers):
            with pytest.raises(Absent):
                ask(viewer, house["reference"], now=now)
