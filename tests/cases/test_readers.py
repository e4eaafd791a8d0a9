"""A closed case of which all named people are gone is found by its reference, and opened again by two people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import Changed, Refused, approve_act, get_act, visible_acts
from amparo.access.models import Clearance, DualAct, Notice, Wall
from amparo.access.queries import count_left_alone
from amparo.access.rules import ClearanceLevel, ClearanceReason, EmergencyReason, Viewer, WallReason
from amparo.accounts.models import Membership, Organisation, Team, User
from amparo.accounts.queries import find_membership
from amparo.audit.models import Event
from amparo.cases.actions import NotClosable, ask_readers, declare_known, open_in_emergency, restrict_case
from amparo.cases.models import Case
from amparo.cases.panels import lost_panels
from amparo.cases.queries import Absent, list_timeline
from amparo.cases.queries.lost import list_lost
from tests.agreeing import agree
from tests.cases.pages import text_of
from tests.cases.test_closing import again, sees, stating
from tests.factories.accounts import NOW, make_team, make_viewer, organisation_of, sign_in
from tests.factories.cases import make_case, row_of

pytestmark = pytest.mark.django_db


class House:
    """A case that is closed to all but a supervisor and a worker; another supervisor is not named."""

    def __init__(self, level: ClearanceLevel = ClearanceLevel.SEALED) -> None:
        team = make_team()
        self.named = make_viewer("supervisor", organisation=team.organisation)
        self.worker = make_viewer("caseworker", team=team)
        self.other = make_viewer("supervisor", organisation=team.organisation)
        self.mate = make_viewer("caseworker", team=team)
        self.reviewer = make_viewer("access_reviewer")
        self.reference = make_case(self.worker)
        restrict_case(
            reference=self.reference, level=level, named=[self.named.known_user_id, self.worker.known_user_id],
            reason=ClearanceReason.THREATENED, by=self.named, now=NOW,
        )  # fmt: skip

    def leave(self, *viewers: Viewer) -> None:
        ids = [each.membership_id or 0 for each in viewers or (self.named, self.worker)]
        Membership.objects.filter(pk__in=ids).update(until=NOW.date())

    def ask(self, *named: Viewer, by: Viewer | None = None) -> DualAct:
        readers = [each.known_user_id for each in named or (self.other, self.mate)]
        act = ask_readers(reference=self.reference, readers=readers, by=by or self.other, now=NOW)
        return DualAct.objects.get(pk=act)

    @property
    def lost(self) -> list[str]:
        return [one.reference for one in list_lost(self.other, now=NOW)]


@pytest.fixture
def house() -> House:
    return House()


def suspend(viewer: Viewer) -> None:
    Membership.objects.filter(pk=viewer.membership_id or 0).update(suspended_at=NOW)


def put_to_sleep(viewer: Viewer) -> None:
    User.objects.filter(pk=viewer.known_user_id).update(is_active=False, asleep_since=NOW)


def let_leave(viewer: Viewer) -> None:
    Membership.objects.filter(pk=viewer.membership_id or 0).update(until=NOW.date())


def give_another_role(viewer: Viewer) -> None:
    Membership.objects.filter(pk=viewer.membership_id or 0).update(role="organisation_administrator")


def wall_off(viewer: Viewer) -> None:
    person = Case.objects.get().person_id
    Wall.objects.create(
        user_id=viewer.known_user_id, person=person, reason=WallReason.STAFF_MATCH, made_at=NOW
    )


class TestWhichAreLost:
    def test_while_one_who_is_named_can_open_it_it_is_not_listed(self, house: House) -> None:
        assert house.lost == []
        house.leave(house.named)
        assert house.lost == []
        assert list_lost(house.reviewer, now=NOW) == ()

    def test_it_is_lost_when_the_last_is_gone_however(self, house: House) -> None:
        house.leave(house.named)
        organisation = organisation_of(house.other).name
        for let_go in (suspend, put_to_sleep, let_leave, give_another_role, wall_off):
            with transaction.atomic():
                let_go(house.worker)
                assert house.lost == [house.reference], let_go
                (told,) = list_lost(house.reviewer, now=NOW)
                assert (told.reference, told.organisation) == (house.reference, organisation)
                for nobody in (house.mate, replace(house.other, organisation_id=None)):
                    assert list_lost(nobody, now=NOW) == ()
                transaction.set_rollback(True)
        assert house.lost == []

    def test_who_is_named_and_reaches_it_no_more_does_not_count(self, house: House) -> None:
        house.leave(house.named)
        team = Team.objects.create(organisation=organisation_of(house.other), name="Elsewhere")
        Membership.objects.filter(pk=house.worker.membership_id or 0).update(team=team)
        assert house.lost == []  # she works on it
        Case.objects.update(worker=None)
        assert house.lost == [house.reference]

    def test_nobody_else_is_told(self, house: House) -> None:
        house.leave()
        stranger = make_viewer("supervisor")
        for viewer in (
            stranger,
            house.mate,
            make_viewer("organisation_administrator"),
            make_viewer("reviewer"),
        ):
            assert list_lost(viewer, now=NOW) == ()
            assert lost_panels(viewer, NOW) == ()
        for viewer in (house.other, house.reviewer):
            assert [panel.count for panel in lost_panels(viewer, NOW)] == [1]

    def test_who_is_kept_away_from_her_does_not_learn_of_it(self, house: House) -> None:
        second = make_case(house.other)
        Case.objects.filter(reference=second).update(person=row_of(house.reference).person_id)
        declare_known(reference=second, reason=WallReason.KNOWN, by=house.other, now=NOW)
        house.leave()
        assert list_lost(again(house.other), now=NOW) == ()
        third = make_viewer("supervisor", organisation=organisation_of(house.other))
        assert len(list_lost(third, now=NOW)) == 1
        record = row_of(house.reference).pk
        Wall.objects.create(user_id=third.user_id, record=record, reason=WallReason.ACCUSED, made_at=NOW)
        assert list_lost(again(third), now=NOW) == ()

    def test_those_of_the_independent_unit_are_told_to_nobody(self) -> None:
        officer = make_viewer("integrity_officer")
        row = row_of(make_case(officer))
        Case.objects.filter(pk=row.pk).update(clearance="sealed")
        Clearance.objects.create(record=row.pk, user_id=officer.known_user_id, named_at=NOW)
        let_leave(officer)
        assert list_lost(make_viewer("access_reviewer"), now=NOW) == ()


class TestWayBack:
    def test_p17_two_humans_name_new_people_and_neither_saw_more_than_the_reference(
        self, house: House
    ) -> None:
        house.leave()
        inside = make_viewer("access_reviewer", organisation=organisation_of(house.other))
        act = house.ask()
        told = set(Notice.objects.filter(act=act).values_list("user_id", flat=True))
        assert house.reviewer.user_id in told
        assert inside.user_id not in told  # who decides stands outside
        assert not sees(house.other, house.reference)
        agree(house.reviewer)
        assert sees(house.other, house.reference) and sees(house.mate, house.reference)
        assert house.lost == []
        open_still = Clearance.objects.filter(ended_at=None).values_list("user_id", flat=True)
        assert set(open_still) == {house.other.user_id, house.mate.user_id}
        assert "readers_named" in [
            line.kind for line in list_timeline(stating(again(house.other)), house.reference)
        ]
        opened = Event.objects.filter(persons__contains=[row_of(house.reference).person_id], at=NOW)
        assert not {house.other.user_id, house.reviewer.user_id} & {
            event.user for event in opened if event.action.endswith(("read", "open", "compare"))
        }

    def test_the_reviewer_reads_the_reference_and_the_names_and_nothing_of_the_person(
        self, house: House
    ) -> None:
        house.leave()
        act = house.ask()
        page = text_of(sign_in(Client(), house.reviewer).get(reverse("accounts:act", args=[act.pk])))
        assert house.reference in page and house.mate.name in page
        assert "Haddad" not in page and "Amina" not in page
        assert visible_acts(house.reviewer)

    def test_one_alone_cannot_and_another_supervisor_cannot_agree(self, house: House) -> None:
        house.leave()
        act = house.ask()
        third = make_viewer("supervisor", organisation=organisation_of(house.other), team=make_team(organisation_of(house.other)))  # fmt: skip
        with pytest.raises(Refused):
            approve_act(act.pk, seen="", by=house.other, now=NOW)
        with pytest.raises(Http404):
            approve_act(act.pk, seen="", by=third, now=NOW)
        assert not sees(house.other, house.reference)

    def test_a_case_that_somebody_can_open_looks_as_one_that_is_not_there(self, house: House) -> None:
        with pytest.raises(Absent):
            house.ask()
        house.leave()
        with pytest.raises(Absent):
            house.ask(by=make_viewer("supervisor"))
        with pytest.raises(Absent):
            ask_readers(reference="XA-0000-0000-0", readers=[], by=house.other, now=NOW)

    def test_when_one_who_was_to_be_named_leaves_meanwhile_nothing_is_done(self, house: House) -> None:
        house.leave()
        house.ask()
        let_leave(house.mate)
        with pytest.raises(Changed):
            agree(house.reviewer)

    def test_when_one_of_them_wakes_meanwhile_nothing_is_done(self, house: House) -> None:
        put_to_sleep(house.named)
        house.leave(house.worker)
        house.ask()
        User.objects.filter(pk=house.named.known_user_id).update(is_active=True, asleep_since=None)
        with pytest.raises(Changed):
            agree(house.reviewer)
        assert not sees(house.other, house.reference)

    def test_a_list_that_would_not_do_is_refused(self, house: House) -> None:
        house.leave()
        without_her = (house.mate, make_viewer("caseworker", organisation=organisation_of(house.mate)))
        for named in (without_her, (house.other,), (house.other, make_viewer("caseworker"))):
            with pytest.raises(NotClosable):
                house.ask(*named)

    def test_restricted_to_one_needs_one(self) -> None:
        house = House(ClearanceLevel.RESTRICTED)
        house.leave()
        house.ask(house.other)
        agree(house.reviewer)
        assert sees(house.other, house.reference)
        assert not sees(house.mate, house.reference)

    def test_a_reviewer_in_the_same_organisation_does_not_decide(self) -> None:
        house = House()
        house.leave()
        Organisation.objects.filter(pk=house.other.organisation_id).update(kind="independent_unit")
        inside = make_viewer("access_reviewer", organisation=organisation_of(house.other))
        act = house.ask()
        with pytest.raises(Http404):
            get_act(inside, act.pk)


class TestPages:
    def test_the_supervisor_asks_on_a_page_that_shows_only_the_reference(self, house: House) -> None:
        house.leave()
        client = sign_in(Client(), house.other)
        assert house.reference in text_of(client.get(reverse("cases:lost")))
        url = reverse("cases:readers", args=[house.reference])
        assert "Amina" not in text_of(client.get(url))
        sent = {"named": [str(house.other.user_id), str(house.mate.user_id)]}
        answer = client.post(url, sent)
        assert answer.status_code == 302
        assert DualAct.objects.get().kind == "cases.readers"
        assert house.reference in text_of(
            sign_in(Client(), house.reviewer).get(reverse("cases:lost-everywhere"))
        )

    def test_whoever_ends_the_last_role_is_warned_and_not_refused(self, house: House) -> None:
        house.leave(house.named)
        administrator = make_viewer("organisation_administrator", organisation=organisation_of(house.other))
        client = sign_in(Client(), administrator)
        membership: Any = find_membership(house.worker.membership_id or 0, NOW)
        assert count_left_alone(membership, NOW) == 1
        page = text_of(client.get(reverse("accounts:person"), {"person": membership.id}))
        assert "nobody else is named" in page
        assert house.reference not in page
        unwarned = client.post(reverse("accounts:person-end"), {"person": membership.id})
        assert "End the role all the same" in text_of(unwarned)
        assert find_membership(membership.id, NOW) is not None
        assert not house.lost
        sent = {"person": membership.id, "warned": "yes"}
        ended = client.post(reverse("accounts:person-end"), sent, follow=True)
        assert "a closed case that nobody can open now" in text_of(ended)
        assert [one.reference for one in list_lost(house.other, now=timezone.now())] == [house.reference]

    @pytest.mark.parametrize("role", ["national_rapporteur", "first_responder"])
    def test_whoever_changes_the_last_role_is_warned_before(self, house: House, role: str) -> None:
        """Another role may open no case, or only those of her own: both leave it alone, and nothing is written before yes."""
        house.leave(house.named)
        Organisation.objects.filter(pk=house.worker.organisation_id).update(kind="ministry")
        administrator = make_viewer("organisation_administrator", organisation=organisation_of(house.worker))
        hers, client = house.worker, sign_in(Client(), administrator)
        Case.objects.filter(reference=house.reference).update(worker=house.mate.user_id)
        url = f"{reverse('accounts:person')}?person={hers.membership_id}"
        written = Event.objects.count()
        warned = client.post(url, {"role": role, "team": ""})
        assert "Nothing was changed yet" in text_of(warned)
        assert "Change the role all the same" in text_of(warned)
        assert Event.objects.count() == written
        assert find_membership(hers.membership_id or 0, NOW) is not None
        other = client.post(url, {"role": role, "team": "", "warned": "supervisor:"})
        assert "Nothing was changed yet" in text_of(other), "that warning was for another change"
        done = client.post(url, {"role": role, "team": "", "warned": f"{role}:"}, follow=True)
        assert "nobody can open now" in text_of(done)
        assert [one.reference for one in list_lost(house.other, now=timezone.now())] == [house.reference]

    def test_a_change_that_leaves_nothing_alone_is_made_at_once(self, house: House) -> None:
        administrator = make_viewer("organisation_administrator", organisation=organisation_of(house.worker))
        url = f"{reverse('accounts:person')}?person={house.worker.membership_id}"
        answer = sign_in(Client(), administrator).post(
            url, {"role": "first_responder", "team": ""}, follow=True
        )
        assert "The role is changed" in text_of(answer)
        assert "nobody can open" not in text_of(answer)

    def test_a_verdict_that_suspends_the_last_says_so(self, house: House) -> None:
        judge, elsewhere = make_viewer("reviewer"), make_case(make_viewer(), now=timezone.now())
        opening = open_in_emergency(
            reference=elsewhere, reason=EmergencyReason.LIFE, text="She called from a car near the border.",
            by=house.named, now=timezone.now(),
        )  # fmt: skip
        house.leave(house.worker)
        url = reverse("accounts:emergency", args=[opening])
        assert "If this reader is suspended" in text_of(sign_in(Client(), judge).get(url))
        answer = sign_in(Client(), judge).post(url, {"verdict": "not_justified"}, follow=True)
        assert "nobody can open now" in text_of(answer)
        assert house.lost == [house.reference]

    def test_nobody_is_warned_while_somebody_else_is_named(self, house: House) -> None:
        membership: Any = find_membership(house.worker.membership_id or 0, NOW)
        assert count_left_alone(membership, NOW) == 0


def test_what_somebody_leaves_alone_is_what_no_other_reader_is_named_for(house: House) -> None:
    def left_by(viewer: Viewer) -> int:
        return count_left_alone(find_membership(viewer.membership_id or 0, NOW), NOW)

    assert count_left_alone(None, NOW) == 0
    assert [left_by(each) for each in (house.named, house.worker, house.mate)] == [0, 0, 0]
    give_another_role(house.worker)
    assert left_by(house.named) == 1
    assert left_by(house.mate) == 0
    let_leave(house.named)
    assert left_by(house.worker) == 0, "who reads none leaves none alone"
    assert left_by(house.mate) == 0, "she was not named"
    Membership.objects.filter(pk=house.worker.membership_id or 0).update(role="caseworker")
    assert left_by(house.worker) == 1
    Clearance.objects.update(ended_at=NOW)
    assert left_by(house.worker) == 0
