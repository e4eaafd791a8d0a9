"""The command ``amparo table``: count a file of records into a table that may be published."""

import csv
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Form", "Protection", "Share", "table"]


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
    DP = "dp"


class Share(StrEnum):
    """Names what percentages are of."""

    ROWS = "rows"
    COLUMNS = "columns"
    ALL = "all"


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
        typer.Option(
            help="Hide small counts, round all, change them by keys of the records, or make them private."
        ),
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
            help="One more rule: minors=COLUMN:VALUE,VALUE:10, organisations=COLUMN:3, for amounts dominance=2:85, p=10; may be repeated.",
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
    amount: Annotated[
        str,
        typer.Option(
            metavar="COLUMN", help="Sum this column (wages, days) in place of counting; by default p=10."
        ),
    ] = "",
    contributor: Annotated[
        str,
        typer.Option(
            metavar="COLUMN", help="The column that says whose an amount is; else each record's own."
        ),
    ] = "",
    percent: Annotated[
        Share | None,
        typer.Option(help="Percentages as well, where part and whole are both shown."),
    ] = None,
    codebook: Annotated[
        Path | None,
        typer.Option(metavar="CB.yaml", help="The values that columns can have; needed for --method dp."),
    ] = None,
    epsilon: Annotated[
        float | None, typer.Option(metavar="E", help="For --method dp: how much may be learnt of a person.")
    ] = None,
    delta: Annotated[
        float | None,
        typer.Option(
            metavar="D", help="For --method dp: the ledger's (1e-8) when left out; 0 for Laplace noise."
        ),
    ] = None,
    person: Annotated[
        str,
        typer.Option(
            metavar="COLUMN",
            help="The column that tells persons apart (else that of the codebook): nobody may have more records than --most.",
        ),
    ] = "",
    most: Annotated[
        int,
        typer.Option(
            metavar="N", help="The most records that one person may have; --method dp covers so many."
        ),
    ] = 1,
    ledger: Annotated[
        Path | None,
        typer.Option(
            metavar="L.json", help="What was spent on these records; FILE.budget.json when left out."
        ),
    ] = None,
    noise_seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="For tests: seed the noise. The table is stamped NOT PRIVATE."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="FILE.html, FILE.pdf or FILE.xlsx: the table for its readers. Any other name: why each count is hidden, for reviewers, "
            "not for publication.",
        ),
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="The language of a report for readers: en, ar.")
    ] = "en",
) -> None:
    """Count a file of records into a table, and hide or round what could point at a person.

    The table is proved safe before it is given: no hidden count can be worked out from the others and the totals.
    Values are read as text (NA stays NA, 1.0 stays 1.0); a missing value is a category of its own.
    """
    from amparo.stats.disclosure import TableRequest
    from amparo.vocab.text import ToldError

    from ._releasing import Asked, condition_of, protected_of
    from ._table_output import check_output, refuse, write, write_report

    form = Form.JSON if is_json else form
    try:
        check_output(Path(file), form.value, output, report, language)
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
            amount=amount,
            contributor=contributor,
            codebook=codebook,
            epsilon=epsilon,
            delta=delta,
            person=person.strip(),
            most=most,
            ledger=ledger,
            noise_seed=noise_seed,
            percent=percent or "",
            report=report,
        )
        is_release = subtotals or method in (Protection.CELLKEY, Protection.DP) or asked.is_release
        protected = protected_of(
            file, request, threshold=threshold, method=method.value, asked=asked, is_release=is_release
        )
        if report is not None:
            write_report(protected, report, language, percent=asked.percent)
        write(protected, form.value, output, percent=asked.percent)
    except ToldError as error:
        refuse(str(error))
    if form is not Form.TEXT:
        for caution in protected.cautions:
            typer.echo(f"Note: {caution.message}", err=True)


def _names(text: str) -> tuple[str, ...]:
    """Read a list of column names; a name that holds a comma stands in double quotes."""
    return tuple(name.strip() for name in next(csv.reader([text]), []) if name.strip())
