"""Carry who is looking and what they may do, as one frozen value that is computed once per request."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from amparo.access.rules.permissions import Permission
from amparo.access.rules.roles import Scope
from amparo.audit.rules import Via


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantedRecord:
    """One record outside the scope that was opened for a time, and what may be done with it."""

    id: int
    record: UUID
    permissions: frozenset[Permission]


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
    emergency: int | None = None  # the number of the opening under which one record is read, and nothing else
    via: str = ""  # for the log: by which door
    session: str = ""  # for the log: a keyed hash of the session, or the id of a program's key

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

    def granted_for(self, permission: Permission) -> frozenset[UUID]:
        """Give the records outside the scope on which both the role and a grant allow it.

        A grant that does not open the record to be read opens nothing: every page of an act shows whose record it is.
        """
        if not self.may(permission):
            return frozenset()
        needed = {permission, Permission.CASE_READ}
        return frozenset(grant.record for grant in self.grants if needed <= grant.permissions)

    @property
    def granted(self) -> frozenset[UUID]:
        """Give the records outside the scope that may be read."""
        return self.granted_for(Permission.CASE_READ)


NOBODY = Viewer()


def system_viewer(
    permissions: Iterable[Permission], *, organisation_id: int | None = None, name: str = "amparo"
) -> Viewer:
    """Make the viewer under which a command of the installation works.

    It has exactly the permissions named, and reaches the records of the one organisation, or none.
    """
    return Viewer(
        organisation_id=organisation_id,
        permissions=frozenset(permissions),
        scope=Scope.NONE if organisation_id is None else Scope.ORGANISATION,
        name=name,
        is_system=True,
        via=Via.COMMAND,
    )
