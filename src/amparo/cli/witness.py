"""`amparo witness`: keep the heads of other organisations' logs. It needs no database, no Django and no installation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from amparo.audit.witness.keeping import HeadKeeper

DirectoryOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Where the heads and the key are kept; ~/.local/share/amparo-witness without.",
    ),
]


def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen on; 0.0.0.0 for every one of this machine.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8477,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            help="The public key of an installation, 64 digits; without any, the first head of each is believed."
        ),
    ] = None,
    data: DirectoryOption = None,
) -> None:
    """Take heads, sign for them, and refuse those that do not continue the last."""
    from contextlib import suppress

    from amparo.cli.refusing import CommandRefused

    keeper, directory = _keeper(data, frozenset(accept or ()))
    from amparo.audit.chain.signing import read_signer
    from amparo.audit.witness.serving import witness_server

    try:
        server = witness_server(keeper, host=host, port=port)
    except OSError as error:
        raise CommandRefused(
            f"Port {port} on {host} cannot be used ({error.strerror}). Choose another with --port."
        ) from error
    print(f"The witness answers at http://{host}:{port}/ (stop with Ctrl-C). Heads: {directory}", flush=True)
    print(f"Its own key: {read_signer(directory).public.hex()}", flush=True)
    with suppress(KeyboardInterrupt), server:
        server.serve_forever()


def show(
    installation: Annotated[
        str | None, typer.Argument(help="The id of one installation; all without.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every head, as amparo audit verify --anchor takes it.")
    ] = False,
    data: DirectoryOption = None,
) -> None:
    """Tell what is kept and what is alarming: exit code 1 when a log is silent, unsealed, or was refused."""
    from datetime import UTC, datetime

    keeper, _ = _keeper(data, frozenset())
    if as_json:
        import json

        print(json.dumps(keeper.heads(installation), indent=1))
        return
    watched = [
        one for one in keeper.watched(now=datetime.now(UTC)) if installation in (None, one.installation)
    ]
    for one in watched:
        print(f"{one.installation}: heads {one.heads}, the last {one.received_at:%Y-%m-%d %H:%M:%S} UTC")
        print(f"  {one.head.size} epochs, {one.head.events} events, root {one.head.root}")
        for alarm in one.alarms:
            print(f"  ALARM: {alarm}")
    if not watched:
        print("No head yet.")
    raise typer.Exit(1 if any(one.alarms for one in watched) else 0)


def _keeper(data: Path | None, accepted: frozenset[str]) -> tuple[HeadKeeper, Path]:
    from amparo.cli.refusing import CommandRefused

    try:
        from amparo.audit.chain.signing import SIGNER_FILE, SignerAway, make_signer, read_signer
        from amparo.audit.witness.keeping import HeadKeeper
    except ModuleNotFoundError as error:
        raise CommandRefused(
            'A witness needs the library for signatures: pip install "amparo[witness]"'
        ) from error
    directory = (data or Path("~/.local/share/amparo-witness")).expanduser().resolve()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        has_key = (directory / SIGNER_FILE).exists()
        signer = read_signer(directory) if has_key else make_signer(directory)
    except SignerAway as away:
        raise CommandRefused(str(away)) from away
    except OSError as error:
        raise CommandRefused(f"{directory} cannot be used ({error.strerror}).") from error
    return HeadKeeper(directory / "heads.sqlite3", signer, accepted_keys=accepted), directory
