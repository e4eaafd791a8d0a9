"""Measure k-anonymous rows on CTDC's victim-perpetrator file, k = 10: what rare and invented combinations they show, and the error.

    python -m bench.synthesis_anonymous [--length 3]

Row-seeded Synthetic Data Showcase (recorded): none rare or invented, error 0.094 up to length 3 and 0.117 up to 4, 29 % of the
records that nobody shares are shown.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from amparo.stats.synthesis import link_rows, score_counts, synthesize_anonymous
from amparo.stats.synthesis._rows import count_rows

from ._synthesis import read_victim_perpetrator


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--length", type=int, default=3)
    length = parser.parse_args().length
    records = read_victim_perpetrator()
    started = time.process_time()
    data = synthesize_anonymous(records, 10, longest=length, random=np.random.default_rng())
    seconds = time.process_time() - started
    true, made = (
        list(count_rows(c, records.domain.size, length).values()) for c in (records.codes, data.rows)
    )
    score = score_counts(true, made, scale=1.0, k=10)
    link = link_rows(records.codes, data.rows)
    print(
        f"up to length {length}: error {score.mre_w:.4f}, rare shown {score.rare_shown:g}, invented {score.spurious:g}, lost "
        f"{score.lost:.4f}, unique records shown {link.unique_shown:.3f}; {seconds:.1f} s of processor"
    )


if __name__ == "__main__":
    main()
