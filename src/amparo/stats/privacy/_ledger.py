"""Keep what was spent on a data set. The ledger is a value: who stores it, locks it first and writes it before noise is drawn."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace

from amparo.vocab.text import N_, ToldError

from ._accounting import epsilon_of

__all__ = ["BudgetIsSpent", "CannotReadLedger", "Expense", "Ledger", "Noted"]

_FORM = "amparo privacy ledger 1"


class BudgetIsSpent(ToldError):
    """Says that a release would cost more than is left, and how much is left."""


class CannotReadLedger(ToldError):
    """Says why a ledger cannot be used, and what to do."""


@dataclass(frozen=True, slots=True)
class Expense:
    """Holds what one release cost: ``rho`` adds up, ``epsilon`` and ``delta`` are what the release was promised.

    ``lost`` is the chance outside of rho (a domain found by a threshold); it adds up too. ``snapshot`` names the data.
    """

    release: str
    when: str
    what: str
    rho: float
    epsilon: float
    delta: float
    lost: float = 0.0
    snapshot: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """Holds a release without noise of the same data: it costs nothing, and no promise covers it."""

    release: str
    when: str
    what: str
    snapshot: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Holds the expenses of one data set and unit, and the ``cap`` on epsilon (None: no cap was set) at ``delta``.

    ``noted`` are releases without noise. They stand here since who holds them beside the others may learn more than is promised.
    """

    data: str
    unit: str
    delta: float
    cap: float | None = None
    expenses: tuple[Expense, ...] = ()
    noted: tuple[Noted, ...] = ()

    @property
    def rho(self) -> float:
        """Add up what was spent."""
        return math.fsum(expense.rho for expense in self.expenses)

    @property
    def epsilon(self) -> float:
        """Give what all releases together promise, at :attr:`delta`."""
        return self._epsilon_with(self.expenses)

    def _epsilon_with(self, expenses: tuple[Expense, ...]) -> float:
        if not expenses:
            return 0.0
        left = self.delta - math.fsum(expense.lost for expense in expenses)
        if left <= 0:
            return math.inf
        return epsilon_of(math.fsum(expense.rho for expense in expenses), left)

    def charge(self, expense: Expense) -> Ledger:
        """Give the ledger with one expense more, or raise :class:`BudgetIsSpent`."""
        if not (math.isfinite(expense.rho) and expense.rho > 0 and expense.lost >= 0):
            raise CannotReadLedger(N_("A release that costs %(rho)s is not an expense."), rho=expense.rho)
        self._refuse_again(expense.release)
        expenses = (*self.expenses, expense)
        after = self._epsilon_with(expenses)
        if self.cap is not None and after > self.cap * (1 + 1e-12):
            raise BudgetIsSpent(
                N_(
                    "The budget of %(data)s is spent: its cap is epsilon %(cap)s, its releases so far (%(number)s) have used %(used)s, "
                    "and with this one it would be %(after)s. Publish what exists again, or take a smaller epsilon; only who set "
                    "the cap may raise it."
                ),
                data=self.data,
                cap=f"{self.cap:g}",
                number=len(self.expenses),
                used=f"{self.epsilon:.3g}",
                after=f"{after:.3g}",
            )
        return replace(self, expenses=expenses)

    def note(self, noted: Noted) -> Ledger:
        """Give the ledger with one release without noise more."""
        self._refuse_again(noted.release)
        return replace(self, noted=(*self.noted, noted))

    def _refuse_again(self, release: str) -> None:
        known = {one.release for one in self.expenses} | {one.release for one in self.noted}
        if release in known:
            raise CannotReadLedger(N_("Release %(release)s stands in the ledger already."), release=release)

    def to_json(self) -> str:
        """Write the ledger as JSON."""
        return json.dumps({"form": _FORM, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str, *, name: str = "the ledger") -> Ledger:
        """Read a ledger that :meth:`to_json` wrote; one that is damaged is refused, never taken for empty."""
        try:
            content = json.loads(text)
            if content.pop("form") != _FORM:
                raise ValueError
            expenses = tuple(Expense(**expense) for expense in content.pop("expenses"))
            noted = tuple(Noted(**one) for one in content.pop("noted", ()))
            ledger = cls(**content, expenses=expenses, noted=noted)
            valid = all(math.isfinite(e.rho) and e.rho > 0 and e.lost >= 0 for e in expenses)
            if not (valid and 0 < ledger.delta < 1 and (ledger.cap is None or ledger.cap > 0)):
                raise ValueError
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise CannotReadLedger(
                N_(
                    "%(name)s is not a privacy ledger, or it is damaged. Bring it back from a backup: what was spent is known "
                    "from nowhere else."
                ),
                name=name,
            ) from error
        return ledger
