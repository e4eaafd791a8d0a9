"""Hold our synthetic data beside those of pac-synth (Synthetic Data Showcase) on the victim-perpetrator file, scored alike.

    uv venv .cache/pac && uv pip install --python .cache/pac/bin/python pac-synth==0.0.8
    python -m bench.peers.pac_synth .cache/pac/bin/python [--epsilon 4]

pac-synth (MIT, last release 2023) is no dependency: it runs in an environment of its own. It is given its best setting known to us,
combinations of up to three and ``use_synthetic_counts``, and its default sampler; delta 1/n^2 as for ours. Its several-valued
columns come back as indicators and are joined again here. One run each.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from amparo.stats.synthesis import evaluate
from bench._synthesis import SEVERAL, victim_perpetrator

THEIRS = """
import csv, json, sys, time
import pacsynth
path, out, several, epsilon, counts = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), float(sys.argv[4]), sys.argv[5] == "True"
rows = list(csv.reader(open(path, newline="")))
started = time.process_time()
data = pacsynth.Dataset(rows, multi_value_columns=several)
builder = pacsynth.DpAggregateSeededParametersBuilder().reporting_length(3).epsilon(epsilon).delta(1 / (len(rows) - 1) ** 2)
made = pacsynth.DpAggregateSeededSynthesizer(builder.use_synthetic_counts(counts).build())
made.fit(data)
synthetic = made.sample()
print(time.process_time() - started)
headings = synthetic[0]
with open(out, "w", newline="") as stream:
    writer = csv.writer(stream)
    writer.writerow(rows[0])
    for row in synthetic[1:]:
        told = dict(zip(headings, row))
        cells = []
        for name in rows[0]:
            if name in several:
                on = [key[len(name) + 1:] for key, value in told.items() if key.startswith(name + "_") and value == "1"]
                cells.append(several[name].join(on))
            else:
                cells.append(told.get(name, ""))
        writer.writerow(cells)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("python")
    parser.add_argument("--epsilon", type=float, default=4.0)
    asked = parser.parse_args()
    original = victim_perpetrator()
    several = json.dumps(SEVERAL)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "theirs.csv"
        for counts in (True, False):
            started = time.perf_counter()
            command = [
                asked.python,
                "-c",
                THEIRS,
                str(original),
                str(out),
                several,
                str(asked.epsilon),
                str(counts),
            ]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            score = evaluate(original, out, separators=SEVERAL, random=np.random.default_rng(1))
            name = "use_synthetic_counts" if counts else "default sampler"
            print(
                f"pac-synth, {name}, epsilon {asked.epsilon:g}: {score.all.mre_w:.4f} (invented {score.all.spurious_mass:.5f}, lost "
                f"{score.all.lost:.4f}, {score.rows:,} rows; {float(done.stdout):.1f} s of processor, "
                f"{time.perf_counter() - started:.0f} s)",
                flush=True,
            )


if __name__ == "__main__":
    main()
