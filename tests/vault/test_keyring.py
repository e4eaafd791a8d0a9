"""The keyring over the years: new keys, a rotation that was cut short, keys that are missing or changed, what was left clear."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError
from django.db.models import QuerySet

from amparo.access.actions import KEYS_ROTATE, ask_key_act, rotation
from amparo.cases.models import Person
from amparo.cases.queries import get_case
from amparo.cli.agreed import agreed
from amparo.cli.refusing import CommandRefused
from amparo.vault.actions import (
    begin_sealing,
    change_custodian,
    keyring,
    rewrap_keys,
    rotate_keys,
    seal_what_is_clear,
)
from amparo.vault.custodians import RootKeyCustodian
from amparo.vault.custodians.shares import new_shares
from amparo.vault.keeping import LocalKeeper
from amparo.vault.models import CompartmentKey, PersonKeys
from amparo.vault.queries import custodian, keeper, keyring_status, open_many
from amparo.vault.rules import (
    Compartment,
    KeyKind,
    KeysAway,
    NoKeys,
    NotOpened,
    Place,
    Reading,
    Sealed,
    new_key,
    wrapped_by,
)
from amparo.vault.rules.keys import Draw
from tests.agreeing import agree
from tests.factories.accounts import NOW, make_viewer, organisation_of
from tests.factories.cases import PERSON, make_case, row_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("as_owner")]
TEXT = {"text": "She waits behind the market."}


def written(person: UUID | None = None) -> list[Sealed]:
    """Write about a new person, once under each of her keys."""
    keeper.cache_clear()
    who = person or uuid4()
    sealing = begin_sealing((), new=[who], now=NOW)
    places = [Place(table="t", column=kind.value, row=who, person=who, kind=kind) for kind in KeyKind]
    return [sealing.seal(TEXT, place=place) for place in places]


def person_of(sealed: list[Sealed]) -> UUID:
    assert sealed[0].place
    return sealed[0].place.person


def opened(sealed: list[Sealed]) -> list[dict[str, Any]]:
    """Open as a process does that was started just now."""
    keeper.cache_clear()
    persons = frozenset({person_of(sealed)})
    reading = Reading(
        user_id=None, membership_id=None, purpose="", persons=persons, compartments=frozenset(Compartment)
    )
    return open_many(reading, sealed)


def numbers(person: UUID) -> set[int]:
    """Tell by which keys of compartments a person's three keys are wrapped."""
    row = PersonKeys.objects.get(person=person)
    return {wrapped_by(bytes(getattr(row, kind.value))) for kind in KeyKind}


def waiting() -> dict[Compartment, int]:
    return {row.compartment: row.waiting for row in keyring_status().compartments}


def newest_numbers() -> dict[Compartment, int]:
    return {row.compartment: row.newest for row in keyring_status().compartments}


def rotate(*compartments: Compartment) -> None:
    rotate_keys(custodian(), compartments=compartments or list(Compartment), now=NOW)


def test_keys_of_a_compartment_that_this_version_does_not_know_stay_locked() -> None:
    person = person_of(written())
    assert all(keeper().open_keys([person], list(KeyKind), within=tuple(Compartment)).values())
    PersonKeys.objects.filter(person=person).update(compartment="moon")
    assert not any(keeper().open_keys([person], list(KeyKind), within=tuple(Compartment)).values())


