"""Hold our protected tables beside those of four other programs, on a tenth of a public file, those that hide counts attacked alike.

pytauargus (Tau-Argus with HiGHS), ACRO, gconfid (Statistics Canada) and cell-key-perturbation (Office for National Statistics).

    uv venv .cache/argus && uv pip install --python .cache/argus/bin/python pytauargus==0.6.0
    uv venv .cache/acro && uv pip install --python .cache/acro/bin/python acro
    uv venv .cache/gconfid && uv pip install --python .cache/gconfid/bin/python gconfid==2.0.4
    uv venv .cache/cellkey && uv pip install --python .cache/cellkey/bin/python cell-key-perturbation==3.1.0 pandas google-cloud-bigquery
    python -m bench.peers.tables --argus .cache/argus/bin/python --acro .cache/acro/bin/python \\
        --gconfid .cache/gconfid/bin/python --cellkey .cache/cellkey/bin/python

Prints for each table and program how many cells it hides, what they cost (1 + ln(1 + count) each), how many of the small ones the attack of our tests
knows to be below the threshold or no less than they are, and processor time. The attack sees what each program publishes, and asks what we
promise: a reader must think a count of 10 or more possible. Theirs promise something else (30 % of the count up and down; nothing), so "known" is no
fault by their own measure. ACRO is given tables of two columns, and what it publishes when asked to suppress. gconfid is made for amounts: it is
told that a small count must be able to move by 10 less its size, others by no more than their size. Where counts are changed (cell keys) it prints how many
and by how much.
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

GCONFID = """
import csv, json, os, sys, warnings
from itertools import product
warnings.simplefilter("ignore")
import gconfid, pandas
lines = list(csv.reader(open(sys.argv[1], newline="")))[1:]
true = {}
for line in lines:
    for cell in product(*((value, "Total") for value in line)):
        true[cell] = true.get(cell, 0) + 1
number = {cell: at + 1 for at, cell in enumerate(true)}
cells = [{"CellID": number[cell], "TotalNoise": float(max(n, 10 - n)), "Sensitivity": 10.0 - n if n < 10 else -1.0,
          "Status": "S" if n < 10 else "P" if set(cell) == {"Total"} else "V", "Type": "C", "Count": float(n)} for cell, n in true.items()]
sums = {}
for cell in true:
    for axis, value in enumerate(cell):
        if value != "Total":
            sums.setdefault((axis, cell[:axis] + ("Total",) + cell[axis + 1:]), []).append(cell)
demands = []
for at, ((axis, total), parts) in enumerate(sums.items()):
    demands += [{"ConstraintId": at + 1, "CellID": number[total], "Coefficient": -1.0}]
    demands += [{"ConstraintId": at + 1, "CellID": number[part], "Coefficient": 1.0} for part in parts]
started = sum(os.times()[:4])  # its solver may be a process of its own
done = gconfid.Suppression(incell=pandas.DataFrame(cells), inconstraint=pandas.DataFrame(demands), outsuppress="pandas", cost_function1="Digits", cost_var1="Count", constraint_scale=1,
                           trace=False)
seconds = sum(os.times()[:4]) - started
found = done.outsuppress
found = found.to_pandas() if hasattr(found, "to_pandas") else found
found.columns = [name.lower() for name in found.columns]
status = dict(zip(found["cellid"].astype(int), found["outstatus"]))
values = [sorted({line[axis] for line in lines}) + ["Total"] for axis in range(len(lines[0]))]
print("RESULT" + json.dumps([seconds, [[*cell, (None if status[number[cell]] in "SX" else true[cell]) if cell in true else 0] for cell in product(*values)]]))
"""
CELLKEY = """
import contextlib, csv, io, json, random, sys, time
from itertools import chain, combinations
import pandas
from cell_key_perturbation.create_perturbed_table import create_perturbed_table
from cell_key_perturbation.utils.generate_test_ptable import generate_ptable_10_5_rule
data = pandas.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
columns = list(data.columns)
chance = random.Random(1)
data["record_key"] = [chance.randrange(256) for _ in range(len(data))]
data["all"] = "Total"
table = generate_ptable_10_5_rule()
rows, started = [], time.process_time()
for kept in chain.from_iterable(combinations(columns, k) for k in range(len(columns) + 1)):
    with contextlib.redirect_stdout(io.StringIO()):
        shown = create_perturbed_table(data, table, [], list(kept) or ["all"], "record_key", use_existing_ons_id=False, threshold=10)
    for line in shown.to_dict("records"):
        rows.append([*(line[column] if column in kept else "Total" for column in columns), None if pandas.isna(line["count"]) else int(line["count"])])
print("RESULT" + json.dumps([time.process_time() - started, rows]))
"""


def main() -> None:
    """Protect each table by each program that is there, attack it, and print what was found."""
    from tests.shared_data import DIRECTORY

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--argus", help="a Python that has pytauargus")
    parser.add_argument("--acro", help="a Python that has ACRO")
    parser.add_argument("--gconfid", help="a Python that has gconfid")
    parser.add_argument("--cellkey", help="a Python that has cell-key-perturbation")
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
        if chosen.gconfid:
            attempt(columns, "gconfid", [chosen.gconfid, GCONFID, "Total"], lines, true)
        report_changed(columns, "amparo, cell keys", *ours_changed(columns, lines), true)
        if chosen.cellkey:
            name = "cell-key-perturbation, 10-5 rule"
            report_changed(columns, name, *theirs(chosen.cellkey, CELLKEY, columns, lines, "Total"), true)


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


def ours_changed(
    columns: tuple[str, ...], lines: list[tuple[str, ...]]
) -> tuple[float, dict[Cell, int | None]]:
    """Perturb a table as `amparo table --method cellkey` does, with keys drawn for the run."""
    chance = random.Random(1)
    keys: Counter[tuple[str, ...]] = Counter()
    for line in lines:
        keys[line] += chance.randrange(1 << 32)
    records = Records(TableRequest(rows=columns), tuple(Counter(lines).items()))
    counted = tables_of([records], keys=[tuple(keys.items())])
    started = time.process_time()
    release = protect_tables(counted, rules=[Threshold(THRESHOLD)], method="cellkey")
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


def report_changed(
    columns: tuple[str, ...], name: str, seconds: float, shown: dict[Cell, int | None], true: dict[Cell, int]
) -> None:
    """Print how many counts a program changed or left out, and by how much."""
    given = {cell: value for cell, value in shown.items() if value is not None and true.get(cell)}
    changes = [abs(value - true[cell]) for cell, value in given.items()]
    left_out = sum(value is None for cell, value in shown.items() if true.get(cell))
    small = sum(0 < true[cell] < THRESHOLD for cell in given)
    sys.stdout.write(
        f"{' x '.join(columns)}: {name}: {left_out} of {sum(map(bool, true.values()))} counts left out, {small} small ones shown, "
        f"changed by {sum(changes) / max(len(changes), 1):.2f} on average, {max(changes, default=0)} at most, {seconds:.2f} s\n"
    )


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
