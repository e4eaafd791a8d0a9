"""Who makes tokens and reads postings: what holds the index keys of the compartments, in this process or behind a socket."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Protocol

from amparo.vault.custodians import Custodian
from amparo.vault.keeping import INDEX, compartment_bound
from amparo.vault.models import CompartmentKey
from amparo.vault.queries import custodian, keeper
from amparo.vault.rules import Compartment
from amparo.vault.rules.tokens import Fact, IndexKey, numbers_of, postings_of, token_of


class IndexMissing(Exception):
    """The compartments have no keys for the search yet; the message says how they get them."""

    def __init__(self) -> None:
        super().__init__("This installation has no keys for its search yet. Make them with: amparo migrate")


class Indexer(Protocol):
    """What holds the index keys."""

    def tokens(self, compartment: Compartment, facts: Collection[Fact]) -> dict[Fact, int]:
        """Give the token of each fact in that compartment."""

    def postings(self, compartment: Compartment, tokens: Iterable[int], *, number: int) -> list[bytes]:
        """Give the postings that join a person's number to tokens."""

    def numbers(self, compartment: Compartment, rows: Sequence[tuple[int, bytes]]) -> list[int | None]:
        """Give the person's number of each (token, posting) that is of that compartment, else None."""


class LocalIndexer:
    """Keeps the index keys in the memory of this process."""

    def __init__(self, custodian: Custodian) -> None:
        self._custodian = custodian
        self._keys: dict[Compartment, IndexKey] = {}

    def tokens(self, compartment: Compartment, facts: Collection[Fact]) -> dict[Fact, int]:
        """Give the token of each fact in that compartment."""
        key = self._key(compartment)
        return {fact: token_of(fact, key=key) for fact in facts}

    def postings(self, compartment: Compartment, tokens: Iterable[int], *, number: int) -> list[bytes]:
        """Give the postings that join a person's number to tokens."""
        return postings_of(tokens, number=number, key=self._key(compartment))

    def numbers(self, compartment: Compartment, rows: Sequence[tuple[int, bytes]]) -> list[int | None]:
        """Give the person's number of each (token, posting) that is of that compartment, else None."""
        return numbers_of(rows, key=self._key(compartment))

    def _key(self, compartment: Compartment) -> IndexKey:
        if compartment not in self._keys:
            row = (
                CompartmentKey.objects.filter(use=INDEX, compartment=compartment).order_by("-number").first()
            )
            if row is None:
                raise IndexMissing
            bound = compartment_bound(keeper().installation, compartment, INDEX, row.number)
            self._keys[compartment] = IndexKey(
                row.number, self._custodian.unwrap(bytes(row.wrapped), bound=bound)
            )
        return self._keys[compartment]


@cache
def indexer() -> Indexer:
    """Give what holds the index keys for this process."""
    return LocalIndexer(custodian())
