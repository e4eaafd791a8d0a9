"""Signing in: the password, the second step, guessing, and what stays closed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from amparo.accounts import adapter
from amparo.accounts.actions.guessing import WHOLE_INSTALLATION, about_name
from amparo.accounts.adapter import AccountAdapter
from amparo.accounts.models import SignInAttempts, User
from amparo.accounts.rules import wait_after
from amparo.audit.models import Event
from tests.factories.accounts import (
    PASSWORD,
    SECOND_FACTOR_SECRET,
    add_second_factor,
    make_membership,
    make_user,
)

pytestmark = pytest.mark.django_db
EMAIL = "amal@example.org"


@pytest.fixture(autouse=True)
def _forget_attempts() -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    user = make_user(email=EMAIL, name="Amal", password=PASSWORD)
    make_membership(user=user, role="national_rapporteur")
    return user


def enter(client: Client, email: str = EMAIL, password: str = PASSWORD, *, address: str = "10.0.0.1") -> int:
    """Send the sign-in form and give the status of the answer."""
    answer = client.post(
        reverse("account_login"), {"login": email, "password": password}, REMOTE_ADDR=address
    )
    return answer.status_code


def code_now(secret: str) -> str:
    """Give the code that an app shows now."""
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def confirm_password(client: Client) -> None:
    """Type the password once more, as is asked before the ways of signing in change."""
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == reverse("mfa_activate_totp")


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("accounts:me")).status_code == 200


def let_time_pass() -> None:
    """Put the end of every wait into the past, as if the guesser had waited."""
    passed = timezone.now() - timedelta(minutes=1)
    SignInAttempts.objects.exclude(pk=WHOLE_INSTALLATION).update(closed_until=passed)


class TestPassword:
    """The first step."""

    @pytest.mark.parametrize("typed", [EMAIL, " AMAL@example.ORG "])
    def test_right_ones_get_in_however_the_address_is_written(
        self, client: Client, user: User, typed: str
    ) -> None:
        assert enter(client, typed) == 302
        assert is_signed_in(client)
        assert list(Event.objects.values_list("action", "user")) == [("accounts.sign_in.pass", user.pk)]

    def test_wrong_ones_do_not_and_both_answers_are_alike(self, client: Client, user: User) -> None:
        answers = []
        for email in (EMAIL, "nobody@example.org"):
            answer = client.post(reverse("account_login"), {"login": email, "password": "wrong wrong wrong"})
            text = answer.content.decode().replace(email, "")
            answers.append((answer.status_code, re.sub(r'csrf[^>]*value="[^"]*"', "", text)))
        assert answers[0] == answers[1]
        assert "do not belong together" in answers[0][1]
        assert not is_signed_in(client)
        assert list(Event.objects.order_by("id").values_list("action", "user", "outcome")) == [
            ("accounts.sign_in.fail", user.pk, "refused"),
            ("accounts.sign_in.fail", None, "refused"),
        ]

    def test_nothing_typed_is_an_error_with_words(self, client: Client) -> None:
        answer = client.post(reverse("account_login"), {"login": "", "password": ""})
        assert answer.status_code == 200
        errors = [str(error) for several in answer.context["form"].errors.values() for error in several]
        assert len(errors) == 2
        assert not [error for error in errors if "invalid" in error.lower() or "field" in error.lower()]

    def test_a_sleeping_account_stays_out(self, client: Client, user: User) -> None:
        User.objects.filter(pk=user.pk).update(is_active=False)
        enter(client)
        assert not is_signed_in(client)

    def test_the_way_back_leads_only_to_our_pages(self, client: Client, user: User) -> None:
        for wanted, got in (
            ("/me/role/", "/me/role/"),
            ("https://evil.example/", "/"),
            ("//evil.example", "/"),
        ):
            browser = Client()
            answer = browser.post(
                f"{reverse('account_login')}?next={wanted}", {"login": EMAIL, "password": PASSWORD}
            )
            assert answer["Location"] == got

    def test_signing_out_ends_the_session_and_clears_the_browser(self, client: Client, user: User) -> None:
        enter(client)
        answer = client.post(reverse("account_logout"))
        assert answer.status_code == 302
        assert "cookies" in answer["Clear-Site-Data"]
        assert not is_signed_in(client)
        assert Event.objects.filter(action="accounts.sign_in.end", user=user.pk).exists()

    def test_signing_out_by_a_link_asks_first(self, client: Client, user: User) -> None:
        enter(client)
        assert client.get(reverse("account_logout")).status_code == 200
        assert is_signed_in(client)

    @pytest.mark.parametrize(
        "name",
        [
            "account_signup",
            "account_reset_password",
            "account_request_login_code",
            "account_email",
            "mfa_signup_webauthn",
            "mfa_list_webauthn",
        ],
    )
    def test_pages_of_the_library_that_we_do_not_want_are_not_there(self, name: str) -> None:
        with pytest.raises(NoReverseMatch):
            reverse(name)


class TestGuessing:
    """Guessing is slowed down where it aims and stopped where it comes from, and nobody can lock out somebody else."""

    @pytest.fixture(autouse=True)
    def _one_moment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let all attempts of a test come at one moment, however slow the machine is."""
        moment = timezone.now()
        monkeypatch.setattr(adapter, "timezone", SimpleNamespace(now=lambda: moment))

    def test_p24_a_failure_makes_the_name_wait_and_the_wait_ends(self, client: Client, user: User) -> None:
        for failures in range(1, 9):
            assert enter(client, password=f"wrong guess {failures}") == 200
            answer = client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
            assert "Wait" in answer.content.decode()
            assert not is_signed_in(client)
            kept = SignInAttempts.objects.get(failures=failures, pk=about_name(EMAIL))
            assert kept.closed_until - kept.last_at == wait_after(failures)
            let_time_pass()
        assert enter(client) == 302
        assert is_signed_in(client)
        assert not SignInAttempts.objects.filter(pk=about_name(EMAIL)).exists()

    def test_p24_who_comes_too_early_prolongs_nothing(self, client: Client, user: User) -> None:
        enter(client, password="wrong guess")
        before = SignInAttempts.objects.get(pk=about_name(EMAIL))
        for _again in range(5):
            enter(client, password="wrong guess")
        after = SignInAttempts.objects.get(pk=about_name(EMAIL))
        assert (after.failures, after.closed_until) == (1, before.closed_until)

    def test_p24_a_known_device_does_not_wait_for_strangers(self, client: Client, user: User) -> None:
        assert enter(client) == 302
        client.cookies.pop("amparo")
        for turn in range(6):
            enter(Client(), password=f"wrong guess {turn}", address="10.6.6.6")
            let_time_pass()
        enter(Client(), password="wrong guess", address="10.6.6.6")
        assert enter(Client()) == 200
        assert enter(client) == 302
        assert is_signed_in(client)

    def test_p24_a_known_device_is_known_for_its_own_name_only(self, client: Client, user: User) -> None:
        make_user(email="basma@example.org", password=PASSWORD)
        enter(client)
        client.cookies.pop("amparo")
        enter(Client(), "basma@example.org", "wrong guess")
        assert enter(client, "basma@example.org") == 200
        assert not is_signed_in(client)

    def test_p24_a_name_is_never_locked_from_many_addresses(self, user: User) -> None:
        for turn in range(40):
            enter(Client(), password=f"wrong guess {turn}", address=f"10.7.7.{turn}")
            let_time_pass()
        assert enter(Client(), address="10.0.0.2") == 302

    def test_p24_an_address_that_guesses_at_names_is_closed_and_another_is_not(self, user: User) -> None:
        for turn in range(20):
            enter(Client(), f"nobody{turn}@example.org", address="10.6.6.6")
        closed = Client().post(
            reverse("account_login"), {"login": EMAIL, "password": PASSWORD}, REMOTE_ADDR="10.6.6.6"
        )
        assert "Wait 15 minutes" in closed.content.decode()
        assert enter(Client(), address="10.0.0.2") == 302

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["", "   ", "\u00a0"])
    def test_p24_an_empty_name_locks_nobody_however_often(
        self, client: Client, user: User, name: str
    ) -> None:
        for _turn in range(60):
            assert enter(client, name, "wrong guess") == 200
        door, request = AccountAdapter(), RequestFactory().post("/sign-in/")
        for _turn in range(10_000):
            assert door.authenticate(request, email=name, password="wrong guess") is None
        assert not SignInAttempts.objects.exists()
        assert enter(client) == 302

    def test_p24_another_name_from_the_same_office_gets_in(self, client: Client, user: User) -> None:
        make_user(email="basma@example.org", password=PASSWORD)
        for turn in range(6):
            enter(client, password=f"wrong guess {turn}")
        assert enter(Client(), "basma@example.org") == 302

    def test_p24_known_and_unknown_names_wait_alike(self, client: Client, user: User) -> None:
        answers = []
        for email in (EMAIL, "nobody@example.org"):
            enter(client, email, "wrong guess")
            answer = client.post(reverse("account_login"), {"login": email, "password": "wrong guess"})
            text = answer.content.decode().replace(email, "")
            answers.append(re.sub(r'csrf[^>]*value="[^"]*"', "", text))
        assert answers[0] == answers[1]
        assert "Wait 1 second" in answers[0]

    def test_p24_the_counters_hold_nothing_that_was_typed(self, client: Client, user: User) -> None:
        enter(client, password="wrong guess")
        kept = repr(list(SignInAttempts.objects.values()))
        assert EMAIL not in kept
        assert "wrong guess" not in kept
        assert "10.0.0.1" not in kept

    def test_p24_codes_of_the_second_step_wait_too(self, client: Client, user: User) -> None:
        add_second_factor(user)
        enter(client)
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
        answer = client.post(reverse("mfa_authenticate"), {"code": code_now(SECOND_FACTOR_SECRET)})
        assert "Wait" in answer.content.decode()
        let_time_pass()
        client.post(reverse("mfa_authenticate"), {"code": code_now(SECOND_FACTOR_SECRET)})
        assert is_signed_in(client)


