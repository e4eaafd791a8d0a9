"""Run tests in a child of a process that has loaded everything, with one access line taken away there."""

from __future__ import annotations

import os
import select
import signal
from dataclasses import dataclass
from time import monotonic, process_time
from typing import Any, Final

import pytest
from _loaded import Loaded, apply
from _stage import Stage

GRID: Final = "the grid of denials::"  # each of its checks is a test of its own
KILLED, LIVED, NOT_RUN, NOT_DONE = "killed", "LIVED", "LIVED (no test gets there)", "LIVED (cut short)"
NOT_MADE: Final = "LIVED (could not be made)"
PASSED, FAILED, BROKEN, CUT_SHORT = 0, 1, 4, 5  # how a child ends
GRACE_SECONDS: Final = 60  # for the last test of a child
LOADED: Final = (
    15  # so many times longer than its processor time may a child take on a busy machine; then it is stopped
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """How a child ended, what it failed at, and how many tests it began."""

    outcome: str
    by: str = ""
    tests: int = 0


@dataclass(kw_only=True, slots=True)
class Children:
    """Makes children, one after the other, that run tests until one fails."""

    stage: Stage
    loaded: Loaded
    failed: list[str]  # what the reports of tests name
    items: dict[str, pytest.Item]
    session: pytest.Session
    most_seconds: float  # of processor time

    def run(self, key: str, order: list[str], *, in_world: bool) -> Told:
        """Run tests in this order without the line of that name, or with all of them when it is empty."""
        (self.stage.into_world if in_world else self.stage.out_of_world)()
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(told)
            self._be_child(tell, key, order)
        os.close(tell)
        return self._wait(told, child)

    def _wait(self, told: int, child: int) -> Told:
        """Read what the child tells: each test that it begins, and how it ended."""
        until, text = monotonic() + self.most_seconds * LOADED + GRACE_SECONDS, b""
        is_over = False
        while not is_over and (left := until - monotonic()) > 0 and select.select([told], [], [], left)[0]:
            part = os.read(told, 65536)
            text, is_over = text + part, not part
        if not is_over:
            os.kill(child, signal.SIGKILL)
        os.close(told)
        _, status = os.waitpid(child, 0)
        begun = text.decode().splitlines()
        count, last = sum(not line.startswith("!") for line in begun), begun[-1] if begun else ""
        if not is_over:
            self.stage.mend()
            return Told(outcome=NOT_DONE, tests=count)
        code = os.waitstatus_to_exitcode(status)
        if code in (PASSED, CUT_SHORT):
            return Told(outcome=LIVED if code == PASSED else NOT_DONE, tests=count)
        if code == FAILED:
            return Told(outcome=KILLED, by=last, tests=count)
        return Told(outcome=NOT_MADE, by=last.removeprefix("!"), tests=count)

    def _be_child(self, tell: int, key: str, order: list[str]) -> None:
        self.session.config.pluginmanager.unregister(name="terminalreporter")
        null = os.open(os.devnull, os.O_RDWR)
        for each in (0, 1, 2):
            os.dup2(null, each)
        code, until = BROKEN, process_time() + self.most_seconds
        try:
            self.failed.clear()
            if key:
                apply(self.loaded, key)
            code = PASSED
            for name in order:
                if process_time() > until:
                    code = CUT_SHORT
                    break
                os.write(tell, f"{name}\n".encode())
                if self._fails(name):
                    code = FAILED
                    break
        except BaseException as error:  # noqa: BLE001 - a child must not go on into its parent's work
            os.write(tell, f"!{type(error).__name__}: {' '.join(str(error).split())}\n".encode()[:2000])
            code = BROKEN
        finally:
            os._exit(code)

    def _fails(self, name: str) -> bool:
        if not name.startswith(GRID):
            run(self.items[name], self.session)
            return bool(self.failed)
        from tests.contracts.denial_grid import fault_of

        try:
            with self.stage.unblocked():
                return bool(fault_of(self.stage.world, _checks()[int(name.rpartition("::")[2])]))
        except Exception:  # noqa: BLE001 - the test would fail by it as well
            return True


def run(item: pytest.Item, following: Any) -> None:
    """Run a test; what the next one does not stand on is torn down."""
    item.session._setupstate.teardown_exact(item)  # noqa: SLF001 - pytest has no other way
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _checks(made: list[Any] = []) -> list[Any]:  # noqa: B006 - made once
    if not made:
        from tests.contracts.denial_grid import covering

        made.extend(covering())
    return made
