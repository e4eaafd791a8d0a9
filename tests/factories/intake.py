"""Make workbooks and batches for tests, through the production actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from amparo.access.rules import Viewer
from amparo.intake.actions import check_batch, commit_batch, receive_workbook, write_batch
from amparo.intake.htcds import write_csv, write_workbook
from amparo.vocab.dates import PartialDate
from tests.factories.accounts import NOW

AMINA = {
    "prs_FirstName": "Amina",
    "prs_SecondName": "Haddad",
    "prs_Birthdate": PartialDate.parse("1998-04-12"),
    "prs_Gender": "Feminine",
    "prs_MobilePhone": "+99912345",
    "vic_TypeOfExploitation": ("ForcedLabour",),
    "cas_Status": "Active",
    "con_Consent": True,
}
SOFIA = {
    **AMINA,
    "prs_FirstName": "Sofia",
    "prs_SecondName": "Marin",
    "prs_Birthdate": PartialDate.parse("2001-01-30"),
}
NOBODY_KNOWN = {"con_Consent": False, "cas_CaseOwner": "N/A"}


def make_workbook(rows: Sequence[Mapping[str, Any]] = (AMINA, SOFIA), *, profile: str = "ods") -> bytes:
    """Write rows as a workbook of the standard."""
    stream = BytesIO()
    write_workbook(rows, profile=profile, stream=stream)
    return stream.getvalue()


def make_text_file(rows: Sequence[Mapping[str, Any]] = (AMINA, SOFIA), *, profile: str = "ods") -> bytes:
    """Write rows as a text file with commas."""
    stream = BytesIO()
    write_csv(rows, profile=profile, stream=stream)
    return stream.getvalue()


def make_batch(
    by: Viewer, content: bytes | None = None, *, file_name: str = "cases.xlsx", team_id: int | None = None,
    now: datetime = NOW,
) -> UUID:  # fmt: skip
    """Send a workbook in and check it, as the page and its job do."""
    content = make_workbook() if content is None else content
    batch = receive_workbook(content=content, file_name=file_name, team_id=team_id, by=by, now=now)
    check_batch(batch, now=now)
    return batch


def make_written_batch(by: Viewer, content: bytes | None = None, *, now: datetime = NOW) -> UUID:
    """Send a workbook in and bring its rows in."""
    batch = make_batch(by, content, now=now)
    commit_batch(batch=batch, by=by, now=now)
    write_batch(batch, now=now)
    return batch
