"""The list of access lines that `bench/mutations.py` takes away one at a time stays true: it names places that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bench import mutations

mutants = pytest.importorskip("_mutants")  # beside it, put on the path by it

GETTER = """
def get_thing(viewer, name):
    if not viewer.may("read") or viewer.is_walled:
        raise Absent
    require_somebody(viewer)
    rows = scoped(viewer, Thing.objects.all(), permission="change")
    own = [row for row in rows.filter(name=name, hidden=False) if row.owner == viewer.user_id and row.is_open]
    return own or Thing.objects.exclude(Q(a=1, b=2) & near)
"""


@pytest.mark.parametrize("place", mutations.PLACES)
def test_each_place_is_there_and_holds_the_access_lines_that_it_should(place: str) -> None:
    found = [key for key in mutations.lines([place]) if not mutations.why_none(key)]
    assert len(found) >= mutations.PLACES[place], "have they moved? Say where to, in bench/mutations.py"


def test_a_place_that_is_gone_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutations, "PLACES", {"access/nowhere": 1})
    monkeypatch.setattr("sys.argv", ["mutations.py", "--list"])
    assert mutations.main() == 2
    assert "src/amparo/access/nowhere is not there" in capsys.readouterr().err


def test_the_getters_of_every_app_are_looked_through() -> None:
    getters = {path for name in ("queries", "queries.py") for path in mutants.SOURCE.glob(f"*/{name}")}
    there = {path.relative_to(mutants.SOURCE).as_posix() for path in getters}
    assert there == {place for place in (*mutations.PLACES, *mutations.BELOW) if "/queries" in place}


def test_what_is_left_out_is_still_there() -> None:
    found = mutations.lines([*mutations.PLACES])
    first = {next((each for each in mutations.NO_ACCESS if re.match(each, key)), "") for key in found}
    assert set(mutations.NO_ACCESS) <= first


def test_each_kind_of_line_is_found_and_taken_away_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "things.py").write_text(GETTER, encoding="utf-8")
    monkeypatch.setattr(mutants, "SOURCE", tmp_path)
    tree = ast.parse(GETTER)
    found = mutants.keyed(mutants.lines_of(tree, "things.py"))
    said = {key.partition(": ")[2] for key in found}
    assert {
        "the guard not viewer.may('read') or viewer.is_walled", "the side viewer.is_walled of an or",
        "the demand require_somebody(viewer)", "the scope scoped", "scoped with 'change'", "filter hidden=False",
        "the side row.owner == viewer.user_id of an and", "Q a=1", "the side near of an &",
    } <= said  # fmt: skip
    whole = ast.unparse(tree)
    changed = {ast.unparse(mutants.without("things.py", key)[0]) for key in found}
    assert len(changed) == len(found)
    assert whole not in changed
    for each in changed:
        compile(each, "things.py", "exec")
