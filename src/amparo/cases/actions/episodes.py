"""Add a trafficking situation to a case, and tie it to an operation."""

from __future__ import annotations

from datetime import datetime
from random import Random, SystemRandom
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from amparo.access.rules import Permission, Viewer
from amparo.cases.actions.changing import refuse_episode_faults
from amparo.cases.actions.happenings import note_happening
from amparo.cases.actions.sealing import sealing_about
from amparo.cases.models import Case, Episode, Operation
from amparo.cases.queries.visible import Absent, visible_case
from amparo.cases.rules import EpisodeDetails
from amparo.cases.rules.deriving import episode_months
from amparo.cases.rules.timeline import Happening
from amparo.vault.storing import columns_of
from amparo.vocab.identifiers import uuid7
from amparo.vocab.reference import BadReference, make_reference, parse_reference
from amparo.vocab.state import load_state


@transaction.atomic
def add_episode(*, reference: str, details: EpisodeDetails, by: Viewer, now: datetime) -> UUID:
    """Add an episode; gives its id. Raises `NotAcceptable` or `Absent`."""
    case = visible_case(by, reference, permission=Permission.CASE_EDIT)
    refuse_episode_faults(details, case=case, by=by, now=now)
    Case.objects.select_for_update().get(id=case.id)  # numbers are given out one at a time
    number = (case.episodes.aggregate(last=Max("number"))["last"] or 0) + 1
    row, sealing = uuid7(), sealing_about(case.person_id, by=by, now=now)
    columns = columns_of(details, model=Episode, row=row, person=case.person_id, sealing=sealing)
    Episode.objects.create(
        id=row, case=case, person_id=case.person_id, number=number, created_at=now, changed_at=now,
        **episode_months(details), **columns,
    )  # fmt: skip
    Case.objects.filter(id=case.id).update(changed_at=now)
    note_happening(
        case, Happening.EPISODE_ADDED, action="cases.episode.add", by=by, now=now, subject=str(number)
    )
    return row


@transaction.atomic
def link_operation(
    *, reference: str, episode: UUID, operation: str, by: Viewer, now: datetime, rng: Random | None = None
) -> str:
    """Tie an episode to an operation, a new one when `operation` is empty; gives the operation's reference.

    The operation's reference is passed on by people who work together. It opens no file: whoever links learns only
    how many episodes the operation has.
    """
    case = visible_case(by, reference, permission=Permission.CASE_EDIT)
    found = case.episodes.filter(id=episode)
    if not found.exists():
        raise Absent
    tied = _operation(operation, now=now, rng=rng or SystemRandom())
    found.update(operation=tied)
    note_happening(
        case, Happening.OPERATION_LINKED, action="cases.episode.link", by=by, now=now, subject=tied.reference
    )
    return tied.reference


def _operation(reference: str, *, now: datetime, rng: Random) -> Operation:
    if not reference:
        prefix = load_state(settings.AMPARO_STATE).reference_prefix + "O"
        return Operation.objects.create(reference=make_reference(prefix, rng), created_at=now)
    try:
        return Operation.objects.get(reference=parse_reference(reference))
    except (BadReference, Operation.DoesNotExist) as error:
        raise Absent from error
