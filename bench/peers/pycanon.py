"""Hold our k, l and t beside those of pyCANON on CTDC's k-anonymised file, in one run, with the time of each.

    uv venv .cache/pycanon && uv pip install --python .cache/pycanon/bin/python pycanon==1.3.6
    python -m bench.peers.pycanon .cache/pycanon/bin/python

pyCANON (Apache 2.0) is no dependency: it runs in an environment of its own. Both read every cell as text, an empty one as a value, and
are timed on what they measure, without reading. The file is measured as published (k = 11), a tenth of its records (k = 1), and
these as protected by us to k = 5.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from amparo.stats.disclosure.microdata import (
    Layout,
    diversity_of,
    measure_anonymity,
    protect_microdata,
    read_microdata,
    write_protected,
)
from bench._synthesis import shared

KEYS = ("yearOfRegistration", "gender", "ageBroad", "citizenship", "CountryOfExploitation")
SENSITIVE = ("isForcedLabour", "isSexualExploit")
THEIRS = """
import json, sys, time
import pandas as pd
from pycanon import anonymity
path, keys, sensitive = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
data = pd.read_csv(path, dtype=str, keep_default_na=False)
started = time.process_time()
told = {"k": anonymity.k_anonymity(data, keys)}
for name in sensitive:
    told[name] = [anonymity.l_diversity(data, keys, [name]), anonymity.entropy_l_diversity(data, keys, [name]),
                  anonymity.t_closeness(data, keys, [name])]
told["seconds"] = time.process_time() - started
print(json.dumps(told))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("python")
    asked = parser.parse_args()
    whole = shared("dados_app.csv")
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "tenth.csv"
        with (
            whole.open(encoding="utf-8", newline="") as stream,
            part.open("w", encoding="utf-8", newline="") as out,
        ):
            headings, *rows = csv.reader(stream)
            writer = csv.writer(out)
            writer.writerow(headings)
            writer.writerows(
                rows[r] for r in np.random.default_rng(1).permutation(len(rows))[: len(rows) // 10]
            )
        safe = Path(folder) / "safe.csv"
        data = read_microdata(part, Layout(keys=KEYS, sensitive=SENSITIVE))
        write_protected(safe, protect_microdata(data, 5, m=len(KEYS), random=np.random.default_rng(1)))
        for name, path in (("the file", whole), ("a tenth of it", part), ("that, protected to k = 5", safe)):
            compare(asked.python, name, path)


def compare(python: str, name: str, path: Path) -> None:
    """Measure one file twice, and say where the answers differ."""
    command = [python, "-c", THEIRS, str(path), json.dumps(KEYS), json.dumps(SENSITIVE)]
    theirs = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    data = read_microdata(path, Layout(keys=KEYS, sensitive=SENSITIVE))
    started = time.process_time()
    k = measure_anonymity(data, m=len(KEYS)).k
    ours = {column: diversity_of(data, place) for place, column in enumerate(SENSITIVE)}
    seconds = time.process_time() - started
    equal = k == theirs["k"] and all(
        one.l == theirs[column][0]
        and math.floor(one.entropy + 1e-9) == theirs[column][1]  # they give whole numbers
        and abs(one.t - theirs[column][2]) < 1e-9
        for column, one in ours.items()
    )
    measures = "; ".join(f"{column} l = {one.l}, t = {one.t:.4f}" for column, one in ours.items())
    print(
        f"{name}: k = {k}; {measures}: {'equal to' if equal else f'NOT equal to {theirs} of'} pyCANON; {seconds:.2f} s of processor "
        f"against {theirs['seconds']:.2f}, {theirs['seconds'] / seconds:.0f} times",
        flush=True,
    )


if __name__ == "__main__":
    main()
