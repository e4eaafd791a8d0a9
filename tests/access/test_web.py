"""The door of every page: who is let through, who is sent elsewhere, who is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse

from amparo.access import urls
from amparo.access.actions import Refused, make_token, renew_password
from amparo.access.api import SessionViewer, TokenViewer
from amparo.access.api.viewers import ask_again
from amparo.access.queries import viewer_for_token
from amparo.access.rules import NOBODY, ROLES, Permission, Viewer, system_viewer
from amparo.access.web import Request, _log_refusal, guard_of, public, requires, signed_in, viewer_middleware
from amparo.accounts.actions import issue_password_link
from amparo.accounts.models import ApiToken, Invitation, Membership, Organisation, User
from amparo.accounts.queries import is_password_link_open, memberships_of
from amparo.audit.models import Event
from amparo.vocab.reference import make_reference
from tests.factories.accounts import (
    NOW,
    PASSWORD,
    add_second_factor,
    make_membership,
    make_organisation,
    make_user,
    make_viewer,
    organisation_of,
    show_who,
    sign_in,
    user_of,
)

pytestmark = pytest.mark.django_db

OPEN = {"accounts:sign-in", "accounts:invitation", "accounts:new-password"}
ANY_ROLE = {
    "accounts:notices", "accounts:me", "accounts:membership", "accounts:second-factor", "accounts:devices",
}  # fmt: skip
ANY_ROLE_BY_POST = {"accounts:device-end", "accounts:passkey-remove"}
BY_PERMISSION = {
    "accounts:people": Permission.PEOPLE_MANAGE,
    "accounts:invite": Permission.PEOPLE_MANAGE,
    "accounts:person": Permission.PEOPLE_MANAGE,
    "accounts:person-password": Permission.PEOPLE_MANAGE,
    "accounts:person-end": Permission.PEOPLE_MANAGE,
    "accounts:person-number": Permission.PEOPLE_MANAGE,
    "accounts:person-lift": Permission.PEOPLE_MANAGE,
    "accounts:acts": Permission.ACT_DECIDE,
    "accounts:act": Permission.ACT_DECIDE,
    "accounts:more-keys": Permission.EXPORT_RUN,
    "accounts:change-keys": Permission.INSTALLATION_MANAGE,
    "accounts:restored": Permission.INSTALLATION_MANAGE,
    "accounts:emergencies": Permission.EMERGENCY_REVIEW,
    "accounts:emergency": Permission.EMERGENCY_REVIEW,
    "accounts:person-wake": Permission.PEOPLE_MANAGE,
    "accounts:invitation-end": Permission.PEOPLE_MANAGE,
    "accounts:organisation": Permission.ORGANISATION_MANAGE,
    "accounts:organisations": Permission.INSTALLATION_MANAGE,
    "accounts:walls": Permission.WALL_REVIEW,
    "accounts:wall-lift": Permission.WALL_REVIEW,
    "accounts:first-administrator": Permission.INSTALLATION_MANAGE,
    "accounts:tokens": Permission.TOKEN_MANAGE,
    "accounts:token-end": Permission.TOKEN_MANAGE,
}


def test_every_page_here_has_a_guard_and_an_entry() -> None:
    names = {f"accounts:{page.name}" for page in urls.pages}
    assert names == OPEN | ANY_ROLE | ANY_ROLE_BY_POST | set(BY_PERMISSION)
    for page in (*urls.pages, *urls.library_pages):
        assert isinstance(page, URLPattern)
        guard = guard_of(page.callback)
        assert guard is not None
        if f"accounts:{page.name}" in BY_PERMISSION:
            assert guard.permission == BY_PERMISSION[f"accounts:{page.name}"]


def place_of(name: str) -> str:
    """Return the address of a page; where it names a record, of one that is not there."""
    return reverse(name, args=[UUID(int=1)] if name in ("accounts:act", "accounts:emergency") else [])


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_is_its_own_and_nothing_else(client: Client, role: str) -> None:
    sign_in(client, make_viewer(role))
    for name, permission in BY_PERMISSION.items():
        status = client.get(place_of(name)).status_code
        assert (status == 403) is (permission not in ROLES[role].permissions), name
    for name in ANY_ROLE:
        assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", [*sorted(ANY_ROLE), *BY_PERMISSION])
def test_nobody_is_sent_to_sign_in_and_comes_back(client: Client, name: str) -> None:
    answer = client.get(f"{place_of(name)}?a=1")
    assert answer.status_code == 302
    assert (
        answer["Location"] == f"{reverse('account_login')}?next={place_of(name).replace('/', '%2F')}%3Fa%3D1"
    )
    assert client.post(place_of(name))["Location"] == reverse("account_login")


def test_a_view_without_a_guard_does_not_answer() -> None:
    def forgotten(request: HttpRequest) -> HttpResponse:
        raise AssertionError("reached")

    middleware = viewer_middleware(lambda request: HttpResponse())
    process_view = middleware.process_view  # type: ignore[attr-defined]  # as Django calls it
    with pytest.raises(ImproperlyConfigured, match="forgotten"):
        process_view(HttpRequest(), forgotten, (), {})
    for guarded in (public(forgotten), signed_in(forgotten), requires(Permission.CASE_READ)(forgotten)):
        assert process_view(HttpRequest(), guarded, (), {}) is None


class TestMembership:
    """A session works under one membership at a time."""

    @pytest.fixture
    def user(self, client: Client, settings: LazySettings) -> User:
        settings.AMPARO_TRAINING = True
        user = make_user()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        show_who(session, user)
        session.save()
        return user

    def test_the_only_one_is_taken(self, client: Client, user: User) -> None:
        make_membership(user=user, role="supervisor")
        assert client.get(reverse("accounts:tokens")).status_code == 200

    def test_several_must_be_chosen_from_and_can_be_switched(self, client: Client, user: User) -> None:
        first = make_membership(user=user, role="caseworker")
        second = make_membership(user=user, role="supervisor")
        answer = client.get(reverse("accounts:tokens"))
        assert answer["Location"] == f"{reverse('accounts:membership')}?next=%2Fme%2Fkeys%2F"
        before = client.session.session_key
        answer = client.post(answer["Location"], {"membership": second.pk})
        assert answer["Location"] == reverse("accounts:tokens")
        assert client.session.session_key != before
        assert client.get(reverse("accounts:tokens")).status_code == 200
        client.post(reverse("accounts:membership"), {"membership": first.pk})
        assert client.get(reverse("accounts:tokens")).status_code == 403
        chosen = Event.objects.filter(action="accounts.membership.choose").order_by("id")
        assert list(chosen.values_list("membership", flat=True)) == [second.pk, first.pk]

    def test_that_of_somebody_else_cannot_be_chosen(self, client: Client, user: User) -> None:
        make_membership(user=user, role="caseworker")
        other = make_membership(role="supervisor")
        answer = client.post(reverse("accounts:membership"), {"membership": other.pk})
        assert answer.status_code == 200
        session = client.session
        session["membership"] = other.pk
        session.save()
        assert client.get(reverse("accounts:tokens")).status_code == 403

    def test_when_it_ends_the_session_has_nothing_left(self, client: Client, user: User) -> None:
        membership = make_membership(user=user, role="supervisor")
        assert client.get(reverse("accounts:tokens")).status_code == 200
        Membership.objects.filter(pk=membership.pk).update(until=membership.since)
        assert client.get(reverse("accounts:tokens")).status_code == 403
        assert "no role at present" in client.get(reverse("accounts:membership")).content.decode()

    def test_the_way_back_leads_only_to_our_pages(self, client: Client, user: User) -> None:
        membership = make_membership(user=user, role="caseworker")
        for wanted in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
            answer = client.post(
                f"{reverse('accounts:membership')}?next={wanted}", {"membership": membership.pk}
            )
            assert answer["Location"] == "/"


class TestApiDoor:
    """A program's key lets in one request and never a session."""

    @staticmethod
    def ask(secret: str) -> tuple[HttpRequest, Viewer | None]:
        request = RequestFactory().get("/api/v1/", headers={"authorization": f"Bearer {secret}"})
        request.now = NOW  # type: ignore[attr-defined]  # as the middleware sets it
        return request, TokenViewer()(request)

    def test_a_key_is_its_owner_at_work(self) -> None:
        viewer = make_viewer("supervisor")
        request, found = self.ask(make_token(name="x", days=1, by=viewer, now=NOW))
        assert found is not None
        assert found.membership_id == viewer.membership_id
        assert request.viewer == found  # type: ignore[attr-defined]  # as the middleware sets it

    @pytest.mark.parametrize("secret", ["", "x", "amparo_", "amparo_" + "x" * 43, "é"])
    def test_anything_else_is_nobody(self, secret: str) -> None:
        assert self.ask(secret)[1] is None

    def test_a_key_never_becomes_a_session(self, client: Client) -> None:
        secret = make_token(name="x", days=1, by=make_viewer("supervisor"), now=NOW)
        answer = client.get(reverse("accounts:me"), headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == 302
        assert not client.cookies
        answer = client.get(reverse("account_login") + f"?token={secret}")
        assert answer.status_code == 200
        assert client.get(reverse("accounts:me")).status_code == 302

    def test_a_session_counts_only_with_a_role_and_its_factor(self) -> None:
        def found(viewer: Viewer) -> Viewer | None:
            request = RequestFactory().get("/api/v1/")
            request.COOKIES[SessionViewer.param_name] = "a session"
            request.viewer = viewer  # type: ignore[attr-defined]  # as the middleware sets it
            return SessionViewer(csrf=False)(request)

        viewer = make_viewer("supervisor")
        assert found(viewer) == viewer
        assert found(Viewer(user_id=viewer.user_id)) is None
        assert found(Viewer()) is None

    def test_a_session_without_its_second_step_does_not_count(self, settings: LazySettings) -> None:
        settings.AMPARO_TRAINING = False
        viewer = make_viewer("supervisor")
        request = RequestFactory().get("/api/v1/")
        request.COOKIES[SessionViewer.param_name] = "a session"
        for name, value in (("viewer", viewer), ("memberships", memberships_of(viewer.known_user_id, NOW))):
            setattr(request, name, value)
        assert SessionViewer(csrf=False)(request) is None
        add_second_factor(user_of(viewer))
        request.memberships = memberships_of(viewer.known_user_id, NOW)  # type: ignore[attr-defined]
        assert SessionViewer(csrf=False)(request) == viewer

    def test_without_key_or_session_it_is_told_so_and_not_of_a_forgery(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        answer = browser.post("/api/v1/cases", {}, content_type="application/json")
        assert answer.status_code == 401

    def test_p25_a_key_beside_a_session_that_was_shown_lately_is_asked_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("amparo.access.api.viewers.shown_lately", lambda *_request, **_within: True)
        viewer, request = make_viewer("supervisor"), RequestFactory().post("/api/v1/")
        for name, value in (("now", NOW), ("viewer", viewer)):
            setattr(request, name, value)
        ask_again(request)  # type: ignore[arg-type]
        request.viewer = replace(viewer, token_id=7)  # type: ignore[attr-defined]
        with pytest.raises(Refused):
            ask_again(request)  # type: ignore[arg-type]


class TestPeoplePages:
    """An administrator invites, changes and ends, each on a page that works without script."""

    @pytest.fixture
    def administrator(self, client: Client) -> Viewer:
        viewer = make_viewer("organisation_administrator")
        sign_in(client, viewer)
        return viewer

    def test_from_invitation_to_the_end(self, client: Client, administrator: Viewer) -> None:
        answer = client.post(
            reverse("accounts:invite"), {"email": "new@example.org", "role": "caseworker", "team": ""}
        )
        link = answer.context["link"]
        assert answer.status_code == 200
        assert link in answer.content.decode()
        newcomer = Client()
        assert "Caseworker" in newcomer.get(link).content.decode()
        answer = newcomer.post(link, {"name": "Noor", "password": "short"})
        assert answer.status_code == 200
        assert "12 characters" in str(answer.context["form"].errors["password"])
        answer = newcomer.post(link, {"name": "Noor", "password": PASSWORD})
        assert answer["Location"] == reverse("account_login")
        assert newcomer.get(link).status_code == 404
        assert "Noor" in client.get(reverse("accounts:people")).content.decode()
        membership = Membership.objects.get(user__email="new@example.org")
        page = f"{reverse('accounts:person')}?person={membership.pk}"
        assert client.post(page, {"role": "first_responder", "team": ""}).status_code == 302
        begun = Membership.objects.get(user=membership.user, until=None)
        assert begun.role == "first_responder"
        assert client.post(reverse("accounts:person-end"), {"person": begun.pk}).status_code == 302
        assert "Noor" not in client.get(reverse("accounts:people")).content.decode().replace("Nooraldin", "")

    def test_the_link_is_shown_once(self, client: Client, administrator: Viewer) -> None:
        answer = client.post(
            reverse("accounts:invite"), {"email": "new@example.org", "role": "caseworker", "team": ""}
        )
        secret = answer.context["link"].rstrip("/").rpartition("/")[2]
        for name in ("accounts:people", "accounts:invite", "accounts:me"):
            assert secret not in client.get(reverse(name)).content.decode()

    def test_withdrawn_on_the_page(self, client: Client, administrator: Viewer) -> None:
        answer = client.post(
            reverse("accounts:invite"), {"email": "new@example.org", "role": "caseworker", "team": ""}
        )
        invitation = Invitation.objects.get()
        for _twice in range(2):
            sent = client.post(reverse("accounts:invitation-end"), {"invitation": invitation.pk})
            assert sent.status_code == 302
        assert Client().get(answer.context["link"]).status_code == 404

    @pytest.mark.parametrize("person", ["", "0", "x", "-1", "9" * 30, "٣", "\x00"])
    def test_somebody_who_is_not_there(self, client: Client, administrator: Viewer, person: str) -> None:
        assert client.get(reverse("accounts:person"), {"person": person}).status_code == 404
        assert client.post(reverse("accounts:person-end"), {"person": person}).status_code in (403, 404)

    def test_people_of_others_look_like_nobody(self, client: Client, administrator: Viewer) -> None:
        other = make_membership()
        assert client.get(reverse("accounts:person"), {"person": other.pk}).status_code == 404
        assert client.post(reverse("accounts:person-end"), {"person": other.pk}).status_code == 403
        other.refresh_from_db()
        assert other.until is None
        assert other.user.name not in client.get(reverse("accounts:people")).content.decode()

    def test_a_refusal_stands_at_the_field(self, client: Client, administrator: Viewer) -> None:
        own = user_of(administrator)
        sent = {"email": own.email, "role": "caseworker", "team": ""}
        answer = client.post(reverse("accounts:invite"), sent)
        assert answer.status_code == 200
        assert "cannot be" in str(answer.context["form"].errors["role"])

    def test_national_roles_are_not_even_offered(self, client: Client, administrator: Viewer) -> None:
        text = client.get(reverse("accounts:invite")).content.decode()
        assert "Supervisor" in text
        assert "Statistician" not in text
        assert "Installation administrator" not in text

    def test_teams_and_name(self, client: Client, administrator: Viewer) -> None:
        page = reverse("accounts:organisation")
        assert client.post(page, {"team-name": "North", "add-team": "yes"}).status_code == 302
        answer = client.post(page, {"team-name": "north", "add-team": "yes"})
        assert "already" in str(answer.context["team_form"].errors["name"])
        assert client.post(page, {"organisation-name": "Casa Sol"}).status_code == 302
        assert organisation_of(administrator).name == "Casa Sol"

    def test_names_are_never_markup(self, client: Client, administrator: Viewer) -> None:
        organisation = organisation_of(administrator)
        make_membership(user=make_user(name="<script>alert(1)</script>"), organisation=organisation)
        assert b"<script>alert" not in client.get(reverse("accounts:people")).content

    def test_the_number_of_queries_does_not_grow(
        self, client: Client, administrator: Viewer, django_assert_max_num_queries: object
    ) -> None:
        organisation = organisation_of(administrator)
        for _turn in range(20):
            make_membership(organisation=organisation)
        client.get(reverse("accounts:people"))  # the first page of a session also writes it
        with django_assert_max_num_queries(12):  # type: ignore[operator]  # a fixture of pytest-django
            client.get(reverse("accounts:people"))


class TestForgottenPassword:
    """An administrator hands over a link; it alone signs nobody in."""

    def test_the_link_sets_a_new_password_once_and_ends_old_sessions(self, client: Client) -> None:
        administrator = make_viewer("organisation_administrator")
        worker = make_viewer("caseworker", organisation=organisation_of(administrator))
        old_session = sign_in(Client(), worker)
        sign_in(client, administrator)
        answer = client.post(reverse("accounts:person-password"), {"person": worker.membership_id})
        link = answer.context["link"]
        holder = Client()
        assert "12 characters" in str(holder.post(link, {"password": "short"}).context["form"].errors)
        assert holder.post(link, {"password": "eight bridges under snow"}).status_code == 302
        assert user_of(worker).check_password("eight bridges under snow")
        assert holder.post(link, {"password": "another long password"}).status_code == 404
        assert old_session.get(reverse("accounts:me")).status_code == 302
        holder.post(
            reverse("account_login"), {"login": user_of(worker).email, "password": "eight bridges under snow"}
        )
        assert (
            holder.get(reverse("accounts:me")).status_code == 302
        )  # the code from the phone is still missing
        actions = ["accounts.password.renew", "accounts.password.change"]
        assert (
            list(
                Event.objects.filter(action__startswith="accounts.password")
                .order_by("id")
                .values_list("action", flat=True)
            )
            == actions
        )

    def test_forged_and_old_links_open_nothing(self, client: Client) -> None:
        worker = make_viewer("caseworker")
        secret = issue_password_link(user_id=worker.known_user_id, by=worker, now=NOW)
        assert is_password_link_open(secret, NOW + timedelta(hours=71))
        assert not is_password_link_open(secret, NOW + timedelta(hours=73))
        number, _dash, token = secret.partition("-")
        for forged in (
            "",
            number,
            f"{number}-",
            f"1{number}-{token}",
            f"{secret}0",
            "-" * 40,
            "z" * 13 + "-" + "x" * 30,
            f"é-{token}",
        ):
            assert not is_password_link_open(forged, NOW)
        User.objects.filter(pk=worker.known_user_id).update(is_active=False)
        assert not is_password_link_open(secret, NOW)

    def test_refused_without_a_second_step_elsewhere_and_for_oneself(self) -> None:
        administrator = make_viewer("organisation_administrator")
        worker = make_viewer("caseworker", organisation=organisation_of(administrator))
        assert worker.membership_id is not None
        assert administrator.membership_id is not None
        for membership, reason in (
            (worker.membership_id, "no second step"),
            (administrator.membership_id, "your own"),
            (make_membership().pk, "not one of your organisation"),
        ):
            with pytest.raises(Refused, match=reason):
                renew_password(membership_id=membership, by=administrator, now=NOW)
        add_second_factor(user_of(worker))
        renew_password(membership_id=worker.membership_id, by=administrator, now=NOW)
        make_membership(user=user_of(worker), role="supervisor")
        with pytest.raises(Refused, match="another organisation"):
            renew_password(membership_id=worker.membership_id, by=administrator, now=NOW)
        command = system_viewer([Permission.PEOPLE_MANAGE])
        assert renew_password(membership_id=worker.membership_id, by=command, now=NOW)
        with pytest.raises(Refused):
            renew_password(membership_id=worker.membership_id, by=system_viewer([]), now=NOW)


class TestInvitationOfAKnownAddress:
    """Somebody who has an account takes up a role with it, signed in."""

    def test_first_signed_in_then_taken_up(self, client: Client) -> None:
        administrator = make_viewer("organisation_administrator")
        sign_in(client, administrator)
        known = make_viewer("caseworker")
        email = user_of(known).email
        answer = client.post(
            reverse("accounts:invite"), {"email": email, "role": "first_responder", "team": ""}
        )
        link = answer.context["link"]
        assert "Sign out first" in client.get(link).content.decode()
        assert "Sign in with it" in Client().get(link).content.decode()
        assert Client().post(link, {"name": "x", "password": PASSWORD}).status_code == 200
        owner = sign_in(Client(), known)
        assert owner.get(link).status_code == 200
        assert owner.post(link)["Location"] == reverse("accounts:membership")
        assert Membership.objects.filter(user_id=known.known_user_id).count() == 2


class TestInstallationPages:
    """The keeper of the installation adds organisations and their first administrators."""

    def test_add_and_invite(self, client: Client) -> None:
        sign_in(client, make_viewer("installation_administrator"))
        page = reverse("accounts:organisations")
        assert client.post(page, {"name": "Casa Luz", "kind": "shelter"}).status_code == 302
        assert "already" in str(
            client.post(page, {"name": "casa luz", "kind": "shelter"}).context["form"].errors
        )
        assert "Casa Luz" in client.get(page).content.decode()
        organisation = Organisation.objects.get(name="Casa Luz")
        sent = {"organisation": organisation.pk, "email": "first@example.org"}
        answer = client.post(reverse("accounts:first-administrator"), sent)
        assert "/invitation/" in answer.context["link"]
        make_membership(role="organisation_administrator", organisation=organisation)
        answer = client.post(reverse("accounts:first-administrator"), sent)
        assert "only the first" in str(answer.context["form"].errors["organisation"])


class TestOwnPages:
    """One's own name, language and keys."""

    def test_name_and_language(self, client: Client) -> None:
        viewer = make_viewer("caseworker")
        sign_in(client, viewer)
        assert (
            client.post(reverse("accounts:me"), {"name": "  Amal   Haddad ", "language": "ar"}).status_code
            == 302
        )
        user = user_of(viewer)
        assert (user.name, user.language) == ("Amal Haddad", "ar")
        assert Event.objects.filter(action="accounts.user.change", user=user.pk).exists()

    def test_a_key_is_shown_once_and_ended(self, client: Client) -> None:
        viewer = make_viewer("supervisor")
        sign_in(client, viewer)
        answer = client.post(
            reverse("accounts:tokens"), {"name": "figures", "days": "30", "may_write": "read"}
        )
        secret = answer.context["secret"]
        assert secret.startswith("amparo_")
        assert secret in answer.content.decode()
        again = client.get(reverse("accounts:tokens"))
        assert secret not in again.content.decode()
        (token,) = again.context["tokens"]
        assert client.post(reverse("accounts:token-end"), {"token": token.id}).status_code == 302
        assert client.get(reverse("accounts:tokens")).context["tokens"] == []
        assert (
            "days"
            in client.post(reverse("accounts:tokens"), {"name": "x", "days": "91"}).context["form"].errors
        )

    def test_the_key_of_another_looks_refused(self, client: Client) -> None:
        secret = make_token(name="x", days=1, by=make_viewer("supervisor"), now=NOW)
        sign_in(client, make_viewer("supervisor"))
        sent = {"token": ApiToken.objects.get().pk}
        assert client.post(reverse("accounts:token-end"), sent).status_code == 403
        assert viewer_for_token(secret, NOW) is not None

    def test_administrators_are_named(self, client: Client) -> None:
        organisation = make_organisation()
        make_membership(
            role="organisation_administrator", organisation=organisation, user=make_user(name="Basma")
        )
        sign_in(client, make_viewer("caseworker", organisation=organisation))
        assert "Basma" in client.get(reverse("accounts:me")).content.decode()


def test_a_view_gets_who_is_looking_and_one_moment(rf: RequestFactory) -> None:
    seen: list[Request] = []

    @public
    def view(request: Request) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    request = rf.get("/")
    request.user = make_user()
    request.session = {}  # type: ignore[assignment]  # what the session middleware sets
    viewer_middleware(view)(request)  # type: ignore[arg-type]  # the middleware completes it
    assert seen[0].viewer.user_id == request.user.pk
    assert seen[0].memberships == ()
    assert seen[0].now.tzinfo is not None


def test_a_refusal_is_written_down_of_who_signed_in_and_a_page_that_hides_only_with_what_was_named() -> None:
    viewer, named = make_viewer("supervisor"), {"reference": make_reference("XA", Random(3))}
    tried: list[tuple[Any, int, dict[str, Any], str, int]] = [
        (NOBODY, 403, named, "cases:detail", 0),
        (viewer, 404, {}, "cases:detail", 0),
        (viewer, 404, {"team": 3}, "cases:detail", 0),
        (viewer, 404, named, "cases:detail", 1),
        (viewer, 404, {"document": uuid4()}, "cases:detail", 1),
        (viewer, 403, {}, "cases:detail", 1),
        (viewer, 403, {}, "no page at all", 1),
    ]
    for who, status, kwargs, page, written in tried:
        before = Event.objects.count()
        request = RequestFactory().get("/")
        request.viewer = who  # type: ignore[attr-defined]
        request.resolver_match = SimpleNamespace(kwargs=kwargs, view_name=page)  # type: ignore[assignment]
        _log_refusal(request, status)
        assert Event.objects.count() - before == written, (status, kwargs, page)
    assert Event.objects.latest("id").fields == []
    request = RequestFactory().get("/")
    request.viewer, request.resolver_match = viewer, None  # type: ignore[attr-defined]
    _log_refusal(request, 403)
    assert Event.objects.count() == 4
