"""So many persons' keys in which time, by a clock of the test's own."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from amparo.vault.keyd.rates import DAY, HOUR, NotRaisable, Rates
from amparo.vault.rules import SYSTEM, Asker, KeyKind, TooManyKeys

AMINA, BEN = Asker(user_id=1), Asker(user_id=2)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rates(clock: Clock) -> Rates:
    return Rates(clock=clock)


def persons(number: int) -> list[UUID]:
    return [uuid4() for _ in range(number)]


def had(rates: Rates, kind: KeyKind, number: int, by: Asker = AMINA) -> int:
    """Ask for one more person at a time; gives how many were had before the first refusal."""
    for count in range(number):
        try:
            rates.take(by, persons(1), [kind])
        except TooManyKeys:
            return count
    return number


def test_records_come_200_at_once_then_60_a_minute_and_600_a_day(rates: Rates, clock: Clock) -> None:
    assert had(rates, KeyKind.RECORD, 300) == 200
    clock.now += 60
    assert had(rates, KeyKind.RECORD, 300) == 60
    clock.now += 600
    assert had(rates, KeyKind.RECORD, 300) == 200
    clock.now += 600
    assert had(rates, KeyKind.RECORD, 300) == 140
    clock.now += HOUR
    assert had(rates, KeyKind.RECORD, 1) == 0
    clock.now += DAY
    assert had(rates, KeyKind.RECORD, 300) == 200


def test_places_come_ten_in_any_hour(rates: Rates, clock: Clock) -> None:
    assert had(rates, KeyKind.PLACE, 20) == 10
    clock.now += HOUR - 1
    assert had(rates, KeyKind.PLACE, 20) == 0
    clock.now += 2
    assert had(rates, KeyKind.PLACE, 20) == 10


def test_names_come_20000_in_any_hour(rates: Rates, clock: Clock) -> None:
    for _ in range(4):
        rates.take(AMINA, persons(5_000), [KeyKind.LABEL])
        clock.now += 899
    with pytest.raises(TooManyKeys) as refused:
        rates.take(AMINA, persons(5_000), [KeyKind.LABEL])
    clock.now += refused.value.seconds
    rates.take(AMINA, persons(5_000), [KeyKind.LABEL])


def test_who_had_a_person_is_not_counted_for_her_again(rates: Rates, clock: Clock) -> None:
    known = persons(10)
    assert rates.take(AMINA, known, [KeyKind.PLACE]) == {KeyKind.PLACE: known}
    clock.now += 60
    assert rates.take(AMINA, known, [KeyKind.PLACE]) == {KeyKind.PLACE: []}
    with pytest.raises(TooManyKeys):
        rates.take(AMINA, [*known, uuid4()], [KeyKind.PLACE])


def test_a_refused_request_counts_nothing(rates: Rates) -> None:
    with pytest.raises(TooManyKeys):
        rates.take(AMINA, persons(201), [KeyKind.RECORD, KeyKind.LABEL])
    with pytest.raises(TooManyKeys):
        rates.take(AMINA, persons(11), [KeyKind.RECORD, KeyKind.PLACE])
    assert had(rates, KeyKind.RECORD, 300) == 200


def test_one_asker_does_not_use_up_what_another_may_have(rates: Rates) -> None:
    assert had(rates, KeyKind.PLACE, 20) == 10
    assert had(rates, KeyKind.PLACE, 20, by=BEN) == 10


def test_all_together_have_a_limit_whoever_they_say_they_are(clock: Clock) -> None:
    rates = Rates(clock=clock, together={KeyKind.LABEL: 9, KeyKind.RECORD: 9, KeyKind.PLACE: 25})
    counts = [had(rates, KeyKind.PLACE, 20, by=Asker(user_id=number)) for number in range(5)]
    assert counts == [10, 10, 5, 0, 0]
    assert rates.busiest[KeyKind.PLACE] == 25
    clock.now += HOUR + 60
    assert had(rates, KeyKind.PLACE, 20, by=Asker(user_id=4)) == 10


def test_imports_exports_and_the_system_share_one_larger_budget(rates: Rates) -> None:
    for asker in (
        SYSTEM,
        Asker(user_id=1, purpose="import"),
        Asker(user_id=2, action="intake.workbook.read"),
        Asker(user_id=3, purpose="export"),
    ):
        rates.take(asker, persons(5_000), [KeyKind.RECORD])
    with pytest.raises(TooManyKeys):
        rates.take(Asker(user_id=4, purpose="export"), persons(1_000), [KeyKind.RECORD])
    assert had(rates, KeyKind.RECORD, 300) == 200


def test_a_restart_gives_nobody_a_new_budget(clock: Clock) -> None:
    rates, given = Rates(clock=clock), persons(10)
    rates.restore(AMINA, {KeyKind.PLACE: given}, age=600)
    assert had(rates, KeyKind.PLACE, 5) == 0
    assert rates.take(AMINA, given, [KeyKind.PLACE]) == {KeyKind.PLACE: []}
    clock.now += HOUR - 600
    assert had(rates, KeyKind.PLACE, 20) == 10


def test_what_was_not_given_after_all_is_not_counted(rates: Rates) -> None:
    rates.give_back(AMINA, rates.take(AMINA, persons(10), [KeyKind.PLACE]))
    assert had(rates, KeyKind.PLACE, 20) == 10


def test_what_a_refusal_says_to_wait_is_enough(rates: Rates, clock: Clock) -> None:
    for kind, number in ((KeyKind.RECORD, 200), (KeyKind.PLACE, 10)):
        rates.take(AMINA, persons(number), [kind])
        with pytest.raises(TooManyKeys) as refused:
            rates.take(AMINA, persons(5), [kind])
        assert refused.value.seconds > 0
        clock.now += refused.value.seconds + 0.001
        rates.take(AMINA, persons(5), [kind])


class TestRaised:
    """Two people have bulk work raised: to a ceiling, for some hours of this clock, once a day."""

    def many(self, rates: Rates, number: int) -> int:
        done = 0
        for _ in range(number):
            try:
                rates.take(SYSTEM, persons(1_000), [KeyKind.RECORD])
            except TooManyKeys:
                break
            done += 1
        return done

    def test_it_gives_three_times_as_much_and_ends_by_the_clock(self, rates: Rates, clock: Clock) -> None:
        assert self.many(rates, 100) == 20
        rates.raise_bulk(1)
        assert self.many(rates, 100) == 40
        clock.now += HOUR + 1
        assert self.many(rates, 100) == 20
        assert self.many(rates, 1) == 0

    def test_what_was_not_used_does_not_outlast_it(self, rates: Rates, clock: Clock) -> None:
        rates.raise_bulk(1)
        assert self.many(rates, 1) == 1
        clock.now += HOUR + 1
        assert self.many(rates, 100) == 20

    def test_people_get_no_more_by_it(self, rates: Rates) -> None:
        rates.raise_bulk(4)
        assert had(rates, KeyKind.PLACE, 20) == 10

    def test_nobody_has_it_longer_than_four_hours_or_twice_a_day(self, rates: Rates, clock: Clock) -> None:
        rates.refuse_second_rise()
        rates.raise_bulk(10_000)
        clock.now += 4 * HOUR + 1
        assert self.many(rates, 100) == 20
        with pytest.raises(NotRaisable):
            rates.refuse_second_rise()
        clock.now += DAY
        rates.refuse_second_rise()

    def test_an_installation_may_forbid_it(self, clock: Clock) -> None:
        with pytest.raises(NotRaisable):
            Rates(clock=clock, ceiling=1).refuse_second_rise()
