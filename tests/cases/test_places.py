"""Where a person is: closed until somebody asks who may see it, and never written over by who did not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from amparo.access.actions import grant_access
from amparo.access.rules import GrantReason, Permission, Viewer
from amparo.audit.models import Event
from amparo.cases.actions import update_person
from amparo.cases.models import Person
from amparo.cases.queries import Absent, get_case, likely_persons, list_cases, person_at
from amparo.cases.rules import Address
from amparo.cases.rules.sections import SECTIONS, Subject
from amparo.vault.keeping import LocalKeeper
from amparo.vault.rules import SYSTEM, Asker, KeyKind
from amparo.vault.rules.values import KeysByKind
from tests.api.program import Program
from tests.cases.pages import browser_of, case_url, filled, text_of
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import PERSON, make_case, row_of

pytestmark = pytest.mark.django_db
HIDING = Address(street="12 Hidden Lane", city="Northtown", country="XA")
HIDDEN = replace(PERSON, address=HIDING)
PAGES = ("detail", "person", "episodes", "notes", "timeline", "access", "documents")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[KeyKind]:
    """List the kinds of keys that were asked for."""
    kinds_asked: list[KeyKind] = []
    usual = LocalKeeper.open_keys

    def open_keys(
        self: LocalKeeper, persons: Collection[UUID], kinds: Collection[KeyKind], *, by: Asker = SYSTEM
    ) -> KeysByKind:
        kinds_asked.extend(kinds)
        return usual(self, persons, kinds, by=by)

    monkeypatch.setattr(LocalKeeper, "open_keys", open_keys)
    return kinds_asked


def receiver_of(reference: str, giver: Viewer, *permissions: Permission, role: str) -> Viewer:
    """Give somebody elsewhere to whom the case was opened."""
    stranger = make_viewer(role)
    grant_access(
        record=row_of(reference).id, user_id=stranger.user_id, permissions=permissions,
        reason=GrantReason.IDENTIFICATION, ends_at=NOW + timedelta(days=30), by=giver, now=NOW,
    )  # fmt: skip
    return make_viewer_again(stranger)


def make_viewer_again(viewer: Viewer) -> Viewer:
    """Work the viewer out again, with what was granted since."""
    from amparo.access.queries import viewer_for_membership

    assert viewer.membership_id
    again = viewer_for_membership(viewer.membership_id, NOW)
    assert again
    return again


def place_of(viewer: Viewer, reference: str) -> Address | None:
    return get_case(viewer, reference, now=NOW, with_place=True).person.details.address


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "first_responder"])
def test_lists_and_pages_of_a_case_open_no_place(role: str, asked: list[KeyKind]) -> None:
    viewer = make_viewer(role)
    reference, client = make_case(viewer, person=HIDDEN), browser_of(viewer)
    pages = [client.get(case_url(name, reference)) for name in PAGES] + [client.get("/cases/")]
    assert {page.status_code for page in pages} <= {200, 404}
    assert list_cases(viewer, now=NOW).rows
    assert likely_persons(viewer, HIDDEN, now=NOW)
    assert KeyKind.LABEL in asked
    assert KeyKind.RECORD in asked
    assert KeyKind.PLACE not in asked
    for page in pages:
        assert "Hidden Lane" not in text_of(page)
        assert "Northtown" not in text_of(page)


def test_a_press_shows_it_on_the_same_page_and_is_written_down(asked: list[KeyKind]) -> None:
    viewer = make_viewer("caseworker")
    reference, client = make_case(viewer, person=HIDDEN), browser_of(viewer)
    button = f"{case_url('person', reference)}?place=open#address"
    assert button in text_of(client.get(case_url("person", reference)))
    page = client.get(button)
    assert page.status_code == 200
    assert "12 Hidden Lane" in text_of(page)
    assert button not in text_of(page)
    assert KeyKind.PLACE in asked
    event = Event.objects.get(action="cases.place.read")
    assert (event.record, event.basis, event.fields) == (reference, "own", ["person:whereabouts"])
    named = [one.fields for one in Event.objects.exclude(action="cases.place.read")]
    assert any("person:names" in fields for fields in named)
    assert not any("person:whereabouts" in fields for fields in named)


def test_a_role_that_sees_no_place_is_not_told_that_there_is_one(asked: list[KeyKind]) -> None:
    giver = make_viewer("supervisor")
    reference = make_case(giver, person=HIDDEN)
    viewer = receiver_of(
        reference, giver, Permission.CASE_READ, Permission.PLACE_READ, role="competent_authority"
    )
    client = browser_of(viewer)
    page = client.get(case_url("person", reference))
    assert page.status_code == 200
    assert "Postal address" not in text_of(page)
    assert client.get(case_url("person", reference) + "?place=open").status_code == 404
    with pytest.raises(Absent):
        get_case(viewer, reference, now=NOW, with_place=True)
    with pytest.raises(Absent):
        person_at(viewer, reference, 1, now=NOW, with_place=True)
    assert KeyKind.PLACE not in asked
    assert not Event.objects.filter(action="cases.place.read").exists()


def test_a_grant_without_the_place_lets_its_receiver_change_all_else() -> None:
    giver = make_viewer("supervisor")
    reference = make_case(giver, person=HIDDEN)
    given = (Permission.CASE_READ, Permission.CASE_EDIT, Permission.PERSON_EDIT)
    viewer = receiver_of(reference, giver, *given, role="supervisor")
    client = browser_of(viewer)
    assert client.get(case_url("section", reference, "address")).status_code == 404
    details = get_case(viewer, reference, now=NOW).person.details
    with pytest.raises(Absent):
        update_person(reference=reference, details=details, version=1, by=viewer, now=NOW, with_place=True)
    answer = client.post(
        case_url("section", reference, "background"), {"education": "primary", "position": "", "version": "1"}
    )
    assert answer.status_code == 302
    assert place_of(giver, reference) == HIDING


@pytest.mark.parametrize(
    "code", [one.code for one in SECTIONS if one.subject is Subject.PERSON and not one.has_place]
)
def test_a_form_that_does_not_show_it_leaves_its_bytes_as_they_are(code: str) -> None:
    viewer = make_viewer("caseworker")
    reference, client = make_case(viewer, person=HIDDEN), browser_of(viewer)
    before = row_of(reference).person
    sent = filled(client.get(case_url("section", reference, code)).context["form"])
    changed = {"called": "Amina", "position": "Cook", "is_deceased": "no", "birth_place": "Homs"}
    sent |= {name: value for name, value in changed.items() if name in sent}
    assert client.post(case_url("section", reference, code), sent).status_code == 302
    after = row_of(reference).person
    assert after.whereabouts.content == before.whereabouts.content
    assert place_of(viewer, reference) == HIDING
    if set(sent) & set(changed):
        assert after.version == before.version + 1


def test_changes_of_two_people_at_once_keep_it() -> None:
    viewer = make_viewer("caseworker")
    reference, client = make_case(viewer, person=HIDDEN), browser_of(viewer)
    moved = replace(HIDING, street="1 Other Road")
    update_person(
        reference=reference, details=replace(HIDDEN, address=moved), version=1, by=viewer, now=NOW,
        with_place=True,
    )  # fmt: skip
    answer = client.post(
        case_url("section", reference, "background"),
        {"education": "primary", "position": "", "version": "1"},
        follow=True,
    )
    assert "both changes are kept" in text_of(answer)
    assert place_of(viewer, reference) == moved
    assert person_at(viewer, reference, 1, now=NOW, with_place=True).address == HIDING
    assert person_at(viewer, reference, 1, now=NOW).address is None


def test_its_own_form_shows_changes_and_empties_it() -> None:
    viewer = make_viewer("caseworker")
    reference = make_case(viewer, person=HIDDEN)
    shown = browser_of(viewer).get(case_url("section", reference, "address"))
    assert "12 Hidden Lane" in text_of(shown)
    for version, address in ((1, replace(HIDING, street="1 Other Road")), (2, None)):
        details = replace(PERSON, address=address)
        update_person(
            reference=reference, details=details, version=version, by=viewer, now=NOW, with_place=True
        )
        assert place_of(viewer, reference) == address


def test_details_that_hold_a_place_are_not_kept_by_halves() -> None:
    viewer = make_viewer("caseworker")
    reference = make_case(viewer, person=PERSON)
    with pytest.raises(ValueError, match="hold a place"):
        update_person(reference=reference, details=HIDDEN, version=1, by=viewer, now=NOW)
    assert Person.objects.get(id=row_of(reference).person_id).version == 1


class TestProgram:
    """The same by the API."""

    @pytest.fixture
    def viewer(self) -> Viewer:
        return make_viewer("supervisor")

    @pytest.fixture
    def reference(self, viewer: Viewer) -> str:
        return make_case(viewer, person=HIDDEN)

    @staticmethod
    def _person(program: Program, reference: str, query: str = "") -> dict[str, Any]:
        found: dict[str, Any] = program.get(f"/cases/{reference}{query}").json()["person"]
        return found

    def test_it_is_given_only_when_it_is_asked_for(
        self, viewer: Viewer, reference: str, asked: list[KeyKind]
    ) -> None:
        program = Program(viewer)
        closed = self._person(program, reference)
        assert (closed["is_place_open"], closed["details"]["address"]) == (False, None)
        assert KeyKind.PLACE not in asked
        shown = self._person(program, reference, "?place=true")
        assert (shown["is_place_open"], shown["details"]["address"]["street"]) == (True, "12 Hidden Lane")

    def test_what_was_given_empty_and_is_sent_back_changes_nothing(
        self, viewer: Viewer, reference: str
    ) -> None:
        program = Program(viewer)
        details = self._person(program, reference)["details"] | {"called": "Amina"}
        answer = program.patch(f"/cases/{reference}/person", {"version": 1, "changes": details})
        assert answer.status_code == 200, answer.content
        assert place_of(viewer, reference) == HIDING
        assert self._person(program, reference)["details"]["called"] == "Amina"

    def test_it_is_changed_and_emptied_on_purpose(self, viewer: Viewer, reference: str) -> None:
        program, address = Program(viewer), f"/cases/{reference}/person"
        sent = {"version": 1, "changes": {"address": {"street": "1 Other Road"}}}
        assert program.patch(address, sent).status_code == 200
        changed = place_of(viewer, reference)
        assert changed is not None
        assert changed.street == "1 Other Road"
        emptied = program.patch(f"{address}?place=true", {"version": 2, "changes": {"address": None}})
        assert emptied.status_code == 200
        assert place_of(viewer, reference) is None
