"""`amparo audit copy`: who took out a file that turned up somewhere."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Annotated

import typer

from amparo.cli.installation import DataOption

MOST_BYTES = 1_000_000_000


def copy(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files that turned up somewhere.")],
    data: DataOption = None,
) -> None:
    """Tell who took out a file, when and what for: by the number in it or in its name, or by its content as it left.

    Exit code 1 where the log knows of none. This question is logged too.
    """
    from amparo.cli.audit import print_events
    from amparo.cli.installation import platform

    known = False
    with platform(data):
        from django.utils import timezone

        from amparo.access.actions import known_by
        from amparo.access.rules import system_viewer, unit_roles
        from amparo.accounts.queries import memberships_in, user_names
        from amparo.audit.actions import record
        from amparo.audit.queries import who_took

        record(
            "audit.log.read", by=system_viewer([]), at=timezone.now(), fields=("copies",), count=len(files)
        )
        unit = memberships_in(unit_roles())
        for file in files:
            content = _content(file)
            numbers, labels = known_by(content, name=file.name)
            inside = (
                known_by(_unpacked(content))[0] if zipfile.is_zipfile(io.BytesIO(content)) else frozenset()
            )
            lines = who_took(numbers | inside, labels, unit=unit)
            as_it_left = any(label in line.fields for line in lines for label in labels)
            print(f"{file}: {_said(found=bool(lines), as_it_left=as_it_left)}")
            if lines:
                known = True
                print_events(lines, user_names({line.user for line in lines if line.user is not None}))
    if not known:
        raise typer.Exit(1)


def _said(*, found: bool, as_it_left: bool) -> str:
    if not found:
        return "the log knows of no such copy. It was not taken out here, or it carries no number and was changed."
    return "as it left" if as_it_left else "it carries the number of a copy; its content is not as it left"


def _content(file: Path) -> bytes:
    from amparo.cli.refusing import CommandRefused

    try:
        if file.stat().st_size > MOST_BYTES:
            raise CommandRefused(f"{file} is larger than anything that leaves here.")
        return file.read_bytes()
    except OSError as fault:
        raise CommandRefused(f"{file} cannot be read: {fault.strerror}.") from fault


def _unpacked(content: bytes) -> bytes:
    """Give what lies in a workbook or an archive, as far as a number may stand there."""
    found = bytearray()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.infolist():
                if part.file_size <= MOST_BYTES - len(found):
                    found += archive.read(part) + b"\n"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        pass  # damaged, or locked: then its name and its digest are left
    return bytes(found)
