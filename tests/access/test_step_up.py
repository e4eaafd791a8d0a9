"""Before what matters most somebody shows who they are; administrators come with a passkey; two let a newcomer in."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import (
    NotTwoPeople,
    NotWaiting,
    Refused,
    SecondPersonAwaited,
    accept_invitation,
    invite_user,
)
from amparo.access.models import DualAct
from amparo.access.rules import NOBODY, Viewer
from amparo.access.web import lacks_demanded_passkey
from amparo.accounts.actions import remove_passkey
from amparo.accounts.models import Membership, User
from amparo.accounts.queries import has_passkey, memberships_of
from tests.agreeing import agree
from tests.clock import database_clock
from tests.factories.accounts import (
    NOW,
    PASSWORD,
    make_organisation,
    make_user,
    make_viewer,
    organisation_of,
    show_who,
    sign_in,
    user_of,
)

pytestmark = pytest.mark.django_db
MINUTE = 60


def shown(client: Client, user: User, *, minutes: float, type: str = "") -> None:  # noqa: A002 - as the library calls it
    session = client.session
    show_who(session, user, at=time.time() - minutes * MINUTE, type=type)
    session.save()


def add_passkey(user: User, name: str = "my key") -> Authenticator:
    made: Authenticator = Authenticator.objects.create(user=user, type="webauthn", data={"name": name})
    return made


class TestFresh:
    """What matters asks again after five minutes."""

    PAGES = (("supervisor", "accounts:tokens"), ("organisation_administrator", "accounts:invite"))

    @pytest.mark.parametrize(("role", "name"), PAGES)
    @pytest.mark.parametrize(
        ("minutes", "opens"), [(0, True), (4.9, True), (5.1, False), (600, False), (-10, False)]
    )
    def test_p25_a_page_that_matters(
        self, client: Client, role: str, name: str, minutes: float, opens: bool
    ) -> None:
        viewer = make_viewer(role)
        sign_in(client, viewer)
        shown(client, user_of(viewer), minutes=minutes)
        answer = client.get(reverse(name))
        assert (answer.status_code == 200) is opens
        if not opens:
            assert answer["Location"].startswith("/sign-in/again/")
            assert f"next={reverse(name)}".replace("/", "%2F") in answer["Location"]

    def test_p25_what_somebody_else_showed_in_this_browser_does_not_count(self, client: Client) -> None:
        viewer = make_viewer("supervisor")
        sign_in(client, viewer)
        shown(client, make_user(), minutes=0)
        assert client.get(reverse("accounts:tokens")).status_code == 302

    def test_p25_a_form_that_was_opened_in_time_is_taken(self, client: Client) -> None:
        viewer = make_viewer("supervisor")
        sign_in(client, viewer)
        for minutes, status in ((9, 200), (11, 302)):
            shown(client, user_of(viewer), minutes=minutes)
            answer = client.post(reverse("accounts:tokens"), {"name": "x", "days": "3", "may_write": "read"})
            assert answer.status_code == status

    def test_p25_the_way_back_leads_to_no_page_of_another_host(self, client: Client) -> None:
        viewer = make_viewer("supervisor")
        sign_in(client, viewer)
        shown(client, user_of(viewer), minutes=20)
        for host, back in (("testserver", "%2Fme%2Fkeys%2F%3Fa%3Db"), ("evil.example", "%2F")):
            sent_from = f"http://{host}/me/keys/?a=b"
            answer = client.post(reverse("accounts:tokens"), {"name": "x"}, headers={"referer": sent_from})
            assert answer["Location"].partition("next=")[2] == back

    def test_p25_other_pages_do_not_ask(self, client: Client) -> None:
        viewer = make_viewer("organisation_administrator")
        sign_in(client, viewer)
        shown(client, user_of(viewer), minutes=60)
        assert client.get(reverse("accounts:people")).status_code == 200


class TestPasskeys:
    """Those who give out rights come with a passkey."""

    @pytest.mark.parametrize("role", ["organisation_administrator", "installation_administrator"])
    def test_p25_codes_are_not_enough_for_an_administrator(
        self, client: Client, settings: LazySettings, role: str
    ) -> None:
        settings.AMPARO_DEMANDS_PASSKEYS = True
        viewer = make_viewer(role)
        sign_in(client, viewer)
        answer = client.get(reverse("accounts:me"))
        assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:second-factor"))
        assert "needs a passkey" in client.get(reverse("accounts:second-factor")).content.decode()
        add_passkey(user_of(viewer))
        assert "Show it now" in client.get(reverse("accounts:second-factor")).content.decode()
        assert client.get(reverse("accounts:me")).status_code == 302
        shown(client, user_of(viewer), minutes=1, type="webauthn")
        assert client.get(reverse("accounts:me")).status_code == 200

    def test_p25_with_training_data_none_is_demanded(
        self, rf: RequestFactory, settings: LazySettings
    ) -> None:
        settings.AMPARO_DEMANDS_PASSKEYS = True
        keeper, request = make_viewer("organisation_administrator"), rf.get("/")
        request.memberships = memberships_of(keeper.known_user_id, NOW)  # type: ignore[attr-defined]
        request.session, request.user = {}, user_of(keeper)  # type: ignore[assignment]
        for is_training in (False, True):
            settings.AMPARO_TRAINING = is_training
            assert lacks_demanded_passkey(request) is not is_training

    def test_p25_others_choose(self, client: Client, settings: LazySettings) -> None:
        settings.AMPARO_DEMANDS_PASSKEYS = True
        sign_in(client, make_viewer("caseworker"))
        assert client.get(reverse("accounts:me")).status_code == 200

    def test_p25_nonsense_in_the_place_of_a_passkey_lets_nobody_in(self, client: Client) -> None:
        for sent in (
            "",
            "null",
            "{}",
            "[]",
            '{"response": 1}',
            '{"response": {"userHandle": "!"}}',
            "x" * 999,
        ):
            client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
            answer = client.post(reverse("mfa_login_webauthn"), {"credential": sent})
            assert answer.status_code < 500, sent
            assert client.get(reverse("accounts:me")).status_code == 302

    def test_p25_only_ones_own_is_removed_and_recovery_codes_go_with_the_last(self, client: Client) -> None:
        viewer, stranger = make_viewer("caseworker"), make_user()
        user = user_of(viewer)
        mine, theirs = add_passkey(user), add_passkey(stranger)
        sign_in(client, viewer, has_second_factor=False)
        Authenticator.objects.create(user=user, type="recovery_codes", data={})
        assert client.post(reverse("accounts:passkey-remove"), {"passkey": theirs.pk}).status_code == 403
        assert has_passkey(stranger.pk)
        assert client.post(reverse("accounts:passkey-remove"), {"passkey": mine.pk}).status_code == 302
        assert not Authenticator.objects.filter(user=user).exists()
        assert not remove_passkey(passkey_id=theirs.pk, session="", by=NOBODY, now=NOW)


class TestTwoOfficers:
    """Where there are two administrators, one alone lets nobody in."""

    def two(self) -> tuple[Viewer, Viewer, str]:
        organisation = make_organisation()
        first, second = (
            make_viewer("organisation_administrator", organisation=organisation) for _ in range(2)
        )
        secret = invite_user(
            email="new@example.org", organisation_id=organisation.pk, role="caseworker", by=first, now=NOW
        )
        return first, second, secret

    def accept(self, secret: str) -> int:
        return accept_invitation(secret=secret, by=NOBODY, now=NOW, name="Noor", password=PASSWORD).id

    def test_p25_a_second_one_confirms_first(self) -> None:
        _first, second, secret = self.two()
        with pytest.raises(SecondPersonAwaited):
            self.accept(secret)
        assert not User.objects.filter(email="new@example.org").exists()
        agree(second)
        assert Membership.objects.filter(pk=self.accept(secret)).exists()

    def test_p25_not_the_one_who_invited(self) -> None:
        first, _second, secret = self.two()
        with pytest.raises(NotTwoPeople):
            agree(first)
        with pytest.raises(SecondPersonAwaited):
            self.accept(secret)

    def test_p25_not_one_of_another_organisation_nor_too_late(self) -> None:
        _first, second, secret = self.two()
        with pytest.raises(Http404):
            agree(make_viewer("organisation_administrator"))
        with database_clock(timedelta(hours=25)), pytest.raises(NotWaiting):
            agree(second)
        with pytest.raises(SecondPersonAwaited):
            self.accept(secret)

    def test_p25_an_account_of_the_same_human_is_no_second_one(self) -> None:
        first, second, _secret = self.two()
        User.objects.filter(pk=second.known_user_id).update(staff_number=user_of(first).staff_number)
        with pytest.raises(NotTwoPeople):
            agree(second)

    def test_p25_who_has_no_staff_number_yet_does_not_let_in_alone(self) -> None:
        first, second, _secret = self.two()
        User.objects.filter(pk=first.known_user_id).update(staff_number="")
        with pytest.raises(Refused):
            invite_user(
                email="other@example.org",
                organisation_id=organisation_of(second).pk,
                role="caseworker",
                by=first,
                now=NOW,
            )

    def test_p25_a_single_administrator_lets_in_alone(self) -> None:
        only = make_viewer("organisation_administrator")
        secret = invite_user(
            email="new@example.org",
            organisation_id=organisation_of(only).pk,
            role="caseworker",
            by=only,
            now=NOW,
        )
        assert self.accept(secret)

    def test_p25_the_pages_say_who_waits_for_whom(self, client: Client) -> None:
        now = timezone.now()
        organisation = make_organisation()
        first, second = (
            make_viewer("organisation_administrator", organisation=organisation) for _ in range(2)
        )
        secret = invite_user(
            email="new@example.org", organisation_id=organisation.pk, role="caseworker", by=first, now=now
        )
        link = reverse("accounts:invitation", args=[secret])
        assert "has not agreed yet" in client.get(link).content.decode()
        page = sign_in(Client(), first).get(reverse("accounts:people")).content.decode()
        assert "waits for a second person" in page
        act = reverse("accounts:act", args=[DualAct.objects.get().pk])
        assert "Agree and carry it out" not in sign_in(Client(), first).get(act).content.decode()
        other = sign_in(Client(), second)
        answer = other.get(act)
        assert "new@example.org" in answer.content.decode()
        assert other.post(act, {"decision": "approve", "seen": answer.context["seen"]}).status_code == 302
        assert "Make my account" in client.get(link).content.decode()
