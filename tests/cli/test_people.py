"""The first organisations and people of an installation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from amparo.access.actions import Refused, make_token, renew_access, renew_password, require
from amparo.access.queries import list_notices, viewer_for_membership, viewer_for_token
from amparo.access.rules import IN_PERSON, ROLES, Permission, Viewer
from amparo.accounts.models import Session, User
from amparo.accounts.queries import has_second_factor
from amparo.cases.actions import ask_erasure
from amparo.cases.actions.dual_acts import ERASE
from amparo.cases.rules.erasing import ErasureReason
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
    sign_in,
    user_of,
)
from tests.factories.cases import make_case

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


class TestWaiting:
    """Whom somebody else let in again waits for a day with what matters most, and others learn of it."""

    @pytest.fixture
    def lost(self) -> Viewer:
        supervisor = make_viewer("supervisor")
        add_second_factor(user_of(supervisor))
        return supervisor

    def now_as(self, viewer: Viewer) -> Viewer:
        found = viewer_for_membership(viewer.membership_id or 0, NOW)
        assert found is not None
        return found

    def test_what_matters_most_waits_and_daily_work_does_not(self, lost: Viewer) -> None:
        people.renew_user(user_of(lost).email)
        again = self.now_as(lost)
        assert again.permissions == ROLES["supervisor"].permissions - IN_PERSON
        assert Permission.EXPORT_RUN in again.waiting
        with pytest.raises(Refused, match="24 hours"):
            require(again, Permission.EXPORT_RUN)
        require(again, Permission.CASE_EDIT)
        page = sign_in(Client(), lost).get(reverse("intake:export"))
        assert page.status_code == 403
        assert "for 24 hours after that this does not work" in page.content.decode()

    def test_p17_whoever_was_let_in_again_asks_no_second_person_either(self, lost: Viewer) -> None:
        """Asking for an erasure needs a permission of daily work; being one of two people is none."""
        reference = make_case(lost)
        people.renew_user(user_of(lost).email)
        asked: dict[str, Any] = {"reference": reference, "reason": ErasureReason.RETENTION_ENDED, "now": NOW}
        with pytest.raises(Refused, match="24 hours"):
            ask_erasure(ERASE, **asked, by=self.now_as(lost))
        self.let_pass(lost, hours=25)
        ask_erasure(ERASE, **asked, by=self.now_as(lost))

    def test_it_waits_from_the_use_of_the_link_and_ends_by_the_clock_of_the_database(
        self, lost: Viewer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        people.renew_user(user_of(lost).email)
        link = re.search(r"http://localhost:8000(/new-password/\S+)", capsys.readouterr().out)
        assert link is not None
        self.let_pass(lost, hours=25)
        assert not self.now_as(lost).waiting
        assert Client().post(link[1], {"password": "eight bridges under snow"}).status_code == 302
        assert self.now_as(lost).waiting
        later = viewer_for_membership(lost.membership_id or 0, NOW + timedelta(days=40 * 365))
        assert later is not None
        assert later.waiting, "the clock of the host does not end it"
        self.let_pass(lost, hours=-48)  # the clock of the database was set back
        assert self.now_as(lost).waiting
        self.let_pass(lost, hours=25)
        assert self.now_as(lost).permissions == ROLES["supervisor"].permissions

    def let_pass(self, viewer: Viewer, *, hours: int) -> None:
        User.objects.filter(pk=viewer.known_user_id).update(renewed_at=Now() - timedelta(hours=hours))

    def test_a_key_for_programs_goes_on(self, lost: Viewer) -> None:
        secret = make_token(name="Till", days=9, by=lost, now=NOW)
        people.renew_user(user_of(lost).email)
        found = viewer_for_token(secret, NOW)
        assert found is not None
        assert found.may(Permission.CASE_READ)

    @pytest.mark.parametrize("way", ["command", "page"])
    def test_she_and_the_other_administrator_are_told(self, lost: Viewer, way: str) -> None:
        house = organisation_of(lost)
        one, other = (make_viewer("organisation_administrator", organisation=house) for _ in range(2))
        if way == "command":
            people.renew_user(user_of(lost).email)
        else:
            renew_password(membership_id=lost.membership_id or 0, by=one, now=NOW)
        assert [notice.kind for notice in list_notices(lost)] == ["renewed_own"]
        assert [notice.kind for notice in list_notices(other)] == ["renewed_other"]
        assert [notice.kind for notice in list_notices(one)] == (
            ["renewed_other"] if way == "command" else []
        )
        page = sign_in(Client(), other).get(reverse("accounts:people")).content.decode()
        assert "let in again within the last 24 hours" in page
        assert (
            "was let in again" in sign_in(Client(), other).get(reverse("accounts:notices")).content.decode()
        )

    def test_where_there_is_no_other_administrator_those_of_the_installation_are_told(self) -> None:
        alone, keeper = make_viewer("organisation_administrator"), make_viewer("installation_administrator")
        people.renew_user(user_of(alone).email)
        assert [notice.kind for notice in list_notices(keeper)] == ["renewed_other"]
        assert not self.now_as(alone).may(Permission.PEOPLE_MANAGE)


def test_p25_nobody_at_a_page_takes_the_second_step_of_another_away() -> None:
    administrator = make_viewer("organisation_administrator")
    add_second_factor(colleague := make_membership(organisation=organisation_of(administrator)).user)
    with pytest.raises(Refused):
        renew_access(email=colleague.email, by=administrator, now=NOW)
    assert has_second_factor(colleague.pk)
