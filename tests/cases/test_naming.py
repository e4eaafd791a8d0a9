"""Names of any script: what script they are in, and when two persons may be one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.cases.panels.record import isolated
from amparo.cases.rules.likeness import Likeness, likenesses
from amparo.cases.rules.naming import script_of
from amparo.vocab.codes import code_list
from amparo.vocab.dates import PartialDate


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("Amina", "latn"), ("أمينة", "arab"), ("Олена", "cyrl"), ("王小明", "hans"), ("สมหญิง", "thai"), ("ሰላም", "ethi"),
        ("김민", "kore"), ("Amina أمينة", "unknown"), ("123", "unknown"), ("", "unknown"), ("O'Brien-Ünal", "latn"),
    ],
)  # fmt: skip
def test_the_script_of_a_name(name: str, script: str) -> None:
    assert script_of(name) == script


@given(st.text())
def test_each_script_is_in_the_list_or_unknown(name: str) -> None:
    assert code_list("script").accepts(script_of(name))


@pytest.mark.parametrize(
    ("typed", "birth", "known", "known_birth", "reasons"),
    [
        (["Amina", "Haddad"], None, ["Haddad", "AMINA"], "1998-04-12", {Likeness.SAME_NAMES}),
        (["Amina"], "1998-04-12", ["Amina Haddad"], "1998-04-12", {Likeness.SAME_NAMES, Likeness.SAME_BIRTH}),
        (
            ["Amina Said"],
            "1998",
            ["Amina Haddad"],
            "1998-04-12",
            {Likeness.NAME_IN_COMMON, Likeness.POSSIBLE_BIRTH},
        ),
        (["Amina Said"], "1997", ["Amina Haddad"], "1998-04-12", set()),
        (["Amina Said"], None, ["Amina Haddad"], "1998-04-12", set()),
        (["A. Said"], "1998", ["A. Haddad"], "1998", set()),
        (["王"], None, ["王"], None, {Likeness.SAME_NAMES}),
        ([], "1998", [], "1998", set()),
    ],
)
def test_reasons_to_ask_whether_two_are_one(
    typed: list[str], birth: str | None, known: list[str], known_birth: str | None, reasons: set[Likeness]
) -> None:
    found = likenesses(
        typed, PartialDate.parse(birth) if birth else None,
        known_names=known, known_birth=PartialDate.parse(known_birth) if known_birth else None,
    )  # fmt: skip
    assert set(found) == reasons


@given(st.lists(st.text(min_size=1)))
def test_likeness_of_names_does_not_depend_on_who_was_first(names: list[str]) -> None:
    other = ["Amina", *names[:1]]
    forwards = likenesses(names, None, known_names=other, known_birth=None)
    assert forwards == likenesses(other, None, known_names=names, known_birth=None)


def test_a_number_runs_from_left_to_right_and_a_name_as_its_letters_do() -> None:
    assert (isolated("+999 12"), isolated("ليلى"), isolated("")) == (
        "\u2066+999 12\u2069",
        "\u2068ليلى\u2069",
        "",
    )
