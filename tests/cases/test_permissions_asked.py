"""Each reading and each change of a case asks for its own permission: to see the case is not enough, nor to have the role for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from amparo.access.rules import ClearanceLevel, ClearanceReason, GrantedRecord, Permission, Viewer, WallReason
from amparo.audit.models import Event
from amparo.cases import actions, queries
from amparo.cases.actions import opening
from amparo.cases.actions.summaries import take_summary
from amparo.cases.actions.taking_out import note_taken_out
from amparo.cases.actions.withdrawing import _locked
from amparo.cases.models import Case, Document, Episode, Note, Operation, Person
from amparo.cases.queries import CaseChoices, bulk
from amparo.cases.queries.erasable import count_cases, person_reached
from amparo.cases.queries.places import visible_place
from amparo.cases.queries.seen import led_case
from amparo.cases.rules import Address
from amparo.cases.rules.lifecycle import Stage
from amparo.cases.rules.sameness import sameness_key
from amparo.vault.models import PersonKeys
from amparo.vault.rules import Compartment
from amparo.vocab.dates import PartialDate
from tests.contracts.denial_states import PICTURE
from tests.factories.accounts import NOW, make_organisation, make_viewer, organisation_of
from tests.factories.cases import DETAILS, EPISODE, make_case, make_person_details, row_of

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A case with an episode and a paper, who leads it, and a colleague."""

    owner: Viewer
    colleague: Viewer
    reference: str
    document: UUID

    @property
    def case(self) -> Case:
        """Give its row."""
        return row_of(self.reference)

    @property
    def episode(self) -> UUID:
        """Give its episode."""
        return UUID(str(self.case.episodes.get().id))


@pytest.fixture
def scene() -> Scene:
    owner = replace(make_viewer("supervisor"), permissions=frozenset(Permission))
    reference = make_case(owner)
    document = actions.add_document(
        reference=reference, content=BytesIO(PICTURE), name="a.png", size=len(PICTURE), by=owner, now=NOW
    )
    colleague = make_viewer("caseworker", organisation=organisation_of(owner))
    return Scene(owner=owner, colleague=colleague, reference=reference, document=document)


