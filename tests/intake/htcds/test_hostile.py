"""What bad files get: a clear answer, no crash, no memory or time lost, nothing silently dropped."""

import io
import resource
import zipfile

import pytest

from amparo.intake.htcds import BadWorkbook, container, read_workbook, validate
from tests.intake.htcds.sheets import LABELS, TODAY, check, check_text, make_sheet, read_part, replace_part
from tests.shared_data import shared_data

SHEET = "xl/worksheets/sheet1.xml"
GOOD = ("Yes", "Nour", "Example", "1999-04", "Feminine", "NA")


def refusal(data: bytes, name: str = "file.xlsx") -> BadWorkbook:
    with pytest.raises(BadWorkbook) as caught:
        read_workbook(data, name)
    return caught.value


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", "file_empty", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "not_a_workbook", "picture (PNG)"),
        (b"\xff\xd8\xff\xe0" + b"0" * 100, "not_a_workbook", "picture (JPEG)"),
        (b"%PDF-1.7 ...", "not_a_workbook", "PDF"),
        (b"<!DOCTYPE html><html>", "not_a_workbook", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook", "old_excel", ".xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "password",
            "remove the password",
        ),
        (b"PK\x03\x04 not really", "damaged", "Save the workbook again"),
        (bytes(range(256)) * 20, "not_a_workbook", "neither"),
        (b"a,b,c\n1,2,3\n", "no_headings", "a | b | c"),
        (b"\n\n\n", "no_rows", "no filled cell"),
    ],
)
def test_a_file_of_another_kind_is_named(data: bytes, code: str, word: str) -> None:
    refused = refusal(data)
    assert refused.code == code
    assert word in str(refused)


def test_open_document_is_named() -> None:
    assert refusal(shared_data("htcds/field_standards_2.0.ods").read_bytes()).code == "open_document"


def test_the_questionnaire_is_told_from_its_answers() -> None:
    assert refusal(shared_data("htcds/htcds_xlsform.xlsx").read_bytes()).code == "questionnaire"


def test_a_zip_bomb_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MOST_INFLATED", 3_000_000)
    bomb = replace_part(make_sheet([LABELS, GOOD]), {SHEET: b"<worksheet><sheetData>" + b" " * 5_000_000})
    assert len(bomb) < 50_000
    assert refusal(bomb).code == "too_much_inside"


def test_a_container_of_many_parts_is_not_opened() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as parts:
        for number in range(container.MOST_PARTS + 1):
            parts.writestr(f"xl/{number}.xml", b"")
    assert refusal(stream.getvalue()).code == "suspicious_container"


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_an_entity_bomb_is_refused_in_any_part(part: str) -> None:
    good = make_sheet([LABELS, GOOD])
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    content = read_part(good, part)
    spoilt = replace_part(good, {part: bomb + content[content.index(b"?>") + 2 :]})
    assert refusal(spoilt).code == "suspicious_container"


def test_p26_macros_are_not_run_and_the_values_are_read() -> None:
    data = replace_part(make_sheet([LABELS, GOOD]), {"xl/vbaProject.bin": b"macro"})
    workbook = read_workbook(data, "rows.xlsm")
    assert [note.code for note in workbook.notes] == ["macros"]
    assert len(workbook.rows) == 1


def test_a_sheet_that_breaks_off_names_the_row() -> None:
    good = make_sheet([LABELS, GOOD, GOOD])
    cut = read_part(good, SHEET)
    refused = refusal(replace_part(good, {SHEET: cut[: cut.index(b'<row r="3"')] + b"<row r="}))
    assert refused.code == "damaged"
    assert "row 2" in str(refused)


def test_a_missing_part_is_told() -> None:
    assert refusal(replace_part(make_sheet([LABELS, GOOD]), {"xl/workbook.xml": None})).code == "damaged"


def test_a_control_character_in_the_file_itself_names_the_row() -> None:
    good = make_sheet([LABELS, GOOD])
    strings = read_part(good, "xl/sharedStrings.xml").replace(b"Nour", b"No\x00ur")
    assert refusal(replace_part(good, {"xl/sharedStrings.xml": strings})).code == "damaged"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("filling", "last"),
    [
        (b"", 2_000_000),
        (b'<c r="B%d" s="1"/>', 200_000),
        (b'<c r="A%d"><v>7</v></c>', 200_000),
    ],
)
def test_empty_rows_by_the_million_cost_nothing(filling: bytes, last: int) -> None:
    # Rows without cells, with formatted cells only, and with the numbering of the standard's first column.
    good = make_sheet([(None, *LABELS), (1, *GOOD)])
    sheet = read_part(good, SHEET)
    rows = b"".join(
        b'<row r="%d">' % number + (filling % number if filling else b"") + b"</row>"
        for number in range(3, last)
    )
    data = replace_part(good, {SHEET: sheet.replace(b"</sheetData>", rows + b"</sheetData>")})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    workbook = read_workbook(data, "rows.xlsx")
    assert len(workbook.rows) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # kilobytes


