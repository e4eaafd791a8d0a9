"""Build a snapshot: read the coded facts in one consistent view of the database, write them aside, and put them in place at once."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from amparo.access.actions import require
from amparo.access.context import FACTS, reading_as
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.evidence.actions.writing import write_snapshot
from amparo.evidence.models import Snapshot
from amparo.evidence.queries.holdings import BUILDING, METADATA, directory_of, metadata_of
from amparo.evidence.rules import SnapshotState

if TYPE_CHECKING:
    from collections.abc import Iterator

# The key of the lock that one building at a time holds; any number that nothing else uses.
LOCK = 7_209_461_158
BUILD_TASK = "evidence.build_snapshot"


class AlreadyBuilding(Exception):
    """Another process is building a snapshot at this moment."""


@transaction.atomic
def request_snapshot(*, by: Viewer, now: datetime) -> UUID:
    """Order a snapshot; a worker builds it. Gives the one that is already waiting, if there is one."""
    require(by, Permission.SNAPSHOT_BUILD)
    waiting = Snapshot.objects.filter(state=SnapshotState.WAITING).values_list("id", flat=True).first()
    snapshot = waiting or record_snapshot(by=by, now=now)
    # In the transaction of the row: there is no job without its snapshot, and no snapshot without its job. The job of one that
    # waits may have been given up, so it is ordered again, unless it stands in the queue.
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(BUILD_TASK, queueing_lock=f"{BUILD_TASK}:{snapshot}").defer(snapshot=str(snapshot))
    return snapshot


@transaction.atomic
def record_snapshot(*, by: Viewer, now: datetime) -> UUID:
    """Write that a snapshot is to be built, without ordering a worker to."""
    require(by, Permission.SNAPSHOT_BUILD)
    snapshot = Snapshot.objects.create(made_at=now, made_by_id=by.user_id, day=timezone.localdate(now))
    record("evidence.snapshot.request", by=by, at=now, record=str(snapshot.id))
    return snapshot.id


def build_snapshot(snapshot: UUID, *, now: Callable[[], datetime]) -> None:
    """Build what was ordered. Run twice, or again after being killed, it ends in the same one snapshot."""
    row = Snapshot.objects.get(pk=snapshot)
    if not SnapshotState(row.state).is_unfinished:
        return
    try:
        with alone():
            if not (directory_of(snapshot) / METADATA).exists():
                # The facts are those of the day on which they are read, which may be later than the day of the order.
                row.day = timezone.localdate(now())
                Snapshot.objects.filter(pk=snapshot).update(state=SnapshotState.BUILDING, day=row.day)
                _build(row)
        _finish(snapshot, now=now())
    except AlreadyBuilding:
        raise
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        _fail(snapshot, SnapshotState.NO_SPACE if is_full else SnapshotState.FAILED)
        raise
    except Exception:
        _fail(snapshot, SnapshotState.FAILED)
        raise


def give_up_snapshot(snapshot: UUID) -> None:
    """Write that a snapshot that was recorded will not be built."""
    _fail(snapshot, SnapshotState.FAILED)


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of building on this connection; it falls when the connection does, so a killed process leaves none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise AlreadyBuilding("Another snapshot is being built. This one waits its turn.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _build(row: Snapshot) -> None:
    final = directory_of(row.id)
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The lock is ours, so what others left half-built nobody works on any more.
    for left in final.parent.glob(f"*{BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)
    draft = Path(f"{final}{BUILDING}{secrets.token_hex(4)}")
    draft.mkdir(mode=0o700)
    try:
        with _one_view():
            write_snapshot(draft, snapshot=row.id, day=row.day, made_at=row.made_at)
        _keep_safe(draft)
        draft.rename(final)
        _keep_safe(final.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


@contextmanager
def _one_view() -> Iterator[None]:
    """Read everything as it stood at one moment, so that the tables of a snapshot agree with each other."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        with reading_as(FACTS):  # the coded columns of every case, and nothing else of any
            yield


def _keep_safe(directory: Path) -> None:
    """Wait until the entries of a directory would survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _finish(snapshot: UUID, *, now: datetime) -> None:
    about = metadata_of(snapshot)["tables"]
    kept = ("rows", "sha256", "fingerprint")
    tables = {name: {key: table[key] for key in kept} for name, table in about.items()}
    unfinished = Snapshot.objects.filter(pk=snapshot).exclude(state=SnapshotState.READY)
    unfinished.update(state=SnapshotState.READY, finished_at=now, tables=tables)


def _fail(snapshot: UUID, state: SnapshotState) -> None:
    if not connection.needs_rollback:
        Snapshot.objects.filter(pk=snapshot).exclude(state=SnapshotState.READY).update(state=state)
