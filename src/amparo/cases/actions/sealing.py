"""Seal what is written about a person who is known."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from amparo.access.actions import Refused
from amparo.access.rules import Viewer
from amparo.vault.actions import begin_sealing
from amparo.vault.rules import KeyKind, Sealing


def sealing_about(person: UUID, *, by: Viewer, now: datetime) -> Sealing:
    """Fetch the keys for writing about a person; raises `Refused` when she was erased, as nothing is kept about her then."""
    sealing = begin_sealing([person], now=now, by=by)
    if person not in sealing.keys[KeyKind.RECORD]:
        raise Refused(_("This person was erased on order. Nothing can be written about her any more."))
    return sealing
