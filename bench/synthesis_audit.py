"""Measure how well the error that a file tells about itself holds: the share of true counts within "in 95 of 100".

python -m bench.synthesis_audit [--epsilon 4 1]
"""

from __future__ import annotations

import argparse

import numpy as np

from amparo.stats.privacy import SystemRandomness
from amparo.stats.synthesis import Plan, synthesize

from ._synthesis import counts_of, read_victim_perpetrator


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--epsilon", type=float, nargs="*", default=[4.0, 1.0])
    records = read_victim_perpetrator()
    true = counts_of(records, records.codes, records.domain)
    for epsilon in parser.parse_args().epsilon:
        data = synthesize(
            records, Plan(epsilon=epsilon), source=SystemRandomness(), random=np.random.default_rng()
        )
        made = counts_of(records, data.rows, data.domain)
        least, told = 1.0, []
        for (length, shown), half in data.errors.items():
            near = (made[length] >= shown * 0.7) & (made[length] <= shown * 1.4)
            if near.sum() >= 30:
                covered = float((np.abs(true[length] - made[length])[near] <= half).mean())
                least = min(least, covered)
                told.append(f"{length}-way {shown}: {covered:.2f} within {half:.0f}")
        print(
            f"epsilon {epsilon:g}: {least:.3f} of true counts within what is told, at worst ({'; '.join(told)})",
            flush=True,
        )


if __name__ == "__main__":
    main()
