"""Which files a case takes in. The content decides what a file is; its name has to agree."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from amparo.vocab.text import N_, ToldError

HEAD = 8 * 1024
LONGEST_TITLE = 200


class NotTaken(ToldError):
    """The file is of a kind that is not kept, or it is not what its name says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileKind:
    """One kind of file that is kept: what the browser is told, how its name may end, how it begins."""

    content_type: str
    label: str
    endings: tuple[str, ...]
    beginnings: tuple[tuple[int, bytes], ...] = ()
    member: str = ""

    @property
    def ending(self) -> str:
        """Return how our own name for such a file ends."""
        return self.endings[0]


_ZIP = b"PK\x03\x04"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
TEXT = FileKind(content_type="text/plain", label=N_("Text"), endings=("txt",))
KINDS: tuple[FileKind, ...] = (
    FileKind(content_type="application/pdf", label=N_("PDF"), endings=("pdf",), beginnings=((0, b"%PDF-"),)),
    FileKind(
        content_type="image/jpeg",
        label=N_("Picture"),
        endings=("jpg", "jpeg"),
        beginnings=((0, b"\xff\xd8\xff"),),
    ),
    FileKind(
        content_type="image/png",
        label=N_("Picture"),
        endings=("png",),
        beginnings=((0, b"\x89PNG\r\n\x1a\n"),),
    ),
    FileKind(
        content_type="image/webp",
        label=N_("Picture"),
        endings=("webp",),
        beginnings=((0, b"RIFF"), (8, b"WEBP")),
    ),
    FileKind(
        content_type="image/heic", label=N_("Picture"), endings=("heic", "heif"), beginnings=((4, b"ftyphe"),)
    ),
    FileKind(
        content_type="image/heic",
        label=N_("Picture"),
        endings=("heic", "heif"),
        beginnings=((4, b"ftypmif1"),),
    ),
    FileKind(
        content_type="image/tiff", label=N_("Picture"), endings=("tif", "tiff"), beginnings=((0, b"II*\x00"),)
    ),
    FileKind(
        content_type="image/tiff", label=N_("Picture"), endings=("tif", "tiff"), beginnings=((0, b"MM\x00*"),)
    ),
    FileKind(content_type="audio/mpeg", label=N_("Recording"), endings=("mp3",), beginnings=((0, b"ID3"),)),
    FileKind(
        content_type="audio/mpeg", label=N_("Recording"), endings=("mp3",), beginnings=((0, b"\xff\xfb"),)
    ),
    FileKind(
        content_type="audio/ogg",
        label=N_("Recording"),
        endings=("ogg", "oga", "opus"),
        beginnings=((0, b"OggS"),),
    ),
    FileKind(
        content_type="audio/mp4", label=N_("Recording"), endings=("m4a",), beginnings=((4, b"ftypM4A"),)
    ),
    FileKind(
        content_type="audio/wav",
        label=N_("Recording"),
        endings=("wav",),
        beginnings=((0, b"RIFF"), (8, b"WAVE")),
    ),
    FileKind(
        content_type=_OFFICE + "wordprocessingml.document",
        label=N_("Letter"),
        endings=("docx",),
        member="word/document.xml",
    ),
    FileKind(
        content_type=_OFFICE + "spreadsheetml.sheet",
        label=N_("Workbook"),
        endings=("xlsx",),
        member="xl/workbook.xml",
    ),
    FileKind(content_type=_OPEN + "text", label=N_("Letter"), endings=("odt",), member="content.xml"),
    FileKind(
        content_type=_OPEN + "spreadsheet", label=N_("Workbook"), endings=("ods",), member="content.xml"
    ),
    TEXT,
)
ENDINGS = tuple(dict.fromkeys(ending for kind in KINDS for ending in kind.endings))


def kind_of(content: BinaryIO, *, name: str) -> FileKind:
    """Return what a file is; raises `NotTaken` with words when it is nothing that is kept, or not what its name says."""
    content.seek(0)
    head = content.read(HEAD)
    content.seek(0)
    if not head:
        raise NotTaken(N_("The file is empty. Choose another file."))
    ending = name.rpartition(".")[2].casefold() if "." in name else ""
    found = _by_content(content, head)
    content.seek(0)
    if found is None:
        raise NotTaken(
            N_(
                "A file of this kind is not kept here. Send a PDF, a picture, a recording, a letter (docx, odt), a workbook (xlsx, ods) or plain text."
            )
        )
    if ending not in found.endings:
        raise NotTaken(
            N_("The name of the file ends in “%(ending)s”, but its content is of the kind “%(kind)s”. Rename it or send the right file."),
            ending=ending[:20], kind=found.ending,
        )  # fmt: skip
    return found


def _by_content(content: BinaryIO, head: bytes) -> FileKind | None:
    if head.startswith(_ZIP):
        return _by_members(content)
    for kind in KINDS:
        if kind.beginnings and all(head[at : at + len(mark)] == mark for at, mark in kind.beginnings):
            return kind
    return TEXT if _is_text(head) else None


def _by_members(content: BinaryIO) -> FileKind | None:
    """Look at the list of what a packed file holds; nothing is unpacked but its declared type, of which a line is read."""
    try:
        with zipfile.ZipFile(content) as packed:
            members = set(packed.namelist())
            declared = ""
            if "mimetype" in members:
                with packed.open("mimetype") as line:
                    declared = line.read(200).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise NotTaken(N_("The file is damaged: it cannot be opened. Save it again and send it.")) from None
    if any(
        member.rpartition("/")[2].casefold() == "vbaproject.bin" or member.startswith("Basic/")
        for member in members
    ):
        raise NotTaken(N_("The file holds a program (macros). Save it without macros and send it again."))
    for kind in KINDS:
        is_open_document = kind.content_type.startswith(_OPEN)
        if kind.member in members and (declared == kind.content_type if is_open_document else not declared):
            return kind
    return None


def _is_text(head: bytes) -> bool:
    """Tell whether the beginning is plain text in UTF-8; a letter may be cut off where the beginning ends."""
    if b"\x00" in head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < HEAD:
            return False
        text = head[: error.start].decode("utf-8")
    return (
        not text.lstrip("\ufeff \r\n\t")
        .casefold()
        .startswith(("<!doctype", "<html", "<script", "<svg", "<?xml", "{\\rtf"))
    )
