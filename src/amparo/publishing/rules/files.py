"""Check a file of rows before it is let out: measured again here, whatever the report says that was written beside it.

Protected records must show every combination of any three keys, and every value of any column, by enough records or by none. Of
made-up rows the report is read: that its noise was real, what it took of the budget, and that its ledger adds up.
"""

from __future__ import annotations

import csv
import io
import json
import math
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from amparo.publishing.rules.items import ItemKind, Verdict
from amparo.stats.disclosure.register import Cell, Mark, Spent
from amparo.vocab.text import N_, ToldError

PROTECTED: Final = "amparo protected records 1"
SYNTHETIC: Final = "amparo synthetic data 1"
TOGETHER: Final = 3  # so many keys somebody may know of a person
MOST_BYTES: Final = 10 * 1024 * 1024
MOST_REGISTERED: Final = 1_500
_NOT_PRIVATE: Final = "NOT PRIVATE"
_EVEN: Final = 1e-9

Rows = Sequence[Sequence[str]]


class NotSafe(ToldError):
    """A file cannot be let out as it is; the words say what stands in the way, and how to mend it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedFile:
    """What was found of a file: its kind, its columns and rows, the verdict, and what the register is told of it.

    `certain` counts the records of which the keys together tell a sensitive value, by its column; `epsilon` is 0 without noise.
    """

    kind: ItemKind
    columns: tuple[str, ...]
    rows: int
    k: int
    epsilon: float
    verdict: Verdict
    certain: Mapping[str, int]
    warnings: tuple[str, ...]
    cells: tuple[Cell, ...] = ()
    spends: tuple[Spent, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """Of whom a file speaks, as the register names them: the population, what is counted, and the facts it was made from."""

    population: str
    statistic: str
    snapshot: str


def read_report(text: str) -> Mapping[str, Any]:
    """Read the report that stands beside a file; raises `NotSafe`."""
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.get("form") not in (PROTECTED, SYNTHETIC):
        raise NotSafe(
            N_(
                "This is not the report that is written beside a file. Choose the one whose name ends in .provenance.json, from "
                "“amparo protect” or “amparo synthesize”."
            )
        )
    return told


def check_file(text: str, told: Mapping[str, Any], *, about: About, least: int) -> CheckedFile:
    """Check a file of rows (CSV) with its report; `least` is how many records must share what is shown. Raises `NotSafe`."""
    header, rows = _read(text)
    try:
        columns, number = [str(name) for name in told["columns"]], int(told["rows"])
        if header != columns or len(rows) != number:
            raise NotSafe(
                N_(
                    "The report speaks of %(rows)s rows and of the columns %(columns)s; the file has others. Choose the report that "
                    "was written beside this file."
                ),
                rows=number,
                columns=", ".join(columns),
            )
        if told["form"] == PROTECTED:
            return _protected(text, header, rows, told, about, least)
        return _synthetic(header, rows, told, about, least)
    except ToldError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotSafe(N_("The report beside the file is damaged. Make file and report anew.")) from None


def _read(text: str) -> tuple[list[str], list[list[str]]]:
    if len(text.encode()) > MOST_BYTES:
        raise NotSafe(N_("The file is larger than 10 MB. Leave columns out, or let out a part of it."))
    if "\x00" in text:
        raise NotSafe(N_("The file holds no rows. Choose a CSV file with a line of headings."))
    try:
        lines = [line for line in csv.reader(io.StringIO(text)) if line]
    except csv.Error:
        lines = []
    if len(lines) < 2:
        raise NotSafe(N_("The file holds no rows. Choose a CSV file with a line of headings."))
    header, rows = lines[0], lines[1:]
    if any(len(row) != len(header) for row in rows):
        raise NotSafe(
            N_("Not every row of the file has as many cells as there are headings. Make the file anew.")
        )
    if any(_NOT_PRIVATE in name for name in header):
        raise NotSafe(
            N_(
                "This file is marked NOT PRIVATE: its noise was seeded for a test. Make it without --noise-seed."
            )
        )
    return header, rows


def _protected(
    text: str, header: Sequence[str], rows: Rows, told: Mapping[str, Any], about: About, least: int
) -> CheckedFile:
    from amparo.stats.disclosure.microdata import Layout, measure_risk, read_microdata

    keys = tuple(str(name) for name in told["keys"])
    sensitive = tuple(name for name in header if name not in keys)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "records.csv"
        path.write_text(text, encoding="utf-8")
        try:
            risk = measure_risk(
                read_microdata(path, Layout(keys=keys, sensitive=sensitive)), m=TOGETHER, least=least
            )
        except ToldError as refusal:
            raise NotSafe(refusal.template, **refusal.values) from None
    found = risk.anonymity
    if found.k_of_m < least:
        shown = ", ".join(f"{name}: {value or '–'}" for name, value in found.weakest.values.items())
        raise NotSafe(
            N_(
                "%(number)s of the records show this: %(shown)s. Every combination of %(together)s keys must be shown by %(least)s "
                "records or by none. Protect the file anew with --k %(least)s --m %(together)s."
            ),
            number=found.weakest.records,
            shown=shown,
            together=found.m,
            least=least,
        )
    _refuse_rare(header, rows, least)
    return CheckedFile(
        kind=ItemKind.MICRODATA,
        columns=tuple(header),
        rows=len(rows),
        k=found.k_of_m,
        epsilon=0.0,
        verdict=Verdict(
            method="microdata",
            is_safe=True,
            words=f"Measured again: every combination of any {found.m} keys is shown by {found.k_of_m} records or more, and every "
            f"value of any column by {least} or more. All keys together: {found.k} or more.",
        ),
        certain={one.column: one.certain for one in risk.diversity if one.certain},
        warnings=tuple(map(str, told["do_not_conclude"])),
        cells=tuple(_counted(header, rows, {str(k): int(v) for k, v in told["levels"].items()}, about)),
    )


def _refuse_rare(header: Sequence[str], rows: Rows, least: int) -> None:
    """Refuse a value that few records show, in whatever column; a blank is none."""
    for place, name in enumerate(header):
        for value, number in sorted(Counter(row[place] for row in rows).items()):
            if value and number < least:
                raise NotSafe(
                    N_(
                        '%(number)s of the records have "%(value)s" in the column %(column)s, and %(least)s or more must. Group its '
                        "values, or leave the column out."
                    ),
                    number=number,
                    value=value,
                    column=name,
                    least=least,
                )


def _counted(header: Sequence[str], rows: Rows, levels: Mapping[str, int], about: About) -> Iterator[Cell]:
    """Give what the file tells of counts: of all, of each value, and of pairs while they are few.

    Where cells were blanked, a count is at least what is shown, and at most that with the blanks. Columns that are told in groups
    are dimensions of their own.
    """
    named = [f"{name} (level {levels[name]})" if levels.get(name) else name for name in header]
    yield _cell({}, len(rows), len(rows), about)
    singles = [Counter(row[place] for row in rows) for place in range(len(header))]
    for place, counts in enumerate(singles):
        for value, low in sorted(counts.items()):
            if value:
                yield _cell({named[place]: value}, low, low + counts[""], about)
    wanted = sum(len(one) * len(other) for one, other in combinations(singles, 2))
    if wanted > MOST_REGISTERED:
        return
    for one, other in combinations(range(len(header)), 2):
        counts_of_pairs = Counter((row[one], row[other]) for row in rows)
        for (left, right), low in sorted(counts_of_pairs.items()):
            if left and right:
                blanks = counts_of_pairs[left, ""] + counts_of_pairs["", right] + counts_of_pairs["", ""]
                yield _cell({named[one]: left, named[other]: right}, low, low + blanks, about)


def _cell(predicate: Mapping[str, str], low: int, high: int | None, about: About) -> Cell:
    return Cell(
        about.population,
        {name: frozenset([value]) for name, value in predicate.items()},
        Mark.SHOWN if low == high else Mark.ROUNDED,
        low,
        high,
        statistic=about.statistic,
        snapshot=about.snapshot,
    )


def _synthetic(
    header: Sequence[str], rows: Rows, told: Mapping[str, Any], about: About, least: int
) -> CheckedFile:
    if told.get("stamp"):
        raise NotSafe(
            N_(
                "This file is marked NOT PRIVATE: its noise was seeded for a test. Make it without --noise-seed."
            )
        )
    warnings = (*map(str, told["do_not_conclude"]), *map(str, told["cautions"]))
    if not told["private"]:
        return _without_noise(header, rows, told, about, least, warnings)
    rho, epsilon, budget = float(told["rho"]), float(told["epsilon"]), told["budget"]
    others = [float(one["rho"]) for one in budget["others"] if "rho" in one]
    if not (0 < rho < math.inf and all(0 < one < math.inf for one in others)):
        raise NotSafe(N_("The report beside the file is damaged. Make file and report anew."))
    if abs(float(budget["rho"]) - math.fsum([rho, *others])) > _EVEN * max(1.0, float(budget["rho"])):
        raise NotSafe(
            N_(
                "The ledger in the report does not add up: it says that %(said)s was spent, and its entries make %(sum)s. Make file "
                "and report anew, with the ledger of these records."
            ),
            said=f"{float(budget['rho']):.6g}",
            sum=f"{math.fsum([rho, *others]):.6g}",
        )
    return CheckedFile(
        kind=ItemKind.SYNTHETIC,
        columns=tuple(header),
        rows=len(rows),
        k=0,
        epsilon=epsilon,
        verdict=Verdict(
            method="differential privacy",
            is_safe=True,
            words=f"As its report says: epsilon {epsilon:g}, which takes {rho:.4g} (rho). The ledger adds up: {1 + len(others)} files "
            f"were made of these records, which took {float(budget['rho']):.4g} in all, let out or not.",
        ),
        certain={},
        warnings=warnings,
        spends=(Spent(about.population, rho),),
    )


def _without_noise(
    header: Sequence[str],
    rows: Rows,
    told: Mapping[str, Any],
    about: About,
    least: int,
    warnings: tuple[str, ...],
) -> CheckedFile:
    """Take made-up rows that show no combination of few records: what is shown tells that so many records have it, and no more."""
    k, length = int(told["k"]), int(told["length"])
    if k < least:
        raise NotSafe(
            N_(
                "The rows were made with k = %(k)s, and what is shown must be of %(least)s records or more. Make them anew with --k "
                "%(least)s."
            ),
            k=k,
            least=least,
        )
    cells = [
        _cell({name: value}, k, None, about)
        for place, name in enumerate(header)
        for value in sorted({row[place] for row in rows} - {""})
    ]
    return CheckedFile(
        kind=ItemKind.SYNTHETIC,
        columns=tuple(header),
        rows=len(rows),
        k=k,
        epsilon=0.0,
        verdict=Verdict(
            method="k-anonymous synthesis",
            is_safe=True,
            words=f"As its report says, which nobody can measure without the records: every combination of up to {length} values "
            f"that is shown is of {k} of the records or more. This is not differential privacy.",
        ),
        certain={},
        warnings=warnings,
        cells=tuple(cells),
    )
