"""The description of the API, for programs. It is committed, so that a change of what they rely on is seen in a review."""

from __future__ import annotations

from amparo.config.api import description


def text() -> str:
    """Give the description as it is now."""
    return description()
