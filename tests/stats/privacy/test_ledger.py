"""What was spent stays known, and more than the cap is refused."""

from __future__ import annotations

import json

import pytest

from amparo.stats.privacy import BudgetIsSpent, CannotReadLedger, Expense, Ledger, Noted, epsilon_of


def expense(release: str, rho: float = 0.1, lost: float = 0.0) -> Expense:
    return Expense(release, "2026-01-01", "synthetic data", rho, 3.0, 1e-9, lost)


def test_costs_add_up_in_rho_and_not_in_epsilon() -> None:
    ledger = Ledger("cases", "person", 1e-8).charge(expense("a")).charge(expense("b"))
    assert ledger.rho == pytest.approx(0.2)
    assert ledger.epsilon == pytest.approx(epsilon_of(0.2, 1e-8))
    assert ledger.epsilon < 2 * epsilon_of(0.1, 1e-8)


def test_a_release_beyond_the_cap_is_refused_and_nothing_is_charged() -> None:
    ledger = (
        Ledger("cases", "person", 1e-8, cap=epsilon_of(0.2, 1e-8)).charge(expense("a")).charge(expense("b"))
    )
    with pytest.raises(BudgetIsSpent, match="budget of cases is spent"):
        ledger.charge(expense("c", 0.001))
    assert len(ledger.expenses) == 2


def test_the_chance_lost_for_categories_counts() -> None:
    ledger = Ledger("cases", "person", 1e-8, cap=100.0)
    with pytest.raises(BudgetIsSpent):
        ledger.charge(expense("a", lost=6e-9)).charge(expense("b", lost=6e-9))


def test_a_ledger_is_read_as_it_was_written() -> None:
    ledger = Ledger("cases", "person", 1e-8, 8.0).charge(expense("a"))
    assert Ledger.from_json(ledger.to_json()) == ledger


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"form": "amparo privacy ledger 1"}', "rho"])
def test_a_damaged_ledger_is_not_taken_for_an_empty_one(damage: str) -> None:
    with pytest.raises(CannotReadLedger, match=r"L\.json is not a privacy ledger"):
        Ledger.from_json(damage, name="L.json")


def test_a_cost_that_was_made_smaller_than_nothing_is_refused() -> None:
    told = json.loads(Ledger("cases", "person", 1e-8).charge(expense("a")).to_json())
    told["expenses"][0]["rho"] = -1
    with pytest.raises(CannotReadLedger):
        Ledger.from_json(json.dumps(told))
    with pytest.raises(CannotReadLedger, match="already"):
        Ledger("cases", "person", 1e-8).charge(expense("a")).charge(expense("a"))


def test_a_release_without_noise_is_noted_and_costs_nothing() -> None:
    before = Ledger("cases", "person", 1e-8).charge(expense("a"))
    ledger = before.note(Noted("b", "2026-01-02", "k-anonymous synthetic data, k = 10"))
    assert ledger.epsilon == before.epsilon
    assert Ledger.from_json(ledger.to_json()) == ledger
    with pytest.raises(CannotReadLedger, match="already"):
        ledger.note(ledger.noted[0])
    told = json.loads(before.to_json())
    del told["noted"]  # as it was written before there were any
    assert Ledger.from_json(json.dumps(told)) == before
