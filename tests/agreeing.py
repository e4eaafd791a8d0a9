"""Agree as the second person to the one act that was asked for last."""

from __future__ import annotations

from amparo.access.actions import approve_act, describe_act, get_act, shown
from amparo.access.models import DualAct
from amparo.access.rules import Viewer
from tests.factories.accounts import NOW


def agree(by: Viewer) -> None:
    """Agree to the newest act, having seen what it says."""
    found = get_act(by, DualAct.objects.latest("asked_at").pk)
    approve_act(found.id, seen=shown(found, describe_act(by, found, now=NOW)), by=by, now=NOW)
