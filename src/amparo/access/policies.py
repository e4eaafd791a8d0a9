"""Write the second wall: for each protected table, the policies by which PostgreSQL itself keeps rows back.

The getters are the check, and they always write the scope themselves; a policy is for the filter that somebody forgot. What it
reads are settings of the transaction (`context`), so that without any it keeps everything back.

Most viewers reach one organisation, or in it a team and their own, and nothing by a grant. For them a transaction takes on a role
whose policy is that alone: `organisation_id = a setting` beside the getter's `organisation_id = 5` makes PostgreSQL compare the
setting with 5, once a statement, and plan as if there were no policy. An OR with the grants would be worked out for each row.
"""

from __future__ import annotations

import hashlib
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
    PERSON = "person"  # seen through her cases: `reach` says who leads them, and its trigger keeps it true
    OF_PERSON = "of_person"  # `column` holds the person
    IMPORT = "import"
    OF_IMPORT = "of_import"  # `column` holds the batch
    FILTER = "filter"


class Reach(StrEnum):
    """What a transaction reaches, and the role that it takes on for it."""

    ANY = ""  # as the application or the worker: scope and grants
    WHOLE = "amparo_organisation"  # a whole organisation, and nothing by a grant
    TEAM = "amparo_team"  # a team and one's own, and nothing by a grant


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
    reaching: tuple[Reach, ...] = ()
    readers: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)  # role: table: columns


def policies(each: Protected, roles: Roles) -> tuple[str, ...]:
    """Give the statements that make the policies of a table."""
    return tuple(_policies(each, roles))


def mark_of(made: Iterable[str]) -> str:
    """Return a short mark of the statements, by which a table tells whether its policies are up to this version."""
    return hashlib.sha256("\n".join(made).encode()).hexdigest()[:16]


def renewal(each: Protected, made: Iterable[str], *, old: Iterable[str]) -> Iterator[str]:
    """Give the statements that put new policies in the place of the old, and hold the owner of the table to them too."""
    table = _quoted(each.table)
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    for name in old:
        yield f"DROP POLICY {_quoted(name)} ON {table}"
    yield from made


def rights(roles: Roles) -> Iterator[str]:
    """Give the statements that let the narrow roles read their columns, and nothing else of those tables."""
    for role, tables in roles.readers.items():
        for name, columns in tables.items():
            yield f"REVOKE ALL ON {_quoted(name)} FROM {_quoted(role)}"
            yield f"GRANT SELECT ({', '.join(map(_quoted, columns))}) ON {_quoted(name)} TO {_quoted(role)}"


def _policies(each: Protected, roles: Roles) -> Iterator[str]:
    table = _quoted(each.table)
    everybody = (*roles.working, *roles.reaching)
    for reach, names in ((Reach.ANY, roles.working), *((reach, (reach,)) for reach in roles.reaching)):
        seen, changed = _seen(each, reach), _changed(each, reach)
        suffix = f"_{reach.name.lower()}" if reach else ""
        working = _listed(names)
        for name, command in (
            ("see", f"FOR SELECT TO {working} USING ({seen})"),
            ("add", f"FOR INSERT TO {working} WITH CHECK ({changed})"),
            ("change", f"FOR UPDATE TO {working} USING ({changed}) WITH CHECK ({changed})"),
            ("remove", f"FOR DELETE TO {working} USING ({changed})"),
        ):
            yield f"CREATE POLICY {_quoted(f'amparo_{name}{suffix}')} ON {table} {command}"
    for name, condition in _denials(each):
        yield (
            f"CREATE POLICY {_quoted(f'amparo_{name}')} ON {table} AS RESTRICTIVE FOR ALL TO {_listed(everybody)}"
            f" USING ({condition})"
        )
    # The owner is kept back too, except while it brings the tables up to date.
    if roles.owner not in roles.working:
        yield (
            f"CREATE POLICY amparo_upkeep ON {table} FOR ALL TO {_quoted(roles.owner)}"
            f" USING ((SELECT current_setting('{UPKEEP}', true)) = 'on')"
        )
    for role, tables in roles.readers.items():
        if each.table in tables:
            yield f"CREATE POLICY {_quoted(role)} ON {table} FOR SELECT TO {_quoted(role)} USING (true)"


