"""Measure what hiding costs, and how long it takes, on tables of a tenth of a public file with a threshold of 10.

    python bench/table_cost.py [--seconds 120]

Prints one figure, the greatest excess of the default choice over the proven least cost, and a line for each table: its cells, small cells,
hidden for others, cost of the default and of the exact choice, the proven bound, and processor time of counting, choosing, proving and
auditing. "alone" reckons with no reader who is the one person of a cell: the requirement under which published costs were measured.
Needs pandas, which draws the sample as those measurements did: ``sample(frac=.1, random_state=1)``.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

AGES = {
    "minor": "",
    "adult": "",
    "unknown": "",
    **dict.fromkeys(("0--8", "9--17"), "minor"),
    **dict.fromkeys(("18--20", "21--23", "24--26", "27--29", "30--38", "39--47", "48+"), "adult"),
    "": "unknown",
}
AGE = "ageBroad"
TABLES = {
    "gender x age x sexual exploitation": (("gender", AGE, "isSexualExploit"), False),
    "year x age": (("yearOfRegistration", AGE), True),
    "citizenship x age": (("citizenship", AGE), True),
    "year x gender x age": (("yearOfRegistration", "gender", AGE), True),
    "country x gender x age": (("CountryOfExploitation", "gender", AGE), True),
    "country x citizenship x age": (("CountryOfExploitation", "citizenship", AGE), False),
}
LARGE = ("country x citizenship x age",)


def main() -> None:
    """Protect each table in both ways and print the figures."""
    import pandas

    from tests.shared_data import DIRECTORY

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=120, help="time for each exact choice")
    chosen = parser.parse_args()
    file = DIRECTORY / "ctdc" / "dados_app.csv"
    sample = pandas.read_csv(file, dtype=str, keep_default_na=False).sample(frac=0.1, random_state=1)
    worst = 0.0
    lines = []
    for name, (columns, has_groups) in TABLES.items():
        counted = sample.groupby(list(columns)).size()
        pairs = [(tuple(key), int(n)) for key, n in counted.items()]
        excess, line = measure(name, columns, pairs, has_groups=has_groups, seconds=chosen.seconds)
        worst = max(worst, excess)
        lines.append(line)
        sys.stderr.write(line)
    sys.stdout.write(f"{100 * worst:.1f} % above the proven least cost at most\n" + "".join(lines))


def measure(
    name: str,
    columns: tuple[str, ...],
    pairs: list[tuple[tuple[str, ...], int]],
    *,
    has_groups: bool,
    seconds: float,
) -> tuple[float, str]:
    """Protect one table; give the excess of the default over the bound, and its line of figures."""
    from amparo.stats.disclosure import Hierarchy, TableRequest, Threshold, protect_tables
    from amparo.stats.disclosure._counted import tables_of
    from amparo.stats.disclosure._cube import Records

    started = time.process_time()
    counted = tables_of(
        [Records(TableRequest(rows=columns), tuple(pairs))],
        hierarchies={AGE: Hierarchy(AGE, AGES)} if has_groups else {},
    )
    release = protect_tables(counted, rules=[Threshold(10)])
    took = time.process_time() - started
    line = f"{name}: {counted.cubes[0].counts.size:,} cells, {release.loss.unsafe} small, {release.loss.others} for others; "
    line += f"default {release.loss.cost:.1f} in {took:.1f} s"
    if name in LARGE:
        return 0.0, line + "\n"
    started = time.process_time()
    exact = protect_tables(counted, rules=[Threshold(10)], exact=True, seconds=seconds)
    bound = exact.loss.bound or 0.0
    line += f"; exact {exact.loss.cost:.1f} in {time.process_time() - started:.1f} s, bound {bound:.1f}"
    alone = cost_without_people(counted, seconds)
    line += f"; alone {alone[0]:.1f}, exact {alone[1]:.1f}, bound {alone[2]:.1f}\n"
    return max(release.loss.cost / bound, alone[0] / alone[2]) - 1, line


def cost_without_people(counted: object, seconds: float) -> tuple[float, float, float]:
    """Give the cost of the default and the exact choice, and the bound, against readers who are in no cell."""
    from dataclasses import replace

    import numpy

    from amparo.stats.disclosure import Threshold
    from amparo.stats.disclosure._exact import refine, solve_exactly
    from amparo.stats.disclosure._protect_tables import rounds_for
    from amparo.stats.disclosure._reduce import frame_of
    from amparo.stats.disclosure._search import Search
    from amparo.stats.disclosure._system_rules import needs_of

    system = counted.system  # type: ignore[attr-defined]
    needs = replace(needs_of(counted, [Threshold(10)]), persons=())  # type: ignore[arg-type]
    costs = (1.0 + numpy.log1p(system.counts)) * system.printed
    frame, _ = frame_of(system, needs, costs, (system.counts > 0) & ~system.known)
    search = Search(frame)
    search.run()
    search.clean()
    search = refine(search, rounds=rounds_for(frame))
    best, bound = solve_exactly(search, rounds=32, seconds=seconds)
    return search.cost, best.cost, bound


if __name__ == "__main__":
    main()
