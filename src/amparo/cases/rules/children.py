"""Under age, or age in doubt: the child track (architecture, rule 3; Palermo Protocol article 3(d); Council of Europe Convention article 10(3)).

From which age on somebody is an adult is a rule of the State (`State.adult_age`), so it is given to whoever decides here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from enum import StrEnum

from amparo.cases.rules.person import PersonDetails
from amparo.vocab.dates import age_in_years
from amparo.vocab.text import N_

PRESUMED = frozenset({"presumed_child", "in_assessment"})
ABOUT_YEARS = 2  # how much younger somebody may be than by a date of birth that is only about right


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


def age_on(day: date, person: PersonDetails) -> tuple[int, int] | None:
    """Return the lowest and the highest age in years that are possible on a day, or None when nothing is known."""
    birth, stated = person.birth, person.stated_age
    if birth is not None:
        return max(age_in_years(birth.latest(), day), 0), age_in_years(birth.earliest(), day)
    return None if stated is None else stated.age_on(day)


def child_track(person: PersonDetails, *, on: date, adult_age: int) -> ChildTrack:
    """Decide the track on a day. A doubt is never resolved against the child."""
    if person.age_status in PRESUMED:
        return ChildTrack.IN_DOUBT  # until somebody decides, whatever a paper says
    ages = age_on(on, person)
    if ages is None:
        by_word = {"adult": ChildTrack.ADULT, "child": ChildTrack.CHILD}
        return by_word.get(person.age_status, ChildTrack.IN_DOUBT)
    lowest, highest = ages
    if person.birth is not None and person.birth.is_approximate:
        lowest -= ABOUT_YEARS
    if person.age_status == "child":
        # Where the date makes an adult of her, one of the two is wrong.
        return ChildTrack.CHILD if lowest < adult_age else ChildTrack.IN_DOUBT
    if highest < adult_age:
        return ChildTrack.CHILD
    if lowest >= adult_age or person.age_status == "adult":
        return ChildTrack.ADULT
    return ChildTrack.IN_DOUBT


def track_after(person: PersonDetails, *, was: ChildTrack, on: date, adult_age: int) -> ChildTrack:
    """Decide the track on a day up to which time went by and nothing else.

    Who was said to be a child, and was one by the date too, comes of age by the date: that is no contradiction.
    """
    track = child_track(person, on=on, adult_age=adult_age)
    came_of_age = was is ChildTrack.CHILD and person.age_status == "child" and track is ChildTrack.IN_DOUBT
    return ChildTrack.ADULT if came_of_age else track


def track_before(person: PersonDetails, *, was: ChildTrack, on: date, adult_age: int) -> ChildTrack:
    """Decide the track on an earlier day by what is known by now. That she is an adult now does not make her one then."""
    if was is ChildTrack.CHILD and person.age_status == "adult":
        if age_on(on, person) is None:
            return was
        person = replace(person, age_status="not_asked")
    return child_track(person, on=on, adult_age=adult_age)
