"""Gather the pure decisions of access: no database, no clock, no request."""

from amparo.access.rules.basis import Basis, Standing, basis_of, own_ground
from amparo.access.rules.grants import LONGEST_GRANT, MOST_GRANTS, GrantReason
from amparo.access.rules.permissions import IN_PERSON, PERMISSION_MEANINGS, READING, Permission
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
from amparo.access.rules.sessions import FRESH, FRESH_TO_SEND, session_limits
from amparo.access.rules.two_people import TwoPeople
from amparo.access.rules.viewer import NOBODY, GrantedRecord, Viewer, system_viewer

__all__ = [
    "FRESH",
    "FRESH_TO_SEND",
    "INCOMPATIBLE_ROLES",
    "IN_PERSON",
    "LONGEST_GRANT",
    "MOST_GRANTS",
    "NOBODY",
    "PERMISSION_MEANINGS",
    "READING",
    "ROLES",
    "Basis",
    "GrantReason",
    "GrantedRecord",
    "Permission",
    "Role",
    "Scope",
    "Standing",
    "TwoPeople",
    "Viewer",
    "basis_of",
    "conflicts_between",
    "covert_roles",
    "own_ground",
    "role_of",
    "scope_of",
    "session_limits",
    "system_viewer",
]
