"""Each kind of value, each error with its row, column and remedy, and the rejected rows given back."""

from datetime import date, datetime

import pytest

from amparo.intake.htcds import Value
from amparo.vocab.dates import PartialDate
from tests.intake.htcds.sheets import LABELS, check


def value_of(heading: str, cell: object) -> Value | None:
    _, checked = check([("Consent", "First Name", "Second Name", heading), ("Yes", "a", "b", cell)])
    assert checked.errors == ()
    values = dict(checked.rows[0].values)
    return next(
        (values[key] for key in values if key not in ("con_Consent", "prs_FirstName", "prs_SecondName")), None
    )


def error_of(heading: str, cell: object) -> tuple[str, str]:
    _, checked = check([("Consent", "First Name", "Second Name", heading), ("Yes", "a", "b", cell)])
    (error,) = checked.errors
    assert (error.row, error.column) == (2, heading)
    assert checked.rows == ()
    return error.code, error.message


@pytest.mark.parametrize(
    ("heading", "cell", "value"),
    [
        ("Birthdate", datetime(2001, 4, 12), PartialDate(2001, 4, 12)),
        ("Birthdate", "2001-04", PartialDate(2001, 4)),
        ("Birthdate", 2001, PartialDate(2001)),
        ("Birthdate", "2001~", PartialDate(2001, is_approximate=True)),
        ("Birthdate", "25/04/2001", PartialDate(2001, 4, 25)),
        ("Birthdate", "04/25/2001", PartialDate(2001, 4, 25)),
        ("Birthdate", "5.4.2001", PartialDate(2001, 4, 5)),
        ("Birthdate", "12 April 2001", PartialDate(2001, 4, 12)),
        ("Birthdate", "12-Apr-2001", PartialDate(2001, 4, 12)),
        ("Birthdate", "April 2001", PartialDate(2001, 4)),
        ("Birthdate", "2001-04-12T00:00:00.000+01:00", PartialDate(2001, 4, 12)),
        ("Citizenship", "NA", ("NA",)),
        ("Citizenship", "Namibia; Åland Islands", ("NA", "AX")),
        ("Citizenship", "de, FR", ("DE", "FR")),
        ("Citizenship", "Bolivia (Plurinational State of)", ("BO",)),
        ("Citizenship", "Moldova, South Korea; USA", ("MD", "KR", "US")),
        ("Mailing Country", "Cote dIvoire", "CI"),
        ("Primary Language", "Farsi", "fas"),
        ("Methods of Control", "DebtBondage ", ("DebtBondage",)),
        ("Methods of Control", "Debt bondage ;Physical threats", ("DebtBondage", "PhysicalThreats")),
        ("Methods of Control", "DebtBondage PhysicalThreats", ("DebtBondage", "PhysicalThreats")),
        (
            "Forced Labour Industry",
            "Water supply; sewerage, waste management and remediation; Construction",
            ("E_WaterSupplySewerageWasteManagement", "F_Construction"),
        ),
        ("Status", "Follow up", "FollowUp"),
        ("Reason for Incoming Referral", "Migration Or Change Of Location", "MigrationOrChangeOfLocation"),
        ("Relationship to Trafficker", "Unacquainted", "Unaquainted"),
        ("Primary Language", "en", "eng"),
        ("Primary Language", "ger", "deu"),
        ("Mailing Country", "N/A", "N/A"),
        ("Mailing Country", "Namibia", "NA"),
        ("Mailing Zip/Postal Code", 1234, "1234"),
        ("Home Phone", 491511234567, "491511234567"),
        ("Title", "None", "None"),
        ("Title", "NA", "NA"),
        ("Title", True, "TRUE"),
        ("Deceased", "no", False),
        ("Number of Children", 3.0, 3),
        ("hte_Latitude", "-12,5", -12.5),
        ("Gender", "  ", None),
        ("Gender", "not specified/unknown", "NonSpecifiedUnknown"),
    ],
)
def test_values_are_read(heading: str, cell: object, value: object) -> None:
    assert value_of(heading, cell) == value


