"""The command ``amparo table``: count a file of records into a table that may be published."""

import csv
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, NoReturn

import typer

if TYPE_CHECKING:
    from amparo.stats.disclosure import ProtectedTable, ReleasedTables

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
    CELLKEY = "cellkey"


def table(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A CSV file (UTF-8; comma, semicolon, tab) or a Parquet file; a line is a record. With AMPARO_ENGINE=postgresql://... "
            "a table there, with spark://... Parquet that the cluster reads.",
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
        Protection,
        typer.Option(help="Hide small counts, round all counts, or change them by keys of the records."),
    ] = Protection.SUPPRESS,
    form: Annotated[Form, typer.Option("--format", help="The form of the result.")] = Form.TEXT,
    is_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file instead of the terminal.")
    ] = None,
    counting_unit: Annotated[
        str, typer.Option(metavar="WORD", help="What one record is: cases, episodes ...")
    ] = "records",
    hierarchy: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A CSV file column,code,parent: groups of values, each with a total of its own.",
        ),
    ] = None,
    subtotals: Annotated[
        bool,
        typer.Option(
            "--subtotals", help="Give a total of every column of the data, not of rows and columns only."
        ),
    ] = False,
    sensitive: Annotated[
        str, typer.Option(metavar="A,B", help="Columns whose value may not be told of a whole group.")
    ] = "",
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="One more rule: minors=COLUMN:VALUE,VALUE:10 or organisations=COLUMN:3; may be repeated.",
        ),
    ] = None,
    is_optimal: Annotated[
        bool, typer.Option("--optimal", help="Look for the cheapest choice of hidden counts; takes longer.")
    ] = False,
    link: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A YAML file of other tables of the same records, released with this one."
        ),
    ] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="The JSON of an earlier release: what it showed, readers know."),
    ] = None,
    record_key: Annotated[
        str,
        typer.Option(metavar="COLUMN", help="The column with the keys of the records, for --method cellkey."),
    ] = "",
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write why each count is hidden, for reviewers: not for publication."
        ),
    ] = None,
) -> None:
    """Count a file of records into a table, and hide or round what could point at a person.

    The table is proved safe before it is given: no hidden count can be worked out from the others and the totals.
    Values are read as text (NA stays NA, 1.0 stays 1.0); a missing value is a category of its own.
    """
    from amparo.stats.disclosure import TableRequest, Threshold, count_cells, open_source, protect
    from amparo.vocab.text import ToldError

    from ._releasing import Asked, condition_of, release_of

    if is_json:
        form = Form.JSON
    if form is Form.XLSX and output is None:
        _refuse("A workbook cannot be shown on a terminal. Add --output FILE.xlsx.")
    for written in (output, report):
        if written is not None:
            _check_output(written, Path(file))
    try:
        request = TableRequest(
            rows=_names(rows),
            columns=_names(columns),
            where=tuple(condition_of(text) for text in where or ()),
            counting_unit=counting_unit,
        )
        asked = Asked(
            hierarchies=tuple(hierarchy or ()),
            sensitive=_names(sensitive),
            rules=tuple(rule or ()),
            is_optimal=is_optimal,
            link=link,
            earlier=tuple(earlier or ()),
            record_key=record_key,
            report=report,
        )
        protected: ProtectedTable | ReleasedTables
        with open_source(os.environ.get("AMPARO_ENGINE", ""), file) as source:
            if subtotals or method is Protection.CELLKEY or asked != Asked():
                release = protected = release_of(
                    source, request, threshold=threshold, method=method.value, asked=asked, name=Path(file).name
                )
                if report is not None:
                    _write_report(release, report)
            else:
                counted = count_cells(source, request, name=Path(file).name)
                protected = protect(counted, rules=[Threshold(threshold)], method=method.value)
        _write(protected, form, output)
    except ToldError as error:
        _refuse(str(error))
    if form is not Form.TEXT:
        for caution in protected.cautions:
            typer.echo(f"Note: {caution.message}", err=True)


def _names(text: str) -> tuple[str, ...]:
    """Read a list of column names; a name that holds a comma stands in double quotes."""
    return tuple(name.strip() for name in next(csv.reader([text]), []) if name.strip())


def _check_output(output: Path, source: Path) -> None:
    if output.is_dir():
        _refuse(f"{output} is a folder. Name a file in it.")
    if not output.parent.is_dir():
        _refuse(f"There is no folder {output.parent}. Make it first, or name another.")
    if output.exists() and source.exists() and output.samefile(source):
        _refuse(f"{output} is the file of records itself and would be overwritten. Name another file.")


def _write(protected: "ProtectedTable | ReleasedTables", form: Form, output: Path | None) -> None:
    if output is None:
        for piece in _pieces(protected, form):
            sys.stdout.buffer.write(piece.encode())
        sys.stdout.buffer.flush()
        return
    _write_file(output, lambda stream: _fill(protected, form, stream))


def _fill(protected: "ProtectedTable | ReleasedTables", form: Form, stream: BinaryIO) -> None:
    from amparo.stats import disclosure

    if form is not Form.XLSX:
        stream.writelines(piece.encode() for piece in _pieces(protected, form))
    elif isinstance(protected, disclosure.ProtectedTable):
        disclosure.to_xlsx(protected, stream)
    else:
        disclosure.release_to_xlsx(protected, stream)


def _write_file(output: Path, fill: Callable[[BinaryIO], None]) -> None:
    """Write beside the file and then put it in place, so that a full disk leaves no half table."""
    try:
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                fill(stream)
            Path(name).chmod(0o644)
            Path(name).replace(output)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        _refuse(f"{output} cannot be written: {error.strerror or error}.")


def _write_report(release: "ReleasedTables", path: Path) -> None:
    from amparo.stats.disclosure import report_to_text

    _write_file(path, lambda stream: stream.writelines(piece.encode() for piece in report_to_text(release)))


def _pieces(protected: "ProtectedTable | ReleasedTables", form: Form) -> Iterator[str]:
    from amparo.stats import disclosure

    width = os.get_terminal_size().columns if sys.stdout.isatty() else 80
    if isinstance(protected, disclosure.ProtectedTable):
        if form is Form.JSON:
            return disclosure.to_json(protected)
        if form is Form.CSV:
            return disclosure.to_csv(protected)
        return disclosure.to_text(protected, width=width)
    if form is Form.JSON:
        return disclosure.release_to_json(protected)
    if form is Form.CSV:
        return disclosure.release_to_csv(protected)
    return disclosure.release_to_text(protected, width=width)


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
