"""Headings, layouts, encodings: which column holds which field, and what is said of the others."""

import random
from pathlib import Path

import pytest
import python_calamine as calamine

from amparo.intake.htcds import BadWorkbook, field, fields, profile, read_workbook
from amparo.intake.htcds.layouts import heading_key
from tests.factories.htcds import fill_workbook
from tests.intake.htcds.sheets import LABELS, check, check_text, make_sheet

ROW = ("Yes", "Nour", "Example", "1999-04", "Feminine", "NA")


def test_the_standard_has_84_fields_38_of_them_in_the_excel_sheet_and_31_in_the_questionnaire() -> None:
    assert (len(fields()), len(profile("excel")), len(profile("xlsform"))) == (84, 38, 31)


def test_headings_in_the_third_row_are_found_and_the_rows_above_are_named() -> None:
    workbook, checked = check([("Caseload of 2026",), (), LABELS, ROW])
    assert [row.row for row in checked.rows] == [4]
    assert [note.code for note in workbook.notes] == ["rows_above"]


def test_the_visible_label_decides_where_the_hidden_id_is_shifted() -> None:
    ids = ("con_Consent", "prs_MailingCity", "prs_MailingCountry", "prs_FirstName")
    labels = ("Consent", "Mailing Street", "Mailing City", "First Name")
    workbook, checked = check([ids, labels, ("Yes", "Main Road 1", "Anytown", "Nour")])
    assert dict(checked.rows[0].values) == {
        "con_Consent": True,
        "prs_MailingStreet": "Main Road 1",
        "prs_MailingCity": "Anytown",
        "prs_FirstName": "Nour",
    }
    assert [note.code for note in workbook.notes] == ["shifted_ids"]


def test_translated_headings_over_the_standards_own_ids_are_read_as_the_sheet_meant_them() -> None:
    ids = ("con_Consent", "prs_MailingCity", "vic_TraffickinStatusDecisionMakingOrg", "prs_FirstName")
    _, checked = check(
        [ids, ("Consentimiento", "Calle", "Quién decidió", "Nombre"), ("Yes", "Calle 1", "Police", "N")]
    )
    assert dict(checked.rows[0].values) == {
        "con_Consent": True,
        "prs_MailingStreet": "Calle 1",
        "vic_TraffickingStatusDecisionMakingOrg": "Police",
        "prs_FirstName": "N",
    }


def test_unknown_and_missing_columns_are_named_and_a_slip_gets_a_suggestion() -> None:
    workbook, _ = check([(*LABELS, "Favourite colour", "Brithdate", None), (*ROW, "blue", "", "stray")])
    assert [(one.letter, one.heading, one.suggestion, one.filled) for one in workbook.unknown_columns] == [
        ("G", "Favourite colour", "", 1),
        ("H", "Brithdate", "Birthdate", 0),
        ("I", "", "", 1),
    ]
    assert field("cas_CaseOwner") in workbook.missing_columns
    assert field("prs_Gender") not in workbook.missing_columns


@pytest.mark.parametrize(
    ("labels", "code", "word"),
    [
        (("First Name", "Second Name", "Gender"), "no_consent_column", "Consent"),
        (("Consnet", "First Name", "Second Name", "Gender"), "no_consent_column", "did you mean Consent"),
        (("Name", "Colour", "Shoe"), "no_headings", "Name | Colour | Shoe"),
        (("Consent", "First Name", "Gender", "First Name"), "column_twice", "B and D"),
    ],
)
def test_wrong_headings_are_explained(labels: tuple[str, ...], code: str, word: str) -> None:
    with pytest.raises(BadWorkbook) as caught:
        read_workbook(make_sheet([labels, ROW]), "rows.xlsx")
    assert caught.value.code == code
    assert word in str(caught.value)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_files_are_read_in_each_encoding_and_with_each_separator(mark: str, encoding: str) -> None:
    rows = [LABELS, ("Yes", "Zoë", '"a ""b"", c; d"', "1999", "Feminine", "NA")]
    workbook, checked = check_text("\r\n".join(mark.join(row) for row in rows).encode(encoding))
    assert checked.rows[0].values["prs_FirstName"] == "Zoë"
    assert checked.rows[0].values["prs_SecondName"] == 'a "b", c; d'
    assert [note.code for note in workbook.notes] == (["cp1252"] if encoding == "cp1252" else [])


def test_an_unclosed_quotation_mark_names_its_row() -> None:
    with pytest.raises(BadWorkbook, match="Row 3"):
        check_text('Consent,First Name,Second Name\nYes,a,b\nYes,"open,x\n')


def test_submissions_of_the_questionnaire_are_read() -> None:
    headings = (
        "start",
        "about/con_Consent",
        "about/prs_First_Name",
        "about/prs_Second_Name",
        "case/vic_Methods_of_Control",
        "case/vic_Methods_of_Control/PhysicalThreats",
        "case/vic_Methods_of_Control/DebtBondage ",
        "case/vic_ForcedLabourIndustry/F_Construction",
        "cas_ReasonForIncomingReferral",
        "_uuid",
    )
    row = (
        "2026-01-01T10:00",
        "TRUE",
        "Nour",
        "Example",
        "PhysicalThreats DebtBondage ",
        1,
        1,
        1,
        "Sent by a clinic",
        "x",
    )
    differing = ("", "FALSE", "Nour", "", "PhysicalThreats", 1, 1, 0, "", "y")
    workbook, checked = check([headings, row, differing])
    assert workbook.layout == "xlsform"
    assert workbook.technical_columns == ("start", "_uuid")
    assert workbook.unknown_columns == ()
    assert dict(checked.rows[0].values) == {
        "con_Consent": True,
        "prs_FirstName": "Nour",
        "prs_SecondName": "Example",
        "vic_MethodsOfControl": ("PhysicalThreats", "DebtBondage"),
        "vic_ForcedLabourIndustry": ("F_Construction",),
        "cas_ReasonForIncomingReferral": "Sent by a clinic",
    }
    assert [(error.row, error.code) for error in checked.errors] == [(3, "choices_differ")]


def test_submissions_with_labels_give_the_second_second_name_to_the_title() -> None:
    labels = (
        "Consent",
        "First Name",
        "Second Name",
        "Second Name",
        "Methods of Control/Threatens children/family",
        "_id",
    )
    _, checked = check([labels, ("Yes", "Nour", "Example", "Clerk", 1, 5)])
    assert checked.rows[0].values["prs_Title"] == "Clerk"
    assert checked.rows[0].values["vic_MethodsOfControl"] == ("ThreatensChildrenFamily",)


@pytest.mark.parametrize("layout", ["excel", "excel_single_select"])
def test_our_reader_and_calamine_read_the_same_cells(layout: str, tmp_path: Path) -> None:
    path = tmp_path / "filled.xlsx"
    fill_workbook(layout, 60, random.Random(3), path)
    rows = calamine.load_workbook(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    for row in read_workbook(path, path.name).rows:
        ours = ["" if cell is None else cell for cell in row.cells]
        assert ours == rows[row.number - 1][: len(ours)]


def test_every_id_label_and_name_of_the_questionnaire_leads_to_its_field() -> None:
    for one in fields():
        for name in {one.id, one.xlsform or one.id}:
            workbook, _ = (
                check([("Consent", "First Name", "Gender", name), ROW])
                if one.id
                not in (
                    "con_Consent",
                    "prs_FirstName",
                    "prs_Gender",
                )
                else (None, None)
            )
            assert workbook is None or workbook.columns[3].field == one
    assert heading_key("Non-police Organization") == heading_key("nonpolice organisation")
