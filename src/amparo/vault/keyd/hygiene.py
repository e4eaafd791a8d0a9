"""Keep what lies in the memory of this process out of files: no core dump, no swap, no file for others."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
from typing import Final

PR_SET_DUMPABLE: Final = 4
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4


def keep_to_itself() -> tuple[str, ...]:
    """Do what the system allows; gives what it refused, in words."""
    os.umask(0o077)
    refused = []
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        refused.append("other processes of this user may look into the memory of keyd")
    if not _lock_memory(library):
        refused.append(
            "the memory of keyd is not locked and may be swapped to the disk: give it LimitMEMLOCK=infinity (the unit in deploy/ "
            "does), or encrypt the swap"
        )
    return tuple(refused)


def _lock_memory(library: ctypes.CDLL) -> bool:
    """Lock what is touched. Under a limit this would end the process later, when it needs more; then rather not."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if soft != resource.RLIM_INFINITY and os.geteuid() != 0:
        return False
    return not library.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)
