"""The rejected rows come back whole, and what is wrong in them stays wrong until somebody mends it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.intake.htcds import FileFormat, Validation, Workbook, read_workbook, validate, write_rejected
from amparo.intake.htcds.values import LONGEST_TEXT, TO_MEND
from tests.intake.htcds.sheets import LABELS, TODAY, check, check_text, make_sheet, read_part, replace_part

SHEET = "xl/worksheets/sheet1.xml"


def sent_again(workbook: Workbook, checked: Validation) -> Workbook:
    rejected = write_rejected(workbook, checked.errors)
    assert rejected.count == len(checked.rejected_rows)
    return read_workbook(rejected.content, f"rows-to-mend.{rejected.file_format}")


def codes_at(checked: Validation) -> list[tuple[str, str]]:
    return [(error.column, error.code) for error in checked.errors]


def test_the_rejected_rows_come_back_with_the_reason_and_can_be_mended() -> None:
    text = (
        "con_Consent,prs_FirstName,prs_Gender,colour\nConsent,First Name,Gender,Colour\n"
        'Yes,good,Feminine,red\nYes,"=bad",Femenine,blue\n,worse,Masculine,green\n'
    )
    workbook, checked = check_text(text)
    again = sent_again(workbook, checked)
    assert again.technical_columns == ("Amparo: row", "Amparo: what to mend")
    assert [one.heading for one in again.unknown_columns] == ["Colour"]
    assert [row.cells[:4] for row in again.rows] == [
        ("Yes", "=bad", "Femenine", "blue"),
        (None, "worse", "Masculine", "green"),
    ]
    assert [row.cells[4] for row in again.rows] == [4, 5]
    assert "Did you mean Feminine?" in str(again.rows[0].cells[5])
    assert [error.code for error in validate(again, today=TODAY).errors] == ["near_code", "consent_missing"]
    # Sent in once more, our columns are not doubled.
    third = sent_again(again, validate(again, today=TODAY))
    assert third.technical_columns == ("Amparo: row", "Amparo: what to mend")


@pytest.mark.parametrize("length", [LONGEST_TEXT + 1, 40_000, 200_000])
def test_a_text_too_long_for_a_cell_comes_back_whole_and_is_refused_again(length: int) -> None:
    long = "=" + 'x, "ü"\n' * (length // 7) + "end"
    quoted = long.replace('"', '""')
    text = f'Consent,First Name,Second Name,Colour\nYes,"{quoted}",b,"\'=red"\nYes,good,b,blue\n'
    workbook, checked = check_text(text)
    assert codes_at(checked) == [("First Name", "text_too_long")]
    assert write_rejected(workbook, checked.errors).file_format is FileFormat.CSV
    for _ in range(2):  # however often it is sent in and given back
        workbook = sent_again(workbook, checked)
        checked = validate(workbook, today=TODAY)
        assert workbook.rows[0].cells[:4] == ("Yes", long, "b", "=red")
        assert codes_at(checked) == [("First Name", "text_too_long")]


def test_a_text_too_long_in_a_column_that_is_not_read_is_given_back_whole_too() -> None:
    long = "x" * (LONGEST_TEXT + 1)
    workbook, checked = check_text(f"Consent,First Name,Second Name,Colour\n,a,b,{long}\n")
    assert sent_again(workbook, checked).rows[0].cells[3] == long


def test_the_types_of_a_workbook_survive_where_its_rows_come_back_as_text() -> None:
    good = make_sheet(
        [
            (*LABELS, "Deceased", "hte_Latitude"),
            ("Yes", "LONG", "b", "2001-04-12", None, "DE", True, 12.345678901234567),
        ]
    )
    strings = read_part(good, "xl/sharedStrings.xml").replace(b"LONG", b"x" * (LONGEST_TEXT + 1))
    workbook = read_workbook(replace_part(good, {"xl/sharedStrings.xml": strings}), "rows.xlsx")
    again = sent_again(workbook, validate(workbook, today=TODAY))
    mended = [again.rows[0].cells[0], "short", *again.rows[0].cells[2:8]]
    _, before = check(
        [
            (*LABELS, "Deceased", "hte_Latitude"),
            ("Yes", "short", "b", "2001-04-12", None, "DE", True, 12.345678901234567),
        ]
    )
    _, after = check([(*LABELS, "Deceased", "hte_Latitude"), mended])
    assert dict(after.rows[0].values) == dict(before.rows[0].values)


def test_a_formula_without_a_result_does_not_come_in_as_a_text() -> None:
    good = make_sheet([LABELS, ("Yes", "a", "b"), ("Yes", "c", "d")])
    sheet = read_part(good, SHEET)
    for cell, faulty in (
        (b'<c r="B2"', b'<c r="B2"><f>A1&amp;A2</f></c>'),
        (b'<c r="C3"', b'<c r="C3" t="e"><v>#REF!</v></c>'),
    ):
        start = sheet.index(cell)
        sheet = sheet[:start] + faulty + sheet[sheet.index(b"</c>", start) + 4 :]
    workbook = read_workbook(replace_part(good, {SHEET: sheet}), "rows.xlsx")
    checked = validate(workbook, today=TODAY)
    assert codes_at(checked) == [("First Name", "formula_without_result"), ("Second Name", "formula_error")]
    again = sent_again(workbook, checked)
    assert [again.rows[0].cells[1], again.rows[1].cells[2]] == [f"{TO_MEND} =A1&A2", f"{TO_MEND} #REF!"]
    assert codes_at(validate(again, today=TODAY)) == [
        ("First Name", "still_to_mend"),
        ("Second Name", "still_to_mend"),
    ]


def test_merged_cells_do_not_come_in_unmerged_by_us() -> None:
    row = ("Yes", "Nour", "Example")
    workbook = read_workbook(
        make_sheet([LABELS, row, row, ("Amal", "x"), ("Yes",)], options="B4:B5"), "rows.xlsx"
    )
    checked = validate(workbook, today=TODAY)
    assert ("First Name", "merged_cells") in codes_at(checked)
    again = sent_again(workbook, checked)
    assert {row.cells[1] for row in again.rows} == {f"{TO_MEND} Amal"}
    assert ("First Name", "still_to_mend") in codes_at(validate(again, today=TODAY))


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=20),
        min_size=2, max_size=2,
    )
)  # fmt: skip
def test_no_text_is_changed_on_the_way_out_and_in(texts: list[str]) -> None:
    workbook, _ = check([("Consent", "First Name", "Second Name", "Colour"), (None, "a", "b", "c")])
    row = replace(workbook.rows[0], cells=(None, "name", *(text or None for text in texts)))
    workbook = replace(workbook, rows=(row,))
    assert sent_again(workbook, validate(workbook, today=TODAY)).rows[0].cells[:4] == row.cells
    longer = replace(row, cells=(*row.cells, "x" * (LONGEST_TEXT + 1)))
    workbook = replace(workbook, rows=(longer,))
    assert sent_again(workbook, validate(workbook, today=TODAY)).rows[0].cells[:5] == longer.cells
