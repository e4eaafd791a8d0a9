"""The command ``amparo prevalence``: how many people are on none of several lists, by every method that the data bear."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from amparo.stats.prevalence import Layout, LinkedRecords, OverlapTable, Population, Study

__all__ = ["prevalence"]

_INTERRUPTED = 130


def prevalence(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="LISTS",
            help="A CSV file (UTF-8; comma, semicolon, tab) or a Parquet file: a column of 0 and 1 for each list and a column "
            "with counts, or one row for each person on a list.",
        ),
    ],
    method: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="One method, or several separated by commas: chao, loglinear, stepwise, bic, dga, lcmcr, threshold, average. "
            "Without it, all that belong side by side, with what they hang on.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="12,13,4", help="Fit this one log-linear model; lists by their position."),
    ] = None,
    strata: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Estimate for each value of a column, too.")
    ] = None,
    level: Annotated[float, typer.Option(metavar="0.95", help="Level of the intervals.")] = 0.95,
    reps: Annotated[int, typer.Option(metavar="N", help="Bootstrap replicates.")] = 1000,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed gives the same digits.")] = 1,
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON with every digit.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a report: FILE.html, or FILE.pdf (tagged)."),
    ] = None,
    population: Annotated[
        int | None, typer.Option(metavar="N", help="Give rates per 100,000 of so many people.")
    ] = None,
    population_name: Annotated[
        str, typer.Option(metavar="WORDS", help="Who these people are: residents of 2024 ...")
    ] = "people",
    lists: Annotated[
        str, typer.Option(metavar="A,B,C", help="The columns that are lists; all that are left without it.")
    ] = "",
    count: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help='The column with counts; one headed "count" is found.'),
    ] = None,
    omit: Annotated[str, typer.Option(metavar="A,B", help="Leave lists out.")] = "",
    merge: Annotated[
        list[str] | None, typer.Option(metavar="A+B", help="Make one list of several; may be repeated.")
    ] = None,
    given: Annotated[
        str | None, typer.Option(metavar="LIST", help="Look only at the people on this list, and hide it.")
    ] = None,
    person: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="In rows of a person on a list: the person.")
    ] = None,
    on_list: Annotated[
        str | None, typer.Option("--list", metavar="COLUMN", help="In such rows: the list.")
    ] = None,
    probability: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="In such rows: the probability that the link is right."),
    ] = None,
    threshold: Annotated[
        int, typer.Option(metavar="N", help="Overlaps from 1 to one below this are hidden; 0 shows all.")
    ] = 5,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="The language of the report: en, ar. JSON stays English.")
    ] = "en",
    workers: Annotated[int, typer.Option(metavar="N", help="Processes to work in (joblib).")] = 1,
) -> None:
    """Estimate how many people are on none of several lists (multiple systems estimation).

    Without --method: at least three estimators side by side, what they hang on, and plain words for what may and may not be said.
    An estimate that does not exist is said to be none, with the reason. Exit code 0 when every asked estimate exists, 1 when some do
    not, 2 when the data or the question cannot be used. Ctrl-C keeps what is done: it is printed and written, and the exit code is 130.
    """
    from amparo.stats.prevalence import Layout, Population, Settings
    from amparo.stats.report import speaking
    from amparo.vocab.text import ToldError

    _check_report(report, file)
    if workers == 0:
        _refuse("--workers takes 1 or more processes, or -1 for one on each processor.")
    try:
        with speaking(language):  # a slip of the pen is told before anything is computed
            pass
        layout = Layout(
            lists=_names(lists),
            count=count,
            person=person,
            on_list=on_list,
            probability=probability,
            stratum=strata,
            omit=_names(omit),
            merge=tuple(tuple(part.strip() for part in text.split("+")) for text in merge or ()),
        )
        asked = _methods(method, model)
        settings = Settings(replicates=reps, seed=seed, model=model)
        people = None if population is None else Population(population, population_name)
        study = _run(
            file,
            layout,
            given,
            asked,
            settings,
            level=level,
            population=people,
            threshold=threshold,
            workers=workers,
        )
        _print(study, language, is_json=is_json)
        if report is not None:
            _write(study, report, language)
    except ToldError as error:
        _refuse(str(error))
    if study.not_done:
        from amparo.stats.prevalence.report import task_words

        typer.echo(
            f"Stopped before it was done. Not reached: {'; '.join(map(task_words, study.not_done))}. What is printed is complete in itself.",
            err=True,
        )
        raise typer.Exit(_INTERRUPTED)
    if not study.is_answered:
        raise typer.Exit(1)


def _names(text: str) -> tuple[str, ...]:
    """Read a list of names; a name that holds a comma stands in double quotes."""
    return tuple(name.strip() for name in next(csv.reader([text]), []) if name.strip())


def _methods(asked: list[str] | None, model: str | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for text in asked or () for name in _names(text)))
    if model is not None and not names:
        return ("loglinear",)
    if model is not None and "loglinear" not in names:
        _refuse(
            "--model belongs to --method loglinear. Leave one of the two out, or add loglinear to the methods."
        )
    return names


def _run(
    file: Path,
    layout: Layout,
    given: str | None,
    methods: tuple[str, ...],
    settings: object,
    *,
    level: float,
    population: Population | None,
    threshold: int,
    workers: int,
) -> Study:
    from amparo.stats.prevalence import Settings, run_study

    assert isinstance(settings, Settings)
    table, strata, links = _read(file, layout)
    if given is not None:
        table = table.given(given)
        strata = {name: part.given(given) for name, part in strata.items()}
        links = None
    with _progress() as progress:
        return run_study(
            table,
            source=file.name if given is None else f"{file.name}, people on {given}",
            methods=methods,
            settings=settings,
            level=level,
            strata=strata,
            strata_by=layout.stratum or "",
            links=links,
            population=population,
            threshold=threshold,
            workers=workers,
            progress=progress,
        )


def _read(file: Path, layout: Layout) -> tuple[OverlapTable, dict[str, OverlapTable], LinkedRecords | None]:
    from amparo.stats.prevalence import read_links, read_overlaps, read_strata

    if layout.probability is not None:
        if layout.stratum is not None:
            _refuse(
                "Strata and probabilities of linkage cannot be used together yet. Make a file for each stratum."
            )
        links = read_links(file, layout)
        return links.most_likely(), {}, links
    if layout.stratum is not None:
        strata = read_strata(file, layout)
        return strata.pooled, dict(strata.tables), None
    return read_overlaps(file, layout), {}, None


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """Show a bar on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    from amparo.stats.prevalence.report import task_words

    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("", total=None)

        def show(name: str, done: int, all_tasks: int) -> None:
            bars.update(bar, description=task_words(name), completed=done, total=all_tasks)

        yield show


