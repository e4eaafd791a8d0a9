"""What lies in the files of a snapshot: its tables, and which codes occur in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from amparo.evidence.queries.catalogue import fact_tables
from amparo.vocab.facts import FactTable
from amparo.vocab.text import N_, ToldError

METADATA = "metadata.json"
PROGRESS = "progress.json"
BUILDING = ".building-"
_MISSING = N_(
    "The files of this snapshot are not where this server looks for them. Ask who runs the installation."
)


class Missing(ToldError):
    """The files of a snapshot are not where they should be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableHolding:
    """One table of a snapshot, described as of now, with the columns that it has, and the codes that occur."""

    table: FactTable
    path: Path
    rows: int
    persons: int
    present: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """The tables of a snapshot, by name."""

    tables: Mapping[str, TableHolding]


def directory_of(snapshot: UUID) -> Path:
    """Return where the files of a snapshot lie once it is ready."""
    return Path(settings.AMPARO_FACTS_DIRECTORY) / str(snapshot)


def metadata_of(snapshot: UUID) -> dict[str, Any]:
    """Return what was written about a snapshot when it was built; raises `Missing`."""
    return _read(directory_of(snapshot) / METADATA)


def holding_of(snapshot: UUID) -> Holding:
    """Return what a ready snapshot holds; raises `Missing` when its files are gone."""
    written = metadata_of(snapshot)["tables"]
    tables = {
        table.name: _table(table, written[table.name], directory_of(snapshot))
        for table in fact_tables()
        if table.name in written
    }
    return Holding(tables=tables)


def progress_of(snapshot: UUID) -> tuple[int, int]:
    """Return how many tables of a snapshot are written, and how many there are."""
    for draft in directory_of(snapshot).parent.glob(f"{snapshot}{BUILDING}*/{PROGRESS}"):
        try:
            told = json.loads(draft.read_text(encoding="ascii"))
            return int(told["done"]), int(told["total"])
        except (OSError, ValueError):
            continue  # it was moved or is being written at this moment
    return 0, len(fact_tables())


def _table(table: FactTable, written: Mapping[str, Any], directory: Path) -> TableHolding:
    present = {column["name"]: tuple(column["present"]) for column in written["columns"]}
    columns = tuple(column for column in table.columns if column.name in present)
    path = directory / written["file"]
    if not path.exists():
        raise Missing(_MISSING)
    return TableHolding(
        table=replace(table, columns=columns),
        path=path,
        rows=written["rows"],
        persons=written["persons"],
        present=present,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Missing(_MISSING) from error
    return content
