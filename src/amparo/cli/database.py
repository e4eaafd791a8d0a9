"""`amparo migrate`, `amparo database url`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.installation import DataOption

if TYPE_CHECKING:
    from amparo.config.environment import Environment


def migrate(
    keys: Annotated[
        bool,
        typer.Option(
            "--keys/--no-keys",
            help="Make the keys of a new installation in a file; not when shares or a device shall keep them.",
        ),
    ] = True,
    data: DataOption = None,
) -> None:
    """Bring the database up to date; a new one gets its keys."""
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    with platform(data, any_version=True, connect_as="owner") as installation:
        from django.conf import settings
        from django.db import DatabaseError
        from django.utils import timezone
        from psycopg.errors import InsufficientPrivilege

        from amparo.cli.keys import say_where_it_lies
        from amparo.config.migrating import NotSealed, make_keys_if_none, migrate_database
        from amparo.vault.queries import is_keyring_there

        app_role, worker_role = working_roles(installation.environment)
        try:
            migrate_database(app_role=app_role, worker_role=worker_role, verbosity=1)
        except DatabaseError as error:
            cause: BaseException | None = error
            while cause and not isinstance(cause, InsufficientPrivilege):
                cause = cause.__cause__ or cause.__context__
            if cause is None:
                raise
            raise CommandRefused(
                f"The database refused: {str(cause).splitlines()[0]}. Set AMPARO_DATABASE_OWNER_URL to the role that owns "
                "the database."
            ) from error
        if not keys and not is_keyring_there():
            print(
                "No keys were made, and nothing personal can be kept before. Make them now: amparo keys init"
            )
            return
        try:
            were_made = make_keys_if_none(settings.AMPARO_CUSTODIAN, now=timezone.now())
        except NotSealed as fault:
            raise CommandRefused(str(fault)) from fault
        if were_made:
            print("The keys were made.")
            say_where_it_lies(settings.AMPARO_CUSTODIAN)


def working_roles(environment: Environment) -> tuple[str, str]:
    """Give the names of the roles that serve pages and do jobs."""
    from urllib.parse import unquote, urlsplit

    from amparo.config.embedded import APP, WORKER

    if environment.is_embedded:
        return APP, WORKER
    app, worker = (
        unquote(urlsplit(url).username or "")
        for url in (environment.database_url, environment.database_worker_url)
    )
    return app, worker


def url(
    role: Annotated[
        str,
        typer.Option(
            help="Whose rights: owner (of the tables), app (the running application) or backup (reads all)."
        ),
    ] = "owner",
    data: DataOption = None,
) -> None:
    """Print the address of the database, for psql; the embedded one is started and left running.

    For example: psql "$(amparo database url)"
    """
    from amparo.cli.installation import settle
    from amparo.cli.refusing import CommandRefused
    from amparo.config.embedded import APP, BACKUP, OWNER

    roles = {"owner": OWNER, "app": APP, "backup": BACKUP}
    if role not in roles:
        raise CommandRefused(f'"{role}" is no role of the database; write owner, app or backup.')
    installation = settle(data)
    embedded = installation.embedded
    if embedded is None:
        environment = installation.environment
        if role == "backup":
            raise CommandRefused(
                "Amparo does not know the address of amparo_backup in an outside database; nor does it need it."
            )
        print(
            environment.database_owner_url or environment.database_url
            if role == "owner"
            else environment.database_url
        )
        return
    embedded.start()  # never released: the next command that holds it and lets go stops it
    print(embedded.url(role=roles[role]))
