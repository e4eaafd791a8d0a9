"""Keep a list under a name, for oneself or for the team."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from amparo.access.actions import Refused, require
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.cases.models import SavedFilter
from amparo.cases.queries.lists import CaseChoices
from amparo.cases.queries.visible import Absent


class NameInUse(ValueError):
    """The viewer keeps another list under this name."""


@transaction.atomic
def save_filter(*, name: str, choices: CaseChoices, is_shared: bool, by: Viewer, now: datetime) -> UUID:
    """Keep a list; shared, it is seen by the team, or without a team by the organisation. Gives its id."""
    require(by, Permission.FILTER_SAVE)
    if by.user_id is None or by.organisation_id is None:
        raise Refused("Only somebody who is signed in keeps lists.")
    try:
        with transaction.atomic():
            saved = SavedFilter.objects.create(
                name=name.strip(), choices=choices.as_plain(), user_id=by.user_id, is_shared=is_shared,
                organisation_id=by.organisation_id, team_id=by.team_id, created_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise NameInUse("You keep another list under this name. Choose another name.") from error
    record("cases.filter.save", by=by, at=now, record=f"filter:{saved.id}")
    return saved.id


@transaction.atomic
def remove_filter(*, filter_id: UUID, by: Viewer, now: datetime) -> None:
    """Remove one of the viewer's own lists; raises `Absent` when it is not hers."""
    require(by, Permission.FILTER_SAVE)
    if by.user_id is None:
        raise Absent
    removed, _ = SavedFilter.objects.filter(id=filter_id, user_id=by.user_id).delete()
    if not removed:
        raise Absent
    record("cases.filter.remove", by=by, at=now, record=f"filter:{filter_id}")
