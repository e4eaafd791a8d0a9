"""A case and its person lie in one compartment for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from amparo.access.actions import PurposeMissing, Refused, grant_access
from amparo.access.queries import viewer_for_membership
from amparo.access.rules import GrantReason, Permission, Purpose, Viewer
from amparo.audit.models import Event
from amparo.cases.actions import add_note, link_operation, open_case
from amparo.cases.facts import fact_tables
from amparo.cases.models import Case, Episode, Person
from amparo.cases.queries import Absent, find_reference, get_case, list_cases
from amparo.cases.queries.coded import COUNTED
from amparo.cases.queries.visible import purpose_of
from amparo.cases.rules.opening import NewCase
from amparo.config.api import PREFIX
from amparo.vault.models import PersonKeys
from amparo.vault.queries import open_many
from amparo.vault.rules import Compartment, NotOpened, Reading
from amparo.vocab.facts import PERSON
from tests.cases.pages import browser_of, case_url, organisation_of, text_of
from tests.factories.accounts import NOW, make_organisation, make_viewer, state_purpose
from tests.factories.cases import DETAILS, make_case, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> Viewer:
    return make_viewer("supervisor")


def colleague(viewer: Viewer, role: str) -> Viewer:
    return make_viewer(role, organisation=organisation_of(viewer))


def grant(reference: str, *, to: Viewer, by: Viewer, compartments: tuple[Compartment, ...] = ()) -> Viewer:
    grant_access(
        record=row_of(reference).id, user_id=to.user_id, reason=GrantReason.JOINT_WORK, by=by, now=NOW,
        ends_at=NOW + timedelta(days=3), permissions=[Permission.CASE_READ, Permission.PERSON_EDIT],
        compartments=compartments,
    )  # fmt: skip
    fresh = viewer_for_membership(to.membership_id or 0, NOW)
    assert fresh is not None
    return replace(fresh, stated_purpose=Purpose.LEGAL)


@contextmanager
def until_the_end() -> Iterator[None]:
    """Ask of what is written what the database asks at the end of a transaction."""
    with transaction.atomic():
        yield
        connection.check_constraints()


class TestOneCompartment:
    def test_a_case_opens_in_the_compartment_of_the_role_and_her_keys_are_locked_there(self) -> None:
        investigator = make_viewer("investigator")
        case = row_of(make_case(investigator))
        keys = PersonKeys.objects.get(person=case.person_id)
        assert case.compartment == case.person.compartment == keys.compartment == Compartment.JUSTICE

    def test_it_never_changes(self, supervisor: Viewer) -> None:
        case = row_of(make_case(supervisor))
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.filter(id=case.id).update(compartment=Compartment.JUSTICE)
        with pytest.raises(IntegrityError), until_the_end():
            Person.objects.filter(id=case.person_id).update(compartment=Compartment.JUSTICE)

    def test_a_case_of_another_compartment_than_its_person_cannot_be_written(
        self, supervisor: Viewer
    ) -> None:
        case = row_of(make_case(supervisor))
        case.pk, case.reference, case.compartment = None, "XA-0000-0000-0", Compartment.JUSTICE
        with pytest.raises(IntegrityError), until_the_end():
            Case.objects.bulk_create([case])

    def test_p20_protection_and_justice_do_not_see_each_other(self, supervisor: Viewer) -> None:
        team_mate = make_viewer("investigator", organisation=make_organisation(kind="law_enforcement"))
        protected, theirs = make_case(supervisor), make_case(team_mate)
        for viewer, other in ((team_mate, protected), (supervisor, theirs)):
            assert find_reference(viewer, other) is None
            with pytest.raises(Absent):
                get_case(viewer, other, now=NOW)
        Case.objects.filter(reference=theirs).update(organisation=supervisor.organisation_id)
        assert find_reference(supervisor, theirs) is None
        assert [row.reference for row in list_cases(supervisor, now=NOW).rows] == [protected]

    def test_p20_the_keys_of_one_are_not_to_be_had_in_the_other(self, supervisor: Viewer) -> None:
        person = row_of(make_case(supervisor)).person
        reading = Reading(
            user_id=1, membership_id=1, purpose="", persons=frozenset({person.id}),
            compartments=frozenset({Compartment.JUSTICE}),
        )  # fmt: skip
        with pytest.raises(NotOpened):
            open_many(reading, [person.names])

    def test_a_grant_opens_another_compartment_only_when_it_names_it(self, supervisor: Viewer) -> None:
        investigator = make_viewer("investigator")
        reference = make_case(supervisor)
        plain = grant(reference, to=investigator, by=supervisor)
        assert find_reference(plain, reference) is None
        named = grant(reference, to=investigator, by=supervisor, compartments=(Compartment.PROTECTION,))
        file = get_case(named, reference, now=NOW)
        assert file.person.display_name
        assert [row.reference for row in list_cases(named, now=NOW).rows] == [reference]
        with pytest.raises(Absent):
            open_case(new=NewCase(existing_person=file.person.id, opened_date=NOW.date()), by=named, now=NOW)

    @pytest.mark.parametrize("named", [Compartment.JUSTICE, Compartment.INTEGRITY])
    def test_nobody_grants_a_compartment_that_is_not_theirs(
        self, supervisor: Viewer, named: Compartment
    ) -> None:
        reference = make_case(supervisor)
        with pytest.raises(Refused):
            grant(reference, to=make_viewer("investigator"), by=supervisor, compartments=(named,))

    def test_only_those_who_are_helped_are_counted(self) -> None:
        assert set(COUNTED) < set(Compartment)
        for role in ("caseworker", "investigator", "integrity_officer"):
            make_case(make_viewer(role), details=DETAILS)
        for table in fact_tables():
            found = [row for rows in table.rows(lambda person: person.int % 2**31) for row in rows]
            assert len(found) == 1
            assert PERSON in found[0]

    def test_the_independent_unit_has_references_of_its_own_and_ties_nothing(self) -> None:
        officer = make_viewer("integrity_officer")
        reference = make_case(officer)
        assert reference.startswith("XAI-") or reference.split("-")[0].endswith("I")
        episode = Episode.objects.get(case__reference=reference)
        with pytest.raises(Refused):
            link_operation(reference=reference, episode=episode.id, operation="", by=officer, now=NOW)


class TestPurpose:
    def test_only_ones_own_and_the_own_teams_need_no_question(self) -> None:
        mine = Viewer(user_id=5, organisation_id=1, team_id=3)
        case: Any = SimpleNamespace(reference="XA-F8QY-40YG-N", organisation_id=1, worker_id=5, team_id=4)
        of_nobody: Any = SimpleNamespace(
            reference=case.reference, organisation_id=1, worker_id=None, team_id=None
        )
        assert purpose_of(mine, case) is Purpose.CASE_WORK
        assert purpose_of(replace(mine, user_id=6, team_id=4), case) is Purpose.CASE_WORK
        for other in (replace(mine, user_id=6), replace(mine, organisation_id=2)):
            assert purpose_of(other, case) is None
        assert purpose_of(Viewer(organisation_id=1), of_nobody) is None

    def test_own_work_needs_no_question_and_is_kept_as_such(self) -> None:
        worker = make_viewer("caseworker", purpose=None)
        file = get_case(worker, make_case(worker), now=NOW)
        assert file.purpose is Purpose.CASE_WORK
        assert Event.objects.filter(action="cases.case.read").latest("id").purpose == "case_work"

    def test_a_case_of_others_asks_first_and_then_says_it(self, supervisor: Viewer) -> None:
        reference = make_case(colleague(supervisor, "caseworker"))
        client = browser_of(supervisor)
        asked = client.get(case_url("notes", reference))
        assert asked.status_code == 302
        assert asked["Location"].startswith(case_url("purpose", reference))
        assert not Event.objects.filter(action="cases.case.read", user=supervisor.user_id).exists()
        assert "I answer for the work of others" in text_of(client.get(asked["Location"]))
        back = client.post(asked["Location"], {"purpose": "legal"})
        assert back["Location"] == case_url("notes", reference)
        assert "A court or another proceeding needs it" in text_of(client.get(back["Location"]))
        assert Event.objects.filter(action="cases.case.read").latest("id").purpose == "legal"

    def test_it_holds_for_that_case_and_session_only(self, supervisor: Viewer) -> None:
        worker = colleague(supervisor, "caseworker")
        first, second = make_case(worker), make_case(worker)
        client = state_purpose(browser_of(supervisor), first)
        assert client.get(case_url("detail", first)).status_code == 200
        assert client.get(case_url("detail", second)).status_code == 302
        assert browser_of(supervisor).get(case_url("detail", first)).status_code == 302

    def test_nothing_is_written_without_it(self, supervisor: Viewer) -> None:
        reference = make_case(colleague(supervisor, "caseworker"))
        silent = replace(supervisor, stated_purpose=None)
        with pytest.raises(PurposeMissing):
            add_note(reference=reference, text="A note.", by=silent, now=NOW)

    def test_a_program_says_it_in_a_header(self, supervisor: Viewer) -> None:
        reference = make_case(colleague(supervisor, "caseworker"))
        client: Client = browser_of(supervisor)
        address = f"{PREFIX}cases/{reference}"
        assert client.get(address).json()["code"] == "purpose_missing"
        assert client.get(address, headers={"Amparo-Purpose": "curiosity"}).status_code == 422
        answer = client.get(address, headers={"Amparo-Purpose": "quality"})
        assert (answer.status_code, answer.json()["purpose"]) == (200, "quality")
        assert Event.objects.filter(action="cases.case.read").latest("id").purpose == "quality"

    def test_a_case_out_of_reach_does_not_ask(self, supervisor: Viewer) -> None:
        reference = make_case(make_viewer("caseworker"))
        client = browser_of(supervisor)
        for name in ("detail", "purpose"):
            assert client.get(case_url(name, reference)).status_code == 404

    def test_the_question_leads_to_no_other_site(self, supervisor: Viewer) -> None:
        reference = make_case(supervisor)
        asked = case_url("purpose", reference) + "?next=https://example.org/"
        assert browser_of(supervisor).post(asked, {"purpose": "legal"})["Location"] == case_url(
            "detail", reference
        )
