"""What takes two people is done by two humans, of two units, once, in time, and exactly as it was shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from amparo.access.actions import (
    Changed,
    NotTwoPeople,
    NotWaiting,
    Refused,
    SecondPersonNeeded,
    accept_invitation,
    approve_act,
    ask_act,
    ask_role_change,
    change_membership,
    collect_act,
    describe_act,
    dual_kinds,
    forget_over_acts,
    get_act,
    invite_user,
    refuse_act,
    shown,
    visible_acts,
    withdraw_act,
)
from amparo.access.actions.kinds import ROLE_CHANGE, ROLE_INVITE
from amparo.access.actions.people import SecondPersonAwaited
from amparo.access.models import DualAct, Notice
from amparo.access.queries import viewer_for_membership
from amparo.access.rules import (
    NOBODY,
    ROLES,
    Human,
    NotIds,
    Permission,
    Viewer,
    are_one_human,
    frozen,
    payload_hash,
    unit_of,
)
from amparo.accounts.models import Invitation, Membership, User
from amparo.audit.models import Event
from tests.clock import database_clock
from tests.factories.accounts import (
    NOW,
    PASSWORD,
    add_second_factor,
    make_membership,
    make_organisation,
    make_team,
    make_user,
    make_viewer,
    organisation_of,
    sign_in,
    user_of,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """An organisation in which one person asks to raise a caseworker, and another decides."""

    asker: Viewer
    decider: Viewer
    worker: Membership

    def ask(self, **changes: Any) -> UUID:
        """Ask to make the caseworker a supervisor."""
        named = {"membership_id": self.worker.pk, "role": "supervisor", "team_id": None, **changes}
        return ask_role_change(**named, by=self.asker, now=NOW)

    def role(self) -> str:
        """Give the role that the caseworker has now."""
        (held,) = Membership.objects.filter(user=self.worker.user).exclude(until__lte=NOW.date())
        return held.role


@pytest.fixture
def house() -> House:
    return make_house()


def make_house() -> House:
    asker = make_viewer("organisation_administrator")
    organisation = organisation_of(asker)
    return House(
        asker=asker,
        decider=make_viewer("supervisor", organisation=organisation),
        worker=make_membership(role="caseworker", organisation=organisation),
    )


def approve(act: UUID, by: Viewer) -> None:
    approve_act(act, seen=seen_by(by, act), by=by, now=NOW)


def seen_by(viewer: Viewer, act: UUID) -> str:
    found = get_act(viewer, act)
    return shown(found, describe_act(viewer, found, now=NOW))


class TestTwoPeople:
    """Asked by one, carried out by another."""

    def test_nothing_happens_before_and_exactly_it_happens_after(self, house: House) -> None:
        act = house.ask()
        assert house.role() == "caseworker"
        approve(act, house.decider)
        assert house.role() == "supervisor"
        assert get_act(house.asker, act).state == "done"
        actions = [
            "access.act.ask",
            "accounts.membership.end",
            "accounts.membership.start",
            "access.act.approve",
        ]
        assert list(Event.objects.order_by("id").values_list("action", flat=True)) == actions

    def test_alone_it_is_refused_and_asked_twice_it_is_one(self, house: House) -> None:
        with pytest.raises(SecondPersonNeeded):
            change_membership(
                membership_id=house.worker.pk, role="supervisor", team_id=None, by=house.asker, now=NOW
            )
        assert house.ask() == house.ask()
        assert DualAct.objects.count() == 1

    def test_a_second_press_does_nothing(self, house: House) -> None:
        act = house.ask()
        seen = seen_by(house.decider, act)
        approve_act(act, seen=seen, by=house.decider, now=NOW)
        before = Event.objects.count(), Membership.objects.count()
        approve_act(act, seen=seen, by=house.decider, now=NOW)
        assert (Event.objects.count(), Membership.objects.count()) == before

    def test_refused_or_taken_back_it_is_over(self, house: House) -> None:
        act = house.ask()
        refuse_act(act, by=house.decider, now=NOW)
        with pytest.raises(NotWaiting):
            approve(act, house.decider)
        other = house.ask()
        with pytest.raises(Refused):
            withdraw_act(other, by=house.decider, now=NOW)
        withdraw_act(other, by=house.asker, now=NOW)
        with pytest.raises(NotWaiting):
            approve(other, house.decider)
        assert house.role() == "caseworker"

    def test_what_changed_since_it_was_shown_is_refused(self, house: House) -> None:
        act = house.ask()
        seen = seen_by(house.decider, act)
        User.objects.filter(pk=house.worker.user_id).update(name="Somebody Else")
        with pytest.raises(Changed):
            approve_act(act, seen=seen, by=house.decider, now=NOW)
        approve(act, house.decider)  # looked at again

    def test_what_no_longer_holds_is_refused(self, house: House) -> None:
        act = house.ask()
        Membership.objects.filter(pk=house.worker.pk).update(role="first_responder")
        with pytest.raises(Changed):
            approve(act, house.decider)

    def test_who_asked_and_left_gets_nothing(self, house: House) -> None:
        act = house.ask()
        seen = seen_by(house.decider, act)
        Membership.objects.filter(pk=house.asker.membership_id or 0).update(until=NOW.date())
        with pytest.raises(Changed):
            approve_act(act, seen=seen, by=house.decider, now=NOW)
        with pytest.raises(Changed):
            describe_act(house.decider, get_act(house.decider, act), now=NOW)
        assert house.role() == "caseworker"

    def test_who_asked_and_may_no_longer_ask_gets_nothing(self, house: House) -> None:
        act = house.ask()
        Membership.objects.filter(pk=house.asker.membership_id or 0).update(role="caseworker")
        with pytest.raises(Changed):
            approve(act, house.decider)

    def test_when_performing_fails_nothing_is_decided(self, house: House, monkeypatch: Any) -> None:
        act = house.ask()

        def fail(*anything: object, **named: object) -> None:
            raise RuntimeError("the disk is full")

        kinds = dict(dual_kinds())
        monkeypatch.setattr(
            "amparo.access.actions.dual.dual_kinds",
            lambda: {**kinds, ROLE_CHANGE: replace(kinds[ROLE_CHANGE], perform=fail)},
        )
        with pytest.raises(RuntimeError):
            approve(act, house.decider)
        assert get_act(house.asker, act).is_waiting

    def test_what_one_asked_for_in_one_organisation_is_not_seen_at_work_for_another(
        self, house: House
    ) -> None:
        act = house.ask()
        elsewhere = make_membership(role="supervisor", user=user_of(house.asker))
        viewer = viewer_for_membership(elsewhere.pk, NOW)
        assert viewer is not None
        assert visible_acts(viewer) == []
        with pytest.raises(Http404):
            get_act(viewer, act)

    def test_an_act_of_a_kind_that_is_no_more_looks_absent(self, house: House, monkeypatch: Any) -> None:
        act = house.ask()
        monkeypatch.setattr("amparo.access.actions.dual.dual_kinds", dict)
        assert visible_acts(house.asker) == []
        with pytest.raises(Http404):
            get_act(house.asker, act)

    def test_another_organisation_sees_no_act(self, house: House) -> None:
        act, stranger = house.ask(), make_house().decider
        assert [one.id for one in visible_acts(house.decider)] == [act]
        assert visible_acts(stranger) == []
        with pytest.raises(Http404):
            get_act(stranger, act)
        with pytest.raises(Http404):
            approve_act(act, seen="", by=stranger, now=NOW)
        with pytest.raises(Http404):
            refuse_act(act, by=stranger, now=NOW)
        with pytest.raises(Refused):
            approve_act(act, seen="", by=make_viewer("caseworker"), now=NOW)


class TestOneHuman:
    """Two accounts are not yet two people."""

    def test_p17_who_asked_cannot_agree(self, house: House) -> None:
        act = house.ask()
        with pytest.raises(Refused):
            approve(act, house.asker)

    @pytest.mark.parametrize("number", ["STAFF 17", "staff-17", "Staff_17", " staff17 "])
    def test_p17_two_approvals_by_one_human_under_two_accounts(self, house: House, number: str) -> None:
        User.objects.filter(pk=house.asker.known_user_id).update(staff_number="STAFF-17")
        User.objects.filter(pk=house.decider.known_user_id).update(staff_number=number)
        act = house.ask()
        with pytest.raises(NotTwoPeople):
            approve(act, house.decider)
        with pytest.raises(NotTwoPeople):
            refuse_act(act, by=house.decider, now=NOW)
        assert house.role() == "caseworker"

    def test_p17_one_telephone_is_one_human(self, house: House) -> None:
        for viewer in (house.asker, house.decider):
            add_second_factor(user_of(viewer), secret="JBSWY3DPEHPK3PXP")
        with pytest.raises(NotTwoPeople):
            approve(house.ask(), house.decider)

    @pytest.mark.parametrize("is_asker_inviting", [True, False])
    def test_p17_an_account_that_the_other_invited_lately(
        self, house: House, is_asker_inviting: bool
    ) -> None:
        inviter, invited = (house.asker, house.decider) if is_asker_inviting else (house.decider, house.asker)
        make_invitation(inviter, invited, days=29)
        act = house.ask()
        with pytest.raises(NotTwoPeople):
            approve(act, house.decider)
        Invitation.objects.update(created_at=timezone.now() - timedelta(days=31))
        approve(act, house.decider)

    def test_p17_not_who_gains_by_it(self, house: House) -> None:
        with pytest.raises(Refused):
            ask_role_change(
                membership_id=house.decider.membership_id or 0, role="organisation_administrator", team_id=None,
                by=house.decider, now=NOW,
            )  # fmt: skip
        act = ask_role_change(
            membership_id=make_second_role(house), role="supervisor", team_id=None, by=house.asker, now=NOW
        )
        with pytest.raises(NotTwoPeople):
            approve(act, house.decider)

    def test_p17_without_a_staff_number_nobody_is_the_second(self, house: House) -> None:
        act = house.ask()
        User.objects.filter(pk=house.decider.known_user_id).update(staff_number="")
        with pytest.raises(NotTwoPeople):
            approve(act, house.decider)
        User.objects.filter(pk=house.asker.known_user_id).update(staff_number="")
        with pytest.raises(Refused):
            house.ask(role="organisation_administrator")

    def test_p17_not_by_the_key_of_a_program(self, house: House) -> None:
        act = house.ask()
        program = replace(house.decider, token_id=7)
        with pytest.raises(Refused):
            approve(act, program)
        with pytest.raises(Refused):
            replace(house, asker=replace(house.asker, token_id=8)).ask(role="organisation_administrator")

    def test_p17_only_by_somebody_who_is_there(self, house: House) -> None:
        act = house.ask()
        seen = seen_by(house.decider, act)
        for change in ({"token_id": 7}, {"is_system": True}, {"emergency": 3}, {"user_id": None}):
            with pytest.raises(Refused):
                approve_act(act, seen=seen, by=replace(house.decider, **change), now=NOW)
            with pytest.raises(Refused):
                refuse_act(act, by=replace(house.decider, **change), now=NOW)
            with pytest.raises(Refused):
                ask(by=replace(house.asker, **change))
        assert get_act(house.asker, act).is_waiting

    def test_p17_not_asked_by_who_may_not_ask(self, house: House) -> None:
        with pytest.raises(Refused):
            ask(by=replace(house.asker, permissions=house.asker.permissions - {Permission.PEOPLE_MANAGE}))

    def test_p17_two_units(self, house: House) -> None:
        organisation = organisation_of(house.asker)
        second_administrator = make_viewer("organisation_administrator", organisation=organisation)
        act = house.ask()
        with pytest.raises(NotTwoPeople):
            approve(act, second_administrator)

    def test_p17_a_grant_or_another_role_of_the_same_human_does_not_help(self, house: House) -> None:
        act = house.ask()
        same = make_membership(
            role="supervisor", user=user_of(house.asker), organisation=organisation_of(house.asker)
        )
        viewer = viewer_for_membership(same.pk, NOW)
        assert viewer is not None
        with pytest.raises(Refused):
            approve(act, viewer)

    def test_p17_every_pair_of_accounts_of_one_staff_number(self) -> None:
        accounts = [make_house() for _ in range(3)]
        people = [viewer for house in accounts for viewer in (house.asker, house.decider)]
        User.objects.filter(pk__in=[one.user_id for one in people]).update(staff_number="M-1")
        for one, other in combinations(people, 2):
            act = DualAct.objects.create(
                kind=ROLE_CHANGE, payload={}, payload_hash="0" * 64, asked_by_id=one.known_user_id,
                asked_membership=one.membership_id or 0, organisation_id=other.organisation_id, unit="x",
            )  # fmt: skip
            with pytest.raises((NotTwoPeople, Refused, Http404)):
                approve_act(act.pk, seen="", by=other, now=NOW)
        assert not DualAct.objects.exclude(outcome="").exists()

    @given(st.text(max_size=8), st.text(max_size=8))
    def test_p17_whoever_is_not_known_may_be_anybody(self, one: str, other: str) -> None:
        first, second = Human(user_id=1, staff_number=one), Human(user_id=2, staff_number=other)
        assert are_one_human(first, second) == are_one_human(second, first)
        if not one or not other or one == other:
            assert are_one_human(first, second)
        assert are_one_human(first, Human(user_id=1, staff_number=other))


class TestTime:
    """Twenty-four hours of the database's own time."""

    def test_p17_after_24_hours_of_database_time_it_is_over(self, house: House) -> None:
        act = house.ask()
        with database_clock(DAY - timedelta(minutes=1)):
            assert get_act(house.decider, act).is_waiting
        with database_clock(DAY + timedelta(seconds=1)):
            with pytest.raises(NotWaiting):
                approve(act, house.decider)
            forget_over_acts(now=NOW)
            assert not Notice.objects.filter(seen_at__isnull=True).exists()
        assert house.role() == "caseworker"

    @pytest.mark.parametrize("years", [-40, 40])
    def test_p17_the_clock_of_the_host_does_not_count(self, house: House, years: int) -> None:
        moved = NOW + timedelta(days=365 * years)
        asked = house.ask()
        found = get_act(house.decider, asked)
        seen = seen_by(house.decider, asked)
        if years > 0:
            approve_act(asked, seen=seen, by=house.decider, now=moved)
            assert get_act(house.asker, asked).state == "done"
        else:
            with pytest.raises(Changed):  # nobody worked here forty years ago
                approve_act(asked, seen=seen, by=house.decider, now=moved)
        assert abs(found.asked_at - timezone.now()) < timedelta(minutes=5)

    def test_the_database_refuses_what_the_application_might_try(self, house: House) -> None:
        act = house.ask()
        row = DualAct.objects.filter(pk=act)
        late = timezone.now() + timedelta(days=9)
        changes: tuple[dict[str, Any], ...] = (
            {"payload": {}}, {"payload_hash": "0" * 64}, {"expires_at": late}, {"asked_by": house.decider.user_id},
            {"unit": "other"}, {"outcome": "done"}, {"outcome": "done", "decided_by": house.asker.user_id},
            {"collected_at": late}, {"kind": ROLE_INVITE}, {"beneficiary": house.asker.user_id},
        )  # fmt: skip
        for change in changes:
            with pytest.raises(DatabaseError), transaction.atomic():
                row.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()
        with database_clock(DAY), pytest.raises(DatabaseError), transaction.atomic():
            row.update(outcome="done", decided_by=house.decider.user_id)
        row.update(outcome="refused", decided_by=house.decider.user_id)
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(outcome="done")

    def test_a_time_that_the_application_names_is_not_taken(self, house: House) -> None:
        row = DualAct.objects.create(
            kind=ROLE_CHANGE, payload={}, payload_hash="0" * 64, asked_by_id=house.asker.known_user_id,
            asked_membership=1, unit="x", asked_at=NOW - timedelta(days=9), expires_at=NOW + timedelta(days=900),
            outcome="done", decided_by_id=house.decider.known_user_id,
        )  # fmt: skip
        row.refresh_from_db()
        assert (row.outcome, row.decided_by_id) == ("", None)
        assert row.expires_at is not None
        assert row.asked_at is not None
        assert row.expires_at - row.asked_at == DAY
        assert abs(row.asked_at - timezone.now()) < timedelta(minutes=5)