class TestSecondStep:
    """The second step is asked for where it stands, and demanded where the role says so."""

    def test_with_a_factor_the_password_alone_is_not_enough(self, client: Client, user: User) -> None:
        add_second_factor(user)
        assert enter(client) == 302
        assert not is_signed_in(client)
        answer = client.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert answer.status_code == 200
        assert "does not fit" in answer.content.decode()
        let_time_pass()
        assert (
            client.post(reverse("mfa_authenticate"), {"code": code_now(SECOND_FACTOR_SECRET)}).status_code
            == 302
        )
        assert is_signed_in(client)

    def test_a_code_works_once(self, client: Client, user: User) -> None:
        add_second_factor(user)
        code = code_now(SECOND_FACTOR_SECRET)
        enter(client)
        client.post(reverse("mfa_authenticate"), {"code": code})
        second = Client()
        enter(second)
        second.post(reverse("mfa_authenticate"), {"code": code})
        assert not is_signed_in(second)

    @pytest.mark.parametrize("role", ["caseworker", "supervisor", "organisation_administrator"])
    def test_a_role_that_demands_it_opens_nothing_before(self, client: Client, role: str) -> None:
        user = make_user(email=EMAIL, password=PASSWORD)
        make_membership(user=user, role=role)
        enter(client)
        for page in ("accounts:me", "accounts:people", "accounts:tokens"):
            answer = client.get(reverse(page))
            assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:second-factor"))
        assert "Your role needs it" in client.get(reverse("accounts:second-factor")).content.decode()
        confirm_password(client)
        assert client.get(reverse("mfa_activate_totp")).status_code == 200
        assert client.get(reverse("account_logout")).status_code == 200

    def test_any_of_several_roles_demands_it(self, client: Client, user: User) -> None:
        make_membership(user=user, role="competent_authority")
        enter(client)
        assert client.get(reverse("accounts:me")).status_code == 302

    def test_with_training_data_it_is_offered(self, client: Client, settings: LazySettings) -> None:
        settings.AMPARO_TRAINING = True
        make_membership(user=make_user(email=EMAIL, password=PASSWORD), role="organisation_administrator")
        enter(client)
        assert client.get(reverse("accounts:people")).status_code == 200
        assert "offered and not demanded" in client.get(reverse("accounts:second-factor")).content.decode()

    def test_setting_it_up_shows_recovery_codes_once(
        self, client: Client, django_capture_on_commit_callbacks: Callable[..., object]
    ) -> None:
        user = make_user(email=EMAIL, password=PASSWORD)
        make_membership(user=user, role="organisation_administrator")
        enter(client)
        confirm_password(client)
        page = client.get(reverse("mfa_activate_totp")).content.decode()
        secret = client.session["mfa.totp.secret"]
        assert secret in page
        assert "<svg" in page
        assert "data:image" not in page
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
            answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
        assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_view_recovery_codes"))
        codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
        first, second = (client.get(reverse("mfa_view_recovery_codes")).content.decode() for _ in range(2))
        assert len(codes) == 10
        assert all(code in first for code in codes)
        assert not [code for code in codes if code in second]
        assert client.get(reverse("accounts:people")).status_code == 200
        assert Event.objects.filter(action="accounts.second_factor.add", user=user.pk).exists()

    def test_a_recovery_code_stands_in_for_the_phone_once(self, client: Client, user: User) -> None:
        from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

        TOTP.activate(user, SECOND_FACTOR_SECRET)
        code = RecoveryCodes.activate(user).get_unused_codes()[0]
        for works in (True, False):
            browser = Client()
            enter(browser)
            browser.post(reverse("mfa_authenticate"), {"code": code})
            assert is_signed_in(browser) is works


class TestOwnPassword:
    """Changing the password asks for the present one and keeps twelve characters."""

    def test_changed_and_logged(self, client: Client, user: User) -> None:
        enter(client)
        new = "eight bridges under snow"
        sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        answer = client.post(reverse("account_change_password"), sent)
        assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:me"))
        user.refresh_from_db()
        assert user.check_password(new)
        assert Event.objects.filter(action="accounts.password.change", user=user.pk).count() == 1

    @pytest.mark.parametrize(
        ("old", "new"), [("wrong wrong", "eight bridges under snow"), (PASSWORD, "short")]
    )
    def test_refused(self, client: Client, user: User, old: str, new: str) -> None:
        enter(client)
        answer = client.post(
            reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": new}
        )
        assert answer.status_code == 200
        user.refresh_from_db()
        assert user.check_password(PASSWORD)
