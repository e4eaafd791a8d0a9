"""Which tests run on one worker, and which begin first: what they share is made once, and the longest never come last.

What all workers need before the first test is made by each for a part.

The marks of xdist's own `--dist loadgroup` are kept in an attribute that pytest 9.2 no longer reads.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from _pytest.assertion.rewrite import (
    PYC_TAIL,
    _read_pyc,
    _rewrite_test,
    _write_pyc,
    assertstate_key,
    get_cache_dir,
    try_makedirs,
)
from xdist.scheduler import LoadScopeScheduling

# Each folder shares what it stands on: one installation, one world, or loops that would be compiled by both workers at once.
# Elsewhere a file shares its fixtures.
TOGETHER = ("tests/journeys/", "tests/cli/", "tests/contracts/", "tests/stats/prevalence/")
# By what they take, but that each worker is given its first two at once.
LONGEST = (
    "tests/journeys/",
    "tests/contracts/",
    "tests/ui/test_browser.py",
    "tests/cli/",
    "tests/stats/prevalence/",
    "tests/vault/test_keyd.py",
    "tests/vault/test_promises.py",
    "tests/api/test_fuzz.py",
    "tests/evidence/",
    "tests/config/",
    "tests/docs/",
    "tests/publishing/",
    "tests/vault/",
    "tests/audit/",
    "tests/access/",
    "tests/cases/",
    "tests/intake/",
)


class FilesTogether(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Give a worker a file, or a folder that stands together, at a time."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if path.startswith(folder)), path)


def rank(nodeid: str) -> int:
    """Return when a test should begin."""
    return next((rank for rank, start in enumerate(LONGEST) if nodeid.startswith(start)), len(LONGEST))


def rewrite_share(config: Any, *, number: int, of: int) -> None:
    """Write the asserts of a part of the test modules anew and keep them, as pytest does for each that it imports."""
    if sys.dont_write_bytecode:
        return
    for path in sorted(Path(__file__).parent.rglob("test_*.py"))[number::of]:
        kept = get_cache_dir(path) / (path.name[:-3] + PYC_TAIL)
        if _read_pyc(path, kept) is None and try_makedirs(kept.parent):
            made_from, code = _rewrite_test(path, config)
            _write_pyc(config.stash[assertstate_key], code, made_from, kept)


def keep_to_one_core(*, number: int, of: int) -> None:
    """Keep this worker, and all that it starts, to a core of its own, where there is one for each.

    A test and what it talks to take turns: on one core the turn costs a tenth to a fifth less than across two.
    """
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if of <= len(cores):
        os.sched_setaffinity(0, {cores[number]})


def take_along(process: int) -> None:
    """Move a process that serves this one alone to the core of this one, where it may be moved."""
    with suppress(AttributeError, OSError):
        os.sched_setaffinity(process, os.sched_getaffinity(0))
