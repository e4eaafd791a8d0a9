"""What the log says of each reading and writing, and that it says when somebody was refused."""

from __future__ import annotations

import ast
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

import amparo
from amparo.access.actions import grant_access
from amparo.access.rules import GrantReason, Permission, Viewer
from amparo.audit.chain.connecting import own_connection
from amparo.audit.models import Event
from amparo.cases.actions import add_note
from tests.audit.sealed import break_log
from tests.cases.pages import case_url
from tests.contracts.denial_states import case_things
from tests.contracts.denial_world import ABSENT
from tests.factories.accounts import make_organisation, make_team, make_viewer, sign_in, state_purpose
from tests.factories.cases import make_case, row_of

pytestmark = pytest.mark.django_db
SOURCES = sorted(Path(amparo.__file__).parent.rglob("*.py"))
PAGES = ("detail", "person", "episodes", "notes", "documents", "timeline", "access")


@pytest.fixture
def team() -> dict[str, Viewer]:
    """Give a worker, a colleague of her team, and their supervisor."""
    organisation = make_organisation()
    both = make_team(organisation)
    return {
        "own": make_viewer(organisation=organisation, team=both),
        "team": make_viewer(organisation=organisation, team=both),
        "organisation": make_viewer("supervisor", organisation=organisation),
    }


