"""What somebody tries who wants in, or who was let go: each attempt by hand, and that it fails."""

from __future__ import annotations

import re
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from amparo.access.actions import (
    change_membership,
    end_membership,
    forget_invitations,
    forget_submissions,
    forget_tokens,
    invite_user,
    make_token,
    once,
)  # fmt: skip
from amparo.access.models import Submission
from amparo.access.queries import viewer_for_token
from amparo.access.rules import Viewer
from amparo.accounts.models import ApiToken, Invitation, Organisation, Session, User
from amparo.accounts.rules import hash_of_key
from tests.factories.accounts import (
    NOW,
    PASSWORD,
    make_membership,
    make_user,
    make_viewer,
    organisation_of,
    sign_in,
    user_of,
)

pytestmark = pytest.mark.django_db
EMAIL = "amal@example.org"


@pytest.fixture(autouse=True)
def _forget_attempts() -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    user = make_user(email=EMAIL, password=PASSWORD)
    make_membership(user=user, role="national_rapporteur")
    return user


def enter(client: Client) -> None:
    client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})


def key_of(client: Client) -> str:
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def with_key(key: str) -> Client:
    client = Client()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = key
    return client


class TestSession:
    """A session belongs to who signed in, and dies when it should."""

    def test_one_that_was_slipped_in_before_is_worth_nothing_after(self, client: Client, user: User) -> None:
        session = client.session
        session["slipped"] = "in"
        session.save()
        known = str(session.session_key)
        client.cookies[django_settings.SESSION_COOKIE_NAME] = known
        enter(client)
        assert key_of(client) != known
        assert not Session.objects.filter(session_key=hash_of_key(known)).exists()
        assert with_key(known).get(reverse("accounts:me")).status_code == 302

    def test_one_that_was_copied_is_worth_nothing_after_signing_out(self, client: Client, user: User) -> None:
        enter(client)
        thief = with_key(key_of(client))
        assert thief.get(reverse("accounts:me")).status_code == 200
        client.post(reverse("account_logout"))
        assert thief.get(reverse("accounts:me")).status_code == 302

    def test_one_that_was_copied_is_worth_nothing_after_a_new_password(
        self, client: Client, user: User
    ) -> None:
        enter(client)
        thief = with_key(key_of(client))
        new = "eight bridges under snow"
        sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert client.post(reverse("account_change_password"), sent).status_code == 302
        assert client.get(reverse("accounts:me")).status_code == 200
        assert thief.get(reverse("accounts:me")).status_code == 302

    def test_its_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
        self, client: Client, user: User
    ) -> None:
        enter(client)
        for name, cookie in client.cookies.items():
            assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/"), name
            assert (cookie["domain"], cookie["max-age"], cookie["expires"]) == ("", "", ""), name
        assert set(client.cookies) == {
            "known",
            django_settings.SESSION_COOKIE_NAME,
            django_settings.LANGUAGE_COOKIE_NAME,
        }

    @pytest.mark.parametrize("page", ["account_login", "account_logout", "accounts:me"])
    def test_no_other_site_signs_anybody_in_or_out_or_writes(self, user: User, page: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        sent = {"login": EMAIL, "password": PASSWORD, "name": "Mallory", "language": "fr"}
        assert client.post(reverse(page), sent).status_code == 403
        assert client.get(reverse("accounts:me")).status_code == 200
        user.refresh_from_db()
        assert user.name != "Mallory"


class TestRightsThatEnded:
    """Who was let go has nothing left at the next request: neither the session nor the key."""

    @pytest.fixture
    def worker(self, client: Client) -> tuple[Viewer, str]:
        viewer = make_viewer("supervisor")
        sign_in(client, viewer)
        assert client.get(reverse("accounts:tokens")).status_code == 200
        return viewer, make_token(name="figures", days=1, by=viewer, now=NOW)

    def assert_out(self, client: Client, secret: str, *, status: int) -> None:
        assert client.get(reverse("accounts:tokens")).status_code == status
        assert viewer_for_token(secret, NOW) is None

    def test_a_lower_role(self, client: Client, worker: tuple[Viewer, str]) -> None:
        viewer, secret = worker
        administrator = make_viewer("organisation_administrator", organisation=organisation_of(viewer))
        membership = viewer.membership_id or 0
        change_membership(
            membership_id=membership, role="first_responder", team_id=None, by=administrator, now=NOW
        )
        self.assert_out(client, secret, status=302)

    def test_no_role(self, client: Client, worker: tuple[Viewer, str]) -> None:
        viewer, secret = worker
        administrator = make_viewer("organisation_administrator", organisation=organisation_of(viewer))
        end_membership(membership_id=viewer.membership_id or 0, by=administrator, now=NOW)
        self.assert_out(client, secret, status=302)

    def test_an_organisation_that_stopped(self, client: Client, worker: tuple[Viewer, str]) -> None:
        viewer, secret = worker
        Organisation.objects.filter(pk=viewer.organisation_id or 0).update(is_active=False)
        self.assert_out(client, secret, status=403)

    def test_an_account_that_sleeps(self, client: Client, worker: tuple[Viewer, str]) -> None:
        viewer, secret = worker
        User.objects.filter(pk=viewer.known_user_id).update(is_active=False)
        self.assert_out(client, secret, status=302)


class TestWhoHasAnAccount:
    """Nobody learns from outside whether an address has an account."""

    @pytest.mark.parametrize("kind", ["known", "asleep", "without a password"])
    def test_the_same_answer_after_the_same_work(self, user: User, kind: str) -> None:
        if kind == "asleep":
            User.objects.filter(pk=user.pk).update(is_active=False)
        if kind == "without a password":
            user.set_unusable_password()
            user.save()
        assert self.ask(EMAIL) == self.ask("nobody@example.org")

    def ask(self, email: str) -> tuple[int, str, int]:
        encode = MD5PasswordHasher.encode
        with patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=encode) as hashed:
            answer = Client().post(
                reverse("account_login"), {"login": email, "password": "wrong wrong wrong"}
            )
        text = re.sub(r'csrf[^>]*value="[^"]*"', "", answer.content.decode().replace(email, ""))
        return answer.status_code, text, hashed.call_count


