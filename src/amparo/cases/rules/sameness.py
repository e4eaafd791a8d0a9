"""When two records may speak of the same person. It is a proposal, never a proof."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from amparo.cases.rules.person import Name, PersonDetails
from amparo.vocab.dates import PartialDate

COMPARED_KINDS = ("given", "middle", "father", "family")

PersonKey = tuple[str, ...]


def person_key(person: PersonDetails) -> PersonKey | None:
    """Return what must be equal for two persons to be likely the same; None when it is not known well enough."""
    return sameness_key(person.names, person.birth)


def sameness_key(names: Iterable[Name], birth: PartialDate | None) -> PersonKey | None:
    """Return the names and the full date of birth in a form that can be compared; None when either is missing.

    Letter case, spaces and how Unicode composes a letter do not count; accents do. A date known only to the month, or
    only about, is no ground for taking two persons for one.
    """
    if birth is None or birth.precision != "day" or birth.is_approximate:
        return None
    folded = [(name.kind, _folded(name.text)) for name in names if name.kind in COMPARED_KINDS]
    parts = [f"{kind}:{text}" for kind in COMPARED_KINDS for given, text in folded if given == kind and text]
    return (str(birth), *parts) if parts else None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
