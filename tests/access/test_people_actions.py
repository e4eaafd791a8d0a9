"""Who lets whom in, as what: invitations, roles, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from amparo.access.actions import (
    InvitationNotOpen,
    NameTaken,
    Refused,
    RoleNotAssignable,
    SignInFirst,
    UnknownKind,
    accept_invitation,
    add_organisation,
    add_team,
    ask_lift,
    ask_role_change,
    change_membership,
    choose_membership,
    end_membership,
    invite_user,
    keep_staff_number,
    rename_organisation,
    renew_access,
    renew_password,
    wake_person,
    withdraw_invitation,
)
from amparo.access.queries import viewer_for_membership
from amparo.access.rules import NOBODY, ROLES, Permission, Viewer, system_viewer
from amparo.accounts.models import Invitation, Membership, Organisation, User
from amparo.audit.models import Event
from tests.factories.accounts import (
    NOW,
    PASSWORD,
    make_membership,
    make_organisation,
    make_team,
    make_user,
    make_viewer,
    organisation_of,
    user_of,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
COMMAND = system_viewer([Permission.PEOPLE_MANAGE, Permission.INSTALLATION_MANAGE])


@pytest.fixture
def administrator() -> Viewer:
    return make_viewer("organisation_administrator")


def invite(by: Viewer, *, email: str = "new@example.org", role: str = "caseworker") -> str:
    assert by.organisation_id is not None
    return invite_user(email=email, organisation_id=by.organisation_id, role=role, by=by, now=NOW)


def accept(secret: str, *, by: Viewer = NOBODY, hours: int = 1, password: str = PASSWORD) -> int:
    return accept_invitation(secret=secret, by=by, now=NOW + hours * HOUR, name="Noor", password=password).id


class TestInvitation:
    """One link, once, for three days."""

    def test_a_newcomer_gets_an_account_and_the_role(self, administrator: Viewer) -> None:
        team = make_team(organisation_of(administrator))
        secret = invite_user(
            email=" New@Example.org ",
            organisation_id=team.organisation_id,
            team_id=team.pk,
            role="caseworker",
            by=administrator,
            now=NOW,
        )
        viewer = viewer_for_membership(accept(secret), NOW + HOUR)
        assert viewer is not None
        assert (viewer.role, viewer.team_id, viewer.organisation_id) == (
            "caseworker",
            team.pk,
            team.organisation_id,
        )
        user = User.objects.get(email="new@example.org")
        assert user.check_password(PASSWORD)
        assert secret not in Invitation.objects.get().token_hash

    def test_the_link_works_once(self, administrator: Viewer) -> None:
        secret = invite(administrator)
        accept(secret)
        with pytest.raises(InvitationNotOpen):
            accept(secret)
        assert Membership.objects.filter(user__email="new@example.org").count() == 1

    @pytest.mark.parametrize(("hours", "works"), [(71, True), (72, False), (900, False)])
    def test_the_link_works_for_three_days(self, administrator: Viewer, hours: int, works: bool) -> None:
        secret = invite(administrator)
        if works:
            accept(secret, hours=hours)
        else:
            with pytest.raises(InvitationNotOpen):
                accept(secret, hours=hours)
        assert User.objects.filter(email="new@example.org").exists() is works

    @pytest.mark.parametrize("forged", ["", "x" * 43, "\x00", "é"])
    def test_another_secret_opens_nothing(self, administrator: Viewer, forged: str) -> None:
        invite(administrator)
        with pytest.raises(InvitationNotOpen):
            accept(forged)
        with pytest.raises(InvitationNotOpen):
            accept(Invitation.objects.get().token_hash)

    def test_a_second_invitation_replaces_the_first(self, administrator: Viewer) -> None:
        first, second = invite(administrator), invite(administrator)
        with pytest.raises(InvitationNotOpen):
            accept(first)
        accept(second)

    def test_a_withdrawn_one_opens_nothing(self, administrator: Viewer) -> None:
        secret = invite(administrator)
        withdraw_invitation(invitation_id=Invitation.objects.get().pk, by=administrator, now=NOW)
        with pytest.raises(InvitationNotOpen):
            accept(secret)
        with pytest.raises(InvitationNotOpen):
            withdraw_invitation(invitation_id=Invitation.objects.get().pk, by=administrator, now=NOW)

    def test_another_organisation_cannot_withdraw_it(self, administrator: Viewer) -> None:
        secret = invite(administrator)
        with pytest.raises(InvitationNotOpen):
            withdraw_invitation(
                invitation_id=Invitation.objects.get().pk,
                by=make_viewer("organisation_administrator"),
                now=NOW,
            )
        accept(secret)

    def test_a_weak_password_is_refused_and_the_link_stays_good(self, administrator: Viewer) -> None:
        secret = invite(administrator)
        with pytest.raises(ValidationError) as refused:
            accept(secret, password="short")
        assert "password" in refused.value.message_dict
        assert not User.objects.filter(email="new@example.org").exists()
        accept(secret)

    def test_the_link_alone_does_not_take_over_an_account(self, administrator: Viewer) -> None:
        known = make_membership(
            user=make_user(email="known@example.org", password=PASSWORD),
            organisation=make_organisation(name="A house that is listed first"),
        )
        secret = invite(administrator, email="Known@example.org", role="first_responder")
        for stranger in (NOBODY, make_viewer("caseworker")):
            with pytest.raises(SignInFirst):
                accept(secret, by=stranger, password="another long password")
        assert User.objects.get(email="known@example.org").check_password(PASSWORD)
        owner = viewer_for_membership(known.pk, NOW)
        assert owner is not None
        begun = accept(secret, by=owner)
        assert set(known.user.memberships.values_list("pk", flat=True)) == {known.pk, begun}

    def test_an_organisation_that_stopped_lets_nobody_in(self, administrator: Viewer) -> None:
        secret = invite(administrator)
        Organisation.objects.filter(pk=organisation_of(administrator).pk).update(is_active=False)
        with pytest.raises(RoleNotAssignable):
            accept(secret)


class TestWhoMayInvite:
    """Each administrator gives only what is theirs to give."""

    @pytest.mark.parametrize(
        "role", sorted(set(ROLES) - {"organisation_administrator", "installation_administrator"})
    )
    def test_no_other_role_invites(self, role: str) -> None:
        with pytest.raises(Refused):
            invite(make_viewer(role))

    def test_not_into_another_organisation(self, administrator: Viewer) -> None:
        with pytest.raises(Refused):
            invite_user(
                email="new@example.org",
                organisation_id=make_organisation().pk,
                role="caseworker",
                by=administrator,
                now=NOW,
            )

    def test_not_an_installation_administrator(self, administrator: Viewer) -> None:
        with pytest.raises(Refused):
            invite(administrator, role="installation_administrator")
        worker = make_membership(organisation=organisation_of(administrator))
        with pytest.raises(Refused):
            ask_role_change(
                membership_id=worker.pk,
                role="installation_administrator",
                team_id=None,
                by=administrator,
                now=NOW,
            )

    @pytest.mark.parametrize("role", sorted(set(ROLES) - {"organisation_administrator"}))
    def test_the_installation_administrator_gives_no_other_role(self, role: str) -> None:
        keeper = make_viewer("installation_administrator")
        with pytest.raises(Refused):
            invite_user(
                email="new@example.org",
                organisation_id=make_organisation(kind=min(ROLES[role].organisation_kinds, default="ngo")).pk,
                role=role,
                by=keeper,
                now=NOW,
            )

    def test_the_installation_administrator_invites_the_first_administrator_and_no_second(self) -> None:
        keeper = make_viewer("installation_administrator")
        organisation = make_organisation()

        def first() -> str:
            return invite_user(
                email="first@example.org",
                organisation_id=organisation.pk,
                role="organisation_administrator",
                by=keeper,
                now=NOW,
            )

        accept(first())
        with pytest.raises(Refused):
            first()

    def test_the_installation_administrator_cannot_become_it(self) -> None:
        keeper = make_viewer("installation_administrator")
        address = user_of(keeper).email
        secret = invite_user(
            email=address,
            organisation_id=make_organisation().pk,
            role="organisation_administrator",
            by=keeper,
            now=NOW,
        )
        with pytest.raises(RoleNotAssignable):
            accept(secret, by=keeper)

    def test_a_command_gives_any_role(self) -> None:
        for code, role in ROLES.items():
            organisation = make_organisation(kind=min(role.organisation_kinds, default="ngo"))
            secret = invite_user(
                email=f"{code}@example.org", organisation_id=organisation.pk, role=code, by=COMMAND, now=NOW
            )
            accept(secret)
        assert Membership.objects.count() == len(ROLES)

    @pytest.mark.parametrize("role", ["statistician", "national_rapporteur"])
    def test_national_figures_are_not_for_every_organisation(self, administrator: Viewer, role: str) -> None:
        with pytest.raises(RoleNotAssignable, match="whole country"):
            invite(administrator, role=role)

    def test_an_unknown_role_and_a_strange_team_are_refused(self, administrator: Viewer) -> None:
        with pytest.raises(RoleNotAssignable):
            invite(administrator, role="king")
        with pytest.raises(RoleNotAssignable):
            invite_user(
                email="new@example.org",
                organisation_id=administrator.organisation_id or 0,
                team_id=make_team().pk,
                role="caseworker",
                by=administrator,
                now=NOW,
            )

    @pytest.mark.parametrize("address", ["", "nobody", "a b@example.org", "a@b", "x\x00@example.org"])
    def test_an_address_must_be_one(self, administrator: Viewer, address: str) -> None:
        with pytest.raises(ValidationError):
            invite(administrator, email=address)


class TestIncompatibleRoles:
    """The same human being never holds two roles that undo each other's protection."""

    def test_refused_at_invitation_in_the_same_organisation(self, administrator: Viewer) -> None:
        address = user_of(administrator).email
        with pytest.raises(RoleNotAssignable, match="cannot be Caseworker and Organisation administrator"):
            invite(administrator, email=address)

    def test_refused_at_acceptance_when_held_elsewhere(self, administrator: Viewer) -> None:
        elsewhere = make_viewer("statistician")
        address = user_of(elsewhere).email
        secret = invite(administrator, email=address)
        with pytest.raises(RoleNotAssignable, match="Statistician"):
            accept(secret, by=elsewhere)
        assert Membership.objects.filter(user_id=elsewhere.known_user_id).count() == 1
        assert Invitation.objects.get().accepted_at is None

    def test_refused_at_change(self, administrator: Viewer) -> None:
        organisation = organisation_of(administrator)
        worker = make_membership(role="caseworker", organisation=organisation)
        make_membership(role="caseworker", user=worker.user)
        with pytest.raises(RoleNotAssignable):
            ask_role_change(
                membership_id=worker.pk,
                role="organisation_administrator",
                team_id=None,
                by=administrator,
                now=NOW,
            )
        worker.refresh_from_db()
        assert worker.until is None


