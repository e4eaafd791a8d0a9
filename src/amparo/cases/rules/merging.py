"""Two people edited the same record: what differs, three ways."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One attribute that both changed, or that one changed: as it was, as it stands, as it was typed."""

    attribute: str
    base: Any
    theirs: Any
    yours: Any

    @property
    def is_conflict(self) -> bool:
        """Tell whether both changed it, and not to the same."""
        return self.base not in (self.theirs, self.yours) and self.theirs != self.yours


def differences(base: Any, theirs: Any, yours: Any) -> tuple[Difference, ...]:
    """List the attributes in which three states of one record are not all equal."""
    found = []
    for field in fields(base):
        values = [getattr(state, field.name) for state in (base, theirs, yours)]
        if not values[0] == values[1] == values[2]:
            found.append(Difference(attribute=field.name, base=values[0], theirs=values[1], yours=values[2]))
    return tuple(found)


def merged(base: Any, theirs: Any, yours: Any) -> dict[str, Any]:
    """Return yours where you changed and theirs elsewhere; a conflict keeps theirs until somebody decides."""
    return {
        d.attribute: d.yours if d.yours != d.base and not d.is_conflict else d.theirs
        for d in differences(base, theirs, yours)
    }


def joined(base: Any, theirs: Any, yours: Any) -> Any | None:
    """Return the record with the changes of both, or None where both changed the same attribute and not alike."""
    if any(difference.is_conflict for difference in differences(base, theirs, yours)):
        return None
    return replace(theirs, **merged(base, theirs, yours))
