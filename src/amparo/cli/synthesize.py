"""The command ``amparo synthesize``: rows of nobody that can be counted like the records."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._files import (
    check_output,
    document_to_bytes,
    names_of,
    print_document,
    refuse,
    replace_files,
    separators_of,
)

if TYPE_CHECKING:
    from amparo.stats.report import Document
    from amparo.stats.synthesis import Codebook, Records, SyntheticData

    from ._budget import Budget

__all__ = ["synthesize"]

_EPSILON = 4.0


def synthesize(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file (UTF-8) or a Parquet file; a line is a person.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="Where the rows go: OUT.csv or OUT.parquet.")
    ],
    epsilon: Annotated[
        float | None, typer.Option(metavar="E", help="How much may be learnt of a person; 4 when left out.")
    ] = None,
    delta: Annotated[
        float | None, typer.Option(metavar="D", help="The chance that the promise fails; 1/n² when left out.")
    ] = None,
    k: Annotated[
        int | None,
        typer.Option(
            metavar="11", help="Without noise: show no combination that fewer than so many persons have."
        ),
    ] = None,
    codebook: Annotated[
        Path | None,
        typer.Option(
            metavar="CB.yaml", help="What is publicly known: columns, categories, missing codes, rules."
        ),
    ] = None,
    multi: Annotated[
        list[str] | None,
        typer.Option(metavar="COL=SEP", help="A column whose cells hold several items; may be repeated."),
    ] = None,
    omit: Annotated[str, typer.Option(metavar="A,B", help="Leave columns out.")] = "",
    person: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="The column that tells persons apart; it is checked, and not in the result.",
        ),
    ] = None,
    length: Annotated[int, typer.Option(metavar="3", help="Count combinations of up to 3 or 4 values.")] = 3,
    prefer: Annotated[
        str,
        typer.Option(metavar="counts|no-inventions", help="Near counts, or fewer combinations of nobody."),
    ] = "counts",
    rules: Annotated[
        Path | None, typer.Option(metavar="R.yaml", help='A codebook of which only the "rules" are taken.')
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="R.html", help="Write a report for readers: R.html, or R.pdf.")
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="The language of the report: en, ar. JSON stays English.")
    ] = "en",
    is_json: Annotated[
        bool, typer.Option("--json", help="Print what the file says about itself as JSON.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Draw the rows (never the noise) from this seed.")
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            metavar="L.json", help="What was spent on these records; FILE.budget.json when left out."
        ),
    ] = None,
    noise_seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="For tests: seed the noise. The file is stamped NOT PRIVATE."),
    ] = None,
) -> None:
    """Make synthetic data: rows of nobody, from which others count nearly what they would count in the records.

    With noise (differential privacy) unless --k is given. Beside OUT goes OUT.provenance.json, which says how it was made, how far
    off counts are, and what not to conclude. What was spent is kept in a ledger beside FILE; keep it with the records.
    """
    from amparo.stats.report import speaking
    from amparo.stats.synthesis.reports import report_of_release
    from amparo.vocab.text import ToldError

    from ._budget import open_budget

    _check(file, output, report)
    if k is not None and (epsilon is not None or delta is not None or noise_seed is not None):
        refuse(
            "--k makes rows without noise: --epsilon, --delta and --noise-seed do not belong to it. Take one of the two."
        )
    if prefer not in {"counts", "no-inventions"}:
        refuse(f"--prefer {prefer} is not known. Take counts or no-inventions.")
    try:
        with speaking(language):  # a slip of the pen is told before anything is spent
            pass
        book, records = _read(file, codebook, rules, multi, omit, person, leaves_empty=k is not None)
        rows_seed = secrets.randbits(64) if seed is None else seed
        what = "synthetic data" if noise_seed is None else "synthetic data, NOT PRIVATE: seeded noise"
        what = what if k is None else f"k-anonymous synthetic data, k = {k}"
        path = ledger or Path(f"{file}.budget.json")
        with open_budget(path, what, data=file.name, file=file, book=book) as budget:
            if k is not None:
                data = _anonymous(records, k, length, rows_seed, book)
                budget.note()
            else:
                data = _private(
                    records,
                    _EPSILON if epsilon is None else epsilon,
                    delta,
                    length,
                    rows_seed,
                    book,
                    prefer,
                    noise_seed,
                    budget,
                )
        told = _told(data, file, book, seed, budget)
        with speaking(language):
            document = report_of_release(_told(data, file, book, seed, budget), language)
        _write(data, told, output, report, document)
    except ToldError as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename or output} cannot be written: {error.strerror or error}.")
    if is_json:
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    print_document(document)
    typer.echo(f"\nWritten: {output} and {output}.provenance.json")


def _check(file: Path, output: Path, report: Path | None) -> None:
    check_output(output, file, (".csv", ".parquet", ".pq"))
    if report is not None:
        check_output(report, file, (".html", ".pdf"))


def _read(
    file: Path,
    codebook: Path | None,
    rules: Path | None,
    multi: list[str] | None,
    omit: str,
    person: str | None,
    *,
    leaves_empty: bool,
) -> tuple[Codebook, Records]:
    from amparo.stats.records import open_records
    from amparo.stats.synthesis import Codebook, Column, read_codebook, read_records

    book = Codebook() if codebook is None else read_codebook(codebook)
    if rules is not None:
        book = replace(book, rules=(*book.rules, *read_codebook(rules).rules))
    if person is not None:
        book = replace(book, person=person)
    names = names_of(omit)
    if names:
        with open_records(file) as (found, _):
            headings = found.headings
        strange = [name for name in names if name not in headings]
        if strange:
            refuse(
                f'--omit names "{strange[0]}", which {file} does not have. Its columns are: {", ".join(headings)}.'
            )
        columns = book.columns or tuple(Column(name) for name in headings)
        book = replace(book, columns=tuple(c for c in columns if c.name not in names))
    return book, read_records(file, book, separators=separators_of(multi), leaves_empty=leaves_empty)


def _private(
    records: Records,
    epsilon: float,
    delta: float | None,
    length: int,
    seed: int,
    book: Codebook,
    prefer: str,
    noise_seed: int | None,
    budget: Budget,
) -> SyntheticData:
    import numpy as np

    from amparo.stats.privacy import SeededForTesting, SystemRandomness
    from amparo.stats.synthesis import Plan, Prefer, price_of
    from amparo.stats.synthesis import synthesize as make

    plan = Plan(epsilon=epsilon, delta=delta, longest=length, cap=book.most_values)
    if delta is None:
        budget.check(lambda persons: price_of(plan, persons, finds_domain=bool(records.found)))
    with _progress() as progress:
        return make(
            records,
            plan,
            source=SystemRandomness() if noise_seed is None else SeededForTesting(noise_seed),
            random=np.random.default_rng(seed),
            codebook=book,
            prefer=Prefer(prefer),
            charge=lambda price: budget.charge(price.rho, price.epsilon, price.delta, price.lost),
            progress=progress,
        )


def _anonymous(records: Records, k: int, length: int, seed: int, book: Codebook) -> SyntheticData:
    import numpy as np

    from amparo.stats.synthesis import synthesize_anonymous

    with _progress() as progress:
        return synthesize_anonymous(
            records, k, longest=length, random=np.random.default_rng(seed), codebook=book, progress=progress
        )


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("Fitting rows to counts"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("", total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _told(
    data: SyntheticData, file: Path, book: Codebook, seed: int | None, budget: Budget
) -> dict[str, Any]:
    """Say all that a reader must know, in the language that is spoken now."""
    from amparo.stats.report import gettext as _
    from amparo.stats.synthesis import provenance_of

    told = provenance_of(
        data,
        release=budget.release,
        when=budget.when,
        source=book.data or file.name,
        population=book.population,
    )
    if seed is not None:
        told["seed_of_rows"] = seed
    spent = budget.ledger
    told["budget"] = {
        "releases": len(spent.expenses),
        "rho": spent.rho,
        "epsilon": spent.epsilon,
        "delta": spent.delta,
        "cap": spent.cap,
        "others": [
            told_of | {"snapshot": ""}
            for told_of in (*map(asdict, spent.expenses), *map(asdict, spent.noted))
            if told_of["release"] != budget.release
        ],
        "without_noise": len(spent.noted),
    }
    if spent.noted and spent.expenses:
        words = _(
            "The same records were released without noise, too (times: %(times)s). What is promised of epsilon holds for the releases "
            "with noise alone; who holds both may learn more."
        )
        told["cautions"].append(words % {"times": len(spent.noted)})
    return told


def _write(
    data: SyntheticData, told: dict[str, Any], output: Path, report: Path | None, document: Document
) -> None:
    from amparo.stats.synthesis import write_rows

    provenance = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    writers: dict[Path, Callable[[Path], object]] = {
        output: lambda beside: write_rows(beside, data.domain, data.rows, is_private=data.is_private),
        Path(f"{output}.provenance.json"): lambda beside: beside.write_text(provenance, encoding="utf-8"),
    }
    if report is not None:
        made = document_to_bytes(document, report)
        writers[report] = lambda beside: beside.write_bytes(made)
    replace_files(writers)