class TestAddresses:
    """What a request claims about where it came from and where to go leads nobody away."""

    @pytest.mark.parametrize("page", ["/", "/sign-in/", "/api/v1/me"])
    def test_another_host_is_not_answered_for(self, client: Client, page: str) -> None:
        assert client.get(page, headers={"host": "evil.example"}).status_code == 400

    def test_a_link_names_no_host_but_ours(self, client: Client) -> None:
        sign_in(client, make_viewer("organisation_administrator"))
        sent = {"email": "new@example.org", "role": "caseworker", "team": ""}
        answer = client.post(reverse("accounts:invite"), sent, headers={"x-forwarded-host": "evil.example"})
        assert answer.context["link"].startswith("http://testserver/invitation/")

    @pytest.mark.parametrize(
        "wanted",
        ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "http:///evil.example",
         "javascript:alert(1)", "\thttps://evil.example", "https:evil.example"],
    )  # fmt: skip
    @pytest.mark.parametrize("page", ["account_login", "accounts:membership"])
    def test_the_way_back_leads_only_to_our_pages(
        self, client: Client, user: User, page: str, wanted: str
    ) -> None:
        membership = make_membership(user=user, role="national_rapporteur")
        if page != "account_login":
            enter(client)
        sent = {"login": EMAIL, "password": PASSWORD, "membership": membership.pk}
        answer = client.post(reverse(page), sent, query_params={"next": wanted})
        assert answer["Location"] == "/"


