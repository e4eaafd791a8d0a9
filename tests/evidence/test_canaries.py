"""Persons with a canary in each text: none of them may sing in the files of facts."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import is_dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Union, get_args, get_origin

import pytest
from django.test import override_settings
from pyarrow import parquet

from amparo.cases.actions import open_cases
from amparo.cases.models import Case, Episode, Person
from amparo.cases.queries import coded
from amparo.cases.rules import CaseDetails, EpisodeDetails, PersonDetails
from amparo.cases.rules.opening import NewCase, NewNote
from amparo.evidence.actions.exporting import export_facts
from amparo.vocab.codes import code_list
from amparo.vocab.dates import PartialDate
from amparo.vocab.described import described_fields
from amparo.vocab.facts import PERSON
from tests.factories.accounts import NOW, make_viewer
from tests.factories.evidence import BUILDER, make_snapshot

pytestmark = pytest.mark.django_db
CANARY = "canary"


@pytest.fixture(autouse=True)
def directory(tmp_path: Path) -> Iterator[Path]:
    with override_settings(AMPARO_FACTS_DIRECTORY=tmp_path / "facts"):
        yield tmp_path / "facts"


def filled(record: type, rng: Random) -> Any:
    """Make a record with codes where it has codes, and a canary in every text."""
    return record(
        **{name: _value(about, kind, rng) for name, about, kind in described_fields(record) if name != "code"}
        | ({"code": "ara"} if any(name == "code" for name, *_ in described_fields(record)) else {})
    )


def _value(about: Any, kind: Any, rng: Random) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        if inner is str:
            codes = [code.code for code in code_list(about.codes)] if about.codes else [f"{CANARY} set"]
            return tuple(sorted(rng.sample(codes, k=min(2, len(codes)))))
        return (filled(inner, rng),)
    if kind is str:
        codes = [code.code for code in code_list(about.codes)] if about.codes else []
        return rng.choice(codes) if codes else f"{CANARY} {rng.randrange(10**9)}"
    if kind is int:
        return rng.randrange(9, 17)
    if kind is PartialDate:
        return PartialDate(2019, rng.randrange(1, 13), rng.randrange(1, 28))
    return (
        filled(kind, rng)
        if isinstance(kind, type) and is_dataclass(kind) and kind.__module__.startswith("amparo.cases")
        else None
    )


def a_case(rng: Random, consent: str) -> NewCase:
    person = replace(
        filled(PersonDetails, rng),
        birth=PartialDate(1990, rng.randrange(1, 13), rng.randrange(1, 28)),
        age_status="adult",
    )
    made = filled(EpisodeDetails, rng)
    episode = replace(
        made,
        main_purpose=made.purposes[0],
        started=PartialDate(2015, rng.randrange(1, 13), rng.randrange(1, 28)),
        ended=PartialDate(2018, rng.randrange(1, 13), rng.randrange(1, 28)),
        is_ongoing="no",
        route=tuple(replace(leg, area="") for leg in made.route),  # the action takes none but codes of areas
    )
    return NewCase(
        person=person,
        details=replace(filled(CaseDetails, rng), consent=consent),
        episodes=(episode,),
        notes=(NewNote(text=f"{CANARY} in a note"),),
        opened_date=date(2026, rng.randrange(1, 11), rng.randrange(1, 28)),
    )


def spoil_codes() -> None:
    """Write words where codes should stand, past every form and action."""
    for model, columns in (
        (Case, coded.CASE_COLUMNS),
        (Person, coded.PERSON_COLUMNS),
        (Episode, coded.EPISODE_COLUMNS),
    ):
        kinds = {name: model._meta.get_field(name).get_internal_type() for name in columns}
        words: dict[str, Any] = {name: f"{CANARY}" for name, kind in kinds.items() if kind == "CharField"}
        words |= {name: [f"{CANARY} {name}"] for name, kind in kinds.items() if kind == "ArrayField"}
        for name in ("started_month", "ended_month", "stage", "child_track"):
            words.pop(name, None)
        model.objects.update(**words)


@pytest.mark.parametrize("spoiled", [False, True], ids=["as entered", "with words in place of codes"])
@pytest.mark.parametrize("seed", range(3))
def test_no_word_and_no_day_of_a_person_comes_into_the_facts(
    directory: Path, tmp_path: Path, seed: int, spoiled: bool
) -> None:
    rng = Random(seed)
    open_cases(new=[a_case(rng, "yes") for _ in range(12)], by=make_viewer("supervisor"), now=NOW, rng=rng)
    ids = [
        str(one) for model in (Case, Person, Episode) for one in model.objects.values_list("pk", flat=True)
    ]
    ids += Case.objects.values_list("reference", flat=True)
    Episode.objects.update(route=[{"kind": "exploitation", "country": "XA", "area": f"{CANARY} farm"}])
    if spoiled:
        spoil_codes()
    snapshot = make_snapshot()
    export_facts(snapshot, tmp_path / "out", by=BUILDER, now=NOW)
    files = [*(directory / str(snapshot)).iterdir(), *(tmp_path / "out").iterdir()]
    tables = [parquet.read_table(path) for path in files if path.suffix == ".parquet"]
    assert [table.num_rows for table in tables] == [12] * 4
    said = " ".join(
        str(table.drop_columns([PERSON] if PERSON in table.column_names else []).to_pylist())
        for table in tables
    )
    assert CANARY not in said
    assert not any(one in said for one in ids)
    assert not [value for value in said.split("'") if _looks_like_a_day(value)]
    for path in files:
        assert CANARY.encode() not in path.read_bytes(), path.name


def _looks_like_a_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("consent", ["no", "refused"])
def test_who_did_not_agree_leaves_no_row(directory: Path, consent: str) -> None:
    rng = Random(5)
    new = [*(a_case(rng, consent) for _ in range(5)), a_case(rng, "yes")]
    open_cases(new=new, by=make_viewer("supervisor"), now=NOW, rng=rng)
    snapshot = make_snapshot()
    rows = [parquet.read_table(path).num_rows for path in (directory / str(snapshot)).glob("*.parquet")]
    assert rows == [1, 1]
