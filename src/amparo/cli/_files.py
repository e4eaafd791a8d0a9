"""What the analysts' commands do with files and reports: refuse a bad name before anything is computed, write all files or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from amparo.stats.report import Document

__all__ = [
    "check_output",
    "document_to_bytes",
    "names_of",
    "print_document",
    "refuse",
    "replace_file",
    "replace_files",
    "separators_of",
]


def refuse(message: str) -> NoReturn:
    """Say why the command does not go on, and end it."""
    typer.echo(message, err=True)
    raise typer.Exit(2)


def check_output(path: Path, source: Path, endings: tuple[str, ...]) -> None:
    """Refuse a file to be written that cannot be, or that is the file of records itself."""
    if path.is_dir():
        refuse(f"{path} is a folder. Name a file in it.")
    if not path.parent.is_dir():
        refuse(f"There is no folder {path.parent}. Make it first, or name another.")
    if path.exists() and source.exists() and path.samefile(source):
        refuse(f"{path} is the file of records itself and would be overwritten. Name another file.")
    if path.suffix.lower() not in endings:
        refuse(f"{path} does not end in {' or '.join(endings)}. Name it by what it shall be.")


def replace_file(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write beside the file and put it in place, so that a full disk leaves the old one whole."""
    replace_files({path: lambda beside: beside.write_bytes(content)}, mode=mode)


def replace_files(writers: Mapping[Path, Callable[[Path], object]], *, mode: int = 0o644) -> None:
    """Write all files beside their places, and put them there only when all are whole; if one cannot be, all stay as they were."""
    import os
    import secrets
    import shutil

    mark = secrets.token_hex(4)
    beside = {path: path.with_name(f".{mark}.{path.name}") for path in writers}
    before = {path: path.with_name(f".{mark}.before.{path.name}") for path in writers}
    placed: list[Path] = []
    try:
        for path, write in writers.items():
            write(beside[path])
            beside[path].chmod(mode)
            with beside[path].open("rb") as stream:
                os.fsync(stream.fileno())
        for path in writers:
            if path.is_file():
                shutil.copy2(path, before[path])
            beside[path].replace(path)
            placed.append(path)
    except BaseException:
        for path in placed:
            if before[path].exists():
                before[path].replace(path)
            else:
                path.unlink()
        raise
    finally:
        for path in (*beside.values(), *before.values()):
            path.unlink(missing_ok=True)


def names_of(text: str) -> tuple[str, ...]:
    """Read a list of names; a name that holds a comma stands in double quotes."""
    import csv

    return tuple(name.strip() for name in next(csv.reader([text]), []) if name.strip())


def separators_of(multi: list[str] | None) -> dict[str, str]:
    """Read the options ``--multi COL=SEP``."""
    separators = {}
    for text in multi or ():
        column, equals, separator = (
            text.removesuffix("=").rpartition("=") if text.endswith("==") else text.rpartition("=")
        )
        if not column or not equals or (not separator and not text.endswith("==")):
            refuse(f"--multi {text} has no column and separator. Write --multi 'COLUMN=;'.")
        separators[column] = separator or "="
    return separators


def document_to_bytes(document: Document, path: Path) -> bytes:
    """Give a report in the form that its name asks for."""
    from amparo.stats.report import to_html, to_pdf

    if path.suffix.lower() == ".pdf":
        import time

        return to_pdf(document, timestamp=int(time.time()))
    return to_html(document).encode()


def print_document(document: Document) -> None:
    """Print a report, as wide as the terminal."""
    import os
    import sys

    from amparo.stats.report import to_text

    width = os.get_terminal_size().columns if sys.stdout.isatty() else 80
    for line in to_text(document, width=min(width, 110)):
        sys.stdout.buffer.write(line.encode())
    sys.stdout.buffer.flush()
