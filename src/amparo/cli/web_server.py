"""The web server that `amparo serve` and `amparo demo` start. Loaded when one of them is called."""

from __future__ import annotations

import errno
import socket

from amparo.cli.installation import (
    Installation,
    refuse_strong_role,
    refuse_unserved,
    refuse_waiting_migrations,
    start_django,
)
from amparo.cli.refusing import CommandRefused


def web_server(host: str, port: int) -> tuple[str, ...]:
    """Give the command that serves, for a child process."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return ("-m", "gunicorn", "--config", "python:amparo.config.serving", "--bind", bind)


def address_of(host: str, port: int) -> str:
    """Give the address at which somebody at this machine finds the pages."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared, not bound
    return f"http://[{here}]:{port}/" if ":" in here else f"http://{here}:{port}/"


def prepare_to_serve(installation: Installation) -> None:
    """Refuse to serve on tables of another version; gather the files of the pages."""
    start_django()
    from amparo.config.static_files import gather_static_files

    refuse_waiting_migrations(installation)
    refuse_strong_role()
    refuse_unserved()
    gather_static_files()


def refuse_taken_port(host: str, port: int) -> None:
    """Say at once that a port is taken, and what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise CommandRefused(
                f"Port {port} needs more rights than this user has. Choose one from 1024 with --port."
            ) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CommandRefused(
                    f"This machine cannot listen on {host} ({error.strerror}). Choose one of its addresses with --host."
                ) from error
            raise CommandRefused(
                f"Port {port} on {host} is taken by another program, perhaps by another Amparo. Stop that one, or choose "
                "another with --port."
            ) from error
