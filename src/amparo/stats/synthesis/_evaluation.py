"""Hold a synthetic file against its original. The result is computed from the true records: it is for the office, not for print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from amparo.stats.records import is_parquet
from amparo.vocab.text import N_

from ._attacks import Inference, Linkage, Membership, infer_attributes, link_rows, proximity
from ._codebook import Codebook, Column
from ._records import MOST_ATTRIBUTES, CannotSynthesise, Domain, Records, read_records
from ._rows import count_rows
from ._scoring import LengthScore, score_counts, subgroup_errors

__all__ = ["Evaluation", "evaluate"]

MOST_FOR_FOUR: Final = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Holds how near the counts of a synthetic file are, by length and for groups, and what attacks on it learn."""

    original: str
    synthetic: str
    persons: int
    rows: int
    attributes: int
    least: int  # persons of a combination that is to be told well
    k: int  # persons below which a combination is rare
    by_length: Mapping[int, LengthScore]
    all: LengthScore
    groups: tuple[tuple[str, int, int, float], ...]
    pairs: tuple[tuple[int, int], ...]  # a sample of counts, original and synthetic, for the chart
    linkage: Linkage
    inference: tuple[Inference, ...]
    membership: Membership | None

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "form": "amparo evaluation 1",
            "for_the_office_only": "computed from the true records; every figure in it is a release of its own",
            "original": self.original,
            "synthetic": self.synthetic,
            "n_original": self.persons,
            "n_synthetic": self.rows,
            "attributes": self.attributes,
            "least": self.least,
            "k": self.k,
            "by_length": {str(k): score.to_dict() for k, score in self.by_length.items()},
            "all": self.all.to_dict(),
            "groups": [
                {"group": label, "original": n, "synthetic": m, "mre_w": error}
                for label, n, m, error in self.groups
            ],
            "linkage": asdict(self.linkage),
            "inference": [asdict(one) for one in self.inference],
            "membership": None if self.membership is None else asdict(self.membership),
        }


def evaluate(
    original: Path,
    synthetic: Path,
    *,
    codebook: Codebook | None = None,
    separators: dict[str, str] | None = None,
    longest: int = 3,
    least: int = 10,
    k: int = 10,
    control: Path | None = None,
    random: np.random.Generator,
) -> Evaluation:
    """Compare two files of the same columns. ``control`` are records of the same kind that the synthetic file was not made from:
    with them the attacks can tell what is learnt of persons from what is learnt of everybody.
    """
    files = [original, synthetic, *([control] if control else [])]
    read = _read_together(files, codebook or Codebook(), separators or {})
    domain = read[0].domain
    if longest == 4 and domain.size > MOST_FOR_FOUR:
        raise CannotSynthesise(
            N_("Combinations of four of %(size)s values are too many to compare. Take --length 3."),
            size=domain.size,
        )
    codes = [one.codes for one in read]
    if not (codes[0] >= 0).any():
        raise CannotSynthesise(
            N_(
                "%(file)s has no value in any column, so nothing can be compared with it. Look whether it is the right file, and whether the "
                "missing codes of the codebook are right."
            ),
            file=original.name,
        )
    true, made = (count_rows(one, domain.size, longest) for one in codes[:2])
    scale = len(codes[0]) / max(len(codes[1]), 1)
    rows = [[table[length] for length in sorted(table)] for table in (true, made)]
    both = np.concatenate(rows[0]), np.concatenate(rows[1])
    kept = np.flatnonzero(both[0] >= least)
    kept = np.sort(random.permutation(kept)[:400])
    return Evaluation(
        original=original.name,
        synthetic=synthetic.name,
        persons=len(codes[0]),
        rows=len(codes[1]),
        attributes=domain.size,
        least=least,
        k=k,
        by_length={
            length: score_counts([true[length]], [made[length]], scale=scale, least=least, k=k)
            for length in true
        },
        all=score_counts(rows[0], rows[1], scale=scale, least=least, k=k),
        groups=tuple(subgroup_errors(domain, codes[0], codes[1], least=least)),
        pairs=tuple(zip(both[0][kept].tolist(), both[1][kept].tolist(), strict=True)),
        linkage=link_rows(codes[0], codes[1]),
        inference=tuple(
            infer_attributes(
                domain, codes[0], codes[1], random=random, control=codes[2] if control is not None else None
            )
        ),
        membership=proximity(codes[0], codes[2], codes[1], random=random) if control is not None else None,
    )


def _read_together(files: list[Path], codebook: Codebook, separators: dict[str, str]) -> list[Records]:
    """Read files with one domain: what is declared, or what any of them holds."""
    for path in files:
        is_parquet(path)  # a file that is not there is told before anything is computed
    first = read_records(files[0], codebook, separators=separators, fewest=1, leaves_empty=True)
    asked = replace(
        codebook, columns=tuple(replace(c, values=None) for c in first.domain.columns), person=None
    )
    read = [first, *(read_records(path, asked, fewest=1, leaves_empty=True) for path in files[1:])]
    columns: list[Column] = []
    for place, column in enumerate(first.domain.columns):
        values = dict.fromkeys(column.values or ())
        for other in read[1:]:
            for found in other.domain.columns:
                if found.name == column.name:
                    values |= dict.fromkeys(found.values or ())
        columns.append(replace(first.domain.columns[place], values=tuple(values)))
    domain = Domain.of(columns)
    if domain.size > MOST_ATTRIBUTES * 2:
        raise CannotSynthesise(
            N_("The files have %(size)s values together: too many to compare."), size=domain.size
        )
    return [one.within(domain) for one in read]