Asked = Callable[[Viewer, Scene], Any]
PERSON = make_person_details()
ASKED: dict[str, tuple[Permission, Asked]] = {
    "change the person": (
        Permission.PERSON_EDIT,
        lambda v, s: actions.update_person(reference=s.reference, details=PERSON, version=1, by=v, now=NOW),
    ),
    "change the case": (
        Permission.CASE_EDIT,
        lambda v, s: actions.update_case(reference=s.reference, details=DETAILS, version=1, by=v, now=NOW),
    ),
    "change an episode": (
        Permission.CASE_EDIT,
        lambda v, s: actions.update_episode(
            reference=s.reference, episode=s.episode, details=EPISODE, version=1, by=v, now=NOW
        ),
    ),
    "add an episode": (
        Permission.CASE_EDIT,
        lambda v, s: actions.add_episode(reference=s.reference, details=EPISODE, by=v, now=NOW),
    ),
    "link an operation": (
        Permission.CASE_EDIT,
        lambda v, s: actions.link_operation(
            reference=s.reference, episode=s.episode, operation="", by=v, now=NOW
        ),
    ),
    "restrict": (
        Permission.CASE_RESTRICT,
        lambda v, s: actions.restrict_case(
            reference=s.reference,
            level=ClearanceLevel.RESTRICTED,
            named=[v.known_user_id],
            reason=next(iter(ClearanceReason)),
            by=v,
            now=NOW,
        ),
    ),
    "keep somebody away": (
        Permission.WALL_MAKE,
        lambda v, s: actions.keep_away(
            reference=s.reference,
            reason=WallReason.THREAT,
            organisation_id=make_organisation().pk,
            by=v,
            now=NOW,
        ),
    ),
    "add a paper": (
        Permission.DOCUMENT_ADD,
        lambda v, s: actions.add_document(
            reference=s.reference, content=BytesIO(PICTURE), name="b.png", size=len(PICTURE), by=v, now=NOW
        ),
    ),
    "add a note": (
        Permission.NOTE_ADD,
        lambda v, s: actions.add_note(reference=s.reference, text="A note.", by=v, now=NOW),
    ),
    "move": (
        Permission.CASE_MOVE,
        lambda v, s: actions.move_case(
            reference=s.reference, target=Stage.ASSESSMENT, version=s.case.version, by=v, now=NOW
        ),
    ),
    "close": (
        Permission.CASE_CLOSE,
        lambda v, s: actions.move_case(
            reference=s.reference, target=Stage.CLOSED, reason="moved", version=s.case.version, by=v, now=NOW
        ),
    ),
    "assign": (
        Permission.CASE_ASSIGN,
        lambda v, s: actions.assign_case(
            reference=s.reference, worker_id=s.colleague.known_user_id, version=s.case.version, by=v, now=NOW
        ),
    ),
    "print": (Permission.SUMMARY_PRINT, lambda v, s: take_summary(reference=s.reference, by=v, now=NOW)),
    "open to change": (
        Permission.CASE_EDIT,
        lambda v, s: queries.get_case(v, s.reference, now=NOW, permission=Permission.CASE_EDIT),
    ),
    "read a paper": (
        Permission.DOCUMENT_READ,
        lambda v, s: queries.get_document(v, s.reference, s.document, now=NOW),
    ),
    "list papers": (Permission.DOCUMENT_READ, lambda v, s: queries.list_documents(v, s.reference, now=NOW)),
    "see the place": (Permission.PLACE_READ, lambda v, s: visible_place(v, s.reference)),
    "see who read it": (Permission.CASE_READ_LOG, lambda v, s: led_case(v, s.reference)),
    "have it erased": (Permission.CASE_REOPEN, lambda v, s: person_reached(v, s.reference)),
    "undo its import": (Permission.IMPORT_UNDO, lambda v, s: _locked([s.reference], v)),
}
CHANGES = [
    name for name in ASKED if name.split()[0] in ("change", "add", "link", "restrict", "move", "assign")
]
COUNTED: dict[str, tuple[Permission, Asked]] = {
    "count to erase": (Permission.CASE_REOPEN, lambda v, s: count_cases(v, s.case.person_id)),
    "count to take out": (
        Permission.EXPORT_RUN,
        lambda v, s: queries.count_files(
            v, choices=CaseChoices(), permission=Permission.EXPORT_RUN, consent=DETAILS.consent == "yes"
        ),
    ),
    "choose to take out": (
        Permission.EXPORT_RUN,
        lambda v, s: queries.chosen_ids(
            v, choices=CaseChoices(), permission=Permission.EXPORT_RUN, with_consent_only=False
        ),
    ),
    "take out": (
        Permission.EXPORT_RUN,
        lambda v, s: list(
            queries.iterate_files(
                v, choices=CaseChoices(), permission=Permission.EXPORT_RUN, action="intake.case.export",
                with_consent_only=False, now=NOW,
            )
        ),
    ),
}  # fmt: skip


def granted(scene: Scene, permissions: frozenset[Permission]) -> Viewer:
    """Give somebody of another organisation whose role allows everything, and to whom a grant allows that much here."""
    grant = GrantedRecord(id=1, record=scene.case.id, permissions=permissions)
    viewer = make_viewer("supervisor")
    return replace(viewer, permissions=frozenset(Permission), grants=(grant,))


def test_the_scene_is_seen_by_a_grant_to_read(scene: Scene) -> None:
    assert queries.get_case(granted(scene, frozenset({Permission.CASE_READ})), scene.reference, now=NOW)


@pytest.mark.parametrize("name", ASKED)
def test_p02_neither_a_grant_to_read_nor_a_role_without_it_is_enough(scene: Scene, name: str) -> None:
    permission, ask = ASKED[name]
    without = replace(scene.owner, permissions=scene.owner.permissions - {permission})
    for viewer in (without, granted(scene, frozenset({Permission.CASE_READ}))):
        with pytest.raises((Http404, PermissionDenied)):
            ask(viewer, scene)
    ask(scene.owner, scene)


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_one_case_changes_no_other(scene: Scene, name: str) -> None:
    neighbour = row_of(make_case(scene.owner, now=NOW - timedelta(days=1)))
    before = all_of(neighbour)
    ASKED[name][1](scene.owner, scene)
    assert all_of(neighbour) == before


def all_of(case: Case) -> list[Any]:
    """Give every value of a case, its person and what hangs on it, as they stand in the database."""
    said = []
    with connection.cursor() as cursor:
        for model, column, value in (
            (Case, "id", case.id),
            (Person, "id", case.person_id),
            *((each, "case_id", case.id) for each in (Episode, Note, Document)),
        ):
            table = model._meta.db_table
            cursor.execute(f"SELECT one::text FROM {table} one WHERE {column} = %s ORDER BY id", [value])  # noqa: S608 - names of ours
            said.append(cursor.fetchall())
    return said


