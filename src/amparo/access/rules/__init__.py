"""Gather the pure decisions of access: no database, no clock, no request."""

from amparo.access.rules.basis import Basis, Standing, basis_of, own_ground
from amparo.access.rules.compartments import COMPARTMENT_NAMES
from amparo.access.rules.dual import (
    LINKED_BY_INVITATION,
    MOST_PERSONS_ALONE,
    Human,
    NotIds,
    Payload,
    Where,
    are_known_as_one,
    are_one_human,
    frozen,
    may_decide,
    payload_hash,
    shown_hash,
    unit_of,
)
from amparo.access.rules.emergencies import (
    AGAIN_AFTER,
    MOST_IN_A_WEEK,
    SHORTEST_REASON,
    EmergencyReason,
    Verdict,
    is_reason_enough,
    tidy_reason,
)
from amparo.access.rules.grants import LONGEST_GRANT, MOST_GRANTS, GrantReason
from amparo.access.rules.permissions import IN_PERSON, PERMISSION_MEANINGS, READING, Permission
from amparo.access.rules.purposes import MOST_CHOSEN, Purpose
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
from amparo.access.rules.walls import DECLARED, NEEDED_FOR_SEALED, ClearanceLevel, ClearanceReason, WallReason

__all__ = [
    "AGAIN_AFTER",
    "COMPARTMENT_NAMES",
    "DECLARED",
    "FRESH",
    "FRESH_TO_SEND",
    "INCOMPATIBLE_ROLES",
    "IN_PERSON",
    "LINKED_BY_INVITATION",
    "LONGEST_GRANT",
    "MOST_CHOSEN",
    "MOST_GRANTS",
    "MOST_IN_A_WEEK",
    "MOST_PERSONS_ALONE",
    "NEEDED_FOR_SEALED",
    "NOBODY",
    "PERMISSION_MEANINGS",
    "READING",
    "ROLES",
    "SHORTEST_REASON",
    "Basis",
    "ClearanceLevel",
    "ClearanceReason",
    "EmergencyReason",
    "GrantReason",
    "GrantedRecord",
    "Human",
    "NotIds",
    "Payload",
    "Permission",
    "Purpose",
    "Role",
    "Scope",
    "Standing",
    "TwoPeople",
    "Verdict",
    "Viewer",
    "WallReason",
    "Where",
    "are_known_as_one",
    "are_one_human",
    "basis_of",
    "conflicts_between",
    "covert_roles",
    "frozen",
    "is_reason_enough",
    "may_decide",
    "own_ground",
    "payload_hash",
    "role_of",
    "scope_of",
    "session_limits",
    "shown_hash",
    "system_viewer",
    "tidy_reason",
    "unit_of",
]
