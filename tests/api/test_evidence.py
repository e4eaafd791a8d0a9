"""The API of figures gives protected tables only, and says what they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from amparo.access.rules import Viewer
from amparo.audit.models import Event
from amparo.evidence.models import Study
from tests.api.program import Program
from tests.factories.accounts import make_viewer
from tests.factories.evidence import make_kept_study, make_many_cases, make_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def directory(tmp_path: Path) -> Iterator[None]:
    with override_settings(AMPARO_FACTS_DIRECTORY=tmp_path / "facts"):
        yield


@pytest.fixture
def viewer() -> Viewer:
    return make_viewer("statistician")


def test_a_table_is_the_one_of_the_command(program: Program) -> None:
    make_many_cases(make_viewer("supervisor"), 120)
    snapshot = make_snapshot()
    table = program.get("/tables", rows="sex", columns="main_purpose", where="year_opened=2025").json()
    assert (table["snapshot"], table["rows"], table["columns"]) == (str(snapshot), ["sex"], ["main_purpose"])
    assert (table["where"], table["threshold"], table["method"]) == (["year_opened is 2025"], 5, "suppress")
    assert table["conditions"] == [{"column": "year_opened", "values": ["2025"], "is_excluding": False}]
    assert {cell["status"] for cell in table["cells"]} & {"primary", "secondary"}
    for cell in table["cells"]:
        assert (cell["value"] is None) == (cell["status"] in ("primary", "secondary"))
        assert cell["value"] in (None, 0) or cell["value"] >= 5
    assert table["audit"]["cleared"] is True
    asked = Event.objects.filter(action="evidence.table.view").latest("id")
    assert {"rows:sex", "only:year_opened=2025"} <= set(asked.fields)
    file = program.get("/tables/download", rows="sex", format="xlsx")
    assert (file.status_code, file.content[:2]) == (200, b"PK")


def test_what_makes_no_table_is_said(program: Program) -> None:
    answer = program.get("/tables", rows="sex")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_snapshot")
    make_many_cases(make_viewer("supervisor"), 20)
    make_snapshot()
    for query in (
        {"rows": "names"},
        {"rows": "sex", "columns": "sex"},
        {"rows": "sex", "where": "sex"},
        {"rows": "sex", "where": "reference=XA"},
        {"rows": "sex", "where": "sex='; DROP TABLE x; --"},
        {"rows": "sex", "table": "person"},
    ):
        answer = program.get("/tables", **query)
        assert (answer.status_code, answer.json()["code"]) == (422, "no_table"), query
    for query, where in (
        ({}, "?rows"),
        ({"rows": ["sex", "iccs", "citizenship"]}, "?rows"),
        ({"rows": "sex", "where": "sex=\0"}, "?where"),
        ({"rows": "sex", "threshold": "1"}, "?threshold"),
        ({"rows": "sex", "method": "none"}, "?method"),
    ):
        answer = program.get("/tables", **query)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_acceptable"), query
        assert [each["where"] for each in answer.json()["problems"]] == [where], query


def test_snapshots_are_ordered_once_and_described(program: Program) -> None:
    first, again = program.post("/snapshots", key="s"), program.post("/snapshots", key="s")
    assert (first.status_code, again.json()) == (202, first.json())
    waiting = program.get(f"/snapshots/{first.json()['id']}").json()
    assert (waiting["state"], waiting["tables"]) == ("waiting", [])
    make_many_cases(make_viewer("supervisor"), 20)
    ready = make_snapshot()
    held = program.get(f"/snapshots/{ready}").json()
    assert {table["name"] for table in held["tables"]} >= {"person_case", "episode"}
    variables = {one["name"]: one for one in held["tables"][0]["variables"]}
    assert "female" in variables["sex"]["values"]
    assert len(program.get("/snapshots").json()["snapshots"]) == 2


def test_facts_never_leave_by_a_program(program: Program, viewer: Viewer) -> None:
    make_many_cases(make_viewer("supervisor"), 20)
    snapshot = make_snapshot()
    assert program.post(f"/snapshots/{snapshot}/facts", {"is_understood": True}).status_code == 403
    program = Program(viewer, is_signed_in=True)
    for body in ({}, {"is_understood": False}, {"is_understood": "true"}):
        assert program.post(f"/snapshots/{snapshot}/facts", body).status_code == 422
    answer = program.post(f"/snapshots/{snapshot}/facts", {"is_understood": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "second_person_needed")
    assert not Event.objects.filter(action="evidence.facts.export", record=str(snapshot)).exists()


def test_a_study_is_given_as_the_page_shows_it(program: Program, viewer: Viewer) -> None:
    study = make_kept_study(viewer, make_snapshot())
    (listed,) = program.get("/studies").json()["studies"]
    assert (listed["id"], listed["lists"], listed["state"]) == (
        str(study),
        [["hotline"], ["ngo"], ["shelter"]],
        "done",
    )
    told = program.get(f"/studies/{study}").json()
    assert {name: told[name] for name in listed} == listed
    assert (told["is_out"], told["fault"], told["result"]["n"]) == (False, "", 240)
    first, second = told["result"]["estimates"]
    # 812.5 was computed: a digit more would help to try out what is hidden.
    assert (first["estimate"], first["intervals"]) == (812, {"0.8": [600, 1200], "0.95": [500, None]})
    assert (second["estimate"], second["intervals"], second["status"]) == (None, None, "no maximum")
    assert first["warnings"] == [{"code": "few", "message": "Very few people."}]
    assert told["result"]["lists"]["pairs"][1] == {"value": None, "status": "primary"}
    assert told["result"]["sensitivity"]["omit"] == [
        {"changed": "Hotline", "estimate": 700, "status": "exists"}
    ]


def test_a_study_that_is_not_done_has_no_result(program: Program, viewer: Viewer) -> None:
    study = make_kept_study(viewer, make_snapshot())
    fault = {"template": "Fewer than %(number)s people.", "values": {"number": 30}}
    Study.objects.filter(pk=study).update(state="failed", result={}, fault=fault)
    told = program.get(f"/studies/{study}").json()
    assert (told["state"], told["result"], told["fault"]) == ("failed", None, "Fewer than 30 people.")
