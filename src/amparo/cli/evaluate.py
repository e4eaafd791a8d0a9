"""The command ``amparo evaluate``: how near synthetic data are to the records, and what attacks on them learn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ._files import check_output, document_to_bytes, print_document, refuse, replace_file, separators_of

__all__ = ["evaluate"]


def evaluate(
    original: Annotated[Path, typer.Argument(metavar="ORIGINAL", help="The records: CSV or Parquet.")],
    synthetic: Annotated[
        Path, typer.Argument(metavar="SYNTHETIC", help="The synthetic file, with the same columns.")
    ],
    multi: Annotated[
        list[str] | None,
        typer.Option(metavar="COL=SEP", help="A column whose cells hold several items; may be repeated."),
    ] = None,
    codebook: Annotated[
        Path | None, typer.Option(metavar="CB.yaml", help="Columns, separators and missing codes.")
    ] = None,
    length: Annotated[
        int, typer.Option(metavar="3", help="Compare combinations of up to 1 to 4 values.")
    ] = 3,
    k: Annotated[int, typer.Option(metavar="10", help="A combination of fewer persons is rare.")] = 10,
    control: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Records of the same kind that the file was not made from, for the attacks."
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="R.html", help="Write a report with charts: R.html, or R.pdf (tagged)."),
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="The language of the report: en, ar. JSON stays English.")
    ] = "en",
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON with every digit.")] = False,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of what is sampled for the attacks.")] = 1,
) -> None:
    """Hold a synthetic file against its original: counts of combinations, groups, and attacks.

    What it prints is computed from the true records and is for the office only.
    """
    import numpy as np

    from amparo.stats.report import speaking
    from amparo.stats.synthesis import Codebook, read_codebook
    from amparo.stats.synthesis import evaluate as compare
    from amparo.vocab.text import ToldError

    if length not in {1, 2, 3, 4}:
        refuse("--length takes 1, 2, 3 or 4.")
    if report is not None:
        check_output(report, original, (".html", ".pdf"))
    try:
        with speaking(language):  # a slip of the pen is told before anything is computed
            pass
        found = compare(
            original,
            synthetic,
            codebook=Codebook() if codebook is None else read_codebook(codebook),
            separators=separators_of(multi),
            longest=length,
            k=k,
            control=control,
            random=np.random.default_rng(seed),
        )
    except ToldError as error:
        refuse(str(error))
    from amparo.stats.synthesis.reports import report_of_evaluation

    document = report_of_evaluation(found, language)
    if report is not None:
        try:
            replace_file(report, document_to_bytes(document, report))
        except OSError as error:
            refuse(f"{report} cannot be written: {error.strerror or error}.")
    if is_json:
        typer.echo(json.dumps(found.to_dict(), indent=1, ensure_ascii=False))
        return
    print_document(document)
