"""What a first start of the demo made, so that a later start by the same files need not look at it again.

Loading the platform only to find that nothing waits takes longer than all else a later start does.
"""

from __future__ import annotations

import hashlib
import sys
import sysconfig
from pathlib import Path

import amparo

PACKAGE = Path(amparo.__file__).parent


class Readiness:
    """The mark in a data directory that its tables and page files were made by these very files of Amparo."""

    def __init__(self, mark: Path, *, needs: Path) -> None:
        """Keep the mark at `mark`; without the directory `needs` it counts for nothing."""
        self._mark = mark
        self._needs = needs
        self._fingerprint = _fingerprint()

    def holds(self) -> bool:
        """Tell whether everything was made ready by these files."""
        return (
            self._needs.exists()
            and self._mark.exists()
            and self._mark.read_text(encoding="ascii") == self._fingerprint
        )

    def keep(self) -> None:
        """Remember that everything is ready."""
        draft = self._mark.with_suffix(".new")
        draft.write_text(self._fingerprint, encoding="ascii")
        draft.replace(self._mark)

    def forget(self) -> None:
        """Have the next start look at everything."""
        self._mark.unlink(missing_ok=True)


def _fingerprint() -> str:
    """Sum up our files by size and time, and the installed packages by the time of their directory."""
    installed = Path(sysconfig.get_path("purelib")).stat().st_mtime_ns
    digest = hashlib.sha256(f"{sys.version} {installed}\n".encode())
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix != ".pyc" and path.is_file():
            about = path.stat()
            digest.update(f"{path.relative_to(PACKAGE)} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()
