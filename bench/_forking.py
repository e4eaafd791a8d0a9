"""Try mutants in children of one process that has loaded everything: the code of loaded functions is changed in place.

A plugin of pytest. It runs each test once and keeps which access lines it reaches; then it makes a child for each mutant, which
runs the tests that reach its line until one fails.
"""

from __future__ import annotations

import builtins
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, process_time
from typing import Any, Final

import pytest
from _children import GRID, KILLED, LIVED, NOT_DONE, NOT_RUN, Children, run
from _kept import KILLERS, REACHED, digest, finder, is_known, keep, load
from _loaded import Loaded
from _mutants import MARK, SOURCE, Line, keyed, lines_of, marked, parse
from _stage import Stage

from amparo.vault.asking import write_anew

TESTS: Final = Path(__file__).parents[1] / "tests"
DENIALS: Final = "tests/contracts/test_denials.py::test_"
GUARDS: Final = (
    f"{DENIALS}the_guard_is_the_one_of_the_table",
    f"{DENIALS}p25_what_asks_again",
)  # of all views
SLOW_SECONDS: Final = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What became of a mutant."""

    key: str
    line: int
    outcome: str
    by: str = ""
    tests: int = 0
    seconds: float = 0


@dataclass(slots=True, eq=False)
class Mutating:
    """The plugin: instead of the tests, the mutants."""

    files: list[str]
    wanted: Callable[[str], bool]
    out: Any
    most_seconds: float
    is_map_only: bool = False
    is_without_world: bool = False
    is_world_first: bool = False
    is_trusting: bool = False
    is_unknown_only: bool = False
    share: tuple[int, int] = (1, 1)  # the first of two processes, say
    first: tuple[str, ...] = ("none",)  # how the names of tests begin that are tried before others
    verdicts: list[Verdict] = field(default_factory=list)
    loaded: Loaded = field(default_factory=Loaded)
    reached: dict[str, dict[str, Any]] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    now_reached: set[str] = field(default_factory=set)
    stage: Stage = field(default_factory=Stage)
    killers: dict[str, list[str]] = field(default_factory=dict)  # of a file, the latest first
    killed_by: dict[str, str] = field(default_factory=dict)  # each line, in earlier runs
    sizes: Counter[str] = field(default_factory=Counter)  # of the files of tests
    sound: set[str] = field(default_factory=set)
    unsound: set[str] = field(default_factory=set)

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """Let properties look for a counterexample only, and neither shorten it nor keep it."""
        from hypothesis import Phase, settings

        phases = [Phase.explicit, Phase.generate]
        settings.register_profile("mutations", deadline=None, max_examples=25, database=None, phases=phases)
        os.environ["HYPOTHESIS_PROFILE"] = "mutations"

    def pytest_configure(self, config: pytest.Config) -> None:
        """Keep where pytest-django keeps its things."""
        self.stage.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what failed."""
        if report.failed:
            self.failed.append(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Map the tests to the lines, then try each mutant."""
        if session.testsfailed:
            raise session.Interrupted("Not all tests can be read.")
        self.stage.watch()
        items = {
            item.nodeid: item
            for item in session.items
            if not item.nodeid.startswith("tests/contracts/test_grid.py::test_p01")
        }
        first = next(item for item in items.values() if item.get_closest_marker("django_db"))
        run(first, session)
        self.loaded.look(self.files)
        self._map(items, session)
        if not self.is_map_only:
            children = Children(
                stage=self.stage,
                loaded=self.loaded,
                failed=self.failed,
                items=items,
                session=session,
                most_seconds=self.most_seconds,
            )
            self._try_all(items, children)
        self.stage.clear()
        session._setupstate.teardown_exact(None)  # noqa: SLF001 - pytest has no other way
        return True

    def say(self, line: str) -> None:
        """Print past the capturing of pytest."""
        self.out.write(f"{line}\n")
        self.out.flush()

    # Which test gets to which line

    def _map(self, items: dict[str, pytest.Item], session: pytest.Session) -> None:
        setattr(builtins, MARK, self.now_reached.add)
        for file in self.files:
            tree, marks = marked(file)
            self.marks |= marks
            if marks:
                self.loaded.change(file, tree)
        kept = load(REACHED)
        sources = {file: digest(SOURCE / file) for file in self.files}
        began, stale = (
            monotonic(),
            [
                item
                for item in items.values()
                if not is_known(kept.get(item.nodeid), item, sources, is_trusting=self.is_trusting)
            ],
        )
        self.reached = kept
        stale = self._share_of(stale)
        self.say(f"{len(items)} tests, {len(stale)} to be run for the lines that they reach")
        for place, item in enumerate(stale):
            self._map_one(item, stale[place + 1] if place + 1 < len(stale) else session, sources)
            if place % 100 == 99 or place + 1 == len(stale):
                keep(REACHED, {one.nodeid: self.reached[one.nodeid] for one in stale[: place + 1]})
                self.say(f"  {place + 1} after {monotonic() - began:.0f} s")
        has_grid = any(item.nodeid.startswith("tests/contracts/test_grid") for item in session.items)
        if has_grid and self.share[0] == 1:
            self._map_grid(sources)
        self.loaded.restore()

    def _share_of(self, all_of_them: list[Any]) -> list[Any]:
        number, of = self.share
        return all_of_them[number - 1 :: of]

    def _map_one(self, item: pytest.Item, following: Any, sources: dict[str, str]) -> None:
        self._begin_anew()
        began = process_time()
        run(item, following)
        if self.failed:
            self.say(f"  fails without a mutant, and is left out: {item.nodeid}")
        self._keep(item.nodeid, item.path, process_time() - began, sources)

    def _begin_anew(self) -> None:
        """Forget what the test before reached, and have it reach again what is done once a process."""
        self.now_reached.clear()
        self.failed.clear()
        write_anew()

    def _keep(self, name: str, path: Path, seconds: float, sources: dict[str, str]) -> None:
        marks = sorted(self.now_reached)
        files = {mark.partition("#")[0] for mark in marks}
        self.reached[name] = {
            "seconds": round(seconds, 3),
            "marks": [] if self.failed else marks,
            "test": digest(path),
            "finder": finder(self.files),
            "sources": {file: sources[file] for file in sorted(files)},
            "has_failed": bool(self.failed),
        }

    def _map_grid(self, sources: dict[str, str]) -> None:
        """Ask each check of the grid once, as a test of its own."""
        from tests.contracts.denial_grid import covering, fault_of

        known = {name: one for name, one in self.reached.items() if name.startswith(GRID)}
        state = hashlib.sha256(json.dumps([finder(sources), sources], sort_keys=True).encode()).hexdigest()
        if known and (self.is_trusting or all(one["state"] == state for one in known.values())):
            return
        for name in known:
            del self.reached[name]
        learnt = {}
        began = monotonic()
        for number, check in enumerate(covering()):
            self.stage.into_world()
            self._begin_anew()
            start = process_time()
            with self.stage.unblocked():
                fault = fault_of(self.stage.world, check)
            if fault:
                self.failed.append(fault)
                self.say(f"  {fault}: {check}")
            name = f"{GRID}{number}"
            self._keep(name, TESTS / "contracts" / "test_grid.py", process_time() - start, sources)
            self.reached[name] |= {"state": state, "own": check.state == "own"}
            learnt[name] = self.reached[name]
        keep(REACHED, learnt, gone=tuple(known))
        self.say(f"  the grid after {monotonic() - began:.0f} s")
        self.stage.out_of_world()

    # The mutants

    def _try_all(self, items: dict[str, pytest.Item], children: Children) -> None:
        self.killed_by = load(KILLERS)
        unknown = [
            one for one in self._waiting(items) if not self.is_unknown_only or one[0] not in self.killed_by
        ]
        waiting = self._share_of(unknown)
        self.sound = set(self.killed_by.values())  # each passed in a child without a mutant
        self.sizes = Counter(name.partition("::")[0] for name in self.reached)
        self.say(f"{len(waiting)} mutants")
        later = []
        for key, line, reaching in waiting:
            in_world = [name for name in reaching if self._needs_world(name, items)]
            plain = [name for name in reaching if name not in set(in_world)]
            verdict = None  # what the world killed before waits for it at once
            waits = self.is_world_first and bool(in_world)
            if not waits and self.killed_by.get(key, "") not in in_world:
                verdict = self._try(key, line, plain, children)
                if verdict.outcome == KILLED or not in_world:
                    self._settle(verdict)
                    continue
                self.say(f"  waits: {key}  [{verdict.tests} tests, {verdict.seconds:.1f} s]")
            later.append((key, line, plain, in_world, verdict))
        self.say(f"{len(later)} wait for the world of the denials")
        for key, line, plain, in_world, before in later:
            then = Verdict(key=key, line=line.number, outcome=NOT_DONE)
            if not self.is_without_world:
                then = self._try(key, line, in_world, children, in_world=True)
            other = then if then.outcome == KILLED else before or self._try(key, line, plain, children)
            self._settle(other if other.outcome in (KILLED, NOT_DONE) else then)

    def _waiting(self, items: dict[str, pytest.Item]) -> list[tuple[str, Line, list[str]]]:
        """Give each mutant with the tests that reach its line."""
        by_mark: dict[str, list[str]] = {}
        for name, one in self.reached.items():
            if name in items or name.startswith(GRID):
                for mark in one["marks"]:
                    by_mark.setdefault(mark, []).append(name)
        near = self._near(by_mark)
        waiting = []
        for file in self.files:
            whole = [name for mark, names in by_mark.items() if mark.startswith(f"{file}#") for name in names]
            for key, line in keyed(lines_of(parse(file), file)).items():
                reaching = by_mark.get(self.marks.get(key, ""), [])
                if not any(name in items for name in reaching):
                    reaching = [*reaching, *near.get((file, line.name), [])]
                if line.kind == "decorator":
                    reaching = [*(name for name in items if name.startswith(GUARDS)), *reaching]
                elif line.kind == "constant":
                    reaching = whole or [
                        name for name in items if name.startswith(f"tests/{file.partition('/')[0]}/")
                    ]
                if self.wanted(key):
                    waiting.append((key, line, list(dict.fromkeys(reaching))))
        return waiting

    def _near(self, by_mark: dict[str, list[str]]) -> dict[tuple[str, str], list[str]]:
        """Give the tests that reach another access line of the same function."""
        found: dict[tuple[str, str], list[str]] = {}
        for key, mark in self.marks.items():
            file, name, _ = key.split(":", 2)
            found.setdefault((file, name), []).extend(by_mark.get(mark, []))
        return found

    def _settle(self, verdict: Verdict) -> None:
        self.verdicts.append(verdict)
        self.say(
            f"{verdict.outcome:6} src/amparo/{verdict.key.partition(':')[0]}:{verdict.line} "
            f"{verdict.key.partition(':')[2]}  [{verdict.tests} tests, {verdict.seconds:.1f} s{', ' if verdict.by else ''}{verdict.by}]"
        )

    def _needs_world(self, name: str, items: dict[str, pytest.Item]) -> bool:
        return name.startswith(GRID) or "world" in getattr(items.get(name), "fixturenames", ())

    def _try(
        self, key: str, line: Line, names: list[str], children: Children, *, in_world: bool = False
    ) -> Verdict:
        """Run tests in a child with the mutant. What fails there must pass in a child without it, or it tells nothing."""
        began, count = monotonic(), 0
        outcome, by = NOT_RUN, ""
        while names := [name for name in names if name not in self.unsound]:
            told = children.run(key, self._ordered(key, line, names), in_world=in_world)
            outcome, by, count = told.outcome, told.by, count + told.tests
            if outcome != KILLED or by in self.sound:
                break
            if children.run("", [by], in_world=in_world).outcome == LIVED:
                self.sound.add(by)
                break
            self.unsound.add(by)
            self.say(f"  fails in a child without a mutant, and tells nothing: {by}")
        if outcome == KILLED:
            latest = self.killers.setdefault(line.file, [])
            latest[:] = [by, *[one for one in latest if one != by]][:12]
            keep(KILLERS, {key: by})
        return Verdict(
            key=key, line=line.number, outcome=outcome, by=by, tests=count, seconds=monotonic() - began
        )

    def _ordered(self, key: str, line: Line, names: list[str]) -> list[str]:
        """Begin with what killed it before and what killed others of the file; then take turns between the files of tests,
        most often those that are mostly about this line, and of each file the tests that reach the fewest lines.
        """
        app = line.file.partition("/")[0]
        by_file: dict[str, list[str]] = {}
        for name in names:
            by_file.setdefault(name.partition("::")[0], []).append(name)

        def about(file: str) -> tuple[bool, bool, float]:
            is_namesake = Path(file).stem.startswith(f"test_{Path(line.file).stem}")
            is_app = file.startswith(f"tests/{app}/")
            return (not (is_app and is_namesake), not is_app, -len(by_file[file]) / self.sizes.get(file, 1))

        def focus(name: str) -> tuple[bool, bool, int]:
            one = self.reached.get(name, {"seconds": 0, "marks": ()})
            return (one["seconds"] > SLOW_SECONDS, bool(one.get("own")), len(one["marks"]))

        quick = [one for one in self.killers.get(line.file, []) if not focus(one)[0]]
        before = [self.killed_by.get(key, ""), *quick]
        lately = {name: number for number, name in reversed([*enumerate(before)])}
        turn = {}
        for place, file in enumerate(
            sorted(by_file, key=about), 1
        ):  # the first twice as often as the second, and so on
            turn |= {
                name: (number * place, place) for number, name in enumerate(sorted(by_file[file], key=focus))
            }
        own = line.name.rpartition(".")[2].replace("_", "-")  # of a view: a test may be made for each

        def is_its_own(name: str) -> bool:
            return own in name.partition("[")[2].replace("_", "-")

        return sorted(
            names,
            key=lambda name: (
                name != before[0],
                not name.startswith(self.first),
                not is_its_own(name),
                lately.get(name, 99),
                turn[name],
            ),
        )
