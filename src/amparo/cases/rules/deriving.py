"""The coarse columns that lists and facts need, made from what is sealed when it is written."""

from __future__ import annotations

from amparo.cases.rules.episode import EpisodeDetails, month_of
from amparo.cases.rules.person import PersonDetails


def birth_year(person: PersonDetails) -> int | None:
    """Return the year of birth as far as it is known; from a stated age, the year it points to."""
    if person.birth is not None:
        return person.birth.year
    if person.stated_age is not None:
        return person.stated_age.stated_on.year - person.stated_age.years
    return None


def episode_months(episode: EpisodeDetails) -> dict[str, str]:
    """Return the columns of an episode's period, no finer than a month."""
    return {"started_month": month_of(episode.started), "ended_month": month_of(episode.ended)}
