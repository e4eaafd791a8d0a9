"""The workbooks of the Human Trafficking Case Data Standard: read, checked and written, with no database."""

from amparo.intake.htcds.findings import BadWorkbook, Finding
from amparo.intake.htcds.headings import Column, UnknownColumn
from amparo.intake.htcds.layouts import PROFILES, Field, field, fields, profile
from amparo.intake.htcds.reading import Row, Workbook, read_workbook
from amparo.intake.htcds.rejected import RejectedRows, write_rejected
from amparo.intake.htcds.validation import Validation, ValidRow, validate
from amparo.intake.htcds.values import BadCell, Value, check_text, is_code
from amparo.intake.htcds.writing import FileFormat, Written, write_csv, write_workbook

__all__ = [
    "PROFILES",
    "BadCell",
    "BadWorkbook",
    "Column",
    "Field",
    "FileFormat",
    "Finding",
    "RejectedRows",
    "Row",
    "UnknownColumn",
    "ValidRow",
    "Validation",
    "Value",
    "Workbook",
    "Written",
    "check_text",
    "field",
    "fields",
    "is_code",
    "profile",
    "read_workbook",
    "validate",
    "write_csv",
    "write_rejected",
    "write_workbook",
]
