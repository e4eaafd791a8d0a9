"""The tables of accounts refuse what must not be, whoever writes; secrets are made and kept as they should."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from amparo.accounts.models import Invitation, Membership, Organisation, Team, User
from amparo.accounts.queries import (
    find_organisation,
    organisations,
    people_of,
    teams_of,
    user_names,
    workers_of,
)
from amparo.accounts.rules import TOKEN_PREFIX, hash_of, make_secret, make_token, tidy_email, tidy_name
from amparo.vocab.described import Privacy
from tests.factories.accounts import NOW, make_membership, make_organisation, make_team, make_user


class TestRules:
    """Secrets and how they are written."""

    def test_a_secret_asks_for_256_bits(self) -> None:
        asked: list[int] = []

        def draw(size: int) -> str:
            asked.append(size)
            return "x" * 43

        assert make_secret(draw) == "x" * 43
        assert make_token(draw) == TOKEN_PREFIX + "x" * 43
        assert asked == [32, 32]

    @given(st.text(), st.text())
    def test_different_secrets_have_different_hashes(self, first: str, second: str) -> None:
        comparable = [text.encode("utf-8", "replace") for text in (first, second)]
        assert (hash_of(first) == hash_of(second)) is (comparable[0] == comparable[1])
        assert len(hash_of(first)) == 64

    @given(st.text())
    def test_tidying_twice_changes_nothing_more(self, typed: str) -> None:
        assert tidy_name(tidy_name(typed)) == tidy_name(typed)
        assert tidy_name(typed) == tidy_name(typed).strip()
        assert tidy_email(typed) == tidy_email(typed).strip()


@pytest.mark.django_db
class TestTables:
    """Each invariant from both sides."""

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda: make_user(email="Amal@example.org"),
            lambda: [make_user(email="amal@example.org") for _twice in range(2)],
            lambda: [make_organisation(name=name) for name in ("Casa Luz", "CASA LUZ")],
            lambda: [Team.objects.create(organisation=Organisation.objects.get(), name=name) for name in ("N", "n")],
            lambda: [make_membership(user=User.objects.get(), organisation=Organisation.objects.get()) for _t in range(2)],
            lambda: make_membership(since=date(2026, 5, 2), until=date(2026, 5, 1)),
            lambda: make_invitation(email="New@example.org"),
            lambda: make_invitation(accepted_at=NOW, withdrawn_at=NOW),
        ],
        ids=[
            "capital letters in an address", "an address twice", "an organisation twice", "a team twice",
            "a role twice", "ends before it begins", "capital letters in an invitation", "accepted and withdrawn",
        ],
    )  # fmt: skip
    def test_refused(self, wrong: Callable[[], object]) -> None:
        make_user()
        make_organisation()
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()

    def test_allowed(self) -> None:
        first, second = make_organisation(name="Casa Luz"), make_organisation(name="Casa Sol")
        for organisation in (first, second):
            make_team(organisation, name="North")
        user = make_user(email="amal@example.org")
        make_membership(user=user, organisation=first, until=date(2026, 5, 1))
        make_membership(user=user, organisation=first, since=date(2026, 5, 1), until=date(2026, 5, 1))
        make_membership(user=user, organisation=first)
        make_membership(user=user, organisation=first, role="supervisor")
        make_membership(user=user, organisation=second)
        make_invitation(accepted_at=NOW)
        make_invitation(withdrawn_at=NOW)
        assert Membership.objects.running(NOW.date()).count() == 3

    def test_every_field_has_a_privacy_class(self) -> None:
        for model in (
            *apps.get_app_config("accounts").get_models(),
            *apps.get_app_config("access").get_models(),
        ):
            classes: dict[str, Privacy] = model.PRIVACY  # type: ignore[attr-defined]  # what this test asks for
            assert set(classes) == {field.name for field in model._meta.get_fields() if field.concrete}

    def test_users_are_found_by_any_capitals_and_have_no_rights_of_their_own(self) -> None:
        user = make_user(email="amal@example.org", name="Amal")
        assert User.objects.get_by_natural_key(" AMAL@example.org") == user
        assert str(user) == "Amal"
        assert not user.is_staff
        assert not hasattr(user, "is_superuser")


@pytest.mark.django_db
class TestQueries:
    """What other apps ask about people and organisations."""

    def test_organisations_by_name_and_with_their_people(self) -> None:
        organisation = make_organisation(name="Casa Luz", kind="shelter")
        user = make_user()
        make_membership(organisation=organisation, user=user)
        make_membership(organisation=organisation, user=user, role="supervisor")
        make_membership(organisation=organisation, until=NOW.date())
        found = find_organisation(" casa luz ")
        assert found is not None
        assert (found.id, found.kind) == (organisation.pk, "shelter")
        assert find_organisation("Casa Sol") is None
        assert [(row.name, row.people) for row in organisations(NOW)] == [("Casa Luz", 1)]

    def test_people_workers_and_names(self) -> None:
        team = make_team(name="North")
        first = make_membership(team=team, user=make_user(name="Basma"))
        second = make_membership(
            organisation=team.organisation, user=make_user(name="Amal"), role="supervisor"
        )
        make_membership(organisation=team.organisation, since=NOW.date() + timedelta(days=1))
        make_membership()
        people = people_of(team.organisation_id, NOW)
        assert [(row.name, row.role, row.team_name) for row in people] == [
            ("Amal", "supervisor", ""),
            ("Basma", "caseworker", "North"),
        ]
        workers = workers_of(team.organisation_id, NOW, roles=frozenset({"caseworker"}))
        assert workers == [(first.user_id, "Basma")]
        assert user_names([first.user_id, second.user_id, 10**9]) == {
            first.user_id: "Basma",
            second.user_id: "Amal",
        }
        assert teams_of(team.organisation_id) == [(team.pk, "North")]


def make_invitation(**changes: object) -> Invitation:
    """Make an invitation that is in order but for the changes."""
    named = {"email": "new@example.org", "role": "caseworker", **changes}
    return Invitation.objects.create(
        organisation=make_organisation(),
        token_hash=hash_of(str(Invitation.objects.count())),
        created_at=NOW,
        expires_at=NOW + timedelta(hours=72),
        **named,
    )
