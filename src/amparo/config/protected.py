"""Which tables stand behind the second wall, which do not and why, and what the narrow role of the figures may read of them.

A test holds this list against the tables that there are: a new table is in one of the two parts, or the tests fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import connection

from amparo.access.beyond import QUESTIONS
from amparo.access.context import EVERYBODY, FACTS
from amparo.access.policies import Kind, Protected, Reach, Readable, Roles, mark_of, policies, renewal, rights
from amparo.cases.queries.coded import CASE_COLUMNS, EPISODE_COLUMNS, ORGANISATION_COLUMNS, PERSON_COLUMNS
from amparo.publishing.queries.published import ITEM_COLUMNS, RELEASE_COLUMNS
from amparo.publishing.queries.research import PROPOSAL_COLUMNS

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
    Protected(table="cases_unitmessage", kind=Kind.UNIT),
    Protected(table="intake_importbatch", kind=Kind.IMPORT),
    Protected(table="intake_importrow", kind=Kind.OF_IMPORT, column="batch_id"),
    Protected(table="access_emergencyopening", kind=Kind.OPENING),
    Protected(table="oversight_sampledreading", kind=Kind.DRAWN),
)
# Open to all who work here, for the register has to know every number that was let out; the policies are for the role of everybody,
# which sees what is published.
RELEASED = (
    Protected(table="publishing_release", kind=Kind.RELEASED),
    Protected(table="publishing_releaseitem", kind=Kind.RELEASED),
    Protected(table="publishing_researchproposal", kind=Kind.RELEASED),
)

_LOOKERS = "who works where and may what; read to find out who looks"
_REACHES = "what is open or closed to whom, by ids; read to find out what somebody reaches"
_LOG = "ids, references and hashes; written for everybody, never changed, and its pages have getters of their own"
# What holds nothing about a person in need, or must be read before it is known who looks: each table with the reason.
OPEN = {
    **dict.fromkeys(
        (
            "accounts_apitoken", "accounts_invitation", "accounts_membership", "accounts_organisation", "accounts_session",
            "accounts_signinattempts", "accounts_team", "accounts_user",
        ),
        _LOOKERS,
    ),
    **dict.fromkeys(("access_grant", "access_clearance", "access_wall"), _REACHES),
    **dict.fromkeys(
        (
            "audit_alert", "audit_alertmark", "audit_anchor", "audit_canary", "audit_epoch", "audit_event",
            "audit_generation", "audit_loghead", "audit_release",
        ),
        _LOG,
    ),
    "access_dualact": "ids and codes of what two people decide, which each of their units has to find",
    "access_notice": "which act or opening waits for whom, by number",
    "access_submission": "which forms were carried out, by random ids",
    "cases_operation": "a reference that ties episodes and tells nothing of any of them",
    "evidence_snapshot": "which snapshots of coded facts there are",
    "evidence_study": "which lists of organisations were studied together, and estimates; no row speaks of one person",
    **dict.fromkeys(
        ("publishing_release", "publishing_releaseitem", "publishing_reviewnote"),
        "tables that passed their audit, and what was said of them; no row speaks of one person",
    ),
    **dict.fromkeys(
        ("publishing_researchproposal", "publishing_proposalmember", "publishing_proposaldata"),
        "what researchers ask and who of them is named; read to find out what is open to whom",
    ),
    **dict.fromkeys(
        ("publishing_releasedcell", "publishing_budgetentry"), "numbers that were let out; added to, never changed"
    ),
    "oversight_sample": "for which week readings were drawn; the readings stand behind the wall",
    "vault_erasure": "which persons were erased, by number: a restore is held against it before anything is served",
    "vault_restoration": "which backups were brought back, and when",
    "vault_legalhold": "which persons may not be erased, by number",
    "vault_token": "blind tokens that name no person",
    "vault_membertoken": "blind tokens by which members of staff are kept away from their own records",
    "vault_tokenorder": "numbers of persons whose tokens are to be written",
    "vault_searchday": "how often somebody searched on a day",
}  # fmt: skip
# Tables of libraries, by the beginning of their names.
OF_LIBRARIES = {
    "account_": "addresses of users, of the library that signs in",
    "amparo_cache": "counters",
    "auth_": "empty tables of the library",
    "django_": "migrations and kinds of content",
    "mfa_": "second factors, sealed; read while somebody signs in",
    "pghistory_": "ids of requests",
    "procrastinate_": "jobs, whose arguments are ids",
}

NOT_OF_THE_UNIT = (
    "compartment <> 'integrity'"  # that there are such cases nobody else learns, not by counting either
)
# What was let out to everybody, and is not held back until a later day, by the calendar of this installation. What was withdrawn
# is still named; its items are not read.
PUBLISHED = (
    "audience = 'public' AND published_at IS NOT NULL AND state IN ('published', 'superseded', 'withdrawn')"
    " AND (embargo_until IS NULL"
    f" OR embargo_until <= (public.access_now() AT TIME ZONE '{settings.TIME_ZONE}')::date)"
)
READERS: Mapping[str, Mapping[str, Readable]] = {
    EVERYBODY: {
        "publishing_release": Readable(columns=RELEASE_COLUMNS, rows=PUBLISHED),
        "publishing_releaseitem": Readable(
            columns=ITEM_COLUMNS,
            # Of the releases only those that this role sees are found here.
            rows="EXISTS (SELECT FROM publishing_release r WHERE r.id = release_id AND r.state <> 'withdrawn')",
        ),
        "publishing_researchproposal": Readable(columns=PROPOSAL_COLUMNS, rows="granted_at IS NOT NULL"),
    },
    FACTS: {
        "cases_case": Readable(
            columns=("id", "person_id", "organisation_id", "compartment", "consent", *CASE_COLUMNS),
            rows=NOT_OF_THE_UNIT,
        ),
        "cases_person": Readable(
            columns=("id", "compartment", "age_status", *PERSON_COLUMNS), rows=NOT_OF_THE_UNIT
        ),
        "cases_episode": Readable(
            columns=("case_id", "person_id", "number", *EPISODE_COLUMNS),
            rows="EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)",
        ),
        "accounts_organisation": Readable(columns=("id", *ORGANISATION_COLUMNS)),
    },
}


def is_classified(table: str) -> bool:
    """Tell whether it was decided about a table."""
    return table in {each.table for each in PROTECTED} | OPEN.keys() or table.startswith(tuple(OF_LIBRARIES))


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
        for each in (*PROTECTED, *RELEASED):
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
        asking = ", ".join(f'"{role}"' for role in (*roles.working, *roles.reaching))
        for question in QUESTIONS:
            cursor.execute(f"REVOKE EXECUTE ON FUNCTION {question} FROM PUBLIC")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {question} TO {asking}")


def _standing(table: str) -> tuple[bool, list[str], str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [table])
        return cursor.fetchone() or (False, [], "", "")


def there_are(*names: str) -> set[str]:
    """Return those of the roles that the server has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [list(names)])
        return {name for (name,) in cursor.fetchall()}
