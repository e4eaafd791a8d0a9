"""Write the training caseload, through the same actions as a user."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import yaml

from amparo.cli.demo.sign_ins import SignIn

if TYPE_CHECKING:
    from amparo.access.rules import Viewer
    from amparo.cases.rules.opening import NewCase

YEARS = 3
DECIDED_BY_AUTHORITY = 40
SAME_OPERATION = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class _Office:
    """An organisation with those who work in it: (user, team) pairs, and the membership that leads."""

    id: int
    area: str
    share: int
    workers: tuple[tuple[int, int | None], ...]
    leading_membership: int


def make_caseload(
    *, cases: int, seed: int, now: datetime, progress: Callable[[int], object] = lambda _: None
) -> tuple[SignIn, ...]:
    """Make organisations, people and `cases` invented cases; gives the sign-ins, one a role and a second statistician. All or nothing.

    The caseload follows from the seed; the password that all sign-ins share is drawn anew. `progress` is told how
    many cases are written.
    """
    from django.db import transaction

    plan = _read_plan()
    password = _draw_password()
    rng = Random(seed)  # noqa: S311  # what is invented may be foreseen; references are drawn elsewhere
    with transaction.atomic():
        offices = _make_offices(plan["organisations"], rng, now)
        sign_ins = tuple(_make_sign_in(entry, plan, offices, password, now) for entry in plan["sign_ins"])
        references = _make_cases(offices, cases, rng, now, progress)
        _put_before_authority(offices, references, now)
        _tie_operation(offices, references, now)
        _meet_again(offices, references, rng, now)
        _send_proposal(plan["proposal"], now)
    return sign_ins


def _make_offices(entries: Sequence[Mapping[str, Any]], rng: Random, now: datetime) -> dict[str, _Office]:
    from amparo.access.actions import add_organisation
    from amparo.access.rules import Permission, system_viewer
    from amparo.accounts.actions import add_team

    made = {}
    for entry in entries:
        installer = system_viewer([Permission.INSTALLATION_MANAGE])
        organisation = add_organisation(name=entry["name"], kind=entry["kind"], by=installer, now=now)
        teams = [
            add_team(organisation_id=organisation, name=name, by=installer, now=now)
            for name in entry["teams"]
        ]
        workers, leading = _make_workers(entry, organisation, teams, rng, now)
        made[entry["key"]] = _Office(
            id=organisation,
            area=entry["area"],
            share=entry["share"],
            workers=workers,
            leading_membership=leading,
        )
    return made


def _make_workers(
    entry: Mapping[str, Any], organisation: int, teams: Sequence[int], rng: Random, now: datetime
) -> tuple[tuple[tuple[int, int | None], ...], int]:
    """Make the workers who stand in the lists. Nobody can sign in as them: they have no password."""
    from amparo.access.rules import Permission, system_viewer
    from amparo.accounts.actions import add_user, start_membership
    from amparo.cli.demo.persons import draw_worker_name

    installer = system_viewer([Permission.INSTALLATION_MANAGE])
    leading, workers = 0, []
    for number in range(entry["people"] + 1):
        is_leading = number == 0
        email = f"{entry['key']}.{number}@training.example"
        user = add_user(email=email, name=draw_worker_name(rng), password=None, now=now)
        team = teams[number % len(teams)] if teams and not is_leading else None
        membership = start_membership(
            user_id=user,
            organisation_id=organisation,
            team_id=team,
            role="supervisor" if is_leading else "caseworker",
            by=installer,
            now=now,
        )
        if is_leading:
            leading = membership
        else:
            workers.append((user, team))
    return tuple(workers), leading


def _make_sign_in(
    entry: Mapping[str, Any],
    plan: Mapping[str, Any],
    offices: dict[str, _Office],
    password: str,
    now: datetime,
) -> SignIn:
    from amparo.access.actions import accept_invitation, invite_user
    from amparo.access.rules import NOBODY, Permission, system_viewer
    from amparo.accounts.actions import keep_staff_number
    from amparo.accounts.queries import teams_of

    office = offices[entry["organisation"]]
    team = next((key for key, name in teams_of(office.id) if name == entry.get("team")), None)
    secret = invite_user(
        email=entry["email"],
        organisation_id=office.id,
        role=entry["role"],
        team_id=team,
        by=system_viewer([Permission.PEOPLE_MANAGE]),
        now=now,
    )
    row = accept_invitation(secret=secret, by=NOBODY, now=now, name=entry["name"], password=password)
    number = f"{entry['organisation']}-{row.user_id:04d}".upper()
    keep_staff_number(user_id=row.user_id, staff_number=number, by=NOBODY, now=now)
    if entry["role"] in {"caseworker", "first_responder"}:
        # She carries a part of the caseload, twice that of a colleague, so that her lists are full.
        workers = (*office.workers, (row.user_id, team), (row.user_id, team))
        offices[entry["organisation"]] = replace(office, workers=workers)
    name = next(one["name"] for one in plan["organisations"] if one["key"] == entry["organisation"])
    return SignIn(
        role=entry["role"],
        email=entry["email"],
        password=password,
        organisation=name,
        try_first=entry["first"],
    )


def _make_cases(
    offices: Mapping[str, _Office], cases: int, rng: Random, now: datetime, progress: Callable[[int], object]
) -> dict[str, list[str]]:
    from amparo.access.context import acting_as
    from amparo.cases.actions import open_cases
    from amparo.cli.demo.persons import draw_case

    today = now.date()
    by_quarter: dict[tuple[str, int], list[date]] = defaultdict(list)
    keys = list(offices)
    for key in rng.choices(keys, weights=[offices[key].share for key in keys], k=cases):
        age = int(365 * YEARS * rng.random() ** 1.4)  # more of them lately
        by_quarter[key, age // 91].append(today - timedelta(days=age))
    references: dict[str, list[str]] = defaultdict(list)
    done = 0
    for (key, _), days in sorted(by_quarter.items(), key=lambda item: (-item[0][1], item[0][0])):
        office = offices[key]
        viewer = _leader_of(office, now)
        drawn = []
        for opened in sorted(days):
            worker, team = rng.choice(office.workers)
            new = draw_case(rng, opened=opened, today=today, area=office.area)
            drawn.append(replace(new, worker_id=worker, team_id=team))
        written_at = datetime.combine(max(days), time(9, rng.randint(0, 59)), tzinfo=now.tzinfo)
        with acting_as(viewer):
            references[key] += open_cases(new=drawn, by=viewer, now=min(written_at, now))
        done += len(drawn)
        progress(done)
    return references


def _leader_of(office: _Office, now: datetime) -> Viewer:
    """Give who leads an office, and opens its cases for that."""
    from amparo.access.queries import viewer_for_membership
    from amparo.access.rules import Purpose

    viewer = viewer_for_membership(office.leading_membership, now)
    assert viewer is not None, "the membership was made a moment ago"
    return replace(viewer, stated_purpose=Purpose.SUPERVISION)


def _put_before_authority(
    offices: Mapping[str, _Office], references: Mapping[str, list[str]], now: datetime
) -> None:
    """Open the newest cases of the shelter to the authority that decides on identification."""
    from amparo.access.actions import grant_access
    from amparo.access.context import acting_as
    from amparo.access.rules import GrantReason, Permission
    from amparo.cases.queries import get_case

    supervisor = _leader_of(offices["harbour"], now)
    for reference in references["harbour"][-DECIDED_BY_AUTHORITY:]:
        with acting_as(supervisor):
            file = get_case(supervisor, reference, now=now)
        grant_access(
            record=file.id,
            organisation_id=offices["authority"].id,
            permissions=[Permission.CASE_READ, Permission.NOTE_ADD, Permission.DOCUMENT_READ],
            reason=GrantReason.IDENTIFICATION,
            ends_at=now + timedelta(days=60),
            by=supervisor,
            now=now,
            persons=[file.person.id],
        )


def _tie_operation(
    offices: Mapping[str, _Office], references: Mapping[str, list[str]], now: datetime
) -> None:
    """Tie episodes of several organisations to one operation, which opens no file to any of them."""
    from amparo.access.context import acting_as
    from amparo.cases.actions import link_operation
    from amparo.cases.queries import get_case

    operation = ""
    for key in ("harbour", "open_hands", "police"):
        viewer = _leader_of(offices[key], now)
        for reference in references[key][: SAME_OPERATION // 3]:
            with acting_as(viewer):
                episode = get_case(viewer, reference, now=now).episodes[0]
                operation = link_operation(
                    reference=reference, episode=episode.id, operation=operation, by=viewer, now=now
                )


def _meet_again(
    offices: Mapping[str, _Office], references: Mapping[str, list[str]], rng: Random, now: datetime
) -> None:
    """Have some people met by a second organisation, some weeks ago or today."""
    from amparo.cli.demo.meeting import meet_again
    from amparo.cli.demo.persons import draw_case

    today = now.date()

    def draw(key: str) -> NewCase:
        opened = today - timedelta(days=int(365 * YEARS * rng.random() ** 1.4))
        worker, team = rng.choice(offices[key].workers)
        new = draw_case(rng, opened=opened, today=today, area=offices[key].area)
        return replace(new, worker_id=worker, team_id=team)

    leaders = {key: _leader_of(office, now) for key, office in offices.items() if references.get(key)}
    meet_again(leaders, references, draw, rng, now)


def _send_proposal(entry: Mapping[str, Any], now: datetime) -> None:
    """Have the researcher send a proposal in, on which the office has still to decide."""
    from amparo.access.context import acting_as
    from amparo.access.queries import viewer_for_membership
    from amparo.accounts.queries import find_user_id, memberships_of
    from amparo.publishing.actions import submit_proposal, write_proposal
    from amparo.publishing.rules import Plan

    (membership,) = memberships_of(find_user_id(entry["by"]) or 0, now)
    viewer = viewer_for_membership(membership.id, now)
    assert viewer is not None, "the membership was made a moment ago"
    said: dict[str, Any] = {name: text for name, text in entry.items() if name not in ("by", "days")}
    said |= {name: now.date() + timedelta(days=after) for name, after in entry["days"].items()}
    with acting_as(viewer):
        proposal = write_proposal(Plan(**said), by=viewer, now=now)
        submit_proposal(proposal, by=viewer, now=now)


def _draw_password() -> str:
    """Draw a password of three words: to be typed on a training machine, not to be guessed from outside."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    return "-".join("".join(secrets.choice(syllables) for _ in range(3)) for _ in range(3))


def _read_plan() -> dict[str, Any]:
    from importlib import resources

    text = resources.files("amparo.cli.demo").joinpath("organisations.yaml").read_text(encoding="utf-8")
    plan: dict[str, Any] = yaml.safe_load(text)
    return plan
