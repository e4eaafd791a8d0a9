"""Every operation, in every role, and with the ids of others: what is not allowed is refused, and what is hidden is absent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from amparo.access.rules import ROLES, Permission, Viewer
from amparo.cases.actions import save_filter
from amparo.cases.models import Case, Document, Episode, Note
from amparo.cases.queries import CaseChoices, get_case
from amparo.config.api import api, description
from amparo.vocab.identifiers import uuid7
from tests.api.program import Program
from tests.factories.accounts import NOW, make_viewer, sign_in
from tests.factories.cases import make_case
from tests.factories.intake import make_batch

pytestmark = pytest.mark.django_db
CHANGE = {"version": 1, "changes": {}}


@dataclass(frozen=True)
class Operation:
    """What an operation asks for, and the least that it takes."""

    permission: Permission | None
    body: dict[str, Any] | None = None
    file: str = ""
    query: str = ""


P = Permission
OPERATIONS = {
    "me": Operation(None),
    "people": Operation(P.PEOPLE_MANAGE),
    "code_lists": Operation(None),
    "code_list_read": Operation(None),
    "case_list": Operation(P.CASE_READ),
    "worker_list": Operation(P.CASE_READ),
    "filter_list": Operation(P.FILTER_SAVE),
    "filter_keep": Operation(P.FILTER_SAVE, {"name": "All", "choices": {}}),
    "filter_remove": Operation(P.FILTER_SAVE),
    "case_open": Operation(P.CASE_CREATE, {}),
    "case_read": Operation(P.CASE_READ),
    "case_timeline": Operation(P.CASE_READ),
    "case_change": Operation(P.CASE_EDIT, CHANGE),
    "person_change": Operation(P.PERSON_EDIT, CHANGE),
    "episode_add": Operation(P.CASE_EDIT, {"details": {}}),
    "episode_change": Operation(P.CASE_EDIT, CHANGE),
    "episode_link": Operation(P.CASE_EDIT, {}),
    "case_move": Operation(P.CASE_MOVE, {"version": 1, "target": "assessment"}),
    "case_assign": Operation(P.CASE_ASSIGN, {"version": 1, "worker_id": 1}),
    "note_list": Operation(P.CASE_READ),
    "note_add": Operation(P.NOTE_ADD, {"text": "x"}),
    "document_list": Operation(P.DOCUMENT_READ),
    "document_add": Operation(P.DOCUMENT_ADD, file="file"),
    "document_read": Operation(P.DOCUMENT_READ),
    "import_list": Operation(P.IMPORT_RUN),
    "import_send": Operation(P.IMPORT_RUN, file="workbook"),
    "import_read": Operation(P.IMPORT_RUN),
    "import_report": Operation(P.IMPORT_RUN),
    "import_rows": Operation(P.IMPORT_RUN),
    "import_decide": Operation(P.IMPORT_RUN, {"shown": []}),
    "import_commit": Operation(P.IMPORT_RUN),
    "import_undo": Operation(P.IMPORT_UNDO),
    "import_throw_away": Operation(P.IMPORT_RUN),
    "import_rejected": Operation(P.IMPORT_RUN),
    "export": Operation(P.EXPORT_RUN, {}),
    "snapshot_list": Operation(P.TABLES_VIEW),
    "snapshot_order": Operation(P.SNAPSHOT_BUILD),
    "snapshot_read": Operation(P.TABLES_VIEW),
    "facts_take_out": Operation(P.FACTS_EXPORT, {"is_understood": True}),
    "table_read": Operation(P.TABLES_VIEW, query="?rows=sex"),
    "table_download": Operation(P.TABLES_DOWNLOAD, query="?rows=sex"),
}
ADDRESSES = {
    operation["operationId"]: (method.upper(), path)
    for path, methods in json.loads(description())["paths"].items()
    for method, operation in methods.items()
}


@dataclass
class Ids:
    """What the parts of an address are filled with."""

    reference: str = "XA-7Q4K-9X2M-C"
    episode: UUID = field(default_factory=uuid7)
    document: UUID = field(default_factory=uuid7)
    batch: UUID = field(default_factory=uuid7)
    snapshot: UUID = field(default_factory=uuid7)
    filter_id: UUID = field(default_factory=uuid7)
    name: str = "sex"

    @classmethod
    def made_by(cls, viewer: Viewer) -> Ids:
        reference = make_case(viewer)
        file = SimpleUploadedFile("a.txt", b"x")
        document = Program(viewer).upload(f"/cases/{reference}/documents", file=file).json()["id"]
        kept = save_filter(name="All", choices=CaseChoices(), is_shared=True, by=viewer, now=NOW)
        return cls(
            reference=reference,
            episode=get_case(viewer, reference, now=NOW).episodes[0].id,
            document=document,
            batch=make_batch(viewer),
            filter_id=kept,
        )


def call(browser: Client, name: str, ids: Ids, **headers: str) -> Any:
    operation, (method, path) = OPERATIONS[name], ADDRESSES[name]
    address = path.format(**vars(ids)) + operation.query
    headers["Idempotency-Key"] = str(uuid7())
    if operation.file:
        return browser.post(address, {operation.file: SimpleUploadedFile("a.txt", b"x")}, headers=headers)
    content = b"" if operation.body is None else json.dumps(operation.body).encode()
    answer = browser.generic(method, address, content, content_type="application/json", headers=headers)
    if answer.streaming:
        list(answer.streaming_content)  # read to its end, the file is closed
    return answer


def test_every_operation_has_its_entry() -> None:
    assert set(ADDRESSES) == set(OPERATIONS)
    named = [
        operation.view_func.__name__
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
    ]
    assert len(named) == len(set(named)) == len(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_nobody_is_let_in_without_signing_in(name: str) -> None:
    answer = call(Client(), name, Ids())
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_what_it_may_and_nothing_else(role: str) -> None:
    viewer = make_viewer(role)
    browser = sign_in(Client(raise_request_exception=False), viewer)
    for name, operation in OPERATIONS.items():
        answer = call(browser, name, Ids())
        is_allowed = operation.permission is None or viewer.may(operation.permission)
        assert (answer.status_code == 403) is not is_allowed, (name, answer.status_code)
        assert answer.status_code not in (401, 500), name
        if not is_allowed:
            assert answer.json()["code"] == "not_allowed", name


IN_A_CASE = sorted(name for name, (_method, path) in ADDRESSES.items() if "{reference}" in path)
WITH_CHILD = [
    name for name in IN_A_CASE if "{episode}" in ADDRESSES[name][1] or "{document}" in ADDRESSES[name][1]
]
IN_AN_IMPORT = sorted(name for name, (_method, path) in ADDRESSES.items() if "{batch}" in path)


def test_what_belongs_to_others_is_absent_whatever_parent_it_is_asked_under() -> None:
    mine, theirs = make_viewer("supervisor"), make_viewer("supervisor")
    own, foreign = Ids.made_by(mine), Ids.made_by(theirs)
    browser = sign_in(Client(raise_request_exception=False), mine)
    counts = [model.objects.count() for model in (Case, Episode, Document, Note)]
    for name in (*IN_A_CASE, *IN_AN_IMPORT, "filter_remove"):
        answer = call(browser, name, foreign)
        assert (answer.status_code, answer.json()["code"]) == (404, "absent"), name
    crossed = Ids(reference=own.reference, episode=foreign.episode, document=foreign.document)
    reversed_ = Ids(reference=foreign.reference, episode=own.episode, document=own.document)
    for name in WITH_CHILD:
        for ids in (crossed, reversed_):
            assert call(browser, name, ids).status_code == 404, name
    assert [model.objects.count() for model in (Case, Episode, Document, Note)] == counts
    for name in (*IN_A_CASE, *IN_AN_IMPORT):  # and what is one's own is there
        assert call(browser, name, own).status_code not in (401, 403, 500), name


def test_hidden_and_absent_are_one_answer() -> None:
    foreign = make_case(make_viewer("supervisor"))
    browser = sign_in(Client(), make_viewer("caseworker"))
    hidden, absent = (call(browser, "case_read", Ids(reference=each)) for each in (foreign, "XA-7Q4K-9X2M-C"))
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
