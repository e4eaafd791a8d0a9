"""Under 18, or age in doubt: the child track (architecture, rule 3; Palermo Protocol article 3(d); Council of Europe Convention article 10(3))."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from amparo.vocab.dates import PartialDate, StatedAge, age_in_years
from amparo.vocab.text import N_

ADULT_AGE = 18


class ChildTrack(StrEnum):
    """Which track a case follows."""

    ADULT = "adult"
    CHILD = "child"
    IN_DOUBT = "in_doubt"

    @property
    def label(self) -> str:
        """Return the words for the track."""
        return {"adult": N_("Adult"), "child": N_("Child"), "in_doubt": N_("Age in doubt")}[self.value]

    @property
    def is_child_track(self) -> bool:
        """Tell whether the safeguards for children hold: they do in doubt as well."""
        return self is not ChildTrack.ADULT


def age_on(day: date, *, birth: PartialDate | None, stated_age: StatedAge | None) -> tuple[int, int] | None:
    """Return the lowest and the highest age in years that are possible on a day, or None when nothing is known."""
    if birth is not None:
        return max(age_in_years(birth.latest(), day), 0), age_in_years(birth.earliest(), day)
    return None if stated_age is None else stated_age.age_on(day)


def child_track(
    day: date, *, birth: PartialDate | None, stated_age: StatedAge | None, age_status: str
) -> ChildTrack:
    """Decide the track. A doubt is never resolved against the child."""
    ages = age_on(day, birth=birth, stated_age=stated_age)
    if age_status in {"child", "presumed_child", "in_assessment"}:
        return ChildTrack.CHILD if age_status == "child" else ChildTrack.IN_DOUBT
    if ages is None:
        return ChildTrack.ADULT if age_status == "adult" else ChildTrack.IN_DOUBT
    lowest, highest = ages
    if highest < ADULT_AGE:
        return ChildTrack.CHILD
    if lowest >= ADULT_AGE or age_status == "adult":
        return ChildTrack.ADULT
    return ChildTrack.IN_DOUBT
