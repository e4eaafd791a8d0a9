"""`amparo demo`, `amparo serve`, `amparo worker`."""

from __future__ import annotations

from typing import Annotated

import typer

from amparo.cli.installation import DataOption

HostOption = Annotated[
    str,
    typer.Option(
        help="The address to listen on; 0.0.0.0 for every one of this machine, which others reach by a name of AMPARO_HOSTS."
    ),
]
PortOption = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


def demo(
    cases: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="How many cases to make up, on the first start.")
    ] = 2000,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    data: DataOption = None,
) -> None:
    """Start a training installation with made-up cases.

    Database, pages and jobs on this machine; no person in it is real. The first start makes the cases; later starts keep what
    you did. Stop with Ctrl-C.
    """
    from amparo.cli.demonstration import run_demo

    run_demo(cases=cases, host=host, port=port, data=data)


def serve(host: HostOption = "127.0.0.1", port: PortOption = 8000, data: DataOption = None) -> None:
    """Serve the pages and the API; stop with Ctrl-C."""
    from contextlib import suppress

    from amparo.cli.children import Children
    from amparo.cli.installation import settle
    from amparo.cli.web_server import address_of, prepare_to_serve, refuse_taken_port, web_server

    installation = settle(data)
    refuse_taken_port(host, port)
    with installation.database(watched=True):
        prepare_to_serve(installation)
        with suppress(KeyboardInterrupt), Children() as children:
            children.start("web server", *web_server(host, port))
            print(f"Amparo answers at {address_of(host, port)} (stop with Ctrl-C)", flush=True)
            children.wait()


def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=16, help="How many jobs at once.")] = 1,
    data: DataOption = None,
) -> None:
    """Run jobs: imports, exports, snapshots; stop with Ctrl-C."""
    from amparo.cli.installation import (
        refuse_strong_role,
        refuse_unserved,
        refuse_waiting_migrations,
        settle,
        start_django,
    )
    from amparo.config.processes import die_with_parent

    die_with_parent()
    installation = settle(data, connect_as="worker")
    with installation.database(watched=True):
        start_django()
        refuse_waiting_migrations(installation)
        refuse_unserved()
        from amparo.config.jobs import work

        refuse_strong_role(counts_facts=True)

        work(concurrency=concurrency)