@pytest.mark.parametrize("name", COUNTED)
def test_p02_what_is_counted_and_taken_out_is_what_may_be(scene: Scene, name: str) -> None:
    permission, ask = COUNTED[name]
    without = replace(scene.owner, permissions=scene.owner.permissions - {permission})
    for viewer in (without, granted(scene, frozenset({Permission.CASE_READ}))):
        assert not ask(viewer, scene)
    assert ask(scene.owner, scene)


def test_kinds_and_reasons_are_those_of_the_lists(scene: Scene) -> None:
    for send in (
        lambda: actions.add_note(reference=scene.reference, text="A note.", kind="no such", by=scene.owner, now=NOW),
        lambda: actions.add_document(
            reference=scene.reference, content=BytesIO(PICTURE), name="b.png", size=len(PICTURE), kind="no such",
            by=scene.owner, now=NOW,
        ),
        lambda: actions.move_case(
            reference=scene.reference, target=Stage.CLOSED, reason="no such", version=scene.case.version,
            by=scene.owner, now=NOW,
        ),
    ):  # fmt: skip
        with pytest.raises(actions.NotAcceptable):
            send()


def test_an_episode_is_tied_only_from_its_own_case(scene: Scene) -> None:
    other = make_case(scene.owner)
    with pytest.raises(Http404):
        actions.link_operation(reference=other, episode=scene.episode, operation="", by=scene.owner, now=NOW)
    assert not Operation.objects.exists()
    assert count_cases(scene.owner, scene.case.person_id) == 1


def test_who_reaches_one_case_of_hers_to_read_only_has_her_not_erased(scene: Scene) -> None:
    erasing = granted(scene, frozenset({Permission.CASE_READ, Permission.CASE_REOPEN}))
    assert person_reached(erasing, scene.reference) == scene.case.person_id
    second = make_case(scene.owner, person=None, existing_person=scene.case.person_id)
    reading = GrantedRecord(id=2, record=row_of(second).id, permissions=frozenset({Permission.CASE_READ}))
    with pytest.raises(Http404):
        person_reached(replace(erasing, grants=(*erasing.grants, reading)), scene.reference)


def test_what_is_taken_out_has_no_sensitive_note_and_is_counted_by_consent(scene: Scene) -> None:
    for text, is_sensitive in (("She came by boat.", False), ("She is with child.", True)):
        actions.add_note(
            reference=scene.reference,
            text=text,
            kind="case_comment",
            is_sensitive=is_sensitive,
            by=scene.owner,
            now=NOW,
        )
    refusing = make_case(scene.owner, details=replace(DETAILS, consent="no"))
    _permission, take_out = COUNTED["take out"]
    taken = {one.reference: one for one in take_out(scene.owner, scene)}
    assert taken[scene.reference].comments == ("She came by boat.",)
    assert taken[refusing].comments == ()
    for consent in (True, False):
        assert queries.count_files(
            scene.owner, choices=CaseChoices(), permission=Permission.EXPORT_RUN, consent=consent
        ) == sum((row_of(one).consent == "yes") is consent for one in taken)
    with_consent = queries.chosen_ids(
        scene.owner, choices=CaseChoices(), permission=Permission.EXPORT_RUN, with_consent_only=True
    )
    assert row_of(refusing).id not in with_consent


def test_what_is_taken_out_is_what_was_chosen_and_of_its_notes_the_comments(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "OPENED_AT_ONCE", 1)
    chosen = [scene.reference, make_case(scene.owner)]
    for reference in (*chosen, make_case(scene.owner)):
        for kind in ("case_comment", "health", "general"):
            actions.add_note(
                reference=reference, text=f"{kind} {reference}", kind=kind, by=scene.owner, now=NOW
            )
    taken = queries.iterate_files(
        scene.owner, choices=CaseChoices(), permission=Permission.EXPORT_RUN, action="intake.case.export",
        with_consent_only=False, now=NOW, only=[row_of(one).id for one in chosen],
    )  # fmt: skip
    assert [(one.reference, len(one.episodes), one.comments) for one in taken] == [
        (reference, 1, (f"case_comment {reference}",)) for reference in chosen
    ]


