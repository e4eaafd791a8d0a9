"""Forms made of records: what is typed becomes the record, nothing typed is lost, errors lead to their control."""

import re
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template import Context, Template
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from amparo.ui.forms import DetailsForm, details_form, error_links
from amparo.ui.forms.base import teach
from amparo.ui.forms.making import NoField
from amparo.vocab.codes import code_list
from amparo.vocab.dates import PartialDate, StatedAge
from tests.ui.records import Details, Name, Place, WithPicture

EMPTY = Details()
FULL = Details(
    names=(Name(text="أمل", kind="given", place=Place(city="Lom", country="BG")), Name(text="Amal")),
    gender="refused",
    means=("fraud", "deception"),
    citizenships=("BG", "ET"),
    birth=PartialDate(2009, season=21, is_approximate=True),
    age=StatedAge(years=17, stated_on=date(2026, 3, 3)),
    seen_on=date(2026, 3, 1),
    children=2,
    note="First line\nsecond",
    untouched="kept",
)
FORM: type[DetailsForm[Details]] = details_form(Details)


def typed(form: DetailsForm[Any]) -> QueryDict:
    """Return what a browser sends for a form that nobody changed, read from its HTML."""
    html = rendered(form)
    data = QueryDict(mutable=True)
    for tag in re.findall(r"<input [^>]*>", html):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        is_choice = attributes.get("type") in {"checkbox", "radio"}
        if "name" in attributes and (not is_choice or " checked" in tag):
            data.appendlist(attributes["name"], attributes.get("value", ""))
    for name, inner in re.findall(
        r'<select name="([^"]*)"[^>]*>(.*?)</select>', html, re.DOTALL
    ) + re.findall(
        r'<select class="govuk-select" id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', html, re.DOTALL
    ):
        chosen = re.findall(r'<option value="([^"]*)" selected', inner)
        first = re.search(r'<option value="([^"]*)"', inner)
        data.appendlist(name, chosen[0] if chosen else (first[1] if first else ""))
    for name, value in re.findall(r'<textarea name="([^"]*)"[^>]*>\n(.*?)</textarea>', html, re.DOTALL):
        data.appendlist(name, value.replace("\n", "\r\n"))
    return data


def rendered(form: DetailsForm[Any]) -> str:
    return Template("{% load amparo %}{% render_form form %}").render(Context({"form": form}))


@pytest.mark.parametrize("record", [EMPTY, FULL], ids=["empty", "full"])
def test_a_form_sent_unchanged_changes_nothing(record: Details) -> None:
    form = FORM(typed(FORM(record=record)), record=record)
    assert form.is_valid(), form.errors
    assert form.record(record) == record


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_the_language_of_the_page_changes_no_order(language: str) -> None:
    record = replace(EMPTY, citizenships=("AF", "AX", "AL", "DE", "ES"))
    with override(language):
        form = FORM(typed(FORM(record=record)), record=record)
        assert form.is_valid(), form.errors
    assert form.record(record) == record


def test_only_the_named_attributes_are_written() -> None:
    form_class = details_form(Details, fields=("note",))
    form = form_class(QueryDict("note=new&untouched=sneaked+in"), record=FULL)
    assert form.is_valid()
    assert form.record(FULL) == replace(FULL, note="new")


CODES = {
    name: [code.code for code in code_list(name)] for name in ("gender", "means", "country", "name_kind")
}
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=60)
NAMES = st.builds(Name, text=TEXT, kind=st.sampled_from(CODES["name_kind"]))
REASONS = st.sampled_from([("unknown",), ("refused",), ("not_applicable",)])


def in_order(name: str) -> Any:
    order = CODES[name].index
    return st.sets(st.sampled_from(CODES[name]), max_size=5).map(
        lambda chosen: tuple(sorted(chosen, key=order))
    )


@given(
    st.builds(
        Details,
        names=st.lists(NAMES, max_size=4).map(tuple),
        gender=st.sampled_from([*CODES["gender"], "unknown", "refused", "not_asked"]),
        means=in_order("means") | REASONS,
        citizenships=in_order("country") | REASONS,
        birth=st.none() | st.dates(date(1920, 1, 1), date(2026, 1, 1)).map(PartialDate.of),
        children=st.none() | st.integers(0, 30),
        seen_on=st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    )
)
def test_whatever_a_record_holds_survives_its_form(record: Details) -> None:
    from html import unescape

    sent = typed(FORM(record=record))
    for name, values in sent.lists():
        sent.setlist(name, [unescape(value) for value in values])
    form = FORM(sent, record=record)
    assert form.is_valid(), form.errors
    assert form.record(record) == record


def test_a_code_that_the_list_no_longer_has_is_kept() -> None:
    old = Details(gender="a_retired_code", means=("another_retired_code",))
    form = FORM(typed(FORM(record=old)), record=old)
    assert form.is_valid(), form.errors
    assert form.record(old) == old


