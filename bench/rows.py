"""Measure what row-level security costs the scoped list of fifty cases and its count, at a million cases.

    .venv/bin/python bench/rows.py [--cases 1000000] [--organisations 400] [--rounds 200] [--data DIR]

The queries are those of the getters, for supervisors (a whole organisation) and caseworkers (a team and their own), and for both
with three grants as well: the list, its count (up to a thousand; without grants by a plan that the connection keeps), and the count
of all, which only taking out asks. Each is asked in turn as the application, which the policies hold back, and as a role that they do not;
both have asked it once before, so that neither pays for what is not in memory yet. Filling takes two to four minutes, measuring two.
Prints median and p95 of each, what a forgotten filter takes, and closes with one figure a line: the largest ratio of the medians with
to without and the largest p95 in milliseconds of list and count, for those without grants and for those with them.
"""

# ruff: noqa: S608, ISC004  # the names in the statements are our own

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

Ask = Callable[..., tuple[list[str], list[Any]]]
Query = Callable[[Ask], int]

FORGOTTEN = {
    "forgotten filter, list of fifty": "SELECT id FROM cases_case ORDER BY opened_date DESC, id DESC LIMIT 51",
    "forgotten filter, count": "SELECT count(*) FROM cases_case",
}


def main() -> None:
    """Fill a database, ask, and print the figures."""
    arguments = _arguments()
    data = Path(arguments.data or tempfile.mkdtemp(prefix="amparo-bench-"))
    if not arguments.data:
        data.chmod(0o711)  # root's server runs as another user
    os.environ.update(
        AMPARO_DATA=str(data), DJANGO_SETTINGS_MODULE="amparo.config.settings", AMPARO_LOG_LEVEL="WARNING"
    )
    from amparo.config.embedded import EmbeddedDatabase

    with EmbeddedDatabase(data / "database").running() as database:
        subprocess.run([sys.executable, "-m", "amparo.cli", "migrate"], check=True, stdout=subprocess.DEVNULL)
        import django

        django.setup()
        _fill(database.url(role="postgres"), cases=arguments.cases, organisations=arguments.organisations)
        _measure(database, organisations=arguments.organisations, rounds=arguments.rounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--organisations", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--data")
    return parser.parse_args()


