"""Add organisations and their teams, for those who may."""

from datetime import datetime

from django.utils.translation import gettext as _

from amparo.access.actions.permission import Refused, require
from amparo.access.rules import Permission, Viewer
from amparo.accounts import actions as accounts


def add_organisation(*, name: str, kind: str, by: Viewer, now: datetime) -> int:
    """Add an organisation and give its id; raises `NameTaken` or `UnknownKind`."""
    require(by, Permission.INSTALLATION_MANAGE)
    return accounts.add_organisation(name=name, kind=kind, by=by, now=now)


def rename_organisation(*, organisation_id: int, name: str, by: Viewer, now: datetime) -> None:
    """Give the own organisation another name; raises `NameTaken`."""
    _require_own(by, organisation_id)
    accounts.rename_organisation(organisation_id=organisation_id, name=name, by=by, now=now)


def add_team(*, organisation_id: int, name: str, by: Viewer, now: datetime) -> int:
    """Add a team to the own organisation and give its id; raises `NameTaken`."""
    _require_own(by, organisation_id)
    return accounts.add_team(organisation_id=organisation_id, name=name, by=by, now=now)


def _require_own(by: Viewer, organisation_id: int) -> None:
    require(by, Permission.ORGANISATION_MANAGE)
    if by.organisation_id != organisation_id and not by.is_system:
        raise Refused(_("You can change only the organisation that you work for."))
