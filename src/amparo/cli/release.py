"""The command ``amparo release check``: is a table safe beside those that were let out before?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from amparo.cli.refusing import CommandRefused

if TYPE_CHECKING:
    from amparo.stats.disclosure.register import Answer, Cell, Spent

__all__ = ["check"]

HELD_UP: Final = 1
POPULATION: Final = "records"


def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="New tables, as `amparo table --json` wrote them.")
    ],
    beside: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A table that was let out before; may be repeated."),
    ] = None,
    threshold: Annotated[
        int, typer.Option(metavar="N", help="Of fewer people than this nothing may be learnt.")
    ] = 5,
    is_json: Annotated[bool, typer.Option("--json", help="Give the answer as JSON.")] = False,
) -> None:
    """Check new tables together with all that were let out before, of the same records.

    What gives people away is told with the numbers that are added and taken away. Ends with 0 where nothing is found, 1 where
    something is, 2 where a file cannot be read.
    """
    from amparo.stats.disclosure.register import ReleaseRules, book_of, check_release

    new = [_read(path) for path in files]
    old = [_read(path, release=path.stem) for path in beside or ()]
    cells = [cell for one in new for cell in one.cells]
    earlier = [cell for one in old for cell in one.cells]
    spends, spent = ([each for one in told for each in one.spends] for told in (new, old))
    book = book_of([one.kept for one in (*new, *old)], [*cells, *earlier])
    rules = ReleaseRules(threshold=threshold, book=book)
    answer = check_release(cells, earlier, rules=rules, spends=spends, spent=spent)
    if is_json:
        typer.echo(json.dumps(_as_json(answer, spends, spent), ensure_ascii=False, indent=1))
    else:
        _tell(answer, len(cells), spends, spent)
    if not answer.is_clean:
        raise typer.Exit(HELD_UP)


@dataclass(frozen=True, slots=True)
class _Read:
    """Holds a file of tables, its numbers, and what its noise took of the privacy of the people."""

    kept: dict[str, Any]
    cells: tuple["Cell", ...]
    spends: tuple["Spent", ...]


def _read(path: Path, release: str = "") -> _Read:
    from amparo.stats.disclosure.register import NotACell, cells_of_table, spends_of_table

    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandRefused(f"{path} cannot be read: {error.strerror or error}.") from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CommandRefused(
            f"{path} is no table as `amparo table --json` writes it. Of other forms (text, CSV, XLSX, a report) make the same table once "
            f"more with --json, and give that file."
        )
    if found.get("class") == "dataset":
        raise CommandRefused(
            f"{path} is JSON-stat, the form of published tables: it does not tell hidden numbers apart as the check needs it. Propose the new "
            f"table at the release desk, which compares it with all that the platform published; or give the file that `amparo table --json` wrote."
        )
    try:
        cells = cells_of_table(found, population=POPULATION, release=release)
        return _Read(found, cells, spends_of_table(found, population=POPULATION, release=release))
    except NotACell as refusal:
        raise CommandRefused(f"{path}: {refusal}") from None


def _tell(answer: "Answer", count: int, spends: Sequence["Spent"], spent: Sequence["Spent"]) -> None:
    for finding in answer.findings:
        typer.echo(f"{'HELD UP' if finding.holds_up else 'Note'}: {finding.message}")
    typer.echo(
        f"{count:,} new numbers against {answer.compared:,} that were let out, {answer.together:,} of them solved together: "
        + ("nothing was found." if answer.is_clean else "do not let this out.")
    )
    if spends:
        before, takes = _rho(spent), _rho(spends)
        typer.echo(
            f"Counts with noise are not compared. They take {takes:.4g} of the privacy budget (rho); with those let out before, "
            f"{before + takes:.4g} in all."
        )
    if answer.left_out:
        typer.echo(f"Only compared one by one, as the whole is too large: {', '.join(answer.left_out)}.")


def _rho(spends: Sequence["Spent"]) -> float:
    return sum(one.rho for one in spends)


def _as_json(answer: "Answer", spends: Sequence["Spent"], spent: Sequence["Spent"]) -> dict[str, Any]:
    return {
        "is_clean": answer.is_clean,
        "compared": answer.compared,
        "together": answer.together,
        "left_out": list(answer.left_out),
        "rho": _rho(spends),
        "rho_before": _rho(spent),
        "findings": [
            {
                "kind": str(finding.kind),
                "holds_up": finding.holds_up,
                "message": str(finding.message),
                "releases": list(finding.releases),
            }
            for finding in answer.findings
        ],
    }
