"""Read the acts that take two people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from amparo.access.models import DualAct
from amparo.access.queries.clock import database_now
from amparo.access.rules import Permission, Viewer

SHOWN = 200
KEPT_FOR_COLLECTING = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActRow:
    """One act for two people. `state` is waiting, over (nobody decided in time), done, refused or withdrawn."""

    id: UUID
    kind: str
    payload: dict[str, Any]
    payload_hash: str
    asked_by: int
    asked_by_name: str
    asked_membership: int
    organisation_id: int | None
    organisation: str
    beneficiary: int | None
    asked_at: datetime
    expires_at: datetime
    state: str
    decided_by_name: str
    decided_at: datetime | None
    collected_at: datetime | None

    @property
    def is_waiting(self) -> bool:
        """Tell whether a second person may still decide."""
        return self.state == "waiting"


def list_acts(viewer: Viewer, *, kinds_elsewhere: Collection[str] = ()) -> list[ActRow]:
    """List what the viewer and the viewer's organisation asked for, and those kinds from anywhere; newest first.

    Who may look at which of them is decided by the kind of each: see `actions.visible_acts`.
    """
    if not viewer.may(Permission.ACT_DECIDE):
        return []
    near = Q(asked_by_id=viewer.user_id) | Q(organisation_id=viewer.organisation_id)
    rows = _rows().filter(near | Q(kind__in=kinds_elsewhere)).order_by("-asked_at")
    now = database_now()
    return [_row(row, now) for row in rows[:SHOWN]]


def find_act(viewer: Viewer, act: UUID) -> ActRow | None:
    """Find one act; who may look at it is decided by its kind: see `actions.get_act`."""
    if not viewer.may(Permission.ACT_DECIDE):
        return None
    row, now = _rows().filter(pk=act).first(), database_now()  # both asked, whether it is there or not
    return None if row is None else _row(row, now)


def asked_and_done(
    kinds: Collection[str], *, name: str, values: Collection[int]
) -> tuple[frozenset[int], frozenset[int]]:
    """Tell for which of the values that a payload holds under a name an act was asked for, and for which one was done."""
    if not values:
        return frozenset(), frozenset()
    rows = DualAct.objects.filter(kind__in=kinds, **{f"payload__{name}__in": list(values)})
    found = list(rows.values_list(f"payload__{name}", "outcome"))
    return frozenset(one for one, _outcome in found), frozenset(one for one, out in found if out == "done")


def waiting_act(kind: str, digest: str, *, asked_by: int) -> UUID | None:
    """Find the same act that the same user asked for and nobody decided yet."""
    waiting = DualAct.objects.filter(
        kind=kind, payload_hash=digest, asked_by_id=asked_by, outcome="", expires_at__gt=database_now()
    )
    return waiting.values_list("pk", flat=True).first()


def agreed_act(kind: str) -> tuple[UUID, int] | None:
    """Find the act of a kind on which two people agreed last and which nobody collected: its id, and for which membership."""
    agreed = DualAct.objects.filter(kind=kind, outcome="done", collected_at=None)
    row = agreed.filter(decided_at__gt=database_now() - KEPT_FOR_COLLECTING).order_by("-decided_at").first()
    return None if row is None else (row.pk, row.asked_membership)


def asking_membership(act: UUID) -> int | None:
    """Tell under which membership an act was asked for, to the command that carries it out; None where there is none."""
    return DualAct.objects.filter(pk=act).values_list("asked_membership", flat=True).first()


def _rows() -> QuerySet[DualAct]:
    return DualAct.objects.select_related("asked_by", "organisation", "decided_by")


def _row(row: DualAct, now: datetime) -> ActRow:
    assert row.asked_at is not None
    assert row.expires_at is not None
    # What was asked for later than now was asked for before the clock of the database was set back.
    state = row.outcome or ("waiting" if row.asked_at <= now < row.expires_at else "over")
    return ActRow(
        id=row.pk,
        kind=row.kind,
        payload=row.payload,
        payload_hash=row.payload_hash,
        asked_by=row.asked_by_id,
        asked_by_name=row.asked_by.name,
        asked_membership=row.asked_membership,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name if row.organisation else "",
        beneficiary=row.beneficiary_id,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        state=state,
        decided_by_name=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
        collected_at=row.collected_at,
    )
