"""Take one access line away at a time, and see whether a test notices.

    python bench/mutations.py [--only access/queries.py] [--list]

A mutant is the source without one line that keeps somebody out: a guard that returns or raises, a call of `require`, a filter of
a query, one side of an `and`. Prints killed of all, and each that lived; exits with 1 when one did.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
SOURCE = CHECKOUT / "src"
MUTATED = (
    "access/queries.py", "access/rules/viewer.py", "access/actions/grants.py", "access/actions/reading.py",
    "access/actions/roles.py", "access/actions/walls.py", "cases/queries/visible.py", "cases/queries/papers.py",
    "cases/queries/versions.py", "cases/queries/unit.py", "cases/queries/bulk.py", "cases/actions/closing.py",
    "cases/actions/changing.py", "vault/queries.py", "vault/keeping.py",
)  # fmt: skip
TESTS = (
    "tests/access/test_scope.py", "tests/cases/test_closing.py", "tests/cases/test_compartments.py",
    "tests/cases/test_unit.py", "tests/access/test_grants.py", "tests/access/test_viewer.py",
    "tests/access/test_people_actions.py", "tests/cases/test_record.py", "tests/cases/test_actions.py",
    "tests/vault", "tests/contracts/test_reach.py", "tests/contracts/test_grid.py",
)  # fmt: skip
KEPT_OUT = (ast.Return, ast.Raise, ast.Continue)
NARROWING = ("filter", "exclude")
GRACE_SECONDS = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """A source with one line taken away."""

    file: str
    line: int
    what: str
    source: str


def mutants(file: str) -> Iterator[Mutant]:
    """Give each mutant of a file."""
    text = (SOURCE / "amparo" / file).read_text(encoding="utf-8")
    count = sum(1 for _change in _changes(ast.parse(text)))
    for number in range(count):
        tree = ast.parse(text)
        line, what = list(_changes(tree))[number]()
        yield Mutant(file=file, line=line, what=what, source=ast.unparse(ast.fix_missing_locations(tree)))


def _changes(tree: ast.Module) -> Iterator[Callable[[], tuple[int, str]]]:
    """Give what can be taken away, each as a call that does it to the tree."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.If)
            and not node.orelse
            and all(isinstance(one, KEPT_OUT) for one in node.body)
        ):
            yield _Taken(node, "test", ast.Constant(value=False), "a guard")
        if isinstance(node, ast.Expr) and _called(node.value) in ("require", "_covered"):
            yield _Taken(node, "value", ast.Constant(value=None), "a demand")
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in NARROWING
        ):
            yield _Taken(node, None, None, "a filter")
        if isinstance(node, ast.Call) and _called(node) == "scoped":
            yield _Taken(
                node, "func", ast.parse("lambda viewer, rows, **more: rows", mode="eval").body, "the scope"
            )
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            for place in range(len(node.values)):
                yield _Side(node, place)


@dataclass(frozen=True, slots=True)
class _Taken:
    node: ast.AST
    part: str | None
    instead: ast.AST | None
    what: str

    def __call__(self) -> tuple[int, str]:
        if self.part is None:  # x.filter(...) becomes x.all()
            self.node.func.attr, self.node.args, self.node.keywords = "all", [], []  # type: ignore[attr-defined]
        else:
            setattr(self.node, self.part, self.instead)
        return self.node.lineno, self.what  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Side:
    node: ast.BoolOp
    place: int

    def __call__(self) -> tuple[int, str]:
        self.node.values[self.place] = ast.Constant(value=True)
        return self.node.lineno, f"side {self.place + 1} of an and"


def _called(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def is_killed(mutant: Mutant, place: Path, tests: Sequence[str]) -> bool:
    """Tell whether a test fails with the mutant in the place of the source."""
    file = place / "amparo" / mutant.file
    kept = file.read_text(encoding="utf-8")
    file.write_text(mutant.source, encoding="utf-8")
    try:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-n",
            "0",
            "--tb=no",
            "-p",
            "no:cacheprovider",
            *tests,
        ]
        environment = {**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command, cwd=CHECKOUT, env=environment, capture_output=True, timeout=GRACE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    finally:
        file.write_text(kept, encoding="utf-8")
    return done.returncode != 0


def main() -> int:
    """Try each mutant, and print what lived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--tests", nargs="*", default=TESTS, help="another choice of tests, for a quick look")
    asked = parser.parse_args()
    found = [mutant for file in asked.only or MUTATED for mutant in mutants(file)]
    if asked.list:
        for one in found:
            print(f"{one.file}:{one.line} without {one.what}")
        return 0
    lived = 0
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(
            shutil.copytree(SOURCE, Path(scratch) / "src", ignore=shutil.ignore_patterns("__pycache__"))
        )
        for one in found:
            killed = is_killed(one, place, asked.tests)
            lived += not killed
            print(f"{'killed' if killed else 'LIVED '} {one.file}:{one.line} without {one.what}", flush=True)
    print(f"{len(found) - lived} killed of {len(found)}")
    return int(lived > 0)


if __name__ == "__main__":
    sys.exit(main())
