"""The command ``amparo risk``: what a file of single persons reveals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._files import (
    check_output,
    document_to_bytes,
    names_of,
    print_document,
    refuse,
    replace_file,
    separators_of,
)

if TYPE_CHECKING:
    from amparo.stats.disclosure.microdata import Layout

__all__ = ["layout_of", "risk"]


def risk(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file (UTF-8) or a Parquet file; a line is a person.")
    ],
    keys: Annotated[
        str, typer.Option(metavar="A,B,C", help="Columns that somebody from outside may know of a person.")
    ],
    sensitive: Annotated[
        str, typer.Option(metavar="S,T", help="Columns that nobody should learn from the file.")
    ] = "",
    population: Annotated[
        int | None, typer.Option(metavar="N", help="How many persons there are, of whom these are some.")
    ] = None,
    m: Annotated[int, typer.Option("--m", metavar="3", help="How many keys somebody may know.")] = 3,
    k: Annotated[int, typer.Option(metavar="5", help="A group of fewer is small.")] = 5,
    blank: Annotated[
        str,
        typer.Option(metavar="value|unknown", help="A blank is a sign of its own, or may be anything."),
    ] = "value",
    ordered: Annotated[
        str, typer.Option(metavar="S", help="Sensitive columns whose values have an order, by their numbers.")
    ] = "",
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
        Path | None, typer.Option(metavar="R.html", help="Write a report: R.html, or R.pdf (tagged).")
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="The language of the report: en, ar. JSON stays English.")
    ] = "en",
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON with every digit.")] = False,
) -> None:
    """Say what a file of single persons reveals: who is alone in it, by how few values, and what can be learnt of whom.

    Values are read as text (NA stays NA, 0 stays 0); an empty cell is a blank. What it prints is for the office only.
    """
    from amparo.stats.disclosure.microdata import Blank, measure_risk, read_microdata
    from amparo.stats.disclosure.microdata.reports import report_of_risk
    from amparo.stats.report import speaking
    from amparo.vocab.text import ToldError

    if report is not None:
        check_output(report, file, (".html", ".pdf"))
    if blank not in set(Blank):
        refuse(f"--blank {blank} is not known. Take value or unknown.")
    try:
        with speaking(language):  # a slip of the pen is told before anything is computed
            pass
        data = read_microdata(file, layout_of(keys, sensitive, missing, multi, person))
        found = measure_risk(
            data, blank=Blank(blank), m=m, least=k, population=population, ordered=names_of(ordered)
        )
        if report is not None:
            replace_file(report, document_to_bytes(report_of_risk(found, language), report))
    except ToldError as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{report} cannot be written: {error.strerror or error}.")
    if is_json:
        typer.echo(json.dumps(found.to_dict(), indent=1, ensure_ascii=False))
        return
    print_document(report_of_risk(found, language))


def layout_of(
    keys: str, sensitive: str, missing: list[str] | None, multi: list[str] | None, person: str | None
) -> Layout:
    """Read the options that say what the columns of a file are."""
    from amparo.stats.disclosure.microdata import Layout

    codes = {}
    for text in missing or ():
        column, equals, told = text.partition("=")
        if not column or not equals or not names_of(told):
            refuse(f"--missing {text} has no column and codes. Write --missing COLUMN=0,-99.")
        codes[column] = frozenset(names_of(told))
    return Layout(
        keys=names_of(keys),
        sensitive=names_of(sensitive),
        missing=codes,
        separators=separators_of(multi),
        person=person,
    )
