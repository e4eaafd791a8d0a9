"""Fill the standard's own HTCDS sheets with synthetic rows: every column, every way of writing a value.

Nobody in them exists. The same `rng` gives the same file.
"""

import random
import warnings
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from amparo.intake.htcds import Field, Value, profile
from amparo.intake.htcds.layouts import codes_of
from amparo.vocab.dates import PartialDate
from tests.shared_data import shared_data

SHEETS = {
    "excel": "htcds/htcds_spreadsheet_v2.0.xlsx",
    "excel_single_select": "htcds/htcds_spreadsheet_single_select_v2.0.xlsx",
}
FIRST_ROW = 3
NAMES = (
    ("Nour", "Example"),
    ("نور", "مثال"),
    ("Світлана", "Приклад"),
    ("สมศรี", "ตัวอย่าง"),
    ("ሰላም", "ምሳሌ"),
    ("小明", "例子"),
    ("Zoë-Ann", "O'Sample"),
    ("=Plus", "Null"),
)
TEXTS = (
    "N/A",
    "None",
    "NA",
    "Line one\nline two",
    "Semi; colon, comma",
    "+49 151 000000",
    " kept spaces ",
    "🌍 seen",
)


def fill_workbook(layout: str, rows: int, rng: random.Random, path: Path) -> list[dict[str, Value]]:
    """Fill the standard's sheet of a layout and save it; return the values that must be read from it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says that it leaves out the drop-down lists
        book = openpyxl.load_workbook(shared_data(SHEETS[layout]))
    sheet = book.worksheets[0]
    columns = _columns(sheet)
    expected = []
    for number in range(FIRST_ROW, FIRST_ROW + rows):
        values = make_row(rng, is_single=layout == "excel_single_select")
        for field, index in columns.items():
            if field.id in values:
                cell = sheet.cell(number, index)
                cell.value = written(field, values[field.id], rng)
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # or openpyxl takes a text that begins with = for a formula
        expected.append(values)
    book.save(path)
    return expected


def make_row(rng: random.Random, *, is_single: bool = False) -> dict[str, Value]:
    """Make the values of one synthetic row of the Excel profile; each field but Consent may be empty."""
    given, family = rng.choice(NAMES)
    birth = date(1960, 1, 1) + timedelta(days=rng.randrange(20_000))
    incoming = date(2016, 1, 1) + timedelta(days=rng.randrange(3_000))
    values: dict[str, Value] = {}
    for field in profile("excel"):
        if field.kind == "text":
            values[field.id] = rng.choice(TEXTS)
        elif field.kind in ("code", "code_or_text"):
            values[field.id] = rng.choice(list(codes_of(str(field.codes))))
        elif field.kind == "codes":
            codes = list(codes_of(str(field.codes)))
            values[field.id] = tuple(
                rng.sample(codes, 1 if is_single else rng.randint(1, min(3, len(codes))))
            )
    values |= {
        "con_Consent": rng.random() > 0.1,
        "prs_FirstName": given,
        "prs_SecondName": family,
        "prs_Birthdate": PartialDate.of(birth) if rng.random() > 0.2 else PartialDate(birth.year),
        "cas_IncomingReferralDate": PartialDate.of(incoming),
        "cas_OutgoingReferralDate": (PartialDate.of(incoming + timedelta(days=rng.randrange(400))),),
    }
    for identity in list(values):
        if identity != "con_Consent" and rng.random() < 0.15:
            del values[identity]
    return values


def written(field: Field, value: Value, rng: random.Random) -> str | int | date | bool:
    """Return a value in one of the ways in which people write it into the sheet."""
    if isinstance(value, bool):
        answers: list[str | bool] = (
            ["Yes", "yes ", True, "TRUE", "1"] if value else ["No", "NO", False, "FALSE", "0"]
        )
        return rng.choice(answers)
    if isinstance(value, PartialDate):
        day = value.earliest()
        dates: list[str | int | date] = [str(value), value.year]
        if value.precision == "day":
            dates = [day, str(value), day.strftime("%d.%m.%Y")]
        return rng.choice(dates)
    if isinstance(value, tuple):
        parts = [_one(field, part, rng) for part in value]
        return rng.choice([";", "; ", "\n", ", "]).join(parts)
    return _one(field, value, rng) if isinstance(value, str) else int(value)


def _one(field: Field, value: str | PartialDate, rng: random.Random) -> str:
    if isinstance(value, PartialDate) or field.codes is None:
        return str(value)
    labels: Mapping[str, tuple[str, ...]] = codes_of(field.codes)
    return rng.choice([value, value, f"{value} ", *labels[value]])


def _columns(sheet: Worksheet) -> dict[Field, int]:
    labels = {str(cell.value).strip(): cell.column for cell in sheet[2] if cell.value}
    return {field: labels[field.label] for field in profile("excel")}