def test_no_case_is_opened_without_the_permission_an_organisation_and_a_compartment(scene: Scene) -> None:
    without = scene.owner.permissions - {Permission.CASE_CREATE}
    changes: tuple[dict[str, Any], ...] = (
        {"permissions": without}, {"organisation_id": None}, {"opens_in": Compartment.INTEGRITY},
    )  # fmt: skip
    for change in changes:
        with pytest.raises(PermissionDenied):
            make_case(replace(scene.owner, **change))


def test_a_case_for_a_known_person_asks_for_her_keys_and_for_nobody_elses(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_case(scene.owner)
    asked: list[set[UUID]] = []
    usual = opening.begin_sealing

    def begin(known: Any, **named: Any) -> Any:
        asked.append(set(known))
        return usual(known, **named)

    monkeypatch.setattr(opening, "begin_sealing", begin)
    make_case(scene.owner, existing_person=scene.case.person_id)
    assert asked == [{scene.case.person_id}]


def test_who_is_erased_gets_no_note(scene: Scene) -> None:
    PersonKeys.objects.filter(person=scene.case.person_id).delete()
    with pytest.raises(PermissionDenied):
        actions.add_note(reference=scene.reference, text="A note.", by=scene.owner, now=NOW)


def test_only_who_takes_out_notes_that_it_was_taken_out(scene: Scene) -> None:
    with pytest.raises(PermissionDenied):
        note_taken_out(cases=[scene.case.id], profile="ods", by=scene.colleague, now=NOW)


def test_not_even_nothing_is_withdrawn_by_who_undoes_no_import(scene: Scene) -> None:
    with pytest.raises(PermissionDenied):
        actions.withdraw_cases(references=[], by=make_viewer("first_responder"), now=NOW)


def test_a_case_is_given_to_nobody_who_changes_none(scene: Scene) -> None:
    keeper = make_viewer("organisation_administrator", organisation=organisation_of(scene.owner))
    with pytest.raises(actions.NoSuchWorker):
        actions.assign_case(
            reference=scene.reference, worker_id=keeper.known_user_id, version=1, by=scene.owner, now=NOW
        )


def test_one_of_two_papers_and_one_of_two_cases_is_the_one_that_was_named(scene: Scene) -> None:
    second = actions.add_document(
        reference=scene.reference,
        content=BytesIO(PICTURE),
        name="b.png",
        size=len(PICTURE),
        by=scene.owner,
        now=NOW,
    )
    for document in (scene.document, second):
        assert queries.get_document(scene.owner, scene.reference, document, now=NOW).id == document
    other = make_case(scene.owner)
    assert queries.person_ids(scene.owner, [other]) == {other: row_of(other).person_id}
    known = queries.get_known_persons(scene.owner, [scene.case.person_id], now=NOW)
    assert set(known) == {scene.case.person_id}


def test_only_who_was_born_in_the_years_asked_for_is_opened_to_be_compared(scene: Scene) -> None:
    elder = make_person_details(birth=PartialDate.parse("1970-02-03"))
    person = row_of(make_case(scene.owner, person=elder)).person_id
    key = sameness_key(elder.names, PartialDate.parse("1970-02-03"))
    assert key is not None
    assert queries.find_alike(scene.owner, [key], now=NOW) == {key: person}
    assert Event.objects.filter(action="cases.person.compare").latest("id").persons == [person]


def test_p21_where_a_known_person_is_opens_only_when_asked_and_to_who_may(scene: Scene) -> None:
    hiding = Address(street="12 Hidden Lane", city="Northtown", country="XA")
    person = row_of(make_case(scene.owner, person=replace(PERSON, address=hiding))).person_id
    everything = scene.owner.compartments | {Compartment.LOCATION}
    seeing = replace(scene.owner, compartments=everything)
    changes: tuple[tuple[Viewer, bool], ...] = (
        (seeing, False),
        (replace(seeing, permissions=seeing.permissions - {Permission.PLACE_READ}), True),
        (replace(seeing, compartments=everything - {Compartment.LOCATION}), True),
    )
    fields = set()
    for viewer, with_place in changes:
        found = queries.get_known_persons(viewer, [person], now=NOW, with_place=with_place)
        assert found[person].details.address is None
        fields.add(tuple(Event.objects.latest("id").fields))
    assert (
        queries.get_known_persons(seeing, [person], now=NOW, with_place=True)[person].details.address
        == hiding
    )
    assert len(fields) == 1
    assert set(*fields) < set(Event.objects.latest("id").fields)
