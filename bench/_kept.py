"""Tell whether what was learnt of a test in an earlier run still holds."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

CACHE: Final = Path(__file__).parents[1] / ".cache"
REACHED: Final = CACHE / "mutations.json"  # which lines a test reaches
KILLERS: Final = CACHE / "mutations-killers.json"  # which test noticed last that a line was gone


def load(path: Path) -> dict[str, Any]:
    """Read what earlier runs learnt."""
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return known


def keep(path: Path, learnt: dict[str, Any], *, gone: tuple[str, ...] = ()) -> None:
    """Add what was learnt to what other runs, which may go on beside this one, have learnt meanwhile."""
    CACHE.mkdir(exist_ok=True)
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = {name: one for name, one in load(path).items() if name not in gone} | learnt
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(known), encoding="utf-8")
        draft.replace(path)


def digest(path: Path) -> str:
    """Give what tells one content of a file from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


_FINDER: Final = digest(Path(__file__).with_name("_mutants.py"))


def finder(files: Iterable[str]) -> str:
    """Give what decides which lines are marked: how they are found, and in which files."""
    return hashlib.sha256("\n".join([_FINDER, *sorted(files)]).encode()).hexdigest()[:16]


def is_known(
    kept: dict[str, Any] | None, item: pytest.Item, sources: dict[str, str], *, is_trusting: bool = False
) -> bool:
    """Tell whether neither the test nor a source that it reaches has changed; trusting, whether it was ever run."""
    if is_trusting:
        return kept is not None and not kept["has_failed"]
    if (
        kept is None
        or kept["has_failed"]
        or (kept["test"], kept.get("finder")) != (digest(item.path), finder(sources))
    ):
        return False
    return all(sources.get(file) == before for file, before in kept["sources"].items())
