"""Read what facts are made of: coded columns only, in batches and in random order. Nothing here can be opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from django.db.models.functions import Random

from amparo.cases.models import Case, Episode

BATCH = 5_000
# Those who are helped. Suspects are no victims, and what lies with the independent unit is in no figure.
COUNTED = ("hotline", "protection", "health", "child")
Coded = Mapping[str, Any]

# All of it is coded: a test holds every name here against the privacy classes of the models.
CASE_COLUMNS = (
    "opened_date", "closed_date", "stage", "child_track", "track_at_opening", "closure_reason", "identification",
    "deciding_body", "referral_reason", "vulnerabilities",
)  # fmt: skip
PERSON_COLUMNS = (
    "birth_year", "sex", "gender", "citizenships", "is_stateless", "birth_country", "marital_status",
    "education",
)  # fmt: skip
EPISODE_COLUMNS = (
    "started_month", "ended_month", "is_ongoing", "acts", "means", "purposes", "main_purpose",
    "sexual_exploitation_types", "sectors", "divisions", "recruitment_methods", "recruiter_relation", "control_methods",
    "is_online", "has_debt", "age_when_trafficked", "route",
)  # fmt: skip
ORGANISATION_COLUMNS = ("kind",)


def coded_cases(*, consent: str) -> Iterator[tuple[list[Coded], dict[UUID, list[Coded]]]]:
    """Yield batches of the cases with that consent, each with the episodes of its cases in their order."""
    wanted = (
        "id", "person_id", *CASE_COLUMNS, *_across("person", PERSON_COLUMNS),
        *_across("organisation", ORGANISATION_COLUMNS),
    )  # fmt: skip
    chosen = Case.objects.filter(consent=consent, compartment__in=COUNTED).order_by(Random())
    rows = chosen.values(*wanted).iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        yield list(batch), _episodes_of([case["id"] for case in batch])


def coded_episodes(*, consent: str) -> Iterator[list[Coded]]:
    """Yield batches of the episodes of cases with that consent, each with what is coded of its case and its person."""
    wanted = (
        "person_id", *EPISODE_COLUMNS, *_across("case", CASE_COLUMNS), *_across("case__person", PERSON_COLUMNS),
        *_across("case__organisation", ORGANISATION_COLUMNS),
    )  # fmt: skip
    chosen = Episode.objects.filter(case__consent=consent, case__compartment__in=COUNTED).order_by(Random())
    rows = chosen.values(*wanted).iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        yield [{name.removeprefix("case__"): value for name, value in row.items()} for row in batch]


def _across(relation: str, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{relation}__{column}" for column in columns)


def _episodes_of(cases: Sequence[UUID]) -> dict[UUID, list[Coded]]:
    chosen = Episode.objects.filter(case_id__in=cases).order_by("case_id", "number")
    rows = chosen.values("case_id", *EPISODE_COLUMNS)
    return {case: list(group) for case, group in groupby(rows, key=lambda row: row["case_id"])}
