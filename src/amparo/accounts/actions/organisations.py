"""Write organisations and their teams."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from amparo.accounts.models import Organisation, Team
from amparo.accounts.rules import tidy_name
from amparo.audit.actions import record as record_event
from amparo.audit.rules import Actor
from amparo.vocab.codes import code_list


class NameTaken(ValueError):
    """Another organisation, or another team of the same one, has that name."""


class UnknownKind(ValueError):
    """The kind of an organisation is not in the code list."""


@transaction.atomic
def add_organisation(*, name: str, kind: str, by: Actor, now: datetime) -> int:
    """Add an organisation and give its id; raises `NameTaken` or `UnknownKind`."""
    kinds = code_list("organisation_kind")
    if kind not in kinds:
        known = ", ".join(code.code for code in kinds)
        message = _("%(kind)s is no kind of organisation. Choose one of: %(known)s.")
        raise UnknownKind(message % {"kind": kind, "known": known})
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(name=tidy_name(name), kind=kind, created_at=now)
    except IntegrityError as error:
        raise NameTaken(_("An organisation with this name is there already.")) from error
    record_event("accounts.organisation.add", by=by, at=now, record=f"organisation:{organisation.pk}")
    return organisation.pk


@transaction.atomic
def rename_organisation(*, organisation_id: int, name: str, by: Actor, now: datetime) -> None:
    """Give an organisation another name; raises `NameTaken`."""
    try:
        with transaction.atomic():
            Organisation.objects.filter(pk=organisation_id).update(name=tidy_name(name))
    except IntegrityError as error:
        raise NameTaken(_("An organisation with this name is there already.")) from error
    record_event("accounts.organisation.rename", by=by, at=now, record=f"organisation:{organisation_id}")


@transaction.atomic
def add_team(*, organisation_id: int, name: str, by: Actor, now: datetime) -> int:
    """Add a team to an organisation and give its id; raises `NameTaken`."""
    try:
        with transaction.atomic():
            team = Team.objects.create(organisation_id=organisation_id, name=tidy_name(name))
    except IntegrityError as error:
        raise NameTaken(_("A team with this name is there already.")) from error
    record_event("accounts.team.add", by=by, at=now, record=f"team:{team.pk}")
    return team.pk
