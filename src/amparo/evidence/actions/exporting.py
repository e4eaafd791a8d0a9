"""Take facts out as Parquet files, for who works on them with other tools."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from amparo.access.actions import Changed, collect_act, digest_label, mark_of, note_copy, require
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.evidence.actions.writing import digest_of, write_json
from amparo.evidence.queries.holdings import METADATA, directory_of, metadata_of
from amparo.evidence.queries.snapshots import Absent, get_snapshot
from amparo.vocab.facts import PERSON
from amparo.vocab.state import load_state

RELEASE: Final = "evidence.facts_release"
_PARQUET: Final = "FORMAT parquet, COMPRESSION zstd, KV_METADATA {{amparo: '{mark}'}}"
DRAFT = ".facts-"  # how the name of a directory begins that is still being filled
WARNING_FILE = "READ-ME-FIRST.txt"
WARNING = """These are coded facts about single people. They hold no names, no free text, no day and no place below the
first-level area, and they are still NOT open data: who knows a person may find her by a rare combination.

Keep them where only you can read them. Do not pass them on. Do not try to find out who somebody is.
Nothing that is made of them may be published unless each number speaks of at least {tables} people; open micro-data
needs at least {microdata} people for each combination of values, and a second person who checks it.

Each file is one table; metadata.json says what its rows count, how each column is defined, and which code lists it uses.
Rows stand in no order. The number of persons behind several rows of one person has been taken out.
Each file carries the number of this copy, by which the log of the installation tells who took it.
"""


class NotEmpty(Exception):
    """The directory that facts are to be written to holds something already."""


def export_facts(snapshot: UUID, directory: Path, *, by: Viewer, now: datetime) -> dict[str, int]:
    """Write the facts of a snapshot into a new or empty directory; gives the number of rows of each table.

    The directory has all of the files or, when something fails, is not there.
    """
    require(by, Permission.FACTS_EXPORT)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise NotEmpty(f"{directory} is not empty. Name a directory that is empty or not there yet.")
    metadata = _metadata(snapshot, by)
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=directory.parent))
    try:
        written = _write(metadata, directory_of(snapshot), draft, snapshot=snapshot, by=by, now=now)
        draft.rename(directory)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return written


@transaction.atomic
def collect_facts(act: UUID, stream: BinaryIO, *, by: Viewer, now: datetime) -> UUID:
    """Write the facts that two people agreed on, once; gives the snapshot. Raises what `collect_act` raises."""
    snapshot = _agreed(act, by=by, now=now)
    _zip(snapshot, stream, by=by, now=now)
    return snapshot


@transaction.atomic
def collect_facts_into(act: UUID, directory: Path, *, by: Viewer, now: datetime) -> dict[str, int]:
    """Write the facts that two people agreed on, once, into a new or empty directory; gives the number of rows of each table.

    Raises `NotEmpty`, or what `collect_act` raises; what could not be written can be collected still.
    """
    return export_facts(_agreed(act, by=by, now=now), directory, by=by, now=now)


def _agreed(act: UUID, *, by: Viewer, now: datetime) -> UUID:
    payload = collect_act(act, kind=RELEASE, by=by, now=now)
    snapshot = UUID(payload["snapshot"])
    if facts_digest(snapshot, by) != payload["facts"]:
        raise Changed
    return snapshot


def facts_digest(snapshot: UUID, viewer: Viewer) -> str:
    """Give by what the facts of a ready snapshot are known: the hash of what is said of its files."""
    told = json.dumps(_metadata(snapshot, viewer), sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def _zip(snapshot: UUID, stream: BinaryIO, *, by: Viewer, now: datetime) -> None:
    metadata = _metadata(snapshot, by)
    with tempfile.TemporaryDirectory(prefix=DRAFT, dir=settings.AMPARO_FACTS_DIRECTORY) as draft:
        _write(metadata, directory_of(snapshot), Path(draft), snapshot=snapshot, by=by, now=now)
        with zipfile.ZipFile(stream, "w", compression=zipfile.ZIP_STORED) as archive:
            for path in sorted(Path(draft).iterdir()):
                archive.write(path, path.name)


def _metadata(snapshot: UUID, by: Viewer) -> dict[str, Any]:
    if get_snapshot(by, snapshot).state != "ready":
        raise Absent
    return metadata_of(snapshot)


def _write(
    metadata: Mapping[str, Any], source: Path, target: Path, *, snapshot: UUID, by: Viewer, now: datetime
) -> dict[str, int]:
    """Write the files, each with the number of this copy in it, and log them; gives the number of rows of each table."""
    import duckdb  # loaded by who exports, not by every start

    copy, tables = uuid4(), {name: dict(about) for name, about in metadata["tables"].items()}
    with duckdb.connect(":memory:") as engine:
        for about in tables.values():
            path = target / about["file"]
            facts = engine.read_parquet(str(source / about["file"]))
            kept = facts.select(*(name for name in facts.columns if name != PERSON))
            kept.query("facts", f"COPY facts TO '{_quoted(path)}' ({_PARQUET.format(mark=mark_of(copy))})")
            about["sha256"] = digest_of(path)
            about.pop("persons")
    state = load_state(settings.AMPARO_STATE)
    words = WARNING.format(tables=state.table_threshold, microdata=state.microdata_threshold)
    (target / WARNING_FILE).write_text(f"{words}\n{mark_of(copy)}\n", encoding="utf-8")
    write_json(target / METADATA, {**metadata, "copy": mark_of(copy), "tables": tables})
    written = {name: int(about["rows"]) for name, about in tables.items()}
    record(
        "evidence.facts.export", by=by, at=now, record=str(snapshot), fields=sorted(written),
        count=sum(written.values()),
    )  # fmt: skip
    digests = [bytes.fromhex(tables[name]["sha256"]) for name in sorted(tables)]
    about_copy = (f"snapshot:{snapshot.hex}", *(digest_label(one, is_marked=True) for one in digests))
    # What is said of the files holds their digests: by its own, the whole copy is known.
    note_copy(
        (target / METADATA).read_bytes(), copy=copy, what="facts", about=about_copy, is_marked=True,
        count=sum(written.values()), by=by, now=now,
    )  # fmt: skip
    return written


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
