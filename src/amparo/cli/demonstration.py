"""Start everything that a training installation needs, in order, and say how to look at it. Loaded when `amparo demo` is called."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.cli.children import Children
from amparo.cli.demo.ready import Readiness
from amparo.cli.demo.sign_ins import SignIn, keep_sign_ins, kept_sign_ins
from amparo.cli.installation import Installation, settle, start_django
from amparo.cli.printing import console
from amparo.cli.refusing import CommandRefused
from amparo.cli.web_server import address_of, refuse_taken_port, web_server

if TYPE_CHECKING:
    from rich.console import Console

SECONDS_TO_ANSWER = 60
SEED = 20260101  # the same caseload on every machine


def run_demo(*, cases: int, host: str, port: int, data: Path | None) -> None:
    """Start, tell, and serve until Ctrl-C."""
    began = time.monotonic()
    if os.environ.get("AMPARO_DATABASE_URL") or os.environ.get("AMPARO_DATABASE_URL_FILE"):
        raise CommandRefused(
            "AMPARO_DATABASE_URL is set: the demo makes people up, and must not do so in a real database. Unset it."
        )
    installation = settle(data, training="yes")
    out = console()
    with _only_demo(installation):
        refuse_taken_port(host, port)
        ready = Readiness(installation.data.path / "demo.ready", needs=installation.data.database / "cluster")
        with installation.database(watched=True):
            sign_ins = kept_sign_ins(installation.data.path / "demo.json") if ready.holds() else None
            if sign_ins is None:
                sign_ins = _make_ready(installation, cases=cases, out=out)
            with Children() as children:
                children.start("web server", *web_server(host, port))
                address = address_of(host, port)
                try:
                    _wait_for_page(address, children)
                except CommandRefused:
                    ready.forget()
                    raise
                ready.keep()
                with suppress(KeyboardInterrupt):  # however soon after the page Ctrl-C comes
                    # After the page: nobody waits for the worker yet.
                    children.start("worker", "-m", "amparo.cli", "worker")
                    _tell(out, address, sign_ins, seconds=time.monotonic() - began)
                    children.wait()
    out.print("Stopped. What you did is kept; the same command starts it again.")


def _make_ready(installation: Installation, *, cases: int, out: Console) -> tuple[SignIn, ...]:
    start_django()
    from amparo.config.static_files import gather_static_files

    _bring_tables_up_to_date(installation, out)
    sign_ins = _caseload(installation, cases=cases, out=out)
    gather_static_files()
    return sign_ins


@contextmanager
def _only_demo(installation: Installation) -> Iterator[None]:
    with (installation.data.path / "demo.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandRefused(
                f"A demo runs already on {installation.data.path}. Use that one, or choose another directory with --data."
            ) from None
        yield


def _bring_tables_up_to_date(installation: Installation, out: Console) -> None:
    from amparo.config.diagnosis import waiting_migrations

    if not waiting_migrations():
        return
    out.print("Making the tables ...")
    environment = {**os.environ, "AMPARO_CONNECT_AS": "owner"}
    done = subprocess.run(  # our own command
        [sys.executable, "-m", "amparo.cli", "migrate"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CommandRefused(f"The tables could not be made:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _caseload(installation: Installation, *, cases: int, out: Console) -> tuple[SignIn, ...]:
    from django.utils import timezone
    from rich.progress import Progress

    from amparo.accounts.queries import organisation_names
    from amparo.cli.demo.caseload import make_caseload

    path = installation.data.path / "demo.json"
    kept = kept_sign_ins(path)
    if kept is not None:
        return kept
    if organisation_names():
        raise CommandRefused(
            f"{installation.data.path} holds an installation that is no demo. Choose another directory with --data."
        )
    with Progress(console=out, transient=True) as progress:
        bar = progress.add_task(f"Making up {cases:,} cases, none of them real", total=cases)
        sign_ins = make_caseload(
            cases=cases,
            seed=SEED,
            now=timezone.now(),
            progress=lambda done: progress.update(bar, completed=done),
        )
    keep_sign_ins(path, sign_ins)
    return sign_ins


def _wait_for_page(address: str, children: Children) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever HTTP_PROXY says
    while True:
        children.check()
        try:
            with directly.open(address, timeout=10) as answer:
                answer.read()
                return
        except urllib.error.HTTPError as error:
            raise CommandRefused(
                f"The first page answers with the fault {error.code}; the log above says where."
            ) from error
        except OSError as error:
            if time.monotonic() > deadline:
                raise CommandRefused(
                    f"The web server does not answer after {SECONDS_TO_ANSWER} seconds."
                ) from error
        time.sleep(0.1)


def _tell(out: Console, address: str, sign_ins: Sequence[SignIn], *, seconds: float) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD if out.is_terminal else None, title="Sign in as", title_justify="left")
    for heading in ("Role", "E-mail", "Password", "Organisation", "Try first"):
        table.add_column(heading, overflow="fold")
    for each in sign_ins:
        role = each.role.replace("_", " ")
        table.add_row(role, each.email, each.password, each.organisation, each.try_first)
    out.print(
        f"\nAmparo answers at [bold]{address}[/] (after {seconds:.0f} s). Everything in it is made up.\n"
    )
    out.print(table)
    out.print("\nStop with Ctrl-C.")
