"""Gather the files of the pages where the web server finds them."""

from __future__ import annotations

import fcntl
import hashlib

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def gather_static_files() -> None:
    """Gather, name by content and compress them, unless that was done for these very files. Safe in many processes at once."""
    root = settings.STATIC_ROOT
    root.mkdir(parents=True, exist_ok=True)
    with (root.parent / "static.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = root / ".gathered"
        fingerprint = _fingerprint()
        if mark.exists() and mark.read_text(encoding="ascii") == fingerprint:
            return
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        mark.write_text(fingerprint, encoding="ascii")


def _fingerprint() -> str:
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(
                f"{path} {storage.size(path)} {storage.get_modified_time(path).timestamp()}\n".encode()
            )
    return digest.hexdigest()
