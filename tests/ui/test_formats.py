"""Dates, deadlines, numbers and codes as people of a language write them."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from amparo.ui import formats
from amparo.ui.codes import code_label, code_labels
from amparo.ui.showing import show_value
from amparo.vocab.dates import PartialDate, Period, StatedAge

TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "3 March 2026"),
        ("ar", "3 مارس 2026"),
        ("ar-eg", "٣ مارس ٢٠٢٦"),
        ("fr", "3 mars 2026"),
        ("ru", "3 марта 2026\u202fг."),
        ("es", "3 de marzo de 2026"),
        ("zh-hans", "2026年3月3日"),
    ],
)
def test_days_are_said_as_the_language_says_them(language: str, words: str) -> None:
    with override(language):
        assert formats.say_day(TODAY) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY, "today"),
        (date(2026, 3, 4), "tomorrow"),
        (date(2026, 3, 7), "in 4 days"),
        (date(2026, 3, 2), "1 day late"),
        (date(2026, 3, 1), "2 days late"),
    ],
)
def test_deadlines_say_how_far_they_are(day: date, words: str) -> None:
    assert formats.say_days_left(day, today=TODAY) == words


def test_arabic_has_its_six_plural_forms() -> None:
    with override("ar"):
        said = [formats.say_days_left(date(2026, 3, 3 + days), today=TODAY) for days in (2, 3, 11)]
    assert said == ["بعد يومين", "بعد 3 أيام", "بعد 11 يومًا"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (PartialDate(2024, season=21), "spring 2024"),
        (PartialDate(2019, is_approximate=True), "about 2019"),
        (PartialDate(2019, 4), "April 2019"),
        (PartialDate(2019, 4, 12), "12 April 2019"),
    ],
)
def test_partial_dates_are_said_as_they_are_known(value: PartialDate, words: str) -> None:
    assert formats.say_partial_date(value) == words


def test_periods_and_ages_are_sentences() -> None:
    ongoing = Period(start=PartialDate(2019), is_ongoing="yes")
    assert formats.say_period(ongoing) == "since 2019, still going on"
    assert formats.say_period(Period(start=PartialDate(2019))) == "from 2019 to an unknown day"
    assert formats.say_period(Period()) == "Not known"
    assert formats.say_stated_age(StatedAge(years=17, stated_on=TODAY)) == "17, stated on 3 March 2026"


@given(st.integers(0, 10**12))
def test_digits_of_other_scripts_are_read_back(number: int) -> None:
    with override("ar-eg"):
        shown = formats.say_number(number)
    assert int("".join(filter(str.isdecimal, formats.in_latin_digits(shown)))) == number


def test_languages_are_named_in_themselves() -> None:
    assert [formats.say_language_name(code) for code in ("en", "ar", "fr", "ru", "es")] == [
        "English",
        "العربية",
        "Français",
        "Русский",
        "Español",
    ]


def test_codes_and_reasons_have_labels_and_an_unknown_code_is_shown() -> None:
    assert code_label("country", "BG") == "Bulgaria"
    assert code_label("gender", "refused") == "Did not want to say"
    assert code_label("gender", "") == "Not asked"
    assert code_label("gender", "of_another_time") == "of_another_time"
    assert code_labels("country", ()) == ("Not asked",)
    with override("ar"):
        assert code_label("country", "BG") == "بلغاريا"


def test_values_are_escaped_and_isolated() -> None:
    assert show_value("<b>Amal</b>", "name") == '<bdi class="amparo-name">&lt;b&gt;Amal&lt;/b&gt;</bdi>'
    assert "Not recorded" in show_value(None)
    assert show_value(0) == "0"
    assert show_value(("a", "b")).count("<li>") == 2


def test_tags_print_dates_with_their_machine_form() -> None:
    template = Template("{% load amparo %}{% date day %}|{% moment at %}|{% in_days day %}|{% date none %}")
    context = {"day": TODAY, "at": datetime(2026, 3, 3, 12, 0, tzinfo=UTC), "today": TODAY, "none": None}
    assert template.render(Context(context)).startswith(
        '<time datetime="2026-03-03">3 March 2026</time>|<time datetime="2026'
    )
