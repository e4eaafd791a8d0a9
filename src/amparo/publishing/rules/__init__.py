"""Decide what a release is, which way it goes, and what may stand in it."""

from amparo.publishing.rules.findings import EXPLAINABLE, KIND_LABELS, LEAST_WORDS, Checked
from amparo.publishing.rules.items import Item, ItemKind, NotAudited, Verdict, digest_of
from amparo.publishing.rules.states import (
    MOST_RHO,
    REGISTERED,
    Audience,
    NotTheTime,
    ReleaseState,
    Step,
    after,
    can,
    number_of,
)

__all__ = [
    "EXPLAINABLE",
    "KIND_LABELS",
    "LEAST_WORDS",
    "MOST_RHO",
    "REGISTERED",
    "Audience",
    "Checked",
    "Item",
    "ItemKind",
    "NotAudited",
    "NotTheTime",
    "ReleaseState",
    "Step",
    "Verdict",
    "after",
    "can",
    "digest_of",
    "number_of",
]
