"""Gather the pure decisions of access: no database, no clock, no request."""

from amparo.access.rules.basis import Basis, Standing, basis_of, own_ground
from amparo.access.rules.grants import LONGEST_GRANT, MOST_GRANTS, GrantReason
from amparo.access.rules.permissions import PERMISSION_MEANINGS, Permission
from amparo.access.rules.roles import (
    INCOMPATIBLE_ROLES,
    ROLES,
    Role,
    Scope,
    conflicts_between,
    covert_roles,
    role_of,
    scope_of,
)
from amparo.access.rules.viewer import NOBODY, GrantedRecord, Viewer, system_viewer

__all__ = [
    "INCOMPATIBLE_ROLES",
    "LONGEST_GRANT",
    "MOST_GRANTS",
    "NOBODY",
    "PERMISSION_MEANINGS",
    "ROLES",
    "Basis",
    "GrantReason",
    "GrantedRecord",
    "Permission",
    "Role",
    "Scope",
    "Standing",
    "Viewer",
    "basis_of",
    "conflicts_between",
    "covert_roles",
    "own_ground",
    "role_of",
    "scope_of",
    "system_viewer",
]
