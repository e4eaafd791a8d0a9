"""Synthetic data: rows of nobody, from which others can count what they would have counted in the records.

    records = read_records(Path("cases.csv"), read_codebook(Path("codebook.yaml")))
    data = synthesize(records, Plan(epsilon=4), source=SystemRandomness(), random=np.random.default_rng())
    write_rows(Path("synthetic.csv"), data.domain, data.rows, is_private=data.is_private)

Method, proof and limits stand in ``docs/methods/synthetic-data.md``.
"""

from ._anonymous import NotAnonymous
from ._attacks import (
    Inference,
    Linkage,
    Membership,
    attack_membership,
    infer_attributes,
    link_rows,
    lower_bound_of_epsilon,
)
from ._codebook import CannotUseCodebook, Codebook, Column, Never, read_codebook
from ._evaluation import Evaluation, evaluate
from ._measuring import Measurement, Plan, Price, measure, price_of
from ._provenance import provenance_of
from ._records import CannotSynthesise, Domain, Records, read_records
from ._rows import Prefer, Schedule, Targets, fit_rows, targets_of
from ._scoring import LengthScore, score_counts
from ._synthesis import SyntheticData, synthesize, synthesize_anonymous
from ._writing import write_rows

__all__ = [
    "CannotSynthesise",
    "CannotUseCodebook",
    "Codebook",
    "Column",
    "Domain",
    "Evaluation",
    "Inference",
    "LengthScore",
    "Linkage",
    "Measurement",
    "Membership",
    "Never",
    "NotAnonymous",
    "Plan",
    "Prefer",
    "Price",
    "Records",
    "Schedule",
    "SyntheticData",
    "Targets",
    "attack_membership",
    "evaluate",
    "fit_rows",
    "infer_attributes",
    "link_rows",
    "lower_bound_of_epsilon",
    "measure",
    "price_of",
    "provenance_of",
    "read_codebook",
    "read_records",
    "score_counts",
    "synthesize",
    "synthesize_anonymous",
    "targets_of",
    "write_rows",
]
