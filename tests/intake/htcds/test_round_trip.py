"""What is written is read again: every field of every profile, every text."""

import io
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.intake.htcds import (
    PROFILES,
    BadCell,
    Field,
    Value,
    profile,
    read_workbook,
    validate,
    write_csv,
    write_workbook,
)
from amparo.intake.htcds.code_names import resolve
from amparo.intake.htcds.layouts import codes_of
from amparo.vocab.dates import PartialDate
from tests.factories.htcds import fill_workbook

TODAY = date(2026, 11, 22)
WRITERS = (write_workbook, write_csv)
TEXTS = st.one_of(
    st.text(
        st.characters(
            blacklist_categories=("Cs", "Cn"),
            blacklist_characters="".join(map(chr, [*range(9), 11, 12, *range(14, 32), *range(127, 160)])),
        ),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from(
        [
            "=1+1",
            "'=1",
            "'",
            "''x",
            "+49 1",
            "-",
            "@x",
            "\tx",
            " x ",
            "a\r\nb",
            "a\rb",
            "N/A",
            "NA",
            "null",
            "None",
            "_x0041_",
            "_x000D_",
            "😀",
            "\u202eabc",
            "x" * 32767,
            "1",
            "01",
            "1e5",
            "TRUE",
            "2001-04-12",
        ]
    ),
).filter(lambda text: bool(text.strip()))
DAYS = st.dates(date(1900, 1, 1), date(2026, 1, 1))
DATES = st.one_of(
    DAYS.map(PartialDate.of),
    DAYS.map(lambda day: PartialDate(day.year)),
    DAYS.map(lambda day: PartialDate(day.year, day.month, is_approximate=True)),
)


def values_of(field: Field) -> st.SearchStrategy[Value]:
    """Draw any value that a field may have."""
    codes = st.sampled_from(sorted(codes_of(field.codes))) if field.codes else st.nothing()
    strategies: dict[str, st.SearchStrategy[Value]] = {
        "text": TEXTS,
        "code": codes,
        "codes": st.lists(codes, min_size=1, max_size=5, unique=True).map(tuple),
        "code_or_text": st.one_of(
            codes,
            st.sampled_from(["N/A", "Nirgendwo", "=x"]).filter(lambda text: not resolve("country", text)),
        ),
        "date": DATES,
        "dates": st.lists(DATES, min_size=1, max_size=3).map(tuple),
        "number": st.integers(0, 5),
        "decimal": st.floats(-90, 90),
        "checkbox": st.booleans(),
    }
    return strategies[field.kind]


def rows_of(name: str) -> st.SearchStrategy[list[dict[str, Value]]]:
    """Draw rows of a profile: Consent always, any others; the dates in no order that contradicts itself."""
    optional = {one.id: values_of(one) for one in profile(name) if one.id != "con_Consent"}
    for identity in ("prs_Birthdate", "vic_AgeWhenTrafficked", "cas_IncomingReferralDate"):
        optional.pop(identity, None)
    row = st.fixed_dictionaries({"con_Consent": st.booleans()}, optional=optional)
    return st.lists(row, min_size=1, max_size=3)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("name", PROFILES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_value_comes_back(name: str, write: object, data: st.DataObject) -> None:
    rows = data.draw(rows_of(name))
    stream = io.BytesIO()
    written = write(rows, profile=name, stream=stream)  # type: ignore[operator]
    workbook = read_workbook(stream.getvalue(), "rows")
    checked = validate(workbook, today=TODAY)
    assert checked.errors == ()
    assert [dict(row.values) for row in checked.rows] == rows
    assert written.left_out == {}
    assert workbook.unknown_columns == ()


@pytest.mark.parametrize("name", PROFILES)
@given(birth=DATES, incoming=DATES)
@settings(max_examples=20, deadline=None)
def test_dates_of_birth_and_referral_come_back(name: str, birth: PartialDate, incoming: PartialDate) -> None:
    for identity, day in (("prs_Birthdate", birth), ("cas_IncomingReferralDate", incoming)):
        stream = io.BytesIO()
        write_workbook([{"con_Consent": True, identity: day}], profile=name, stream=stream)
        checked = validate(read_workbook(stream.getvalue(), "rows"), today=TODAY)
        read = [row.values.get(identity) for row in checked.rows]
        # Somebody born before 1906 would be older than 120: an error, never another value.
        assert read == [day] or (not read and birth.year < 1906)


@pytest.mark.parametrize("layout", ["excel", "excel_single_select"])
def test_the_standards_own_sheets_are_read_in_every_way_of_writing(layout: str, tmp_path: Path) -> None:
    path = tmp_path / "filled.xlsx"
    expected = fill_workbook(layout, 300, random.Random(7), path)
    workbook = read_workbook(path, path.name)
    checked = validate(workbook, today=TODAY)
    assert workbook.layout == layout
    assert [error.message for error in checked.errors] == []
    assert [dict(row.values) for row in checked.rows] == expected
    assert [row.row for row in checked.rows] == list(range(3, 303))


def test_what_a_profile_lacks_is_counted() -> None:
    rows: list[dict[str, Value]] = [{"con_Consent": True, "prs_MiddleName": "M"}, {"con_Consent": False}]
    assert write_workbook(rows, profile="excel", stream=io.BytesIO()).left_out == {"prs_MiddleName": 1}


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "x" * 32_768])
def test_a_text_that_could_not_be_read_back_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        write_workbook([{"con_Consent": True, "prs_FirstName": text}], profile="excel", stream=io.BytesIO())


def test_no_cell_of_a_text_file_begins_like_a_formula() -> None:
    stream = io.BytesIO()
    texts = ["=1", "+1", "-1", "@x", "\tx", "\rx"]
    write_csv([{"con_Consent": True, "prs_FirstName": one} for one in texts], profile="excel", stream=stream)
    assert all(f"'{one}" in stream.getvalue().decode("utf-8-sig") for one in texts)
