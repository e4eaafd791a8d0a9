"""Attack every table of two and three columns of ten samples of a public file, protected with a threshold of 10.

    python bench/table_attack.py [--samples 10] [--share 0.1] [--persons] [--first N]

Prints one figure, how many hidden cells the attack of the tests works out or finds unsafe, and what it is made of. The attack
(``tests/stats/attack.py``) shares nothing with the method: it reads the published cells and asks a whole-number program of SciPy for the least and
the greatest count of each. The file is ``dados_app.csv`` of the shared data, whose own cells are all above 10, so samples are taken.
"""

from __future__ import annotations

import argparse
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


def records(path: Path) -> list[tuple[str, ...]]:
    """Read the columns as text."""
    import csv

    with path.open(encoding="utf-8", newline="") as stream:
        return [tuple(line[column] for column in COLUMNS) for line in csv.DictReader(stream)]


def main() -> None:
    """Protect and attack all tables, and print what was found."""
    from tests.shared_data import DIRECTORY

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--persons", action="store_true", help="attack also as each person alone in a cell")
    parser.add_argument("--first", type=int, default=10_000, help="only the first tables of each sample")
    parser.add_argument("--begin", type=int, default=1, help="the first sample")
    parser.add_argument("--verbose", action="store_true", help="tell after each table how far it came")
    chosen = parser.parse_args()
    everything = records(DIRECTORY / "ctdc" / "dados_app.csv")
    found = dict.fromkeys(("tables", "refused", "hidden", "unsafe", "caught"), 0)
    seconds = {"protect": 0.0, "attack": 0.0}
    for seed in range(chosen.begin, chosen.samples + 1):
        sample = random.Random(seed).sample(everything, round(chosen.share * len(everything)))
        subsets = [pair for k in (2, 3) for pair in combinations(range(len(COLUMNS)), k)]
        for subset in subsets[: chosen.first]:
            attack(sample, subset, found, seconds, persons=chosen.persons)
            if chosen.verbose:
                sys.stderr.write(f"{seed} {subset}: {found} {seconds}\n")
        sys.stderr.write(f"after sample {seed}: {found}\n")
    sys.stdout.write(
        f"{found['caught']} of {found['hidden']:,} hidden cells worked out or unsafe ({found['tables']} tables, "
        f"{found['unsafe']:,} small cells, {found['refused']} refused)\n"
        f"processor time: protect {seconds['protect']:.0f} s, attack {seconds['attack']:.0f} s\n"
    )


def attack(
    sample: list[tuple[str, ...]],
    subset: tuple[int, ...],
    found: dict[str, int],
    seconds: dict[str, float],
    *,
    persons: bool,
) -> None:
    """Protect one table of a sample, attack it, and add up what was found."""
    from amparo.stats.disclosure import NotCleared, TableRequest, Threshold, protect_tables
    from amparo.stats.disclosure._counted import tables_of
    from amparo.stats.disclosure._cube import Records
    from tests.stats.attack import ReaderOfRelease, found_by

    counted = Counter(tuple(line[at] for at in subset) for line in sample)
    request = TableRequest(rows=tuple(COLUMNS[at] for at in subset))
    table = tables_of([Records(request, tuple(counted.items()))])
    started = time.process_time()
    try:
        release = protect_tables(table, rules=[Threshold(THRESHOLD)])
    except NotCleared as error:
        found["refused"] += 1
        sys.stderr.write(f"refused: {request.rows}: {error}\n")
        return
    finally:
        seconds["protect"] += time.process_time() - started
    started = time.process_time()
    reader = ReaderOfRelease(release, most=len(sample))
    true = truths(table)
    caught = found_by(reader, true, THRESHOLD, as_persons=persons)
    seconds["attack"] += time.process_time() - started
    found["tables"] += 1
    found["hidden"] += len(reader.hidden)
    found["unsafe"] += sum(0 < true[name] < THRESHOLD for name in reader.hidden)
    found["caught"] += len(caught) + sum(0 < count < THRESHOLD for count in reader.shown.values())
    for name, why in caught[:3]:
        sys.stderr.write(f"{request.rows}: {sorted(name, key=str)} {why}\n")


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
