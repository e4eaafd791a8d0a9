"""Know every kind of act that takes two people: each is registered by the app that owns it, in `AMPARO_DUAL_ACTS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from amparo.access.rules import Payload, Permission, TwoPeople, Viewer, Where

INVITE: Final = "access.invite"
ROLE_INVITE: Final = "access.role_invite"
ROLE_CHANGE: Final = "access.role_change"
SUSPENSION_LIFT: Final = "access.suspension_lift"

Line = tuple[str, str]  # a label and what stands beside it, in the language of the page


class Changed(Exception):
    """What the act speaks of is no longer as it was when it was asked for. It has to be asked for anew."""


class Describe(Protocol):
    """Says an act in the words in which the second person reads it; raises `Changed`."""

    def __call__(self, payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
        """Give the lines."""


class Perform(Protocol):
    """Carries an act out, in the transaction of the approval, on the proof that two people stand behind it; raises `Changed`."""

    def __call__(self, payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
        """Do it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DualKind:
    """One kind of act: who asks with which permission, who decides with which and where, how it is said and done.

    `collect` is there for what leaves as a file: its address, at which the one who asked takes it once. `command` is there for
    what is done on the machine, once: what is typed there. `reaches` is there for what is about one record: to whoever does
    not reach that, the act looks absent.
    """

    code: str
    label: str
    asked_with: Permission
    decided_with: Mapping[Permission, Where]
    describe: Describe
    perform: Perform
    collect: Callable[[UUID], str] | None = None
    command: Callable[[Payload, UUID], str] | None = None
    reaches: Callable[[Payload, Viewer], bool] | None = None
    in_two_units: bool = True

    @property
    def is_later(self) -> bool:
        """Tell whether agreeing only allows it, and it is done afterwards, once."""
        return self.collect is not None or self.command is not None


def dual_kinds() -> Mapping[str, DualKind]:
    """Give all kinds by their codes."""
    return _kinds(tuple(settings.AMPARO_DUAL_ACTS))


@cache
def _kinds(paths: tuple[str, ...]) -> Mapping[str, DualKind]:
    listed = [kind for path in paths for kind in import_string(path)]
    kinds = {kind.code: kind for kind in listed}
    if len(kinds) != len(listed):
        raise ValueError("Two kinds of acts for two people have the same code.")
    return kinds
