"""Child processes that never outlive their parent, however it dies."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
CHILD_OF = "CHILD_OF"  # in the environment of a child: the process that started it


def die_with_parent() -> None:
    """Ask the kernel to stop this process when the command that started it dies. Does nothing in a process of its own."""
    parent = os.environ.pop(CHILD_OF, "")
    if not parent or sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        os.kill(os.getpid(), signal.SIGTERM)  # it died before we asked
