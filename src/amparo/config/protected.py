"""Which tables stand behind the second wall, which do not and why, and what the two narrow roles may read of them.

A test holds this list against the tables that there are: a new table is in one of the two parts, or the tests fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from amparo.access.context import FACTS, HOUSEKEEPER
from amparo.access.policies import Kind, Protected, Roles, statements
from amparo.cases.queries.coded import CASE_COLUMNS, EPISODE_COLUMNS, ORGANISATION_COLUMNS, PERSON_COLUMNS

PROTECTED = (
    Protected(table="cases_case", kind=Kind.CASE),
    Protected(table="cases_casehistory", kind=Kind.OF_CASE, column="pgh_obj_id"),
    Protected(table="cases_caseevent", kind=Kind.OF_CASE, column="case_id"),
    Protected(table="cases_episode", kind=Kind.OF_CASE, column="case_id"),
    Protected(table="cases_episodehistory", kind=Kind.OF_CASE, column="case_id"),
    Protected(table="cases_note", kind=Kind.OF_CASE, column="case_id"),
    Protected(table="cases_document", kind=Kind.OF_CASE, column="case_id"),
    Protected(table="cases_person", kind=Kind.OF_PERSON, column="id"),
    Protected(table="cases_personhistory", kind=Kind.OF_PERSON, column="pgh_obj_id"),
    Protected(table="cases_savedfilter", kind=Kind.FILTER),
    Protected(table="intake_importbatch", kind=Kind.IMPORT),
    Protected(table="intake_importrow", kind=Kind.OF_IMPORT, column="batch_id"),
)

# What holds nothing about a person in need, or must be read before it is known who looks. By the beginning of the name.
OPEN = {
    "accounts_": "who works where; read to find out who looks",
    "access_": "what is open to whom, by ids; read to find out what somebody reaches",
    "account_": "addresses of users, of the library that signs in",
    "mfa_": "second factors; read while somebody signs in",
    "axes_": "failed sign-ins",
    "audit_": "ids only; append-only, and its pages have their own getter",
    "auth_": "empty tables of the library",
    "django_": "sessions and migrations",
    "amparo_cache": "counters",
    "evidence_": "which snapshots of coded facts there are",
    "cases_operation": "a reference that ties episodes and tells nothing of any of them",
    "pghistory_": "ids of requests",
    "procrastinate_": "jobs, whose arguments are ids",
}

READERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    FACTS: {
        "cases_case": ("id", "person_id", "organisation_id", "consent", *CASE_COLUMNS),
        "cases_person": ("id", *PERSON_COLUMNS),
        "cases_episode": ("case_id", "person_id", "number", *EPISODE_COLUMNS),
        "accounts_organisation": ("id", *ORGANISATION_COLUMNS),
    },
    HOUSEKEEPER: {
        "cases_case": ("id", "reference", "person_id", "organisation_id"),
        "cases_episode": ("operation_id",),
        "cases_document": ("stored_name",),
        "intake_importbatch": ("id", "organisation_id"),
    },
}


def is_classified(table: str) -> bool:
    """Tell whether it was decided about a table."""
    return table in {each.table for each in PROTECTED} or table.startswith(tuple(OPEN))


def protect_tables(*, owner: str, working: Sequence[str]) -> None:
    """Bring the policies up to this version, on a connection of the role that owns the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [[*working, *READERS]])
        there = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'")
        present: dict[str, list[str]] = {}
        for table, policy in cursor.fetchall():
            present.setdefault(table, []).append(policy)
        roles = Roles(
            owner=owner,
            working=tuple(dict.fromkeys(name for name in working if name in there)),
            readers={role: tables for role, tables in READERS.items() if role in there},
        )
        for statement in statements(PROTECTED, roles, present=present):
            cursor.execute(statement)
