"""`amparo erase status|verify`: see that nobody who was erased can come back.

To erase somebody takes two people who sign in and agree on the pages; no command does it on anybody's word.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amparo.cli.installation import DataOption


def status(data: DataOption = None) -> None:
    """Hold the ledger of erasures against the database, and erase again who came back."""
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    with platform(data):
        from amparo.config.erasures import NotToBeServed, settle_erasures
        from amparo.vault.queries import count_erased

        try:
            back = settle_erasures()
        except NotToBeServed as fault:
            raise CommandRefused(str(fault)) from fault
        print(f"Persons erased: {count_erased()}. The file of the ledger and the database agree.")
        if back:
            print(f"Erased again, as they had come back with an older database or keyring: {back}.")


def verify(
    keys: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Sets of keys that `amparo backup` wrote.")
    ],
    data: DataOption = None,
) -> None:
    """Tell which sets of keys still hold keys of persons who were erased; exit code 1 where one does."""
    from amparo.cli.backup import whole_url
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    with platform(data, connect_as="owner") as installation:
        from amparo.config.backups import NotRestored, keys_left

        try:
            left = {place: keys_left(whole_url(installation), place) for place in keys}
        except NotRestored as fault:
            raise CommandRefused(str(fault)) from fault
    for place, persons in left.items():
        print(f"{place}: {f'keys of erased persons: {len(persons)}; remove it' if persons else 'none'}")
    if any(left.values()):
        raise typer.Exit(1)
