"""Open what is sealed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from amparo.vault.rules import Reading, Sealed, unseal


def open_many(reading: Reading, sealed: Iterable[Sealed]) -> list[dict[str, Any]]:
    """Open a batch for one logged reading, in order; nothing is opened when one value is not covered."""
    return [unseal(value, reading=reading) for value in sealed]
