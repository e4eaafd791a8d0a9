"""Which processes are PostgreSQL's, and still alive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil


def is_postgres_of(pid: int, cluster: Path) -> bool:
    """Tell whether a number is that of a living PostgreSQL process of a cluster: no zombie, no other program."""
    import psutil

    try:
        process = psutil.Process(pid)
        return (
            process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
            and process.name().startswith("postgres")
            and Path(process.cwd()) == cluster
        )
    except psutil.Error:
        return False


def postgres_processes(cluster: Path) -> list[psutil.Process]:
    """Find every living process of a cluster, also those whose postmaster is dead."""
    import psutil

    return [process for process in psutil.process_iter() if is_postgres_of(process.pid, cluster)]