class TestChangeAndEnd:
    """Roles change from one moment to the next, and only within the own organisation."""

    def test_a_change_ends_one_membership_and_begins_another(self, administrator: Viewer) -> None:
        organisation = organisation_of(administrator)
        team = make_team(organisation)
        worker = make_membership(role="caseworker", organisation=organisation)
        begun = change_membership(
            membership_id=worker.pk, role="first_responder", team_id=team.pk, by=administrator, now=NOW
        )
        assert viewer_for_membership(worker.pk, NOW) is None
        viewer = viewer_for_membership(begun, NOW)
        assert viewer is not None
        assert (viewer.role, viewer.team_id) == ("first_responder", team.pk)

    def test_no_change_is_no_change(self, administrator: Viewer) -> None:
        organisation = organisation_of(administrator)
        worker = make_membership(role="caseworker", organisation=organisation)
        same = change_membership(
            membership_id=worker.pk, role="caseworker", team_id=None, by=administrator, now=NOW
        )
        assert same == worker.pk
        assert not Event.objects.exists()

    def test_an_end_holds_at_once_and_can_be_followed_by_a_new_invitation(
        self, administrator: Viewer
    ) -> None:
        organisation = organisation_of(administrator)
        worker = make_membership(organisation=organisation)
        end_membership(membership_id=worker.pk, by=administrator, now=NOW)
        assert viewer_for_membership(worker.pk, NOW) is None
        secret = invite(administrator, email=worker.user.email)
        back = Viewer(user_id=worker.user_id)
        assert viewer_for_membership(accept(secret, by=back), NOW + HOUR)

    def test_never_of_another_organisation_and_never_oneself(self, administrator: Viewer) -> None:
        assert administrator.membership_id is not None
        for membership in (make_membership().pk, administrator.membership_id, 10**9):
            with pytest.raises(Refused):
                end_membership(membership_id=membership, by=administrator, now=NOW)
            with pytest.raises(Refused):
                change_membership(
                    membership_id=membership, role="supervisor", team_id=None, by=administrator, now=NOW
                )
        assert Membership.objects.filter(until__isnull=False).count() == 0

    def test_no_role_that_the_organisation_or_the_person_cannot_have(self, administrator: Viewer) -> None:
        worker = make_membership(organisation=organisation_of(administrator))
        make_membership(organisation=organisation_of(administrator), user=worker.user, role="first_responder")
        for role in ("first_responder", "no such role"):
            with pytest.raises(RoleNotAssignable):
                change_membership(membership_id=worker.pk, role=role, team_id=None, by=administrator, now=NOW)
        assert Membership.objects.get(pk=worker.pk).until is None

    def test_only_who_manages_people_touches_them(self, administrator: Viewer) -> None:
        organisation = organisation_of(administrator)
        worker, colleague = make_viewer(organisation=organisation), make_membership(organisation=organisation)
        awake = make_membership(organisation=organisation)
        secret = invite(administrator)
        User.objects.filter(pk=colleague.user_id).update(is_active=False, asleep_since=NOW)
        invitation = Invitation.objects.get().pk
        for touch in (
            lambda by: withdraw_invitation(invitation_id=invitation, by=by, now=NOW),
            lambda by: wake_person(user_id=colleague.user_id, by=by, now=NOW),
            lambda by: end_membership(membership_id=awake.pk, by=by, now=NOW),
            lambda by: keep_staff_number(membership_id=awake.pk, staff_number="7", by=by, now=NOW),
            lambda by: ask_lift(membership_id=colleague.pk, by=by, now=NOW),
            lambda by: renew_access(email=colleague.user.email, by=by, now=NOW),
            lambda by: renew_access(email=colleague.user.email, by=system_viewer([]), now=NOW),
        ):
            with pytest.raises(Refused):
                touch(worker)
        assert accept(secret)
        assert Membership.objects.get(pk=awake.pk).until is None
        assert not User.objects.get(pk=colleague.user_id).is_active
        wake_person(user_id=colleague.user_id, by=administrator, now=NOW)
        assert User.objects.get(pk=colleague.user_id).is_active

    def test_who_is_not_there_is_neither_woken_nor_lifted_nor_let_in_again(
        self, administrator: Viewer
    ) -> None:
        elsewhere = make_membership()
        User.objects.filter(pk=elsewhere.user_id).update(is_active=False, asleep_since=NOW)
        for touch in (
            lambda: wake_person(user_id=elsewhere.user_id, by=administrator, now=NOW),
            lambda: wake_person(user_id=administrator.known_user_id, by=administrator, now=NOW),
            lambda: ask_lift(membership_id=elsewhere.pk, by=administrator, now=NOW),
            lambda: renew_access(email=elsewhere.user.email, by=administrator, now=NOW),
            lambda: renew_access(email="nobody@example.org", by=COMMAND, now=NOW),
            lambda: renew_password(membership_id=999_999, by=COMMAND, now=NOW),
        ):
            with pytest.raises(Refused):
                touch()
        assert not User.objects.get(pk=elsewhere.user_id).is_active

    def test_only_ones_own_membership_can_be_chosen(self) -> None:
        viewer = make_viewer("caseworker")
        second = make_membership(user=user_of(viewer), role="supervisor")
        assert choose_membership(membership_id=second.pk, by=viewer, now=NOW).id == second.pk
        for membership in (make_membership().pk, make_membership(user=second.user, until=NOW.date()).pk):
            with pytest.raises(Refused):
                choose_membership(membership_id=membership, by=viewer, now=NOW)
        with pytest.raises(Refused):
            choose_membership(membership_id=second.pk, by=replace(viewer, token_id=7), now=NOW)


