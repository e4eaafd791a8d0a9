"""The command ``amparo release check``: is a table safe beside those that were let out before?"""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from amparo.cli.refusing import CommandRefused

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
    from amparo.stats.disclosure.register import (
        NotACell,
        ReleaseRules,
        book_of,
        cells_of_table,
        check_release,
    )

    new = [(path, _read(path)) for path in files]
    old = [(path, _read(path)) for path in beside or ()]
    try:
        cells = [cell for _, kept in new for cell in cells_of_table(kept, population=POPULATION)]
        earlier = [
            cell
            for path, kept in old
            for cell in cells_of_table(kept, population=POPULATION, release=path.stem)
        ]
        book = book_of([kept for _, kept in (*new, *old)], [*cells, *earlier])
        rules = ReleaseRules(threshold=threshold, book=book)
    except NotACell as refusal:
        raise CommandRefused(str(refusal)) from None
    answer = check_release(cells, earlier, rules=rules)
    if is_json:
        typer.echo(json.dumps(_as_json(answer), ensure_ascii=False, indent=1))
    else:
        _tell(answer, len(cells))
    if not answer.is_clean:
        raise typer.Exit(HELD_UP)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandRefused(f"{path} cannot be read: {error.strerror or error}.") from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CommandRefused(f"{path} is no table as `amparo table --json` writes it.")
    return found


def _tell(answer: Any, count: int) -> None:
    for finding in answer.findings:
        typer.echo(f"{'HELD UP' if finding.holds_up else 'Note'}: {finding.message}")
    typer.echo(
        f"{count:,} new numbers against {answer.compared:,} that were let out, {answer.together:,} of them solved together: "
        + ("nothing was found." if answer.is_clean else "do not let this out.")
    )
    if answer.left_out:
        typer.echo(f"Only compared one by one, as the whole is too large: {', '.join(answer.left_out)}.")


def _as_json(answer: Any) -> dict[str, Any]:
    return {
        "is_clean": answer.is_clean,
        "compared": answer.compared,
        "together": answer.together,
        "left_out": list(answer.left_out),
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
