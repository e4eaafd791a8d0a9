"""Gather the pure decisions of access: no database, no clock, no request."""

from amparo.access.rules.compartments import COMPARTMENT_NAMES
from amparo.access.rules.grants import LONGEST_GRANT, MOST_GRANTS, GrantReason
from amparo.access.rules.permissions import IN_PERSON, PERMISSION_MEANINGS, READING, Permission
from amparo.access.rules.purposes import MOST_CHOSEN, Purpose
from amparo.access.rules.roles import (
    INCOMPATIBLE_ROLES,
    ROLES,
    Role,
    Scope,
    conflicts_between,
    role_of,
    scope_of,
)
from amparo.access.rules.sessions import FRESH, FRESH_TO_SEND, session_limits
from amparo.access.rules.two_people import TwoPeople
from amparo.access.rules.viewer import NOBODY, GrantedRecord, Viewer, system_viewer
from amparo.access.rules.walls import DECLARED, NEEDED_FOR_SEALED, ClearanceLevel, ClearanceReason, WallReason

__all__ = [
    "COMPARTMENT_NAMES",
    "DECLARED",
    "FRESH",
    "FRESH_TO_SEND",
    "INCOMPATIBLE_ROLES",
    "IN_PERSON",
    "LONGEST_GRANT",
    "MOST_CHOSEN",
    "MOST_GRANTS",
    "NEEDED_FOR_SEALED",
    "NOBODY",
    "PERMISSION_MEANINGS",
    "READING",
    "ROLES",
    "ClearanceLevel",
    "ClearanceReason",
    "GrantReason",
    "GrantedRecord",
    "Permission",
    "Purpose",
    "Role",
    "Scope",
    "TwoPeople",
    "Viewer",
    "WallReason",
    "conflicts_between",
    "role_of",
    "scope_of",
    "session_limits",
    "system_viewer",
]
