"""Open one record to somebody outside its scope for a time, and take that back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.access.actions.permission import Refused, require
from amparo.access.models import Grant
from amparo.access.rules import LONGEST_GRANT, MOST_GRANTS, GrantReason, Permission, Viewer, own_ground
from amparo.audit.actions import record as record_event


class UnclearGrant(ValueError):
    """A grant must go to one organisation or one user and allow something."""


class GrantTooLong(ValueError):
    """A grant must end, after it began and within ninety days."""


class TooManyGrants(ValueError):
    """So many records are open to the receiver that the next would slow every page."""


@transaction.atomic
def grant_access(
    *,
    record: UUID,
    organisation_id: int | None = None,
    user_id: int | None = None,
    permissions: Iterable[Permission],
    reason: GrantReason,
    ends_at: datetime,
    by: Viewer,
    now: datetime,
    persons: Iterable[UUID] = (),
) -> int:
    """Open a record to an organisation or a user until a moment; gives the grant's id.

    The caller has found the record through a scoped getter as `by`. Nobody can give what they do not have.
    """
    require(by, Permission.GRANT_GIVE)
    given = frozenset(permissions)
    if (organisation_id is None) == (user_id is None) or not given:
        raise UnclearGrant(_("Choose one organisation or one person, and what they may do."))
    if not given <= by.permissions:
        raise Refused(_("You can let others do only what your own role allows."))
    if not now < ends_at <= now + LONGEST_GRANT:
        raise GrantTooLong(_("Choose an end within the next %(days)d days.") % {"days": LONGEST_GRANT.days})
    open_to_them = Grant.objects.running(now).to(user_id=user_id, organisation_id=organisation_id)
    if open_to_them.count() >= MOST_GRANTS:
        raise TooManyGrants(
            _("%(most)d records are open to them already. End some of those first.") % {"most": MOST_GRANTS}
        )
    grant = Grant.objects.create(
        record=record,
        organisation_id=organisation_id,
        user_id=user_id,
        permissions=sorted(given),
        reason=reason,
        granted_by_id=by.user_id,
        granting_organisation_id=by.organisation_id,
        starts_at=now,
        ends_at=ends_at,
    )
    record_event(
        "access.grant.give",
        by=by,
        at=now,
        record=f"grant:{grant.pk}",
        persons=persons,
        purpose=reason,
        basis=own_ground(by),
    )
    return grant.pk


@transaction.atomic
def revoke(*, grant_id: int, by: Viewer, now: datetime, persons: Iterable[UUID] = ()) -> None:
    """End a grant at once; only the organisation that gave it can. Ending it again changes nothing."""
    require(by, Permission.GRANT_GIVE)
    given = Grant.objects.filter(pk=grant_id, granting_organisation_id=by.organisation_id)
    if by.organisation_id is None or not given.exists():
        raise Refused(_("Only the organisation that opened the record can end this."))
    if given.filter(revoked_at__isnull=True).update(revoked_at=now):
        record_event(
            "access.grant.revoke",
            by=by,
            at=now,
            record=f"grant:{grant_id}",
            persons=persons,
            basis=own_ground(by),
        )