def test_a_made_up_code_is_refused() -> None:
    form = FORM(QueryDict("gender=dragon"), record=EMPTY)
    assert form.errors["gender"] == ["This answer is not in the list. Choose one of the list."]


def test_an_answer_and_a_reason_for_none_exclude_each_other() -> None:
    form = FORM(QueryDict("gender=not_asked&means=fraud&means=refused"))
    assert form.errors["means"] == ["An answer and “Does not want to say” are both chosen. Keep one of them."]


def test_adding_a_row_keeps_what_was_typed_and_shows_no_error() -> None:
    sent = QueryDict("names-row=0&names-0-text=Amal&names-0-kind=given&children=two&arrange-rows=names:add")
    form = FORM(sent, record=EMPTY)
    html = rendered(form)
    assert not form.is_valid()
    assert not form.errors
    assert 'value="Amal"' in html
    assert 'value="two"' in html
    assert 'name="names-1-text"' in html
    assert "autofocus" in html
    assert "govuk-error" not in html


def test_removing_a_row_takes_that_row() -> None:
    sent = QueryDict("names-row=0&names-row=1&names-row=2&names-0-text=A&names-1-text=B&names-2-text=C")
    pressed = sent.copy()
    pressed["arrange-rows"] = "names:remove:1"
    html = rendered(FORM(pressed))
    assert 'value="A"' in html
    assert 'value="B"' not in html
    assert 'value="C"' in html


def test_a_row_that_stays_blank_is_no_record_and_no_error() -> None:
    form = FORM(
        QueryDict(
            "gender=not_asked&names-row=0&names-row=1&names-0-text=&names-0-kind=unknown&names-1-text=B&names-1-kind=given"
        )
    )
    assert form.is_valid(), form.errors
    assert form.record().names == (Name(text="B", kind="given"),)


def test_an_error_in_a_row_leads_to_its_control() -> None:
    form = FORM(QueryDict("gender=not_asked&names-row=7&names-7-text=&names-7-kind=given"))
    (link,) = error_links(form)
    assert (link.target, link.label, link.message) == (
        "id_names-7-text",
        "Names 1, Name",
        "This is empty. Write an answer.",
    )
    assert f'id="{link.target}"' in rendered(form)


def test_each_line_of_the_error_summary_leads_to_a_control() -> None:
    sent = QueryDict(
        "names-row=0&names-0-kind=given&gender=&means=fraud&means=refused&birth-day=31&birth-month=2&birth-year=2007"
        "&age-years=200&seen_on-day=3&children=two&citizenships=XX-none"
    )
    form = FORM(sent)
    html = rendered(form)
    links = error_links(form)
    assert len(links) == 8
    for link in links:
        assert f'id="{link.target}"' in html, link
        assert f'href="#{link.target}"' in html
    assert {link.target for link in links} >= {
        "id_gender_0",
        "id_birth_day",
        "id_age_years",
        "id_seen_on_month",
        "id_means_0",
    }


def test_too_many_rows_are_not_added() -> None:
    sent = QueryDict(mutable=True)
    sent.setlist("names-row", [str(key) for key in range(200)])
    sent["arrange-rows"] = "names:add"
    form = FORM(sent)
    assert rendered(form).count('name="names-row"') == 100


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("birth-year=2007", PartialDate(2007)),
        ("birth-year=٢٠٠٧&birth-month=٣&birth-day=٢٧", PartialDate(2007, 3, 27)),
        ("birth-year=2007&birth-month=march", PartialDate(2007, 3)),
        ("birth-year=2007&birth-month=نيسان", None),
        (
            "birth-year=2024&birth-season=21&birth-about=yes",
            PartialDate(2024, season=21, is_approximate=True),
        ),
    ],
)
def test_partial_dates_as_people_write_them(sent: str, value: PartialDate | None) -> None:
    form = details_form(Details, fields=("birth",))(QueryDict(sent))
    assert (form.is_valid(), form.cleaned_data.get("birth")) == (value is not None, value)


def test_months_are_read_in_the_language_of_the_page() -> None:
    with override("ar"):
        form = details_form(Details, fields=("birth",))(QueryDict("birth-year=2007&birth-month=مارس"))
        assert form.is_valid()
    assert form.cleaned_data["birth"] == PartialDate(2007, 3)


