"""Print how fast the log takes events and how fast it is verified: `python -m bench.audit`.

An embedded database of its own with the settings of an installation: every append is on the disk before it counts.
`--verify 1000000` events are made up in the database itself, sealed by the sealer, and verified by what `amparo audit verify` calls.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

PROCESSES = 4  # the writers are threads of so many processes, as those of the web server are
MADE_UP = """
    INSERT INTO audit_event (at, "user", membership, organisation, session, via, action, record, persons, fields, count, purpose,
        basis, outcome)
    SELECT clock_timestamp(), n %% 50, n %% 50, n %% 9, md5((n %% 97)::text)::varchar(16), 'page', 'cases.case.read',
        'XA-7Q4K-9X2M-C', ARRAY[md5((n %% 5000)::text)::uuid], ARRAY['names', 'birth', 'contacts'], 1, 'case_work', 'team', 'done'
    FROM generate_series(%s::bigint, %s::bigint) n
"""
IN_ONE_TRANSACTION = 1000


def main() -> None:
    """Print both figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--verify", type=int, default=1_000_000)
    asked = parser.parse_args()
    with embedded_database():
        append(asked.writers, asked.seconds)
        if asked.verify:
            verify(asked.verify)


@contextmanager
def embedded_database() -> Iterator[None]:
    """Run a database of its own, at this version, on an own directory."""
    with tempfile.TemporaryDirectory(prefix="amparo-bench-") as place:
        Path(place).chmod(0o711)
        os.environ.update(
            AMPARO_DATA=place, AMPARO_LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="amparo.config.settings"
        )
        from amparo.cli.installation import settle, start_django
        from amparo.config.embedded import APP, OWNER

        installation = settle()
        with installation.database():
            start_django()
            from django.db import connections

            from amparo.config.migrating import migrate_database

            place_of = connections["default"].settings_dict
            place_of["USER"] = OWNER
            migrate_database(app_role=APP)
            connections.close_all()
            place_of["USER"] = APP
            yield
            connections.close_all()


def append(writers: int, seconds: float) -> None:
    """Let writers append, each event in a transaction with a small write beside it, while the sealer seals."""
    from django.conf import settings

    from amparo.audit.chain.sealing import seal_in_background

    done = seal_in_background(settings.AMPARO_AUDIT_KEYS, clock=lambda: datetime.now(UTC))
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        share = [(writers // PROCESSES, seconds)] * PROCESSES
        times = [one for some in pool.starmap(_writing, share) for one in some]
    done.set()
    ordered = sorted(times)
    at = {share: ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.95, 0.99)}
    print(
        f"append, {writers} writers: {len(times) / seconds:,.0f} events/s, p50 {at[0.5]:.1f} ms, p95 {at[0.95]:.1f} ms, "
        f"p99 {at[0.99]:.1f} ms"
    )


def verify(events: int) -> None:
    """Fill the log up to so many events, seal it, and verify it whole."""
    from django.conf import settings

    from amparo.audit.chain.anchoring import verify_installation
    from amparo.audit.chain.connecting import own_connection
    from amparo.audit.chain.sealing import Sealer, signer_for

    with own_connection() as connection:
        (there,) = connection.execute("SELECT count(*) FROM audit_event").fetchone() or (0,)
        for start in range(there, events, IN_ONE_TRANSACTION):
            connection.execute(MADE_UP, [start, min(start + IN_ONE_TRANSACTION, events) - 1])
        started = time.monotonic()
        Sealer(connection, signer_for(connection, settings.AMPARO_AUDIT_KEYS)).seal(now=datetime.now(UTC))
        sealing = time.monotonic() - started
    verdicts = [verify_installation(keys=settings.AMPARO_AUDIT_KEYS, witnesses=()) for _ in range(3)]
    best = statistics.median(verdict.seconds for verdict in verdicts)
    assert all(verdict.state == "whole" for verdict in verdicts), verdicts[0].to_json()
    print(
        f"verify {verdicts[0].events:,} events in {verdicts[0].epochs:,} epochs: {best:.1f} s, "
        f"{verdicts[0].events / best:,.0f} events/s (sealed in {sealing:.1f} s)"
    )


def _writing(threads: int, seconds: float) -> list[float]:
    """Append in so many threads of this process; gives how long each append took."""
    import django

    django.setup()
    times: list[list[float]] = [[] for _ in range(threads)]
    running = [threading.Thread(target=_append_until, args=(mine, seconds)) for mine in times]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return [one for mine in times for one in mine]


def _append_until(times: list[float], seconds: float) -> None:
    from django.db import connection, transaction

    from amparo.access.rules import Viewer
    from amparo.audit.actions import record

    by: Any = Viewer(user_id=1, membership_id=1, organisation_id=1, via="page", session="0123456789abcdef")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    until = time.monotonic() + seconds
    now = datetime.now(UTC)
    number = 0
    while (started := time.monotonic()) < until:
        number += 1
        with transaction.atomic():
            with connection.cursor() as cursor:  # a small write of the request's own
                cursor.execute("UPDATE accounts_session SET expire_date = %s WHERE session_key = ''", [now])
            record("cases.case.read", by=by, at=now, record="XA-7Q4K-9X2M-C", persons=[UUID(int=number)],
                   fields=("names", "birth"), count=1, purpose="case_work", basis="team")  # fmt: skip
        times.append(time.monotonic() - started)
    connection.close()


if __name__ == "__main__":
    main()
