"""What two people agreed to on the pages, used up by a command on the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

if TYPE_CHECKING:
    from amparo.access.rules import Payload

ActOption = Annotated[
    UUID | None,
    typer.Option(
        "--act",
        metavar="NUMBER",
        help="What two people agreed to; its page shows the command with it. Not needed while nobody is recorded.",
    ),
]
ASK_FIRST: Final = (
    "Two people decide about the keys of an installation that holds people. An installation administrator asks for it on the "
    "pages (Two people, Change the keys), somebody of another office agrees, and the page of the act then shows the command "
    "to be run here, once, within 24 hours."
)
OTHER: Final = (
    "Nothing was done. Two people did not agree to exactly this, or it was used already, or their 24 hours are over. The page "
    "of the act shows the command that they agreed to."
)


@contextmanager
def agreed(act: UUID | None, *, kind: str, payload: Payload) -> Iterator[None]:
    """Use up the act in the transaction of the block, where two people have to agree; refuses anything else."""
    from django.db import transaction
    from django.utils import timezone

    from amparo.access.actions import NotAgreed, do_keys_take_two, use_key_act
    from amparo.cli.refusing import CommandRefused

    with transaction.atomic():
        if do_keys_take_two():
            if act is None:
                raise CommandRefused(ASK_FIRST)
            try:
                use_key_act(act, kind=kind, payload=payload, now=timezone.now())
            except NotAgreed:
                raise CommandRefused(OTHER) from None
        yield


def refuse_unagreed(act: UUID | None, *, kind: str, payload: Payload) -> None:
    """Refuse before anybody types a share; uses nothing up."""
    from django.db import transaction

    with transaction.atomic(), agreed(act, kind=kind, payload=payload):
        transaction.set_rollback(True)
