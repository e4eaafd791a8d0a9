"""Where the contents of documents lie on the disk, and how they are opened."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings


def stored_path(name: UUID) -> Path:
    """Return where a content lies whose row stands in the database for good."""
    return Path(settings.AMPARO_DOCUMENTS) / name.hex[:2] / name.hex


def arriving_path(name: UUID) -> Path:
    """Return where a content lies until the transaction that writes its row is through."""
    return arriving_folder() / name.hex


def arriving_folder() -> Path:
    """Return the folder of the contents whose rows are not yet known to stand."""
    return Path(settings.AMPARO_DOCUMENTS) / "arriving"


def open_stored(name: UUID) -> BinaryIO:
    """Open a content for reading; raises `FileNotFoundError` when the disk has lost it."""
    try:
        return arriving_path(name).open("rb")
    except FileNotFoundError:
        return stored_path(name).open("rb")  # looked at last: a content moves here, never back
