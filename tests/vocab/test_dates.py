"""Partial dates and stated ages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from amparo.vocab.dates import SEASONS, BadDate, PartialDate, StatedAge, age_in_years

DAYS = st.dates(date(1000, 1, 1), date(2200, 1, 1))
PARTIAL = st.builds(
    lambda day, precision, season, about: {
        "year": PartialDate(day.year, is_approximate=about),
        "month": PartialDate(day.year, day.month, is_approximate=about),
        "day": PartialDate(day.year, day.month, day.day, is_approximate=about),
        "season": PartialDate(day.year, season=season, is_approximate=about),
    }[precision],
    DAYS,
    st.sampled_from(["year", "month", "day", "season"]),
    st.sampled_from(SEASONS),
    st.booleans(),
)


@given(PARTIAL)
def test_the_text_is_read_back(day: PartialDate) -> None:
    assert PartialDate.parse(str(day)) == day
    adapter = TypeAdapter(PartialDate)
    assert adapter.validate_json(adapter.dump_json(day)) == day
    assert adapter.validate_python(day) is day


@given(PARTIAL)
def test_a_date_lies_between_its_bounds_and_they_are_as_wide_as_its_precision(day: PartialDate) -> None:
    width = (day.latest() - day.earliest()).days + 1
    assert width in {"day": {1}, "month": {28, 29, 30, 31}}.get(day.precision, {365, 366})


@given(st.lists(PARTIAL, max_size=8))
def test_order_is_total_and_follows_the_earliest_day(days: list[PartialDate]) -> None:
    ordered = sorted(days)
    assert [one.earliest() for one in ordered] == sorted(one.earliest() for one in days)
    assert all((one < other) + (one == other) + (one > other) == 1 for one in days for other in days)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("2019-02-30", "28 days"),
        ("2019-13", "Months are 1 to 12"),
        ("2019-25", "Months are 1 to 12"),
        ("0000", "0001 to 9999"),
        ("19", "Write it as"),
        ("12.4.2019", "Write it as"),
        ("", "Write it as"),
        ("2019-21-01", "Months are 1 to 12"),
    ],
)
def test_impossible_dates_say_why(text: str, word: str) -> None:
    with pytest.raises(BadDate, match=word) as caught:
        PartialDate.parse(text)
    assert caught.value.template % caught.value.values == str(caught.value)


def test_a_season_has_no_month_and_a_day_needs_one() -> None:
    with pytest.raises(BadDate):
        PartialDate(2019, month=3, season=21)
    with pytest.raises(BadDate):
        PartialDate(2019, day=3)
    with pytest.raises(ValidationError):
        TypeAdapter(PartialDate).validate_python("2019-99")


@given(st.dates(date(1930, 1, 1), date(2020, 1, 1)), st.integers(0, 40_000))
def test_a_stated_age_holds_the_birth_and_every_later_age(born: date, days: int) -> None:
    stated_on = date.fromordinal(born.toordinal() + days)
    age = StatedAge(years=age_in_years(born, stated_on), stated_on=stated_on)
    first, last = age.born_between()
    assert first <= born <= last
    assert (last - first).days in (363, 364, 365, 366)
    low, high = age.age_on(date(2035, 6, 1))
    assert low <= age_in_years(born, date(2035, 6, 1)) <= high <= low + 1


def test_an_age_beyond_life_is_refused() -> None:
    with pytest.raises(BadDate, match="0 to 130"):
        StatedAge(years=131, stated_on=date(2026, 1, 1))