class TestOrganisations:
    """Organisations and teams have one name each."""

    def test_add_rename_and_names_taken(self, administrator: Viewer) -> None:
        keeper = make_viewer("installation_administrator")
        add_organisation(name="  Casa   Luz ", kind="shelter", by=keeper, now=NOW)
        assert Organisation.objects.filter(name="Casa Luz").exists()
        with pytest.raises(NameTaken):
            add_organisation(name="CASA LUZ", kind="shelter", by=keeper, now=NOW)
        with pytest.raises(UnknownKind):
            add_organisation(name="Other", kind="club", by=keeper, now=NOW)
        own = administrator.organisation_id
        assert own is not None
        with pytest.raises(NameTaken):
            rename_organisation(organisation_id=own, name="casa luz", by=administrator, now=NOW)
        rename_organisation(organisation_id=own, name="Casa Sol", by=administrator, now=NOW)
        add_team(organisation_id=own, name="North", by=administrator, now=NOW)
        with pytest.raises(NameTaken):
            add_team(organisation_id=own, name="north", by=administrator, now=NOW)

    def test_only_who_may(self, administrator: Viewer) -> None:
        with pytest.raises(Refused):
            add_organisation(name="New", kind="ngo", by=administrator, now=NOW)
        other = make_organisation().pk
        with pytest.raises(Refused):
            rename_organisation(organisation_id=other, name="Mine", by=administrator, now=NOW)
        with pytest.raises(Refused):
            add_team(organisation_id=other, name="Mine", by=make_viewer("supervisor"), now=NOW)
        worker = make_viewer(organisation=organisation_of(administrator))
        for change in (rename_organisation, add_team):
            with pytest.raises(Refused):
                change(organisation_id=worker.organisation_id or 0, name="Mine", by=worker, now=NOW)


