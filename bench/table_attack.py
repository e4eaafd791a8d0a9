"""Attack every table of two and three columns of ten samples of a public file, protected with a threshold of 10.

    python bench/table_attack.py [--samples 10] [--share 0.1] [--persons] [--largest] [--first N] [--kept FILE]

Prints one figure, how many hidden cells the attack of the tests works out or finds unsafe, and what it is made of. The attack
(``tests/stats/attack.py``) shares nothing with the method: it reads the published cells and asks whether each hidden one may be another, of tables
near the true one and then of a whole-number program of SciPy. The file is ``dados_app.csv`` of the shared data, whose own cells are all above 10, so samples are taken. Smallest
tables come first, or with ``--largest`` last; with ``--kept`` a run that was ended goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amparo.stats.disclosure import CountedTables

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

COLUMNS = (
    "yearOfRegistration",
    "gender",
    "ageBroad",
    "citizenship",
    "isForcedLabour",
    "isSexualExploit",
    "CountryOfExploitation",
)
THRESHOLD = 10
FIGURES = ("hidden", "unsafe", "caught", "refused")


def records(path: Path) -> list[tuple[str, ...]]:
    """Read the columns as text."""
    import csv

    with path.open(encoding="utf-8", newline="") as stream:
        return [tuple(line[column] for column in COLUMNS) for line in csv.DictReader(stream)]


def main() -> None:
    """Protect and attack all tables, smallest first, and print what was found."""
    from tests.shared_data import DIRECTORY

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--persons", action="store_true", help="attack also as each person alone in a cell")
    parser.add_argument("--first", type=int, default=10_000, help="only so many tables of each sample")
    parser.add_argument("--largest", action="store_true", help="the largest tables first")
    parser.add_argument(
        "--kept", type=Path, help="a file of results, one a line: its tables are not done again"
    )
    chosen = parser.parse_args()
    everything = records(DIRECTORY / "ctdc" / "dados_app.csv")
    values = [len({line[at] for line in everything}) for at in range(len(COLUMNS))]
    subsets = [subset for k in (2, 3) for subset in combinations(range(len(COLUMNS)), k)]
    subsets.sort(key=lambda subset: math.prod(values[at] + 1 for at in subset), reverse=chosen.largest)
    samples = {
        seed: random.Random(seed).sample(everything, round(chosen.share * len(everything)))
        for seed in range(1, chosen.samples + 1)
    }
    kept = chosen.kept or Path("/dev/null")
    done = (
        {json.loads(line)["table"]: json.loads(line) for line in kept.read_text().splitlines()}
        if kept.exists()
        else {}
    )
    for subset in subsets[: chosen.first]:
        for seed, sample in samples.items():
            name = f"sample {seed}: {' x '.join(COLUMNS[at] for at in subset)}"
            if name not in done:
                done[name] = {"table": name, **attack(sample, subset, persons=chosen.persons)}
                with kept.open("a") as stream:
                    stream.write(json.dumps(done[name]) + "\n")
    found = {key: sum(one[key] for one in done.values()) for key in (*FIGURES, "protect", "attack")}
    sys.stdout.write(
        f"{found['caught']} of {found['hidden']:,} hidden cells worked out or unsafe ({len(done) - found['refused']} tables, "
        f"{found['unsafe']:,} small cells, {found['refused']} refused)\n"
        f"processor time: protect {found['protect']:.0f} s, attack {found['attack']:.0f} s\n"
    )


def attack(sample: list[tuple[str, ...]], subset: tuple[int, ...], *, persons: bool) -> dict[str, float]:
    """Protect one table of a sample, attack it, and give what was found."""
    from amparo.stats.disclosure import NotCleared, TableRequest, Threshold, protect_tables
    from amparo.stats.disclosure._counted import tables_of
    from amparo.stats.disclosure._cube import Records
    from tests.stats.attack import ReaderOfRelease, found_by

    counted = Counter(tuple(line[at] for at in subset) for line in sample)
    request = TableRequest(rows=tuple(COLUMNS[at] for at in subset))
    table = tables_of([Records(request, tuple(counted.items()))])
    found: dict[str, float] = dict.fromkeys((*FIGURES, "protect", "attack"), 0)
    started = time.process_time()
    try:
        release = protect_tables(table, rules=[Threshold(THRESHOLD)])
    except NotCleared as error:
        sys.stderr.write(f"refused: {request.rows}: {error}\n")
        return found | {"refused": 1, "protect": time.process_time() - started}
    attacked = time.process_time()
    reader = ReaderOfRelease(release, most=len(sample))
    true = truths(table)
    caught = found_by(reader, true, THRESHOLD, as_persons=persons)
    for name, why in caught[:3]:
        sys.stderr.write(f"{request.rows}: {sorted(name, key=str)} {why}\n")
    return found | {
        "hidden": len(reader.hidden),
        "unsafe": sum(0 < true[name] < THRESHOLD for name in reader.hidden),
        "caught": len(caught) + sum(0 < count < THRESHOLD for count in reader.shown.values()),
        "protect": attacked - started,
        "attack": time.process_time() - attacked,
    }


def truths(table: CountedTables) -> dict[frozenset[tuple[str, object]], int]:
    """Give the true counts under the names that the attack uses."""
    import numpy

    true = {}
    for cube in table.cubes:
        for at in numpy.ndindex(*cube.counts.shape):
            labels = [(d.column, d.nodes[node].label) for d, node in zip(cube.dimensions, at, strict=True)]
            true[frozenset(pair for pair in labels if pair[1] is not None)] = int(cube.counts[at])
    return true


if __name__ == "__main__":
    main()
