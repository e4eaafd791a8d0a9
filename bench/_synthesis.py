"""The files that the benches of synthetic data use, and how they are made."""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from amparo.stats.synthesis import Codebook, Domain, Records, read_records

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "ctdc"
SEVERAL = dict.fromkeys(
    ("IP_Gender", "IP_ageBroad", "IP_citizen_UNRegion", "IP_Relation", "IP_PayMoney"), ";"
)
MEANS = ("Debt", "Earnings", "Threats", "Abuse", "Violence", "Movement", "Documents", "Drugs")


def shared(name: str) -> Path:
    """Give the path of a shared file, or end with the reason."""
    if (SHARED / name).exists():
        return SHARED / name
    sys.exit(f"needs {SHARED / name}: the shared data lie beside the checkout")


def victim_perpetrator() -> Path:
    """Give CTDC's victim-perpetrator file: 21,195 rows, 16 columns, 26 attribute columns, 38 attributes."""
    return shared("CTDC_VPsynthetic_condensed.csv")


def read_victim_perpetrator(*, declared: bool = True) -> Records:
    """Read it. ``declared``: its categories are public, as in CTDC's own codebook; else they are found by a threshold."""
    records = read_records(victim_perpetrator(), Codebook(), separators=SEVERAL)
    return Records(records.domain, records.codes) if declared else records


def million(folder: Path, rows: int = 1_000_000) -> Path:
    """Make a file of 15 columns: the seven of ``dados_app.csv``, rows drawn again with each cell redrawn from its column in one
    case of five (so that there are rare combinations), and eight means that hang on gender and on the form of exploitation."""
    random = np.random.default_rng(20)
    with shared("dados_app.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        headings = next(reader)[:7]
        data = np.array([row[:7] for row in reader], dtype=object)
    columns = {}
    drawn = random.integers(0, len(data), rows)
    for place, name in enumerate(headings):
        again = np.where(random.random(rows) < 0.2, random.integers(0, len(data), rows), drawn)
        values = data[again, place]
        values[values == "0"] = ""
        columns[name] = values
    lean = (columns["gender"] == "Female") * 0.15 + (columns["isForcedLabour"] == "1.0") * 0.2
    for place, name in enumerate(MEANS):
        chance = 0.08 + 0.04 * place + lean
        draw = random.random(rows)
        columns[name] = np.where(draw < chance, "1", np.where(draw < chance + 0.3, "0", "")).astype(object)
    path = folder / "million.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def temporary() -> tempfile.TemporaryDirectory[str]:
    """Open a folder that goes away by itself."""
    return tempfile.TemporaryDirectory()


def counts_of(records: Records, rows: NDArray[np.int16], domain: Domain) -> dict[int, NDArray[np.int64]]:
    """Count the combinations in rows, in the places of the records' own domain."""
    from amparo.stats.synthesis._rows import count_rows

    same = Records(domain, rows).within(records.domain)
    return count_rows(same.codes, records.domain.size, 3)
