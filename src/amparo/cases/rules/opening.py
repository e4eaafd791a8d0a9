"""What it takes to open a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from amparo.cases.rules.case import CaseDetails
from amparo.cases.rules.checking import Problem, problems
from amparo.cases.rules.episode import EpisodeDetails
from amparo.cases.rules.lifecycle import Stage
from amparo.cases.rules.person import PersonDetails
from amparo.vocab.dates import PartialDate
from amparo.vocab.null import is_answered
from amparo.vocab.state import AREA_CODE
from amparo.vocab.text import N_


@dataclass(frozen=True, kw_only=True, slots=True)
class NewNote:
    """A note that comes with a new case."""

    text: str
    kind: str = "general"
    is_sensitive: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCase:
    """A case to be opened, for a new person or (by `existing_person`) for one who has a case already."""

    person: PersonDetails = PersonDetails()
    existing_person: UUID | None = None
    details: CaseDetails = CaseDetails()
    episodes: tuple[EpisodeDetails, ...] = ()
    notes: tuple[NewNote, ...] = ()
    opened_date: date
    stage: Stage = Stage.INTAKE
    closed_date: date | None = None
    closure_reason: str = "not_applicable"
    source: str = "entered"
    worker_id: int | None = None
    team_id: int | None = None


def opening_problems(new: NewCase, *, today: date) -> tuple[Problem, ...]:
    """List the faults of a case to be opened: of its parts, and where its dates contradict each other."""
    return tuple(_faults(new, today))


def _faults(new: NewCase, today: date) -> Iterator[Problem]:
    if new.existing_person is None:
        yield from problems(new.person, today=today)
    yield from problems(new.details, today=today)
    for number, episode in enumerate(new.episodes, start=1):
        for fault in episode_problems(episode, birth=new.person.birth, today=today):
            yield replace(fault, attribute=f"episodes.{number}.{fault.attribute}")
    if new.opened_date > today:
        yield Problem(attribute="opened_date", message=N_("A case cannot be opened in the future."), about={})
    if new.closed_date is not None and new.closed_date < new.opened_date:
        yield Problem(
            attribute="closed_date", message=N_("The case would be closed before it was opened."), about={}
        )


def episode_problems(
    episode: EpisodeDetails, *, birth: PartialDate | None, today: date
) -> tuple[Problem, ...]:
    """List the faults of an episode, also against the date of birth."""
    found = list(problems(episode, today=today))
    started, ended = episode.started, episode.ended
    if started is not None and ended is not None and ended.latest() < started.earliest():
        found.append(Problem(attribute="ended", message=N_("It would have ended before it began."), about={}))
    if ended is not None and episode.is_ongoing == "yes":
        found.append(
            Problem(
                attribute="ended",
                message=N_("It has an end and is said to go on. Clear one of them."),
                about={},
            )
        )
    if started is not None and birth is not None and started.latest() < birth.earliest():
        found.append(
            Problem(attribute="started", message=N_("It would have begun before she was born."), about={})
        )
    if is_answered(episode.main_purpose) and episode.main_purpose not in episode.purposes:
        found.append(
            Problem(
                attribute="main_purpose", message=N_("The main purpose is not among the purposes."), about={}
            )
        )
    found.extend(_area_problems(episode))
    return tuple(found)


def _area_problems(episode: EpisodeDetails) -> Iterator[Problem]:
    for number, leg in enumerate(episode.route, start=1):
        is_elsewhere = is_answered(leg.country) and not leg.area.startswith(f"{leg.country}-")
        if leg.area and (is_elsewhere or not AREA_CODE.fullmatch(leg.area)):
            yield Problem(
                attribute=f"route.{number}.area",
                message=N_(
                    "This is not the code of a region of that country. Write it like ET-OR, or leave it empty."
                ),
                about={},
            )
