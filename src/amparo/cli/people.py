"""`amparo organisation add`, `amparo user add`, `amparo user renew`: the first people, and those who lost their way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.installation import DataOption

if TYPE_CHECKING:
    from amparo.config.environment import Environment


def add_organisation(
    name: Annotated[str, typer.Argument(help="The name, as people will read it.")],
    kind: Annotated[
        str,
        typer.Option(help="What it is, a code of the list organisation_kind, for example ngo or shelter."),
    ],
    data: DataOption = None,
) -> None:
    """Add an organisation."""
    from amparo.cli.installation import platform

    with platform(data):
        from django.utils import timezone

        from amparo.access import actions
        from amparo.access.rules import Permission, system_viewer
        from amparo.cli.refusing import CommandRefused

        by = system_viewer([Permission.INSTALLATION_MANAGE])
        try:
            actions.add_organisation(name=name, kind=kind, by=by, now=timezone.now())
        except (actions.NameTaken, actions.UnknownKind) as refusal:
            raise CommandRefused(_with_kinds(refusal, kind)) from refusal
    print(
        f'Added "{name}". Next: amparo user add EMAIL --organisation "{name}" --role organisation_administrator'
    )


def add_user(
    email: Annotated[str, typer.Argument(help="The address by which the person will sign in.")],
    organisation: Annotated[str, typer.Option(help="The name of the organisation.")],
    role: Annotated[str, typer.Option(help="What the person does there, for example caseworker.")],
    data: DataOption = None,
) -> None:
    """Invite a person; prints the link that lets in, once."""
    from amparo.cli.installation import platform

    with platform(data) as installation:
        from django.core.exceptions import ValidationError
        from django.urls import reverse
        from django.utils import timezone

        from amparo.access import actions
        from amparo.access.rules import ROLES, Permission, system_viewer
        from amparo.accounts.queries import find_organisation, organisation_names
        from amparo.cli.refusing import CommandRefused

        found = find_organisation(organisation)
        if found is None:
            names = [name for _, name in organisation_names()]
            raise CommandRefused(_no_such("organisation", organisation, names))
        if role not in ROLES:
            raise CommandRefused(_no_such("role", role, list(ROLES)))
        by = system_viewer([Permission.PEOPLE_MANAGE])
        try:
            secret = actions.invite_user(
                email=email, organisation_id=found.id, role=role, by=by, now=timezone.now()
            )
        except ValidationError as refusal:
            raise CommandRefused(" ".join(refusal.messages)) from refusal
        except (actions.Refused, actions.RoleNotAssignable) as refusal:
            raise CommandRefused(str(refusal)) from refusal
        link = reverse("accounts:invitation", args=[secret])
    _tell_link(link, email, installation.environment)


def renew_user(
    email: Annotated[str, typer.Argument(help="The address by which the person signs in.")],
    data: DataOption = None,
) -> None:
    """Let a person who lost phone and recovery codes begin again; prints a link for a new password, once.

    The second step is taken away and set up anew. Do it only when the person stands before you.
    """
    from amparo.cli.installation import platform

    with platform(data) as installation:
        from django.urls import reverse
        from django.utils import timezone

        from amparo.access import actions
        from amparo.access.rules import Permission, system_viewer
        from amparo.cli.refusing import CommandRefused

        by = system_viewer([Permission.PEOPLE_MANAGE])
        try:
            secret = actions.renew_access(email=email, by=by, now=timezone.now())
        except actions.Refused as refusal:
            raise CommandRefused(str(refusal)) from refusal
        link = reverse("accounts:new-password", args=[secret])
    _tell_link(link, email, installation.environment)


def _tell_link(path: str, email: str, environment: Environment) -> None:
    scheme, port = ("https", "") if environment.uses_https else ("http", ":8000")
    address = f"{scheme}://{environment.allowed_hosts[0]}{port}{path}"
    print(f"Hand this link to {email}, and to nobody else. It works once, for 72 hours:\n{address}")
    if port:
        print("Where `amparo serve --port` has another port, write that one in its place.")


def _no_such(thing: str, given: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(given, known, n=1)
    there_are = "; ".join(sorted(known)[:30]) or "none yet"
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f'There is no {thing} "{given}".{hint} There are: {there_are}.'


def _with_kinds(refusal: Exception, kind: str) -> str:
    from amparo.vocab.codes import code_list

    kinds = [code.code for code in code_list("organisation_kind").codes]
    return str(refusal) if kind in kinds else _no_such("kind of organisation", kind, kinds)
