"""The first organisations and people of an installation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from amparo.cli import installation, people
from amparo.cli.refusing import CommandRefused
from amparo.config.environment import read_environment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def platform(data: Any = None, **settings: Any) -> Iterator[Any]:
        yield SimpleNamespace(environment=read_environment({}))

    monkeypatch.setattr(installation, "platform", platform)


def test_first_people_are_let_in_by_a_link(capsys: pytest.CaptureFixture[str]) -> None:
    people.add_organisation("House of Hope", kind="shelter")
    assert 'amparo user add EMAIL --organisation "House of Hope"' in capsys.readouterr().out
    people.add_user("lina@example.org", organisation="House of Hope", role="caseworker")
    assert re.search(r"http://localhost:8000/invitation/[\w-]{30,}/", capsys.readouterr().out)


def test_name_is_taken_once() -> None:
    people.add_organisation("House of Hope", kind="shelter")
    with pytest.raises(CommandRefused):
        people.add_organisation("house of hope", kind="shelter")


def test_near_misses_are_answered_with_what_there_is() -> None:
    with pytest.raises(CommandRefused, match=r'no kind of organisation "shelte"\. Did you mean "shelter"\?'):
        people.add_organisation("House of Hope", kind="shelte")
    people.add_organisation("House of Hope", kind="shelter")
    with pytest.raises(CommandRefused, match=r'Did you mean "House of Hope"\?'):
        people.add_user("a@example.org", organisation="House of Hop", role="caseworker")
    with pytest.raises(CommandRefused, match=r'no role "casework"\. Did you mean "caseworker"\?'):
        people.add_user("a@example.org", organisation="House of Hope", role="casework")


@pytest.mark.parametrize(("email", "role"), [("no address", "caseworker"), ("a@example.org", "statistician")])
def test_what_access_refuses_is_said(email: str, role: str) -> None:
    people.add_organisation("House of Hope", kind="shelter")
    with pytest.raises(CommandRefused):
        people.add_user(email, organisation="House of Hope", role=role)
