"""What cases offer for figures: one row an episode, and one row a person in a case. Coded columns only, nothing is opened.

Only cases whose person agreed ("yes") are in. No, not asked, refused and unknown are all out: a lawful basis without consent is a record
of its own, which does not exist yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from amparo.cases.queries.coded import coded_cases, coded_episodes
from amparo.cases.rules import coarsening as coarse
from amparo.cases.rules.children import ChildTrack
from amparo.cases.rules.fact_columns import (
    CASE_COLUMNS,
    PERSON_COLUMNS,
    SHARED_COLUMNS,
    episode_columns,
    summary_columns,
)
from amparo.vocab.facts import PERSON, FactTable
from amparo.vocab.state import State, load_state
from amparo.vocab.text import N_

CONSENT = "yes"
SOURCE = N_("Case records of the organisations that work with this installation, of persons who agreed.")

Pseudonym = Callable[[UUID], int]
Facts = dict[str, Any]


def fact_tables() -> tuple[FactTable, ...]:
    """Return the tables, with the areas of the State that this installation serves."""
    state = load_state(settings.AMPARO_STATE)
    return (
        FactTable(
            name="person_case",
            label=N_("Person-cases"),
            counting_unit="person-cases",
            definition=N_(
                "Each person once for each of her cases, whatever was decided about identification. A person with two "
                "cases counts twice."
            ),
            source=SOURCE,
            columns=(*CASE_COLUMNS, *PERSON_COLUMNS, *summary_columns(state)),
            rows=lambda pseudonym: _person_cases(state, pseudonym),
        ),
        FactTable(
            name="episode",
            label=N_("Trafficking episodes"),
            counting_unit="episodes",
            definition=N_(
                "Each trafficking situation once. A person who was trafficked twice counts twice; a case without a "
                "recorded situation does not count."
            ),
            source=SOURCE,
            columns=(*episode_columns(state), *SHARED_COLUMNS, *PERSON_COLUMNS),
            rows=lambda pseudonym: _episodes(state, pseudonym),
        ),
    )


# -- rows ------------------------------------------------------------------------------------------------------------------


def _person_cases(state: State, pseudonym: Pseudonym) -> Iterator[Sequence[Facts]]:
    for cases, episodes in coded_cases(consent=CONSENT):
        yield [_person_case(case, episodes.get(case["id"], []), state, pseudonym) for case in cases]


def _episodes(state: State, pseudonym: Pseudonym) -> Iterator[Sequence[Facts]]:
    for rows in coded_episodes(consent=CONSENT):
        yield [_episode(row, state, pseudonym) for row in rows]


def _person_case(
    case: Mapping[str, Any], episodes: Sequence[Mapping[str, Any]], state: State, pseudonym: Pseudonym
) -> Facts:
    first: Mapping[str, Any] = episodes[0] if episodes else _NO_EPISODE
    together = {
        name: coarse.union(row[name] for row in episodes) for name in ("purposes", "means", "sectors")
    }
    return {
        PERSON: pseudonym(case["person_id"]),
        **_case_facts(case),
        **_person_facts(case, state),
        **_purpose_facts({**first, **together}, case, state),
        "number_of_episodes": coarse.number_band(len(episodes)),
    }


def _episode(row: Mapping[str, Any], state: State, pseudonym: Pseudonym) -> Facts:
    same = (
        "is_ongoing", "is_online", "has_debt", "recruiter_relation", "acts", "sexual_exploitation_types", "divisions",
        "recruitment_methods", "control_methods",
    )  # fmt: skip
    facts = _case_facts(row)
    return {
        PERSON: pseudonym(row["person_id"]),
        **{column.name: facts[column.name] for column in SHARED_COLUMNS},
        **_person_facts(row, state),
        **_purpose_facts(row, row, state),
        **{name: row[name] for name in same},
        "year_started": coarse.year(row["started_month"]),
        "duration": coarse.duration(row["started_month"], row["ended_month"]),
    }


def _case_facts(case: Mapping[str, Any]) -> Facts:
    closed = case["closed_date"]
    same = (
        "stage",
        "child_track",
        "track_at_opening",
        "closure_reason",
        "identification",
        "deciding_body",
        "referral_reason",
        "vulnerabilities",
    )
    return {
        **{name: case[name] for name in same},
        "year_opened": str(case["opened_date"].year),
        "quarter_opened": coarse.quarter(case["opened_date"]),
        "year_closed": str(closed.year) if closed else "not_applicable",
        "organisation_kind": case["organisation__kind"],
    }


def _person_facts(row: Mapping[str, Any], state: State) -> Facts:
    citizenships, is_stateless = row["person__citizenships"], row["person__is_stateless"]
    age = coarse.age_in_year(
        row["opened_date"].year,
        birth_year=row["person__birth_year"],
        is_child=row["track_at_opening"] == ChildTrack.CHILD,
    )
    first = coarse.first_citizenship(citizenships, is_stateless=is_stateless)
    return {
        "sex": row["person__sex"],
        "gender": row["person__gender"],
        "age_at_opening": coarse.age_band(age),
        "citizenship": first,
        "citizenship_group": coarse.citizenship_group(
            citizenships, is_stateless=is_stateless, country=state.country
        ),
        "several_citizenships": coarse.has_several(citizenships, is_stateless=is_stateless),
        "birth_country": row["person__birth_country"],
        "marital_status": row["person__marital_status"],
        "education": row["person__education"],
    }


def _purpose_facts(episode: Mapping[str, Any], row: Mapping[str, Any], state: State) -> Facts:
    main, purposes, route = episode["main_purpose"], episode["purposes"], episode["route"]
    return {
        "main_purpose": main,
        "purposes": purposes,
        "means": episode["means"],
        "sectors": episode["sectors"],
        "sector": coarse.one_of(episode["sectors"]),
        "exploitation_country": coarse.country_of(route, "exploitation"),
        "exploitation_area": coarse.area_of(route, "exploitation", areas=[area.code for area in state.areas]),
        "recruitment_country": coarse.country_of(route, "recruitment"),
        "crosses_border": coarse.crosses_border(route),
        "age_at_exploitation": coarse.age_band(_age_at_exploitation(episode, row)),
        "iccs": coarse.classified("iccs", main_purpose=main, purposes=purposes),
        "sdg": coarse.classified("sdg", main_purpose=main, purposes=purposes),
    }


def _age_at_exploitation(episode: Mapping[str, Any], row: Mapping[str, Any]) -> int | None:
    if episode["age_when_trafficked"] is not None:
        return int(episode["age_when_trafficked"])
    started = episode["started_month"][:4]
    is_child = row["track_at_opening"] == ChildTrack.CHILD
    return (
        coarse.age_in_year(int(started), birth_year=row["person__birth_year"], is_child=is_child)
        if started
        else None
    )


_NO_EPISODE: Mapping[str, Any] = {
    "main_purpose": "not_asked", "purposes": [], "means": [], "sectors": [], "route": [], "started_month": "",
    "age_when_trafficked": None,
}  # fmt: skip
