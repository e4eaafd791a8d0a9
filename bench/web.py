"""Measure list, search by reference and open case at growing sizes, with 16 people at work at once.

    .venv/bin/python bench/web.py [--sizes 1000,30000,300000] [--people 16] [--rounds 30] [--data DIR]

Prints the p95 of each act at each size, and closes with one figure: the largest ratio of a p95 at the largest size to the p95 at the
smallest. The real server (gunicorn, as `amparo serve` starts it) and the real embedded database run on this machine, and so do the people.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

BASE = 1_000
AT_ONCE = 5_000
PORT = 8765
CHOSEN = 40  # cases that somebody goes to and fro between
ACTS = ("list", "search", "open")
Answer = tuple[int, str, bytes]


@dataclass(frozen=True, kw_only=True)
class Worker:
    """One person at work: her session and references that she may open."""

    cookie: str
    references: tuple[str, ...]


def main() -> None:
    arguments = _arguments()
    data = Path(arguments.data or tempfile.mkdtemp(prefix="amparo-bench-"))
    os.environ.update(
        AMPARO_DATA=str(data), DJANGO_SETTINGS_MODULE="amparo.config.settings", AMPARO_TRAINING="1",
        AMPARO_LOG_LEVEL="WARNING",
    )  # fmt: skip
    from amparo.config.embedded import EmbeddedDatabase

    with EmbeddedDatabase(data / "database").running() as database:
        _prepare(arguments.people)
        measured: dict[int, dict[str, float]] = {}
        with _server(data):
            for size in arguments.sizes:
                _grow(size, database.url(role="postgres"))
                people = _people_at_work(arguments.people)
                _round(people, 3)  # warm
                measured[size] = _p95(_round(people, arguments.rounds))
                line = "  ".join(f"{act} {measured[size][act]:7.1f} ms" for act in ACTS)
                print(f"{size:>9,} cases, {arguments.people} people: p95  {line}", flush=True)
        print(f"scoped / unscoped list query at {arguments.sizes[-1]:,} cases: {_scoped_over_unscoped():.2f}")
    first, last = measured[arguments.sizes[0]], measured[arguments.sizes[-1]]
    ratios = {act: last[act] / first[act] for act in ACTS}
    print("largest over smallest: " + "  ".join(f"{act} {ratio:.2f}" for act, ratio in ratios.items()))
    print(f"{max(ratios.values()):.2f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sizes", type=lambda text: [int(part) for part in text.split(",")], default=[1_000, 30_000, 300_000]
    )
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--data")
    return parser.parse_args()


def _prepare(people: int) -> None:
    subprocess.run([sys.executable, "-m", "amparo.cli", "migrate"], check=True, stdout=subprocess.DEVNULL)
    import django

    django.setup()
    from amparo.accounts.queries import organisation_names
    from amparo.cli.demo.caseload import make_caseload

    if not organisation_names():
        make_caseload(cases=BASE, seed=1, now=datetime.now(UTC))


@contextmanager
def _server(data: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "amparo.cli", "serve", "--port", str(PORT), "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if _answers():
                break
            time.sleep(0.1)
        else:
            raise SystemExit("The server did not start.")
        yield
    finally:
        process.terminate()
        process.wait(30)


def _answers() -> bool:
    try:
        return _get(http.client.HTTPConnection("127.0.0.1", PORT, timeout=2), "/health", "")[0] == 200
    except OSError:
        return False


def _get(connection: http.client.HTTPConnection, path: str, cookie: str) -> Answer:
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "en"})
    response = connection.getresponse()
    return response.status, response.getheader("Location") or "", response.read()


def _people_at_work(count: int) -> list[Worker]:
    """Give sessions to workers and supervisors of all organisations, each with references within reach."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from amparo.access.context import acting_as
    from amparo.access.queries import viewer_for_membership
    from amparo.access.web import MEMBERSHIP_KEY, PURPOSES_KEY
    from amparo.accounts.actions.sessions import SessionStore
    from amparo.accounts.models import Membership
    from amparo.cases.queries.visible import visible_cases

    people, now = [], datetime.now(UTC)
    rng = random.Random(2)
    memberships = list(
        Membership.objects.filter(role__in=["caseworker", "supervisor"]).select_related("user")
    )
    rng.shuffle(memberships)
    for membership in memberships:
        viewer = viewer_for_membership(membership.pk, now)
        if viewer is None:
            continue
        within = (
            visible_cases(viewer).order_by("-opened_date", "-id").values_list("reference", flat=True)[:2000]
        )
        with acting_as(viewer):
            references = list(within)
        if len(references) < 5:
            continue
        session = SessionStore()
        session[SESSION_KEY] = str(membership.user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = membership.user.get_session_auth_hash()
        session[MEMBERSHIP_KEY] = membership.pk
        chosen = rng.sample(references, min(len(references), CHOSEN))
        session[PURPOSES_KEY] = dict.fromkeys(chosen, "supervision")  # else a page would first ask for what
        session.create()
        cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
        people.append(Worker(cookie=cookie, references=tuple(chosen)))
        if len(people) == count:
            return people
    raise SystemExit(f"Only {len(people)} people with cases; {count} are needed.")


def _round(people: list[Worker], rounds: int) -> dict[str, list[float]]:
    """Let all people work at once; each does every act in turn."""
    times: dict[str, list[float]] = {act: [] for act in ACTS}
    lock, faults = threading.Lock(), []

    def work(worker: Worker, seed: int) -> None:
        rng = random.Random(seed)
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        mine: list[tuple[str, float]] = []
        for _ in range(rounds):
            for act in ACTS:
                reference = rng.choice(worker.references)
                path, expected = _path(act, reference)
                started = time.perf_counter()
                status, location, _body = _get(connection, path, worker.cookie)
                mine.append((act, time.perf_counter() - started))
                if status != expected:
                    faults.append(f"{act}: {status} {location}")
        with lock:
            for act, seconds in mine:
                times[act].append(seconds * 1000)

    threads = [threading.Thread(target=work, args=(worker, number)) for number, worker in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(f"{len(faults)} answers were not as expected, the first: {faults[0]}")
    return times


def _path(act: str, reference: str) -> tuple[str, int]:
    if act == "list":
        return "/cases/", 200
    if act == "search":
        return f"/search/?q={reference}", 302
    return f"/cases/{reference}/", 200


def _p95(times: dict[str, list[float]]) -> dict[str, float]:
    return {act: statistics.quantiles(values, n=20)[-1] for act, values in times.items()}


def _grow(size: int, superuser_url: str) -> None:
    """Bring the caseload to a size by copying cases under new ids and references, sealed anew, without their triggers."""
    import psycopg

    rng = random.Random(size)
    with psycopg.connect(superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")
        present = connection.execute("SELECT count(*) FROM cases_case").fetchone()
        assert present is not None
        with _seeing_all():
            base = _Base.read()
        for start in range(present[0], size, AT_ONCE):
            _copy(connection, base, range(start, min(size, start + AT_ONCE)), rng)
        # Without their triggers, nothing has said yet through whom the persons are seen.
        connection.execute("UPDATE cases_person SET reach = amparo_reach_of(id) WHERE reach = '{}'")
        connection.commit()
        connection.autocommit = True  # VACUUM runs in no transaction
        connection.execute("VACUUM ANALYZE")


@contextmanager
def _seeing_all() -> Iterator[None]:
    """Let Django ask as the superuser, whom the policies do not hold back."""
    from django.db import connection

    usual = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = "postgres"
    yield
    connection.close()
    connection.settings_dict["USER"] = usual


@dataclass(frozen=True, kw_only=True)
class _Base:
    """The cases that are copied: by case and table, its rows and what is sealed in them, opened."""

    cases: tuple[tuple[UUID, UUID], ...]
    rows: Mapping[UUID, Mapping[type[Any], Sequence[tuple[UUID, Mapping[str, Any]]]]]

    @classmethod
    def read(cls) -> _Base:
        """Open everything that is sealed about the first cases."""
        from amparo.cases.models import Case, CaseEvent, Episode, Person
        from amparo.vault.queries import open_many
        from amparo.vault.rules import Compartment, Reading
        from amparo.vault.storing import vault_fields

        cases = tuple(Case.objects.order_by("created_at", "id").values_list("id", "person_id")[:BASE])
        reading = Reading(
            user_id=None,
            membership_id=None,
            purpose="",
            persons=frozenset(person for _, person in cases),
            compartments=frozenset(Compartment),
        )

        def opened(row: Any) -> tuple[UUID, Mapping[str, Any]]:
            names = [field.name for field in vault_fields(type(row))]
            return row.pk, dict(
                zip(names, open_many(reading, [getattr(row, name) for name in names]), strict=True)
            )

        rows = {
            case: {
                Person: [opened(row) for row in Person.objects.filter(id=person)],
                Case: [opened(row) for row in Case.objects.filter(id=case)],
                Episode: [opened(row) for row in Episode.objects.filter(case_id=case)],
                CaseEvent: [opened(row) for row in CaseEvent.objects.filter(case_id=case)],
            }
            for case, person in cases
        }
        return cls(cases=cases, rows=rows)


def _copy(connection: Any, base: _Base, numbers: range, rng: random.Random) -> None:
    from amparo.vault.actions import begin_sealing
    from amparo.vocab.identifiers import uuid7
    from amparo.vocab.reference import make_reference

    old = [base.cases[number % len(base.cases)] for number in numbers]
    new = [(uuid7(), uuid7(), make_reference("XA", rng), rng.randint(0, 1000)) for _ in numbers]
    sealing = begin_sealing((), new=[person for _, person, _, _ in new], now=datetime.now(UTC))
    for model in base.rows[old[0][0]]:
        _copy_table(connection, model, base, list(zip(old, new, strict=True)), sealing)


def _copy_table(connection: Any, model: type[Any], base: _Base, pairs: list[Any], sealing: Any) -> None:
    from amparo.vault.storing import sealed_column, vault_fields
    from amparo.vocab.identifiers import uuid7

    table, sealed = model._meta.db_table, [field.name for field in vault_fields(model)]
    connection.execute(
        "CREATE TEMP TABLE copied (old_id uuid, new_id uuid, new_case uuid, new_person uuid, reference text, days int"
        + "".join(f', "{name}" bytea' for name in sealed)
        + ")"
    )
    with connection.cursor().copy("COPY copied FROM STDIN") as copy:
        for (case, _), (new_case, new_person, reference, days) in pairs:
            fixed = {"cases_case": new_case, "cases_person": new_person}.get(table)
            for row, plain in base.rows[case][model]:
                new_id = fixed or uuid7()
                values = (
                    sealed_column(
                        plain[name] or None,
                        model=model,
                        name=name,
                        row=new_id,
                        person=new_person,
                        sealing=sealing,
                    ).content
                    for name in sealed
                )
                copy.write_row((row, new_id, new_case, new_person, reference, days, *values))
    changed = {"id": "copied.new_id", **{name: f'copied."{name}"' for name in sealed}, **_CHANGED[table]}
    columns = [column.column for column in model._meta.concrete_fields]
    chosen = ", ".join(changed.get(name, f'old."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(
        f"INSERT INTO {table} ({names}) SELECT {chosen} FROM copied JOIN {table} old ON old.id = copied.old_id"  # noqa: S608
    )
    connection.execute("DROP TABLE copied")


_CHANGED: dict[str, dict[str, str]] = {
    "cases_person": {},
    "cases_case": {
        "person_id": "copied.new_person",
        "reference": "copied.reference",
        "opened_date": "old.opened_date - copied.days",
        "closed_date": "CASE WHEN old.closed_date IS NULL THEN NULL ELSE old.closed_date - copied.days END",
    },
    "cases_episode": {"case_id": "copied.new_case", "person_id": "copied.new_person"},
    "cases_caseevent": {"case_id": "copied.new_case"},
}


def _scoped_over_unscoped() -> float:
    """Compare what the list asks for caseworkers and supervisors with the same without any scope, in this process."""
    from amparo.access.context import acting_as
    from amparo.access.queries import viewer_for_membership
    from amparo.access.rules import NOBODY, Viewer
    from amparo.accounts.models import Membership
    from amparo.cases.models import Case
    from amparo.cases.queries.lists import CaseChoices, Sort, window_of

    now = datetime.now(UTC)
    memberships = Membership.objects.filter(role__in=["caseworker", "supervisor"])
    viewers = [viewer_for_membership(membership.pk, now) for membership in memberships]

    def scoped(viewer: Viewer) -> Any:
        return window_of(viewer, choices=CaseChoices(), column=Sort.OPENED.column, most=51)

    def unscoped(_viewer: Viewer) -> Any:
        cases = Case.objects.select_related("organisation").prefetch_related("person", "worker")
        return cases.order_by("-opened_date", "-id")[:51]

    def median(asked: Callable[[Viewer], Any], whom: list[Viewer]) -> float:
        seconds = []
        for number in range(300):
            viewer = whom[number % len(whom)]
            with acting_as(viewer):
                started = time.perf_counter()
                list(asked(viewer))
                seconds.append(time.perf_counter() - started)
        return statistics.median(seconds[30:])

    within = median(scoped, [viewer for viewer in viewers if viewer is not None])
    with _seeing_all():
        return within / median(unscoped, [NOBODY])


if __name__ == "__main__":
    main()