@pytest.mark.parametrize(
    ("sent", "message", "part"),
    [
        ("birth-month=3", "The year is missing. Write it, even if only about.", "year"),
        ("birth-year=07", "This year is not possible. Write it with four digits, such as 2019.", "year"),
        (
            "birth-year=2007&birth-month=13",
            "This month is not possible. Write a number from 1 to 12.",
            "month",
        ),
        ("birth-year=2007&birth-day=3", "The month is missing. Write it, or clear the day.", "month"),
        (
            "birth-year=2007&birth-month=2&birth-day=29",
            "This day is not possible. The month has 28 days.",
            "day",
        ),
        (
            "birth-year=2007&birth-month=2&birth-season=22",
            "There is a month and a season. Keep one of them.",
            "season",
        ),
    ],
)
def test_errors_of_dates_say_what_where_and_how_to_mend(sent: str, message: str, part: str) -> None:
    form = details_form(Details, fields=("birth",))(QueryDict(sent))
    (link,) = error_links(form)
    assert (link.message, link.target) == (message, f"id_birth_{part}")
    typed_parts = dict(pair.split("=") for pair in sent.split("&"))
    for name, value in typed_parts.items():
        assert value in rendered(form), f"{name} is lost"


def test_a_part_left_blank_is_none() -> None:
    form = details_form(Name, fields=("text", "place"))(
        QueryDict("text=A&place-city=&place-country=not_asked")
    )
    assert form.is_valid()
    assert form.record() == Name(text="A", place=None)


def test_text_with_an_unseen_character_is_refused_and_kept() -> None:
    form = details_form(Details, fields=("note",))({"note": "a\x00b"})
    assert form.errors["note"] == [
        "This text holds a character that cannot be shown. Type it again instead of pasting."
    ]


@pytest.mark.parametrize("text", ["\u202eright to left mark", "😀", "x" * 20_000, "=1+1", " inner  spaces "])
def test_odd_text_is_kept_as_it_is(text: str) -> None:
    form = details_form(Details, fields=("note",))({"note": text})
    assert form.is_valid()
    assert form.cleaned_data["note"] == text.strip()


def test_numbers_are_read_with_other_digits() -> None:
    form = details_form(Details, fields=("children",))({"children": "٣"})
    assert form.is_valid()
    assert form.cleaned_data["children"] == 3


def test_submission_and_version_ride_along_unseen() -> None:
    form_class = details_form(Details, fields=("note",), submission=True, version=True)
    first, second = form_class(record=FULL, version=7), form_class(record=FULL, version=7)
    sent, other = typed(first), typed(second)
    assert sent["submission"] != other["submission"]
    form = form_class(sent, record=FULL)
    assert form.is_valid()
    assert UUID(str(sent["submission"])) == form.cleaned_data["submission"]
    assert form.cleaned_data["version"] == 7


def test_a_type_without_a_field_is_named() -> None:
    with pytest.raises(NoField, match="picture"):
        details_form(WithPicture)


def test_a_forged_row_key_does_no_harm() -> None:
    sent = QueryDict(
        "gender=not_asked&names-row=0&names-row=../x&names-row=99999999&names-0-text=A&names-0-kind=given"
    )
    form = FORM(sent)
    assert form.is_valid()
    assert len(form.record().names) == 1


DJANGO_FIELDS = [
    forms.CharField, forms.EmailField, forms.IntegerField, forms.DateField, forms.UUIDField, forms.FileField,
    forms.ChoiceField, forms.TypedChoiceField, forms.MultipleChoiceField, forms.BooleanField,
]  # fmt: skip


@pytest.mark.parametrize("kind", DJANGO_FIELDS, ids=lambda kind: kind.__name__)
def test_no_field_speaks_in_the_words_of_django(kind: type[forms.Field]) -> None:
    theirs = {
        str(message)
        for one in kind.__mro__
        for message in vars(one).get("default_error_messages", {}).values()
    }
    field = kind()
    teach(field)
    said = {code: str(message) for code, message in field.error_messages.items()}
    assert {code for code, message in said.items() if message in theirs} <= {
        "max_length",
        "contradiction",
        "overflow",
    }


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (forms.EmailField(), "nobody", "This is not an e-mail address. Write it like name@example.org."),
        (
            forms.EmailField(),
            "a" * 400 + "@x.org",
            "This text is too long. Shorten it to 320 characters or fewer.",
        ),
        (
            forms.CharField(),
            "a\x00",
            "This text holds a character that cannot be shown. Type it again instead of pasting.",
        ),
        (forms.DateField(), "soon", "This is not a day. Choose it, or write it like 2026-03-31."),
        (forms.FileField(), SimpleUploadedFile("x.pdf", b""), "The file is empty. Choose another file."),
    ],
    ids=["e-mail", "long", "control", "day", "file"],
)
def test_errors_say_how_to_mend(field: forms.Field, typed: Any, said: str) -> None:
    teach(field)
    with pytest.raises(ValidationError) as caught:
        field.clean(typed)
    assert said in caught.value.messages


def test_the_own_words_of_a_field_stay() -> None:
    field = forms.FileField(error_messages={"empty": "Nothing is in it."})
    teach(field)
    assert field.error_messages["empty"] == "Nothing is in it."
