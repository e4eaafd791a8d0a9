"""Carry who is looking and what they may do, as one frozen value that is computed once per request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from amparo.access.rules.permissions import Permission
from amparo.access.rules.purposes import Purpose
from amparo.access.rules.roles import Scope
from amparo.audit.rules import Via
from amparo.vault.rules import Compartment


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantedRecord:
    """One record outside the scope that was opened for a time, and what may be done with it.

    `compartments` are those that the grant names: it opens the record also to a role without them.
    """

    id: int
    record: UUID
    permissions: frozenset[Permission]
    compartments: frozenset[Compartment] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewer:
    """Somebody who looks: a member under one membership, the system itself, or nobody.

    Every getter takes it first and every action as `by`. What is not said here is not allowed: the
    defaults give no permission and reach no record.
    """

    user_id: int | None = None
    membership_id: int | None = None
    organisation_id: int | None = None
    team_id: int | None = None
    role: str = ""
    permissions: frozenset[Permission] = frozenset()
    scope: Scope = Scope.NONE
    grants: tuple[GrantedRecord, ...] = ()
    name: str = ""
    organisation_name: str = ""
    token_id: int | None = None
    is_system: bool = False
    waiting: frozenset[Permission] = (
        frozenset()
    )  # of the role, and for a day not allowed after somebody else let them in
    emergency: int | None = None  # the number of the opening under which one record is read, and nothing else
    via: str = ""  # for the log: by which door
    session: str = ""  # for the log: a keyed hash of the session, or the id of a program's key
    compartments: frozenset[Compartment] = frozenset()
    opens_in: Compartment = Compartment.PROTECTION
    # Who is named for a restricted record may see it; who is walled off never does, whatever else allows it.
    cleared: frozenset[UUID] = frozenset()
    walled_records: frozenset[UUID] = frozenset()
    walled_persons: frozenset[UUID] = frozenset()
    purpose: Purpose | None = None  # what the role is for
    stated_purpose: Purpose | None = None  # said with the request, for whatever it opens
    purposes: Mapping[str, Purpose] = field(
        default_factory=dict, hash=False
    )  # chosen in the session, by reference

    @property
    def is_signed_in(self) -> bool:
        """Tell whether somebody signed in, with or without a role that still runs."""
        return self.user_id is not None

    @property
    def known_user_id(self) -> int:
        """Give the id of who signed in; raises `LookupError` for nobody and for the system."""
        if self.user_id is None:
            raise LookupError("Nobody signed in: a view without @public never gets here.")
        return self.user_id

    def may(self, permission: Permission) -> bool:
        """Tell whether the role allows it at all; `scoped` then decides on which records."""
        return permission in self.permissions

    def grants_for(self, permission: Permission) -> tuple[GrantedRecord, ...]:
        """Give the grants that allow it, as the role does. What one grant allows, another on the same record does not widen.

        A grant that does not open the record to be read opens nothing: every page of an act shows whose record it is.
        """
        if not self.may(permission):
            return ()
        needed = {permission, Permission.CASE_READ}
        return tuple(grant for grant in self.grants if needed <= grant.permissions)

    def granted_for(self, permission: Permission) -> frozenset[UUID]:
        """Give the records outside the scope on which both the role and a grant allow it."""
        return frozenset(grant.record for grant in self.grants_for(permission))

    @property
    def homes(self) -> frozenset[Compartment]:
        """Give the compartments in which records lie that the viewer may reach: in that of places lies none."""
        return self.compartments - {Compartment.LOCATION}

    def reads_in(self, record: UUID | None = None) -> frozenset[Compartment]:
        """Give the compartments whose keys a reading may have: those of the role, and those that grants name.

        Where a person is opens by a grant for the one record only.
        """
        grants = self.grants_for(Permission.CASE_READ)
        named = {each for grant in grants for each in grant.compartments} - {Compartment.LOCATION}
        here = {each for grant in grants if grant.record == record for each in grant.compartments}
        return self.compartments | named | here

    def purpose_on(self, reference: str) -> Purpose | None:
        """Give the purpose that was chosen for a record in this session, or said with the request."""
        return self.stated_purpose or self.purposes.get(reference)

    @property
    def granted(self) -> frozenset[UUID]:
        """Give the records outside the scope that may be read."""
        return self.granted_for(Permission.CASE_READ)


NOBODY = Viewer()


def system_viewer(
    permissions: Iterable[Permission],
    *,
    organisation_id: int | None = None,
    name: str = "amparo",
    compartments: Iterable[Compartment] = (),
) -> Viewer:
    """Make the viewer under which a command of the installation works.

    It has exactly the permissions and compartments named, and reaches the records of the one organisation, or none.
    """
    return Viewer(
        compartments=frozenset(compartments),
        organisation_id=organisation_id,
        permissions=frozenset(permissions),
        scope=Scope.NONE if organisation_id is None else Scope.ORGANISATION,
        name=name,
        is_system=True,
        via=Via.COMMAND,
    )
