"""Make snapshots for tests, and cases that differ enough to fill tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from amparo.access.rules import Permission, Viewer, system_viewer
from amparo.cases.actions import open_cases
from amparo.cases.rules import EpisodeDetails, Leg, Name, PersonDetails
from amparo.cases.rules.opening import NewCase
from amparo.evidence.actions import build_snapshot, record_snapshot
from amparo.evidence.models import Study
from amparo.evidence.queries.holdings import METADATA, directory_of
from amparo.evidence.rules import StudyChoices, StudyState
from amparo.vocab.dates import PartialDate
from amparo.vocab.facts import PERSON
from tests.factories.accounts import NOW
from tests.factories.cases import DETAILS, EPISODE

BUILDER = system_viewer(
    [Permission.SNAPSHOT_BUILD, Permission.FACTS_EXPORT, Permission.TABLES_VIEW, Permission.TABLES_DOWNLOAD]
)


def make_snapshot() -> UUID:
    """Build a snapshot of what is in the database."""
    snapshot = record_snapshot(by=BUILDER, now=NOW)
    build_snapshot(snapshot, now=lambda: NOW)
    return snapshot


def make_many_cases(viewer: Viewer, count: int, *, seed: int = 1) -> tuple[str, ...]:
    """Open cases with different persons, purposes, places and years."""
    rng = Random(seed)
    return open_cases(new=[_case(rng) for _ in range(count)], by=viewer, now=NOW, rng=rng)


def new_case(
    *, person: PersonDetails, episodes: tuple[EpisodeDetails, ...] = (EPISODE,), consent: str = "yes"
) -> NewCase:
    """Describe one case to be opened."""
    return NewCase(
        person=person,
        details=replace(DETAILS, consent=consent),
        episodes=episodes,
        opened_date=date(2026, 3, 1),
    )


def _case(rng: Random) -> NewCase:
    year = rng.choices((2022, 2023, 2024, 2025, 2026), (2, 3, 4, 5, 4))[0]
    day = min(date(year, 1, 1) + timedelta(days=rng.randrange(365)), NOW.date())
    is_child = rng.random() < 0.2
    birth = PartialDate(year - (rng.randrange(8, 17) if is_child else rng.randrange(18, 55)))
    person = PersonDetails(
        names=(Name(text=f"Person {rng.randrange(10**6)}"),),
        birth=birth,
        age_status="child" if is_child else "adult",
        sex=rng.choices(("female", "male", "intersex", "unknown"), (60, 36, 0.3, 2))[0],
        citizenships=(
            rng.choices(
                ("XA", "SY", "NG", "VN", "PH", "UA", "CO", "ET", "IS"), (40, 15, 12, 9, 8, 7, 5, 3, 0.3)
            )[0],
        ),
        is_stateless="no",
    )
    consent = rng.choices(("yes", "no", "not_asked"), (90, 4, 6))[0]
    status = rng.choices(("identified", "possible", "not_trafficked"), (5, 4, 1))[0]
    details = replace(DETAILS, consent=consent, identification=status)
    episodes = tuple(_episode(rng) for _ in range(rng.choices((1, 2, 3), (85, 13, 2))[0]))
    return NewCase(person=person, details=details, episodes=episodes, opened_date=day)


def _episode(rng: Random) -> EpisodeDetails:
    purposes = ("sexual_exploitation", "forced_labour", "forced_begging", "forced_marriage", "organ_removal")
    main = rng.choices(purposes, (45, 38, 9, 6, 0.5))[0]
    area = f"XA-{rng.randrange(1, 11):02d}"
    return replace(
        EPISODE,
        means=tuple(sorted(set(rng.choices(("deception", "threat_or_use_of_force", "abuse_of_power"), k=2)))),
        purposes=(main,),
        main_purpose=main,
        sectors=(rng.choice(("agriculture", "construction", "households", "manufacturing")),)
        if main == "forced_labour"
        else (),
        route=(Leg(kind="recruitment", country="SY"), Leg(kind="exploitation", country="XA", area=area)),
    )


def make_linked_snapshot(histories: Mapping[tuple[str, ...], int], *, year: str = "2025") -> UUID:
    """Make a snapshot in which so many persons have a case with each of these kinds of organisations, and nobody else has one."""
    import pyarrow as arrow
    from pyarrow import parquet

    snapshot = make_snapshot()
    directory = directory_of(snapshot)
    about = json.loads((directory / METADATA).read_text(encoding="utf-8"))
    told = about["tables"]["person_case"]
    schema = parquet.read_schema(directory / told["file"])
    people = [kinds for kinds, number in histories.items() for _ in range(number)]
    rows = [(number, kind) for number, kinds in enumerate(people) for kind in kinds]
    usual = {"year_opened": year, "sex": "female", "track_at_opening": "adult"}
    values = {
        name: [
            [usual.get(name, "not_asked")]
            if arrow.types.is_list(schema.field(name).type)
            else usual.get(name, "not_asked")
        ]
        * len(rows)
        for name in schema.names
    }
    values |= {PERSON: [number for number, _ in rows], "organisation_kind": [kind for _, kind in rows]}
    parquet.write_table(arrow.table(values, schema=schema), directory / told["file"])
    told |= {"rows": len(rows), "persons": len(people)}
    for column in told["columns"]:
        found = values[column["name"]]
        column["present"] = sorted({one[0] if isinstance(one, list) else one for one in found})
    (directory / METADATA).write_text(json.dumps(about), encoding="utf-8")
    return snapshot


def make_kept_study(by: Viewer, snapshot: UUID) -> UUID:
    """Keep a study of somebody that is done, with a little of everything that a page shows."""
    choices = StudyChoices(snapshot=str(snapshot), lists=(("hotline",), ("ngo",), ("shelter",)))
    hidden, shown = {"value": None, "status": "primary"}, {"value": 40, "status": "shown"}
    there = {
        "estimate": 812.5,
        "intervals": {"0.8": [600.0, 1200.0], "0.95": [500.0, None]},
        "status": "exists",
    }
    missing = {"estimate": None, "intervals": None, "status": "no maximum"}
    said = {"warnings": [{"code": "few", "template": "Very few people.", "values": {}}], "model": "12,3"}
    result = {
        "n": 240,
        "lists": {"threshold": 5, "totals": [shown] * 3, "pairs": [shown, hidden, shown], "on_exactly": [shown, shown, hidden]},
        "warnings": [],
        "estimates": [{"method": "stepwise", **there, **said}, {"method": "bic", **missing, **said}],
        "sensitivity": {
            "models": {"top": [{"model": "12,3", "estimate": 800.0 + at, "delta_bic": 1.5 * at} for at in range(3)]},
            "omit": [{"changed": "Hotline", "estimate": 700.0, "status": "exists"}],
            "missed_links": [{"at": 0.1, "middle": 900.0}],
        },
        "versions": {"amparo": "0.1.0"},
    }  # fmt: skip
    study = Study.objects.create(
        snapshot_id=snapshot,
        asked_at=NOW,
        asked_by_id=by.user_id,
        choices=choices.as_json(),
        state=StudyState.DONE,
        finished_at=NOW,
        result=result,
        report={"title": "A study", "subtitle": "", "blocks": []},
        fingerprint="0" * 64,
    )
    return study.id
