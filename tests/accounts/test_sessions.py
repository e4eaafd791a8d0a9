"""Sessions: what is kept of them, how long they last, and what ends them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from amparo.access.rules import ROLES, session_limits
from amparo.accounts.actions import end_session, end_sessions, forget_sessions, let_sleep, wake
from amparo.accounts.actions.sessions import SessionStore
from amparo.accounts.models import Session, User
from amparo.accounts.rules import SessionHold, SessionLimits, SignedIn, device_of, hash_of_key
from tests.factories.accounts import NOW, PASSWORD, make_membership, make_user, make_viewer, sign_in, user_of

MINUTES = st.integers(1, 5_000).map(lambda count: timedelta(minutes=count))
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Mobile Safari/604.1"


class TestRules:
    """Pure decisions."""

    @given(MINUTES, MINUTES, MINUTES)
    def test_p25_it_ends_at_whichever_comes_first(
        self, idle: timedelta, longest: timedelta, used: timedelta
    ) -> None:
        hold = SessionHold(began=NOW, seen=NOW + used, limits=SessionLimits(idle=idle, longest=longest))
        assert hold.ends <= NOW + longest
        assert hold.ends <= hold.seen + idle
        assert SessionHold.read(hold.kept()) == hold

    def test_p25_administrators_have_the_shortest(self) -> None:
        for role in ROLES.values():
            limits = session_limits(role.code)
            assert limits.idle <= timedelta(minutes=20)
            assert limits.longest <= timedelta(hours=10)
            assert (limits.longest == timedelta(hours=2)) is role.needs_passkey

    @pytest.mark.parametrize(
        ("agent", "name"),
        [(CHROME, "Chrome, Linux"), (IPHONE, "Safari, iPhone"), ("curl/8", ""), ("", ""), ("x" * 5000, "")],
    )
    def test_devices_have_names_that_people_know(self, agent: str, name: str) -> None:
        assert device_of(agent) == name


@pytest.mark.django_db
class TestKept:
    """What stands in the table opens nothing."""

    def test_p25_the_table_holds_neither_key_nor_content(self) -> None:
        store = SessionStore()
        store["mfa.totp.secret"] = "CANARYSECRET"
        store.save()
        row = Session.objects.get()
        key = str(store.session_key)
        assert row.session_key == hash_of_key(key)
        assert key not in f"{row.session_key}{row.session_data}"
        assert "CANARY" not in row.session_data
        assert SessionStore(key)["mfa.totp.secret"] == "CANARYSECRET"

    @pytest.mark.parametrize("where", ["session_key", "session_data"])
    def test_p25_what_was_changed_or_moved_opens_as_nothing(self, where: str) -> None:
        mine, other = SessionStore(), SessionStore()
        for store, name in ((mine, "mine"), (other, "other")):
            store["name"] = name
            store.save()
        if where == "session_data":
            moved = Session.objects.get(session_key=hash_of_key(str(other.session_key))).session_data
            Session.objects.filter(session_key=hash_of_key(str(mine.session_key))).update(session_data=moved)
            assert "name" not in SessionStore(mine.session_key)
            Session.objects.update(session_data="AAAA")
        assert "name" not in SessionStore(hash_of_key(str(mine.session_key)))
        assert "name" not in SessionStore(None)
        if where == "session_data":
            assert "name" not in SessionStore(mine.session_key)

    def test_ended_ones_are_removed(self) -> None:
        for hours in (-1, 1):
            store = SessionStore()
            store.save()
            row = Session.objects.filter(session_key=hash_of_key(str(store.session_key)))
            row.update(expire_date=NOW + timedelta(hours=hours))
        assert forget_sessions(now=NOW) == 1
        assert Session.objects.count() == 1


@pytest.mark.django_db
class TestLasting:
    """Opening pages prolongs it, up to the longest; what scripts ask does not."""

    @pytest.fixture
    def later(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
        start, passed = timezone.now(), [timedelta()]

        def let_pass(more: timedelta) -> None:
            passed[0] += more

        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + passed[0])
        assert real() >= start
        return let_pass

    def is_in(self, client: Client, **more: Any) -> bool:
        return client.get(reverse("accounts:me"), **more).status_code == 200

    @pytest.mark.parametrize("role", ["caseworker", "competent_authority", "organisation_administrator"])
    def test_p25_idle_and_longest_by_role(
        self, client: Client, later: Callable[[timedelta], None], role: str
    ) -> None:
        limits = session_limits(role)
        sign_in(client, make_viewer(role, now=timezone.now()))
        assert self.is_in(client)
        opened, step = timedelta(), limits.idle * 0.8
        while opened + step < limits.longest:
            later(step)
            opened += step
            assert self.is_in(client)
        later(limits.longest - opened)
        assert not self.is_in(client)

    def test_p25_without_a_page_it_ends(self, client: Client, later: Callable[[timedelta], None]) -> None:
        sign_in(client, make_viewer("caseworker"))
        assert self.is_in(client)
        later(timedelta(minutes=20, seconds=1))
        answer = client.get(reverse("accounts:me"))
        assert answer["Location"].startswith(reverse("account_login"))

    def test_p25_polling_prolongs_nothing(self, client: Client, later: Callable[[timedelta], None]) -> None:
        sign_in(client, make_viewer("caseworker"))
        assert self.is_in(client)
        for _turn in range(6):
            later(timedelta(minutes=3, seconds=30))
            is_in = self.is_in(client, headers={"X-Requested-With": "amparo"})
            client.get("/api/v1/me")
        assert not is_in

    def test_p25_a_cookie_that_lasts_for_ever_does_not_help(
        self, client: Client, later: Callable[[timedelta], None]
    ) -> None:
        sign_in(client, make_viewer("organisation_administrator"))
        session = client.session
        session.set_expiry(timedelta(days=3650))
        session.save()
        assert self.is_in(client)
        later(timedelta(minutes=11))
        assert not self.is_in(client)


@pytest.mark.django_db
class TestDevices:
    """Everybody sees where they are signed in, and can end it; nobody else's."""

    def two(self) -> tuple[Client, Client, User]:
        viewer = make_viewer("caseworker")
        here, there = Client(headers={"User-Agent": CHROME}), Client(headers={"User-Agent": IPHONE})
        for client in (here, there):
            sign_in(client, viewer)
            assert client.get(reverse("accounts:me")).status_code == 200
        return here, there, user_of(viewer)

    def hash_in(self, client: Client) -> str:
        return hash_of_key(client.cookies[django_settings.SESSION_COOKIE_NAME].value)

    def test_p25_both_are_listed_and_one_is_ended(self) -> None:
        here, there, _user = self.two()
        listed = here.get(reverse("accounts:devices")).content.decode()
        assert "Chrome, Linux" in listed
        assert "Sign out of Safari, iPhone" in listed
        assert self.hash_in(here) not in listed
        here.post(reverse("accounts:device-end"), {"session": self.hash_in(there)})
        assert there.get(reverse("accounts:me")).status_code == 302
        assert here.get(reverse("accounts:me")).status_code == 200

    def test_p25_all_others_are_ended(self) -> None:
        here, there, _user = self.two()
        here.post(reverse("accounts:device-end"), {"session": "others"})
        assert there.get(reverse("accounts:me")).status_code == 302
        assert here.get(reverse("accounts:me")).status_code == 200

    @pytest.mark.parametrize("said", ["", "x", "0" * 63, "../" * 21 + "a", "0" * 64])
    def test_p25_nobody_elses_is_ended(self, said: str) -> None:
        _here, there, _user = self.two()
        stranger = sign_in(Client(), make_viewer("caseworker"))
        for session in (said, self.hash_in(there)):
            status = stranger.post(reverse("accounts:device-end"), {"session": session}).status_code
            assert status in (403, 404)
        assert there.get(reverse("accounts:me")).status_code == 200

    def test_ending_says_whether_there_was_one(self) -> None:
        here, _there, user = self.two()
        by = SignedIn(user_id=user.pk)
        assert end_session(user_id=user.pk, session=self.hash_in(here), by=by, now=NOW)
        assert not end_session(user_id=user.pk, session=self.hash_in(here), by=by, now=NOW)
        assert end_sessions(user_id=user.pk) == 1