def test_every_write_leaves_a_row_in_the_log(administrator: Viewer) -> None:
    keeper = make_viewer("installation_administrator")
    User.objects.filter(pk=keeper.user_id).update(staff_number="")  # else she agrees to each invitation first
    own = administrator.organisation_id or 0
    add_organisation(name="Casa Luz", kind="shelter", by=keeper, now=NOW)
    add_team(organisation_id=own, name="North", by=administrator, now=NOW)
    rename_organisation(organisation_id=own, name="Casa Sol", by=administrator, now=NOW)
    membership = accept(invite(administrator))
    begun = change_membership(
        membership_id=membership, role="first_responder", team_id=None, by=administrator, now=NOW + HOUR
    )
    end_membership(membership_id=begun, by=administrator, now=NOW + HOUR)
    invite(administrator)
    withdraw_invitation(invitation_id=Invitation.objects.latest("id").pk, by=administrator, now=NOW)
    actions = list(Event.objects.order_by("id").values_list("action", "user", "record"))
    assert [action for action, _user, _record in actions] == [
        "accounts.organisation.add",
        "accounts.team.add",
        "accounts.organisation.rename",
        "accounts.invitation.send",
        "accounts.invitation.accept",
        "accounts.membership.start",
        "accounts.membership.end",
        "accounts.membership.start",
        "accounts.membership.end",
        "accounts.invitation.send",
        "accounts.invitation.withdraw",
    ]
    assert actions[0][1] == keeper.user_id
    assert actions[1][1] == administrator.user_id
    assert actions[6][2] == f"membership:{membership}"