class TestPayload:
    """What is kept of an act is ids and codes."""

    @pytest.mark.parametrize(
        "payload",
        [
            {"name": "Amina Haddad"}, {"name": "أمينة"}, {"Name": 1}, {"a": {"b": 1}}, {"a": ["x y"]}, {"a": 1.5},
            {"a": "x" * 81}, {"a": "line\nline"},
        ],
    )  # fmt: skip
    def test_a_text_is_refused(self, payload: dict[str, Any]) -> None:
        with pytest.raises(NotIds):
            frozen(payload)

    @given(st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.integers() | st.booleans()))
    def test_the_same_content_has_the_same_hash(self, payload: dict[str, Any]) -> None:
        backwards = dict(reversed(payload.items()))
        assert payload_hash("a.b", payload) == payload_hash("a.b", backwards)
        assert payload_hash("a.b", payload) != payload_hash("a.c", payload)

    def test_units_are_teams_and_offices(self) -> None:
        organisation = make_organisation()
        team = make_team(organisation)
        units = {
            unit_of(make_viewer("caseworker", organisation=organisation, team=team)),
            unit_of(make_viewer("supervisor", organisation=organisation)),
            unit_of(make_viewer("organisation_administrator", organisation=organisation)),
        }
        assert len(units) == 3
        assert unit_of(make_viewer("supervisor", organisation=organisation)) in units

    def test_every_kind_is_registered_with_somebody_to_decide(self) -> None:
        for kind in dual_kinds().values():
            deciding = [role.code for role in ROLES.values() if role.permissions & set(kind.decided_with)]
            assert deciding, kind.code
            assert all("act.decide" in ROLES[code].permissions for code in deciding), kind.code
            assert any(kind.asked_with in role.permissions for role in ROLES.values())

    def test_nobody_asks(self) -> None:
        with pytest.raises(Refused):
            ask_act(ROLE_CHANGE, {}, by=NOBODY, now=NOW)


