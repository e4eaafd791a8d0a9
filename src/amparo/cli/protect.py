"""The command ``amparo protect``: a file of single persons in which everybody has others who look the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._files import check_output, document_to_bytes, print_document, refuse, replace_files
from .risk import layout_of

if TYPE_CHECKING:
    from amparo.stats.disclosure import Hierarchy
    from amparo.stats.disclosure.microdata import ProtectedData, Risk

__all__ = ["protect"]


def protect(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file (UTF-8) or a Parquet file; a line is a person.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="Where it goes: OUT.csv or OUT.parquet.")
    ],
    keys: Annotated[
        str, typer.Option(metavar="A,B,C", help="Columns that somebody from outside may know of a person.")
    ],
    k: Annotated[int, typer.Option(metavar="5", help="So many records or more look the same.")] = 5,
    m: Annotated[int, typer.Option("--m", metavar="3", help="In any so many of the keys.")] = 3,
    sensitive: Annotated[
        str, typer.Option(metavar="S,T", help="Other columns that go into the file, as they are.")
    ] = "",
    hierarchy: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A CSV file column,code,parent: groups in which a column may be told."
        ),
    ] = None,
    importance: Annotated[
        list[str] | None,
        typer.Option(metavar="COL=2", help="A cell of this column weighs so much; may be repeated."),
    ] = None,
    population: Annotated[
        int | None, typer.Option(metavar="N", help="How many persons there are, of whom these are some.")
    ] = None,
    missing: Annotated[
        list[str] | None,
        typer.Option(metavar="COL=0,-99", help='Codes of a column that mean "not known"; may be repeated.'),
    ] = None,
    multi: Annotated[
        list[str] | None,
        typer.Option(metavar="COL=SEP", help="A column whose cells hold several items; may be repeated."),
    ] = None,
    person: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column that tells persons apart; it is checked.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="R.html", help="Write a report for the office: R.html, or R.pdf (tagged)."),
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="The language of the report: en, ar. JSON stays English.")
    ] = "en",
    is_json: Annotated[
        bool, typer.Option("--json", help="Print what was done and what is still revealed, as JSON.")
    ] = False,
    seed: Annotated[int, typer.Option(metavar="N", help="Order in which is looked for a cheaper way.")] = 1,
) -> None:
    """Protect a file of single persons: every combination of any 3 keys is then shown by 5 records or more, or by none.

    Cells are blanked and columns told in groups, with least loss; a blank counts as a sign that everybody sees. Only the keys and the
    columns named as sensitive go into OUT, in an order that tells nothing. Beside it goes OUT.provenance.json. It is counted again before it is written.
    """
    import numpy as np

    from amparo.stats.disclosure import CannotCount, read_hierarchies
    from amparo.stats.disclosure.microdata import measure_risk, protect_microdata, read_microdata
    from amparo.stats.report import speaking
    from amparo.vocab.text import ToldError

    check_output(output, file, (".csv", ".parquet", ".pq"))
    if report is not None:
        check_output(report, file, (".html", ".pdf"))
    try:
        with speaking(language):  # a slip of the pen is told before anything is computed
            pass
        groups: dict[str, Hierarchy] = {}
        for path in hierarchy or ():
            groups |= read_hierarchies(path)
        data = read_microdata(file, layout_of(keys, sensitive, missing, multi, person))
        protected = protect_microdata(
            data,
            k,
            m=m,
            hierarchies=groups,
            importance=_weights(importance),
            random=np.random.default_rng(seed),
        )
        after = measure_risk(protected.published, m=m, least=k, population=population)
        _write(protected, after, output, report, language)
    except (ToldError, CannotCount) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename or output} cannot be written: {error.strerror or error}.")
    _print(protected, after, output, language, is_json=is_json)


def _weights(importance: list[str] | None) -> dict[str, float]:
    weights = {}
    for text in importance or ():
        column, _, told = text.rpartition("=")
        try:
            weights[column] = float(told)
        except ValueError:
            column = ""
        if not column:
            refuse(f"--importance {text} has no column and number. Write --importance COLUMN=2.")
    return weights


def _write(protected: ProtectedData, after: Risk, output: Path, report: Path | None, language: str) -> None:
    from amparo.stats.disclosure.microdata import told_of, write_protected
    from amparo.stats.disclosure.microdata.reports import report_of_protection

    told = json.dumps(told_of(protected, when=_now()), indent=1, ensure_ascii=False) + "\n"
    writers: dict[Path, Any] = {
        output: lambda beside: write_protected(beside, protected),
        Path(f"{output}.provenance.json"): lambda beside: beside.write_text(told, encoding="utf-8"),
    }
    if report is not None:
        made = document_to_bytes(report_of_protection(protected, after, language), report)
        writers[report] = lambda beside: beside.write_bytes(made)
    replace_files(writers)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _print(protected: ProtectedData, after: Risk, output: Path, language: str, *, is_json: bool) -> None:
    from dataclasses import asdict

    from amparo.stats.disclosure.microdata.reports import report_of_protection

    if is_json:
        told = {"k": protected.k, "m": protected.m, "loss": asdict(protected.loss), "after": after.to_dict()}
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    print_document(report_of_protection(protected, after, language))
    typer.echo(f"\nWritten: {output} and {output}.provenance.json")
