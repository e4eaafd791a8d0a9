"""The command ``amparo table``: count a file of records into a table that may be published."""

import csv
import os
import sys
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from amparo.stats.disclosure import Condition, ProtectedTable

__all__ = ["Form", "Protection", "table"]


class Form(StrEnum):
    """Names the forms in which the table is given."""

    TEXT = "text"
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


class Protection(StrEnum):
    """Names the ways to protect the table."""

    SUPPRESS = "suppress"
    ROUND = "round"


def table(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A CSV file (UTF-8; comma, semicolon, tab) or a Parquet file; a line is a record.",
        ),
    ],
    rows: Annotated[
        str, typer.Option(metavar="A,B", help="Columns of the data that make the rows of the table.")
    ],
    columns: Annotated[
        str,
        typer.Option(metavar="C,D", help="Columns of the data that make its columns; none for totals only."),
    ] = "",
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            help="Count only records with COLUMN=VALUE[,VALUE...] or COLUMN!=VALUE; may be repeated.",
        ),
    ] = None,
    threshold: Annotated[
        int, typer.Option(metavar="N", help="Counts from 1 to one below this are hidden.")
    ] = 5,
    method: Annotated[
        Protection, typer.Option(help="Hide small counts, or round all counts.")
    ] = Protection.SUPPRESS,
    form: Annotated[Form, typer.Option("--format", help="The form of the result.")] = Form.TEXT,
    is_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file instead of the terminal.")
    ] = None,
    counting_unit: Annotated[
        str, typer.Option(metavar="WORD", help="What one record is: cases, episodes ...")
    ] = "records",
) -> None:
    """Count a file of records into a table, and hide or round what could point at a person.

    The table is proved safe before it is given: no hidden count can be worked out from the others and the totals.
    Values are read as text (NA stays NA, 1.0 stays 1.0); a missing value is a category of its own.
    """
    from amparo.stats.disclosure import TableRequest, Threshold, count_cells, protect
    from amparo.vocab.text import ToldError

    if is_json:
        form = Form.JSON
    if form is Form.XLSX and output is None:
        _refuse("A workbook cannot be shown on a terminal. Add --output FILE.xlsx.")
    if output is not None:
        _check_output(output, file)
    try:
        request = TableRequest(
            rows=_names(rows),
            columns=_names(columns),
            where=tuple(_condition(text) for text in where or ()),
            counting_unit=counting_unit,
        )
        rule = Threshold(threshold)
        protected = protect(count_cells(file, request), rules=[rule], method=method.value)
        _write(protected, form, output)
    except ToldError as error:
        _refuse(str(error))
    if form is not Form.TEXT:
        for caution in protected.cautions:
            typer.echo(f"Note: {caution.message}", err=True)


def _names(text: str) -> tuple[str, ...]:
    """Read a list of column names; a name that holds a comma stands in double quotes."""
    return tuple(name.strip() for name in next(csv.reader([text]), []) if name.strip())


def _condition(text: str) -> "Condition":
    from amparo.stats.disclosure import CannotCount, Condition
    from amparo.vocab.text import N_

    column, equals, values = text.partition("=")
    is_excluding = column.endswith("!")
    column = column.removesuffix("!").strip()
    if not equals or not column:
        raise CannotCount(
            N_(
                '--where "%(text)s" has no column and value. Write COLUMN=VALUE, COLUMN=VALUE,VALUE or '
                "COLUMN!=VALUE; nothing after the sign means blank."
            ),
            text=text,
        )
    return Condition(column, tuple(next(csv.reader([values]), [])) or ("",), is_excluding)


def _check_output(output: Path, source: Path) -> None:
    if output.is_dir():
        _refuse(f"{output} is a folder. Name a file in it.")
    if not output.parent.is_dir():
        _refuse(f"There is no folder {output.parent}. Make it first, or name another.")
    if output.exists() and source.exists() and output.samefile(source):
        _refuse(f"{output} is the file of records itself and would be overwritten. Name another file.")


def _write(protected: "ProtectedTable", form: Form, output: Path | None) -> None:
    if output is None:
        for piece in _pieces(protected, form):
            sys.stdout.buffer.write(piece.encode())
        sys.stdout.buffer.flush()
        return
    try:
        _write_whole(protected, form, output)
    except OSError as error:
        _refuse(f"{output} cannot be written: {error.strerror or error}.")


def _write_whole(protected: "ProtectedTable", form: Form, output: Path) -> None:
    """Write beside the file and then put it in place, so that a full disk leaves no half table."""
    from amparo.stats.disclosure import to_xlsx

    handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            if form is Form.XLSX:
                to_xlsx(protected, stream)
            else:
                stream.writelines(piece.encode() for piece in _pieces(protected, form))
        Path(name).chmod(0o644)
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _pieces(protected: "ProtectedTable", form: Form) -> Iterator[str]:
    from amparo.stats.disclosure import to_csv, to_json, to_text

    if form is Form.JSON:
        return to_json(protected)
    if form is Form.CSV:
        return to_csv(protected)
    width = os.get_terminal_size().columns if sys.stdout.isatty() else 80
    return to_text(protected, width=width)


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