@pytest.mark.django_db
class TestSleep:
    """Accounts that nobody uses fall asleep, and an administrator wakes them."""

    def old(self, days: int, **changes: Any) -> User:
        user = make_user(password=PASSWORD)
        moment: datetime = NOW - timedelta(days=days)
        User.objects.filter(pk=user.pk).update(created_at=moment, **changes)
        return user

    def test_p25_after_thirty_days(self) -> None:
        slept, used, young = self.old(31), self.old(400, last_login=NOW - timedelta(days=29)), self.old(29)
        woken = self.old(400, woken_at=NOW - timedelta(days=1))
        assert let_sleep(now=NOW) == 1
        assert let_sleep(now=NOW) == 0
        awake = set(User.objects.filter(is_active=True).values_list("pk", flat=True))
        assert awake == {used.pk, young.pk, woken.pk}
        assert User.objects.get(pk=slept.pk).asleep_since == NOW

    def test_p25_training_data_stays_awake(self, settings: LazySettings) -> None:
        settings.AMPARO_TRAINING = True
        self.old(400)
        assert let_sleep(now=NOW) == 0

    def test_p25_asleep_nobody_signs_in_until_an_administrator_wakes(self, client: Client) -> None:
        user = self.old(31)
        administrator = make_viewer("organisation_administrator")
        make_membership(user=user, organisation=user_of(administrator).memberships.get().organisation)
        let_sleep(now=NOW)
        sent = {"login": user.email, "password": PASSWORD}
        assert client.post(reverse("account_login"), sent)["Location"] == reverse("account_inactive")
        page = sign_in(Client(), administrator)
        assert "Wake the account" in page.get(reverse("accounts:people")).content.decode()
        stranger = sign_in(Client(), make_viewer("organisation_administrator"))
        assert stranger.post(reverse("accounts:person-wake"), {"asleep": user.pk}).status_code == 403
        assert page.post(reverse("accounts:person-wake"), {"asleep": user.pk}).status_code == 302
        assert client.post(reverse("account_login"), sent)["Location"] == "/"

    def test_waking_who_is_awake_changes_nothing(self) -> None:
        assert not wake(user_id=make_user().pk, by=SignedIn(user_id=None), now=NOW)