@pytest.mark.parametrize(
    ("heading", "cell", "code", "word"),
    [
        ("Gender", "Femenine", "near_code", "Did you mean Feminine?"),
        ("Gender", "N/A", "unknown_code", "one of: Feminine"),
        ("Gender", "Feminine;Masculine", "several_values", "one value"),
        ("Citizenship", "na", "near_code", "NA (Namibia)"),
        ("Citizenship", "N/A", "unknown_code", "leave the cell empty"),
        ("Citizenship", "NAM", "near_code", "NA (Namibia)"),
        ("Citizenship", "Germny", "near_code", "DE (Germany)"),
        (
            "Citizenship",
            "France, Korea",
            "near_code",
            "“Korea” is not a code of Citizenship. Did you mean KP (Korea (Dem",
        ),
        ("Citizenship", "Korea", "near_code", "/ KR (Korea, Republic of)?"),
        ("Citizenship", "Nigera", "near_code", "NG (Nigeria) / NE (Niger)"),
        ("Gender", "unknown", "near_code", "NonSpecifiedUnknown"),
        ("Methods of Control", "DebtBondage;PhysicalThreat", "near_code", "Did you mean PhysicalThreats?"),
        ("Birthdate", "2001-02-30", "date_impossible", "28 days"),
        ("Birthdate", "31/02/2001", "date_impossible", "28 days"),
        ("Birthdate", "2001-13", "date_impossible", "Months are 1 to 12"),
        ("Birthdate", "04/05/2001", "date_ambiguous", "2001-05-04 or 2001-04-05"),
        ("Birthdate", "12.4.01", "not_a_date", "Write it as 2001-04-12"),
        ("Birthdate", "unknown", "not_a_date", "unknown"),
        ("Birthdate", 36526, "date_as_number", "Format the cell as a date"),
        ("Birthdate", "2027-01-01", "date_future", "in the future"),
        ("Birthdate", "1850", "date_impossible", "too long ago"),
        ("Birthdate", "1903", "date_impossible", "123 years old"),
        ("Incoming Referral Date", datetime(2026, 11, 23), "date_future", "2026-11-23"),
        ("Age when Trafficked", "about ten", "not_a_number", "digits only"),
        ("Age when Trafficked", 900, "number_out_of_range", "120"),
        ("prs_MailingLongitude", "181", "number_out_of_range", "180"),
        ("Deceased", "perhaps", "not_yes_or_no", "Yes or No"),
    ],
)
def test_errors_name_the_remedy(heading: str, cell: object, code: str, word: str) -> None:
    found, message = error_of(heading, cell)
    assert found == code
    assert word in message
    assert "invalid" not in message.casefold()


def test_a_name_in_use_for_two_countries_is_read_as_the_standard_has_it_and_remarked() -> None:
    _, checked = check([(*LABELS, "Mailing Country"), ("Yes", "a", "b", None, None, "Peru; Congo", "CG")])
    assert checked.rows[0].values["prs_Citizenship"] == ("PE", "CG")
    (warning,) = checked.warnings
    assert (warning.row, warning.column, warning.code) == (2, "Citizenship", "may_be_another")
    assert "CD (Congo, Democratic Republic of the)" in warning.message


def test_only_consent_is_required_and_no_is_an_answer() -> None:
    _, checked = check([LABELS, ("Yes",), ("No", "a"), (None, "b")])
    assert [row.row for row in checked.rows] == [2, 3]
    assert checked.rows_without_consent == 1
    assert [(error.row, error.column, error.code) for error in checked.errors] == [
        (4, "Consent", "consent_missing")
    ]
    assert checked.rejected_rows == (4,)


def test_dates_that_contradict_each_other_are_errors() -> None:
    labels = (
        "Consent",
        "Birthdate",
        "Incoming Referral Date",
        "Outgoing Referral Date",
        "Age when Trafficked",
    )
    _, checked = check(
        [
            labels,
            ("Yes", "2010", "2009-12-31"),
            ("Yes", "2010", "2010", "2009-12"),
            ("Yes", "2010", "2020-05-01", "2020-04-30"),
            ("Yes", "2010", "2020-05", "2020-05-01", 16),
            ("Yes", "2010", "2020-05", "2020-05-01", 17),
        ]
    )
    assert {(error.row, error.code) for error in checked.errors} == {
        (number, "dates_contradict") for number in (2, 3, 4, 6)
    }
    assert [row.row for row in checked.rows] == [5]


def test_a_planned_date_may_lie_ahead() -> None:
    assert value_of("Planned End Date", "2030") == PartialDate(2030)
    assert error_of("Actual End Date", "2030")[0] == "date_future"


def test_numbers_in_a_text_column_are_told_once() -> None:
    _, checked = check([LABELS, ("Yes", 12), ("Yes", 13)])
    assert [(warning.row, warning.code) for warning in checked.warnings] == [(2, "not_text")]


def test_findings_are_printed_as_the_command_line_prints_them() -> None:
    _, checked = check([LABELS, ("Yes", "a", "b", date(2030, 1, 1))])
    assert checked.errors[0].as_json() == {
        "row": 2,
        "column": "Birthdate",
        "code": "date_future",
        "message": "2030-01-01 is in the future. Look at day, month and year again.",
    }
