"""Describe the roles in which people work: what each may do, how far it reaches, what it excludes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, product
from types import MappingProxyType
from typing import Final

from amparo.access.rules.permissions import Permission
from amparo.access.rules.purposes import Purpose
from amparo.vault.rules import Compartment
from amparo.vocab.text import N_


class Scope(StrEnum):
    """How far a role reaches among cases. Each reaches the granted records as well, except `none`."""

    OWN = "own"
    TEAM = "team"
    ORGANISATION = "organisation"
    GRANTED = "granted"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """One way of working here, as a described list of permissions.

    `compartments` are those whose keys it has, and empty means none; what it opens lies in `opens_in`, and what it reads
    beyond the own cases is read for `purpose`. `organisation_kinds` names the kinds of organisation that may have the role;
    empty means any kind. A sensitive role reaches far enough that nobody gives it alone.
    """

    code: str
    label: str
    description: str
    permissions: frozenset[Permission]
    scope: Scope
    compartments: frozenset[Compartment] = frozenset()
    opens_in: Compartment = Compartment.PROTECTION
    purpose: Purpose | None = None
    needs_second_factor: bool = True
    needs_passkey: bool = False
    organisation_kinds: frozenset[str] = frozenset()
    is_sensitive: bool = False


_READING = frozenset({Permission.CASE_READ, Permission.DOCUMENT_READ, Permission.FILTER_SAVE})
_RECORDING = frozenset(
    {
        Permission.CASE_EDIT,
        Permission.PERSON_EDIT,
        Permission.PLACE_READ,
        Permission.NOTE_ADD,
        Permission.DOCUMENT_ADD,
    }
)
_CASEWORK = (
    _READING
    | _RECORDING
    | {
        Permission.CASE_CREATE,
        Permission.CASE_MOVE,
        Permission.CASE_CLOSE,
        Permission.PERSON_SEARCH,
        Permission.NOTE_READ_SENSITIVE,
        Permission.SUMMARY_PRINT,
        Permission.CASE_READ_LOG,
    }
)
_PROTECTION = frozenset({Compartment.PROTECTION})
_WHERE_SHE_IS = frozenset({Compartment.PROTECTION, Compartment.LOCATION})
# Figures of the whole country are for those whom the State charges with them, not for any organisation.
_KINDS_WITH_NATIONAL_FIGURES = frozenset({"national_rapporteur", "ministry", "central_government"})

_DESCRIBED_ROLES = (
    Role(
        code="caseworker",
        label=N_("Caseworker"),
        description=N_(
            "Works with persons day by day. Sees the cases of their team, or only their own when in no team."
        ),
        permissions=_CASEWORK,
        scope=Scope.TEAM,
        compartments=_WHERE_SHE_IS,
        purpose=Purpose.CASE_WORK,
    ),
    Role(
        code="supervisor",
        label=N_("Supervisor"),
        description=N_(
            "Answers for all cases of the organisation: shares out the work, brings workbooks in and takes them out, "
            "and may let others see a case."
        ),
        permissions=_CASEWORK
        | {
            Permission.CASE_ASSIGN,
            Permission.CASE_REOPEN,
            Permission.IMPORT_RUN,
            Permission.IMPORT_UNDO,
            Permission.EXPORT_RUN,
            Permission.GRANT_GIVE,
            Permission.ACT_DECIDE,
            Permission.EMERGENCY_OPEN,
            Permission.TOKEN_MANAGE,
            Permission.READINGS_REVIEW,
            Permission.ALERTS_VIEW,
            Permission.CASE_RESTRICT,
            Permission.WALL_MAKE,
        },
        scope=Scope.ORGANISATION,
        compartments=_WHERE_SHE_IS,
        purpose=Purpose.SUPERVISION,
        is_sensitive=True,
    ),
    Role(
        code="first_responder",
        label=N_("First responder"),
        description=N_(
            "Meets a person first, opens the case and records what was seen. Sees only their own cases, and not "
            "where the person stays."
        ),
        permissions=_READING | _RECORDING | {Permission.CASE_CREATE, Permission.PERSON_SEARCH},
        scope=Scope.OWN,
        compartments=_PROTECTION,
        purpose=Purpose.CASE_WORK,
    ),
    Role(
        code="competent_authority",
        label=N_("Competent authority"),
        description=N_(
            "Decides on identification. Sees only the cases that were opened to it, and not where the person stays."
        ),
        permissions=_READING
        | {
            Permission.CASE_MOVE,
            Permission.NOTE_ADD,
            Permission.DOCUMENT_ADD,
            Permission.SUMMARY_PRINT,
            Permission.PERSON_SEARCH,
        },
        scope=Scope.GRANTED,
        compartments=_PROTECTION,
        purpose=Purpose.IDENTIFICATION,
    ),
    Role(
        code="duty_protection_officer",
        label=N_("Duty protection officer"),
        description=N_(
            "Answers at night and in an emergency. Sees all cases of the organisation and where the person stays, and "
            "notes what was done."
        ),
        permissions=_READING | {Permission.PLACE_READ, Permission.NOTE_ADD, Permission.NOTE_READ_SENSITIVE},
        scope=Scope.ORGANISATION,
        compartments=_WHERE_SHE_IS,
        purpose=Purpose.DANGER,
        is_sensitive=True,
    ),
    Role(
        code="investigator",
        label=N_("Investigator"),
        description=N_(
            "Works on the justice side. Opens and sees cases of their own team that lie there, and nothing of those who "
            "protect, unless a case was opened to them."
        ),
        permissions=_READING
        | _RECORDING
        | {
            Permission.CASE_CREATE,
            Permission.CASE_MOVE,
            Permission.CASE_CLOSE,
            Permission.PERSON_SEARCH,
            Permission.SUMMARY_PRINT,
            Permission.CASE_READ_LOG,
            Permission.READINGS_RELEASE,
        },
        scope=Scope.TEAM,
        compartments=frozenset({Compartment.JUSTICE}),
        opens_in=Compartment.JUSTICE,
        purpose=Purpose.CASE_WORK,
        organisation_kinds=frozenset({"law_enforcement", "prosecution", "border_guard"}),
    ),
    Role(
        code="integrity_officer",
        label=N_("Integrity officer"),
        description=N_(
            "Follows up what was told about corruption and about colleagues. Its cases are seen by nobody else, and nobody "
            "else learns that there are any."
        ),
        permissions=(_CASEWORK - {Permission.PERSON_SEARCH})
        | {
            Permission.CASE_REOPEN,
            Permission.CASE_ASSIGN,
            Permission.ACT_DECIDE,
            Permission.MESSAGE_READ,
            Permission.READINGS_RELEASE,
            Permission.ALERTS_VIEW,
        },
        scope=Scope.ORGANISATION,
        compartments=frozenset({Compartment.INTEGRITY}),
        opens_in=Compartment.INTEGRITY,
        purpose=Purpose.OVERSIGHT,
        needs_passkey=True,
        is_sensitive=True,
        organisation_kinds=frozenset({"independent_unit"}),
    ),
    Role(
        code="access_reviewer",
        label=N_("Access reviewer"),
        description=N_(
            "Looks from outside at who is kept away from whom, and ends what is not needed any more. Agrees, as the second "
            "person, to who is named for a closed case that nobody can open. Sees no case."
        ),
        permissions=frozenset({Permission.WALL_REVIEW, Permission.ACT_DECIDE}),
        scope=Scope.NONE,
        needs_passkey=True,
        is_sensitive=True,
        organisation_kinds=frozenset({"independent_unit", "national_rapporteur"}),
    ),
    Role(
        code="statistician",
        label=N_("Statistician"),
        description=N_("Works with coded facts and tables of the whole country, never with identities."),
        permissions=frozenset(
            {
                Permission.TABLES_VIEW,
                Permission.TABLES_DOWNLOAD,
                Permission.SNAPSHOT_BUILD,
                Permission.FACTS_EXPORT,
                Permission.RELEASE_READ,
                Permission.RELEASE_PREPARE,
                Permission.RELEASE_REVIEW,
                Permission.RESEARCH_DECIDE,
                Permission.ACT_DECIDE,
                Permission.TOKEN_MANAGE,
            }
        ),
        scope=Scope.NONE,
        organisation_kinds=_KINDS_WITH_NATIONAL_FIGURES,
        is_sensitive=True,
    ),
    Role(
        code="national_rapporteur",
        label=N_("National rapporteur"),
        description=N_(
            "Reads and downloads tables in which small numbers are hidden. Sees no case and no fact about a single "
            "person."
        ),
        permissions=frozenset(
            {
                Permission.TABLES_VIEW,
                Permission.TABLES_DOWNLOAD,
                Permission.RELEASE_READ,
                Permission.RELEASE_PREPARE,
                Permission.RESEARCH_DECIDE,
            }
        ),
        scope=Scope.NONE,
        needs_second_factor=False,
        organisation_kinds=_KINDS_WITH_NATIONAL_FIGURES,
    ),
    Role(
        code="researcher",
        label=N_("Researcher"),
        description=N_(
            "Writes proposals for research, and opens for a time the protected files and tables that two people approved "
            "for them. Sees no case."
        ),
        permissions=frozenset({Permission.RESEARCH_PROPOSE}),
        scope=Scope.NONE,
    ),
    Role(
        code="reviewer",
        label=N_("Reviewer"),
        description=N_(
            "Judges whether records of other organisations were rightly opened in an emergency. Reads the stated reason "
            "and sees no case."
        ),
        permissions=frozenset({Permission.EMERGENCY_REVIEW, Permission.ACT_DECIDE}),
        scope=Scope.NONE,
        compartments=_PROTECTION,  # for the stated reasons, which are sealed with whom they are about
        is_sensitive=True,
    ),
    Role(
        code="auditor",
        label=N_("Auditor"),
        description=N_(
            "Watches over the log: that it is whole, and what its readings raise. Sees ids and numbers, no case and no "
            "person, and names the invented persons."
        ),
        permissions=frozenset({Permission.LOG_WATCH, Permission.ALERTS_VIEW, Permission.CANARY_KEEP}),
        scope=Scope.NONE,
        organisation_kinds=_KINDS_WITH_NATIONAL_FIGURES,
        is_sensitive=True,
    ),
    Role(
        code="organisation_administrator",
        label=N_("Organisation administrator"),
        description=N_("Invites the people of their organisation and gives them their roles. Sees no case."),
        permissions=frozenset(
            {Permission.PEOPLE_MANAGE, Permission.ORGANISATION_MANAGE, Permission.ACT_DECIDE}
        ),
        scope=Scope.NONE,
        needs_passkey=True,
        is_sensitive=True,
    ),
    Role(
        code="installation_administrator",
        label=N_("Installation administrator"),
        description=N_(
            "Keeps the installation in health, adds organisations and invites the first administrator of each. Sees "
            "no case."
        ),
        permissions=frozenset({Permission.INSTALLATION_MANAGE, Permission.ACT_DECIDE}),
        scope=Scope.NONE,
        needs_passkey=True,
        is_sensitive=True,
    ),
)

ROLES: Mapping[str, Role] = MappingProxyType({role.code: role for role in _DESCRIBED_ROLES})

_ADMINISTRATORS = ("organisation_administrator", "installation_administrator")
_PROTECTING = (
    "caseworker",
    "supervisor",
    "first_responder",
    "competent_authority",
    "duty_protection_officer",
)
_CASE_ROLES = (*_PROTECTING, "investigator", "integrity_officer")
_DATA_ROLES = (*_CASE_ROLES, "statistician", "national_rapporteur", "auditor", "researcher")

# Who gives out roles holds none that opens data; who could recognise a person works with no facts and watches no log; who
# protects does not investigate her; the independent unit and who reviews walls are nothing else.
INCOMPATIBLE_ROLES: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (
        *product(_ADMINISTRATORS, (*_DATA_ROLES, "reviewer")),
        *combinations(_ADMINISTRATORS, 2),
        *product(_CASE_ROLES, ("statistician", "auditor", "researcher")),
        *product((*_PROTECTING, "reviewer"), ("investigator",)),
        *product(
            (*_PROTECTING, "investigator", "statistician", "national_rapporteur", "reviewer"),
            ("integrity_officer",),
        ),
        *product((*_ADMINISTRATORS, *_DATA_ROLES, "reviewer"), ("access_reviewer",)),
    )
)


# Whoever works in these opens cases.
READERS: Final = frozenset(code for code, role in ROLES.items() if Permission.CASE_READ in role.permissions)


def readers_by_scope() -> tuple[list[str], ...]:
    """Name the roles that open cases: of the whole organisation, of a team, only their own."""
    scopes = (Scope.ORGANISATION, Scope.TEAM, Scope.OWN)
    return tuple([code for code, role in ROLES.items() if role.scope is scope] for scope in scopes)


def role_of(code: str) -> Role | None:
    """Give the role of that code, or None for a code that this version does not know."""
    return ROLES.get(code)


# Whoever works in these looks without telling.
_COVERT_COMPARTMENTS = frozenset({Compartment.JUSTICE, Compartment.INTEGRITY})


def covert_roles() -> frozenset[str]:
    """Name the roles whose readings a person is told of only when their unit releases them."""
    return frozenset(code for code, role in ROLES.items() if _COVERT_COMPARTMENTS & role.compartments)


def unit_roles() -> frozenset[str]:
    """Name the roles of the independent unit: of what they do, nobody else learns that it was done."""
    return frozenset(code for code, role in ROLES.items() if Compartment.INTEGRITY in role.compartments)


def scope_of(role: Role, *, has_team: bool) -> Scope:
    """Tell how far a role reaches for one membership: without a team, the team's cases are the own cases."""
    if role.scope is Scope.TEAM and not has_team:
        return Scope.OWN
    return role.scope


def conflicts_between(role: str, *, held: Iterable[str]) -> tuple[str, ...]:
    """List the roles among `held` that the same human being must not hold together with `role`."""
    return tuple(sorted(other for other in set(held) if frozenset({role, other}) in INCOMPATIBLE_ROLES))
