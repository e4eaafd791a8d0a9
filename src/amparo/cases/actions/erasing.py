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

from amparo.access.context import acting_as, keeping
from amparo.access.rules import TwoPeople, Viewer, basis_of
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
def erase_persons(*, persons: Collection[UUID], reason: str, proof: TwoPeople, now: datetime) -> int:
    """Erase persons whom one asked to erase and another approved; gives how many were not erased before.

    Raises `vault.actions.Held`; without the proof that two people stand behind it, `NotTwoPeople`.
    """
    asked_by, approved_by = _both(proof)
    with keeping(persons):
        found = _emptied(persons, approved_by, now)
    for action, by in (
        ("cases.person.ask_erasure", proof.asked_by),
        ("cases.person.erase", proof.approved_by),
    ):
        record(
            action, by=by, at=now, persons=found, count=len(found), purpose=reason, basis=_ground(by, found)
        )
    return vault.erase_persons(found, reason=reason, asked_by=asked_by, approved_by=approved_by, now=now)


def _emptied(persons: Collection[UUID], by: int, now: datetime) -> list[UUID]:
    found = sorted(Person.objects.filter(id__in=persons).order_by("id").values_list("id", flat=True))
    empty_persons(found)
    CaseEvent.objects.bulk_create(
        [
            CaseEvent(case_id=case, kind=Happening.ERASED, at=now, by_id=by)
            for case in Case.objects.filter(person_id__in=found).values_list("id", flat=True)
        ],
        batch_size=AT_ONCE,
    )
    return found


@transaction.atomic
def hold_person(*, person: UUID, reason: str, proof: TwoPeople, now: datetime) -> int:
    """Forbid that a person be erased, until two people lift it; gives the number of the hold."""
    asked_by, approved_by = _both(proof)
    record(
        "cases.person.hold", by=proof.approved_by, at=now, persons=[person], purpose=reason,
        basis=_ground(proof.approved_by, [person]),
    )  # fmt: skip
    return vault.place_hold(person, reason=reason, asked_by=asked_by, approved_by=approved_by, now=now)


@transaction.atomic
def lift_hold(*, hold: int, person: UUID, proof: TwoPeople, now: datetime) -> bool:
    """Lift one hold on a person; gives whether it was in force."""
    asked_by, approved_by = _both(proof)
    record(
        "cases.person.lift_hold",
        by=proof.approved_by,
        at=now,
        persons=[person],
        basis=_ground(proof.approved_by, [person]),
    )
    return vault.lift_hold(hold, person=person, asked_by=asked_by, approved_by=approved_by, now=now)


def _ground(by: Viewer, persons: Collection[UUID]) -> str:
    """Name the ground on which all cases of these persons lie open to one of the two."""
    with acting_as(by):
        return basis_of(by, *Case.objects.filter(person_id__in=persons))


def _both(proof: TwoPeople) -> tuple[int, int]:
    """Name the two users. What is no proof is refused here too: types are not there when the program runs."""
    if not isinstance(proof, TwoPeople):
        raise vault.NotTwoPeople
    return proof.asked_by.known_user_id, proof.approved_by.known_user_id


@transaction.atomic
def empty_persons(persons: Collection[UUID]) -> None:
    """Empty all that is coded about persons, in the records and in their history, and remove their files from the disk.

    It may be run again: after a restore it is.
    """
    chosen = list(persons)
    for start in range(0, len(chosen), AT_ONCE):
        bunch = chosen[start : start + AT_ONCE]
        with keeping(bunch):
            for model in KEPT:
                _empty(model, bunch)
            names = list(Document.objects.filter(person_id__in=bunch).values_list("stored_name", flat=True))
        for name in names:
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
