"""What was spent on a data set: the ledger beside it, locked while a release is made, and written before noise is drawn."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.vocab.text import N_

if TYPE_CHECKING:
    from amparo.stats.privacy import Ledger

__all__ = ["Budget", "open_budget"]

_DELTA = 1e-8  # at which the releases of a data set are added up, where the codebook does not say


class Budget:
    """Holds the ledger of a data set while its file is locked."""

    def __init__(self, path: Path, ledger: "Ledger", snapshot: str) -> None:
        self.path, self.ledger, self._snapshot = path, ledger, snapshot

    def charge(self, what: str, rho: float, epsilon: float, delta: float) -> None:
        """Write one more expense, or raise ``BudgetIsSpent``."""
        from amparo.stats.privacy import Expense

        now = datetime.now(UTC).isoformat(timespec="seconds")
        expense = Expense(secrets.token_hex(8), now, what, rho, epsilon, delta, snapshot=self._snapshot)
        self.ledger = self.ledger.charge(expense)
        beside = self.path.with_name(f".{secrets.token_hex(4)}.{self.path.name}")
        try:
            with beside.open("w", encoding="utf-8") as stream:
                stream.write(self.ledger.to_json())
                stream.flush()
                os.fsync(stream.fileno())
            beside.chmod(0o600)
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def open_budget(path: Path, *, data: str, file: Path | None, codebook: Path | None) -> Iterator[Budget]:
    """Lock and read the ledger. It is made with the first release; its cap is that of the codebook."""
    from amparo.stats.privacy import CannotReadLedger, Ledger
    from amparo.stats.synthesis import Codebook, read_codebook

    book = Codebook() if codebook is None else read_codebook(codebook)
    lock = Path(f"{path}.lock")  # stays: who waits for it must wait for the same file
    try:
        lock.touch()
    except OSError as error:
        raise CannotReadLedger(
            N_("The ledger %(path)s cannot be written: %(reason)s. Name another with --ledger."),
            path=path,
            reason=error.strerror,
        ) from None
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if path.exists():
            ledger = Ledger.from_json(path.read_text(encoding="utf-8"), name=str(path))
        else:
            ledger = Ledger(book.data or data, "person", book.budget_delta or _DELTA, book.budget)
        if book.budget is not None and book.budget != ledger.cap:
            raise CannotReadLedger(
                N_(
                    "The codebook caps epsilon at %(cap)s, and the ledger %(path)s at %(other)s. Who set the cap must make them equal."
                ),
                cap=f"{book.budget:g}",
                path=path,
                other="nothing" if ledger.cap is None else f"{ledger.cap:g}",
            )
        yield Budget(path, ledger, _digest(file))


def _digest(file: Path | None) -> str:
    if file is None:
        return ""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