class TestRotation:
    """New keys of the compartments."""

    def test_p17_two_people_agreed_before_the_command_gives_new_keys(self, settings: Any) -> None:
        settings.AMPARO_ASSUMED_ROLE = "none"  # as in a command, which works as the owner throughout
        written()
        asker = make_viewer("installation_administrator")
        decider = make_viewer("organisation_administrator", organisation=organisation_of(asker))
        payload = rotation(list(Compartment))
        act = ask_key_act(KEYS_ROTATE, payload, by=asker, now=NOW)
        with pytest.raises(CommandRefused), agreed(act, kind=KEYS_ROTATE, payload=payload):
            rotate()
        agree(decider)
        before = newest_numbers()
        with agreed(act, kind=KEYS_ROTATE, payload=payload):
            rotate()
        assert newest_numbers() == {one: number + 1 for one, number in before.items()}

    def test_what_was_written_before_opens_and_what_is_new_takes_the_new_key(self) -> None:
        before = written()
        rotate()
        after = written()
        assert (numbers(person_of(before)), numbers(person_of(after))) == ({1}, {2})
        assert opened(before) == opened(after) == [TEXT] * 3
        assert (
            waiting()[Compartment.PROTECTION]
            == PersonKeys.objects.filter(compartment="protection").count() - 1
        )

    def test_rewrapping_leaves_nothing_to_the_old_keys_and_changes_nothing_twice(self) -> None:
        one, other = written(), written()
        rotate()
        everybody = PersonKeys.objects.count()
        assert rewrap_keys(custodian()) == everybody
        assert rewrap_keys(custodian()) == 0
        assert set(waiting().values()) == {0}
        CompartmentKey.objects.filter(number=1).delete()
        assert opened(one) == opened(other) == [TEXT] * 3

    def test_only_the_compartments_that_are_named_get_new_keys(self) -> None:
        sealed = written()
        rotate(Compartment.LOCATION)
        rewrap_keys(custodian())
        row = PersonKeys.objects.get(person=person_of(sealed))
        assert [wrapped_by(bytes(getattr(row, kind.value))) for kind in KeyKind] == [1, 1, 2]
        assert opened(sealed) == [TEXT] * 3

    def test_cut_short_it_is_taken_up_again_and_everything_opens_in_between(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rewrap_keys(custodian())
        people = [written() for _ in range(7)]
        rotate()
        before, usual, calls = PersonKeys.objects.count(), QuerySet.bulk_update, [0]

        def fall_over(self: Any, *arguments: Any, **named: Any) -> Any:
            calls[0] += 1
            if calls[0] == 2:
                raise OperationalError("the server closed the connection")
            return usual(self, *arguments, **named)

        monkeypatch.setattr(keyring, "AT_ONCE", 3)
        monkeypatch.setattr(QuerySet, "bulk_update", fall_over)
        with pytest.raises(OperationalError):
            rewrap_keys(custodian())
        assert [opened(each) for each in people] == [[TEXT] * 3] * len(people)
        assert (
            sum(numbers(person) == {2} for person in PersonKeys.objects.values_list("person", flat=True)) == 3
        )
        assert rewrap_keys(custodian()) == before - 3
        assert set(waiting().values()) == {0}
        assert [opened(each) for each in people] == [[TEXT] * 3] * len(people)

    def test_a_second_rotation_before_the_first_was_finished_leaves_nobody_behind(self) -> None:
        oldest = written()
        rotate()
        middle = written()
        rotate()
        rewrap_keys(custodian())
        assert numbers(person_of(oldest)) == numbers(person_of(middle)) == {3}
        assert opened(oldest) == opened(middle) == [TEXT] * 3

    def test_a_process_that_runs_on_finds_the_keys_that_another_made(self) -> None:
        running = LocalKeeper(custodian())
        running.unlock()
        rotate()
        sealed = written()
        rewrap_keys(custodian())
        found = running.open_keys([person_of(sealed)], list(KeyKind), within=tuple(Compartment))
        assert all(found[kind][person_of(sealed)] for kind in KeyKind)


class TestCustodian:
    """Another custodian."""

    def test_one_that_falls_over_midway_leaves_all_as_it_was(self) -> None:
        sealed = written()

        class Failing(RootKeyCustodian):
            wrapped = 0

            def wrap(self, secret: bytes, *, bound: bytes, draw: Draw) -> bytes:
                Failing.wrapped += 1
                if Failing.wrapped == 4:
                    raise OSError("the device was pulled out")
                return super().wrap(secret, bound=bound, draw=draw)

        before = list(CompartmentKey.objects.order_by("id").values_list("wrapped", flat=True))
        with pytest.raises(OSError, match="pulled out"):
            change_custodian(custodian(), Failing(kind="file", root=new_key()))
        after = list(CompartmentKey.objects.order_by("id").values_list("wrapped", flat=True))
        assert [bytes(each) for each in after] == [bytes(each) for each in before]
        assert opened(sealed) == [TEXT] * 3

    def test_after_a_rotation_it_takes_the_old_keys_along(self) -> None:
        sealed = written()
        rotate()
        following, _shares = new_shares(2, 3)
        change_custodian(custodian(), following)
        found = LocalKeeper(following).open_keys(
            [person_of(sealed)], [KeyKind.RECORD], within=tuple(Compartment)
        )
        assert found[KeyKind.RECORD][person_of(sealed)]
        with pytest.raises(KeysAway):  # the file at hand is no longer asked: who keeps shares must come
            opened(sealed)
        assert not keyring_status().is_open


class TestWhatIsWrong:
    """Missing and changed keys open nothing, and say where to look."""

    def test_p08_a_missing_key_of_a_compartment(self) -> None:
        sealed = written()
        CompartmentKey.objects.filter(compartment="protection").delete()
        with pytest.raises(NotOpened, match="amparo keys status"):
            opened(sealed)

    def test_p08_a_person_without_keys_is_neither_read_nor_written(self) -> None:
        sealed = written()
        PersonKeys.objects.filter(person=person_of(sealed)).delete()
        with pytest.raises(NotOpened):
            opened(sealed)
        keeper.cache_clear()
        with pytest.raises(NoKeys):
            begin_sealing([person_of(sealed)], now=NOW).seal(TEXT, place=sealed[0].place)  # type: ignore[arg-type]  # it has one

    @pytest.mark.parametrize("kind", list(KeyKind))
    def test_p08_a_flipped_bit_anywhere_in_a_persons_key(self, kind: KeyKind) -> None:
        sealed = written()
        row = PersonKeys.objects.get(person=person_of(sealed))
        whole = bytes(getattr(row, kind.value))
        for position in range(len(whole)):
            changed = bytearray(whole)
            changed[position] ^= 1 << position % 8
            PersonKeys.objects.filter(pk=row.pk).update(**{kind.value: bytes(changed)})
            with pytest.raises(NotOpened):
                opened(sealed)
        PersonKeys.objects.filter(pk=row.pk).update(**{kind.value: whole})
        assert opened(sealed) == [TEXT] * 3

    def test_p08_a_flipped_bit_anywhere_in_a_compartments_key(self) -> None:
        row = CompartmentKey.objects.get(compartment="protection", use="data")
        whole = bytes(row.wrapped)
        for position in range(len(whole)):
            changed = bytearray(whole)
            changed[position] ^= 1 << position % 8
            CompartmentKey.objects.filter(pk=row.pk).update(wrapped=bytes(changed))
            with pytest.raises(NotOpened):
                LocalKeeper(custodian()).unlock()

    def test_p08_a_compartments_key_in_the_place_of_that_of_its_search(self) -> None:
        index, data = (
            CompartmentKey.objects.get(compartment="protection", use=use) for use in ("index", "data")
        )
        CompartmentKey.objects.filter(pk=index.pk).update(wrapped=bytes(data.wrapped))
        with pytest.raises(NotOpened):
            LocalKeeper(custodian()).index_key(Compartment.PROTECTION)

    def test_p08_keys_that_were_exchanged(self) -> None:
        one, other = written(), written()
        rows = [PersonKeys.objects.get(person=person_of(each)) for each in (one, other)]
        PersonKeys.objects.filter(pk=rows[0].pk).update(record=bytes(rows[1].record))
        with pytest.raises(NotOpened):
            opened(one)
        PersonKeys.objects.filter(pk=rows[0].pk).update(record=bytes(rows[0].place))
        with pytest.raises(NotOpened):
            opened(one)
        PersonKeys.objects.filter(pk=rows[0].pk).update(record=bytes(rows[0].record), compartment="health")
        with pytest.raises(NotOpened):
            opened(one)
        assert opened(other) == [TEXT] * 3


class TestWhatIsClear:
    """What a version before the vault wrote in the clear."""

    @pytest.fixture
    def cleared(self) -> Callable[[str], int]:
        """Write a person's sealed columns in the clear, as that version did, the history too."""

        def clear(reference: str) -> int:
            person = row_of(reference).person_id
            history = Person.pgh_event_model  # type: ignore[attr-defined]  # pghistory sets it
            columns = {
                name: json.dumps(content).encode()
                for name, content in (
                    ("names", {"called": "Mina", "names": [], "salutation": ""}),
                    ("identity", {"position": "Cook"}),
                    ("whereabouts", {"address": None}),
                )
            }
            Person.objects.filter(id=person).update(**columns)
            history.objects.filter(pgh_obj_id=person).update(**columns)
            return 3 * (1 + int(history.objects.filter(pgh_obj_id=person).count()))

        return clear

    def test_is_sealed_once_in_the_history_too_and_opens_as_it_was(
        self, cleared: Callable[[str], int]
    ) -> None:
        viewer = make_viewer("caseworker")
        reference = make_case(viewer, person=PERSON)
        found = cleared(reference)
        assert seal_what_is_clear(now=NOW) >= found
        assert seal_what_is_clear(now=NOW) == 0
        details = get_case(viewer, reference, now=NOW).person.details
        assert (details.called, details.position) == ("Mina", "Cook")
        history = Person.pgh_event_model  # type: ignore[attr-defined]  # pghistory sets it
        kept = [
            *Person.objects.filter(id=row_of(reference).person_id),
            *history.objects.filter(pgh_obj_id=row_of(reference).person_id),
        ]
        for row in kept:
            for column in ("names", "identity"):
                assert b"Mina" not in getattr(row, column).content
                assert b"Cook" not in getattr(row, column).content

    def test_whoever_has_no_keys_yet_gets_them(self, cleared: Callable[[str], int]) -> None:
        viewer = make_viewer("caseworker")
        reference = make_case(viewer, person=PERSON, episodes=())
        cleared(reference)
        case = row_of(reference)
        PersonKeys.objects.filter(person=case.person_id).delete()
        keeper.cache_clear()
        seal_what_is_clear(now=NOW)
        assert PersonKeys.objects.filter(person=case.person_id).count() == 1
        row = row_of(reference).person
        reading = Reading(
            user_id=None,
            membership_id=None,
            purpose="",
            persons=frozenset({row.id}),
            compartments=frozenset(Compartment),
        )
        assert open_many(reading, [row.names])[0]["called"] == "Mina"
