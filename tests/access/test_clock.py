"""A clock that was set back, or stands forty years ahead: whatever ends by time is closed, and nothing is lost by it.

Elsewhere: epochs of the log (audit/test_sealing, test_p30), what a unit releases (cases/test_unit), keyd's budget and its rise
(vault/test_keyd_requests, vault/test_keyd_log), the day of waiting after a renewal (cli/test_people).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import NotWaiting, grant_access, invite_user, make_token
from amparo.access.models import DualAct
from amparo.access.queries import find_running, viewer_for_membership, viewer_for_token
from amparo.access.rules import GrantReason, Permission, Viewer
from amparo.accounts.actions import issue_password_link
from amparo.accounts.actions.guessing import is_address_closed, note_failure, take_turn
from amparo.accounts.models import Session
from amparo.accounts.queries import find_invitation, is_password_link_open
from amparo.accounts.rules import LONGEST_WAIT
from amparo.cases import tasks
from amparo.cases.models import Case
from amparo.config import sweeping
from amparo.vocab.dates import PartialDate
from tests.access.test_break_glass import make_scene
from tests.agreeing import agree
from tests.cases.pages import case_url
from tests.clock import database_clock
from tests.factories.accounts import (
    NOW,
    make_organisation,
    make_viewer,
    organisation_of,
    sign_in,
    state_purpose,
)
from tests.factories.cases import make_case, make_person_details, row_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
YEARS = timedelta(days=40 * 365)
MOVED = pytest.mark.parametrize(
    "moved", [-YEARS, -DAY, YEARS], ids=["forty back", "a day back", "forty ahead"]
)


@pytest.fixture
def host_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Move the clock of the host; that of the database stays."""
    real = timezone.now

    def move(ahead: timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: real() + ahead)

    return move


class TestLinksAndKeys:
    """What lets in for a time lets nobody in before it was made, nor after."""

    @MOVED
    def test_p30_an_invitation(self, moved: timedelta) -> None:
        keeper = make_viewer("organisation_administrator")
        secret = invite_user(
            email="new@example.org", organisation_id=keeper.organisation_id or 0, role="caseworker", by=keeper, now=NOW
        )  # fmt: skip
        assert find_invitation(secret, NOW) is not None
        assert find_invitation(secret, NOW + moved) is None

    @MOVED
    def test_p30_a_link_for_a_new_password(self, moved: timedelta) -> None:
        worker = make_viewer()
        secret = issue_password_link(user_id=worker.known_user_id, by=worker, now=NOW)
        assert is_password_link_open(secret, NOW)
        assert not is_password_link_open(secret, NOW + moved)

    @MOVED
    def test_p30_a_key_for_programs(self, moved: timedelta) -> None:
        secret = make_token(name="Till", days=9, by=make_viewer("supervisor", now=NOW), now=NOW)
        assert viewer_for_token(secret, NOW) is not None
        assert viewer_for_token(secret, NOW + moved) is None


class TestSigningIn:
    """Sessions end, guesses wait, and nobody is locked out."""

    def is_in(self, client: Client) -> bool:
        return client.get(reverse("accounts:me")).status_code == 200

    @MOVED
    def test_p25_p30_a_session(self, host_clock: Callable[[timedelta], None], moved: timedelta) -> None:
        client = sign_in(Client(), make_viewer())
        assert self.is_in(client)
        host_clock(moved)
        assert not self.is_in(client)

    def test_p25_p30_one_that_was_begun_by_a_clock_ahead(
        self, host_clock: Callable[[timedelta], None]
    ) -> None:
        viewer = make_viewer()
        host_clock(YEARS)
        client = sign_in(Client(), viewer)
        assert self.is_in(client)
        host_clock(timedelta())
        assert not self.is_in(client), "it would last for forty years"

    def test_p25_p30_one_that_ended_is_not_woken(self, host_clock: Callable[[timedelta], None]) -> None:
        client = sign_in(Client(), make_viewer())
        assert self.is_in(client)
        Session.objects.update(
            expire_date=timezone.now() - timedelta(minutes=1), seen=timezone.now() - timedelta(hours=1)
        )
        host_clock(timedelta(minutes=-30))
        assert not self.is_in(client)

    @MOVED
    def test_p24_p30_guesses(self, moved: timedelta) -> None:
        for _ in range(30):
            take_turn("name", now=NOW)
            note_failure("192.0.2.7", now=NOW)
        assert is_address_closed("192.0.2.7", now=NOW)
        take_turn("name", now=NOW + moved)
        wait = take_turn("name", now=NOW + moved)
        assert wait is not None, "who guesses waits by the moved clock as well"
        assert wait <= LONGEST_WAIT, "and nobody waits for forty years"
        assert not is_address_closed("192.0.2.7", now=NOW + moved)


