"""Draw invented cases. Pure: the same generator gives the same caseload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any

import yaml

from amparo.cases.rules import (
    CaseDetails,
    Contact,
    Debt,
    EpisodeDetails,
    Language,
    Leg,
    Name,
    PersonDetails,
    Stage,
)
from amparo.cases.rules.opening import NewCase, NewNote
from amparo.vocab.dates import PartialDate, StatedAge, age_in_years

THOUSAND = 1_000
WAYS = ("text message only, no voice message", "only when she calls first", "not from an unknown number")
NOTES = (
    "She slept badly and wants to speak with the doctor on her next visit.",
    "Explained again what the reflection period means, with the interpreter.",
    "He asked when he can work. To be discussed at the next meeting.",
    "Safe room confirmed for another month.",
)


def draw_case(rng: Random, *, opened: date, today: date, area: str) -> NewCase:
    """Draw one case, opened on a day, whose exploitation ended in an area of the State or elsewhere."""
    tables = _tables()
    person, age, origin = _person(rng, opened, today)
    is_child = age < 18
    stage = Stage(_pick(rng, tables["stages"]))
    if (today - opened).days > 900 and stage is not Stage.CLOSED and rng.random() < 0.7:
        stage = Stage.CLOSED
    closed = min(today, opened + timedelta(days=rng.randint(20, 500))) if stage is Stage.CLOSED else None
    consent = _pick(rng, tables["consent"])
    details = CaseDetails(
        priority=_pick(rng, tables["priorities"]),
        consent=consent,
        identification=_pick(rng, tables["identification"]),
        deciding_body=_pick(rng, tables["deciding_body"]),
    )
    episodes = [_episode(rng, opened, is_child=is_child, origin=origin, area=area, age=age)]
    if rng.random() < 0.08:
        earlier = opened - timedelta(days=rng.randint(400, 900))
        episodes.insert(
            0, _episode(rng, earlier, is_child=age < 20, origin=origin, area=area, age=max(age - 2, 1))
        )
    notes = (NewNote(text=rng.choice(NOTES)),) if rng.random() < 0.4 else ()
    return NewCase(
        person=person,
        details=details,
        episodes=tuple(episodes),
        notes=notes,
        opened_date=opened,
        stage=stage,
        closed_date=closed,
        closure_reason=_pick(rng, tables["closure_reasons"]) if closed else "not_applicable",
        source="training",
    )


def draw_worker_name(rng: Random) -> str:
    """Draw the name of somebody who works in the training State."""
    people = _people()["home"]
    return f"{rng.choice(people['female'] + people['male'])} {rng.choice(people['family'])}"


def _person(rng: Random, opened: date, today: date) -> tuple[PersonDetails, int, str]:
    tables = _tables()
    people = _people()[_pick(rng, tables["origins"])]
    sex = _pick(rng, tables["sex"])
    bands: Sequence[Sequence[int]] = tables["age_bands"]
    low, high, _ = rng.choices(bands, weights=[band[2] for band in bands])[0]
    age = rng.randint(low, high)
    country = _pick(rng, people["countries"])
    born = opened - timedelta(days=age * 365 + rng.randint(1, 360))
    is_known, is_exact = rng.randrange(THOUSAND) < tables["age_known"], rng.random() < 0.6
    birth = None
    if is_known:
        birth = (
            PartialDate.of(born) if is_exact else PartialDate(born.year, is_approximate=rng.random() < 0.5)
        )
    home_only = people["script"] == "latn"
    phone = f"+999 {rng.randint(200, 899)} {rng.randint(1000, 9999)}"  # +999 is no country's code
    person = PersonDetails(
        names=_names(rng, people, is_female=sex != "male"),
        birth=birth,
        stated_age=None if birth else StatedAge(years=age, stated_on=opened),
        age_status=_age_status(rng, age, age_today=age_in_years(born, today), is_exact=is_known and is_exact),
        sex=sex,
        gender={"female": "woman", "male": "man"}.get(sex, "not_asked")
        if rng.random() < 0.95
        else "not_asked",
        citizenships=(country,) if rng.random() < 0.96 else ("unknown",),
        is_stateless="yes" if rng.random() < 0.01 else "no",
        birth_country=country,
        languages=(
            Language(code=rng.choice(people["languages"]), needs_interpreter="no" if home_only else "yes"),
        ),
        contacts=(
            Contact(
                channel="mobile_phone",
                value=phone,
                is_safe=rng.choice(("yes", "yes", "no", "not_asked")),
                times=rng.choice(("9 to 12", "after 18", "not at weekends", "")),
                rule=rng.choice(WAYS),
            ),
        ),
        number_of_children=rng.choice((0, 0, 1, 2, 3)) if age >= 18 else None,
        marital_status=rng.choice(("single", "married", "divorced", "not_asked")) if age >= 18 else "single",
    )
    return person, age, country


def _names(rng: Random, people: Mapping[str, Any], *, is_female: bool) -> tuple[Name, ...]:
    given = rng.choice(people["female" if is_female else "male"])
    family = rng.choice(people["family"])
    if people["script"] == "latn":
        return Name(text=given, kind="given", script="latn"), Name(text=family, kind="family", script="latn")
    family_first = people["script"] == "hans"
    own = f"{family[1]}{given[1]}" if family_first else f"{given[1]} {family[1]}"
    return (
        Name(text=given[0], kind="given", script="latn"),
        Name(text=family[0], kind="family", script="latn"),
        Name(text=own, kind="own_script", script=people["script"]),
    )


def _age_status(rng: Random, age: int, *, age_today: int, is_exact: bool) -> str:
    if 15 <= age <= 20 and not is_exact:
        return rng.choice(("presumed_child", "in_assessment"))
    return "child" if age_today < 18 else "adult"


def _episode(
    rng: Random, opened: date, *, is_child: bool, origin: str, area: str, age: int
) -> EpisodeDetails:
    tables = _tables()
    group = "child" if is_child else "adult"
    main = _pick(rng, tables["purposes"][group])
    purposes = (main, "forced_labour") if main == "sexual_exploitation" and rng.random() < 0.05 else (main,)
    ended = opened - timedelta(days=rng.randint(1, 250))
    longest = max(30, min(900, (age - 1) * 365 - 320))  # nobody is exploited before she is born
    started = ended - timedelta(days=rng.randint(20, longest))
    is_labour = main in {
        "forced_labour",
        "child_labour",
        "servitude",
        "slavery",
        "practices_similar_to_slavery",
    }
    abroad = origin != "XA"
    route = [Leg(kind="recruitment", country=origin, area="" if abroad else area)]
    if abroad and rng.random() < 0.35:
        route.append(Leg(kind="transit", country=rng.choice(("XA", "AE", "TR", "LY", "MX", "PL"))))
    in_state = rng.random() < 0.75
    route.append(
        Leg(kind="exploitation", country="XA" if in_state else origin, area=area if in_state else "")
    )
    controls = _several(rng, tables["controls"])
    has_debt = "yes" if "debt_bondage" in controls else rng.choice(("no", "unknown", "not_asked"))
    methods = _several(rng, tables["recruitment_methods"])
    return EpisodeDetails(
        acts=_several(rng, tables["acts"]),
        means=() if is_child and rng.random() < 0.5 else _several(rng, tables["means"]),
        purposes=purposes,
        main_purpose=main,
        sexual_exploitation_types=(
            _several(rng, tables["sexual_exploitation_types"]) if main == "sexual_exploitation" else ()
        ),
        sectors=(_pick(rng, tables["sectors"]),) if is_labour else (),
        recruitment_methods=methods,
        recruiter_relation=_pick(rng, tables["recruiter"][group]),
        control_methods=controls,
        is_online="yes" if "online_social_network" in methods else rng.choice(("no", "unknown")),
        has_debt=has_debt,
        debt=Debt(amount=str(rng.randint(5, 90) * 100), currency="USD") if has_debt == "yes" else None,
        age_when_trafficked=max(age - (opened - started).days // 365, 0),
        started=PartialDate(started.year, started.month),
        ended=PartialDate(ended.year, ended.month),
        is_ongoing="no",
        route=tuple(route),
        account="Training text. No real person told it.",
    )


def _pick(rng: Random, weights: Mapping[str, int]) -> str:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _several(rng: Random, chances: Mapping[str, int]) -> tuple[str, ...]:
    """Draw each code by its own chance; at least the likeliest one."""
    drawn = tuple(code for code, chance in chances.items() if rng.randrange(THOUSAND) < chance)
    return drawn or (max(chances, key=lambda code: chances[code]),)


@cache
def _tables() -> dict[str, Any]:
    return _read("marginals.yaml")


@cache
def _people() -> dict[str, Any]:
    return _read("names.yaml")


def _read(name: str) -> dict[str, Any]:
    text = resources.files(__package__ or "amparo.cli.demo").joinpath(name).read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read
