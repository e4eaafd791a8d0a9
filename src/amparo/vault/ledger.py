"""The file of the ledger of erasures."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from amparo.vault.rules.ledger import Entry, LedgerBroken, entries_of, lines_of


class LedgerMissing(LedgerBroken):
    """There is no file of erasures; the message says what to do."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no ledger of erasures at {path}. Bring back the newest copy that was kept. Where nobody was ever "
            "erased, this makes an empty one: amparo migrate"
        )


def read_ledger(path: Path, *, installation: UUID) -> tuple[Entry, ...]:
    """Read and prove the file; raises `LedgerMissing` or `LedgerBroken`."""
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise LedgerMissing(path) from None
    except UnicodeDecodeError:
        raise LedgerBroken(
            f"{path} is no ledger of erasures. Bring back the newest copy that was kept."
        ) from None
    return entries_of(text, installation=installation)


def make_ledger(path: Path) -> None:
    """Make an empty file, if there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def append_to_ledger(path: Path, entries: Sequence[Entry]) -> None:
    """Add entries and have them on the disk; what a crash left of an earlier try is cut off first."""
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write(lines_of(entries).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