def _print(study: Study, language: str, *, is_json: bool) -> None:
    from amparo.stats.prevalence.report import report_of, to_json
    from amparo.stats.report import to_text

    if is_json:
        sys.stdout.buffer.write(to_json(study).encode())
    else:
        width = os.get_terminal_size().columns if sys.stdout.isatty() else 80
        for line in to_text(report_of(study, language), width=min(width, 110)):
            sys.stdout.buffer.write(line.encode())
    sys.stdout.buffer.flush()


def _check_report(report: Path | None, source: Path) -> None:
    if report is None:
        return
    if report.suffix.lower() not in {".html", ".pdf"}:
        _refuse(f"{report} is neither .html nor .pdf. Name the report by what it shall be.")
    if report.is_dir():
        _refuse(f"{report} is a folder. Name a file in it.")
    if not report.parent.is_dir():
        _refuse(f"There is no folder {report.parent}. Make it first, or name another.")
    if report.exists() and source.exists() and report.samefile(source):
        _refuse(f"{report} is the file of lists itself and would be overwritten. Name another file.")


def _write(study: Study, report: Path, language: str) -> None:
    """Write beside the file and then put it in place, so that a full disk leaves no half report."""
    from amparo.stats.prevalence.report import report_of
    from amparo.stats.report import to_html, to_pdf

    document = report_of(study, language)
    made = (
        to_pdf(document, timestamp=int(time.time()))
        if report.suffix.lower() == ".pdf"
        else to_html(document).encode()
    )
    try:
        handle, name = tempfile.mkstemp(dir=report.parent, prefix=f".{report.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(made)
            Path(name).chmod(0o644)
            Path(name).replace(report)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        _refuse(f"{report} cannot be written: {error.strerror or error}.")
    typer.echo(f"Report: {report}", err=True)


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
