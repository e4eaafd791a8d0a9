"""The directory in which an installation keeps its files."""

from __future__ import annotations

import os
import pwd
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

# Traversable for others only when root owns it: the embedded database then runs as its own user below this directory.
ROOT_MODE, OWN_MODE, PRIVATE_MODE = 0o711, 0o700, 0o700


class NoDataDirectory(Exception):
    """The data directory cannot be used; the text says why and what helps."""


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """Name the places below `--data` or `AMPARO_DATA`."""

    path: Path

    @property
    def database(self) -> Path:
        """Give the place of the embedded database."""
        return self.path / "database"

    @property
    def documents(self) -> Path:
        """Give the place of uploaded documents, outside anything that a web server serves."""
        return self.path / "documents"

    @property
    def incoming(self) -> Path:
        """Give the place of uploads while they arrive."""
        return self.path / "incoming"

    @property
    def keys(self) -> Path:
        """Give the place of keys."""
        return self.path / "keys"

    @property
    def custodian(self) -> Path:
        """Give the file of the key of keys, where a file is the custodian."""
        return self.keys / "custodian"

    @property
    def erased(self) -> Path:
        """Give the file of the ledger of erasures. It is never restored from a backup that is older."""
        return self.keys / "erased"

    @property
    def restoring(self) -> Path:
        """Give the file that stands while a restore is at work: nothing is served meanwhile, nor after one that broke off."""
        return self.path / "restoring"

    @property
    def facts(self) -> Path:
        """Give the place of the snapshots of coded facts."""
        return self.path / "facts"

    @property
    def secret(self) -> Path:
        """Give the file of the signing secret that embedded mode makes for itself."""
        return self.path / "secret"

    @property
    def closed(self) -> tuple[Path, ...]:
        """Name the directories below it that nobody else may look into."""
        return (self.documents, self.incoming, self.keys, self.facts)

    def prepare(self) -> None:
        """Make the directories that are missing, closed to other users; refuse a place that cannot be written to."""
        self._refuse_root_in_anothers()
        try:
            if not self.path.exists():
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.path.mkdir(mode=ROOT_MODE if os.geteuid() == 0 else OWN_MODE, exist_ok=True)
            for directory in self.closed:
                directory.mkdir(mode=PRIVATE_MODE, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.incoming) as probe:
                probe.write(b"room?")
        except OSError as error:
            raise NoDataDirectory(
                f"The data directory {self.path} cannot be used: {error.strerror}. Let the user of Amparo write there, make "
                "room on its disk, or choose another with --data or AMPARO_DATA."
            ) from error

    def _refuse_root_in_anothers(self) -> None:
        """Let root write only in what is root's: keys that belong to root open nothing for those who serve."""
        if os.geteuid() != 0 or not self.path.exists():
            return
        owner = self.path.stat().st_uid
        if owner != 0:
            name = name_of(owner)
            raise NoDataDirectory(
                f"The data directory {self.path} belongs to {name}, and what root makes in it, {name} cannot read. Run this as "
                f"that user, for example by: setpriv --reuid={name} --init-groups amparo ..."
            )

    def secret_key(self) -> str:
        """Give the signing secret of embedded mode, made on first use; of two makers at once, one wins."""
        if not self.secret.exists():
            self.prepare()
            draft = self.secret.with_name(f".secret.{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, self.secret)
            except FileExistsError:
                pass  # another process was first: its secret is the one
            finally:
                draft.unlink()
        return self.secret.read_text(encoding="ascii").strip()


def name_of(user: int) -> str:
    """Give the name of a user of the operating system, or the number where there is none."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
