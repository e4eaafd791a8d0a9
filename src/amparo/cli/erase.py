"""`amparo erase person|hold|lift|status|verify`: erase, hold it up, and see that nobody who was erased can come back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.installation import DataOption

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from amparo.access.rules import TwoPeople, Viewer

MEANING = """\
This erases the person of case {reference}, and all of her cases.
  - Her keys are destroyed. Names, places, stories, notes and documents never open again, here or in a restored backup.
  - Coded answers about her are emptied, in history too. That there was a case, its stages and its dates stay.
  - Nobody can bring her back. It is complete when the last set of keys is gone that was backed up before: remove those
    in 35 days.
  - It is written down that {asked_by} asked for it and {approved_by} approved it, each by name. This command proves
    neither: type no name of somebody who did not.
"""
ReferenceArgument = Annotated[str, typer.Argument(help="The reference of a case of hers.")]
ReasonOption = Annotated[
    str,
    typer.Option(
        metavar="CODE",
        help="Why, as a code of small letters, for example retention_ended, consent_withdrawn or court_order.",
    ),
]
AskedOption = Annotated[
    str,
    typer.Option(
        prompt="Who asked for it? Address of sign-in", help="Who asked for it: an address of sign-in."
    ),
]
ApprovedOption = Annotated[
    str,
    typer.Option(
        prompt="Who approved it? Address of sign-in of another person",
        help="Who approved it: the address of another person.",
    ),
]


def person(
    reference: ReferenceArgument,
    reason: ReasonOption,
    asked_by: AskedOption,
    approved_by: ApprovedOption,
    data: DataOption = None,
) -> None:
    """Erase the person of a case for good, on the word of two people."""
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    with platform(data):
        from django.utils import timezone

        from amparo.cases.actions import erase_persons
        from amparo.vault.actions import Held, overwrite_erased_keys
        from amparo.vault.rules.ledger import LedgerBroken

        now = timezone.now()
        proof, found = _settled(reference, reason, asked_by, approved_by, now)
        print(
            MEANING.format(
                reference=reference, asked_by=proof.asked_by.name, approved_by=proof.approved_by.name
            )
        )
        if typer.prompt("Type the reference again to erase her").strip() != reference:
            raise CommandRefused("Nothing was erased.")
        try:
            erased = erase_persons(persons=[found], reason=reason, proof=proof, now=now)
        except (Held, LedgerBroken) as fault:
            raise CommandRefused(f"Nothing was erased. {fault}") from fault
        overwrite_erased_keys()
        print("She was erased." if erased else "She was erased before.")
        print("Copy the ledger (keys/erased) to its other place now.")


def hold(
    reference: ReferenceArgument,
    reason: ReasonOption,
    asked_by: AskedOption,
    approved_by: ApprovedOption,
    data: DataOption = None,
) -> None:
    """Forbid that the person of a case be erased, as a court may order; prints the number of the hold."""
    from amparo.cli.installation import platform

    with platform(data):
        from django.utils import timezone

        from amparo.cases.actions import hold_person

        now = timezone.now()
        proof, found = _settled(reference, reason, asked_by, approved_by, now)
        number = hold_person(person=found, reason=reason, proof=proof, now=now)
        print(f"Hold {number}: she cannot be erased until two people lift it.")


def lift(
    reference: ReferenceArgument,
    number: Annotated[int, typer.Option("--hold", metavar="NUMBER", help="The number that was printed.")],
    asked_by: AskedOption,
    approved_by: ApprovedOption,
    data: DataOption = None,
) -> None:
    """Lift a hold, on the word of two people."""
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    with platform(data):
        from django.utils import timezone

        from amparo.cases.actions import lift_hold

        now = timezone.now()
        proof, found = _settled(reference, "lifted", asked_by, approved_by, now)
        if not lift_hold(hold=number, person=found, proof=proof, now=now):
            raise CommandRefused(f"There is no hold {number} in force on the person of case {reference}.")
        print(f"Hold {number} is lifted.")


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


def _settled(
    reference: str, reason: str, asked_by: str, approved_by: str, now: datetime
) -> tuple[TwoPeople, UUID]:
    """Find the two people and the person, or say in words what is missing."""
    from amparo.access.rules import TwoPeople
    from amparo.cases.queries import Absent, person_to_erase
    from amparo.cli.refusing import CommandRefused
    from amparo.vault.rules.ledger import REASON, NotTwoPeople

    if not REASON.fullmatch(reason):
        raise CommandRefused(f'"{reason}" is no code: write small letters and underscores, never a name.')
    last = None
    for asking in _viewers(asked_by, now):
        for approving in _viewers(approved_by, now):
            try:
                proof = TwoPeople(asked_by=asking, approved_by=approving)
                return proof, person_to_erase(proof, reference)
            except (NotTwoPeople, Absent) as fault:
                last = fault
    if isinstance(last, NotTwoPeople):
        raise CommandRefused(str(last))
    raise CommandRefused(
        f"There is no case {reference} that both may have erased: each of the two must be a supervisor who reaches all of "
        "her cases."
    )


def _viewers(email: str, now: datetime) -> list[Viewer]:
    """Give what somebody may be under each of the running memberships."""
    from amparo.access.queries import viewer_for
    from amparo.accounts.queries import find_user_id, memberships_of
    from amparo.cli.refusing import CommandRefused

    user = find_user_id(email)
    found = [] if user is None else [viewer_for(row, now) for row in memberships_of(user, now)]
    if not found:
        raise CommandRefused(f"Nobody who works here signs in with {email}.")
    return found
