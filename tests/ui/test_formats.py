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
from amparo.vocab.dates import PartialDate, StatedAge

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
    assert formats.say_period(PartialDate(2019), None, is_ongoing=True) == "since 2019, still going on"
    assert formats.say_period(PartialDate(2019), None) == "from 2019 to an unknown day"
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
    template = Template("{% load amparo %}{% date day %}|{% clock at %}|{% date none %}")
    context = {"day": TODAY, "at": datetime(2026, 3, 3, 12, 0, tzinfo=UTC), "none": None}
    assert template.render(Context(context)).startswith(
        '<time datetime="2026-03-03">3 March 2026</time>|<time datetime="2026-03-03T12:00:00+00:00">'
    )


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("text message only", "after 18"), "text message only, after 18"),
        (("رسالة فقط", "بعد 18"), "رسالة فقط، بعد 18"),
        (("只发短信", "晚上", "calls"), "只发短信、晚上、calls"),
        (("", "one", ""), "one"),
        ((), ""),
    ],
)
def test_a_comma_is_of_the_script_of_the_words_and_not_of_the_page(
    language: str, parts: tuple[str, ...], said: str
) -> None:
    with override(language):
        assert formats.join_words(parts) == said


def test_between_numbers_the_comma_is_that_of_the_page() -> None:
    with override("ar"):
        assert formats.join_words(("1", "2")) == "1، 2"
    assert formats.join_words(("1", "2")) == "1, 2"
