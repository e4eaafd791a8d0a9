"""A first-level area is chosen or coded, never described; what is seldom needed is folded until it holds something."""

from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context, Template

from amparo.ui.forms import AreaField, details_form
from amparo.ui.forms.areas import TypedArea
from tests.ui.records import Leg

FORM = details_form(Leg)


def sent(**typed: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(
        {"country": "unknown", "remark": ""} | {name.replace("__", "-"): text for name, text in typed.items()}
    )
    return data


def rendered(form: Any) -> str:
    return Template("{% load amparo %}{% render_form form %}").render(Context({"form": form}))


@pytest.mark.parametrize(
    ("typed", "area"),
    [
        ({"area__own": "XA-03"}, "XA-03"),
        ({"area__other": "ET-OR"}, "ET-OR"),
        ({"area__other": " et_or "}, "ET-OR"),
        ({"area__other": "xa-03"}, "XA-03"),
        ({"area__own": "", "area__other": ""}, ""),
        ({}, ""),
    ],
)
def test_an_area_is_chosen_or_coded(typed: dict[str, str], area: str) -> None:
    form = FORM(sent(**typed))
    assert form.is_valid(), form.errors
    assert form.record().area == area


@pytest.mark.parametrize(
    "typed",
    [
        {"area__own": "XA-99"},
        {"area__own": "ET-OR"},
        {"area__other": "XA-99"},
        {"area__other": "the farm behind the church"},
        {"area__other": "ET"},
        {"area__own": "XA-03", "area__other": "ET-OR"},
    ],
)
def test_words_and_unknown_areas_are_refused_and_stay_on_the_page(typed: dict[str, str]) -> None:
    form = FORM(sent(**typed))
    assert "area" in form.errors
    for value in typed.values():
        assert f'value="{value}"' in rendered(form) or value in {"XA-99", "ET-OR"}


def test_what_a_record_has_is_not_lost() -> None:
    record = Leg(area="Oromia")
    form = FORM(sent(area__other="Oromia"), record=record)
    assert form.is_valid(), form.errors
    assert form.record(record) == record
    assert not FORM(sent(area__other="Tigray"), record=record).is_valid()


def test_the_areas_of_the_state_are_named() -> None:
    html = rendered(FORM(record=Leg(area="XA-02")))
    assert '<option value="XA-02" selected>Northern Coast</option>' in html
    assert AreaField().prepare_value("ET-OR") == TypedArea(other="ET-OR")


def test_what_is_seldom_needed_is_folded_until_it_holds_something() -> None:
    closed, opened = (
        '<details class="govuk-details amparo-fold">',
        '<details class="govuk-details amparo-fold" open>',
    )
    assert closed in rendered(FORM())
    assert closed in rendered(FORM(record=Leg()))
    assert closed in rendered(FORM(sent()))
    assert opened in rendered(FORM(record=Leg(remark="seen")))
    assert opened in rendered(FORM(sent(remark="seen")))
    assert opened in rendered(FORM(sent(remark="a\x00b")))
