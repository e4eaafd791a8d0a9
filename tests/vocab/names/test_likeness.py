"""How like two names are, and the facts by which a person is stored and asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.vocab.names import NameQuery, likeness, possible_facts, search_facts
from amparo.vocab.names._text import words_of
from amparo.vocab.names._words import joining_words
from tests.vocab.names.test_keys import ANY, NAMES

YEARS = st.one_of(st.none(), st.integers(1900, 2100))


@given(ANY, ANY)
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0.0 <= likeness(one, other) <= 1.0
    assert likeness(one, other) == likeness(other, one)


@given(NAMES)
def test_a_name_is_like_itself_in_any_order(name: str) -> None:
    assert likeness(name, name) == pytest.approx(1.0)
    if joining_words().every.isdisjoint(words_of(name)):
        assert likeness(name, " ".join(reversed(name.split()))) > 0.9


@pytest.mark.parametrize(
    ("asked", "likely", "unlikely"),
    [
        ("Mohammed Hussein", "حسين محمد", "حسام محمود"),
        ("Hassan Ali", "Hasan Aly", "Hussein Ali"),
        ("Nguyen Thi Huong", "Хыонг Нгуен", "Trần Văn Minh"),
        ("Wang Xiaoming", "王小明", "李小明"),
        ("Park Jimin", "박지민", "김지민"),
        ("Abdul Rahman", "Abdulrahman Khan", "Abdul Karim"),
        ("Olha Shevchenko", "Шевченко Ольга Петрівна", "Олена Коваленко"),
        ("መሐመድ አሊ", "Mohamed Ali", "Abebe Bekele"),
        ("Somchai", "สมชาย", "สมศักดิ์"),
    ],
)
def test_the_likely_ranks_above_the_unlikely(asked: str, likely: str, unlikely: str) -> None:
    query = NameQuery(asked)
    assert query.likeness(likely) > 0.85
    assert query.likeness(likely) > query.likeness(unlikely)


def test_nothing_in_common_is_nought() -> None:
    assert likeness("Maria Lopez", "Ivan Petrov") == likeness("", "Ivan") == likeness("", "") == 0.0


@given(NAMES, NAMES, NAMES, NAMES, YEARS)
def test_a_person_is_found_by_what_is_stored(
    given_name: str, family: str, fathers: str, mothers: str, year: int | None
) -> None:
    stored = search_facts(given=given_name, family=family, fathers=fathers, mothers=mothers, birth_year=year)
    assert stored & possible_facts(given=given_name, family=family)
    assert stored & possible_facts(given=family, family=given_name)
    assert stored & possible_facts(given=given_name, mothers=mothers)
    if year:
        assert stored & possible_facts(family=family, birth_year=year + 1)
        assert not stored & possible_facts(given=given_name, birth_year=year + 2)


def test_a_single_name_is_neither_stored_nor_asked() -> None:
    assert search_facts(given="Maryam") == possible_facts(given="Maryam") == frozenset()


def test_kinds_and_forms() -> None:
    assert search_facts(given="Marta", family="Ivanova", mothers="Olena", birth_year=1999) == {
        ("gs", "apnp mrt"),
        ("gy", "mrt 1999"),
        ("sy", "apnp 1999"),
        ("gms", "mrt aln"),
    }
    many = search_facts(
        given="Maria Jose Juana Elena Ines", family="Garcia Lopez Hernandez Jimenez", birth_year=1999
    )
    assert len([kind for kind, _ in many if kind == "gs"]) == 24
