"""Say that a backup was brought back, until two people have looked at it and confirm it.

A restore goes into an empty place, where nobody can have agreed to anything yet. So two people confirm it afterwards, in what
came back; until then everybody who signs in reads that it was done, and reviewers are told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.access.actions.dual import ask_act
from amparo.access.actions.kinds import Changed, DualKind, Line
from amparo.access.actions.machine_acts import DECIDED_WITH
from amparo.access.actions.notices import settle, tell
from amparo.access.actions.permission import Refused, require
from amparo.access.queries import asked_and_done
from amparo.access.rules import ROLES, Payload, Permission, TwoPeople, Viewer, system_viewer
from amparo.accounts.queries import members_in_roles
from amparo.audit.actions import record
from amparo.ui.formats import say_moment, say_number
from amparo.vault.actions import keep_restoration
from amparo.vault.queries import RestorationRow, restorations
from amparo.vocab.text import N_

RESTORE: Final = "access.restore"
RESTORED: Final = "restored"
_TOLD = (
    Permission.INSTALLATION_MANAGE,
    Permission.WALL_REVIEW,
    Permission.EMERGENCY_REVIEW,
    Permission.LOG_WATCH,
)


@transaction.atomic
def note_restoration(*, backup: str, taken_at: datetime, erased_again: int, now: datetime) -> int:
    """Write down that a backup was brought back, by a command, and tell who looks from outside; gives how many were told."""
    by = system_viewer([Permission.INSTALLATION_MANAGE])
    number = keep_restoration(backup=backup, taken_at=taken_at, erased_again=erased_again, now=now)
    record("access.restore.note", by=by, at=now, record=f"restoration:{number}", count=erased_again)
    roles = [code for code, role in ROLES.items() if any(one in role.permissions for one in _TOLD)]
    told = [(one.user_id, one.organisation_id) for one in members_in_roles(roles, now)]
    return tell(told, RESTORED, now=now)


def unconfirmed_restorations() -> tuple[RestorationRow, ...]:
    """List the restores that two people have not confirmed, the newest first."""
    rows = restorations()
    _asked, done = asked_and_done((RESTORE,), name="restoration", values=[row.id for row in rows])
    return tuple(row for row in rows if row.id not in done)


def ask_restore(restoration: int, *, by: Viewer, now: datetime) -> UUID:
    """Ask a second person to confirm a restore; gives the id of the act."""
    require(by, Permission.INSTALLATION_MANAGE)
    found = {row.id: row for row in unconfirmed_restorations()}.get(restoration)
    if found is None:
        raise Refused(_("This restore was confirmed already."))
    return ask_act(RESTORE, {"restoration": found.id, "backup": found.backup}, by=by, now=now)


def describe_restore(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say which backup came back, and what to look at before saying yes."""
    rows = {row.id: row for row in restorations()}
    found = rows.get(int(payload["restoration"]))
    if found is None or found.backup != payload["backup"]:
        raise Changed
    return (
        (_("What was recorded after this is missing"), say_moment(found.taken_at)),
        (_("Brought back"), say_moment(found.at)),
        (_("Erased again, as they came back with it"), say_number(found.erased_again)),
        (_("The backup (SHA-256 of its manifest)"), found.backup),
        (
            _("Look before you agree"),
            _(
                "Was a restore needed, and of this backup? Are roles, grants and walls as they should be? What two people "
                "decided after the backup has to be decided again"
            ),
        ),
    )


def confirm(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Keep that two people stand behind the restore: the act itself says so."""
    number = f"restoration:{payload['restoration']}"
    record("access.restore.confirm", by=proof.approved_by, at=now, record=number)
    if not unconfirmed_restorations():
        settle(RESTORED, now=now)


KINDS: Final = (
    DualKind(
        code=RESTORE,
        label=N_("Confirm that a backup was brought back"),
        asked_with=Permission.INSTALLATION_MANAGE,
        decided_with=DECIDED_WITH,
        describe=describe_restore,
        perform=confirm,
    ),
)
