"""Made-up records for the tests of synthesis."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from amparo.stats.synthesis import Codebook, Column, Domain, Records

COLUMNS = (
    Column("sex", ("F", "M")),
    Column("age", ("0-17", "18-29", "30+")),
    Column("country", ("NA", "NO", "CO", "0")),
    Column("means", ("debt", "threats", "drugs"), separator=";"),
)
CODEBOOK = Codebook(columns=COLUMNS, data="made up")


def people(number: int, seed: int = 3) -> list[dict[str, str]]:
    """Make persons whose values hang together, with blanks."""
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(number):
        sex = random.choice(["F", "M", ""], p=[0.6, 0.3, 0.1])
        age = random.choice(["0-17", "18-29", "30+"], p=[0.3, 0.5, 0.2] if sex == "F" else [0.1, 0.3, 0.6])
        country = random.choice(["NA", "NO", "CO", "0", ""], p=[0.3, 0.2, 0.3, 0.1, 0.1])
        chance = 0.6 if age == "0-17" else 0.25
        means = [item for item in ("debt", "threats", "drugs") if random.random() < chance]
        rows.append({"sex": str(sex), "age": str(age), "country": str(country), "means": ";".join(means)})
    return rows


def write(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def records(number: int = 300, seed: int = 3) -> Records:
    """Encode made-up persons by hand, so that nothing of the reader is trusted."""
    domain = Domain.of(COLUMNS)
    codes = np.full((number, 6), -1, dtype=np.int16)
    for place, person in enumerate(people(number, seed)):
        for j, (name, values, start) in enumerate(
            (
                ("sex", ("F", "M"), 0),
                ("age", ("0-17", "18-29", "30+"), 2),
                ("country", ("NA", "NO", "CO", "0"), 5),
            )
        ):
            if person[name]:
                codes[place, j] = start + values.index(person[name])
        for j, item in enumerate(("debt", "threats", "drugs")):
            if item in person["means"].split(";"):
                codes[place, 3 + j] = 9 + j
    return Records(domain, codes)
