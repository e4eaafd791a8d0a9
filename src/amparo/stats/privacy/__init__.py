"""Differential privacy: what a release costs, noise that keeps what it promises, and a ledger of what was spent.

Everything is counted in zero-concentrated differential privacy (rho), which adds up over releases; people are told
epsilon and delta. Noise is drawn exactly, in whole numbers, from the randomness of the operating system.
The proofs stand in ``docs/methods/differential-privacy.md``.
"""

from ._accounting import CannotPromise, epsilon_of, rho_of, rho_of_pure
from ._ledger import BudgetIsSpent, CannotReadLedger, Expense, Ledger, Noted
from ._noise import RandomSource, SeededForTesting, SystemRandomness, discrete_gaussian, discrete_laplace

__all__ = [
    "BudgetIsSpent",
    "CannotPromise",
    "CannotReadLedger",
    "Expense",
    "Ledger",
    "Noted",
    "RandomSource",
    "SeededForTesting",
    "SystemRandomness",
    "discrete_gaussian",
    "discrete_laplace",
    "epsilon_of",
    "rho_of",
    "rho_of_pure",
]
