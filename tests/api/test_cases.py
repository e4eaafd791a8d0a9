"""The API of cases does what the pages do, by the same queries and actions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from amparo.access.rules import Viewer
from amparo.audit.models import Event
from amparo.cases.actions import update_case, update_episode, update_person
from amparo.cases.models import Case, Note
from amparo.cases.queries import get_case, list_notes
from tests.api.program import Program
from tests.factories.accounts import NOW, make_membership, make_viewer, organisation_of
from tests.factories.cases import DETAILS, EPISODE, PERSON, make_case

pytestmark = pytest.mark.django_db
BODY: dict[str, Any] = {
    "person": {"names": [{"text": "Amina", "kind": "given"}], "birth": "1998-04~", "sex": "female"},
    "details": {"consent": "yes", "priority": "two_days"},
    "episodes": [
        {"acts": ["recruitment"], "route": [{"kind": "exploitation", "country": "XA", "area": "XA-03"}]}
    ],
    "notes": [{"text": "She came with a friend."}],
    "opened_date": "2026-11-02",
}


def test_a_case_is_opened_and_read_back_as_it_was_sent(program: Program) -> None:
    opened = program.post("/cases", BODY)
    assert opened.status_code == 201, opened.content
    read = program.get(f"/cases/{opened.json()['reference']}").json()
    assert (read["person"]["details"]["birth"], read["person"]["display_name"]) == ("1998-04~", "Amina")
    assert read["person"]["details"]["gender"] == "not_asked"
    assert read["episodes"][0]["details"]["route"][0]["area"] == "XA-03"
    assert (read["source"], read["stage"], read["opened_date"]) == ("entered", "intake", "2026-11-02")


def test_a_further_case_of_a_person_whom_one_sees(program: Program, viewer: Viewer) -> None:
    first = make_case(viewer, person=PERSON)
    second = program.post("/cases", {"same_person_as": first}).json()["reference"]
    ids = {get_case(viewer, one, now=NOW).person.id for one in (first, second)}
    assert len(ids) == 1
    foreign = make_case(make_viewer("supervisor"))
    assert program.post("/cases", {"same_person_as": foreign}).status_code == 404


def test_only_what_is_sent_changes(program: Program, viewer: Viewer) -> None:
    reference = make_case(viewer, person=PERSON)
    answer = program.patch(f"/cases/{reference}/person", {"version": 1, "changes": {"called": "Amina"}})
    assert (answer.status_code, answer.json()) == (200, {"version": 2})
    assert get_case(viewer, reference, now=NOW).person.details == replace(PERSON, called="Amina")


def test_case_and_episode_change(program: Program, viewer: Viewer) -> None:
    reference = make_case(viewer)
    episode = get_case(viewer, reference, now=NOW).episodes[0].id
    changes = (
        (f"/cases/{reference}", {"priority": "one_week"}),
        (f"/cases/{reference}/episodes/{episode}", {"has_debt": "yes"}),
    )
    for path, change in changes:
        answer = program.patch(path, {"version": 1, "changes": change})
        assert (answer.status_code, answer.json()) == (200, {"version": 2}), answer.content
    file = get_case(viewer, reference, now=NOW)
    assert file.details == replace(DETAILS, priority="one_week")
    assert file.episodes[0].details == replace(EPISODE, has_debt="yes")


def test_who_saw_an_older_version_gets_the_base_and_theirs(program: Program, viewer: Viewer) -> None:
    reference = make_case(viewer, person=PERSON)
    episode = get_case(viewer, reference, now=NOW).episodes[0].id
    more = {"reference": reference, "version": 1, "by": viewer, "now": NOW}
    update_person(details=replace(PERSON, called="Amina"), **more)
    update_case(details=replace(DETAILS, priority="one_week"), **more)
    update_episode(details=replace(EPISODE, has_debt="yes"), episode=episode, **more)
    for path, name, base, theirs in (
        (f"/cases/{reference}/person", "called", "Mina", "Amina"),
        (f"/cases/{reference}", "priority", "two_days", "one_week"),
        (f"/cases/{reference}/episodes/{episode}", "has_debt", "not_asked", "yes"),
    ):
        answer = program.patch(path, {"version": 1, "changes": {}})
        said = answer.json()
        assert (answer.status_code, said["code"], said["version"]) == (409, "stale", 2)
        assert (said["base"][name], said["theirs"][name]) == (base, theirs)
    answer = program.patch(f"/cases/{reference}", {"version": 7, "changes": {}})
    assert (answer.status_code, answer.json()["base"]) == (409, None)
    assert get_case(viewer, reference, now=NOW).details.priority == "one_week"


def test_each_fault_says_where_it_is(program: Program, viewer: Viewer) -> None:
    faulty = {
        **BODY,
        "person": {"names": [{"text": "a"}, {"text": "b", "kind": "nick"}]},
        "details": {"consent": "si"},
    }
    answer = program.post("/cases", {**faulty, "episodes": [{}, {"acts": ["sold"]}]})
    assert answer.status_code == 422
    said = {each["where"]: each["message"] for each in answer.json()["problems"]}
    assert list(said) == ["/person/names/1/kind", "/details/consent", "/episodes/1/acts"]
    assert "“si”" in said["/details/consent"]
    reference = make_case(viewer)
    change = {"version": 1, "changes": {"number_of_children": 10**30}}
    answer = program.patch(f"/cases/{reference}/person", change)
    assert [each["where"] for each in answer.json()["problems"]] == ["/changes/number_of_children"]


def test_a_case_moves_and_is_given_to_a_worker(program: Program, viewer: Viewer) -> None:
    reference = make_case(viewer)
    worker = make_membership(role="caseworker", organisation=organisation_of(viewer)).user
    listed = program.get("/workers").json()["workers"]
    assert {"id": worker.pk, "name": worker.name} in listed
    assert program.post(f"/cases/{reference}/assign", {"version": 1, "worker_id": worker.pk}).json() == {
        "version": 2
    }
    assert program.post(f"/cases/{reference}/move", {"version": 2, "target": "assessment"}).json() == {
        "version": 3
    }
    closing = {"version": 3, "target": "closed"}
    assert program.post(f"/cases/{reference}/move", closing).json()["code"] == "reason_missing"
    assert (
        program.post(f"/cases/{reference}/move", {**closing, "version": 2, "reason": "moved"}).json()["code"]
        == "stale"
    )
    back = {"version": 3, "target": "intake"}
    assert program.post(f"/cases/{reference}/move", back).json()["code"] == "no_such_step"
    stranger = make_membership(role="caseworker").user
    answer = program.post(f"/cases/{reference}/assign", {"version": 3, "worker_id": stranger.pk})
    assert answer.json()["code"] == "no_such_worker"
    assert Case.objects.get(reference=reference).stage == "assessment"


def test_episodes_and_operations(program: Program, viewer: Viewer) -> None:
    reference, other = make_case(viewer), make_case(viewer)
    added = program.post(f"/cases/{reference}/episodes", {"details": {"acts": ["recruitment"]}})
    assert added.status_code == 201
    tied = program.post(f"/cases/{reference}/episodes/{added.json()['id']}/operation", {}).json()["operation"]
    foreign = get_case(viewer, other, now=NOW).episodes[0].id
    answer = program.post(f"/cases/{other}/episodes/{foreign}/operation", {"operation": tied})
    assert answer.json() == {"operation": tied}
    assert (
        program.post(f"/cases/{other}/episodes/{foreign}/operation", {"operation": "XA-1"}).status_code == 404
    )
    assert get_case(viewer, other, now=NOW).episodes[0].linked == 1


def test_notes_and_the_timeline(program: Program, viewer: Viewer) -> None:
    reference = make_case(viewer)
    note = {"text": "She called.\n\nلا تتصل", "kind": "contact", "is_sensitive": True}
    assert program.post(f"/cases/{reference}/notes", note).status_code == 201
    (listed,) = program.get(f"/cases/{reference}/notes").json()["notes"]
    assert (listed["text"], listed["is_sensitive"]) == (note["text"], True)
    for bad in ({"text": " "}, {"text": "x", "kind": "imported"}, {"text": "a\u0000b"}):
        assert program.post(f"/cases/{reference}/notes", bad).status_code == 422
    lines = program.get(f"/cases/{reference}/timeline").json()["lines"]
    assert [line["kind"] for line in lines] == ["note_added", "opened"]
    assert Note.objects.filter(case__reference=reference).count() == 1


def test_documents_go_in_and_come_out_through_the_getter(program: Program, viewer: Viewer) -> None:
    reference, other = make_case(viewer), make_case(viewer)
    file = SimpleUploadedFile("letter of Amina.pdf", b"%PDF-1.7 content")
    added = program.upload(f"/cases/{reference}/documents", file=file, title="Letter", kind="legal")
    assert added.status_code == 201, added.content
    (listed,) = program.get(f"/cases/{reference}/documents").json()["documents"]
    assert "stored_name" not in listed
    read = program.get(f"/cases/{reference}/documents/{listed['id']}/content")
    assert b"".join(read.streaming_content) == b"%PDF-1.7 content"
    assert read["Content-Disposition"] == 'attachment; filename="document.pdf"'
    assert program.get(f"/cases/{other}/documents/{listed['id']}/content").status_code == 404
    picture = SimpleUploadedFile("letter.pdf", b"\x89PNG\r\n\x1a\n")
    answer = program.upload(f"/cases/{reference}/documents", file=picture)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_not_taken")


def test_the_list_is_narrowed_and_paged_as_on_the_page(program: Program, viewer: Viewer) -> None:
    made = [make_case(viewer) for _ in range(3)]
    make_case(make_viewer("supervisor"))
    first = program.get("/cases", limit=2).json()
    second = program.get("/cases", limit=2, after=first["next"]).json()
    seen = [row["reference"] for row in (*first["rows"], *second["rows"])]
    assert (sorted(seen), second["next"]) == (sorted(made), "")
    assert program.get("/cases", stage="closed").json()["total"] == 0
    assert program.get("/cases", worker="nobody", purpose="forced_labour").json()["total"] == 0
    assert (
        program.get(
            "/cases", worker=str(viewer.user_id), citizenship="SY", changed_until="9999-12-31"
        ).json()["total"]
        == 3
    )


@pytest.mark.parametrize(
    "query",
    [
        {"stagee": "closed"},
        {"stage": "clossed"},
        {"stage": "\0"},
        {"limit": "0"},
        {"worker": "1e9"},
        {"opened_from": "12"},
        {"priority": "refused"},
    ],
)
def test_a_filter_that_cannot_be_read_never_gives_more(program: Program, query: dict[str, str]) -> None:
    answer = program.get("/cases", **query)
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (422, f"?{next(iter(query))}")


def test_lists_are_kept_and_removed(program: Program, viewer: Viewer) -> None:
    body = {
        "name": "Children",
        "choices": {"child_track": "child", "opened_from": "2026-01-01"},
        "is_shared": True,
    }
    kept = program.post("/filters", body)
    assert kept.status_code == 201, kept.content
    (listed,) = program.get("/filters").json()["filters"]
    assert listed["choices"] == body["choices"]
    assert program.post("/filters", body).json()["code"] == "name_in_use"
    colleague = Program(make_viewer("supervisor", organisation=organisation_of(viewer)))
    assert colleague.delete(f"/filters/{listed['id']}").status_code == 404
    assert program.delete(f"/filters/{listed['id']}").status_code == 204
    assert program.get("/filters").json() == {"filters": []}


def test_reading_by_the_api_is_logged_as_on_the_page(program: Program, viewer: Viewer) -> None:
    reference = make_case(viewer)
    program.get(f"/cases/{reference}")
    event = Event.objects.filter(action="cases.case.read").latest("id")
    assert (event.user, event.record) == (viewer.user_id, reference)


def test_what_is_not_sent_in_notes_of_a_new_case_is_kept_whole(program: Program, viewer: Viewer) -> None:
    reference = program.post("/cases", BODY).json()["reference"]
    assert [note.text for note in list_notes(viewer, reference, now=timezone.now())] == [
        "She came with a friend."
    ]
