"""How a server collects the memory of what is no more needed."""

from __future__ import annotations

import gc

# A search of five thousand cases makes some forty thousand objects, all of which go without being looked for.
NEW_OBJECTS = 50_000


def collect_seldom() -> None:
    """Go through what is there now no more, and through what is new only when it is much: that was a quarter of a search."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
