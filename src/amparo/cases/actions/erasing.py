"""Erase persons: their keys are destroyed, and what is coded about them is emptied, for thirty codes name somebody too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction

from amparo.access.rules import Viewer
from amparo.audit.actions import record
from amparo.cases.models import Case, CaseEvent, Document, Episode, Note, Person
from amparo.cases.queries.stored import arriving_path, stored_path
from amparo.cases.rules.timeline import Happening
from amparo.vault import actions as vault
from amparo.vocab.described import Privacy
from amparo.vocab.null import NullReason

AT_ONCE = 1_000
# What stays of an erased person: that there was a case, how far it came, and when.
KEPT: Final[Mapping[type[models.Model], frozenset[str]]] = MappingProxyType(
    {
        Person: frozenset(),
        Case: frozenset({"stage", "child_track", "track_at_opening", "opened_date", "closed_date"}),
        Episode: frozenset(),
        Note: frozenset(),
        Document: frozenset(),
    }
)


@transaction.atomic
def erase_persons(
    *, persons: Collection[UUID], reason: str, ordered_by: Viewer, decided_by: Viewer, now: datetime
) -> int:
    """Erase persons on the order of one and the decision of another; gives how many were not erased before.

    Who may order and decide is asked by the act for two people that calls this. Raises `vault.actions.Held` and
    `NotTwoPeople`.
    """
    found = sorted(Person.objects.filter(id__in=persons).order_by("id").values_list("id", flat=True))
    empty_persons(found)
    CaseEvent.objects.bulk_create(
        [
            CaseEvent(case_id=case, kind=Happening.ERASED, at=now, by_id=decided_by.user_id)
            for case in Case.objects.filter(person_id__in=found).values_list("id", flat=True)
        ],
        batch_size=AT_ONCE,
    )
    record("cases.person.erase", by=decided_by, at=now, persons=found, count=len(found), purpose=reason)
    return vault.erase_persons(
        found,
        reason=reason,
        ordered_by=ordered_by.known_user_id,
        decided_by=decided_by.known_user_id,
        now=now,
    )


@transaction.atomic
def empty_persons(persons: Collection[UUID]) -> None:
    """Empty all that is coded about persons, in the records and in their history, and remove their files from the disk.

    It may be run again: after a restore it is.
    """
    chosen = list(persons)
    for start in range(0, len(chosen), AT_ONCE):
        bunch = chosen[start : start + AT_ONCE]
        for model in KEPT:
            _empty(model, bunch)
        for name in Document.objects.filter(person_id__in=bunch).values_list("stored_name", flat=True):
            transaction.on_commit(partial(_remove, stored_path(name), arriving_path(name)), robust=True)


def _empty(model: type[models.Model], persons: list[UUID]) -> None:
    columns = emptied_columns(model)
    about = "id__in" if model is Person else "person_id__in"
    rows = model._default_manager.filter(**{about: persons})
    ids = list(rows.values_list("pk", flat=True))
    rows.update(**columns)
    history: Any = getattr(model, "pgh_event_model", None)
    if history is not None:  # the trigger has added a version just now, and the older ones still say all
        history.objects.filter(pgh_obj_id__in=ids).update(**columns)


def emptied_columns(model: type[models.Model]) -> dict[str, Any]:
    """Return the coded columns of a model with the values that they have once a person is erased."""
    classes: Mapping[str, Privacy] = getattr(model, "PRIVACY")  # noqa: B009 - every model of ours has it
    return {
        name: _nothing(model._meta.get_field(name))
        for name, privacy in classes.items()
        if privacy is Privacy.CODED and name not in KEPT[model]
    }


def _nothing(field: Any) -> Any:
    if field.null:
        return None
    if isinstance(field, ArrayField | models.JSONField):
        return []
    if isinstance(field, models.BooleanField):
        return False
    if field.blank:
        return ""
    return NullReason.NOT_APPLICABLE if field.default == NullReason.NOT_ASKED else field.default


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
