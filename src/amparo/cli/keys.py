"""`amparo keys init|status|rotate|rewrap|custodians`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.installation import DataOption

if TYPE_CHECKING:
    from amparo.vault.rules import Compartment

CompartmentOption = Annotated[
    list[str] | None,
    typer.Option("--compartment", metavar="NAME", help="Only this compartment; may be given several times."),
]


def init(data: DataOption = None) -> None:
    """Make the keys of a new installation: the key of keys, and one key a compartment."""
    from amparo.cli.database import say_keys_made
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    with platform(data, connect_as="owner"):
        from django.conf import settings
        from django.utils import timezone

        from amparo.vault.actions import KeyringThere, make_keyring, write_custodian

        try:
            installation = make_keyring(
                lambda: write_custodian(settings.AMPARO_CUSTODIAN), now=timezone.now()
            )
        except KeyringThere as refusal:
            raise CommandRefused(str(refusal)) from None
        print(f"Installation {installation}.")
        say_keys_made(settings.AMPARO_CUSTODIAN)


def status(data: DataOption = None) -> None:
    """Tell which keys there are, and what still waits to be wrapped by the newest."""
    from amparo.cli.installation import platform
    from amparo.cli.printing import console

    with platform(data):
        from amparo.vault.queries import keyring_status

        state = keyring_status()
    out = console()
    out.print(f"Installation {state.installation}", highlight=False)
    opens = "opens it" if state.is_open else "[red]does not open it[/]"
    out.print(
        f"Custodian: {state.custodian_kind} {state.custodian}; the one at hand {opens}", highlight=False
    )
    for row in state.compartments:
        waiting = f", {row.waiting} persons wait for: amparo keys rewrap" if row.waiting else ""
        out.print(
            f"{row.compartment:12} key {row.newest} of {row.created_at:%Y-%m-%d}, {row.persons} persons{waiting}",
            highlight=False,
        )
    if not state.is_open:
        raise typer.Exit(1)


def rotate(compartment: CompartmentOption = None, data: DataOption = None) -> None:
    """Give the compartments new keys, and wrap the keys of persons by them."""
    from amparo.cli.installation import platform

    with platform(data, connect_as="owner"):
        from django.utils import timezone

        from amparo.vault.actions import rewrap_keys, rotate_keys
        from amparo.vault.queries import custodian
        from amparo.vault.rules import Compartment

        chosen = _chosen(compartment) or list(Compartment)
        rotate_keys(custodian(), compartments=chosen, now=timezone.now())
        print(f"{len(chosen)} compartments have a new key.")
        print(f"The keys of {rewrap_keys(custodian())} persons were wrapped by them.")


def rewrap(data: DataOption = None) -> None:
    """Wrap the keys of persons by the newest keys, where an earlier rotation was cut short."""
    from amparo.cli.installation import platform

    with platform(data, connect_as="owner"):
        from amparo.vault.actions import rewrap_keys
        from amparo.vault.queries import custodian

        print(f"The keys of {rewrap_keys(custodian())} persons were wrapped by the newest keys.")


def custodians(
    new: Annotated[
        Path, typer.Option("--new", metavar="FILE", help="Where the new key of keys is to be kept.")
    ],
    data: DataOption = None,
) -> None:
    """Put the keys of the compartments under a new key of keys; the old one opens nothing from then on."""
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    with platform(data, connect_as="owner"):
        from amparo.vault.actions import change_custodian, write_custodian
        from amparo.vault.queries import custodian

        if new.exists():
            raise CommandRefused(f"{new} is there already. Name a file that is not.")
        following = write_custodian(new)
        change_custodian(custodian(), following)
        print(
            f"The key of keys is now {following.public_id}, in {new}. Set AMPARO_CUSTODIAN to it and start again."
        )


def _chosen(names: list[str] | None) -> list[Compartment]:
    from amparo.cli.refusing import CommandRefused
    from amparo.vault.rules import Compartment

    known = {each.value for each in Compartment}
    for name in names or ():
        if name not in known:
            raise CommandRefused(f'There is no compartment "{name}". Choose of: {", ".join(sorted(known))}.')
    return [Compartment(name) for name in names or ()]
