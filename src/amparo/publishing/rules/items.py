"""What a release holds: only what may be shown, the verdict of its audit, and its numbers for the register."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from amparo.stats.disclosure.register import Cell, Mark, Spent
from amparo.vocab.text import N_, ToldError


class NotAudited(ToldError):
    """Something was to be let out that no audit found safe, or whose numbers the register would not know."""


class ItemKind(StrEnum):
    """What kind of thing is let out."""

    TABLE = "table"
    MICRODATA = "microdata"
    SYNTHETIC = "synthetic"
    STUDY = "study"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Says what the audit of an item found: by which method, for how many hidden numbers, and that it is safe."""

    method: str
    is_safe: bool
    hidden: int = 0
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing to be let out. There is none without a verdict that it is safe, nor a table whose numbers are not told.

    `content` holds what readers get and nothing else; `cells` are its numbers over the common code book, `spends` what it takes of
    a privacy budget, `book` the values of those dimensions that it gives in full.
    """

    kind: ItemKind
    title: str
    definition: str
    unit: str
    source: str
    method: str
    protection: str
    content: Mapping[str, Any]
    verdict: Verdict | None
    cells: tuple[Cell, ...] = ()
    spends: tuple[Spent, ...] = ()
    book: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.verdict is None or not self.verdict.is_safe:
            raise NotAudited(
                N_(
                    "%(title)s has not passed an audit, so it cannot be let out. Protect it first, and propose what comes out."
                ),
                title=self.title,
            )
        if not self.cells and not self.spends:
            raise NotAudited(
                N_(
                    "%(title)s names none of its numbers and no privacy budget, so the register could not remember it. Name them."
                ),
                title=self.title,
            )
        missing = [
            name
            for name in ("title", "definition", "unit", "source", "method", "protection")
            if not getattr(self, name)
        ]
        if missing:
            raise NotAudited(
                N_("What is let out says what it is: the field %(field)s is empty."), field=missing[0]
            )

    @property
    def digest(self) -> str:
        """Give the hash of all that is let out with the item."""
        return hashlib.sha256(canonical(self.as_json())).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Give the item as it is kept."""
        verdict = self.verdict
        kept: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("title", "definition", "unit", "source", "method", "protection")
        }
        return kept | {
            "kind": str(self.kind),
            "content": dict(self.content),
            "verdict": {name: getattr(verdict, name) for name in ("method", "is_safe", "hidden", "words")},
            "cells": [cell_to_json(cell) for cell in self.cells],
            "spends": [{"population": one.population, "rho": one.rho} for one in self.spends],
            "book": {name: sorted(values) for name, values in self.book.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Give the item that was kept; raises `NotAudited`, so that a row without a verdict is none either."""
        words = {
            name: kept[name] for name in ("title", "definition", "unit", "source", "method", "protection")
        }
        return cls(
            **words,
            kind=ItemKind(kept["kind"]),
            content=kept["content"],
            verdict=Verdict(**kept["verdict"]) if kept["verdict"] else None,
            cells=tuple(cell_from_json(cell) for cell in kept["cells"]),
            spends=tuple(Spent(one["population"], one["rho"]) for one in kept["spends"]),
            book={name: frozenset(values) for name, values in kept["book"].items()},
        )


def cell_to_json(cell: Cell) -> dict[str, Any]:
    """Give a cell as it is kept."""
    return {
        "population": cell.population,
        "predicate": {name: sorted(values) for name, values in cell.whom},
        "mark": str(cell.mark),
        "low": cell.low,
        "high": cell.high,
        "statistic": cell.statistic,
        "snapshot": cell.snapshot,
        "table": cell.table,
    }


def cell_from_json(kept: Mapping[str, Any], *, release: str = "") -> Cell:
    """Give the cell that was kept, as part of a release."""
    return Cell(
        population=kept["population"],
        predicate={name: frozenset(values) for name, values in kept["predicate"].items()},
        mark=Mark(kept["mark"]),
        low=kept["low"],
        high=kept["high"],
        statistic=kept["statistic"],
        snapshot=kept["snapshot"],
        table=kept["table"],
        release=release,
    )


def digest_of(items: Iterable[str], *, about: Mapping[str, Any]) -> str:
    """Give the hash of a whole release: of the digests of its items, in order, and of what is said about it."""
    return hashlib.sha256(canonical({"items": list(items), "about": dict(about)})).hexdigest()


def canonical(value: Any) -> bytes:
    """Give the bytes of a value, the same for the same content."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
