"""`amparo keyd`."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from amparo.cli.installation import DataOption

SocketOption = Annotated[
    Path | None,
    typer.Option("--socket", metavar="PATH", help="The socket of keyd. Also by AMPARO_KEYD; keyd/socket in the data directory without."),
]  # fmt: skip


def keyd(
    socket: SocketOption = None,
    group: Annotated[
        str, typer.Option(help="The group of the system whose members may ask; only this user without.")
    ] = "",
    log: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where keyd keeps its log; keyd/log in the data directory without."),
    ] = None,
    labels_an_hour: Annotated[int, typer.Option(min=1, help="All people together: names.")] = 200_000,
    records_an_hour: Annotated[int, typer.Option(min=1, help="All people together: records.")] = 5_000,
    places_an_hour: Annotated[int, typer.Option(min=1, help="All people together: places.")] = 100,
    bulk_ceiling: Annotated[
        int,
        typer.Option(
            min=1,
            max=10,
            help="So many times the budget of imports and exports, where two people agree; 1 is never.",
        ),
    ] = 3,
    data: DataOption = None,
) -> None:
    """Hold the keys apart from the web server.

    It gives the keys of persons at a bounded rate, and writes down who had them.
    """
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused
    from amparo.vault.keyd.hygiene import keep_to_itself

    refused = keep_to_itself()
    with platform(data, connect_as="keyd", **_not_its_own()) as installation:
        from amparo.vault.keyd.server import Server
        from amparo.vault.keyd.starting import begin_service
        from amparo.vault.rules import KeyKind, KeysAway

        place = socket_of(socket, installation.data.path)
        place.parent.mkdir(mode=0o710, parents=True, exist_ok=True)
        together = {
            KeyKind.LABEL: labels_an_hour,
            KeyKind.RECORD: records_an_hour,
            KeyKind.PLACE: places_an_hour,
        }
        try:
            service = begin_service(
                log or installation.data.path / "keyd" / "log", together, ceiling=bulk_ceiling
            )
            server = Server(place, service, group=group)
        except KeysAway as refusal:
            raise CommandRefused(str(refusal)) from None
        service.note("start", refused=list(refused))
        for each in refused:
            print(f"keyd: {each}", file=sys.stderr)
        state = (
            "its keys are open" if service.is_open else "locked: the shares are typed at amparo keys unlock"
        )
        print(f"keyd answers at {place}; {state} (stop with Ctrl-C)", flush=True)
        try:
            server.serve()
        except KeyboardInterrupt:
            service.note("stop")
        finally:
            server.close()


def socket_of(given: Path | None, data: Path) -> Path:
    """Give the path of the socket that is meant."""
    set_to = os.environ.get("AMPARO_KEYD", "")
    return given or (Path(set_to) if set_to else data / "keyd" / "socket")


def _not_its_own() -> dict[str, Any]:
    """Fill in settings that keyd does not use and is better not told: it signs no session and serves no page."""
    made = {}
    if not os.environ.get("AMPARO_SECRET_KEY") and not os.environ.get("AMPARO_SECRET_KEY_FILE"):
        made["secret_key"] = secrets.token_urlsafe(64)
    if not os.environ.get("AMPARO_HOSTS"):
        made["hosts"] = "localhost"
    return made
