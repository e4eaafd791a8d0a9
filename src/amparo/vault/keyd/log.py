"""The log of keyd: one line a request, ids only, each line chained to the one before by a hash. It holds no secret.

A file a day (`keyd-2026-11-22.jsonl`); the first line of a day carries the hash of the last line of the day before.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

BEGINNING: Final = "0" * 64
_PATTERN: Final = "keyd-*.jsonl"


class LogBroken(Exception):
    """A line of the log is not what was written; the text names the file and the line."""


class LogRefused(Exception):
    """The log cannot be written, so that no key may be given."""


@dataclass(slots=True)
class _Day:
    path: Path
    descriptor: int
    size: int


class Log:
    """Append to the log of one directory, as its only writer. Safe for threads."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._day: _Day | None = None
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._last = _mend_and_find_last(directory)

    def write(self, entry: Mapping[str, Any], *, now: datetime) -> None:
        """Write one line; `LogRefused` when it cannot be kept, and then nothing of it is."""
        with self._lock:
            body = json.dumps({"at": now.isoformat(), **entry, "before": self._last}, separators=(",", ":"))
            digest = hashlib.sha256(body.encode()).hexdigest()
            line = f'{body[:-1]},"hash":"{digest}"}}\n'.encode()
            try:
                day = self._file_of(now)
                _write_whole(day, line)
            except OSError as error:
                raise LogRefused(
                    f"The log in {self._directory} cannot be written: {error.strerror}."
                ) from error
            self._last = digest

    def close(self) -> None:
        """Let the disk keep what was written."""
        with self._lock:
            if self._day is not None:
                os.fsync(self._day.descriptor)
                os.close(self._day.descriptor)
                self._day = None

    def _file_of(self, now: datetime) -> _Day:
        path = self._directory / f"keyd-{now:%Y-%m-%d}.jsonl"
        newest = max(self._directory.glob(_PATTERN), default=path)
        path = max(path, newest)  # a clock that was set back does not write into the middle
        if self._day is None or self._day.path != path:
            if self._day is not None:
                os.close(self._day.descriptor)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._day = _Day(path, descriptor, os.fstat(descriptor).st_size)
        return self._day


def read_log(directory: Path, *, files: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the lines of the last so many files, oldest first, each checked; `LogBroken` names the first that is not whole."""
    paths = sorted(directory.glob(_PATTERN))
    chosen = paths if files is None else paths[-files:]
    before = BEGINNING if files is None or len(paths) <= files else None
    for path in chosen:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                entry = _checked(line, f"{path}, line {number}")
                if before is not None and entry["before"] != before:
                    raise LogBroken(f"{path}, line {number}: a line before it is missing or was put in.")
                before = entry["hash"]
                yield entry


def _checked(line: bytes, place: str) -> dict[str, Any]:
    body, mark, rest = line.rpartition(b',"hash":"')
    if not mark or hashlib.sha256(body + b"}").hexdigest().encode() + b'"}\n' != rest:
        raise LogBroken(f"{place}: it was changed.")
    entry: dict[str, Any] = json.loads(line)
    return entry


def _write_whole(day: _Day, line: bytes) -> None:
    """Write a line or nothing: half of one, on a full disk, would break the chain."""
    try:
        if os.write(day.descriptor, line) != len(line):
            raise OSError(28, "no room on the disk")
    except OSError:
        os.ftruncate(day.descriptor, day.size)
        raise
    day.size += len(line)


def _mend_and_find_last(directory: Path) -> str:
    """Cut off a line that a crash left half written, and give the hash of the last whole one."""
    for path in sorted(directory.glob(_PATTERN), reverse=True):
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            os.truncate(path, whole)
        if whole:
            last = content[:whole].rsplit(b"\n", 2)[-2] + b"\n"
            digest: str = _checked(last, f"{path}, its last line")["hash"]
            return digest
    return BEGINNING
