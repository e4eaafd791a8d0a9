"""The fourth step: what releases with noise have spent of the privacy of the same people, in all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amparo.stats.results import Said
from amparo.vocab.text import N_

from ._cells import NotACell
from ._findings import Finding, FindingKind

__all__ = ["Spent", "check_budget", "spent_on"]

OVER = N_(
    "Releases about %(population)s have spent %(spent)s of the privacy budget (rho); this one takes %(asked)s, and the office set "
    "%(cap)s in all. Take a smaller budget, or leave it."
)
BESIDE = N_(
    "There are exact numbers of %(population)s as well. What differential privacy promises covers the release with noise alone, "
    "not what can be learnt from both together."
)


@dataclass(frozen=True, slots=True)
class Spent:
    """Says what one release took of a budget: zero-concentrated differential privacy ``rho``, by person of the population."""

    population: str
    rho: float
    release: str = ""

    def __post_init__(self) -> None:
        if not self.rho > 0:
            raise NotACell(N_("A privacy budget is a number above zero."))


def spent_on(population: str, spent: Iterable[Spent]) -> float:
    """Sum what was spent on the people of a population: rho adds up."""
    return sum(each.rho for each in spent if each.population == population)


def check_budget(
    asked: Iterable[Spent], earlier: Iterable[Spent], *, cap: float | None, exact: Iterable[str]
) -> list[Finding]:
    """Tell where a budget does not suffice, and where exact numbers of the same people stand beside noisy ones."""
    before, found = list(earlier), list[Finding]()
    wanted = list(asked)
    known_exact = set(exact)
    for population in dict.fromkeys(each.population for each in wanted):
        spent, takes = spent_on(population, before), spent_on(population, wanted)
        if cap is not None and spent + takes > cap * (1 + 1e-12):
            told = {
                "population": population,
                "spent": f"{spent:.4g}",
                "asked": f"{takes:.4g}",
                "cap": f"{cap:.4g}",
            }
            releases = tuple(each.release for each in before if each.population == population)
            found.append(Finding(FindingKind.BUDGET, Said(OVER, told), (), releases))
        if population in known_exact:
            found.append(Finding(FindingKind.BESIDE_EXACT, Said(BESIDE, {"population": population})))
    return found
