"""In an emergency one person is opened for an hour, others are told at once, and it is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import (
    NobodyReviews,
    Opened,
    OpenedLately,
    ReasonTooShort,
    Refused,
    approve_act,
    ask_lift,
    describe_act,
    escalate_unreviewed,
    get_act,
    read_reason,
    review_opening,
    shown,
)
from amparo.access.actions import open_in_emergency as open_for_an_hour
from amparo.access.models import EmergencyOpening, Notice
from amparo.access.queries import (
    find_running,
    get_opening,
    has_outside_reviewer,
    list_openings,
    viewer_for_membership,
)
from amparo.access.queries.emergencies import was_opened
from amparo.access.rules import EmergencyReason, Permission, Verdict, Viewer
from amparo.access.tasks import escalate_unreviewed as job
from amparo.accounts.models import Membership, User
from amparo.audit.models import Event
from amparo.cases.actions import NotOpened, add_note, open_in_emergency
from amparo.cases.models import CaseEvent
from amparo.cases.queries import Absent, get_case, is_open_in_emergency, list_cases, search_own_caseload
from amparo.cases.rules import Address
from amparo.vault.models import PersonKeys
from amparo.vault.rules import Compartment
from amparo.vocab.reference import make_reference
from tests.clock import database_clock
from tests.contracts.denial_asking import seen as shown_bytes
from tests.factories.accounts import (
    NOW,
    make_membership,
    make_user,
    make_viewer,
    organisation_of,
    sign_in,
    user_of,
)
from tests.factories.cases import make_case, make_person_details, row_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(minutes=60)
WHY = "She called from a car and is being taken to the border now."
HIDING = "Behind the old mill 7"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A case of one organisation, somebody of another who must act, and a reviewer of a third."""

    owner: Viewer
    leader: Viewer
    reader: Viewer
    reviewer: Viewer
    reference: str

    def open(self, **changes: Any) -> UUID:
        """Open the case in an emergency."""
        named = {"reference": self.reference, "reason": EmergencyReason.LIFE, "text": WHY, **changes}
        return open_in_emergency(**{"by": self.reader, "now": NOW, **named})

    def told(self, viewer: Viewer) -> list[str]:
        """List what somebody was told."""
        return list(
            Notice.objects.filter(user_id=viewer.known_user_id, organisation_id=viewer.organisation_id or 0)
            .order_by("pk")
            .values_list("kind", flat=True)
        )


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def make_scene(**more: Any) -> Scene:
    owner = make_viewer("caseworker", **more)
    person = make_person_details(address=Address(street=HIDING))
    return Scene(
        owner=owner,
        leader=make_viewer("supervisor", organisation=organisation_of(owner), **more),
        reader=make_viewer("supervisor", **more),
        reviewer=make_viewer("reviewer", **more),
        reference=make_case(owner, person=person, now=more.get("now", NOW)),
    )


