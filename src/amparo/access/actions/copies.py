"""Give each file that leaves a number of its own, and keep in the log by what it is known when it turns up somewhere.

A number that stands in the file makes its digest unguessable, and the log keeps the plain one. Where a format has no place for
it, the number stands in the name of the file, and the log keeps a digest under the key of this installation: a plain one would
tell whoever holds the log and guesses the content that the guess is right.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from amparo.access.rules import Viewer
from amparo.audit.actions import record
from amparo.vault.rules import keyed_digest

MARK: Final = "Amparo copy "
DIGITS_KEPT: Final = 48  # of the 64 of a digest, as many as a label of the log takes
_NUMBER: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MARKED: Final = re.compile(MARK.encode() + b"(" + _NUMBER.encode() + b")")


def mark_of(copy: UUID) -> str:
    """Give the words by which a file carries its number."""
    return f"{MARK}{copy}"


def digest_label(digest: bytes, *, is_marked: bool) -> str:
    """Give the label of the log for the SHA-256 of a file, which carries its number inside or does not."""
    if is_marked:
        return f"digest:{digest.hex()[:DIGITS_KEPT]}"
    return f"keyed:{keyed_digest(digest, about='copy', key=settings.SECRET_KEY)[:DIGITS_KEPT]}"


def note_copy(
    content: bytes,
    *,
    copy: UUID,
    what: str,
    is_marked: bool,
    by: Viewer,
    now: datetime,
    about: Iterable[str] = (),
    count: int | None = None,
) -> None:
    """Write down which copy of what leaves: its number, its digest, who takes it and what for."""
    digest = digest_label(hashlib.sha256(content).digest(), is_marked=is_marked)
    record(
        "access.copy.take", by=by, at=now, record=f"copy:{copy}", fields=(what, *about, digest), count=count,
        purpose=by.stated_purpose or by.purpose or "",
    )  # fmt: skip


def known_by(content: bytes, *, name: str = "") -> tuple[frozenset[str], frozenset[str]]:
    """Give by which numbers and by which labels of the log a file may be known: those in it and in its name, its digests."""
    inside = {found.decode() for found in _MARKED.findall(content)}
    digest = hashlib.sha256(content).digest()
    labels = {digest_label(digest, is_marked=marked) for marked in (True, False)}
    return frozenset({*inside, *re.findall(_NUMBER, name)}), frozenset(labels)
