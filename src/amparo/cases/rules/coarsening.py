"""Make what is known of a case coarse enough to be counted: bands for ages, groups for citizenships, years for days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from amparo.vocab.codes import code_list
from amparo.vocab.null import NULL_REASONS, is_answered
from amparo.vocab.text import N_

# The bands of the Counter-Trafficking Data Collaborative.
AGE_BANDS = ((0, 8), (9, 17), (18, 20), (21, 23), (24, 26), (27, 29), (30, 38), (39, 47))
OLDEST_BAND = "48+"
AGE_BAND_LABELS = (
    ("0-8", N_("0 to 8 years")),
    ("9-17", N_("9 to 17 years")),
    ("18-20", N_("18 to 20 years")),
    ("21-23", N_("21 to 23 years")),
    ("24-26", N_("24 to 26 years")),
    ("27-29", N_("27 to 29 years")),
    ("30-38", N_("30 to 38 years")),
    ("39-47", N_("39 to 47 years")),
    (OLDEST_BAND, N_("48 years and older")),
)
DURATIONS = (
    ("0-12", N_("Up to 12 months")),
    ("13-24", N_("13 to 24 months")),
    ("25+", N_("25 months and longer")),
)
SEVERAL, STATELESS = "several", "stateless"
OLDEST_CHILD = AGE_BANDS[1][1]  # the bands part children from adults here, whatever the law of a State says


def age_band(age: int | None) -> str:
    """Return the band of an age in years."""
    if age is None or age < 0:
        return "unknown"
    return next((f"{low}-{high}" for low, high in AGE_BANDS if low <= age <= high), OLDEST_BAND)


def age_in_year(year: int, *, birth_year: int | None, is_child: bool) -> int | None:
    """Return the age reached in a year. Who was a child then and turns 18 in that year counts as 17."""
    if birth_year is None:
        return None
    age = year - birth_year
    return OLDEST_CHILD if is_child and age == OLDEST_CHILD + 1 else age


def year(month_or_year: str) -> str:
    """Return the year of a month such as 2025-03."""
    return month_or_year[:4] or "unknown"


def quarter(day: date) -> str:
    """Return the quarter of a day, such as 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def duration(started: str, ended: str) -> str:
    """Return how long something lasted, from months such as 2025-03; unknown where one of them is only a year."""
    if len(started) != 7 or len(ended) != 7:
        return "unknown"
    months = (int(ended[:4]) - int(started[:4])) * 12 + int(ended[5:]) - int(started[5:])
    if months < 0:
        return "unknown"
    return "0-12" if months <= 12 else "13-24" if months <= 24 else "25+"


def first_citizenship(citizenships: Sequence[str], *, is_stateless: str) -> str:
    """Return the citizenship that was recorded first, or stateless, or why there is none."""
    if is_stateless == "yes":
        return STATELESS
    return citizenships[0] if citizenships else "not_asked"


def citizenship_group(citizenships: Sequence[str], *, is_stateless: str, country: str) -> str:
    """Return national, foreign or stateless; who has the citizenship of the State among others is a national."""
    if country in citizenships:
        return "national"
    if is_stateless == "yes":
        return STATELESS
    return "foreign" if is_answered(citizenships) else first_citizenship(citizenships, is_stateless="no")


def has_several(citizenships: Sequence[str], *, is_stateless: str) -> str:
    """Tell whether there is more than one citizenship."""
    if not is_answered(citizenships):
        return (
            "not_applicable" if is_stateless == "yes" else first_citizenship(citizenships, is_stateless="no")
        )
    return "yes" if len(citizenships) > 1 else "no"


def one_of(codes: Sequence[str]) -> str:
    """Return the only code of a set, "several", or why there is none."""
    if not codes:
        return "not_asked"
    return codes[0] if len(codes) == 1 else SEVERAL


def union(sets: Iterable[Sequence[str]]) -> list[str]:
    """Return the codes of several sets; a reason for no answer stays only where no set has an answer."""
    found = sorted({code for codes in sets for code in codes})
    return [code for code in found if code not in NULL_REASONS] or found[:1]


def legs(route: Iterable[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    """Return the legs of a route on which that happened."""
    return [leg for leg in route if leg.get("kind") == kind]


def country_of(route: Iterable[Mapping[str, Any]], kind: str) -> str:
    """Return the country of the first leg of that kind."""
    found = legs(route, kind)
    return str(found[0].get("country") or "unknown") if found else "not_asked"


def area_of(route: Iterable[Mapping[str, Any]], kind: str, *, areas: Iterable[str]) -> str:
    """Return the first-level area of the first leg of that kind. Words that name no listed area are not passed on."""
    found = legs(route, kind)
    if not found:
        return "not_asked"
    area = str(found[0].get("area") or "")
    if not area:
        return "unknown"
    return area if area in areas else "unlisted"


def crosses_border(route: Sequence[Mapping[str, Any]]) -> str:
    """Tell whether recruitment and exploitation were in different countries."""
    source, goal = country_of(route, "recruitment"), country_of(route, "exploitation")
    if not is_answered(source) or not is_answered(goal):
        return "unknown"
    return "no" if source == goal else "yes"


def classified(standard: str, *, main_purpose: str, purposes: Sequence[str]) -> str:
    """Return the code of another standard for the purpose: of the main one, else of all when they share one code."""
    listed = code_list("purpose")
    chosen = (
        [main_purpose]
        if is_answered(main_purpose)
        else [code for code in purposes if code not in NULL_REASONS]
    )
    found = sorted({code for one in chosen if one in listed for code in listed.to_crosswalk(standard, one)})
    if len(found) > 1:
        return SEVERAL
    return found[0] if found else "unknown"


def number_band(number: int) -> str:
    """Return 0, 1, 2 or 3+."""
    return str(number) if number < 3 else "3+"
