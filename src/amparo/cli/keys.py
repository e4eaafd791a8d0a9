"""`amparo keys init|unlock|status|rotate|rewrap|custodians`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.agreed import ActOption
from amparo.cli.installation import DataOption
from amparo.cli.keyd import SocketOption

if TYPE_CHECKING:
    from amparo.vault.custodians import Custodian
    from amparo.vault.queries import KeyringStatus
    from amparo.vault.rules import Compartment

CompartmentOption = Annotated[
    list[str] | None,
    typer.Option("--compartment", metavar="NAME", help="Only this compartment; may be given several times."),
]


KindOption = Annotated[
    str,
    typer.Option(
        "--custodian",
        help="Who keeps the key of keys: file, shares (several persons) or pkcs11 (the device of AMPARO_DEVICE).",
    ),
]
NeededOption = Annotated[
    int, typer.Option("--shares", metavar="N", help="How many shares together open the keys.")
]
OfOption = Annotated[int, typer.Option("--of", metavar="M", help="How many persons keep a share.")]


def init(
    custodian: KindOption = "",
    shares: NeededOption = 0,
    of: OfOption = 0,
    data: DataOption = None,
) -> None:
    """Make the keys of a new installation: the key of keys, and one key a compartment."""
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    kind = custodian or ("shares" if shares or of else "file")
    with platform(data, connect_as="owner"):
        from django.conf import settings
        from django.db import transaction
        from django.utils import timezone

        from amparo.vault.actions import KeyringThere, make_keyring, prepare_ledger

        try:
            with transaction.atomic():  # kept only when every share was shown
                shown: list[str] = []
                installation = make_keyring(
                    lambda: _made(kind, settings.AMPARO_CUSTODIAN, shares, of, shown), now=timezone.now()
                )
                _show_shares(shown)
            prepare_ledger()
        except KeyringThere as refusal:
            raise CommandRefused(str(refusal)) from None
        print(f"The keys of installation {installation} were made.")
        _say_where(kind, settings.AMPARO_CUSTODIAN)


def unlock(socket: SocketOption = None, data: DataOption = None) -> None:
    """Type the shares of the key of keys, one person after the other, so that keyd opens the keys."""
    from amparo.cli.installation import settle
    from amparo.cli.keyd import socket_of
    from amparo.cli.refusing import CommandRefused
    from amparo.vault.keyd.client import RemoteKeeper, WrongShareTyped
    from amparo.vault.rules import KeysAway

    keyd = RemoteKeeper(socket_of(socket, settle(data, is_made=False).data.path))
    try:
        state = keyd.status()
        while not state["is_open"]:
            of = f" of {state['needed']}" if state["needed"] else ""
            print(f"Share {state['held'] + 1}{of}. Only the person who keeps it looks on.")
            try:
                state = keyd.unlock(_typed())
            except WrongShareTyped as wrong:
                print(wrong)
                state = keyd.status()
    except KeysAway as refusal:
        raise CommandRefused(str(refusal)) from None
    print("The keys are open.")


def status(data: DataOption = None) -> None:
    """Tell which keys there are, and what still waits to be wrapped by the newest."""
    from amparo.cli.installation import platform
    from amparo.cli.printing import console

    with platform(data):
        from amparo.vault.queries import keyring_status

        state = keyring_status()
    out = console()
    out.print(f"Installation {state.installation}", highlight=False)
    out.print(f"Custodian: {state.custodian_kind} {state.custodian}; {_said_open(state)}", highlight=False)
    for row in state.compartments:
        waiting = f", {row.waiting} persons wait for: amparo keys rewrap" if row.waiting else ""
        out.print(
            f"{row.compartment:12} key {row.newest} of {row.created_at:%Y-%m-%d}, {row.persons} persons{waiting}",
            highlight=False,
        )
    if not state.is_open:
        raise typer.Exit(1)


def _persons(count: int) -> str:
    return "1 person" if count == 1 else f"{count} persons"


def _said_open(state: KeyringStatus) -> str:
    from django.conf import settings

    if state.is_open:
        return "keyd has it open" if settings.AMPARO_KEYD else "the one at hand opens it"
    if settings.AMPARO_KEYD:
        return "[red]keyd has it not open: start it again, or type the shares at amparo keys unlock[/]"
    if state.custodian_kind == "shares":
        return "[red]only keyd opens it. Start amparo keyd, and name its socket in AMPARO_KEYD[/]"
    return "[red]the one at hand does not open it[/]"


def rotate(act: ActOption = None, compartment: CompartmentOption = None, data: DataOption = None) -> None:
    """Give the compartments new keys, and wrap the keys of persons by them. Two people agree to it first."""
    from amparo.cli.agreed import agreed, refuse_unagreed
    from amparo.cli.installation import platform

    with platform(data, connect_as="owner"):
        from django.utils import timezone

        from amparo.access.actions import KEYS_ROTATE, rotation
        from amparo.vault.actions import rewrap_keys, rotate_keys
        from amparo.vault.rules import Compartment

        chosen = _chosen(compartment) or list(Compartment)
        refuse_unagreed(act, kind=KEYS_ROTATE, payload=rotation(chosen))
        at_hand = _at_hand()
        with agreed(act, kind=KEYS_ROTATE, payload=rotation(chosen)):
            rotate_keys(at_hand, compartments=chosen, now=timezone.now())
        print(
            "1 compartment has a new key."
            if len(chosen) == 1
            else f"{len(chosen)} compartments have new keys."
        )
        print(f"The keys of {_persons(rewrap_keys(at_hand))} were wrapped by the new ones.")


def rewrap(act: ActOption = None, data: DataOption = None) -> None:
    """Wrap the keys of persons by the newest keys, where an earlier rotation was cut short. Two people agree to it first."""
    from amparo.cli.agreed import agreed, refuse_unagreed
    from amparo.cli.installation import platform

    with platform(data, connect_as="owner"):
        from amparo.access.actions import KEYS_REWRAP, rewrapping
        from amparo.vault.actions import rewrap_keys

        refuse_unagreed(act, kind=KEYS_REWRAP, payload=rewrapping())
        changed = rewrap_keys(_at_hand())
        with agreed(
            act, kind=KEYS_REWRAP, payload=rewrapping()
        ):  # used when it is done: cut short, it goes on
            print(f"The keys of {_persons(changed)} were wrapped by the newest keys.")


def custodians(
    new: Annotated[
        str,
        typer.Option(
            "--new",
            metavar="FILE|shares|pkcs11",
            help="Who is to keep the key of keys: a new file, persons with shares, or the device of AMPARO_DEVICE.",
        ),
    ],
    shares: NeededOption = 0,
    of: OfOption = 0,
    act: ActOption = None,
    data: DataOption = None,
) -> None:
    """Put the keys of the compartments under another custodian; the old one opens nothing from then on.

    Two people agree to it first.
    """
    from amparo.cli.agreed import agreed, refuse_unagreed
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    kind, file = (new, Path()) if new in ("shares", "pkcs11") else ("file", Path(new).expanduser().resolve())
    if kind == "file" and file.exists():
        raise CommandRefused(f"{file} is there already. Name a file that is not.")
    shares, of = shares or 3, of or 5
    with platform(data, connect_as="owner"):
        from amparo.access.actions import KEYS_CUSTODIAN, handing_over
        from amparo.vault.actions import change_custodian

        payload = handing_over(kind, needed=shares, of=of)
        refuse_unagreed(act, kind=KEYS_CUSTODIAN, payload=payload)
        old, shown = _at_hand(), list[str]()
        with agreed(act, kind=KEYS_CUSTODIAN, payload=payload):  # kept only when every share was shown
            following = _made(kind, file, shares, of, shown)
            change_custodian(old, following)
            _show_shares(shown)
        print(
            f"The keys are under the custodian {following.public_id} now. Start keyd, web server and worker again."
        )
        _say_where(kind, file)
        if kind == "file":
            print(f"Set AMPARO_CUSTODIAN to {file}.")
            _say_signing_key(file.parent)
        if old.kind == "file":
            print(
                "Destroy the old file and its copies: with an old backup of the keyring it still opens all of that time."
            )


def _say_signing_key(place: Path) -> None:
    """Say that the key which signs the log is looked for beside the key of keys."""
    from django.conf import settings

    old = settings.AMPARO_AUDIT_KEYS
    if old.resolve() != place and (old / "audit-signing").exists():
        print(
            f"Move {old}/audit-signing and {old}/audit-signing.public to {place}: the log is signed from there."
        )


def _made(kind: str, file: Path, needed: int, of: int, shown: list[str]) -> Custodian:
    """Make a custodian; shares that are to be shown are put into `shown`."""
    from amparo.cli.refusing import CommandRefused
    from amparo.vault.custodians import DEVICE, FILE, SHARES, CustodianAway
    from amparo.vault.custodians.file import write_custodian

    if kind == FILE:
        return write_custodian(file)
    if kind == SHARES:
        from amparo.vault.custodians.shares import BadShares, new_shares

        try:
            custodian, words = new_shares(needed or 3, of or 5)
        except BadShares as refusal:
            raise CommandRefused(str(refusal)) from None
        shown.extend(words)
        return custodian
    if kind == DEVICE:
        from django.conf import settings

        from amparo.vault.custodians.device import open_device

        try:
            return open_device(settings.AMPARO_DEVICE)
        except CustodianAway as refusal:
            raise CommandRefused(str(refusal)) from None
    raise CommandRefused(f'"{kind}" keeps no keys. Write file, shares or pkcs11.')


def _at_hand() -> Custodian:
    """Give the custodian that the keyring is under; the keepers of shares type them here."""
    from amparo.cli.refusing import CommandRefused
    from amparo.vault.custodians import SHARES, CustodianAway
    from amparo.vault.queries import custodian, custodian_id, custodian_kind

    if custodian_kind() == SHARES:
        from amparo.vault.custodians.shares import SharesTable, WrongShare

        table = SharesTable(custodian_id())
        while True:
            print(f"Share {table.held + 1}. Only the person who keeps it looks on.")
            try:
                found = table.lay(_typed())
            except WrongShare as wrong:
                print(wrong)
                continue
            if found is not None:
                return found
    try:
        return custodian()
    except CustodianAway as refusal:
        raise CommandRefused(str(refusal)) from None


def _typed() -> str:
    """Read a share: unseen at a terminal, a line at a time otherwise."""
    import getpass
    import sys

    from amparo.cli.refusing import CommandRefused

    if sys.stdin.isatty():
        return getpass.getpass("Its words (they are not shown): ")
    line = sys.stdin.readline()
    if not line:
        raise CommandRefused("There were not enough shares. The keys stay locked.")
    return line


def _show_shares(shares: list[str]) -> None:
    """Show each share to the person who is to keep it, and clear the screen after it."""
    import sys

    from amparo.cli.refusing import CommandRefused

    for number, words in enumerate(shares, start=1):
        print(f"Share {number} of {len(shares)}. Only the person who is to keep it looks at this screen.\n")
        listed = words.split()
        for start in range(0, len(listed), 4):
            print(
                "   ".join(
                    f"{at:2} {word:10}" for at, word in enumerate(listed[start : start + 4], start + 1)
                )
            )
        print("\nWrite the words on paper, in this order. They are shown once, and kept nowhere.")
        print("Press Enter when they are written down; the screen is cleared.", flush=True)
        if not sys.stdin.readline():
            raise CommandRefused("The shares were not all shown, so nothing was made.")
        print("\033[2J\033[3J\033[H" if sys.stdout.isatty() else "", end="", flush=True)


def _say_where(kind: str, file: Path) -> None:
    if kind == "file":
        say_where_it_lies(file)
    if kind == "shares":
        print(
            "Each person keeps their share apart from the others. With too few of them left, nothing opens again."
        )
        print("The shares are typed after each start of amparo keyd, at: amparo keys unlock")


def say_where_it_lies(custodian: Path) -> None:
    """Say where the new key of keys lies, and what to do with it."""
    print(f"The key of keys lies in {custodian}.")
    print("Copy it now to a place apart from the database and its backups: without it, nothing opens again.")


def _chosen(names: list[str] | None) -> list[Compartment]:
    from amparo.cli.refusing import CommandRefused
    from amparo.vault.rules import Compartment

    known = {each.value for each in Compartment}
    for name in names or ():
        if name not in known:
            raise CommandRefused(f'There is no compartment "{name}". Choose of: {", ".join(sorted(known))}.')
    return [Compartment(name) for name in names or ()]
