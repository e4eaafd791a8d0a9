"""Described records, identifiers, and the State."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.vocab.codes import code_list
from amparo.vocab.described import NotDescribed, Privacy, describe, described_fields
from amparo.vocab.identifiers import uuid7
from amparo.vocab.reference import make_reference, parse_reference
from amparo.vocab.state import BadState, NoRule, load_state, read_state
from amparo.vocab.text import N_, ToldError


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """A record for these tests."""

    address: str = describe(N_("Address"), privacy=Privacy.PLACE, help="As written.")
    channels: tuple[str, ...] = describe(
        N_("Channels"), privacy=Privacy.CODED, codes="contact_channel", many=True, default=()
    )
    history: list[str] = describe(N_("History"), privacy=Privacy.STORY, default_factory=list)


def test_a_record_describes_itself() -> None:
    contact = Contact(address="Main Road")
    assert (contact.channels, contact.history) == ((), [])
    listed = described_fields(Contact)
    assert [(name, one.privacy, kind) for name, one, kind in listed] == [
        ("address", Privacy.PLACE, str),
        ("channels", Privacy.CODED, tuple[str, ...]),
        ("history", Privacy.STORY, list[str]),
    ]
    assert listed[1][1].codes == "contact_channel" and listed[1][1].many
    with pytest.raises(TypeError):
        Contact()


def test_a_field_without_a_privacy_class_is_refused() -> None:
    @dataclass
    class Careless:
        name: str = field(default="")

    with pytest.raises(NotDescribed, match=r"Careless\.name"):
        described_fields(Careless)


def test_personal_classes_are_sealed() -> None:
    assert [one.value for one in Privacy if one.is_sealed] == ["place", "identity", "story"]


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_identifiers_carry_their_version_and_sort_by_time(milliseconds: int, random_bits: int) -> None:
    made = uuid7(milliseconds=milliseconds, random_bits=random_bits)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == milliseconds
    assert made == uuid7(milliseconds=milliseconds, random_bits=random_bits)


def test_two_identifiers_differ_and_parts_that_do_not_fit_are_refused() -> None:
    assert uuid7() != uuid7()
    with pytest.raises(ValueError, match="48 bits"):
        uuid7(milliseconds=2**48)
    with pytest.raises(ValueError, match="74 bits"):
        uuid7(random_bits=2**74)


def test_a_told_error_can_be_said_in_another_language() -> None:
    error = ToldError(N_("%(count)s rows"), count=3)
    assert str(error) == "3 rows"
    french = "%(count)s lignes"
    assert french % error.values == "3 lignes"


WHOLE = "name: A\ncountry: AB\nreference_prefix: AB\nareas: []"
RULE = "{name: x, value: 1, unit: days, source: s, provenance: S"


def test_the_rule_in_force_is_the_one_of_its_day() -> None:
    ended = f"{RULE}, valid_from: 2020-01-01, valid_until: 2020-12-31}}"
    begun = f"{RULE.replace('value: 1', 'value: 2')}, valid_from: 2021-01-01}}"
    state = read_state(f"{WHOLE}\nrules: [{begun}, {ended}]")
    days = [date(2020, 12, 31), date(2021, 1, 1), date(2030, 1, 1)]
    assert [state.rule("x", on=day).value for day in days] == [1, 2, 2]


def test_the_training_state_is_whole() -> None:
    import random

    state = load_state()
    assert state.is_training and state.country in code_list("country")
    assert state.area_name("XA-01") == "Capital District" and state.area_name("FR-75") == "FR-75"
    assert state.adult_age(on=date(2026, 1, 1)) == 18
    with pytest.raises(NoRule, match="adult_age_years"):
        state.rule("adult_age_years", on=date(1990, 1, 1))
    assert state.adult_age(on=date(1990, 1, 1)) == 18
    assert parse_reference(make_reference(state.reference_prefix, random.Random(1)))


def test_the_file_of_a_state_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "state.yaml"
    path.write_text('name: "A"\ncountry: "XA"\nreference_prefix: "XA"\nareas: []\n')
    assert load_state(path).table_threshold == 5


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("- a", "mapping"),
        ('name: "A"', "lacks areas, country"),
        ("name: [", "not YAML"),
        ("name: A\ncountry: NO\nreference_prefix: NO\nareas: []", "country is not text"),
        (f"{WHOLE}\ntable_treshold: 9", "table_treshold"),
        (f"{WHOLE}\ntable_threshold: five", "whole number"),
        (f"{WHOLE}\ntable_threshold: 0", "1 or more"),
        (f"{WHOLE}\nis_training: maybe", "true or false"),
        (WHOLE.replace("prefix: AB", "prefix: ab"), "capital letters"),
        (WHOLE.replace("areas: []", "areas: 5"), "areas is a list"),
        (WHOLE.replace("areas: []", "areas: [{code: 1, name: x}]"), "area"),
        (WHOLE.replace("areas: []", "areas: [{code: A, name: x}, {code: A, name: y}]"), "twice"),
        (f"{WHOLE}\nrules: [{{name: x}}]", "lacks provenance"),
        (f"{WHOLE}\nrules: [{RULE}, valid_from: soon}}]", "a date such as"),
        (
            f"{WHOLE}\nrules: [{RULE}, valid_from: 2020-01-01}}, {RULE}, valid_from: 2021-01-01}}]",
            "two rules x hold",
        ),
    ],
)
def test_a_fault_in_the_file_of_a_state_is_named(text: str, word: str) -> None:
    with pytest.raises(BadState, match=word):
        read_state(text)