class TestWithoutAPassword:
    """Somebody who came in another way has no password to change."""

    def test_the_page_says_where_one_comes_from(self, client: Client) -> None:
        sign_in(client, make_viewer("caseworker"))
        assert "None at present" in client.get(reverse("accounts:me")).content.decode()
        for answer in (
            client.get(reverse("account_change_password")),
            client.post(reverse("account_change_password"), {"password1": PASSWORD, "password2": PASSWORD}),
        ):
            assert answer.status_code == 200
            assert "for a link" in answer.content.decode()

    @pytest.mark.parametrize(
        "page", ["account_reauthenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp"]
    )
    def test_no_page_of_signing_in_breaks(self, client: Client, page: str) -> None:
        viewer = make_viewer("national_rapporteur")
        sign_in(client, viewer, has_second_factor=False)
        assert not user_of(viewer).has_usable_password()
        assert client.get(reverse(page)).status_code < 500
        assert client.post(reverse(page), {"password": "", "code": ""}).status_code < 500


class TestLanguage:
    """Pages are in the language of whoever is there: chosen on the page, else that of the account."""

    def arabic(self, client: Client) -> bool:
        return '<html lang="ar"' in client.get(reverse("accounts:me"), follow=True).content.decode()

    def test_that_of_the_account_holds_from_signing_in(self, client: Client, user: User) -> None:
        User.objects.filter(pk=user.pk).update(language="ar")
        assert not self.arabic(client)
        enter(client)
        assert self.arabic(client)

    def test_one_chosen_on_the_page_holds_till_the_browser_closes(self, client: Client, user: User) -> None:
        client.post(reverse("ui:set-language"), {"language": "ar", "next": "/"})
        enter(client)
        assert self.arabic(client)
        assert client.cookies[django_settings.LANGUAGE_COOKIE_NAME]["max-age"] == ""
        client.post(reverse("ui:set-language"), {"language": "en", "next": "/"})
        assert not self.arabic(client)
        user.refresh_from_db()
        assert user.language == "en"

    def test_one_saved_under_me_holds_here_and_at_the_next_signing_in(
        self, client: Client, user: User
    ) -> None:
        enter(client)
        client.post(reverse("accounts:me"), {"name": "Amal", "language": "ar"})
        assert self.arabic(client)
        elsewhere = Client()
        enter(elsewhere)
        assert self.arabic(elsewhere)

    def test_a_newcomer_keeps_the_one_in_which_the_invitation_was_read(self, client: Client) -> None:
        sign_in(client, make_viewer("organisation_administrator"))
        sent = {"email": EMAIL, "role": "caseworker", "team": ""}
        link = client.post(reverse("accounts:invite"), sent).context["link"]
        newcomer = Client(headers={"accept-language": "ar"})
        newcomer.post(link, {"name": "Amal", "password": PASSWORD})
        assert User.objects.get(email=EMAIL).language == "ar"


def test_what_came_to_an_end_is_forgotten_after_its_time() -> None:
    administrator, worker = make_viewer("organisation_administrator"), make_viewer("supervisor")
    organisation = administrator.organisation_id or 0
    for address in ("one@example.org", "two@example.org"):
        invite_user(email=address, organisation_id=organisation, role="caseworker", by=administrator, now=NOW)
    make_token(name="figures", days=10, by=worker, now=NOW)
    once(worker, submission=uuid4(), make=lambda: "a form", now=NOW)
    once(worker, submission=uuid4(), make=lambda: "a program", now=NOW, fingerprint="x")
    left = [
        (
            forget_invitations(now=NOW + timedelta(days=days)),
            forget_tokens(now=NOW + timedelta(days=days)),
            forget_submissions(now=NOW + timedelta(days=days)),
        )
        for days in (0, 2, 29, 31, 34, 41, 50)
    ]
    assert left == [(0, 0, 0), (0, 0, 1), (0, 0, 0), (0, 0, 1), (2, 0, 0), (0, 1, 0), (0, 0, 0)]
    assert not any(model.objects.exists() for model in (Invitation, ApiToken, Submission))
