"""Write the second wall: for each protected table, the policies by which PostgreSQL itself keeps rows back.

The getters are the check, and they always write the scope themselves; a policy is for the filter that somebody forgot. What it
reads are settings of the transaction (`context`), so that without any it keeps everything back.

Every setting is read once a statement, in a sub-select: bare, its text would be parsed anew for each row (bench/rows.py: a list of
fifty took ten times as long). The index is walked by the getter's own condition. No function of a row's columns is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

CASES: Final = "cases_case"
UPKEEP: Final = "amparo.upkeep"  # set by `amparo migrate` alone, for the role that owns the tables


class Kind(StrEnum):
    """How the rows of a table come under the wall."""

    CASE = "case"
    OF_CASE = "of_case"  # `column` holds the case
    OF_PERSON = "of_person"  # `column` holds the person: seen through her cases
    IMPORT = "import"
    OF_IMPORT = "of_import"  # `column` holds the batch
    FILTER = "filter"


@dataclass(frozen=True, kw_only=True, slots=True)
class Protected:
    """A table whose rows the database keeps back from who may not see them."""

    table: str
    kind: Kind
    column: str = "id"


@dataclass(frozen=True, kw_only=True, slots=True)
class Roles:
    """The roles of the database, as this installation names them."""

    owner: str
    working: tuple[str, ...]  # the application's and the worker's
    readers: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)  # role: table: columns


def statements(
    protected: Iterable[Protected], roles: Roles, *, present: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Give what brings the policies up to this version; `present` names those that stand on each table by now."""
    for each in protected:
        table = _quoted(each.table)
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        for name in present.get(each.table, ()):
            yield f"DROP POLICY {_quoted(name)} ON {table}"
        yield from _policies(each, roles)
    for role, tables in roles.readers.items():
        for name, columns in tables.items():
            yield f"REVOKE ALL ON {_quoted(name)} FROM {_quoted(role)}"
            yield f"GRANT SELECT ({', '.join(map(_quoted, columns))}) ON {_quoted(name)} TO {_quoted(role)}"


def _policies(each: Protected, roles: Roles) -> Iterator[str]:
    table, working = _quoted(each.table), ", ".join(map(_quoted, roles.working))
    seen, changed = _seen(each), _changed(each)
    for name, command in (
        ("see", f"FOR SELECT TO {working} USING ({seen})"),
        ("add", f"FOR INSERT TO {working} WITH CHECK ({changed})"),
        ("change", f"FOR UPDATE TO {working} USING ({changed}) WITH CHECK ({changed})"),
        ("remove", f"FOR DELETE TO {working} USING ({changed})"),
    ):
        yield f"CREATE POLICY {_quoted(f'amparo_{name}')} ON {table} {command}"
    for name, condition in _denials(each):
        yield f"CREATE POLICY {_quoted(f'amparo_{name}')} ON {table} AS RESTRICTIVE FOR ALL TO {working} USING ({condition})"
    # The owner is kept back too, except while it brings the tables up to date.
    if roles.owner not in roles.working:
        yield (
            f"CREATE POLICY amparo_upkeep ON {table} FOR ALL TO {_quoted(roles.owner)}"
            f" USING ((SELECT current_setting('{UPKEEP}', true)) = 'on')"
        )
    for role, tables in roles.readers.items():
        if each.table in tables:
            yield f"CREATE POLICY {_quoted(role)} ON {table} FOR SELECT TO {_quoted(role)} USING (true)"


def _seen(each: Protected) -> str:
    match each.kind:
        case Kind.CASE:
            return _reach(each.table, records="records")
        case Kind.OF_CASE:
            return f"EXISTS (SELECT FROM {CASES} c WHERE c.id = {each.table}.{each.column})"
        case Kind.OF_PERSON:
            return f"EXISTS (SELECT FROM {CASES} c WHERE c.person_id = {each.table}.{each.column})"
        case Kind.IMPORT:
            return f"organisation_id = ANY ({_once('imports')})"
        case Kind.OF_IMPORT:
            return f"EXISTS (SELECT FROM intake_importbatch b WHERE b.id = {each.table}.{each.column})"
        case Kind.FILTER:
            shared = f"is_shared AND (team_id = ANY ({_once('team')}) OR team_id IS NULL AND {_once('team')} = '{{}}')"
            return f"organisation_id = ANY ({_once('filters')}) AND (user_id = ANY ({_once('user')}) OR {shared})"


def _changed(each: Protected) -> str:
    """Give the condition for writing: a grant that only lets read opens a record to be read, and no more."""
    match each.kind:
        case Kind.CASE:
            return _reach(each.table, records="changeable")
        case Kind.OF_CASE:
            within = _reach("c", records="changeable")
            return f"EXISTS (SELECT FROM {CASES} c WHERE c.id = {each.table}.{each.column} AND {within})"
        case Kind.OF_PERSON:
            within = _reach("c", records="changeable")
            return (
                f"EXISTS (SELECT FROM {CASES} c WHERE c.person_id = {each.table}.{each.column} AND {within})"
            )
        case Kind.FILTER:
            return f"organisation_id = ANY ({_once('filters')}) AND user_id = ANY ({_once('user')})"
        case _:
            return _seen(each)


def _reach(case: str, *, records: str) -> str:
    """Say the scope and the grants over one case, as `queries.scoped` says them."""
    further = "".join(f" AND {condition.format(case=case)}" for condition in FURTHER)
    return (
        f"(({case}.organisation_id = ANY ({_once('organisations')})"
        f" OR {case}.organisation_id = ANY ({_once('home')})"
        f" AND ({case}.team_id = ANY ({_once('teams')}) OR {case}.worker_id = ANY ({_once('workers')}))){further}"
        f" OR {case}.id = ANY ({_once(records, of='uuid')}))"
    )


def _denials(each: Protected) -> Iterator[tuple[str, str]]:
    """Give what no scope and no grant opens: clearance and walls, one line each. Children follow through their case."""
    if each.kind is Kind.CASE:
        yield from DENIALS


def _bare(name: str, *, of: str = "bigint") -> str:
    return f"coalesce(nullif(current_setting('amparo.{name}', true), ''), '{{}}')::{of}[]"


def _once(name: str, *, of: str = "bigint") -> str:
    return f"(SELECT {_bare(name, of=of)})::{of}[]"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# What else has to hold for a case within the scope, over `{case}`; a grant is not asked. Compartments: one line.
FURTHER: tuple[str, ...] = ()
# (name, condition over a row of a case), each made into a restrictive policy: no OR opens what one of them keeps back.
DENIALS: tuple[tuple[str, str], ...] = ()
