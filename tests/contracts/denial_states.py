"""Cases that stand within somebody's scope, and are kept from her all the same: one for each thing that closes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from amparo.access.actions import make_wall
from amparo.access.models import Clearance, Grant, Wall
from amparo.access.rules import ClearanceLevel, Permission, Scope, Viewer, WallReason
from amparo.cases.actions import add_document, add_note
from amparo.cases.models import Case, Episode
from amparo.vault.rules import Compartment
from tests.factories.accounts import make_user
from tests.factories.cases import make_case, make_person_details, row_of

PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(64)
Things = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Makers:
    """Somebody in each compartment who opens cases there."""

    ours: Viewer
    justice: Viewer
    unit: Viewer

    def in_reach_of(self, viewer: Viewer) -> Viewer:
        """Give who opens cases in the compartment of a viewer."""
        if Compartment.JUSTICE in viewer.compartments:
            return self.justice
        return self.unit if Compartment.INTEGRITY in viewer.compartments else self.ours


def case_things(worker: Viewer, now: datetime) -> Things:
    """Open a case with an episode, a note and a document."""
    reference = make_case(worker, person=make_person_details(), now=now)
    note = add_note(reference=reference, text="She asked for a lawyer.", by=worker, now=now)
    document = add_document(
        reference=reference, content=BytesIO(PICTURE), name="a.png", size=len(PICTURE), by=worker, now=now
    )
    episode = Episode.objects.get(case__reference=reference)
    return {"reference": reference, "episode": episode.id, "document": document, "note": note}


def lost_case(worker: Viewer, now: datetime) -> str:
    """Open a case, close it to all but one who has no role here, and give its reference."""
    things = case_things(worker, now)
    _of(things).update(clearance=ClearanceLevel.RESTRICTED)
    Clearance.objects.create(record=row_of(things["reference"]).id, user_id=make_user().pk, named_at=now)
    return str(things["reference"])


def closed_case(viewer: Viewer, makers: Makers, now: datetime) -> Things:
    """Open a case within reach and close it: it is read on, and denied to nobody for that."""
    things = _within(viewer, makers.in_reach_of(viewer), now)
    _of(things).update(stage="closed", closed_date=now.date(), closure_reason="other")
    return things


def out_of_reach(viewer: Viewer, makers: Makers, now: datetime) -> dict[str, Things]:
    """Put a case within the viewer's scope for each thing that keeps it from her all the same."""
    same = makers.in_reach_of(viewer)
    other = makers.ours if same is not makers.ours else makers.justice
    unit = makers.unit if same is not makers.unit else makers.justice
    things = {
        "another compartment": _within(viewer, other, now),
        "the independent unit": _within(viewer, unit, now),
        "a grant that names no compartment": _granted(viewer, case_things(other, now), now),
    }
    elsewhere = makers.unit if viewer.organisation_id != makers.unit.organisation_id else makers.justice
    for name in ("beside the scope", "a grant that ended"):
        things[name] = case_things(same, now)
        _of(things[name]).update(worker=None, team=None, organisation=elsewhere.organisation_id)
    _granted(viewer, things["a grant that ended"], now, ends_at=now - timedelta(hours=1))
    for name, close in _CLOSING.items():
        things[name] = _within(viewer, same, now)
        close(things[name], viewer, now)
    return things


def _restrict(level: ClearanceLevel) -> Callable[[Things, Viewer, datetime], None]:
    def close(things: Things, viewer: Viewer, now: datetime) -> None:
        case = row_of(things["reference"])
        _of(things).update(clearance=level)
        Clearance.objects.create(record=case.id, user_id=viewer.known_user_id, named_at=now, ended_at=now)

    return close


def _wall_person(things: Things, viewer: Viewer, now: datetime) -> None:
    make_wall(
        person=row_of(things["reference"]).person_id, user_id=viewer.user_id, reason=WallReason.KNOWN,
        by=viewer, now=now,
    )  # fmt: skip


def _wall_record(things: Things, viewer: Viewer, now: datetime) -> None:
    record = row_of(things["reference"]).id
    Wall.objects.create(user_id=viewer.user_id, record=record, reason=WallReason.ACCUSED, made_at=now)


def _wall_organisation(things: Things, viewer: Viewer, now: datetime) -> None:
    person = row_of(things["reference"]).person_id
    Wall.objects.create(
        organisation_id=viewer.organisation_id, person=person, reason=WallReason.ACCUSED, made_at=now
    )


def _wall_over_all(things: Things, viewer: Viewer, now: datetime) -> None:
    """Name her and grant it too: deny wins."""
    case = row_of(things["reference"])
    _of(things).update(clearance=ClearanceLevel.RESTRICTED)
    Clearance.objects.create(record=case.id, user_id=viewer.known_user_id, named_at=now)
    _granted(viewer, things, now)
    _wall_person(things, viewer, now)


_CLOSING: dict[str, Callable[[Things, Viewer, datetime], None]] = {
    "restricted": _restrict(ClearanceLevel.RESTRICTED),
    "sealed": _restrict(ClearanceLevel.SEALED),
    "walled": _wall_person,
    "a walled record": _wall_record,
    "a walled organisation": _wall_organisation,
    "walled, named and granted": _wall_over_all,
}


def _of(things: Things) -> Any:
    return Case.objects.filter(reference=things["reference"])


def _within(viewer: Viewer, maker: Viewer, now: datetime) -> Things:
    """Open a case and put it where the viewer's scope reaches: her own, of her organisation and team, or granted."""
    things = case_things(maker, now)
    if viewer.scope is Scope.GRANTED:
        return _granted(viewer, things, now)
    _of(things).update(
        organisation=viewer.organisation_id, team=viewer.team_id, worker=viewer.user_id, changed_at=now
    )
    return things


def _granted(viewer: Viewer, things: Things, now: datetime, *, ends_at: datetime | None = None) -> Things:
    Grant.objects.create(
        record=row_of(things["reference"]).id, user_id=viewer.user_id, permissions=sorted(Permission),
        reason="joint_work", starts_at=now - timedelta(days=1), ends_at=ends_at or now + timedelta(days=30),
    )  # fmt: skip
    return things
