"""Keep the values of a row as plain data, and take them up again as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amparo.intake.htcds import Value, field
from amparo.vocab.dates import PartialDate


def as_plain(values: Mapping[str, Value]) -> dict[str, Any]:
    """Return the values of a row as JSON can hold them."""
    return {name: _plain(value) for name, value in values.items()}


def from_plain(plain: Mapping[str, Any]) -> dict[str, Value]:
    """Return the values of a row as the standard types them."""
    return {name: _typed(name, value) for name, value in plain.items()}


def _plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, PartialDate) else value


def _typed(name: str, value: Any) -> Value:
    kind = field(name).kind
    if kind == "date":
        return PartialDate.parse(value)
    if kind == "dates":
        return tuple(PartialDate.parse(one) for one in value)
    typed: Value = tuple(value) if isinstance(value, list) else value
    return typed
