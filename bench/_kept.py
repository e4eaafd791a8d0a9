"""Tell whether what was learnt of a test in an earlier run still holds."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import pytest


def digest(path: Path) -> str:
    """Give what tells one content of a file from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


FINDER: Final = digest(Path(__file__).with_name("_mutants.py"))  # what is found decides what is marked


def is_known(kept: dict[str, Any] | None, item: pytest.Item, sources: dict[str, str]) -> bool:
    """Tell whether neither the test nor a source that it reaches has changed."""
    if (
        kept is None
        or kept["has_failed"]
        or (kept["test"], kept.get("finder")) != (digest(item.path), FINDER)
    ):
        return False
    return all(sources.get(file) == before for file, before in kept["sources"].items())
