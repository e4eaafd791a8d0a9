"""The shape of what is logged, and the arithmetic by which a change in it shows. Pure: no Django, no database."""

from __future__ import annotations

from amparo.audit.rules.labels import (
    Actor,
    Circumstances,
    NotALabel,
    Via,
    checked_labels,
    circumstances,
)

__all__ = ["Actor", "Circumstances", "NotALabel", "Via", "checked_labels", "circumstances"]
