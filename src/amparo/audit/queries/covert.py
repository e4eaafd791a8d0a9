"""Which events belong to the independent unit: of those nobody else learns, not even that they are there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db.models import Q

UNIT_ACTIONS: Final = ("integrity.", "cases.unit.")


def of_unit(memberships: Collection[int]) -> Q:
    """Match what was done under the unit's memberships, and what it was told."""
    return Q(membership__in=list(memberships)) | begins_with(UNIT_ACTIONS)


def begins_with(beginnings: Collection[str]) -> Q:
    """Match actions by how they begin."""
    found = Q()
    for beginning in beginnings:
        found |= Q(action__startswith=beginning)
    return found
