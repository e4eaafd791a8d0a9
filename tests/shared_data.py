"""Find the open data that some tests read: it lies beside the checkout, and not everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

DIRECTORY = Path(__file__).parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """Give the path of a file of the shared data, or skip the test with the reason."""
    path = DIRECTORY / name
    if not path.exists():
        pytest.skip(f"needs {name} of the shared data, which lies beside the checkout and is not here")
    return path
