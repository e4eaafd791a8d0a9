"""A file of rows is measured again before it is let out, whatever its report says."""

from __future__ import annotations

from typing import Any

import pytest

from amparo.publishing.rules import About, ItemKind, NotSafe, check_file, read_report
from amparo.publishing.rules.files import PROTECTED, SYNTHETIC
from amparo.stats.disclosure.register import Mark

ABOUT = About(population="person_case", statistic="person-cases", snapshot="abc")
LEAST = 5


def written(*rows: str) -> str:
    return "age,sex,purpose\n" + "".join(f"{row}\n" for row in rows)


SAFE = written(*["18-29,f,labour"] * 6, *["30-47,m,labour"] * 5, *[",m,begging"] * 5)


def report(text: str, **more: Any) -> dict[str, Any]:
    usual = {"form": PROTECTED, "columns": ["age", "sex", "purpose"], "rows": text.count("\n") - 1, "keys": ["age", "sex"],
             "k": 5, "m": 3, "levels": {"age": 1, "sex": 0}, "do_not_conclude": ["Blanks are not a random sample."]}  # fmt: skip
    return usual | more


def noisy(text: str, **more: Any) -> dict[str, Any]:
    budget = {"rho": 0.3, "others": [{"rho": 0.1}, {"release": "without noise"}]}
    usual = {"form": SYNTHETIC, "columns": ["age", "sex", "purpose"], "rows": text.count("\n") - 1, "private": True, "rho": 0.2,
             "epsilon": 4.0, "budget": budget, "do_not_conclude": [], "cautions": []}  # fmt: skip
    return usual | more


def refusal(text: str, told: dict[str, Any]) -> str:
    with pytest.raises(NotSafe) as refused:
        check_file(text, told, about=ABOUT, least=LEAST)
    return str(refused.value)


def test_protected_records_are_measured_and_tell_the_register_what_a_reader_can_count() -> None:
    checked = check_file(SAFE, report(SAFE), about=ABOUT, least=LEAST)
    assert (checked.kind, checked.k, checked.verdict.is_safe) == (ItemKind.MICRODATA, 5, True)
    cells = {tuple(sorted((name, *values) for name, values in cell.whom)): cell for cell in checked.cells}
    assert (cells[()].low, cells[()].high) == (16, 16)
    # The column was told in groups, so it is a dimension of its own; its five blanks may be anybody of the group.
    young = cells[("age (level 1)", "18-29"),]
    assert (young.low, young.high, young.mark) == (6, 11, Mark.ROUNDED)
    assert (cells[("sex", "f"),].low, cells[("sex", "f"),].mark) == (6, Mark.SHOWN)
    both = cells[("age (level 1)", "30-47"), ("sex", "m")]
    assert (both.low, both.high) == (5, 10)
    # Who knows age and sex of anybody in it learns the purpose: that does not hold it up, and is said.
    assert checked.certain == {"purpose": 16}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["18-29,f,labour"] * 4, "4 of the records show this: age: 18-29, sex: f"),
        (
            ["18-29,f,organ removal", *["18-29,f,labour"] * 5],
            '1 of the records have "organ removal" in the column purpose',
        ),
    ],
    ids=["a rare combination", "a rare value of what is no key"],
)
def test_p32_what_few_records_show_is_refused_with_its_column_whatever_the_report_says(
    rows: list[str], told: str
) -> None:
    text = written(*rows, *["30-47,m,labour"] * 6)
    assert refusal(text, report(text)).startswith(told)


def test_p32_rows_of_seeded_noise_and_a_ledger_that_does_not_add_up_are_refused() -> None:
    assert "NOT PRIVATE" in refusal(SAFE, noisy(SAFE, stamp="NOT PRIVATE: the noise was seeded for a test"))
    marked = SAFE.replace("purpose", "NOT PRIVATE: the noise was seeded for a test")
    assert "NOT PRIVATE" in refusal(marked, noisy(marked))
    less = {"rho": 0.2, "others": [{"rho": 0.1}]}
    assert "0.2 was spent, and its entries make 0.3" in refusal(SAFE, noisy(SAFE, budget=less))
    for rho in (0, -1, float("nan")):
        assert "damaged" in refusal(SAFE, noisy(SAFE, rho=rho))


def test_made_up_rows_take_of_the_budget_or_tell_that_enough_records_have_what_is_shown() -> None:
    checked = check_file(SAFE, noisy(SAFE), about=ABOUT, least=LEAST)
    assert [(one.population, one.rho) for one in checked.spends] == [("person_case", 0.2)]
    assert checked.cells == ()
    quiet = noisy(SAFE, private=False, k=11, length=3)
    cells = check_file(SAFE, quiet, about=ABOUT, least=LEAST).cells
    assert {(cell.low, cell.high) for cell in cells} == {(11, None)}
    assert "Make them anew with --k 5" in refusal(SAFE, noisy(SAFE, private=False, k=4, length=3))


@pytest.mark.parametrize(
    "more", [{"rows": 17}, {"columns": ["age", "sex"]}, {"keys": None}, {"keys": ["name"]}, {"levels": []}]
)
def test_a_report_of_another_file_is_refused(more: dict[str, Any]) -> None:
    assert refusal(SAFE, report(SAFE, **more))


@pytest.mark.parametrize("text", ["", "[]", '{"form": "amparo risk 1"}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(NotSafe, match="not the report"):
        read_report(text)


@pytest.mark.parametrize(
    "text", ["age,sex,purpose\n", written("18-29,f"), "", SAFE + "\x00", SAFE.replace("f,", '"f,')]
)
def test_what_are_no_rows_is_refused(text: str) -> None:
    assert refusal(text, report(SAFE))
