"""The first organisations and people of an installation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from amparo.access.actions import Refused, renew_access
from amparo.accounts.models import Session
from amparo.accounts.queries import has_second_factor
from amparo.cli import installation, people
from amparo.cli.refusing import CommandRefused
from amparo.config.environment import read_environment
from tests.factories.accounts import (
    NOW,
    PASSWORD,
    add_second_factor,
    make_membership,
    make_user,
    make_viewer,
    organisation_of,
)

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


def test_who_lost_phone_and_codes_begins_again(capsys: pytest.CaptureFixture[str]) -> None:
    user = make_user(email="lina@example.org", password=PASSWORD)
    add_second_factor(user)
    session = Client()
    session.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    people.renew_user("Lina@example.org ")
    link = re.search(r"http://localhost:8000(/new-password/\S+)", capsys.readouterr().out)
    assert link is not None
    assert not has_second_factor(user.pk)
    assert not Session.objects.exists()
    assert Client().post(link[1], {"password": "eight bridges under snow"}).status_code == 302
    with pytest.raises(CommandRefused, match="Nobody signs in"):
        people.renew_user("nobody@example.org")


def test_p25_nobody_at_a_page_takes_the_second_step_of_another_away() -> None:
    administrator = make_viewer("organisation_administrator")
    add_second_factor(colleague := make_membership(organisation=organisation_of(administrator)).user)
    with pytest.raises(Refused):
        renew_access(email=colleague.email, by=administrator, now=NOW)
    assert has_second_factor(colleague.pk)