class TestInvitations:
    """A role that reaches far is given by two, whoever holds the link."""

    @pytest.mark.parametrize("role", [code for code, role in ROLES.items() if role.is_sensitive])
    def test_p18_a_sensitive_role_waits_for_the_second_person(self, role: str) -> None:
        if role == "installation_administrator":
            return  # given on the machine alone: see test_people_actions
        kinds = sorted(ROLES[role].organisation_kinds)
        organisation = make_organisation(kind=kinds[0] if kinds else "ngo")
        asker = make_viewer("organisation_administrator", organisation=organisation)
        decider = make_viewer("supervisor", organisation=organisation)
        secret = invite_user(
            email="new@example.org", organisation_id=organisation.pk, role=role, by=asker, now=NOW
        )
        named = {"secret": secret, "by": NOBODY, "now": NOW, "name": "New", "password": PASSWORD}
        with pytest.raises(SecondPersonAwaited):
            accept_invitation(**named)  # type: ignore[arg-type]
        assert not User.objects.filter(email="new@example.org").exists()
        (act,) = visible_acts(decider)
        Invitation.objects.update(role="caseworker")
        with pytest.raises(Changed):
            describe_act(decider, act, now=NOW)
        Invitation.objects.update(role=role)
        approve(act.id, decider)
        assert accept_invitation(**named).role == role  # type: ignore[arg-type]

    def test_p18_the_installation_administrator_puts_nobody_at_the_head_of_an_organisation_alone(
        self,
    ) -> None:
        keeper, supervisor = make_viewer("installation_administrator"), make_viewer("supervisor")
        secret = invite_user(
            email="puppet@example.org", organisation_id=supervisor.organisation_id or 0,
            role="organisation_administrator", by=keeper, now=NOW,
        )  # fmt: skip
        named = {"secret": secret, "by": NOBODY, "now": NOW, "name": "Puppet", "password": PASSWORD}
        with pytest.raises(SecondPersonAwaited):
            accept_invitation(**named)  # type: ignore[arg-type]
        (act,) = visible_acts(keeper)
        with pytest.raises(Refused):
            approve(act.id, keeper)
        approve(act.id, supervisor)
        assert accept_invitation(**named).role == "organisation_administrator"  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "second", ["supervisor", "organisation_administrator", "installation_administrator"]
    )
    def test_p17_any_invitation_waits_where_somebody_could_be_the_second(self, second: str) -> None:
        asker = make_viewer("organisation_administrator")
        elsewhere = second == "installation_administrator"
        decider = make_viewer(second, organisation=None if elsewhere else organisation_of(asker))
        secret = invite_caseworker(asker)
        with pytest.raises(SecondPersonAwaited):
            accept(secret)
        (act,) = visible_acts(decider)
        with pytest.raises(Refused):
            approve(act.id, asker)
        approve(act.id, decider)
        assert accept(secret).role == "caseworker"

    def test_where_nobody_could_be_the_second_one_person_invites(self, client: Client) -> None:
        asker = make_viewer("organisation_administrator")
        make_viewer("caseworker", organisation=organisation_of(asker))
        make_viewer("supervisor")  # of another organisation
        said = sign_in(client, asker).get(reverse("accounts:invite")).content.decode()
        assert "Nobody is there yet who could agree" in said
        assert accept(invite_caseworker(asker)).role == "caseworker"

    def test_an_administrator_whose_number_nobody_can_enter_begins_alone(self, client: Client) -> None:
        asker = make_viewer("organisation_administrator")
        make_viewer("installation_administrator")
        make_viewer("supervisor", organisation=organisation_of(asker))
        User.objects.filter(pk=asker.known_user_id).update(staff_number="")
        assert accept(invite_caseworker(asker)).role == "caseworker"
        make_viewer("organisation_administrator", organisation=organisation_of(asker))
        with pytest.raises(Refused, match="staff number"):  # now somebody can enter it
            invite_caseworker(asker)
        said = sign_in(client, asker).get(reverse("accounts:invite")).content.decode()
        assert "Two people let somebody in" in said


