"""The seed that a result is recorded with."""

from __future__ import annotations

import numpy as np

__all__ = ["seed_of"]


def seed_of(random: np.random.Generator) -> int | None:
    """Give the seed a generator began with, as one number; None where it does not tell."""
    sequence = random.bit_generator.seed_seq
    entropy = getattr(sequence, "entropy", None)
    return int(entropy) if isinstance(entropy, int | np.integer) else None