@cache
def _all_calls() -> list[tuple[str, str, ast.Call]]:
    return [
        (node.func.id, f"{path.parent.name}/{path.name}:{node.lineno}", node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]


def _calls(*names: str) -> list[tuple[str, ast.Call]]:
    return [(where, node) for called, where, node in _all_calls() if called in names]


def test_whoever_names_persons_in_the_log_names_the_ground() -> None:
    calls = _calls("record", "record_event", "begin_reading")
    said = {where: {word.arg for word in call.keywords} for where, call in calls}
    assert len([one for one in said.values() if "persons" in one]) > 15
    assert [where for where, words in said.items() if "persons" in words and "basis" not in words] == []


def test_each_reading_says_which_sealed_columns_it_opens() -> None:
    calls = _calls("begin_reading")
    assert len(calls) > 10
    assert [where for where, call in calls if "fields" not in {word.arg for word in call.keywords}] == []


@pytest.mark.slow
def test_each_page_of_a_case_is_logged_with_person_ground_and_columns(team: dict[str, Viewer]) -> None:
    things = case_things(team["own"], timezone.now())
    person = row_of(things["reference"]).person_id
    for ground, viewer in team.items():
        client = state_purpose(sign_in(Client(), viewer), things["reference"])
        for page in PAGES:
            last = Event.objects.latest("id").pk
            assert client.get(case_url(page, things["reference"])).status_code == 200
            events = list(Event.objects.filter(pk__gt=last))
            assert events, page
            for event in events:
                assert (event.user, event.membership, event.organisation) == (
                    viewer.user_id, viewer.membership_id, viewer.organisation_id,
                )  # fmt: skip
                assert (event.via, len(event.session), event.outcome) == ("page", 16, "done")
                assert (event.persons, event.record, event.basis) == ([person], things["reference"], ground)
                assert event.fields, page
    opened = set(Event.objects.filter(action="cases.note.list", basis="team").latest("id").fields)
    assert opened == {"note:text"}


def test_writes_say_their_ground(team: dict[str, Viewer]) -> None:
    reference = make_case(team["own"])
    add_note(reference=reference, text="She called.", by=team["team"], now=timezone.now())
    grounds = dict(Event.objects.exclude(persons=[]).values_list("action", "basis"))
    assert grounds["cases.case.open"] == "own"
    assert grounds["cases.note.add"] == "team"


def test_a_reading_by_a_grant_names_the_grant(team: dict[str, Viewer]) -> None:
    now = timezone.now()
    reference = make_case(team["own"], now=now)
    authority = make_viewer("competent_authority", organisation=make_organisation(kind="law_enforcement"))
    grant = grant_access(
        record=row_of(reference).id, organisation_id=authority.organisation_id, permissions=[Permission.CASE_READ],
        reason=GrantReason.IDENTIFICATION, ends_at=now + timedelta(days=30), by=team["organisation"], now=now,
    )  # fmt: skip
    client = state_purpose(sign_in(Client(), authority), reference)
    assert client.get(case_url("detail", reference)).status_code == 200
    assert Event.objects.get(user=authority.user_id, action="cases.case.read").basis == f"grant:{grant}"


class TestRefusals:
    """Who is refused stands in the log, whether there is such a record or not."""

    @pytest.fixture
    def elsewhere(self) -> str:
        """Give the reference of a case of another organisation."""
        return make_case(make_viewer())

    def events(self) -> list[tuple[object, ...]]:
        """Give what is told of refusals."""
        names = ("action", "record", "fields", "outcome", "via", "persons")
        return list(Event.objects.filter(action__startswith="access.").order_by("id").values_list(*names))

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_hidden_case_is_logged_as_an_absent_one_is(
        self, team: dict[str, Viewer], elsewhere: str, method: str
    ) -> None:
        client = sign_in(Client(), team["own"])
        absent = str(ABSENT["reference"])
        for reference in (elsewhere, absent):
            assert getattr(client, method)(case_url("move", reference)).status_code == 404
        told: tuple[object, ...] = ("access.record.hide", ["cases:move"], "hidden", "page", [])
        assert [(one[0], *one[2:]) for one in self.events()] == [told, told]
        assert [one[1] for one in self.events()] == [elsewhere, absent]

    def test_a_program_is_logged_as_well(self, team: dict[str, Viewer], elsewhere: str) -> None:
        client = sign_in(Client(), team["own"])
        assert client.get(f"/api/v1/cases/{elsewhere}").status_code == 404
        (event,) = self.events()
        assert event[:2] == ("access.record.hide", elsewhere)
        assert (event[2], event[4]) == (["api:get"], "api")

    def test_a_page_beyond_the_role_is_logged_with_the_record_it_names(self, team: dict[str, Viewer]) -> None:
        reference = make_case(team["own"])
        assert sign_in(Client(), team["own"]).get(case_url("assign", reference)).status_code == 403
        assert self.events() == [("access.page.refuse", reference, ["cases:assign"], "refused", "page", [])]

    def test_a_child_is_named_by_the_case_through_which_it_was_asked(self, team: dict[str, Viewer]) -> None:
        reference = make_case(team["own"])
        assert sign_in(Client(), team["own"]).get(case_url("document", reference, uuid4())).status_code == 404
        assert self.events()[0][:3] == ("access.record.hide", reference, ["cases:document"])

    def test_what_is_no_address_and_who_is_nobody_leave_no_line(self, elsewhere: str) -> None:
        assert Client().get(case_url("detail", elsewhere)).status_code == 302
        assert sign_in(Client(), make_viewer()).get("/no/such/page/").status_code == 404
        assert self.events() == []

    def test_a_reference_with_a_slip_is_no_text_in_the_log(self, team: dict[str, Viewer]) -> None:
        assert sign_in(Client(), team["own"]).get("/cases/XA-AAAA-BBBB-C/").status_code == 404
        assert all(one[1] == "" for one in self.events())


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_refusal_is_written_after_the_refused_transaction_and_a_log_that_fails_refuses_still() -> None:
    viewer = make_viewer()
    client = sign_in(Client(), viewer)
    reference = str(ABSENT["reference"])
    client.get(case_url("detail", reference))
    with own_connection() as connection:
        row = connection.execute("SELECT count(*) FROM audit_event WHERE outcome = 'hidden'").fetchone()
    assert row == (1,)
    break_log()
    assert client.get(case_url("detail", reference)).status_code == 404
