"""How much room a disk has left, and when that is too little to take a file in."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

GIGABYTE = 1024**3
LOWEST_BYTES, LOWEST_SHARE, LOW_SHARE = 2 * GIGABYTE, 0.05, 0.10


@dataclass(frozen=True, slots=True)
class Room:
    """What is free on a disk."""

    free: int
    total: int

    @property
    def share(self) -> float:
        """Give the part of the disk that is free."""
        return self.free / self.total

    @property
    def is_enough(self) -> bool:
        """Tell whether files are taken in."""
        return self.free >= LOWEST_BYTES and self.share >= LOWEST_SHARE

    @property
    def is_plenty(self) -> bool:
        """Tell whether nobody needs to think of it soon."""
        return self.is_enough and self.share >= LOW_SHARE


def room_on_disk(place: Path) -> Room:
    """Look at the disk of a place, or at that on which it would be made."""
    usage = shutil.disk_usage(nearest(place))
    return Room(free=usage.free, total=usage.total)


def nearest(place: Path) -> Path:
    """Give the place, or the nearest above it that is there and may be seen."""
    return next(each for each in (place, *place.parents) if os.path.exists(each))  # noqa: PTH110  # pathlib raises where it may not look
