"""Acts on the keys are agreed to by two people before a command carries them out; a restore is confirmed by two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from amparo.access.actions import (
    KEYS_CUSTODIAN,
    KEYS_REWRAP,
    KEYS_ROTATE,
    Changed,
    NotTwoPeople,
    Refused,
    ask_key_act,
    ask_restore,
    handing_over,
    note_restoration,
    refuse_act,
    rewrapping,
    rotation,
    unconfirmed_restorations,
)
from amparo.access.actions.restores import describe_restore
from amparo.access.models import DualAct, Notice
from amparo.access.rules import NOBODY, Payload, Viewer
from amparo.audit.actions import record
from amparo.audit.models import Event
from amparo.cli.agreed import agreed, refuse_unagreed
from amparo.cli.refusing import CommandRefused
from amparo.vault.models import PersonKeys, Restoration
from amparo.vault.rules import Compartment
from tests.agreeing import agree
from tests.clock import database_clock
from tests.factories.accounts import NOW, make_organisation, make_viewer, organisation_of, sign_in, user_of
from tests.factories.cases import make_case

pytestmark = pytest.mark.django_db
HEALTH = [Compartment.HEALTH]


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """Who keeps the installation and asks, and who looks from outside and agrees."""

    asker: Viewer
    decider: Viewer

    def ask(self, kind: str = KEYS_ROTATE, payload: Payload | None = None) -> UUID:
        return ask_key_act(kind, payload or rotation(HEALTH), by=self.asker, now=NOW)

    def agreed(self, kind: str = KEYS_ROTATE, payload: Payload | None = None) -> UUID:
        act = self.ask(kind, payload)
        agree(self.decider)
        return act


@pytest.fixture
def house() -> House:
    outside = make_organisation(kind="independent_unit")
    return House(
        asker=make_viewer("installation_administrator"),
        decider=make_viewer("access_reviewer", organisation=outside),
    )


@pytest.fixture
def somebody() -> None:
    make_case(make_viewer())


@contextmanager
def command(act: UUID | None, kind: str = KEYS_ROTATE, payload: Payload | None = None) -> Iterator[None]:
    """Do what the command on the machine does."""
    with agreed(act, kind=kind, payload=payload or rotation(HEALTH)):
        yield


def rotate(act: UUID | None) -> None:
    """Do as `amparo keys rotate` does; tests/vault shows that keys change by it, which takes the owner of the tables."""
    with command(act):
        record("access.keys.done", by=NOBODY, at=NOW)


def times_done() -> int:
    return Event.objects.filter(action="access.keys.done").count()


@pytest.mark.usefixtures("somebody")
class TestKeys:
    """New keys, keys wrapped anew, another custodian: agreed on the pages, done at the machine, once."""

    def test_p17_who_holds_the_machine_changes_no_key_alone(self, house: House) -> None:
        waiting = house.ask()
        for act in (None, uuid4(), waiting):
            with pytest.raises(CommandRefused):
                rotate(act)
        refuse_act(waiting, by=house.decider, now=NOW)
        with pytest.raises(CommandRefused):
            rotate(waiting)
        assert not times_done()

    def test_p17_what_two_agreed_to_is_done_once(self, house: House) -> None:
        act = house.agreed()
        refuse_unagreed(act, kind=KEYS_ROTATE, payload=rotation(HEALTH))  # looks, and uses nothing up
        rotate(act)
        with pytest.raises(CommandRefused, match="used already"):
            rotate(act)
        assert times_done() == 1
        told = list(
            Event.objects.filter(action__startswith="access.").order_by("id").values_list("action", "user")
        )
        assert told[-2:] == [("access.act.collect", house.asker.user_id), ("access.keys.done", None)]
        assert ("access.keys.allow", house.decider.user_id) in told

    def test_p17_it_is_exactly_that(self, house: House) -> None:
        act = house.agreed()
        others = (
            (KEYS_ROTATE, rotation(list(Compartment))),
            (KEYS_ROTATE, {**rotation(HEALTH), "custodian": "another"}),
            (KEYS_REWRAP, rewrapping()),
            (KEYS_CUSTODIAN, handing_over("file")),
        )
        for kind, payload in others:
            with pytest.raises(CommandRefused), command(act, kind, payload):
                raise AssertionError
        shared = house.agreed(KEYS_CUSTODIAN, handing_over("shares", needed=3, of=5))
        with (
            pytest.raises(CommandRefused),
            command(shared, KEYS_CUSTODIAN, handing_over("shares", needed=2, of=5)),
        ):
            raise AssertionError
        with command(shared, KEYS_CUSTODIAN, handing_over("shares", needed=3, of=5)):
            pass

    def test_what_broke_off_can_be_done_still(self, house: House) -> None:
        act = house.agreed()
        with pytest.raises(RuntimeError), command(act):
            raise RuntimeError("the disk is full")
        rotate(act)
        assert times_done() == 1

    def test_p17_after_a_day_it_is_over(self, house: House) -> None:
        act = house.agreed()
        with database_clock(timedelta(hours=24)), pytest.raises(CommandRefused):
            rotate(act)

    def test_p17_who_asked_and_left_has_asked_for_nothing(self, house: House) -> None:
        act = house.agreed()
        membership = user_of(house.asker).memberships.get()
        membership.until = NOW.date()
        membership.save()
        with pytest.raises(CommandRefused):
            rotate(act)

    def test_p17_nobody_of_the_same_office_agrees(self, house: House) -> None:
        colleague = make_viewer("installation_administrator", organisation=organisation_of(house.asker))
        house.ask()
        for one in (house.asker, colleague):
            with pytest.raises(NotTwoPeople):
                agree(one)
        agree(make_viewer("organisation_administrator", organisation=organisation_of(house.asker)))

    def test_what_cannot_be_is_not_asked_for(self, house: House) -> None:
        for kind, payload in (
            (KEYS_ROTATE, rotation([])),
            (KEYS_CUSTODIAN, handing_over("shares", needed=1, of=5)),
            (KEYS_CUSTODIAN, handing_over("shares", needed=3, of=17)),
        ):
            with pytest.raises(Refused):
                house.ask(kind, payload)
        with pytest.raises(Refused):
            ask_key_act(KEYS_REWRAP, rewrapping(), by=house.decider, now=NOW)
        with pytest.raises(Changed):
            house.ask(KEYS_REWRAP, {**rewrapping(), "custodian": "another"})
        assert not DualAct.objects.exists()

    def test_the_page_of_the_act_shows_the_command(self, client: Client, house: House) -> None:
        sign_in(client, house.asker)
        answer = client.post(
            reverse("accounts:change-keys"), {"what": "rotate", "compartments": ["health"]}, follow=True
        )
        act = DualAct.objects.get()
        assert "Health" in answer.content.decode()
        assert "amparo keys rotate" not in answer.content.decode()
        agree(house.decider)
        shown = f"amparo keys rotate --compartment health --act {act.pk}"
        assert shown in client.get(reverse("accounts:act", args=[act.pk])).content.decode()
        rotate(act.pk)
        assert shown not in client.get(reverse("accounts:act", args=[act.pk])).content.decode()

    def test_the_page_asks_for_each_kind(self, client: Client, house: House) -> None:
        sign_in(client, house.asker)
        page = reverse("accounts:change-keys")
        for said, kind in (
            ({"what": "rotate"}, KEYS_ROTATE),
            ({"what": "rewrap"}, KEYS_REWRAP),
            ({"what": "shares", "needed": "2", "of": "4"}, KEYS_CUSTODIAN),
        ):
            assert client.post(page, said).status_code == 302
            assert DualAct.objects.latest("asked_at").kind == kind
        assert DualAct.objects.latest("asked_at").payload["of"] == 4
        answer = client.post(page, {"what": "shares", "needed": "9", "of": "4"})
        assert "Between 2 and 16 persons" in answer.content.decode()


def test_while_nobody_is_recorded_one_person_makes_the_keys_ready() -> None:
    assert not PersonKeys.objects.exists()
    rotate(None)
    assert times_done() == 1


class TestRestore:
    """A backup that was brought back is said to everybody, until two people confirm it."""

    def restored(self) -> int:
        note_restoration(backup="ab" * 32, taken_at=NOW - timedelta(days=1), erased_again=2, now=NOW)
        return Restoration.objects.latest("id").pk

    def test_p17_it_is_said_until_two_people_confirm_it(self, client: Client, house: House) -> None:
        worker = make_viewer("caseworker")
        number = self.restored()
        told = set(Notice.objects.filter(kind="restored").values_list("user_id", flat=True))
        assert told == {house.asker.user_id, house.decider.user_id}
        sign_in(client, worker)
        assert "A backup was brought back" in client.get("/").content.decode()
        ask_restore(number, by=house.asker, now=NOW)
        with pytest.raises(NotTwoPeople):
            agree(house.asker)
        assert unconfirmed_restorations()
        agree(house.decider)
        assert not unconfirmed_restorations()
        assert not Notice.objects.filter(kind="restored", seen_at=None).exists()
        assert "A backup was brought back" not in client.get("/").content.decode()
        with pytest.raises(Refused):
            ask_restore(number, by=house.asker, now=NOW)
        noted = Event.objects.filter(record=f"restoration:{number}").order_by("id")
        assert list(noted.values_list("action", flat=True)) == [
            "access.restore.note",
            "access.restore.confirm",
        ]

    def test_p17_another_one_is_confirmed_anew(self, house: House) -> None:
        ask_restore(self.restored(), by=house.asker, now=NOW)
        agree(house.decider)
        later = self.restored()
        assert [row.id for row in unconfirmed_restorations()] == [later]

    def test_p17_what_was_asked_about_another_backup_is_not_agreed_to(self, house: House) -> None:
        number = self.restored()
        for payload in (
            {"restoration": number, "backup": "cd" * 32},
            {"restoration": number + 1, "backup": "ab" * 32},
        ):
            with pytest.raises(Changed):
                describe_restore(payload, asked_by=house.asker, now=NOW)

    def test_only_who_keeps_the_installation_asks_on_the_page(self, client: Client, house: House) -> None:
        number = self.restored()
        for one in (number, number + 1):
            with pytest.raises(Refused) as told:
                ask_restore(one, by=house.decider, now=NOW)
            assert "confirmed" not in str(told.value), "nor is she told which there are"
        sign_in(client, house.asker)
        page = reverse("accounts:restored")
        assert "Ask a second person" in client.get(page).content.decode()
        answer = client.post(page, {"restoration": str(number)}, follow=True)
        assert "ab" * 32 in answer.content.decode()
        assert client.post(page, {"restoration": "987"}, follow=True).status_code == 200
        assert DualAct.objects.count() == 1

    def test_what_was_kept_of_it_is_neither_changed_nor_removed(self) -> None:
        self.restored()
        for change in (
            lambda: Restoration.objects.all().delete(),
            lambda: Restoration.objects.update(backup=""),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
