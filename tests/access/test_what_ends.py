"""What has ended stays ended: a session after the rights changed, a link, a key or a code that was used before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import invite_user, make_token, revoke_token
from amparo.access.actions.people import carry_out_change
from amparo.access.queries import viewer_for_token
from amparo.access.rules import IN_PERSON, READING, Viewer
from amparo.accounts.actions import TokenTooLong, issue_password_link
from amparo.accounts.models import ApiToken, Session
from tests.agreeing import agree
from tests.factories.accounts import (
    NOW,
    PASSWORD,
    make_organisation,
    make_user,
    make_viewer,
    sign_in,
    user_of,
)

pytestmark = pytest.mark.django_db
OTHER_PASSWORD = "eight bridges under snow"


def cookie_of(client: Client) -> str:
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def with_cookie(value: str, **more: Any) -> Client:
    """Return a browser into which somebody put a cookie that they kept."""
    client = Client(**more)
    client.cookies[settings.SESSION_COOKIE_NAME] = value
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("accounts:me")).status_code == 200


def enter(viewer: Viewer) -> Client:
    """Sign in by the form, as people do."""
    client = Client()
    sent = {"login": user_of(viewer).email, "password": PASSWORD}
    assert client.post(reverse("account_login"), sent).status_code == 302
    return client


class TestCookies:
    """A cookie that somebody kept opens nothing once the rights behind it changed."""

    @pytest.mark.parametrize("role", ["first_responder", "supervisor"])
    def test_p25_a_cookie_from_before_a_change_of_role(self, role: str) -> None:
        organisation = make_organisation()
        worker = make_viewer("caseworker", organisation=organisation)
        administrator = make_viewer("organisation_administrator", organisation=organisation)
        kept = [cookie_of(sign_in(Client(), worker)) for _device in range(2)]
        assert all(is_in(with_cookie(one)) for one in kept)
        carry_out_change(  # as one person may, or as two decided
            membership_id=worker.membership_id or 0, role=role, team_id=None, by=administrator, now=NOW
        )
        assert not any(is_in(with_cookie(one)) for one in kept)
        assert not any(with_cookie(one).get("/api/v1/me").status_code == 200 for one in kept)
        assert not Session.objects.filter(user_id=worker.known_user_id).exists()

    def test_p25_a_cookie_from_before_a_rise_of_rights(self) -> None:
        now = timezone.now()
        worker = make_viewer("caseworker", now=now)
        elsewhere = make_organisation()
        first, second = (make_viewer("organisation_administrator", organisation=elsewhere) for _ in range(2))
        secret = invite_user(
            email=user_of(worker).email, organisation_id=elsewhere.pk, role="caseworker", by=first, now=now
        )
        agree(second)
        client = sign_in(Client(), worker)
        kept = cookie_of(client)
        assert client.post(reverse("accounts:invitation", args=[secret])).status_code == 302
        assert cookie_of(client) != kept
        assert is_in(client)
        assert not is_in(with_cookie(kept))

    def test_p25_a_changed_password_ends_all_other_sessions_and_the_old_cookie(self) -> None:
        worker = make_viewer("national_rapporteur", user=make_user(password=PASSWORD), now=timezone.now())
        here, there = enter(worker), enter(worker)
        kept = cookie_of(here)
        sent = {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
        assert here.post(reverse("account_change_password"), sent).status_code == 302
        assert is_in(here)
        assert not is_in(there)
        assert not is_in(with_cookie(kept))

    def test_p25_signing_out_ends_the_session_on_the_server_too(self) -> None:
        client = sign_in(Client(), make_viewer("caseworker"))
        kept = cookie_of(client)
        client.post(reverse("account_logout"))
        assert not is_in(with_cookie(kept))


class TestReplayed:
    """What works once does so once, and what ended does not begin again."""

    def test_p24_a_link_for_a_password(self) -> None:
        worker = make_viewer("caseworker", now=timezone.now())
        secret = issue_password_link(user_id=worker.known_user_id, by=worker, now=timezone.now())
        link = reverse("accounts:new-password", args=[secret])
        assert Client().post(link, {"password": OTHER_PASSWORD}).status_code == 302
        assert Client().post(link, {"password": "nine bridges under rain"}).status_code == 404
        assert user_of(worker).check_password(OTHER_PASSWORD)

    def test_p24_an_invitation(self) -> None:
        now = timezone.now()
        administrator = make_viewer("organisation_administrator")
        secret = invite_user(
            email="new@example.org", organisation_id=administrator.organisation_id or 0, role="caseworker",
            by=administrator, now=now,
        )  # fmt: skip
        link = reverse("accounts:invitation", args=[secret])
        statuses = [
            Client().post(link, {"name": name, "password": OTHER_PASSWORD}).status_code
            for name in ("Noor", "Mallory")
        ]
        assert statuses == [302, 404]

    def test_p25_a_key_that_was_ended(self) -> None:
        viewer = make_viewer("supervisor")
        secret = make_token(name="x", days=1, by=viewer, now=timezone.now())
        headers = {"Authorization": f"Bearer {secret}"}
        assert Client(headers=headers).get("/api/v1/me").status_code == 200
        revoke_token(token_id=ApiToken.objects.get().pk, by=viewer, now=timezone.now())
        assert Client(headers=headers).get("/api/v1/me").status_code == 401


class TestKeys:
    """A key ends within ninety days, may less than its owner, and is never a session."""

    @pytest.mark.parametrize("days", [-1, 0, 91, 36_500])
    def test_p25_none_lives_longer_than_ninety_days(self, days: int) -> None:
        with pytest.raises(TokenTooLong):
            make_token(name="x", days=days, by=make_viewer("supervisor"), now=NOW)
        assert not ApiToken.objects.exists()

    def test_p25_it_ends_by_itself(self) -> None:
        secret = make_token(name="x", days=90, by=make_viewer("supervisor"), now=NOW)
        assert viewer_for_token(secret, NOW + timedelta(days=89, hours=23)) is not None
        assert viewer_for_token(secret, NOW + timedelta(days=90)) is None

    @pytest.mark.parametrize("may_write", [True, False])
    @pytest.mark.parametrize("role", ["supervisor", "statistician"])
    def test_p25_it_may_less_than_its_owner(self, role: str, may_write: bool) -> None:
        owner = make_viewer(role)
        found = viewer_for_token(make_token(name="x", days=1, may_write=may_write, by=owner, now=NOW), NOW)
        assert found is not None
        assert found.permissions < owner.permissions
        assert not found.permissions & IN_PERSON
        assert may_write or found.permissions <= READING
        assert (found.scope, found.organisation_id) == (owner.scope, owner.organisation_id)

    @pytest.mark.parametrize("extra", ["", "?sessionid=1", "?token=", "?remember=1&next=/"])
    def test_p25_it_becomes_no_session(self, extra: str) -> None:
        secret = make_token(name="x", days=1, by=make_viewer("supervisor"), now=timezone.now())
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        for path in ("/api/v1/me", reverse("accounts:me"), reverse("account_login"), "/", "/people/"):
            client.get(path + extra)
        assert not Session.objects.exclude(
            user=None
        ).exists()  # the form for signing in keeps its token in one of nobody
        assert not is_in(client)
        assert not is_in(with_cookie(secret))
        assert with_cookie(secret).get("/api/v1/me").status_code == 401