class TestGrants:
    """A record that was opened for a time."""

    @pytest.fixture
    def opened(self) -> dict[str, Any]:
        now = timezone.now()
        owner = make_viewer("supervisor", now=now)
        reference = make_case(owner, now=now)
        other = make_viewer("competent_authority", organisation=make_organisation(kind="law_enforcement"))
        grant_access(
            record=row_of(reference).id, organisation_id=other.organisation_id, permissions=[Permission.CASE_READ],
            reason=GrantReason.JOINT_WORK, ends_at=now + DAY, by=owner, now=now,
        )  # fmt: skip
        return {"reference": reference, "reader": other}

    def granted(self, viewer: Viewer, now: datetime) -> bool:
        found = viewer_for_membership(viewer.membership_id or 0, now)
        return found is not None and bool(found.grants)

    @MOVED
    def test_p04_p30_by_its_own_clock(self, opened: dict[str, Any], moved: timedelta) -> None:
        assert self.granted(opened["reader"], timezone.now())
        assert not self.granted(opened["reader"], timezone.now() + moved)

    @pytest.mark.parametrize("apart", [timedelta(minutes=2), YEARS])
    def test_p30_one_that_ended_is_not_woken_by_a_host_that_lies_behind_the_database(
        self, opened: dict[str, Any], apart: timedelta
    ) -> None:
        client = state_purpose(sign_in(Client(), opened["reader"]), opened["reference"])
        assert client.get(case_url("detail", opened["reference"])).status_code == 200
        with database_clock(apart):
            assert client.get(case_url("detail", opened["reference"])).status_code == 404
        assert client.get(case_url("detail", opened["reference"])).status_code == 200, "nothing is lost"


class TestByTheDatabase:
    """Emergencies and acts of two people end by the database's time, whatever the host says."""

    def test_p15_p30_an_emergency(self) -> None:
        scene = make_scene()
        opening = scene.open(now=NOW + YEARS)
        assert find_running(scene.reader, opening) is not None
        with database_clock(YEARS):
            assert find_running(scene.reader, opening) is None
        with database_clock(-YEARS):
            assert find_running(scene.reader, opening) is None, "before it was opened it is not open"

    @pytest.mark.parametrize("ahead", [DAY + timedelta(seconds=1), YEARS, -YEARS])
    def test_p17_p30_an_act(self, ahead: timedelta) -> None:
        one = make_viewer("organisation_administrator")
        other = make_viewer("organisation_administrator", organisation=organisation_of(one))
        invite_user(
            email="new@example.org", organisation_id=one.organisation_id or 0, role="caseworker", by=one, now=NOW + YEARS
        )  # fmt: skip
        with database_clock(ahead), pytest.raises(NotWaiting):
            agree(other)
        assert DualAct.objects.get().outcome == ""


class TestWorkOfTheNight:
    """What the worker does by the date waits while the clocks disagree."""

    def test_p30_no_child_comes_of_age_by_a_wrong_clock(
        self, host_clock: Callable[[timedelta], None]
    ) -> None:
        born = PartialDate.parse("2015-05-01")
        reference = make_case(make_viewer(), person=make_person_details(birth=born, age_status="not_asked"))
        Case.objects.update(child_track="child")
        host_clock(YEARS)
        tasks.let_come_of_age(0)
        assert row_of(reference).child_track == "child"

    def test_p30_nothing_is_swept_by_a_wrong_clock(
        self, host_clock: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        swept: list[datetime] = []

        def sweep(*, now: datetime) -> int:
            swept.append(now)
            return 0

        monkeypatch.setattr(sweeping, "SWEEPS", (sweep,))
        host_clock(YEARS)
        sweeping.sweep(0)
        assert not swept
        host_clock(timedelta())
        sweeping.sweep(0)
        assert len(swept) == 1
