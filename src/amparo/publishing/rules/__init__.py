"""Decide what a release is, which way it goes, and what may stand in it."""

from amparo.publishing.rules.items import Item, ItemKind, NotAudited, Verdict, digest_of
from amparo.publishing.rules.states import (
    MOST_RHO,
    REGISTERED,
    Audience,
    NotTheTime,
    ReleaseState,
    Step,
    after,
    number_of,
)

__all__ = [
    "MOST_RHO",
    "REGISTERED",
    "Audience",
    "Item",
    "ItemKind",
    "NotAudited",
    "NotTheTime",
    "ReleaseState",
    "Step",
    "Verdict",
    "after",
    "digest_of",
    "number_of",
]