class TestOneHour:
    """One person, for a stated reason, for at most sixty minutes of the database's time."""

    def test_p15_it_opens_one_person_for_an_hour_of_database_time(self, scene: Scene) -> None:
        with pytest.raises(Absent):
            get_case(scene.reader, scene.reference, now=NOW)
        opening = scene.open()
        running = find_running(scene.reader, opening)
        assert running is not None
        file = get_case(running.viewer, scene.reference, now=NOW)
        assert file.person.display_name.startswith("Amina")
        assert running.ends_at - EmergencyOpening.objects.get().opened_at == HOUR  # type: ignore[operator]
        with database_clock(HOUR - timedelta(seconds=30)):
            assert find_running(scene.reader, opening) is not None
        with database_clock(HOUR + timedelta(seconds=1)):
            assert find_running(scene.reader, opening) is None

    @pytest.mark.parametrize("days", [-365 * 40, 365 * 40])
    def test_p15_the_clock_of_the_host_does_not_count(self, scene: Scene, days: int) -> None:
        opening = scene.open()
        EmergencyOpening.objects.get(pk=opening)
        with database_clock(timedelta(days=days) if days > 0 else timedelta(hours=2)):
            assert find_running(scene.reader, opening) is None
        assert find_running(scene.reader, opening) is not None

    def test_p15_nobody_else_reads_under_it(self, scene: Scene) -> None:
        opening = scene.open()
        colleague = make_viewer("supervisor", organisation=organisation_of(scene.reader))
        elsewhere = make_membership(role="supervisor", user=user_of(scene.reader))
        others = (
            colleague, scene.reviewer, scene.owner, replace(scene.reader, token_id=3),
            replace(scene.reader, permissions=frozenset()), viewer_for_membership(elsewhere.pk, NOW),
        )  # fmt: skip
        for other in others:
            assert other is not None
            assert find_running(other, opening) is None
            assert not was_opened(other, opening)
        assert find_running(scene.reader, uuid4()) is None
        assert was_opened(scene.reader, opening)
        assert not was_opened(scene.reader, uuid4())

    def test_p15_never_the_place_and_never_another_person(self, scene: Scene) -> None:
        other = make_case(scene.owner)
        opening = scene.open()
        running = find_running(scene.reader, opening)
        assert running is not None
        hers = get_case(scene.owner, scene.reference, now=NOW, with_place=True).person.details.address
        assert HIDING in str(hers)
        assert get_case(running.viewer, scene.reference, now=NOW).person.details.address is None
        with pytest.raises(Absent):  # it never carries the permission to open a place
            get_case(running.viewer, scene.reference, now=NOW, with_place=True)
        with pytest.raises(Absent):
            get_case(running.viewer, other, now=NOW)
        assert running.viewer.permissions == {Permission.CASE_READ}
        assert list_cases(scene.reader, now=NOW).rows == ()
        assert search_own_caseload(scene.reader, "Amina", now=NOW) == ()
        with pytest.raises(Absent):
            get_case(scene.reader, scene.reference, now=NOW)

    def test_p15_it_opens_nothing_to_be_changed(self, scene: Scene) -> None:
        running = find_running(scene.reader, scene.open())
        assert running is not None
        with pytest.raises((Refused, Absent)):
            add_note(reference=scene.reference, text="I was here.", by=running.viewer, now=NOW)

    def test_p15_the_same_person_cannot_extend_it(self, scene: Scene) -> None:
        scene.open()
        second_case = make_case(scene.owner)
        type(row_of(second_case)).objects.filter(reference=second_case).update(
            person=row_of(scene.reference).person
        )
        for reference in (scene.reference, second_case):
            with pytest.raises(OpenedLately):
                scene.open(reference=reference)
        with database_clock(timedelta(hours=23, minutes=59)), pytest.raises(OpenedLately):
            scene.open()
        with database_clock(timedelta(hours=24, seconds=1)):
            scene.open()

    def test_p15_nor_under_another_account_of_the_same_human(self, scene: Scene) -> None:
        scene.open()
        twin = make_viewer("supervisor")
        User.objects.filter(pk=twin.known_user_id).update(staff_number=user_of(scene.reader).staff_number)
        with pytest.raises(OpenedLately):
            scene.open(by=twin)
        scene.open(by=make_viewer("supervisor"))

    def test_p15_the_database_refuses_to_extend_it(self, scene: Scene) -> None:
        row = EmergencyOpening.objects.filter(pk=scene.open())
        later = timezone.now() + timedelta(hours=9)
        for change in (
            {"ends_at": later}, {"opened_at": later}, {"review_until": later}, {"user": scene.owner.user_id},
            {"record": uuid4()}, {"person": uuid4()}, {"reason": "health"}, {"number": 9},
            {"reviewed_by": scene.reader.user_id},
        ):  # fmt: skip
            with pytest.raises(DatabaseError), transaction.atomic():
                row.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()

    @pytest.mark.parametrize(
        "text", ["", "help", "                         ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
    )
    def test_p15_a_reason_is_stated(self, scene: Scene, text: str) -> None:
        with pytest.raises(ReasonTooShort):
            scene.open(text=text)
        assert not EmergencyOpening.objects.exists()

    @pytest.mark.parametrize(
        "role",
        ["caseworker", "first_responder", "competent_authority", "statistician", "organisation_administrator",
         "installation_administrator", "reviewer"],
    )  # fmt: skip
    def test_p15_only_roles_for_emergencies_and_no_program(self, scene: Scene, role: str) -> None:
        for by in (make_viewer(role), replace(scene.reader, token_id=4)):
            with pytest.raises(Refused):
                scene.open(by=by)
            with pytest.raises(Refused):  # whether it is there or not
                open_in_emergency(
                    reference=make_reference("XA", Random(7)),
                    reason=EmergencyReason.LIFE,
                    text=WHY,
                    by=make_viewer(role),
                    now=NOW,
                )

    def test_p15_the_opening_itself_asks_who_opens(self, scene: Scene) -> None:
        case = row_of(scene.reference)
        opened = Opened(
            record=case.id, reference=scene.reference, person=case.person_id, owner=None,
            organisation_id=case.organisation_id,
        )  # fmt: skip
        changes: tuple[dict[str, Any], ...] = (
            {"permissions": frozenset()}, {"token_id": 3}, {"is_system": True}, {"membership_id": None},
            {"organisation_id": None},
        )  # fmt: skip
        for change in changes:
            with pytest.raises(Refused):
                open_for_an_hour(
                    opened, reason=EmergencyReason.LIFE, text=WHY, by=replace(scene.reader, **change), now=NOW
                )
        assert not EmergencyOpening.objects.exists()

    def test_each_look_is_logged_as_one_in_an_emergency(self, scene: Scene) -> None:
        opening = scene.open()
        number = EmergencyOpening.objects.get(pk=opening).number
        running = find_running(scene.reader, opening)
        assert running is not None
        get_case(running.viewer, scene.reference, now=NOW)
        last = Event.objects.latest("id")
        assert (last.action, last.basis, last.user) == (
            "cases.case.read", f"emergency:{number}", scene.reader.user_id,
        )  # fmt: skip
        opened = Event.objects.get(action="access.emergency.open")
        assert (opened.persons, opened.purpose) == ([row_of(scene.reference).person_id], "life")
        assert CaseEvent.objects.filter(case__reference=scene.reference, kind="emergency").count() == 1

    def test_the_reason_is_sealed(self, scene: Scene) -> None:
        opening = scene.open()
        with connection.cursor() as cursor:
            cursor.execute("SELECT story FROM access_emergencyopening")
            (content,) = cursor.fetchone()
        assert b"border" not in bytes(content)
        found = get_opening(scene.reviewer, opening, NOW)
        assert found is not None
        assert read_reason(found, by=scene.reviewer, now=NOW) == WHY
        assert Event.objects.latest("id").action == "access.emergency.judge"


def test_p15_an_opening_reaches_its_own_case_and_none_of_the_unit() -> None:
    worker, officer = make_viewer("supervisor"), make_viewer("integrity_officer")
    own, of_the_unit = make_case(worker), make_case(officer)
    assert is_open_in_emergency(worker, own)
    assert not is_open_in_emergency(worker, of_the_unit)
    assert not is_open_in_emergency(officer, of_the_unit)
    assert not is_open_in_emergency(officer, own)


class TestClosed:
    """What is closed even in an emergency looks as if it were not there."""

    def closed(self, scene: Scene, how: str) -> str:
        person = row_of(scene.reference).person_id
        if how == "erased":
            PersonKeys.objects.filter(person=person).delete()
        if how == "integrity":
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM keyring.person_keys WHERE person = %s", [person])
            PersonKeys.objects.create(
                person=person, compartment=Compartment.INTEGRITY, number=1, created_at=NOW,
                label=b"x", record=b"x", place=b"x", search_number=1,
            )  # fmt: skip
        return scene.reference if how != "absent" else make_reference("XA", __import__("random").Random(5))

    @pytest.mark.parametrize("how", ["absent", "erased", "integrity"])
    def test_p15_nothing_closed_opens_and_nobody_is_told(self, scene: Scene, how: str) -> None:
        with pytest.raises(NotOpened):
            scene.open(reference=self.closed(scene, how))
        assert not EmergencyOpening.objects.exists()
        assert not Notice.objects.exists()

    def test_closed_and_absent_are_one_answer_to_the_byte(self) -> None:
        scene = make_scene(now=timezone.now())
        client = sign_in(Client(), scene.reader)
        answers = set()
        for how in ("absent", "erased", "integrity"):
            reference = self.closed(scene, how)
            sent = {"reference": reference, "reason": "life", "text": WHY}
            answer: Any = client.post(reverse("cases:emergency"), sent)
            answer.whole, answer.named = answer.content.decode(), [reference]
            answers.add(shown_bytes(answer))
            search: Any = client.get(reverse("portal:search"), {"q": reference})
            search.whole, search.named = search.content.decode(), [reference]
            answers.add(shown_bytes(search))
            assert reverse("cases:emergency") in search.content.decode()
        assert len(answers) == 2
        assert Event.objects.filter(action="cases.case.emergency", outcome="not_opened").count() == 3

    @pytest.mark.parametrize("role", ["caseworker", "competent_authority", "first_responder"])
    def test_other_roles_are_not_even_offered_it(self, role: str) -> None:
        scene = make_scene(now=timezone.now())
        client = sign_in(Client(), make_viewer(role, now=timezone.now()))
        found = client.get(reverse("portal:search"), {"q": scene.reference}).content.decode()
        assert "emergency" not in found
        assert client.get(reverse("cases:emergency")).status_code == 403


class TestTold:
    """Those concerned are told at once, and somebody outside judges."""

    def test_p16_owner_leader_and_outside_reviewer_are_told_at_once(self, scene: Scene) -> None:
        inside = make_viewer("reviewer", organisation=organisation_of(scene.reader))
        scene.open()
        assert scene.told(scene.owner) == ["emergency_opened"]
        assert scene.told(scene.leader) == ["emergency_opened"]
        assert scene.told(scene.reviewer) == ["emergency_review"]
        assert scene.told(inside) == []

    def test_p16_without_a_reviewer_outside_the_readers_line_nothing_opens(self, scene: Scene) -> None:
        Membership.objects.filter(pk=scene.reviewer.membership_id or 0).update(until=NOW.date())
        assert not has_outside_reviewer(scene.reader, NOW)
        with pytest.raises(NobodyReviews):
            scene.open()
        make_viewer("reviewer", organisation=organisation_of(scene.reader))  # inside the line
        with pytest.raises(NobodyReviews):
            scene.open()
        both = make_user()
        make_membership(role="reviewer", user=both)
        make_membership(role="caseworker", user=both, organisation=organisation_of(scene.reader))
        with pytest.raises(NobodyReviews):
            scene.open()

    def test_p16_the_reader_and_those_of_the_readers_line_do_not_judge(self, scene: Scene) -> None:
        inside = make_viewer("reviewer", organisation=organisation_of(scene.reader))
        opening = scene.open()
        assert [one.id for one in list_openings(scene.reviewer, NOW)] == [opening]
        for other in (inside, scene.leader, scene.reader):
            assert list_openings(other, NOW) == []
            with pytest.raises((Http404, Refused)):
                review_opening(opening, verdict=Verdict.JUSTIFIED, by=other, now=NOW)
        User.objects.filter(pk=scene.reviewer.known_user_id).update(
            staff_number=user_of(scene.reader).staff_number
        )
        with pytest.raises(Refused):
            review_opening(opening, verdict=Verdict.JUSTIFIED, by=scene.reviewer, now=NOW)

    def test_p16_only_a_reviewer_looks_at_an_opening_and_at_no_other_one(self, scene: Scene) -> None:
        opening = scene.open()
        found = get_opening(scene.reviewer, opening, NOW)
        assert found is not None
        assert found.id == opening
        assert get_opening(scene.reviewer, uuid4(), NOW) is None
        assert get_opening(replace(scene.reviewer, permissions=frozenset()), opening, NOW) is None

    def test_p16_one_opening_is_judged_by_a_reviewer_and_by_no_program(self, scene: Scene) -> None:
        openings = [scene.open(), scene.open(reference=make_case(scene.owner, now=NOW))]
        for change in ({"token_id": 3}, {"permissions": frozenset()}):
            with pytest.raises(Refused):
                review_opening(
                    openings[0], verdict=Verdict.JUSTIFIED, by=replace(scene.reviewer, **change), now=NOW
                )
        for judged in openings:
            review_opening(judged, verdict=Verdict.JUSTIFIED, by=scene.reviewer, now=NOW)
            done = EmergencyOpening.objects.exclude(verdict="").values_list("pk", flat=True)
            assert set(done) == set(openings[: openings.index(judged) + 1])

    def test_p16_who_moved_to_the_reviewers_does_not_judge_the_own(self, scene: Scene) -> None:
        opening = scene.open()
        Membership.objects.filter(pk=scene.reader.membership_id or 0).update(until=NOW.date())
        ends = NOW.date() + timedelta(days=30)
        for_a_month = make_membership(role="reviewer", user=user_of(scene.reader), until=ends)
        moved = viewer_for_membership(for_a_month.pk, NOW)
        assert moved is not None
        assert moved.may(Permission.EMERGENCY_REVIEW)
        assert list_openings(moved, NOW) == []
        assert get_opening(moved, opening, NOW) is None

    def test_p16_it_is_judged_once_and_the_reader_is_told(self, scene: Scene) -> None:
        opening = scene.open()
        review_opening(opening, verdict=Verdict.JUSTIFIED, by=scene.reviewer, now=NOW)
        assert scene.told(scene.reader) == ["emergency_judged"]
        assert not Notice.objects.filter(kind="emergency_review", seen_at__isnull=True).exists()
        with pytest.raises(Refused):
            review_opening(opening, verdict=Verdict.UNCLEAR, by=scene.reviewer, now=NOW)
        assert viewer_for_membership(scene.reader.membership_id or 0, NOW) is not None

    def test_p16_not_justified_suspends_until_two_people_lift_it(self, scene: Scene) -> None:
        administrator = make_viewer("organisation_administrator", organisation=organisation_of(scene.reader))
        opening = scene.open()
        review_opening(opening, verdict=Verdict.NOT_JUSTIFIED, by=scene.reviewer, now=NOW)
        assert viewer_for_membership(scene.reader.membership_id or 0, NOW) is None
        assert find_running(scene.reader, opening) is None
        act = ask_lift(membership_id=scene.reader.membership_id or 0, by=administrator, now=NOW)
        found = get_act(scene.reviewer, act)
        seen = shown(found, describe_act(scene.reviewer, found, now=NOW))
        with pytest.raises(Refused):
            approve_act(act, seen=seen, by=administrator, now=NOW)
        approve_act(act, seen=seen, by=scene.reviewer, now=NOW)
        assert viewer_for_membership(scene.reader.membership_id or 0, NOW) is not None

    def test_p16_unreviewed_after_72_hours_of_database_time_it_escalates_once(self, scene: Scene) -> None:
        administrator = make_viewer("organisation_administrator", organisation=organisation_of(scene.owner))
        keeper = make_viewer("installation_administrator")
        scene.open()
        with database_clock(timedelta(hours=71, minutes=59)):
            assert escalate_unreviewed(now=NOW) == 0
        with database_clock(timedelta(hours=72, seconds=1)):
            assert escalate_unreviewed(now=NOW) == 1
            assert escalate_unreviewed(now=NOW) == 0
            (late,) = list_openings(scene.reviewer, NOW)
            assert late.is_late
        for viewer in (administrator, keeper):
            assert scene.told(viewer) == ["emergency_late"]
        assert scene.told(scene.reviewer) == ["emergency_review", "emergency_late"]
        assert Event.objects.filter(action="access.emergency.escalate").count() == 1

    def test_p16_what_was_judged_in_time_does_not_escalate(self, scene: Scene) -> None:
        opening = scene.open()
        review_opening(opening, verdict=Verdict.UNCLEAR, by=scene.reviewer, now=NOW)
        with database_clock(timedelta(hours=100)):
            job(timestamp=0)
        assert not Notice.objects.filter(kind="emergency_late").exists()

    def test_p16_more_than_three_in_a_week_are_told(self, scene: Scene) -> None:
        for number in range(4):
            assert ("emergency_often" in scene.told(scene.reviewer)) is False, number
            scene.open(reference=make_case(scene.owner))
        assert "emergency_often" in scene.told(scene.reviewer)
        assert Event.objects.filter(action="access.emergency.often").count() == 1

    def test_p16_those_of_another_and_of_the_week_before_do_not_count(self, scene: Scene) -> None:
        colleague = make_viewer("supervisor", organisation=organisation_of(scene.reader))
        for by in (scene.reader, scene.reader, scene.reader, colleague):
            scene.open(reference=make_case(scene.owner), by=by)
        with database_clock(timedelta(days=8)):
            scene.open(reference=make_case(scene.owner))
        assert "emergency_often" not in scene.told(scene.reviewer)


class TestPages:
    """Asked, opened, read, judged, in the browser."""

    def test_from_the_search_to_the_verdict(self) -> None:
        now = timezone.now()
        scene = make_scene(now=now)
        reader, reviewer = sign_in(Client(), scene.reader), sign_in(Client(), scene.reviewer)
        assert reader.get(reverse("cases:detail", args=[scene.reference])).status_code == 404
        asked = reader.get(reverse("cases:emergency"), {"reference": scene.reference}).content.decode()
        assert "a reviewer of another organisation" in asked
        assert scene.reference in asked
        sent = {"reference": scene.reference, "reason": "missing", "text": WHY}
        record = reader.post(reverse("cases:emergency"), sent, follow=True)
        page = record.content.decode()
        assert "Open until" in page
        assert "Amina" in page
        assert HIDING not in page
        assert "address" not in {block.code for block in record.context["blocks"]}
        (opening,) = EmergencyOpening.objects.all()
        address = reverse("cases:emergency-record", args=[opening.pk])
        assert sign_in(Client(), scene.leader).get(address).status_code == 404
        assert "was opened in an emergency" in sign_in(Client(), scene.leader).get("/").content.decode()
        listed = reviewer.get(reverse("accounts:emergencies")).content.decode()
        assert scene.reference not in listed
        judging = reviewer.get(reverse("accounts:emergency", args=[opening.pk])).content.decode()
        assert WHY in judging
        assert scene.reference not in judging
        assert "Amina" not in judging
        answer = reviewer.post(reverse("accounts:emergency", args=[opening.pk]), {"verdict": "not_justified"})
        assert answer.status_code == 302
        assert reader.get(address).status_code == 302  # suspended, and signed out at once
        sign_in(reader, scene.reader)
        assert reader.get(address).status_code == 403
        with database_clock(HOUR):
            assert "Amina" not in reader.get(address).content.decode()

    def test_what_was_closed_since_is_shown_no_more(self) -> None:
        scene = make_scene(now=timezone.now())
        address = reverse("cases:emergency-record", args=[scene.open(now=timezone.now())])
        client = sign_in(Client(), scene.reader)
        assert client.get(address).status_code == 200
        PersonKeys.objects.filter(person=row_of(scene.reference).person_id).delete()
        assert client.get(address).status_code == 404

    def test_after_the_hour_the_page_says_so(self) -> None:
        scene = make_scene(now=timezone.now())
        opening = scene.open(now=timezone.now())
        reader = sign_in(Client(), scene.reader)
        address = reverse("cases:emergency-record", args=[opening])
        assert reader.get(address).status_code == 200
        with database_clock(HOUR):
            over = reader.get(address, follow=True).content.decode()
        assert "The hour is over" in over
        assert "Amina" not in over

    def test_ones_own_case_needs_no_emergency(self) -> None:
        scene = make_scene(now=timezone.now())
        leader = sign_in(Client(), scene.leader)
        sent = {"reference": scene.reference, "reason": "life", "text": WHY}
        assert leader.post(reverse("cases:emergency"), sent)["Location"] == reverse(
            "cases:detail", args=[scene.reference]
        )
        assert not EmergencyOpening.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_p15_pressed_twice_at_once_it_is_opened_once() -> None:
    scene = make_scene()
    together, outcomes = Barrier(2), list[str]()

    def press() -> None:
        together.wait()
        try:
            scene.open()
            outcomes.append("opened")
        except OpenedLately:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["opened", "refused"]
