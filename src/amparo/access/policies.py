"""Write the second wall: for each protected table, the policies by which PostgreSQL itself keeps rows back.

The getters are the check, and they always write the decision themselves (`queries.scoped`); a policy is for the filter that
somebody forgot. What it reads are settings of the transaction (`context`), so that without any it keeps everything back.

A case is let through by a scope, a grant or an emergency (PERMISSIVE, one policy each), and kept back by its compartment, its
clearance and walls (RESTRICTIVE: no grant and no emergency opens what one of them closes). What belongs to a case asks for the
case. The unit's messages, readings that were drawn, imports and kept filters have a rule of their own.

Most viewers reach one organisation, or in it a team and their own, in one compartment and nothing by a grant. For them a
transaction takes on a role whose policy is that alone: `organisation_id = a setting` beside the getter's `organisation_id = 5`
makes PostgreSQL compare the setting with 5, once a statement, and plan as if there were no policy. An OR with the grants is
worked out for each row, and each sub-select in it is planned anew with each statement: so who has grants in the same
compartment, and nothing closed by name, takes on a role that asks for no more than that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

CASES: Final = "cases_case"
UPKEEP: Final = "amparo.upkeep"  # set by `amparo migrate` alone, for the role that owns the tables
# What a transaction is told, each as `amparo.NAME`.
SETTINGS: Final = (
    "user", "home", "team", "organisation", "scope_team", "worker", "reach", "seen", "compartment", "compartments", "records",
    "changeable", "further", "cleared", "walled", "walled_persons", "emergency", "kept", "unit", "judges", "reviews",
    "imports", "filters",
)  # fmt: skip


class Kind(StrEnum):
    """How the rows of a table come under the wall."""

    CASE = "case"
    OF_CASE = "of_case"  # `column` holds the case
    PERSON = "person"  # seen through her cases: `reach` says who leads them, and its trigger keeps it true
    OF_PERSON = "of_person"  # `column` holds the person
    IMPORT = "import"
    OF_IMPORT = "of_import"  # `column` holds the batch
    FILTER = "filter"
    UNIT = "unit"  # anybody may tell the independent unit, and it alone reads
    OPENING = "opening"  # in an emergency: for who opened, and for those who judge
    RELEASED = "released"  # for all who work here; a narrow role sees what is published
    DRAWN = (
        "drawn"  # a reading to be explained: for its reader, and for who reviews those of the organisation
    )


class Reach(StrEnum):
    """What a transaction reaches, and the role that it takes on for it."""

    ANY = ""  # as the application or the worker: scope and grants, clearances and walls
    WHOLE = "amparo_organisation"  # a whole organisation in one compartment, and nothing by a grant
    TEAM = "amparo_team"  # a team and one's own in one compartment, and nothing by a grant
    # The same, or no scope at all, and grants in the same compartment; nothing is closed by name.
    WHOLE_GRANTED = "amparo_organisation_granted"
    TEAM_GRANTED = "amparo_team_granted"
    EMERGENCY = "amparo_emergency"  # one record for its hour, to be read
    KEPT = "amparo_keeper"  # all of a few named persons, for no viewer


@dataclass(frozen=True, kw_only=True, slots=True)
class Protected:
    """A table whose rows the database keeps back from who may not see them."""

    table: str
    kind: Kind
    column: str = "id"


@dataclass(frozen=True, kw_only=True, slots=True)
class Readable:
    """What a narrow role may read of a table: these columns, of the rows that fulfil a condition."""

    columns: Sequence[str]
    rows: str = "true"


@dataclass(frozen=True, kw_only=True, slots=True)
class Roles:
    """The roles of the database, as this installation names them."""

    owner: str
    working: tuple[str, ...]  # the application's and the worker's
    reaching: tuple[Reach, ...] = ()
    readers: Mapping[str, Mapping[str, Readable]] = field(default_factory=dict)  # role: table


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
        for name, readable in tables.items():
            yield f"REVOKE ALL ON {_quoted(name)} FROM {_quoted(role)}"
            yield f"GRANT SELECT ({', '.join(map(_quoted, readable.columns))}) ON {_quoted(name)} TO {_quoted(role)}"


def _policies(each: Protected, roles: Roles) -> Iterator[str]:
    table = _quoted(each.table)
    for reach, names in ((Reach.ANY, roles.working), *((reach, (reach,)) for reach in roles.reaching)):
        suffix, working = f"_{reach.name.lower()}" if reach else "", _listed(names)
        for name, condition in _seen(each, reach):
            yield f"CREATE POLICY amparo_{name}{suffix} ON {table} FOR SELECT TO {working} USING ({condition})"
        for name, condition in _denied(each, reach):
            yield f"CREATE POLICY amparo_{name}{suffix} ON {table} AS RESTRICTIVE FOR ALL TO {working} USING ({condition})"
        added, changed = _added(each, reach), _changed(each, reach)
        if added:
            yield f"CREATE POLICY amparo_add{suffix} ON {table} FOR INSERT TO {working} WITH CHECK ({added})"
        if changed:
            yield (
                f"CREATE POLICY amparo_change{suffix} ON {table} FOR UPDATE TO {working}"
                f" USING ({changed}) WITH CHECK ({changed})"
            )
            yield f"CREATE POLICY amparo_remove{suffix} ON {table} FOR DELETE TO {working} USING ({changed})"
    # The owner is kept back too, except while it brings the tables up to date.
    if roles.owner not in roles.working:
        yield (
            f"CREATE POLICY amparo_upkeep ON {table} FOR ALL TO {_quoted(roles.owner)}"
            f" USING ((SELECT current_setting('{UPKEEP}', true)) = 'on')"
        )
    for role, tables in roles.readers.items():
        if each.table in tables:
            rows = tables[each.table].rows
            yield f"CREATE POLICY {_quoted(role)} ON {table} FOR SELECT TO {_quoted(role)} USING ({rows})"


def _seen(each: Protected, reach: Reach) -> Iterator[tuple[str, str]]:
    """Give what lets a row be read, by name. What belongs to a case asks for the case, whose own policies answer."""
    match each.kind:
        case Kind.CASE:
            yield from _let_through(each.table, reach, records="records")
        case Kind.PERSON:
            yield "see", _person(each.table, reach)
        case _ if condition := _of_another(each, reach):
            yield "see", condition
        case Kind.FILTER if reach in VIEWERS:
            shared = (
                f"is_shared AND (team_id = {_once('team')} OR team_id IS NULL AND {_once('team')} IS NULL)"
            )
            yield "see", f"organisation_id = {_once('filters')} AND (user_id = {_once('user')} OR {shared})"
        case Kind.UNIT if reach in VIEWERS:
            yield "see", "(SELECT current_setting('amparo.unit', true)) = 'on'"
        case Kind.OPENING if reach is not Reach.KEPT:
            yield (
                "see",
                f"user_id = {_once('user')} OR (SELECT current_setting('amparo.judges', true)) = 'on'",
            )
        case Kind.RELEASED if reach is not Reach.KEPT:
            yield "see", "true"
        case Kind.DRAWN if reach in VIEWERS:
            reviewed = f"s.id = sample_id AND s.organisation_id = {_once('reviews')}"
            yield (
                "see",
                f"user_id = {_once('user')} OR EXISTS (SELECT FROM oversight_sample s WHERE {reviewed})",
            )


def _added(each: Protected, reach: Reach) -> str:
    """Give the condition for a new row."""
    if each.kind is Kind.UNIT:
        return f"{_once('user')} IS NOT NULL" if reach in VIEWERS else ""
    if each.kind is Kind.OPENING:
        return f"user_id = {_once('user')}" if reach in VIEWERS else ""
    return _changed(each, reach)


def _changed(each: Protected, reach: Reach) -> str:
    """Give the condition for writing: a grant that only lets read opens a record to be read, and an emergency likewise."""
    if reach is Reach.EMERGENCY or each.kind is Kind.UNIT:
        return ""
    match each.kind:
        case Kind.CASE:
            return _any_of(_let_through(each.table, reach, records="changeable"))
        case Kind.PERSON if reach in GRANTED:
            return f"{_leading(each.table)} OR {_by_name(each.table, reach, writable=True)}"
        case Kind.OF_CASE | Kind.OF_PERSON if reach in GRANTED:
            key = "id" if each.kind is Kind.OF_CASE else "person_id"
            within = _any_of(_let_through("c", reach, records="changeable"))
            return f"EXISTS (SELECT FROM {CASES} c WHERE c.{key} = {each.table}.{each.column} AND ({within}))"
        case Kind.FILTER:
            own = f"organisation_id = {_once('filters')} AND user_id = {_once('user')}"
            return own if reach in VIEWERS else ""
        case _:
            return _any_of(_seen(each, reach))


def _let_through(case: str, reach: Reach, *, records: str) -> Iterator[tuple[str, str]]:
    """Say what opens one case, each under its name, as `queries.scoped` says it."""
    own = f"({case}.team_id = {_once('scope_team')} OR {case}.worker_id = {_once('worker')})"
    match reach:
        case Reach.WHOLE:
            yield "see", f"{case}.organisation_id = {_given('organisation')}"
        case Reach.TEAM:
            yield "see", f"{case}.organisation_id = {_given('home')} AND {_aside(own)}"
        case Reach.ANY | Reach.WHOLE_GRANTED | Reach.TEAM_GRANTED:
            whole = f"{case}.organisation_id = {_once('organisation')}"
            near = f"{case}.organisation_id = {_once('home')} AND {own}"
            scope = {Reach.WHOLE_GRANTED: whole, Reach.TEAM_GRANTED: near}.get(reach, f"{whole} OR {near}")
            if records == "changeable" and reach is Reach.ANY:
                # By a grant that names another compartment one may be let read only.
                scope = f"({scope}) AND {case}.compartment = ANY ({_several('compartments', of='text')})"
            yield "see", _aside(scope)
            yield "see_grant", _aside(f"{case}.id = ANY ({_several(records, of='uuid')})")
        case Reach.EMERGENCY:
            # The database's own clock ends it, also where a process goes on.
            running = (
                f"e.number = {_once('emergency')} AND e.user_id = {_once('user')}"
                " AND e.ends_at > public.access_now() AND e.verdict <> 'not_justified'"
            )
            yield "see", f"{case}.id = (SELECT e.record FROM access_emergencyopening e WHERE {running})"  # noqa: S608
        case Reach.KEPT:
            yield "see", f"{case}.person_id = ANY ({_several('kept', of='uuid')})"


def _denied(each: Protected, reach: Reach) -> Iterator[tuple[str, str]]:
    """Give what no scope, no grant and no emergency opens, one policy each. Children follow through their case."""
    if reach is Reach.KEPT or each.kind not in (Kind.CASE, Kind.PERSON):
        return
    table = each.table
    if reach in IN_ONE:
        # With equals the planner compares the setting with what the getter says, once.
        if each.kind is Kind.CASE:
            yield "compartment", "compartment = current_setting('amparo.compartment', true)"
            yield "clearance", "clearance = 'normal'"
        return
    walled = f"<> ALL ({_several('walled_persons', of='uuid')})"
    # The commonest answer first, as what follows it is then not asked.
    if each.kind is Kind.PERSON:
        # Whose one case is walled off is seen through another, if there is one.
        others = f"{_unset('walled')} OR EXISTS (SELECT FROM {CASES} c WHERE c.person_id = {table}.id)"
        yield "wall", f"{_unset('walled', 'walled_persons')} OR id {walled} AND ({others})"
        return
    home = "compartment = (SELECT nullif(current_setting('amparo.compartment', true), ''))"
    homes = f"compartment = ANY ({_array('compartments', of='text')})"
    named = f"({table}.id::text || ':' || {table}.compartment) = ANY ({_array('further', of='text')})"
    yield "compartment", _aside(f"{home} OR {homes} OR {named}")
    yield "clearance", _aside(f"clearance = 'normal' OR id = ANY ({_array('cleared', of='uuid')})")
    neither = f"id <> ALL ({_several('walled', of='uuid')}) AND person_id {walled}"
    yield "wall", _aside(f"{_unset('walled', 'walled_persons')} OR {neither}")


def _of_another(each: Protected, reach: Reach) -> str:
    """Say that what a row belongs to is seen, for the kinds that belong to something."""
    match each.kind:
        case Kind.OF_CASE:
            return f"EXISTS (SELECT FROM {CASES} c WHERE c.id = {each.table}.{each.column})"
        case Kind.OF_PERSON if reach is Reach.KEPT:
            return f"{each.column} = ANY ({_several('kept', of='uuid')})"
        case Kind.OF_PERSON:
            return f"EXISTS (SELECT FROM {CASES} c WHERE c.person_id = {each.table}.{each.column})"
        case Kind.IMPORT if reach in VIEWERS:
            return f"organisation_id = {_once('imports')}"
        case Kind.OF_IMPORT if reach in VIEWERS:
            return f"EXISTS (SELECT FROM intake_importbatch b WHERE b.id = {each.table}.{each.column})"
    return ""


def _person(person: str, reach: Reach) -> str:
    """Say who sees a person, by her own row; only what single cases open is looked up among her cases."""
    match reach:
        case Reach.KEPT:
            return f"{person}.id = ANY ({_several('kept', of='uuid')})"
        case Reach.EMERGENCY:
            return f"EXISTS (SELECT FROM {CASES} c WHERE c.person_id = {person}.id)"
        case Reach.ANY:
            return f"{_leading(person)} OR {_by_name(person, reach, writable=False)}"
        case Reach.WHOLE_GRANTED | Reach.TEAM_GRANTED:
            return _leading(person, by="seen")
    return _leading(person)


def _leading(person: str, *, by: str = "reach") -> str:
    """Say that a case of hers which is open to all within its reach lies within this one, in a compartment of it."""
    return f"{person}.reach && {_several(by, of='text')}"


def _by_name(person: str, reach: Reach, *, writable: bool) -> str:
    """Say that a case of hers is open by a grant or to those who are named; worked out once a statement."""
    records = "changeable" if writable else "records"
    named = f"c.id = ANY ({_several(records, of='uuid')})"
    if reach is Reach.ANY:
        named += f" OR c.id = ANY ({_several('cleared', of='uuid')})"
    written = f" AND ({_any_of(_let_through('c', reach, records=records))})" if writable else ""
    return f"{person}.id = ANY (ARRAY(SELECT c.person_id FROM {CASES} c WHERE ({named}){written}))"  # noqa: S608


def _any_of(conditions: Iterable[tuple[str, str]]) -> str:
    return " OR ".join(f"({condition})" for _, condition in conditions)


def _aside(condition: str) -> str:
    """Have the planner take a condition to be true of nearly all rows, and choose its way by what the getter says."""
    return f"nullif({condition}, false) IS NOT NULL"


def _given(name: str) -> str:
    """Read a setting that its role always has, where the planner looks through it: beside a column that stands in an AND."""
    return f"current_setting('amparo.{name}', true)::bigint"


def _once(name: str) -> str:
    """Read a setting once a statement."""
    return f"(SELECT nullif(current_setting('amparo.{name}', true), '')::bigint)"


def _unset(*names: str) -> str:
    """Say that settings are empty, once a statement."""
    each = (f"coalesce(current_setting('amparo.{name}', true), '') = ''" for name in names)
    return f"(SELECT {' AND '.join(each)})"


def _array(name: str, *, of: str) -> str:
    return f"coalesce(nullif(current_setting('amparo.{name}', true), ''), '{{}}')::{of}[]"


def _several(name: str, *, of: str) -> str:
    return f"(SELECT {_array(name, of=of)})::{of}[]"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


IN_ONE: Final = (Reach.WHOLE, Reach.TEAM, Reach.WHOLE_GRANTED, Reach.TEAM_GRANTED)  # compartment
GRANTED: Final = (Reach.ANY, Reach.WHOLE_GRANTED, Reach.TEAM_GRANTED)
VIEWERS: Final = (Reach.ANY, *IN_ONE)
