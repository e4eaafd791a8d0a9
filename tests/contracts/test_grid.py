"""A covering part of the grid of denials; the whole of it is asked by `bench/denials.py`, which sets DENIALS_SHARE."""

from __future__ import annotations

import json
import os
from itertools import product
from pathlib import Path
from time import process_time

import pytest

from tests.contracts.denial_grid import (
    CASE_STATES,
    READERS,
    Check,
    by_route,
    covering,
    fault_of,
    grid,
    routes,
)
from tests.contracts.denial_rows import PUBLIC
from tests.contracts.denial_world import LOOKERS, World

pytestmark = pytest.mark.django_db

# "1/2": the first half of the whole grid. Unset: the part that covers all pairs.
SHARE = os.environ.get("DENIALS_SHARE", "")


def chosen(looker: str) -> list[Check]:
    if not SHARE:
        return [check for check in covering() if check.looker == looker]
    number, of = map(int, SHARE.split("/"))
    return [each for place, each in enumerate(grid()) if place % of == number - 1 and each.looker == looker]


@pytest.mark.parametrize("looker", LOOKERS)
def test_p01_p02_nobody_is_answered_beyond_reach_and_hidden_is_absent(world: World, looker: str) -> None:
    checks, began = chosen(looker), process_time()
    faults = [(check, fault) for check in checks if (fault := fault_of(world, check))]
    if kept := os.environ.get("DENIALS_KEPT"):
        line = {
            "looker": looker,
            "checks": len(checks),
            "faults": len(faults),
            "seconds": process_time() - began,
        }
        with Path(kept).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    assert not faults, "\n".join(f"{fault}: {check}" for check, fault in faults[:20])


def test_the_part_that_is_asked_holds_every_pair() -> None:
    asked = list(covering())
    for variants in by_route().values():
        each = variants[0]
        mine = [one for one in asked if (one.is_page, one.name) == (each.is_page, each.route.name)]
        if not each.asks_no_role:
            left_out = set(LOOKERS) - {one.looker for one in mine}
            assert not left_out or each.says_its_guard
            assert not any(each.lets(looker) for looker in left_out)
        assert {one.method for one in mine} >= set(each.reaching)
        let = [one for one in mine if each.row.guard == PUBLIC or each.lets(one.looker)]
        assert {one.state for one in let} == set(each.states)
        assert {one.method for one in let if one.state == "own"} >= set(each.reaching)
    routes_of = {(each.is_page, each.route.name): each for each in routes()}
    for said in {(each.is_page, each.row.guard) for each in routes() if not each.asks_no_role}:
        alike = [one for one in asked if (one.is_page, routes_of[one.is_page, one.name].row.guard) == said]
        assert {one.looker for one in alike} == set(LOOKERS)
    lets = {key: each.lets for key, each in routes_of.items()}
    pairs = {(one.looker, one.state) for one in asked if lets[one.is_page, one.name](one.looker)}
    assert pairs >= set(product(READERS, CASE_STATES))


def test_the_whole_grid_is_large_enough() -> None:
    assert sum(1 for _check in grid()) >= 20_000