def invite_caseworker(by: Viewer) -> str:
    return invite_user(
        email="new@example.org",
        organisation_id=by.organisation_id or 0,
        role="caseworker",
        by=by,
        now=NOW,
    )


def accept(secret: str) -> Any:
    return accept_invitation(secret=secret, by=NOBODY, now=NOW, name="New", password=PASSWORD)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_p17_pressed_by_two_at_once_it_is_carried_out_once() -> None:
    house = make_house()
    second = make_viewer("supervisor", organisation=organisation_of(house.asker))
    act = house.ask()
    seen = seen_by(house.decider, act)
    together, outcomes = Barrier(4), list[str]()

    def press(by: Viewer) -> None:
        together.wait()
        try:
            approve_act(act, seen=seen, by=by, now=NOW)
            outcomes.append("done")
        except NotWaiting:
            outcomes.append("late")
        finally:
            connection.close()

    threads = [Thread(target=press, args=(by,)) for by in (house.decider, house.decider, second, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [
        "done",
        "done",
        "late",
        "late",
    ]  # the second press of the one who did it does nothing
    assert Event.objects.filter(action="access.act.approve").count() == 1
    assert Event.objects.filter(action="accounts.membership.start").count() == 1


class TestPages:
    """Asked, looked at, agreed to, told of."""

    @pytest.fixture
    def browser(self) -> Any:
        return lambda viewer: sign_in(Client(), viewer)

    def test_from_the_question_to_the_answer(self, browser: Any) -> None:
        now = timezone.now()
        asker = make_viewer("organisation_administrator", now=now)
        decider = make_viewer("supervisor", organisation=organisation_of(asker), now=now)
        worker = make_membership(role="caseworker", organisation=organisation_of(asker))
        asking, deciding = browser(asker), browser(decider)
        answer = asking.post(
            f"{reverse('accounts:person')}?person={worker.pk}",
            {"role": "supervisor", "team": ""},
            follow=True,
        )
        assert "A second person is asked" in answer.content.decode()
        (act,) = DualAct.objects.all()
        own = asking.get(reverse("accounts:act", args=[act.pk])).content.decode()
        assert "You cannot agree yourself" in own
        assert 'value="approve"' not in own
        home = deciding.get(reverse("portal:home")).content.decode()
        assert "An act waits for you as the second person" in home
        assert '<span class="amparo-count">1</span>' in home
        page = deciding.get(reverse("accounts:act", args=[act.pk]))
        assert worker.user.email in page.content.decode()
        said = {"decision": "approve", "seen": page.context["seen"]}
        assert deciding.post(reverse("accounts:act", args=[act.pk]), {**said, "seen": "x"}).status_code == 409
        assert deciding.post(reverse("accounts:act", args=[act.pk]), said).status_code == 302
        assert deciding.post(reverse("accounts:act", args=[act.pk]), said).status_code == 302
        assert Membership.objects.filter(user=worker.user, role="supervisor").count() == 1
        assert "was decided" in asking.get(reverse("portal:home")).content.decode()
        newest = Notice.objects.latest("pk").pk
        assert asking.post(reverse("accounts:notices"), {"until": newest}).status_code == 302
        assert "was decided" not in asking.get(reverse("portal:home")).content.decode()

    def test_nobody_marks_anothers_notices(self, house: House, browser: Any) -> None:
        house.ask()
        told = Notice.objects.filter(user_id=house.decider.known_user_id)
        browser(house.asker).post(reverse("accounts:notices"), {"until": 999_999})
        assert told.filter(seen_at__isnull=True).count() == 1

    def test_an_act_that_is_not_ones_own_to_collect_looks_absent(self, house: House) -> None:
        act = house.ask()
        for kind, who in ((ROLE_CHANGE, house.decider), ("intake.export", house.asker)):
            with pytest.raises(Http404):
                collect_act(act, kind=kind, by=who, now=NOW)
        with pytest.raises(Http404):
            collect_act(uuid4(), kind=ROLE_CHANGE, by=house.asker, now=NOW)

    def test_what_was_approved_is_collected_once_by_who_asked_in_the_same_role(self, house: House) -> None:
        act = house.ask()
        approve(act, house.decider)
        elsewhere = make_membership(role="organisation_administrator", user=user_of(house.asker))
        in_another_role = viewer_for_membership(elsewhere.pk, NOW)
        assert in_another_role is not None
        with pytest.raises(Http404):
            collect_act(act, kind=ROLE_CHANGE, by=in_another_role, now=NOW)
        for refused in (
            replace(house.asker, token_id=4),
            replace(house.asker, emergency=5),
            replace(house.asker, permissions=house.asker.permissions - {Permission.PEOPLE_MANAGE}),
        ):
            with pytest.raises(Refused):
                collect_act(act, kind=ROLE_CHANGE, by=refused, now=NOW)
        assert collect_act(act, kind=ROLE_CHANGE, by=house.asker, now=NOW)["role"] == "supervisor"
        with pytest.raises(NotWaiting):
            collect_act(act, kind=ROLE_CHANGE, by=house.asker, now=NOW)


def test_p17_what_no_longer_fits_its_hash_is_neither_carried_out_nor_collected(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_house()
    waiting, approved = other.ask(), house.ask()
    approve(approved, house.decider)
    seen = seen_by(other.decider, waiting)
    monkeypatch.setattr("amparo.access.actions.dual.payload_hash", lambda kind, payload: "0" * 64)
    with pytest.raises(Changed):
        approve_act(waiting, seen=seen, by=other.decider, now=NOW)
    with pytest.raises(Changed):
        collect_act(approved, kind=ROLE_CHANGE, by=house.asker, now=NOW)
    assert other.role() == "caseworker"


def ask(by: Viewer) -> UUID:
    return ask_act(
        ROLE_CHANGE, {"membership": 1, "held": "caseworker", "role": "x", "team": None}, by=by, now=NOW
    )


def make_invitation(inviter: Viewer, invited: Viewer, *, days: int) -> None:
    Invitation.objects.create(
        email=user_of(invited).email, organisation=organisation_of(inviter), role="caseworker",
        token_hash=uuid4().hex * 2, invited_by=user_of(inviter),
        created_at=timezone.now() - timedelta(days=days), expires_at=NOW,
    )  # fmt: skip


def make_second_role(house: House) -> int:
    """Give the decider a second, small role in the same organisation, and its number."""
    user = make_user()
    User.objects.filter(pk=user.pk).update(staff_number=user_of(house.decider).staff_number)
    return make_membership(role="caseworker", user=user, organisation=organisation_of(house.asker)).pk
