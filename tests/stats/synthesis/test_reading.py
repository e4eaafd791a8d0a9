"""Codebooks and files: what is a value, what is a blank, and what is refused with column, record and remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from amparo.stats.records import CannotRead
from amparo.stats.synthesis import (
    CannotSynthesise,
    CannotUseCodebook,
    Codebook,
    Column,
    read_codebook,
    read_records,
)

from .people import CODEBOOK, people, records, write

GOOD = """
data: cases of 2024
population: persons with a case opened in 2024
person: id
most_values: 6
budget: {epsilon: 8, delta: 1e-8}
columns:
  country: {values: [NA, NO, CO], missing: ["0", "-99"]}
  year: [2023, 2024]
  means: {values: [debt, threats], separator: ";"}
  place: any
rules:
  - never: {country: NO, means: [debt]}
  - never: {year: "2023", country: ""}
"""


def codebook(folder: Path, text: str) -> Codebook:
    path = folder / "codebook.yaml"
    path.write_text(text, encoding="utf-8")
    return read_codebook(path)


def test_a_codebook_is_text_throughout(tmp_path: Path) -> None:
    """Norway is not false, Namibia is not missing, a year is not a number."""
    book = codebook(tmp_path, GOOD)
    country, year, means, place = book.columns
    assert country.values == ("NA", "NO", "CO")
    assert country.missing == {"0", "-99"}
    assert year.values == ("2023", "2024")
    assert means.separator == ";"
    assert place.values is None
    assert (book.person, book.most_values, book.budget, book.budget_delta) == ("id", 6, 8.0, 1e-8)
    assert str(book.rules[0]) == "country = NO with means = debt"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("columns: [a]", 'has no "columns"'),
        ("a: [", "is not YAML"),
        ("columns: {a: [x, x]}", "stands twice"),
        ("columns: {a: {values: [x], missing: [x]}}", "also among the missing codes"),
        ("columns: {a: {value: [x]}}", '"value" is not known'),
        ("columns: {a: [x]}\ncap: 3", '"cap" is not known'),
        ("columns: {a: [x]}\nmost_values: 0", "must be a positive number"),
        ("columns: {a: [x]}\nmost_values: 2.5", "whole number"),
        ("columns: {a: [x]}\nrules: [{never: {a: x}}]", "with two columns"),
        ("columns: {a: [x]}\nrules: [{never: {a: x, b: y}}]", 'names the column "b"'),
        ("columns: {a: [x], b: [y]}\nrules: [{never: {a: x, b: z}}]", 'names "z"'),
        ('columns: {a: [x], b: [y]}\nrules: [{never: {a: "", b: ""}}]', "two blanks"),
        ("columns: {a: {groups: {x: [y], z: [y]}}}", "stands in two groups"),
        ("columns: {a: {groups: [x]}}", "write groups as"),
        ("columns: {a: {values: [x, y], groups: {z: [y]}}}", 'value "y" is told as "z"'),
    ],
)
def test_a_codebook_that_cannot_be_used_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CannotUseCodebook, match=words):
        codebook(tmp_path, text)


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    path = write(tmp_path / "cases.csv", people(300))
    read = read_records(path, CODEBOOK)
    assert np.array_equal(read.codes, records(300).codes)
    assert read.found == ()
    assert read.most_values() == 6


def test_values_are_found_where_they_are_not_declared(tmp_path: Path) -> None:
    path = write(tmp_path / "cases.csv", people(300))
    read = read_records(path, Codebook(), separators={"means": ";"})
    assert read.found == ("sex", "age", "country", "means")
    assert read.domain.names[5:9] == ("0", "CO", "NA", "NO")
    assert read.most_values() == 11  # three columns, and the public bound on the items of a cell


def test_missing_codes_are_blanks_and_na_is_namibia(tmp_path: Path) -> None:
    rows = [{"country": c} for c in ["NA", "0", "-99", "CO", ""] * 20]
    read = read_records(
        write(tmp_path / "cases.csv", rows), Codebook((Column("country", missing=frozenset({"0", "-99"})),))
    )
    assert read.domain.names == ("CO", "NA")
    assert (read.codes >= 0).sum() == 40


def test_nothing_finer_than_a_group_is_counted(tmp_path: Path) -> None:
    """The age bands of children can be told as one."""
    path = write(tmp_path / "cases.csv", [{"age": a} for a in ["0-8", "9-17", "18+", "", "18+"] * 20])
    for values in ("any", "[0-17, 18+]"):
        book = codebook(tmp_path, f"columns: {{age: {{values: {values}, groups: {{0-17: [0-8, 9-17]}}}}}}")
        read = read_records(path, book)
        assert read.domain.names == ("0-17", "18+")
        assert np.bincount(read.codes[:, 0] + 1).tolist() == [20, 40, 40]


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    import duckdb

    path = write(tmp_path / "cases.csv", people(200))
    whole = tmp_path / "cases.parquet"
    duckdb.read_csv(str(path), all_varchar=True).write_parquet(str(whole))
    assert np.array_equal(read_records(whole, CODEBOOK).codes, records(200).codes)


def refused(folder: Path, rows: list[dict[str, str]], book: Codebook, words: str) -> None:
    with pytest.raises(CannotSynthesise, match=words):
        read_records(write(folder / "cases.csv", rows), book)


def test_a_column_of_ten_thousand_values_is_refused(tmp_path: Path) -> None:
    rows = [{"name": f"p{i}", "sex": "F"} for i in range(10_000)]
    refused(tmp_path, rows, Codebook(), 'Column "name" has 10,000 different values.*leave it out')


def test_many_columns_with_too_many_values_are_refused(tmp_path: Path) -> None:
    rows = [{name: f"{name}{i % 250}" for name in "abc"} for i in range(500)]
    refused(tmp_path, rows, Codebook(), 'have 750 values together.*widest is "a" with 250')


def test_a_blank_column_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, [{"a": " ", "b": "x"}] * 60, Codebook(), 'Column "a" has no value in any record')


def test_one_row_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, [{"a": "x"}], Codebook(), r"has too few records \(1\): of fewer than 50 persons")


def test_two_records_of_a_person_are_refused(tmp_path: Path) -> None:
    rows = [{"id": str(i % 58), "a": "x"} for i in range(60)]
    refused(tmp_path, rows, Codebook(person="id"), r'Records 1 and 59 are of the same person \(column "id"\)')
    rows = [{"id": "" if i == 7 else str(i), "a": "x"} for i in range(60)]
    refused(tmp_path, rows, Codebook(person="id"), "Record 8 has no person")


def test_the_person_is_not_synthesised(tmp_path: Path) -> None:
    rows = [{"id": str(i), "a": "x"} for i in range(60)]
    read = read_records(write(tmp_path / "cases.csv", rows), Codebook(person="id"))
    assert [column.name for column in read.domain.columns] == ["a"]


def test_a_code_that_is_not_declared_is_refused_with_its_record(tmp_path: Path) -> None:
    rows = people(60)
    rows[41]["country"] = "XX"
    refused(
        tmp_path,
        rows,
        CODEBOOK,
        'Record 42 has "XX" in column "country", which the codebook does not declare',
    )
    rows = people(60)
    rows[3]["means"] = "debt;magic"
    refused(tmp_path, rows, CODEBOOK, 'Record 4 has "magic" in column "means"')


def test_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, [{"a": "x"}] * 60, CODEBOOK, 'has no column "sex". Its columns are: a')
    with pytest.raises(CannotRead, match="There is no file"):
        read_records(tmp_path / "none.csv", Codebook())
