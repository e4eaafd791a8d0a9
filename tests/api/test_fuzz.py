"""Whatever is sent, the API does what its description says and never breaks down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import override_settings
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from amparo.access.rules import Viewer
from amparo.cases.actions import save_filter
from amparo.cases.queries import CaseChoices, get_case
from amparo.vocab.codes import code_list
from amparo.vocab.identifiers import uuid7
from amparo.vocab.null import NullReason
from tests.api.program import Program
from tests.contracts.denial_rows import OPERATIONS
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import make_case
from tests.factories.evidence import make_kept_study, make_many_cases, make_snapshot
from tests.factories.intake import make_batch
from tests.factories.publishing import make_release, make_table
from tools.generate import CHECKOUT

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Of each operation, right and wrong; HYPOTHESIS_PROFILE=thorough sends more.
EXAMPLES = hypothesis.settings().max_examples // 10
DESCRIPTION = json.loads((CHECKOUT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))
OF_STATISTICIANS = {"evidence", "publishing"}


def ids_of(viewer: Viewer) -> dict[str, str]:
    """Make one of everything, for the parts of an address."""
    reference = make_case(viewer)
    file = SimpleUploadedFile("a.txt", b"x")
    return {
        "reference": reference,
        "episode": str(get_case(viewer, reference, now=NOW).episodes[0].id),
        "document": Program(viewer).upload(f"/cases/{reference}/documents", file=file).json()["id"],
        "batch": str(make_batch(viewer)),
        "snapshot": str(uuid7()),
        "study": str(uuid7()),
        "release": str(uuid7()),
        "filter_id": str(save_filter(name="All", choices=CaseChoices(), is_shared=True, by=viewer, now=NOW)),
        "name": "sex",
    }


def with_codes(described: Any) -> Any:
    """Offer the codes where the description names a list, so that much of what is sent is good."""
    if isinstance(described, list):
        return [with_codes(each) for each in described]
    if not isinstance(described, dict):
        return described
    known = {name: with_codes(each) for name, each in described.items()}
    if isinstance(codes := known.get("x-code-list"), str):
        offered = [*(one.code for one in code_list(codes)), *(reason.value for reason in NullReason)]
        holder = known["items"] if known.get("type") == "array" else known
        holder.setdefault("enum", offered)
    return known


def with_ids(described: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """Offer ids that exist beside those that do not."""
    for methods in described["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    parameter["schema"] = {"enum": [ids[parameter["name"]], "0190-none", "é\u202e"]}
    return described


@contextmanager
def on_the_connection_of_the_test() -> Iterator[None]:
    """Let requests work in the transaction of the test: Django would close its connection after each."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def send_examples(operation: Any, mode: schemathesis.GenerationMode, headers: dict[str, str]) -> None:
    """Send what may be sent (or may not), and look at each answer."""

    @hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    with suppress(hypothesis.errors.Unsatisfiable):  # it takes nothing that could be wrong
        send()


# The client leaves a file that it has read to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", ["supervisor", "statistician"])
def test_operations(role: str, mode: schemathesis.GenerationMode, tmp_path: Path) -> None:
    supervisor = make_viewer("supervisor")
    ids = ids_of(supervisor)
    is_statistician = role == "statistician"
    with override_settings(AMPARO_FACTS_DIRECTORY=tmp_path / "facts"):
        if is_statistician:
            make_many_cases(supervisor, 10)
            ids["snapshot"] = str(snapshot := make_snapshot())
            ids["study"] = str(make_kept_study(make_viewer("statistician"), snapshot))
            ids["release"] = str(make_release(make_table(), by=make_viewer("statistician")).pk)
        schema = schemathesis.openapi.from_dict(with_ids(with_codes(DESCRIPTION), ids))
        schema.app = get_wsgi_application()
        headers = Program(make_viewer(role) if is_statistician else supervisor).headers
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) == len(OPERATIONS)
        with on_the_connection_of_the_test():
            for operation in operations:
                if (operation.definition.raw["tags"][0] in OF_STATISTICIANS) is is_statistician:
                    send_examples(operation, mode, headers)
