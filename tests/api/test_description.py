"""The description of the API says what programs need, and stays what was reviewed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.generate import CHECKOUT

# Making it takes a second, in each process that looks for tests; tests/contracts/test_generated.py holds it against the code.
TEXT = (CHECKOUT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8")
DESCRIPTION = json.loads(TEXT)
OPERATIONS = [
    (method, path, operation)
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
]
SHAPES = DESCRIPTION["components"]["schemas"]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=lambda each: str(each)[:60])
def test_each_operation_is_explained_and_says_how_it_refuses(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert operation["description"]
    assert {"TokenViewer": []} in operation["security"]
    for status, answer in operation["responses"].items():
        if int(status) >= 400:
            shape = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert shape == "Failure" or (shape.startswith("Conflict") and status == "409")
    assert {"500", "503"} <= set(operation["responses"])
    sends_files = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    assert ("507" in operation["responses"]) is sends_files
    headers = {each["name"]: each for each in operation["parameters"] if each["in"] == "header"}
    makes = method == "post" and "201" in operation["responses"]
    assert makes <= headers.get("Idempotency-Key", {}).get("required", False), (
        "what makes something needs a key"
    )


def test_what_is_sent_holds_no_unknown_keys_also_inside() -> None:
    for name in ("PersonDetails", "CaseDetails", "EpisodeDetails", "Name", "Leg", "StatedAge", "SupportPlan"):
        assert SHAPES[name]["additionalProperties"] is False, name


def test_attributes_carry_the_words_and_the_code_list_of_their_record() -> None:
    gender = SHAPES["PersonDetails"]["properties"]["gender"]
    assert (gender["title"], gender["x-code-list"]) == ("Gender", "gender")
    change = DESCRIPTION["paths"]["/api/v1/cases/{reference}/person"]["patch"]["requestBody"]
    changes = change["content"]["application/json"]["schema"]["properties"]["changes"]["properties"]
    assert changes["gender"]["x-code-list"] == "gender"
    assert SHAPES["Contact"]["properties"]["is_safe"]["description"].startswith(
        "Nothing is sent where this is not yes."
    )


def test_nothing_of_the_store_is_described() -> None:
    assert not {"stored_name", "token_hash", "password"} & set(TEXT.split('"'))
