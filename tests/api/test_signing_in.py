"""Who asks: a key, or the session of a page."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.utils import timezone

from amparo.access.rules import IN_PERSON, Viewer
from amparo.accounts.models import ApiToken
from amparo.cases.models import Case
from tests.api.program import Program
from tests.factories.accounts import make_viewer, sign_in
from tests.factories.cases import make_case

pytestmark = pytest.mark.django_db
NEW = json.dumps({"opened_date": "2026-11-02"})


def post(browser: Client, **headers: str) -> Any:
    headers = {"Idempotency-Key": "a", **headers}
    return browser.post("/api/v1/cases", NEW, content_type="application/json", headers=headers)


def test_a_key_never_begins_a_session(program: Program, viewer: Viewer) -> None:
    make_case(viewer)
    answers = [program.get("/cases"), program.post("/cases", {}), program.get("/cases/none")]
    assert [each.status_code for each in answers] == [200, 201, 404]
    assert [each for each in answers if each.cookies or each.has_header("Set-Cookie")] == []
    assert program.client.get("/").status_code == 302


def test_no_key_and_no_good_key_get_the_same_answer(program: Program) -> None:
    good = program.headers["Authorization"]
    said = set()
    for header in ("", "Bearer", "Bearer amparo_x", "Basic YTpi", good[:-1], good.replace("Bearer", "Token")):
        answer = Client().get("/api/v1/me", headers={"Authorization": header} if header else {})
        said.add((answer.status_code, answer.content, answer["WWW-Authenticate"]))
        answer = post(Client(), **({"Authorization": header} if header else {}))
        said.add((answer.status_code, answer.content, answer["WWW-Authenticate"]))
    assert len(said) == 1
    assert said.pop()[0] == 401


def test_a_key_that_is_too_old_or_revoked_does_not_work(program: Program) -> None:
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert program.get("/me").status_code == 401
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=1), revoked_at=timezone.now())
    assert program.get("/me").status_code == 401


def test_a_session_reads_and_writes_with_the_token_of_its_page(viewer: Viewer) -> None:
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, viewer)
    assert browser.get("/api/v1/me").json()["name"] == viewer.name
    answer = post(browser)
    assert (answer.status_code, answer.json()["code"], Case.objects.count()) == (403, "forged", 0)
    session = browser.session
    session["_csrftoken"] = secret = _get_new_csrf_string()
    session.save()
    assert post(browser, **{"X-CSRFToken": secret}).status_code == 201


def test_a_bad_key_is_not_helped_by_a_session(viewer: Viewer) -> None:
    browser = sign_in(Client(), viewer)
    assert browser.get("/api/v1/me", headers={"Authorization": "Bearer amparo_x"}).status_code == 401


def test_me_says_what_the_key_allows(program: Program, viewer: Viewer) -> None:
    said = program.get("/me").json()
    assert (said["role"], said["scope"], said["organisation_id"]) == (
        "supervisor",
        "organisation",
        viewer.organisation_id,
    )
    assert set(said["permissions"]) == {str(each) for each in viewer.permissions - IN_PERSON}


def test_people_and_code_lists() -> None:
    browser = sign_in(Client(), administrator := make_viewer("organisation_administrator"))
    (listed,) = browser.get("/api/v1/people").json()["people"]
    assert (listed["name"], listed["role"]) == (administrator.name, "organisation_administrator")
    names = [each["name"] for each in browser.get("/api/v1/code-lists").json()["lists"]]
    assert "purpose" in names
    said = browser.get("/api/v1/code-lists/sex").json()
    assert said["nulls"]["refused"] == "Did not want to say"
    assert {"female", "male"} <= {each["code"] for each in said["codes"]}
    for name in ("none", "a" * 500, "../state", "%00"):
        assert browser.get(f"/api/v1/code-lists/{name}").status_code == 404
    assert Client().get("/api/v1/code-lists").status_code == 401


def test_the_description_is_open_and_no_page_shows_it() -> None:
    assert Client().get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"
    for path in ("", "docs", "docs/", "nothing"):
        answer = Client().get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "absent")
