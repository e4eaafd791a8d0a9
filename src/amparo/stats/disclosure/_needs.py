"""What has to hold for a system of cells: which cells are unsafe by themselves, and how far each must stay open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DOWN", "UP", "Need", "Needs"]

UP, DOWN = 1, -1
Need = tuple[int, int]  # a cell, and UP or DOWN


@dataclass(frozen=True, slots=True, eq=False)
class Needs:
    """Says how far a reader must have to think each unsafe cell could be up and down, whoever the reader is.

    ``room``: for each need the distance, above zero. ``reasons``: for each unsafe cell the rules that it breaks. ``persons``: for each
    person who is alone in a cell the cells that this person knows; empty where such readers are not reckoned with. ``least``:
    what a reader knows each count to be at least. Distances are multiples of ``grain`` times
    ``even``, and proofs move by multiples of ``grain``: what a program gives in halves, thirds or quarters is then whole.
    """

    room: Mapping[Need, int] = field(repr=False)
    reasons: Mapping[int, tuple[str, ...]] = field(repr=False)
    persons: tuple["NDArray[np.int64]", ...] = field(default=(), repr=False)
    least: int = 0
    grain: int = 1
    even: int = 1

    @property
    def unsafe(self) -> list[int]:
        """List the unsafe cells."""
        return sorted(self.reasons)

    @property
    def widest(self) -> int:
        """Give the greatest distance that is needed."""
        return max(self.room.values(), default=1)

    def person_of(self, size: int) -> "NDArray[np.int64]":
        """Give for each cell the number of the person who is alone in it, or -1."""
        who = np.full(size, -1, dtype=np.int64)
        for number, cells in enumerate(self.persons):
            who[cells] = number
        return who
