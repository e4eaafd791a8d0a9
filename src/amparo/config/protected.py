"""Which tables stand behind the second wall, which do not and why, and what the two narrow roles may read of them.

A test holds this list against the tables that there are: a new table is in one of the two parts, or the tests fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from amparo.access.context import FACTS, HOUSEKEEPER
from amparo.access.policies import Kind, Protected, Reach, Roles, mark_of, policies, renewal, rights
from amparo.cases.queries.coded import CASE_COLUMNS, EPISODE_COLUMNS, ORGANISATION_COLUMNS, PERSON_COLUMNS

PROTECTED = (
    Protected(table="cases_case", kind=Kind.CASE),
    Protected(table="cases_casehistory", kind=Kind.OF_CASE, column="pgh_obj_id"),
    Protected(table="cases_caseevent", kind=Kind.OF_CASE, column="case_id"),
    Protected(table="cases_episode", kind=Kind.OF_CASE, column="case_id"),
    Protected(table="cases_episodehistory", kind=Kind.OF_CASE, column="case_id"),
    Protected(table="cases_note", kind=Kind.OF_CASE, column="case_id"),
    Protected(table="cases_document", kind=Kind.OF_CASE, column="case_id"),
    Protected(table="cases_person", kind=Kind.PERSON),
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
    "vault_": "which persons were erased, by number",
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


REACHES = tuple(reach for reach in Reach if reach)
PATIENCE = "60s"  # then somebody's long work stands in the way, and the migration says so instead of stopping all others
# The policies that stand on a table, its mark, and what PostgreSQL itself says of them: one that was changed by hand shows.
_STANDING = """
    SELECT c.relrowsecurity AND c.relforcerowsecurity, array_agg(p.polname::text),
        max(obj_description(p.oid, 'pg_policy')) FILTER (WHERE p.polname = 'amparo_see'),
        md5(string_agg(concat_ws('|', p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[]::text,
            pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)), E'\n' ORDER BY p.polname))
    FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
    WHERE c.oid = %s::regclass GROUP BY c.oid
"""


def protect_tables(*, owner: str, working: Sequence[str]) -> None:
    """Bring the policies up to this version, on a connection of the role that owns the tables.

    A table whose policies stand as they should is not touched: changing one waits for everybody who works on the table,
    and lets nobody else in meanwhile.
    """
    there = there_are(*working, *REACHES, *READERS)
    roles = Roles(
        owner=owner,
        working=tuple(dict.fromkeys(name for name in working if name in there)),
        reaching=tuple(reach for reach in REACHES if reach in there),
        readers={role: tables for role, tables in READERS.items() if role in there},
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        for each in PROTECTED:
            made = policies(each, roles)
            mark = mark_of(made)
            is_forced, old, marked, stands = _standing(each.table)
            if is_forced and marked == f"{mark} {stands}":
                continue
            for statement in renewal(each, made, old=old):
                cursor.execute(statement)
            stands = _standing(each.table)[3]
            cursor.execute(f"COMMENT ON POLICY amparo_see ON {each.table} IS '{mark} {stands}'")
        for statement in rights(roles):
            cursor.execute(statement)


def _standing(table: str) -> tuple[bool, list[str], str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [table])
        return cursor.fetchone() or (False, [], "", "")


def there_are(*names: str) -> set[str]:
    """Return those of the roles that the server has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [list(names)])
        return {name for (name,) in cursor.fetchall()}
