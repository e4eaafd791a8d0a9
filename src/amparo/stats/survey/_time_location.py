"""Time-location sampling: people who go to places, drawn at places and hours."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._design import SurveyDesign, kish_design_effect
from ._result import Numbers, caution, column_of, row_of

__all__ = ["Event", "TimeLocationSample", "time_location"]

SOURCES: Final = (
    "Karon, J. M., Wejnert, C. (2012). Statistical methods for the analysis of time-location sampling data. J. Urban Health 89, 565-586.",
    "MacKellar, D. A. et al. (2007). Surveillance of HIV risk and prevention behaviors of men who have sex with men. Public Health Rep. 122, 39-47.",
)
ASSUMPTIONS: Final = (
    Said(
        N_(
            "Everybody who is meant goes to some place of the list in the time of the survey: whoever goes nowhere is not counted."
        )
    ),
    Said(N_("People tell rightly how often they go to places of the list.")),
    Said(N_("Those asked at a place and hour are as if drawn at random from those who were there.")),
)
HEAVY: Final = 3.0


@dataclass(frozen=True, slots=True)
class Event:
    """Holds one place and hour that was visited: how likely it was to be drawn, how many were there, how many answered.

    ``attended`` counts all who belong to the population and came while the team was there, ``interviewed`` those who
    answered. ``stratum`` is of the drawing of events (kind of place, say).
    """

    name: str
    probability: float
    attended: int
    interviewed: int
    stratum: str = "all"


@dataclass(frozen=True, slots=True, eq=False)
class TimeLocationSample:
    """Holds the weights of the respondents as a design (events are its clusters), with what to keep in mind.

    Estimate means and shares with it. Totals count the people who go to the places of the list, if ``visits`` counted the
    visits of the whole time that the list of events covers.
    """

    design: SurveyDesign
    assumptions: tuple[Said, ...]
    warnings: tuple[Caution, ...]
    sources: tuple[str, ...]


def time_location(
    events: Sequence[Event],
    event_of: Sequence[Hashable],
    visits: Sequence[float] | Numbers,
    *,
    events_in_population: Mapping[str, float] | None = None,
) -> TimeLocationSample:
    """Give each respondent the weight attended / (interviewed · probability · visits).

    ``event_of`` names the event at which each was interviewed, ``visits`` at how many events of the list they are present in
    the time that the list covers, this one included: who comes often is met often, and stands for fewer people (Karon and
    Wejnert 2012). ``events_in_population`` tells how many events each stratum has, for the finite population correction.
    """
    known = _checked(events)
    names = [str(name) for name in event_of]
    often = column_of(visits, length=len(names), what="visits")
    for row, name in enumerate(names, start=1):
        if name not in known:
            raise CannotEstimate(
                N_("Row %(row)s was interviewed at %(event)s, which is not among the events."),
                row=row,
                event=name,
            )
    wrong = ~((often >= 1) & np.isfinite(often))
    if wrong.any():
        raise CannotEstimate(
            N_("Row %(row)s comes %(visits)s times. Whoever was met comes at least once."),
            row=row_of(wrong),
            visits=often[wrong][0],
        )
    for event in known.values():
        if (given := names.count(event.name)) != event.interviewed:
            raise CannotEstimate(
                N_("At %(event)s, %(told)s people were interviewed, and there are rows of %(given)s."),
                event=event.name,
                told=event.interviewed,
                given=given,
            )
    at = [known[name] for name in names]
    parts = np.array([event.attended / (event.interviewed * event.probability) for event in at])
    design = SurveyDesign.of(
        parts / often,
        strata=[event.stratum for event in at],
        clusters=names,
        clusters_in_population=events_in_population,
    )
    return TimeLocationSample(design, ASSUMPTIONS, _concerns(events, design.weights, often), SOURCES)


def _checked(events: Sequence[Event]) -> dict[str, Event]:
    known: dict[str, Event] = {}
    for event in events:
        if event.name in known:
            raise CannotEstimate(N_("Event %(event)s is told twice."), event=event.name)
        if not 0 < event.probability <= 1:
            raise CannotEstimate(
                N_("Event %(event)s was drawn with probability %(value)s. It must be above 0 and at most 1."),
                event=event.name,
                value=event.probability,
            )
        if not 0 <= event.interviewed <= event.attended:
            raise CannotEstimate(
                N_("At %(event)s, %(interviewed)s of %(attended)s people were interviewed. That cannot be."),
                event=event.name,
                interviewed=event.interviewed,
                attended=event.attended,
            )
        known[event.name] = event
    return known


def _concerns(events: Sequence[Event], weights: Numbers, often: Numbers) -> tuple[Caution, ...]:
    found = []
    silent = [event.name for event in events if event.interviewed == 0 and event.attended > 0]
    if silent:
        template = N_(
            "Events where people came and nobody answered: %(count)s, the first %(event)s. Those people are missing."
        )
        found.append(caution("silent-events", template, count=len(silent), event=silent[0]))
    asked, there = sum(event.interviewed for event in events), sum(event.attended for event in events)
    if asked < there / 2:
        template = N_("Only %(percent)s %% of those who came answered.")
        found.append(caution("low-response", template, percent=round(100 * asked / there)))
    if (effect := kish_design_effect(weights)) > HEAVY:
        template = N_(
            "The weights are very unequal (design effect %(effect)s): a few respondents who seldom come carry the result."
        )
        found.append(caution("unequal-weights", template, effect=round(effect, 1)))
    if np.all(often == often[0]):
        template = N_("Everybody is said to come equally often: were they asked?")
        found.append(caution("equal-visits", template))
    return tuple(found)
