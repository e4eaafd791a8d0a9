"""Ask the database what a feature shows of rows beyond anybody's reach.

Each question is a function of the database that works as the owner of the tables and answers with ids, references and numbers
only; there is no other way round the second wall.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

QUESTIONS: Final = (
    "amparo_references_taken", "amparo_persons_elsewhere", "amparo_tied_episodes", "amparo_documents_kept",
    "amparo_case_for_emergency", "amparo_known_places", "amparo_not_closed", "amparo_organisation_of_batch",
    "amparo_importing_organisations", "amparo_openers_lately", "amparo_cases_without_readers",
)  # fmt: skip


def ask_beyond(question: str, *given: Any) -> list[tuple[Any, ...]]:
    """Give the rows that answer one of `QUESTIONS`."""
    if question not in QUESTIONS:
        raise LookupError(f"{question} is no question that the database answers beyond anybody's reach.")
    places = ", ".join(["%s"] * len(given))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {question}({places})", given)  # noqa: S608 - the name is one of ours
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
