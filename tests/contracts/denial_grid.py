"""Every page and operation, by everybody, for everything that is kept from them: generated, and judged one by one.

`bench/denials.py` asks the whole grid. The tests ask a part of it that holds each route with each looker, each route with each
state, each way of asking it, and each state with each role that reads cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection, transaction
from django.urls import reverse

from amparo.access.rules import ROLES, Permission
from amparo.cases.rules.sections import Subject, find_section, sections_of
from amparo.vault.rules import Compartment
from tests.contracts.denial_asking import ask, may_pass, seen, send
from tests.contracts.denial_rows import COMPLETES, OPERATIONS, PAGES, PUBLIC, SIGNED_IN, Row
from tests.contracts.denial_world import (
    ABSENT,
    ANONYMOUS,
    LOOKERS,
    WITHOUT_ROLE,
    WITHOUT_SECOND_STEP,
    Things,
    World,
)
from tests.contracts.routes import Route, operations, pages, permission_said

OWN, CLOSED, ABSENT_STATE = "own", "closed", "absent"
CASE_STATES: Final = (
    OWN, "another organisation", ABSENT_STATE, CLOSED, "another compartment", "the independent unit",
    "a grant that names no compartment", "a grant that ended", "beside the scope", "restricted", "sealed", "walled",
    "a walled record", "a walled organisation", "walled, named and granted",
)  # fmt: skip
OTHER_STATES: Final = (OWN, "another organisation", ABSENT_STATE)
CHILDREN: Final = ("episode", "document", "note")
CROSSINGS: Final = ("own parent", "own child")
READERS: Final = tuple(code for code, role in ROLES.items() if Permission.CASE_READ in role.permissions)
FOUND: Final = (200, 302, 400, 409)
REACHED: Final = (200, 201, 202, 204, 409, 422)


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
    def reaching(self) -> tuple[str, ...]:
        """Give the ways in which the own thing answers."""
        return self.row.methods if self.is_page else (self.route.verb,)

    @property
    def states(self) -> tuple[str, ...]:
        """Give the states of what its address names."""
        if "reference" in self.route.parts:
            return CASE_STATES
        names = set(self.route.parts) - set(self.row.fixed) or self.row.query or self.row.body
        return OTHER_STATES if names else (OWN,)

    @property
    def names_something(self) -> bool:
        """Tell whether its address names a thing that may be kept from somebody."""
        return len(self.states) > 1

    @property
    def says_its_guard(self) -> bool:
        """Tell whether its guard can be read off its view."""
        return self.is_page or permission_said(self.route.view) is not None

    @property
    def asks_no_role(self) -> bool:
        """Tell whether it is the same to every role: public, or for any user and about nothing that is named."""
        guard = self.row.guard
        return guard == PUBLIC or (guard in (SIGNED_IN, COMPLETES) and not self.names_something)

    def lookers(self, place: int) -> tuple[str, ...]:
        """Give by whom it is asked: by all, or by those without a role and one role for the others."""
        one = tuple(ROLES)[place % len(ROLES)]
        if self.row.guard == PUBLIC:
            return (one, ANONYMOUS)
        return (one, WITHOUT_ROLE, WITHOUT_SECOND_STEP, ANONYMOUS) if self.asks_no_role else LOOKERS

    def lets(self, looker: str) -> bool:
        """Tell whether somebody may ask it at all."""
        return may_pass(self.row, looker, is_page=self.is_page)

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
    """Give every check. Who is refused whatever the address names is asked for two states of it only."""
    for asked in routes():
        for looker in LOOKERS:
            is_refused = asked.row.guard != PUBLIC and not asked.lets(looker)
            for state in asked.states[: 2 if is_refused else None]:
                for method in asked.methods:
                    crossings = asked.crossings if state not in (OWN, CLOSED) and not is_refused else ()
                    for crossing in ("", *crossings):
                        yield _check(asked, looker, method, state, crossing)


def covering() -> Iterator[Check]:
    """Give the part that holds each pair, each state hidden from somebody who is not refused for another reason.

    Which guard a page has is proved without asking it (`test_denials.py`). So a role is refused once for each guard, and at
    a twentieth of the routes besides; who has no role, at a sixth. An operation refuses one role at least.
    """
    refused: set[tuple[object, ...]] = set()
    for place, variants in enumerate(by_route().values()):
        for number, looker in enumerate(variants[0].lookers(place)):
            asked = variants[(place + number) % len(variants)]
            if asked.row.guard == PUBLIC or not asked.lets(looker):
                said = (asked.is_page, str(asked.row.guard), looker)
                every = 20 if looker in ROLES else 6
                here = (asked.route.name, looker in ROLES)
                is_new = said not in refused or not (asked.is_page or here in refused)
                if asked.says_its_guard and not is_new and (place + number) % every:
                    continue
                refused |= {said, here}
                beyond = asked.states[1 if asked.names_something else 0]
                yield _check(asked, looker, asked.methods[(place + number) % len(asked.methods)], beyond)
        yield from _covering_who_may(place, variants)


def _covering_who_may(place: int, variants: list[Asked]) -> Iterator[Check]:
    """Let each reach the own thing, and hide each state from one of them: another one at each route."""
    asked = variants[place % len(variants)]
    if asked.row.guard == PUBLIC:
        yield from (
            _check(asked, ANONYMOUS, method, state) for method in asked.reaching for state in asked.states
        )
        return
    lookers = [looker for looker in asked.lookers(place) if asked.lets(looker)]
    main = lookers[2 * place % len(lookers)]
    for number, looker in enumerate(lookers):
        if looker != main:
            one = variants[(place + number) % len(variants)]
            yield _check(one, looker, one.reaching[number % len(one.reaching)], OWN)
    for method in asked.reaching:
        yield _check(asked, main, method, OWN)
    for number, state in enumerate(asked.states[1:]):
        is_crossed = asked.crossings and state not in (OWN, CLOSED)
        method = asked.methods[(place + number // 3) % len(asked.methods)]
        yield _check(asked, main, method, state, ("", *CROSSINGS)[number % 3] if is_crossed else "")


def by_route() -> dict[tuple[bool, str], list[Asked]]:
    """Give the variants of each route."""
    found: dict[tuple[bool, str], list[Asked]] = {}
    for each in routes():
        found.setdefault((each.is_page, each.route.name), []).append(each)
    return found


def _check(asked: Asked, looker: str, method: str, state: str, crossing: str = "") -> Check:
    return Check(
        is_page=asked.is_page, name=asked.route.name, variant=asked.variant, method=method, looker=looker, state=state,
        crossing=crossing,
    )  # fmt: skip


_ROUTES = {(each.is_page, each.route.name, each.variant): each for each in routes()}


def fault_of(world: World, check: Check) -> str:
    """Ask, and say what is wrong with the answer; nothing when it is as it must be. Nothing of it stays."""
    asked = _ROUTES[check.is_page, check.name, check.variant]
    things = things_of(world, check)
    answer = _answer(world, asked, check, things)
    if asked.row.guard == PUBLIC:
        return _public_fault(asked, check, answer)
    if not asked.lets(check.looker):
        return _refusal_fault(world, check, answer)
    if check.state in (OWN, CLOSED) or not asked.names_something:
        return _reach_fault(asked, check, answer)
    return _hidden_fault(world, asked, check, things, answer)


def things_of(world: World, check: Check) -> Things:
    """Choose what a check asks for."""
    own = world.own[check.looker]
    chosen = {OWN: own, CLOSED: world.closed[check.looker], ABSENT_STATE: ABSENT}.get(check.state)
    if chosen is None:
        chosen = world.beyond[check.looker][check.state]
    if check.crossing == "own parent":
        return {**own, **{child: chosen[child] for child in CHILDREN}}
    return {**own, "reference": chosen["reference"]} if check.crossing else chosen


def _public_fault(asked: Asked, check: Check, answer: Any) -> str:
    if check.method not in asked.reaching:
        return ""
    expected = (asked.row.reached,) if asked.row.reached else FOUND
    if check.state == ABSENT_STATE:
        expected = (asked.row.hidden,)
    return "" if answer.status_code in expected else f"not as the table says: {answer.status_code}"


def _refusal_fault(world: World, check: Check, answer: Any) -> str:
    """Who lacks the role gets the same answer at each address, whether it names something or nothing."""
    if answer.touched:
        return f"wrote {dict(answer.touched)}"
    place = {ANONYMOUS: "account_login", WITHOUT_SECOND_STEP: "accounts:second-factor"}.get(check.looker)
    if not check.is_page:
        status = 401 if check.looker in (ANONYMOUS, WITHOUT_ROLE, WITHOUT_SECOND_STEP) else 403
        code = {401: "not_signed_in", 403: "not_allowed"}[status]
        is_refused = answer.status_code == status and answer.json()["code"] == code
    elif place:
        is_refused = answer.status_code == 302 and answer["Location"].partition("?")[0] == reverse(place)
    else:
        is_refused = answer.status_code == 403
    if not is_refused:
        return f"not refused: {answer.status_code}"
    if answer.status_code == 302:
        return ""
    said = seen(answer)[-1].replace(' aria-current="page"', "")  # where in the navigation it would stand
    usual = world.answers.setdefault((check.is_page, check.method, check.looker), said)
    return "" if said == usual else "refused otherwise than elsewhere"


def _reach_fault(asked: Asked, check: Check, answer: Any) -> str:
    """The other half: without it a page that nobody can open would pass for a safe one."""
    status = answer.status_code
    if _is_apart(asked, check.looker):
        return "" if status == 404 and not answer.touched else f"where she is is not kept apart: {status}"
    if check.method not in asked.reaching:
        return ""
    if check.state == CLOSED:
        is_read = check.method == "get" and not asked.row.reached
        return f"a closed case is hidden: {status}" if is_read and status in (401, 404) else ""
    expected = (asked.row.reached,) if asked.row.reached else FOUND if asked.is_page else REACHED
    if (asked.route.name, check.looker) == ("episode_link", "integrity_officer"):
        expected = (403,)  # the unit ties nothing
    sent_to = answer.get("Location", "").partition("?")[0]
    if status in expected and sent_to not in (reverse("account_login"), reverse("accounts:second-factor")):
        return ""
    return f"the own thing is hidden: {status} {sent_to}"


def _is_apart(asked: Asked, looker: str) -> bool:
    """Tell whether a page asks where she is, and this role has not both the permission and the compartment."""
    if asked.route.name != "cases:section" or not find_section(asked.variant).has_place:
        return False
    role, whole = ROLES[looker], {Compartment.LOCATION, Compartment.INTEGRITY}
    return Permission.PLACE_READ not in role.permissions or whole.isdisjoint(role.compartments)


def _hidden_fault(world: World, asked: Asked, check: Check, things: Things, answer: Any) -> str:
    """What is beyond reach, and a child of another parent, is answered as what is not there: to the byte, and after the
    same questions to the database, for the time that an answer takes tells too.
    """
    if answer.touched:
        return f"wrote {dict(answer.touched)}"
    twin = (
        {**things, **{child: ABSENT[child] for child in CHILDREN}}
        if check.crossing == "own parent"
        else ABSENT
    )
    absent = answer if things is ABSENT else _absent(world, asked, check, twin)
    is_answered = check.method in asked.reaching and not (check.method == "get" and asked.row.body)
    if is_answered and absent.status_code != asked.row.hidden:
        return f"what is absent is answered with {absent.status_code}"
    if not check.is_page and absent.json()["code"] != "absent":
        return f"what is absent is called {absent.json()['code']}"
    if seen(answer) != seen(absent):
        return f"looks otherwise than absent: {answer.status_code} and {absent.status_code}"
    return "" if answer.asked == absent.asked else "asks the database otherwise than for what is absent"


def _absent(world: World, asked: Asked, check: Check, things: Things) -> Any:
    key = (check.is_page, check.name, check.variant, check.method, check.looker, things is ABSENT)
    if key not in world.answers:
        world.answers[key] = _answer(world, asked, check, things)
    return world.answers[key]


def _answer(world: World, asked: Asked, check: Check, things: Things) -> Any:
    row = asked.row
    if "code" in asked.route.parts:
        row = replace(row, fixed={**row.fixed, "code": asked.variant})
    client = world.client(check.looker)
    connection.queries_log.clear()  # it holds 9,000; one test asks more
    with transaction.atomic():
        if check.is_page:
            answer = ask(client, check.method, asked.route, row, things)
        else:
            answer = send(client, asked.route, row, things)
        transaction.set_rollback(True)
    return answer
