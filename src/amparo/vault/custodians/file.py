"""A custodian that is a file: for a demonstration and for one office. Whoever reads the file and the database reads all."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
from pathlib import Path

from amparo.vault.custodians import FILE, CustodianAway, RootKeyCustodian
from amparo.vault.rules.keys import SECRET_BYTES, Draw, Key

HEAD = "# The key of keys of an Amparo installation. Keep a copy apart from the database and its backups; show it to nobody.\n"
_WORD = "amparo-custodian-1:"


def read_custodian(path: Path) -> RootKeyCustodian:
    """Take the key from its file; `CustodianAway` says what is wrong with it."""
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise CustodianAway(
            f"There is no key of keys at {path}. Bring back the copy that was kept; a new installation gets one by: amparo migrate"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CustodianAway(f"The key of keys at {path} cannot be read: {type(error).__name__}.") from None
    line = next((line for line in text.splitlines() if line.startswith(_WORD)), "")
    with contextlib.suppress(binascii.Error):
        secret = base64.b64decode(line.removeprefix(_WORD), validate=True)
        if len(secret) == SECRET_BYTES:
            return RootKeyCustodian(kind=FILE, root=Key(1, secret))
    raise CustodianAway(f"{path} holds no key of keys. Bring back the copy that was kept.")


def write_custodian(path: Path, *, draw: Draw = os.urandom) -> RootKeyCustodian:
    """Make a new key and its file, readable for its owner only; of two makers at once, one wins and both use it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(HEAD + _WORD + base64.b64encode(draw(SECRET_BYTES)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    return read_custodian(path)