def test_cells_and_rows_that_do_not_say_their_place_are_counted() -> None:
    rows = b"".join(
        [
            b"<row>"
            + b"".join(b'<c t="inlineStr"><is><t>%s</t></is></c>' % label.encode() for label in LABELS),
            b"</row><row></row><row><c/><c s='1'></c>",
            b'<c t="inlineStr"><is><t>Exa</t></is></c></row>',
            b'<x:row xmlns:x="x"><x:c t="b"><x:v>1</x:v></x:c></x:row>',
        ]
    )
    sheet = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    workbook = read_workbook(replace_part(make_sheet([LABELS]), {SHEET: sheet}), "rows.xlsx")
    assert [(row.number, row.cells) for row in workbook.rows] == [(3, (None, None, "Exa")), (4, (True,))]


def test_a_value_in_the_last_cell_of_the_sheet_costs_nothing() -> None:
    good = make_sheet([LABELS, GOOD])
    sheet = read_part(good, SHEET)
    stray = b'<row r="1048576"><c r="C1048576"><v>7</v></c></row></sheetData>'
    workbook = read_workbook(replace_part(good, {SHEET: sheet.replace(b"</sheetData>", stray)}), "rows.xlsx")
    assert [row.number for row in workbook.rows] == [2, 1048576]
    far = stray.replace(b"C1048576", b"XFD1048576")
    assert refusal(replace_part(good, {SHEET: sheet.replace(b"</sheetData>", far)})).code == "too_wide"


def test_a_formula_without_a_stored_result_is_an_error_and_an_empty_text_is_not() -> None:
    good = make_sheet([LABELS, ("Yes", "a", "b"), ("Yes", "c", "d"), ("Yes", "e", "f")])
    sheet = read_part(good, SHEET)
    for number, cell in (
        (2, b'<c r="B2"><f>A1&amp;A2</f></c>'),
        (3, b'<c r="B3" t="str"><f>""</f><v></v></c>'),
        (4, b'<c r="B4" t="str"><f>A1</f><v>kept</v></c>'),
    ):
        start = sheet.index(b'<c r="B%d"' % number)
        sheet = sheet[:start] + cell + sheet[sheet.index(b"</c>", start) + 4 :]
    workbook = read_workbook(replace_part(good, {SHEET: sheet}), "rows.xlsx")
    checked = validate(workbook, today=TODAY)
    assert [(error.row, error.column, error.code) for error in checked.errors] == [
        (2, "First Name", "formula_without_result")
    ]
    assert "=A1&A2" in checked.errors[0].message
    assert [row.values.get("prs_FirstName") for row in checked.rows] == [None, "kept"]


def test_merged_cells_with_a_value_are_errors_in_each_row_they_touch() -> None:
    rows = [LABELS, GOOD, GOOD, GOOD, GOOD, GOOD]
    workbook = read_workbook(make_sheet(rows, options="A4:A5"), "rows.xlsx")
    checked = validate(workbook, today=TODAY)
    assert [(error.row, error.code) for error in checked.errors if error.code == "merged_cells"] == [
        (4, "merged_cells"),
        (5, "merged_cells"),
    ]


def test_a_name_with_direction_marks_and_emoji_is_kept_whole_and_remarked() -> None:
    name = "\u202eنور 😀" + "x" * 500
    for _, checked in (check([LABELS, ("Yes", name)]), check_text(f"{','.join(LABELS)}\nYes,{name}\n")):
        assert checked.rows[0].values["prs_FirstName"] == name
        assert [warning.code for warning in checked.warnings] == ["direction_mark"]


def test_a_nul_byte_in_a_text_file_is_named_with_its_place() -> None:
    _, checked = check_text(f"{','.join(LABELS)}\nYes,A\x00mina,b\n")
    (error,) = checked.errors
    assert (error.row, error.column, error.code) == (2, "First Name", "control_character")
    assert "Character 2" in error.message


@pytest.mark.parametrize(
    ("text", "number"), [("a_x0000_b", "U+0000"), ("a_x0007_b", "U+0007"), ("a\x85b", "U+0085")]
)
def test_control_characters_are_errors(text: str, number: str) -> None:
    good = make_sheet([LABELS, ("Yes", "Nour")])
    strings = read_part(good, "xl/sharedStrings.xml").replace(b"Nour", text.encode())
    workbook = read_workbook(replace_part(good, {"xl/sharedStrings.xml": strings}), "rows.xlsx")
    (error,) = validate(workbook, today=TODAY).errors
    assert (error.row, error.column, error.code) == (2, "First Name", "control_character")
    assert number in error.message
