"""Gather the pure decisions of access: no database, no clock, no request."""

from amparo.access.rules.grants import LONGEST_GRANT, MOST_GRANTS, GrantReason
from amparo.access.rules.permissions import PERMISSION_MEANINGS, Permission
from amparo.access.rules.roles import (
    INCOMPATIBLE_ROLES,
    ROLES,
    Role,
    Scope,
    conflicts_between,
    role_of,
    scope_of,
)
from amparo.access.rules.two_people import TwoPeople
from amparo.access.rules.viewer import NOBODY, GrantedRecord, Viewer, system_viewer

__all__ = [
    "INCOMPATIBLE_ROLES",
    "LONGEST_GRANT",
    "MOST_GRANTS",
    "NOBODY",
    "PERMISSION_MEANINGS",
    "ROLES",
    "GrantReason",
    "GrantedRecord",
    "Permission",
    "Role",
    "Scope",
    "TwoPeople",
    "Viewer",
    "conflicts_between",
    "role_of",
    "scope_of",
    "system_viewer",
]
