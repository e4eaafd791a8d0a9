"""The triggers of a record that the database stamps, lets change only as it may, and never gives up."""

from __future__ import annotations

import pgtrigger


def guarded_triggers(*, stamp: str, guard: str, refusal: str) -> tuple[pgtrigger.Trigger, ...]:
    """Give the three: `stamp` at an insert, `guard` at an update, and `refusal` in words at a removal."""
    return (
        pgtrigger.Trigger(
            name="stamped",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            level=pgtrigger.Row,
            func=stamp,
        ),
        pgtrigger.Trigger(
            name="guarded",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            level=pgtrigger.Row,
            func=guard,
        ),
        pgtrigger.Trigger(
            name="kept",
            when=pgtrigger.Before,
            operation=pgtrigger.Delete | pgtrigger.Truncate,
            level=pgtrigger.Statement,
            func=f"RAISE EXCEPTION '{refusal}';",
        ),
    )
