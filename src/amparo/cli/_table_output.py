"""Where a protected table goes: the terminal, a file in one of its forms, or a report for its readers."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

import typer

if TYPE_CHECKING:
    from amparo.stats.disclosure import Percent, ProtectedTable, ReleasedTables

__all__ = ["check_output", "refuse", "write", "write_report"]


def check_output(source: Path, form: str, output: Path | None, report: Path | None, language: str) -> None:
    """Refuse a place that cannot be written or a language that has no reports, before anything is counted or spent."""
    if form == "xlsx" and output is None:
        refuse("A workbook cannot be shown on a terminal. Add --output FILE.xlsx.")
    for written in (output, report):
        if written is None:
            continue
        if written.is_dir():
            refuse(f"{written} is a folder. Name a file in it.")
        if not written.parent.is_dir():
            refuse(f"There is no folder {written.parent}. Make it first, or name another.")
        if written.exists() and source.exists() and written.samefile(source):
            refuse(f"{written} is the file of records itself and would be overwritten. Name another file.")
    if report is not None:
        from amparo.stats.report import speaking

        with speaking(language):
            pass


def write(
    protected: "ProtectedTable | ReleasedTables", form: str, output: Path | None, *, percent: str = ""
) -> None:
    """Write a table in one of its forms."""
    if output is None:
        for piece in _pieces(protected, form, percent):
            sys.stdout.buffer.write(piece.encode())
        sys.stdout.buffer.flush()
        return
    _write_file(output, lambda stream: _fill(protected, form, stream, percent))


def write_report(
    release: "ProtectedTable | ReleasedTables", path: Path, language: str, *, percent: str = ""
) -> None:
    """Write a report: for readers where the name asks for a page, a PDF or a workbook, else for reviewers of the office."""
    from amparo.stats.disclosure import ProtectedTable, release_to_xlsx, report_of_release, report_to_text
    from amparo.stats.report import to_html, to_pdf

    if isinstance(release, ProtectedTable):
        raise TypeError("Who asks for a report asks for a release.")

    kind = path.suffix.lower()
    of = _percent(percent)
    if kind == ".xlsx":
        _write_file(path, lambda stream: release_to_xlsx(release, stream, percent=of, language=language))
    elif kind in {".html", ".pdf"}:
        document = report_of_release(release, language, percent=of)
        content = to_html(document).encode() if kind == ".html" else to_pdf(document)
        _write_file(path, lambda stream: stream.write(content))
    else:
        _write_file(
            path, lambda stream: stream.writelines(piece.encode() for piece in report_to_text(release))
        )


def _fill(protected: "ProtectedTable | ReleasedTables", form: str, stream: BinaryIO, percent: str) -> None:
    from amparo.stats import disclosure

    if form != "xlsx":
        stream.writelines(piece.encode() for piece in _pieces(protected, form, percent))
    elif isinstance(protected, disclosure.ProtectedTable):
        disclosure.to_xlsx(protected, stream)
    else:
        disclosure.release_to_xlsx(protected, stream, percent=_percent(percent))


def _percent(percent: str) -> "Percent | None":
    from amparo.stats.disclosure import Percent

    return Percent(percent) if percent else None


def _write_file(output: Path, fill: Callable[[BinaryIO], object]) -> None:
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
        refuse(f"{output} cannot be written: {error.strerror or error}.")


def _pieces(protected: "ProtectedTable | ReleasedTables", form: str, percent: str) -> Iterator[str]:
    from amparo.stats import disclosure

    width = os.get_terminal_size().columns if sys.stdout.isatty() else 80
    if isinstance(protected, disclosure.ProtectedTable):
        if form == "json":
            return disclosure.to_json(protected)
        return disclosure.to_csv(protected) if form == "csv" else disclosure.to_text(protected, width=width)
    of = _percent(percent)
    if form == "json":
        return disclosure.release_to_json(protected, percent=of)
    if form == "csv":
        return disclosure.release_to_csv(protected, percent=of)
    return disclosure.release_to_text(protected, width=width, percent=of)


def refuse(message: str) -> NoReturn:
    """Say why the command does not go on, and end it."""
    typer.echo(message, err=True)
    raise typer.Exit(2)