def _seen(each: Protected, reach: Reach) -> str:
    """Give the condition for reading. What belongs to a case asks for the case, whose own policy answers."""
    match each.kind:
        case Kind.CASE:
            return _reached(each.table, reach, records="records")
        case Kind.PERSON:
            return _person(each.table, reach, records="records")
        case Kind.OF_CASE:
            return f"EXISTS (SELECT FROM {CASES} c WHERE c.id = {each.table}.{each.column})"
        case Kind.OF_PERSON:
            return f"EXISTS (SELECT FROM {CASES} c WHERE c.person_id = {each.table}.{each.column})"
        case Kind.IMPORT:
            return f"organisation_id = {_once('imports')}"
        case Kind.OF_IMPORT:
            return f"EXISTS (SELECT FROM intake_importbatch b WHERE b.id = {each.table}.{each.column})"
        case Kind.FILTER:
            shared = (
                f"is_shared AND (team_id = {_once('team')} OR team_id IS NULL AND {_once('team')} IS NULL)"
            )
            return f"organisation_id = {_once('filters')} AND (user_id = {_once('user')} OR {shared})"


def _changed(each: Protected, reach: Reach) -> str:
    """Give the condition for writing: a grant that only lets read opens a record to be read, and no more."""
    match each.kind:
        case Kind.CASE:
            return _reached(each.table, reach, records="changeable")
        case Kind.PERSON:
            return _person(each.table, reach, records="changeable")
        case Kind.OF_CASE | Kind.OF_PERSON if reach is Reach.ANY:
            key = "id" if each.kind is Kind.OF_CASE else "person_id"
            within = _reached("c", reach, records="changeable")
            return f"EXISTS (SELECT FROM {CASES} c WHERE c.{key} = {each.table}.{each.column} AND {within})"
        case Kind.FILTER:
            return f"organisation_id = {_once('filters')} AND user_id = {_once('user')}"
        case _:
            return _seen(each, reach)


def _reached(case: str, reach: Reach, *, records: str) -> str:
    """Say the scope and the grants over one case, as `queries.scoped` says them."""
    further = "".join(f" AND {condition.format(case=case)}" for condition in FURTHER)
    match reach:
        case Reach.WHOLE:
            return f"({case}.organisation_id = {_bare('organisation')}{further})"
        case Reach.TEAM:
            own = f"({case}.team_id = {_once('scope_team')} OR {case}.worker_id = {_once('worker')})"
            return f"({case}.organisation_id = {_bare('home')} AND {own}{further})"
        case Reach.ANY:
            return (
                f"(({case}.organisation_id = {_once('organisation')}"
                f" OR {case}.organisation_id = {_once('home')}"
                f" AND ({case}.team_id = {_once('scope_team')} OR {case}.worker_id = {_once('worker')})){further}"
                f" OR {case}.id = ANY ({_several(records, of='uuid')}))"
            )


def _person(person: str, reach: Reach, *, records: str) -> str:
    """Say the same over a person, by her own row; only what a grant opens is looked up among her cases."""
    leading = f"{person}.reach && {_several('reach', of='text')}"
    if reach is not Reach.ANY:
        return leading
    granted = f"c.person_id = {person}.id AND c.id = ANY ({_several(records, of='uuid')})"
    return f"({leading} OR EXISTS (SELECT FROM {CASES} c WHERE {granted}))"


def _denials(each: Protected) -> Iterator[tuple[str, str]]:
    """Give what no scope and no grant opens: clearance and walls, one line each. Children follow through their case."""
    if each.kind is Kind.CASE:
        yield from DENIALS


def _bare(name: str) -> str:
    """Read a setting where the planner looks through it: only beside a column that stands in an AND."""
    return f"nullif(current_setting('amparo.{name}', true), '')::bigint"


def _once(name: str) -> str:
    """Read a setting once a statement."""
    return f"(SELECT {_bare(name)})"


def _several(name: str, *, of: str) -> str:
    return f"(SELECT coalesce(nullif(current_setting('amparo.{name}', true), ''), '{{}}')::{of}[])::{of}[]"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


# What else has to hold for a case within the scope, over `{case}`; a grant is not asked. Compartments: one line.
FURTHER: tuple[str, ...] = ()
# (name, condition over a row of a case), each made into a restrictive policy: no OR opens what one of them keeps back.
DENIALS: tuple[tuple[str, str], ...] = ()
