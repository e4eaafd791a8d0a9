"""A case that is closed to all but named people, and people who are kept away: for them it does not exist, whatever else opens it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from amparo.access.actions import Refused, grant_access, lift_wall
from amparo.access.context import acting_as
from amparo.access.models import Wall
from amparo.access.queries import list_walls, viewer_for_membership
from amparo.access.rules import (
    ClearanceLevel,
    ClearanceReason,
    GrantReason,
    Permission,
    Purpose,
    Viewer,
    WallReason,
)
from amparo.cases.actions import (
    NoSuchWorker,
    NotClosable,
    assign_case,
    declare_known,
    keep_away,
    open_case,
    restrict_case,
)
from amparo.cases.models import Case, CaseEvent, Person
from amparo.cases.queries import Absent, find_for_emergency, find_reference, list_cases, list_timeline
from amparo.cases.queries.search import known_places
from amparo.cases.rules.opening import NewCase
from tests.cases.pages import browser_of, case_url, organisation_of, text_of
from tests.factories.accounts import NOW, make_organisation, make_team, make_viewer, sign_in
from tests.factories.cases import make_case, row_of

pytestmark = pytest.mark.django_db


def again(viewer: Viewer) -> Viewer:
    fresh = viewer_for_membership(viewer.membership_id or 0, NOW)
    assert fresh is not None
    return fresh


def stating(viewer: Viewer) -> Viewer:
    return replace(viewer, stated_purpose=Purpose.SUPERVISION)


def sees(viewer: Viewer, reference: str) -> bool:
    fresh = again(viewer)
    found = find_reference(fresh, reference) is not None
    assert found == (reference in {row.reference for row in list_cases(fresh, now=NOW).rows})
    with acting_as(fresh):  # as the database decides, of whatever a query forgot
        assert found == Case.objects.filter(reference=reference).exists()
        assert found == CaseEvent.objects.filter(case__reference=reference).exists()
        assert found == Person.objects.filter(cases__reference=reference).exists()
    return found


class House:
    def __init__(self) -> None:
        team = make_team()
        self.supervisor = make_viewer("supervisor", organisation=team.organisation)
        self.worker = make_viewer("caseworker", team=team)
        self.mate = make_viewer("caseworker", team=team)
        self.reference = make_case(self.worker)

    def restrict(self, *named: Viewer, level: ClearanceLevel = ClearanceLevel.RESTRICTED) -> None:
        restrict_case(
            reference=self.reference, level=level, named=[each.known_user_id for each in named],
            reason=ClearanceReason.THREATENED, by=self.supervisor, now=NOW,
        )  # fmt: skip

    def wall(self, **whom: int) -> None:
        keep_away(reference=self.reference, reason=WallReason.THREAT, by=self.supervisor, now=NOW, **whom)


@pytest.fixture
def house() -> House:
    return House()


class TestClearance:
    def test_only_who_is_named_sees_it(self, house: House) -> None:
        assert sees(house.mate, house.reference)
        house.restrict(house.supervisor, house.worker)
        assert sees(house.worker, house.reference)
        assert sees(house.supervisor, house.reference)
        assert not sees(house.mate, house.reference)
        assert not sees(
            make_viewer("supervisor", organisation=organisation_of(house.worker)), house.reference
        )

    def test_a_grant_does_not_open_it(self, house: House) -> None:
        other = make_viewer("competent_authority")
        grant_access(
            record=row_of(house.reference).id, user_id=other.user_id, permissions=[Permission.CASE_READ],
            reason=GrantReason.JOINT_WORK, ends_at=NOW + timedelta(days=1), by=house.supervisor, now=NOW,
        )  # fmt: skip
        assert sees(other, house.reference)
        house.restrict(house.supervisor, house.worker)
        assert not sees(other, house.reference)

    def test_being_named_is_no_reach(self, house: House) -> None:
        loner = make_viewer("caseworker", organisation=organisation_of(house.worker))
        house.restrict(house.supervisor, house.worker, loner)
        assert not sees(loner, house.reference)

    def test_it_opens_again_and_the_timeline_says_both(self, house: House) -> None:
        house.restrict(house.supervisor, house.worker)
        named = again(house.supervisor)
        restrict_case(
            reference=house.reference, level=ClearanceLevel.NORMAL, named=(), reason=ClearanceReason.NO_LONGER,
            by=stating(named), now=NOW,
        )  # fmt: skip
        assert sees(house.mate, house.reference)
        kinds = [line.kind for line in list_timeline(house.mate, house.reference)]
        assert {"restricted", "unrestricted"} <= set(kinds)

    def test_who_is_left_out_loses_it_and_stays_on_record(self, house: House) -> None:
        house.restrict(house.supervisor, house.worker, house.mate)
        assert sees(house.mate, house.reference)
        house.supervisor = stating(again(house.supervisor))
        house.restrict(house.supervisor, house.worker)
        assert not sees(house.mate, house.reference)

    @pytest.mark.parametrize("named", ["nobody", "not myself", "not the worker", "a stranger", "one alone"])
    def test_a_list_that_would_lose_the_case_is_refused(self, house: House, named: str) -> None:
        lists = {
            "nobody": (),
            "not myself": (house.worker,),
            "not the worker": (house.supervisor,),
            "a stranger": (house.supervisor, house.worker, make_viewer("caseworker")),
        }
        level = ClearanceLevel.RESTRICTED
        if named == "one alone":
            house.reference, level = make_case(house.supervisor), ClearanceLevel.SEALED
        with pytest.raises(NotClosable):
            house.restrict(*lists.get(named, (house.supervisor,)), level=level)
        assert sees(house.supervisor, house.reference)

    def test_it_is_given_only_to_who_is_named(self, house: House) -> None:
        house.restrict(house.supervisor, house.worker)
        with pytest.raises(NoSuchWorker):
            assign_case(
                reference=house.reference, worker_id=house.mate.known_user_id, version=1,
                by=stating(again(house.supervisor)), now=NOW,
            )  # fmt: skip

    def test_the_page_closes_it_and_says_who_is_named(self, house: House) -> None:
        supervisor = make_viewer("supervisor")
        reference = make_case(supervisor)
        client = sign_in(Client(), supervisor)
        sent = {"level": "restricted", "named": [str(supervisor.user_id)], "reason": "well_known"}
        assert client.post(case_url("clearance", reference), sent).status_code == 302
        page = text_of(client.get(case_url("access", reference)))
        assert "Only people who are named" in page


class TestWalls:
    def test_p19_who_knows_her_never_sees_her_again(self, house: House) -> None:
        second = open_case(
            new=NewCase(existing_person=row_of(house.reference).person_id, opened_date=NOW.date()),
            by=house.worker, now=NOW,
        )  # fmt: skip
        declare_known(reference=house.reference, reason=WallReason.RELATIVE, by=house.worker, now=NOW)
        for reference in (house.reference, second):
            assert not sees(house.worker, reference)
            assert sees(house.mate, reference)
            assert row_of(reference).worker_id is None

    def test_p19_who_is_kept_from_one_person_keeps_the_cases_of_others(self, house: House) -> None:
        others, mates = make_case(house.worker), open_case(
            new=NewCase(existing_person=row_of(house.reference).person_id, opened_date=NOW.date()),
            by=house.mate, now=NOW,
        )  # fmt: skip
        house.wall(user_id=house.worker.known_user_id)
        assert row_of(house.reference).worker_id is None
        assert row_of(others).worker_id == house.worker.user_id
        assert row_of(mates).worker_id == house.mate.user_id

    def test_p19_a_wall_wins_over_grant_and_name(self, house: House) -> None:
        house.restrict(house.supervisor, house.worker, house.mate)
        grant_access(
            record=row_of(house.reference).id, user_id=house.mate.user_id, permissions=[Permission.CASE_READ],
            reason=GrantReason.COVER, ends_at=NOW + timedelta(days=1), by=house.supervisor, now=NOW,
        )  # fmt: skip
        assert sees(house.mate, house.reference)
        house.supervisor = stating(again(house.supervisor))
        house.wall(user_id=house.mate.known_user_id)
        assert not sees(house.mate, house.reference)

    def test_p19_a_whole_organisation_is_kept_away_in_every_role(self, house: House) -> None:
        police = make_organisation(kind="law_enforcement")
        officers = [make_viewer("competent_authority", organisation=police) for _ in range(2)]
        grant_access(
            record=row_of(house.reference).id, organisation_id=police.pk, permissions=[Permission.CASE_READ],
            reason=GrantReason.REFERRAL, ends_at=NOW + timedelta(days=1), by=house.supervisor, now=NOW,
        )  # fmt: skip
        assert all(sees(each, house.reference) for each in officers)
        house.wall(organisation_id=police.pk)
        assert not any(sees(each, house.reference) for each in officers)

    @pytest.mark.parametrize("how", ["a wall", "named people only", "another compartment"])
    def test_p19_no_emergency_and_no_search_beyond_reach_goes_through_what_is_closed(
        self, house: House, how: str
    ) -> None:
        stranger = make_viewer("investigator" if how == "another compartment" else "supervisor")
        person = row_of(house.reference).person_id

        def is_found() -> set[bool]:
            fresh = again(stranger)
            opened = find_for_emergency(fresh, house.reference, now=NOW)
            return {opened is not None, bool(known_places(fresh, [person]))}

        assert is_found() == {how != "another compartment"}
        if how == "a wall":
            house.wall(organisation_id=stranger.organisation_id or 0)
        else:
            house.restrict(house.supervisor, house.worker)
        assert is_found() == {False}

    def test_the_case_does_not_show_it(self, house: House) -> None:
        before = [line.kind for line in list_timeline(house.worker, house.reference)]
        house.wall(user_id=house.mate.known_user_id)
        assert [line.kind for line in list_timeline(house.worker, house.reference)] == before

    def test_only_a_reviewer_sees_and_ends_it(self, house: House) -> None:
        house.wall(user_id=house.mate.known_user_id)
        wall = Wall.objects.get()
        for viewer in (house.supervisor, house.worker, house.mate):
            assert list_walls(viewer) == ()
            with pytest.raises(Refused):
                lift_wall(wall_id=wall.pk, by=viewer, now=NOW)
        reviewer = make_viewer("access_reviewer")
        assert [row.kept_away for row in list_walls(reviewer)] == [house.mate.name]
        client = sign_in(Client(), reviewer)
        assert house.mate.name in text_of(client.get(reverse("accounts:walls")))
        client.post(reverse("accounts:wall-lift"), {"wall": wall.pk})
        assert sees(house.mate, house.reference)
        assert list_walls(reviewer) == ()

    def test_nobody_ends_what_concerns_them(self, house: House) -> None:
        reviewer = make_viewer("access_reviewer")
        Wall.objects.create(
            user_id=reviewer.user_id, person=row_of(house.reference).person_id, reason="known", made_at=NOW
        )
        Wall.objects.create(
            organisation_id=reviewer.organisation_id, person=row_of(house.reference).person_id, reason="accused",
            made_at=NOW,
        )  # fmt: skip
        for wall in Wall.objects.all():
            with pytest.raises(Refused):
                lift_wall(wall_id=wall.pk, by=reviewer, now=NOW)
            wall.refresh_from_db()
            assert wall.lifted_at is None

    @pytest.mark.parametrize("whom", ["own organisation", "oneself", "a stranger", "nobody", "both"])
    def test_a_wall_that_makes_no_sense_is_refused(self, house: House, whom: str) -> None:
        stranger = make_viewer("caseworker")
        chosen: dict[str, dict[str, int]] = {
            "own organisation": {"organisation_id": house.supervisor.organisation_id or 0},
            "oneself": {"user_id": house.supervisor.known_user_id},
            "a stranger": {"user_id": stranger.known_user_id},
            "nobody": {},
            "both": {"user_id": house.mate.known_user_id, "organisation_id": stranger.organisation_id or 0},
        }
        with pytest.raises(NotClosable):
            house.wall(**chosen[whom])
        assert not Wall.objects.exists()

    def test_a_caseworker_keeps_nobody_else_away(self, house: House) -> None:
        with pytest.raises(Absent):
            keep_away(
                reference=house.reference, reason=WallReason.THREAT, by=house.worker, now=NOW,
                user_id=house.mate.known_user_id,
            )  # fmt: skip

    def test_stepping_back_on_the_page_opens_nothing_of_the_case(self, house: House) -> None:
        client = browser_of(house.worker)
        address = case_url("declaration", house.reference)
        assert row_of(house.reference).reference in text_of(client.get(address))
        answer = client.post(address, {"reason": "known"})
        assert answer["Location"] == reverse("cases:list")
        assert client.get(case_url("detail", house.reference)).status_code == 404
        assert client.get(address).status_code == 404

    def test_the_page_keeps_an_organisation_away(self, house: House) -> None:
        police = make_organisation(kind="law_enforcement")
        supervisor = make_viewer("supervisor")
        reference = make_case(supervisor)
        sent = {"who": f"organisation-{police.pk}", "reason": "accused"}
        assert browser_of(supervisor).post(case_url("wall", reference), sent).status_code == 302
        assert Wall.objects.get().organisation_id == police.pk
