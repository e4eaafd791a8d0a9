"""Hold our protected tables beside those of pytauargus (Tau-Argus with HiGHS) and ACRO, on a tenth of a public file, attacked alike.

    uv venv .cache/argus && uv pip install --python .cache/argus/bin/python pytauargus==0.6.0
    uv venv .cache/acro && uv pip install --python .cache/acro/bin/python acro
    python -m bench.peers.tables --argus .cache/argus/bin/python --acro .cache/acro/bin/python

Prints for each table and program how many cells it hides, what they cost (1 + ln(1 + count) each), how many of the small ones the attack of our tests
knows to be below the threshold or no less than they are, and processor time. The attack sees what each program publishes, and asks what we
promise: a reader must think a count of 10 or more possible. Theirs promise something else (30 % of the count up and down; nothing), so "known" is no
fault by their own measure. ACRO is given tables of two columns, and what it publishes when asked to suppress.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from amparo.stats.disclosure import TableRequest, Threshold, protect_tables
from amparo.stats.disclosure._counted import tables_of
from amparo.stats.disclosure._cube import Records

TABLES = (
    ("gender", "ageBroad", "isSexualExploit"),
    ("yearOfRegistration", "ageBroad"),
    ("citizenship", "ageBroad"),
    ("yearOfRegistration", "gender", "ageBroad"),
)
THRESHOLD = 10
Cell = tuple[str | None, ...]

ARGUS = """
import csv, json, sys, time
from pytauargus import protect
lines = list(csv.DictReader(open(sys.argv[1], newline="")))
columns = list(lines[0])
micro = {column: [line[column] for line in lines] for column in columns} | {"one": [1.0] * len(lines)}
started = time.process_time()
table = protect(micro, columns, response="one", safety_rules="FREQ(10,30)", suppress=sys.argv[2]).tables[0]
seconds = time.process_time() - started
shown = zip(*(table._col(column) for column in columns), table.safe(), strict=True)
print("RESULT" + json.dumps([seconds, [[*map(str, row[:-1]), None if row[-1] == "x" else float(row[-1])] for row in shown]]))
"""
ACRO = """
import csv, json, sys, time
import pandas
from acro import ACRO
data = pandas.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
started = time.process_time()
session = ACRO(suppress=True)
shown = session.crosstab(data[data.columns[0]], data[data.columns[1]], margins=True)
seconds = time.process_time() - started
rows = [[str(row), str(column), None if pandas.isna(n) else float(n)] for row, line in shown.iterrows() for column, n in line.items()]
print("RESULT" + json.dumps([seconds, rows]))
"""


def main() -> None:
    """Protect each table by each program that is there, attack it, and print what was found."""
    from tests.shared_data import DIRECTORY

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--argus", help="a Python that has pytauargus")
    parser.add_argument("--acro", help="a Python that has ACRO")
    chosen = parser.parse_args()
    with (DIRECTORY / "ctdc" / "dados_app.csv").open(encoding="utf-8", newline="") as stream:
        everything = list(csv.DictReader(stream))
    sample = random.Random(1).sample(everything, len(everything) // 10)
    for columns in TABLES:
        lines = [tuple(line[column] or "unknown" for column in columns) for line in sample]
        true: dict[Cell, int] = Counter(
            cell for line in lines for cell in product(*((v, None) for v in line))
        )
        report(columns, "amparo", *ours(columns, lines), true)
        if chosen.argus:
            for method in ("OPT(1)", "MOD(1)"):
                attempt(columns, f"pytauargus {method}", [chosen.argus, ARGUS, "Total", method], lines, true)
        if chosen.acro and len(columns) == 2:
            attempt(columns, "ACRO", [chosen.acro, ACRO, "All"], lines, true)


def attempt(
    columns: tuple[str, ...], name: str, how: list[str], lines: list[tuple[str, ...]], true: dict[Cell, int]
) -> None:
    """Let another program protect a table and report on it, or on how it ended."""
    try:
        report(columns, name, *theirs(how[0], how[1], columns, lines, *how[2:]), true)
    except subprocess.CalledProcessError as error:
        said = (error.stderr.strip().splitlines() or ["nothing said"])[-1]
        sys.stdout.write(
            f"{' x '.join(columns)}: {name}: ended with status {error.returncode} ({said[:120]})\n"
        )


def ours(columns: tuple[str, ...], lines: list[tuple[str, ...]]) -> tuple[float, dict[Cell, int | None]]:
    """Protect a table as `amparo table` does."""
    counted = tables_of([Records(TableRequest(rows=columns), tuple(Counter(lines).items()))])
    started = time.process_time()
    release = protect_tables(counted, rules=[Threshold(THRESHOLD)])
    return time.process_time() - started, {cell.labels: cell.value for cell in release.cells()}


def theirs(
    python: str, program: str, columns: tuple[str, ...], lines: list[tuple[str, ...]], total: str, *more: str
) -> tuple[float, dict[Cell, int | None]]:
    """Protect a table by another program, in an environment of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([columns, *lines])
        done = subprocess.run(
            [python, "-c", program, str(path), *more], capture_output=True, text=True, check=True, cwd=folder
        )
    (answer,) = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
    seconds, rows = json.loads(answer.removeprefix("RESULT"))
    return seconds, {
        tuple(None if value.strip() == total else value.strip() for value in row[:-1]): None
        if row[-1] is None
        else int(row[-1])
        for row in rows
    }


def report(
    columns: tuple[str, ...], name: str, seconds: float, shown: dict[Cell, int | None], true: dict[Cell, int]
) -> None:
    """Attack what a program published, and print a line."""
    from tests.stats.attack import ReaderOfRelease, found_by

    wrong = [cell for cell, value in shown.items() if value is not None and value != true.get(cell, 0)]
    open_small = [cell for cell, value in shown.items() if value is not None and 0 < value < THRESHOLD]
    if wrong:
        hidden = sum(value is None for value in shown.values())
        sys.stdout.write(
            f"{' x '.join(columns)}: {name}: {hidden} hidden, {len(wrong)} numbers shown are not the true ones (totals leave out what is "
            f"hidden), so not attacked, {seconds:.2f} s\n"
        )
        return
    release: Any = SimpleNamespace(
        requests=[TableRequest(rows=columns)],
        cells=lambda _: [SimpleNamespace(labels=cell, value=value) for cell, value in shown.items()],
    )
    reader = ReaderOfRelease(release, most=sum(n for cell, n in true.items() if None not in cell))
    names = {
        frozenset((c, v) for c, v in zip(columns, cell, strict=True) if v is not None): true.get(cell, 0)
        for cell in shown
    }
    known = {cell for cell, _ in found_by(reader, names, THRESHOLD, as_persons=False)}
    small = sum(0 < names[cell] < THRESHOLD for cell in reader.hidden)
    cost = sum(1 + math.log1p(names[cell]) for cell in reader.hidden if names[cell])
    sys.stdout.write(
        f"{' x '.join(columns)}: {name}: {len(reader.hidden)} hidden ({small} small), cost {cost:.0f}, {len(known)} known, "
        f"{len(open_small)} small ones shown, {seconds:.2f} s\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
