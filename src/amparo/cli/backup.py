"""`amparo backup`, `amparo restore`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.installation import DataOption

if TYPE_CHECKING:
    from amparo.cli.installation import Installation
    from amparo.config.backups import Backup


def backup(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="A new directory for what is sealed.")],
    keys_to: Annotated[
        Path, typer.Option("--keys-to", metavar="DIR", help="A new directory for the keys, in another place.")
    ],
    data: DataOption = None,
) -> None:
    """Back everything up while it runs.

    What is sealed goes to one place, the keys to another. The key of keys (keys/custodian) is in neither: it is kept apart since it was made.
    """
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused
    from amparo.config.backups import NotBackedUp, refuse_places, take_backup

    os.umask(0o077)
    try:
        refuse_places(to, keys_to)
    except NotBackedUp as fault:
        raise CommandRefused(f"No backup was taken. {fault}") from fault
    with platform(data, connect_as="owner") as installation:
        from django.utils import timezone

        from amparo.vault.rules.ledger import LedgerBroken

        try:
            taken = take_backup(
                whole_url(installation), installation.data, to=to, keys_to=keys_to, now=timezone.now()
            )
        except (NotBackedUp, LedgerBroken, OSError) as fault:
            raise CommandRefused(f"No backup was taken. {fault}") from fault
    print(f"{taken.cases} cases and {taken.documents} documents are in {to}.")
    if taken.missing:
        print(f"The disk has lost the contents of {taken.missing} documents; {to}/manifest.json names them.")
    print(
        f"The keys, and the ledger of erasures ({taken.erased}), are in {keys_to}. Remove them after 35 days."
    )


def restore(
    source: Annotated[Path, typer.Option("--from", metavar="DIR", help="What `amparo backup --to` wrote.")],
    keys_from: Annotated[
        Path, typer.Option("--keys-from", metavar="DIR", help="What `amparo backup --keys-to` wrote.")
    ],
    erased: Annotated[
        Path,
        typer.Option(
            "--erased",
            metavar="FILE",
            help="The newest copy of keys/erased, so that nobody comes back who was erased after this backup.",
        ),
    ],
    data: DataOption = None,
) -> None:
    """Bring a backup back into an empty place.

    Those who were erased since then stay erased.
    """
    from amparo.cli.installation import settle
    from amparo.cli.refusing import CommandRefused
    from amparo.config.backups import NotRestored, read_backup

    os.umask(0o077)
    installation = settle(data, connect_as="owner")
    try:
        found = read_backup(source, keys_from, ledger=erased)
        _refuse_what_is_there(installation)
        installation.data.restoring.touch()
        with installation.database():
            back = _bring_back(installation, found)
    except NotRestored as fault:
        raise CommandRefused(f"Nothing was restored. {fault}") from fault
    installation.data.restoring.unlink()
    print(f"The backup of {found.at[:16].replace('T', ' ')} UTC is back in {installation.data.path}.")
    print(
        f"Persons in the ledger of erasures: {found.erased}. Erased again, as they came back with it: {back.erased}."
    )
    print("If there is a newer copy of the ledger, restore again with that one. Everybody signs in anew.")
    print(
        "Whoever signs in reads on the first page that this was done, until two people confirm it (Two people)."
    )
    print(f"Told of it, who keep the installation or look from outside: {back.told}.")
    _say_what_is_missing(installation, custodian_kind=back.custodian_kind)


def whole_url(installation: Installation) -> str:
    """Give the address of the database for a role that sees all of it."""
    from amparo.access.policies import UPKEEP
    from amparo.config.embedded import SUPERUSER

    if installation.embedded is not None:
        return installation.embedded.url(role=SUPERUSER)
    url = installation.environment.connection_url
    # The owner, too, is kept back by the policies of its tables, unless it says what it is about.
    return f"{url}{'&' if '?' in url else '?'}options=-c%20{UPKEEP}%3Don"


def _say_what_is_missing(installation: Installation, *, custodian_kind: str) -> None:
    place = installation.environment.custodian or installation.data.custodian
    if custodian_kind == "shares":
        print(
            "The key of keys is in shares: start amparo keyd, and let the keepers type theirs at amparo keys unlock."
        )
    elif custodian_kind == "file" and not place.exists():
        print(f"Bring the key of keys to {place} now: nothing opens without it.")
    if not (place.parent / "audit-signing").exists():
        print(f"Bring the key that signs the log to {place.parent / 'audit-signing'} as well.")


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtBack:
    """How many came back and were erased again, how many people are told, and who keeps the key of keys."""

    erased: int
    told: int
    custodian_kind: str


def _bring_back(installation: Installation, found: Backup) -> BroughtBack:
    from amparo.cli.database import working_roles
    from amparo.cli.installation import start_django
    from amparo.config.backups import NotRestored, differing_counts, fill_database, fill_directory
    from amparo.config.embedded import OWNER

    environment, embedded = installation.environment, installation.embedded
    url = embedded.url(role=OWNER) if embedded else environment.connection_url
    fill_database(url, found)
    fill_directory(installation.data, found)
    differing = differing_counts(whole_url(installation), found)
    if differing:
        raise NotRestored(f"These tables do not have as many rows as were backed up: {', '.join(differing)}.")
    start_django()
    from django.utils import timezone

    from amparo.access.actions import note_restoration
    from amparo.accounts.actions import end_every_session
    from amparo.config.erasures import NotToBeServed, replay_erasures
    from amparo.config.migrating import migrate_database
    from amparo.vault.queries import custodian_kind

    app_role, worker_role = working_roles(environment)
    migrate_database(app_role=app_role, worker_role=worker_role)
    end_every_session()
    try:
        erased = replay_erasures()
    except NotToBeServed as fault:
        raise NotRestored(str(fault)) from fault
    taken_at = datetime.fromisoformat(found.at)
    told = note_restoration(backup=found.digest, taken_at=taken_at, erased_again=erased, now=timezone.now())
    return BroughtBack(erased=erased, told=told, custodian_kind=custodian_kind())


def _refuse_what_is_there(installation: Installation) -> None:
    from amparo.config.backups import NotRestored

    data, embedded = installation.data, installation.embedded
    if (embedded and embedded.is_made) or any(data.documents.iterdir()) or data.erased.exists():
        raise NotRestored(f"{data.path} holds an installation already. Name an empty data directory.")
