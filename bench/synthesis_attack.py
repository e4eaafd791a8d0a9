"""Attack our own generator at epsilon 1: the epsilon that an attacker proves at least (Clopper-Pearson, 95 %), worst of ten persons.

    python -m bench.synthesis_attack [--epsilon 1] [--runs 32]

The attacker knows all others and the method, and sees the rows of 2 x 2 x runs files made with a person and without her: 500
persons and 8 columns of the victim-perpetrator file, targets whom nobody equals. Half of the files train the attack, half test it.
The bound of ten attacks together is taken at 95 % for each; one in twenty honest generators with epsilon at the very limit fails.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from amparo.stats.privacy import SystemRandomness
from amparo.stats.synthesis import (
    Domain,
    Plan,
    Records,
    Schedule,
    attack_membership,
    fit_rows,
    measure,
    targets_of,
)
from amparo.stats.synthesis._rows import count_rows

from ._synthesis import read_victim_perpetrator

SCHEDULE = Schedule(sweeps=5)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--epsilon", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=32)
    asked = parser.parse_args()
    records = read_victim_perpetrator()
    random = np.random.default_rng(1)
    columns = [0, 1, 2, 3, 4, 5, 6, 7]  # each a column of its own in the file
    domain = Domain.of([records.domain.columns[place] for place in columns])
    codes = records.within(domain).codes[random.permutation(records.number)[:500]]
    unlike = np.array(
        [min((codes != row).sum(axis=1)[np.arange(500) != place]) for place, row in enumerate(codes)]
    )
    plan = Plan(epsilon=asked.epsilon, delta=1 / 500**2)

    def seen(people: np.ndarray) -> np.ndarray:
        found = measure(Records(domain, np.ascontiguousarray(people)), plan, SystemRandomness())
        rows = fit_rows(targets_of(found), found.persons, random=np.random.default_rng(), schedule=SCHEDULE)
        counts = count_rows(rows, domain.size, 3)
        return np.concatenate([counts[k] for k in counts]) / len(rows)

    started = time.perf_counter()
    worst, areas = 0.0, []
    for place in np.argsort(-unlike)[:10]:
        found = attack_membership(
            seen, np.delete(codes, place, axis=0), codes[place], runs=asked.runs, delta=plan.delta or 0.0
        )
        worst = max(worst, found.epsilon_at_least)
        areas.append(found.area)
    print(
        f"epsilon of at least {worst:.2f} proved, at epsilon {asked.epsilon:g}: worst of 10 persons, {4 * asked.runs} files each, "
        f"area at most {max(areas):.2f}; {time.perf_counter() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
