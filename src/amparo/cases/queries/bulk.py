"""Open many whole cases at once, for taking them out: a handful of queries and one logged reading a bunch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from amparo.access.actions import begin_reading
from amparo.access.queries import scoped
from amparo.access.rules import Permission, Viewer, basis_of
from amparo.cases.models import Case, Episode, Note, Person
from amparo.cases.queries.lists import CaseChoices, narrowed
from amparo.cases.rules.case import CaseDetails
from amparo.cases.rules.episode import EpisodeDetails
from amparo.cases.rules.lifecycle import Stage
from amparo.cases.rules.person import PersonDetails
from amparo.vault.queries import open_many
from amparo.vault.rules import Reading
from amparo.vault.storing import opened_fields, record_from, sealed_of

OPENED_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class BareFile:
    """All that is recorded of a case, opened, without what only a page shows."""

    id: UUID
    reference: str
    stage: Stage
    closure_reason: str
    source: str
    person: PersonDetails
    details: CaseDetails
    episodes: tuple[EpisodeDetails, ...]
    comments: tuple[str, ...]


def count_files(viewer: Viewer, *, choices: CaseChoices, permission: Permission, consent: bool) -> int:
    """Count the cases on which the viewer may do that, with consent or without."""
    return _chosen(viewer, choices, permission, consent=consent).count()


def iterate_files(
    viewer: Viewer,
    *,
    choices: CaseChoices,
    permission: Permission,
    action: str,
    with_consent_only: bool,
    now: datetime,
    only: Collection[UUID] | None = None,
) -> Iterator[BareFile]:
    """Yield the cases on which the viewer may do that, oldest first, opened in logged readings named by `action`.

    With `only`, those of them that it names.
    """
    cases = _chosen(viewer, choices, permission, consent=True if with_consent_only else None)
    cases = cases if only is None else cases.filter(id__in=only)
    ids = list(cases.order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), OPENED_AT_ONCE):
        bunch = list(
            Case.objects.filter(id__in=ids[start : start + OPENED_AT_ONCE])
            .select_related("person")
            .order_by("id")
        )
        reading = begin_reading(
            viewer,
            action=action,
            persons={one.person_id for one in bunch},
            basis=basis_of(viewer, *bunch),
            fields=opened_fields(Person, Case, Episode, Note),
            now=now,
        )
        yield from _files(bunch, reading)


def chosen_ids(
    viewer: Viewer, *, choices: CaseChoices, permission: Permission, with_consent_only: bool
) -> dict[UUID, UUID]:
    """Give by its id whose person each chosen case is about; nothing is opened."""
    cases = _chosen(viewer, choices, permission, consent=True if with_consent_only else None)
    return dict(cases.order_by("id").values_list("id", "person_id"))


def _chosen(
    viewer: Viewer, choices: CaseChoices, permission: Permission, *, consent: bool | None
) -> QuerySet[Case]:
    cases = narrowed(scoped(viewer, Case.objects.all(), permission=permission), choices)
    if consent is None:
        return cases
    return cases.filter(consent="yes") if consent else cases.filter(~Q(consent="yes"))


def _files(cases: Sequence[Case], reading: Reading) -> Iterator[BareFile]:
    episodes: dict[UUID, list[Episode]] = defaultdict(list)
    for episode in Episode.objects.filter(case__in=cases).order_by("number"):
        episodes[episode.case_id].append(episode)
    comments: dict[UUID, list[str]] = defaultdict(list)
    notes = list(
        Note.objects.filter(case__in=cases, kind="case_comment", is_sensitive=False).order_by(
            "created_at", "id"
        )
    )
    for note, opened in zip(notes, open_many(reading, [note.text for note in notes]), strict=True):
        if opened:  # what belonged to a person who was erased is gone
            comments[note.case_id].append(opened["text"])
    for case in cases:
        yield BareFile(
            id=case.id,
            reference=case.reference,
            stage=Stage(case.stage),
            closure_reason=case.closure_reason,
            source=case.source,
            person=record_from(
                case.person, PersonDetails, open_many(reading, sealed_of(case.person, PersonDetails))
            ),
            details=record_from(case, CaseDetails, open_many(reading, sealed_of(case, CaseDetails))),
            episodes=tuple(
                record_from(one, EpisodeDetails, open_many(reading, sealed_of(one, EpisodeDetails)))
                for one in episodes[case.id]
            ),
            comments=tuple(comments[case.id]),
        )
