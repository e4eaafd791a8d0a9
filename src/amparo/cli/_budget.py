"""What was spent on a data set: the ledger beside it, locked while a release is made, and written before noise is drawn."""

import fcntl
import hashlib
import math
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.vocab.text import N_

from ._files import replace_file

if TYPE_CHECKING:
    from amparo.stats.privacy import Expense, Ledger
    from amparo.stats.synthesis import Codebook, Price

__all__ = ["Budget", "open_budget"]

_DELTA = 1e-8  # at which the releases of a data set are added up, where the codebook does not say


class Budget:
    """Holds the ledger of a data set for one release, while its file is locked."""

    def __init__(self, path: Path, ledger: "Ledger", what: str, snapshot: str) -> None:
        self.ledger, self._path, self._before = ledger, path, ledger
        self.release, self.when = secrets.token_hex(8), datetime.now(UTC).isoformat(timespec="seconds")
        self._what, self._snapshot = what, snapshot

    def check(self, price: "Callable[[int], Price]") -> None:
        """Raise ``BudgetIsSpent`` where what is left will not do, before the number of persons that sets delta is drawn; spends nothing.

        ``price`` is asked for twice as many persons as by the smallest delta that the ledger tells, which is known to all.
        """
        from amparo.stats.privacy import BudgetIsSpent

        told = min([self.ledger.delta, *(one.delta for one in self.ledger.expenses if one.delta > 0)])
        persons = math.ceil(2 / math.sqrt(told))
        asked = price(persons)
        try:
            self.ledger.charge(self._expense(asked.rho, asked.epsilon, asked.delta, asked.lost))
        except BudgetIsSpent as refusal:
            raise BudgetIsSpent(
                N_(
                    "%(refusal)s Nothing was spent: this was found for %(persons)s persons. If the records are of more, which costs less, "
                    "write one over the square of their number as --delta."
                ),
                refusal=str(refusal),
                persons=f"{persons:,}",
            ) from None

    def charge(self, rho: float, epsilon: float, delta: float, lost: float = 0.0) -> None:
        """Write what the release costs, or raise ``BudgetIsSpent``. A second charge includes the first and stands in its place.

        Where the second is refused, the first stays: it was drawn for, and the refusal says so.
        """
        from amparo.stats.privacy import BudgetIsSpent

        try:
            self._keep(self._before.charge(self._expense(rho, epsilon, delta, lost)))
        except BudgetIsSpent as refusal:
            if self.ledger is self._before:
                raise
            drawn = replace(self.ledger.expenses[-1], what=f"{self._what}, refused after its first step")
            self._keep(self._before.charge(drawn))
            raise BudgetIsSpent(
                N_(
                    "%(refusal)s To learn of how many persons the records are, which sets delta, epsilon %(epsilon)s was spent; it stands "
                    "in the ledger. With --delta a refusal spends nothing."
                ),
                refusal=str(refusal),
                epsilon=f"{drawn.epsilon:g}",
            ) from None

    def note(self) -> None:
        """Write that the release has no noise: it costs nothing, and no promise covers it."""
        from amparo.stats.privacy import Noted

        self._keep(self._before.note(Noted(self.release, self.when, self._what, self._snapshot)))

    def _expense(self, rho: float, epsilon: float, delta: float, lost: float) -> "Expense":
        from amparo.stats.privacy import Expense

        return Expense(
            self.release, self.when, self._what, rho, epsilon, delta, lost, snapshot=self._snapshot
        )

    def _keep(self, ledger: "Ledger") -> None:
        self.ledger = ledger
        replace_file(self._path, ledger.to_json().encode(), mode=0o600)


@contextmanager
def open_budget(
    path: Path, what: str, *, data: str, file: Path | None, book: "Codebook | None"
) -> Iterator[Budget]:
    """Lock and read the ledger, to release ``what``. It is made with the first release; its cap is that of the codebook."""
    from amparo.stats.privacy import CannotReadLedger, Ledger
    from amparo.stats.synthesis import Codebook

    book = book or Codebook()
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
        yield Budget(path, ledger, what, _digest(file))


def _digest(file: Path | None) -> str:
    if file is None:
        return ""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
