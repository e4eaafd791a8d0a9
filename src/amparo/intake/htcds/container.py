"""Opens the zip container of a workbook without trusting it: kinds, passwords, counts and inflated sizes."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from amparo.intake.htcds.findings import BadWorkbook
from amparo.vocab.text import N_

MOST_BYTES = 50 * 1024 * 1024
MOST_INFLATED = 512 * 1024 * 1024
MOST_PARTS = 500
_CHUNK = 256 * 1024
_PICTURES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"RIFF": "WEBP",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}


def load(source: Path | bytes) -> bytes:
    """Return the bytes of a file, refusing one that is empty or too large before it is read."""
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if size > MOST_BYTES:
        raise BadWorkbook(
            "file_too_large",
            N_("The file has %(size)s MB; the most is %(most)s MB. Split it into several files."),
            size=size // (1024 * 1024),
            most=MOST_BYTES // (1024 * 1024),
        )
    if size == 0:
        raise BadWorkbook("file_empty", N_("The file is empty. Save the workbook again and send that file."))
    return source.read_bytes() if isinstance(source, Path) else source


def kind_of(data: bytes) -> str:
    """Return `xlsx` or `text`; refuses every other kind of file by name, whatever its name ends in."""
    if data.startswith(b"PK\x03\x04"):
        return "xlsx"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _refused_ole(data)
    for start, name in _PICTURES.items():
        if data.startswith(start) and (name != "WEBP" or data[8:12] == b"WEBP"):
            raise BadWorkbook(
                "not_a_workbook",
                N_("This file is a picture (%(kind)s), whatever its name says. Send the workbook itself."),
                kind=name,
            )
    if data.startswith(b"%PDF"):
        raise BadWorkbook(
            "not_a_workbook", N_("This file is a PDF. Send the workbook from which it was made.")
        )
    if data[:512].lstrip().startswith((b"<?xml", b"<html", b"<!DOCTYPE", b"<!doctype", b"<HTML")):
        raise BadWorkbook(
            "not_a_workbook",
            N_("This file is a web page or XML. Open it in the spreadsheet program and save it as .xlsx."),
        )
    return "text"


def _refused_ole(data: bytes) -> BadWorkbook:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return BadWorkbook(
            "password",
            N_(
                "The workbook is locked with a password. Open it, remove the password (File, Info, "
                "Protect Workbook, Encrypt with Password, clear the field), save it and send it again."
            ),
        )
    return BadWorkbook(
        "old_excel",
        N_(
            "This is an old Excel file (.xls). Open it, save it as Excel Workbook (.xlsx) and send that file."
        ),
    )


class Container:
    """The parts of an .xlsx file, read as streams that count what they inflate."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
            raise _damaged() from error
        self._left = MOST_INFLATED
        self._check_parts()

    def _check_parts(self) -> None:
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS:
            raise BadWorkbook(
                "suspicious_container",
                N_("The file has %(count)s parts inside; a workbook has a few dozen. It was not opened."),
                count=len(parts),
            )
        if any(part.flag_bits & 0x1 for part in parts):
            raise BadWorkbook(
                "password", N_("The file is locked with a password. Remove it and send it again.")
            )
        if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
            raise _damaged()
        names = {part.filename for part in parts}
        if any(name.startswith("xl/") for name in names):
            return
        if "mimetype" in names and self.read("mimetype").startswith(b"application/vnd.oasis"):
            raise BadWorkbook(
                "open_document",
                N_(
                    "This is an OpenDocument file (.ods). Save it as Excel Workbook (.xlsx) "
                    "and send that file."
                ),
            )
        raise BadWorkbook(
            "not_a_workbook",
            N_("This file is a zip archive, not a workbook. Send the workbook that is in it."),
        )

    @property
    def has_macros(self) -> bool:
        """Tell whether the workbook carries macros; they are never run, and only its values are read."""
        return any(name.endswith("vbaProject.bin") for name in self._zip.namelist())

    def __contains__(self, name: object) -> bool:
        return name in self._zip.NameToInfo

    def read(self, name: str) -> bytes:
        """Return a small part whole."""
        return b"".join(self.stream(name))

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield a part in chunks, stopping at the limit that all parts of the file share."""
        try:
            with self._zip.open(name) as part:
                while chunk := part.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise BadWorkbook(
                            "too_much_inside",
                            N_(
                                "The file unpacks to more than %(most)s MB. Copy the filled rows into a new, "
                                "empty sheet, or split them into several files."
                            ),
                            most=MOST_INFLATED // (1024 * 1024),
                        )
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, ValueError) as error:
            if isinstance(error, BadWorkbook):
                raise
            raise _damaged() from error


def _damaged() -> BadWorkbook:
    return BadWorkbook(
        "damaged",
        N_("The file is damaged: it ends early or a part of it cannot be unpacked. Save the workbook again."),
    )