def _fill(url: str, *, cases: int, organisations: int) -> None:
    """Write cases of invented organisations, five teams of three in each, straight into the tables."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT count(*) FROM cases_case").fetchone() == (cases,):
            return
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for statement in _FILLING:
            filled = statement.replace(":cases", str(cases)).replace(":organisations", str(organisations))
            connection.execute(filled.encode())
        connection.execute(_values(connection, "cases_person", _PERSON).encode())
        connection.execute(_values(connection, "cases_case", _CASE).encode())
        connection.execute("VACUUM ANALYZE")


_NONE = "'not_asked'"
_FILLING = (
    "INSERT INTO accounts_organisation (id, name, kind, is_active, created_at) OVERRIDING SYSTEM VALUE"
    " SELECT n, 'Organisation ' || n, 'ngo', true, now() FROM generate_series(1, :organisations) n",
    "INSERT INTO accounts_team (id, organisation_id, name) OVERRIDING SYSTEM VALUE"
    " SELECT n, (n - 1) / 5 + 1, 'Team ' || n FROM generate_series(1, :organisations * 5) n",
    "INSERT INTO accounts_user (id, email, name, password, language, staff_number, is_active, created_at) OVERRIDING SYSTEM VALUE"
    " SELECT n, n || '@example.org', 'Worker ' || n, '!', '', '', true, now() FROM generate_series(1, :organisations * 15) n",
    "CREATE TEMP TABLE drawn AS SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS person,"
    " floor(random() * :organisations * 15)::int AS worker, date '2026-11-01' - (random() * 1500)::int AS opened"
    " FROM generate_series(1, :cases) n",
)
_PERSON = {
    "id": "person",
    "compartment": "'protection'",
    "reach": "ARRAY['protection:o' || worker / 15 + 1, 'protection:t' || worker / 15 + 1 || '.' || worker / 3 + 1,"
    " 'protection:w' || worker / 15 + 1 || '.' || worker + 1,"
    " 'protection:c' || id]",
}
_CASE = {
    "id": "id", "person_id": "person", "reference": "'XB-' || n", "organisation_id": "worker / 15 + 1",
    "team_id": "worker / 3 + 1", "worker_id": "worker + 1", "opened_date": "opened", "stage": "'intake'",
    "compartment": "'protection'", "clearance": "'normal'",
}  # fmt: skip


def _values(connection: Any, table: str, known: dict[str, str]) -> str:
    """Write the statement that fills a table from `drawn`, with something in every column that must have it."""
    rows = connection.execute(
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    ).fetchall()
    plain = {
        "bytea": "'\\x01'", "ARRAY": "'{}'", "jsonb": "'[]'", "character varying": _NONE, "boolean": "false",
        "timestamp with time zone": "now()", "integer": "1", "bigint": "1", "smallint": "1", "uuid": "gen_random_uuid()", "date": "opened",
    }  # fmt: skip
    columns = {
        name: known.get(name, "NULL" if is_nullable == "YES" else plain[kind])
        for name, kind, is_nullable in rows
    }
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM drawn"


def _measure(database: Any, *, organisations: int, rounds: int) -> None:
    import psycopg

    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    rng = random.Random(1)
    with (
        psycopg.connect(database.url(role="amparo_app")) as held,
        psycopg.connect(database.url(role="postgres")) as free,
    ):
        some = [row[0] for row in free.execute("SELECT id FROM cases_case LIMIT 1000").fetchall()]
        for number in range(rounds):
            for role, grants in (("supervisor", 0), ("caseworker", 0), ("supervisor", 3), ("caseworker", 3)):
                viewer = _viewer(
                    role,
                    rng.randrange(organisations),
                    rng.randrange(5),
                    rng.randrange(3),
                    rng.sample(some, grants),
                )
                whom = f"{role} with grants" if grants else role
                asked = {f"{whom}, {name}": query for name, query in _queries(viewer).items()}
                if number % 10 == 0:
                    asked |= {f"{whom}, {name}": _plain(sql) for name, sql in FORGOTTEN.items()}
                for name, query in asked.items():
                    ways = [("with", held), ("without", free)]
                    if "forgotten" in name:
                        ways = ways[:1]
                    for way, connection in ways:
                        _, found = _ask(connection, viewer if way == "with" else None, query)
                        times[name, f"rows {way}"].append(found)
                    for _ in range(1 if "forgotten" in name else 2):
                        rng.shuffle(ways)
                        for way, connection in ways:
                            spent, _ = _ask(connection, viewer if way == "with" else None, query)
                            times[name, way].append(spent)
    _tell(times)


def _queries(viewer: Any) -> dict[str, Query]:
    """Give what the getter of the list asks, and what it counts."""
    from dataclasses import replace

    from amparo.cases.queries.lists import COUNTED
    from amparo.cases.queries.visible import visible_cases
    from amparo.vault.asking import counting

    def ordered(cases: Any) -> Any:
        return cases.order_by("-opened_date", "-id")[:51]

    def listed(ask: Ask) -> int:
        window = visible_cases(viewer).select_related("organisation")
        if viewer.granted:
            scope = visible_cases(replace(viewer, grants=()))
            _, first = ask(_written(ordered(scope.values("id"))))
            window = window.filter(id__in=[*(row[0] for row in first), *viewer.granted])
        columns, rows = ask(_written(ordered(window)))
        for statement in _related(columns, rows):
            ask(statement)
        return len(rows)

    def counted(ask: Ask) -> int:
        cases = visible_cases(viewer).order_by()
        if viewer.granted:
            written = _written(cases.values("id")[: COUNTED + 1])
            _, ((number,),) = ask(f"SELECT count(*) FROM ({written}) found")
        else:
            _, ((number,),) = ask(*counting(cases[: COUNTED + 1]))
        return int(number)

    def counted_all(ask: Ask) -> int:
        cases = _written(visible_cases(viewer).order_by().values("id"))
        _, ((number,),) = ask(f"SELECT count(*) FROM ({cases}) found")
        return int(number)

    return {"list of fifty": listed, "count": counted, "count of all": counted_all}


def _plain(statement: str) -> Query:
    def asked(ask: Ask) -> int:
        _, rows = ask(statement)
        return int(rows[0][0]) if len(rows[0]) == 1 and isinstance(rows[0][0], int) else len(rows)

    return asked


def _written(queryset: Any) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        return str(cursor.mogrify(*queryset.query.sql_with_params()))


def _ask(connection: Any, viewer: Any | None, query: Query) -> tuple[float, float]:
    """Ask all that a query asks, and give the milliseconds that the answers took and how many rows it found."""
    from amparo.access.context import act_on
    from amparo.vault.asking import KEPT_FROM

    spent = 0.0
    with connection.transaction(), connection.cursor() as cursor:
        if viewer is not None:
            act_on(cursor, viewer)
        cursor.execute("SELECT 1")  # the first statement after a pause pays for it

        def ask(statement: str, parameters: Any = None) -> tuple[list[str], list[Any]]:
            nonlocal spent
            connection.prepare_threshold = None if parameters is None else KEPT_FROM
            began = time.perf_counter()
            cursor.execute(statement, parameters)
            rows = cursor.fetchall()
            spent += (time.perf_counter() - began) * 1000
            return [column.name for column in cursor.description], rows

        found = query(ask)
    return spent, float(found)


def _related(columns: list[str], rows: list[Any]) -> list[str]:
    from amparo.cases.models import Case

    if "person_id" not in columns:
        return []
    shown = [Case._meta.get_field(name) for name in ("person", "worker")]
    keys = [{row[columns.index(field.column)] for row in rows} - {None} for field in shown]
    return [
        _written(field.related_model.objects.filter(pk__in=ids))
        for field, ids in zip(shown, keys, strict=True)
    ]


def _viewer(role: str, organisation: int, team: int, worker: int, granted: list[Any]) -> Any:
    from amparo.access.rules import ROLES, GrantedRecord, Permission, Scope, Viewer

    number = organisation * 5 + team
    is_whole = role == "supervisor"
    return Viewer(
        user_id=number * 3 + worker + 1,
        organisation_id=organisation + 1,
        team_id=None if is_whole else number + 1,
        permissions=ROLES[role].permissions,
        compartments=ROLES[role].compartments,
        scope=Scope.ORGANISATION if is_whole else Scope.TEAM,
        grants=tuple(
            GrantedRecord(id=number, record=record, permissions=frozenset({Permission.CASE_READ}))
            for number, record in enumerate(granted)
        ),
    )


def _tell(times: dict[tuple[str, str], list[float]]) -> None:
    ratios: dict[str, list[float]] = defaultdict(list)
    slowest: dict[str, list[float]] = defaultdict(list)
    for name in dict.fromkeys(name for name, _ in times):
        with_it = times[name, "with"]
        line = f"{name:52} with {_said(with_it)}"
        if without := times.get((name, "without")):
            ratio = statistics.median(with_it) / statistics.median(without)
            line += f"   without {_said(without)}   ratio {ratio:.2f}"
            what = name.rpartition(", ")[2] + (" with grants" if "grants" in name else "")
            ratios[what].append(ratio)
            slowest[what].append(statistics.quantiles(with_it, n=20)[-1])
            if times[name, "rows with"] != times[name, "rows without"]:
                raise SystemExit(f"{name}: the policies keep back what the getter shows.")
        print(line + f"   {statistics.mean(times[name, 'rows with']):,.0f} rows")
    for what, found in ratios.items():
        print(f"{what}, ratio: {max(found):.2f}")
    for what, found in slowest.items():
        print(f"{what}, p95: {max(found):.1f} ms")


def _said(times: list[float]) -> str:
    return f"{statistics.median(times):7.2f} ms, p95 {statistics.quantiles(times, n=20)[-1]:7.2f}"


if __name__ == "__main__":
    main()
