"""Every page and operation, by everybody, for everything that is kept from them: generated, and judged one by one.

`bench/denials.py` asks the whole grid. The tests ask a part of it that holds each route with each looker, each route with each
state and each looker with each state at least once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection, transaction

from amparo.access.rules import ROLES
from amparo.cases.rules.sections import Subject, sections_of
from tests.contracts.denial_rows import OPERATIONS, PAGES, PUBLIC, SIGNED_IN, Row
from tests.contracts.denial_world import (
    ABSENT,
    ANONYMOUS,
    LOOKERS,
    WITHOUT_ROLE,
    WITHOUT_SECOND_STEP,
    Things,
    World,
)
from tests.contracts.routes import Route, operations, pages

OWN, CLOSED, ABSENT_STATE = "own", "closed", "absent"
CASE_STATES: Final = (
    OWN, CLOSED, ABSENT_STATE, "another organisation", "another compartment", "the independent unit",
    "a grant that names no compartment", "a grant that ended", "beside the scope", "restricted", "sealed", "walled",
    "a walled record", "a walled organisation", "walled, named and granted",
)  # fmt: skip
OTHER_STATES: Final = (OWN, "another organisation", ABSENT_STATE)
CHILDREN: Final = ("episode", "document", "note")
CROSSINGS: Final = ("own parent", "own child")


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One request: whose, for what, and how."""

    is_page: bool
    name: str
    variant: str
    method: str
    looker: str
    state: str
    crossing: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A route with one of the words that its address may hold."""

    route: Route
    row: Row
    variant: str
    is_page: bool

    @property
    def methods(self) -> tuple[str, ...]:
        """Give the ways in which it is asked: a page is read and written, whether it takes a form or not."""
        return ("get", "post") if self.is_page else (self.route.verb,)

    @property
    def states(self) -> tuple[str, ...]:
        """Give the states of what its address names."""
        if "reference" in self.route.parts:
            return CASE_STATES
        names = set(self.route.parts) - set(self.row.fixed) or self.row.query or self.row.body
        return OTHER_STATES if names else (OWN,)

    @property
    def crossings(self) -> tuple[str, ...]:
        """Give the ways in which its parent and its child may not belong together."""
        is_nested = "reference" in self.route.parts and not set(CHILDREN).isdisjoint(self.route.parts)
        return CROSSINGS if is_nested else ()


def routes() -> tuple[Asked, ...]:
    """Give all routes, the pages that change a section once for each section."""
    found = []
    for is_page, listed, rows in ((True, pages(), PAGES), (False, operations(), OPERATIONS)):
        for route in listed:
            row = rows[route.name]
            variants = [row.fixed.get("code", "")]
            if route.name == "cases:section":
                variants = [each.code for each in sections_of(Subject.PERSON, Subject.CASE)]
            if route.name == "cases:episode-section":
                variants = [each.code for each in sections_of(Subject.EPISODE)]
            found += [Asked(route=route, row=row, variant=each, is_page=is_page) for each in variants]
    return tuple(found)


def grid() -> Iterator[Check]:
    """Give every check."""
    for asked in routes():
        for looker in LOOKERS:
            for method in asked.methods:
                for state in asked.states:
                    for crossing in ("", *(asked.crossings if state not in (OWN, CLOSED) else ())):
                        yield _check(asked, looker, method, state, crossing)


def covering() -> Iterator[Check]:
    """Give one check a route and a looker, turning through the states and the methods so that all pairs are there."""
    by_route: dict[tuple[bool, str], list[Asked]] = {}
    for each in routes():
        by_route.setdefault((each.is_page, each.route.name), []).append(each)
    for place, variants in enumerate(by_route.values()):
        for number, looker in enumerate(LOOKERS):
            asked = variants[(place + number) % len(variants)]
            state = asked.states[(place + number) % len(asked.states)]
            method = asked.methods[(place + number // len(asked.methods)) % len(asked.methods)]
            is_crossed = asked.crossings and state not in (OWN, CLOSED)
            crossing = ("", *CROSSINGS)[(place + number) % 3] if is_crossed else ""
            yield _check(asked, looker, method, state, crossing)


def _check(asked: Asked, looker: str, method: str, state: str, crossing: str) -> Check:
    return Check(
        is_page=asked.is_page, name=asked.route.name, variant=asked.variant, method=method, looker=looker, state=state,
        crossing=crossing,
    )  # fmt: skip


_ROUTES = {(each.is_page, each.route.name, each.variant): each for each in routes()}


def fault_of(world: World, check: Check) -> str:
    """Ask, and say what is wrong with the answer; nothing when it is as it must be. Nothing of it stays."""
    asked = _ROUTES[check.is_page, check.name, check.variant]
    things = things_of(world, check)
    if things is None:
        return ""
    answer = _answer(world, asked, check, things)
    if asked.row.guard == PUBLIC:
        return "" if answer.status_code < 500 else f"broke: {answer.status_code}"
    if not _may_pass(asked, check.looker):
        return _refusal_fault(world, asked, check, answer)
    if check.state in (OWN, CLOSED) or not _names(asked):
        return _reach_fault(asked, check, answer)
    if check.state == ABSENT_STATE and not check.crossing:
        return "" if not answer.touched else f"wrote {dict(answer.touched)}"
    return _hidden_fault(world, asked, check, things, answer)


def things_of(world: World, check: Check) -> Things | None:
    """Choose what a check asks for; None where there is no such state for this looker."""
    own = world.own[check.looker]
    chosen = {OWN: own, CLOSED: world.closed[check.looker], ABSENT_STATE: ABSENT}.get(check.state)
    if chosen is None:
        chosen = world.beyond[check.looker].get(check.state)
    if chosen is None or not check.crossing:
        return chosen
    if check.crossing == "own parent":
        return {**own, **{child: chosen[child] for child in CHILDREN}}
    return {**own, "reference": chosen["reference"]}


def _refusal_fault(world: World, asked: Asked, check: Check, answer: Any) -> str:
    if answer.touched:
        return f"wrote {dict(answer.touched)}"
    if answer.status_code not in (302, 401, 403):
        return f"not refused: {answer.status_code}"
    absent = _absent(world, asked, check, ABSENT)
    return "" if _seen(answer) == _seen(absent) else "refused otherwise than for what is absent"


def _reach_fault(asked: Asked, check: Check, answer: Any) -> str:
    """The other half: without it a page that nobody can open would pass for a safe one."""
    if answer.status_code >= 500:
        return f"broke: {answer.status_code}"
    is_read = check.method == "get" and not asked.row.reached
    return (
        f"the own thing is hidden: {answer.status_code}"
        if is_read and answer.status_code in (401, 404)
        else ""
    )


def _hidden_fault(world: World, asked: Asked, check: Check, things: Things, answer: Any) -> str:
    if answer.touched:
        return f"wrote {dict(answer.touched)}"
    twin = (
        {**things, **{child: ABSENT[child] for child in CHILDREN}}
        if check.crossing == "own parent"
        else ABSENT
    )
    absent = _absent(world, asked, check, twin)
    if _seen(answer) != _seen(absent):
        return f"looks otherwise than absent: {answer.status_code} and {absent.status_code}"
    return "" if answer.asked == absent.asked else "asks the database otherwise than for what is absent"


def _absent(world: World, asked: Asked, check: Check, things: Things) -> Any:
    key = (check.is_page, check.name, check.variant, check.method, check.looker, things is ABSENT)
    if key not in world.answers:
        world.answers[key] = _answer(world, asked, check, things)
    return world.answers[key]


def _answer(world: World, asked: Asked, check: Check, things: Things) -> Any:
    from tests.contracts import test_denials, test_denials_of_the_api

    row = asked.row
    if "code" in asked.route.parts:
        row = _with_code(row, asked.variant)
    client = world.client(check.looker)
    connection.queries_log.clear()  # it holds 9,000; one test asks more
    with transaction.atomic():
        if check.is_page:
            answer = test_denials.ask(client, check.method, asked.route, row, things)
        else:
            answer = test_denials_of_the_api.send(client, asked.route, row, things)
        transaction.set_rollback(True)
    return answer


def _with_code(row: Row, code: str) -> Row:
    return replace(row, fixed={**row.fixed, "code": code})


def _seen(answer: Any) -> Any:
    from tests.contracts.test_denials import seen

    return seen(answer)


def _names(asked: Asked) -> bool:
    return len(asked.states) > 1


def _may_pass(asked: Asked, looker: str) -> bool:
    from tests.contracts.test_denials import may_pass

    if asked.is_page:
        return may_pass(asked.row, looker)
    if looker in (ANONYMOUS, WITHOUT_ROLE, WITHOUT_SECOND_STEP):
        return False
    return asked.row.guard == SIGNED_IN or asked.row.guard in ROLES[looker].permissions
