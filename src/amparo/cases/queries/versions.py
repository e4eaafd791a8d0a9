"""A record as it was at an earlier version: the base of a three-way comparison."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from amparo.access.actions import begin_reading
from amparo.access.rules import Permission, Viewer, basis_of
from amparo.cases.models import Case, Episode, Person
from amparo.cases.queries.opened import opened_of
from amparo.cases.queries.places import PLACE_CLOSED
from amparo.cases.queries.visible import Absent, visible_case
from amparo.cases.rules.case import CaseDetails
from amparo.cases.rules.episode import EpisodeDetails
from amparo.cases.rules.person import PersonDetails
from amparo.vault.queries import open_many
from amparo.vault.rules import KeyKind
from amparo.vault.storing import record_from, sealed_of

R = TypeVar("R")


def person_at(
    viewer: Viewer, reference: str, version: int, *, now: datetime, with_place: bool = False
) -> PersonDetails:
    """Return the person of a case as she was recorded at a version; where she was, only where it is asked for."""
    case = visible_case(
        viewer, reference, permission=Permission.PLACE_READ if with_place else Permission.CASE_READ
    )
    without = frozenset() if with_place else PLACE_CLOSED
    return _at(viewer, case, Person, case.person_id, version, PersonDetails, now, without)


def case_at(viewer: Viewer, reference: str, version: int, *, now: datetime) -> CaseDetails:
    """Return a case as it was recorded at a version."""
    case = visible_case(viewer, reference)
    return _at(viewer, case, Case, case.id, version, CaseDetails, now)


def episode_at(
    viewer: Viewer, reference: str, episode: UUID, version: int, *, now: datetime
) -> EpisodeDetails:
    """Return an episode of a case as it was recorded at a version."""
    case = visible_case(viewer, reference)
    if not case.episodes.filter(id=episode).exists():
        raise Absent
    return _at(viewer, case, Episode, episode, version, EpisodeDetails, now)


def _at(
    viewer: Viewer,
    case: Case,
    model: type[models.Model],
    row: UUID,
    version: int,
    record: type[R],
    now: datetime,
    without: Collection[KeyKind] = (),
) -> R:
    history: Any = getattr(model, "pgh_event_model")  # noqa: B009 - pghistory sets it, the checker cannot know
    past = history.objects.filter(pgh_obj_id=row, version=version).order_by("-pgh_id").first()
    if past is None:
        raise Absent
    reading = begin_reading(
        viewer,
        action="cases.case.read_version",
        persons=[case.person_id],
        record=case.reference,
        basis=basis_of(viewer, case),
        fields=opened_of(case, model, without=without),
        now=now,
    )
    return record_from(past, record, open_many(reading, sealed_of(past, record, without=without)))
