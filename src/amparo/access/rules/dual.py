"""Decide what two people are, what may stand in an act that takes them, and what it is known by."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from amparo.access.rules.permissions import Permission
from amparo.access.rules.roles import ROLES, Scope
from amparo.access.rules.viewer import Viewer

LINKED_BY_INVITATION: Final = timedelta(days=30)
MOST_PERSONS_ALONE: Final = 25  # taken out by one person within a day, without a second one

Payload = Mapping[str, Any]

_NAME = re.compile(r"[a-z_]{1,40}")
_WORD = re.compile(
    r"[A-Za-z0-9_.:-]{0,80}"
)  # an id, a code, a day: no name of two words, no letter beyond ASCII


class NotIds(ValueError):
    """What two people are to decide about carries more than ids and codes."""


class Where(StrEnum):
    """In which organisations a permission lets somebody decide about an act."""

    SAME = "same"
    OTHER = "other"
    ANY = "any"


@dataclass(frozen=True, kw_only=True, slots=True)
class Human:
    """What is known of the human being behind an account."""

    user_id: int
    staff_number: str
    factors: frozenset[str] = frozenset()
    invited_lately: frozenset[int] = frozenset()  # accounts that they invited within thirty days


def are_one_human(one: Human, other: Human) -> bool:
    """Tell whether two accounts may belong to one human being; where nothing is known of one, they may."""
    return not (one.staff_number and other.staff_number) or are_known_as_one(one, other)


def are_known_as_one(one: Human, other: Human) -> bool:
    """Tell whether something shows that two accounts belong to one human being."""
    is_same_number = bool(one.staff_number) and _plain(one.staff_number) == _plain(other.staff_number)
    return (
        one.user_id == other.user_id
        or is_same_number
        or bool(one.factors & other.factors)
        or other.user_id in one.invited_lately
        or one.user_id in other.invited_lately
    )


def unit_of(viewer: Viewer) -> str:
    """Name the unit in which somebody works: a team; without one, those who lead the work or those who give out roles."""
    if viewer.team_id is not None:
        return f"team:{viewer.team_id}"
    role = ROLES.get(viewer.role)
    leads = role is not None and role.scope is not Scope.NONE
    return f"{'casework' if leads else viewer.role or 'none'}:{viewer.organisation_id}"


def may_decide(
    viewer: Viewer, *, decided_with: Mapping[Permission, Where], organisation_id: int | None
) -> bool:
    """Tell whether somebody's role lets them decide about an act that was asked for in an organisation."""
    is_same = viewer.organisation_id is not None and viewer.organisation_id == organisation_id
    fitting = {Where.SAME: is_same, Where.OTHER: not is_same, Where.ANY: True}
    return any(viewer.may(permission) and fitting[where] for permission, where in decided_with.items())


def frozen(payload: Payload) -> dict[str, Any]:
    """Give a payload as it is kept: ids and codes only; raises `NotIds`."""
    for name, value in payload.items():
        if not _NAME.fullmatch(name) or not all(_is_id(part) for part in _parts(value)):
            raise NotIds(f"{name} holds more than ids and codes.")
    kept: dict[str, Any] = json.loads(canonical(payload))
    return kept


def canonical(payload: Payload) -> bytes:
    """Give the bytes of a payload, the same for the same content."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def payload_hash(kind: str, payload: Payload) -> str:
    """Give the hash by which what was asked for is known."""
    return hashlib.sha256(kind.encode() + b"\0" + canonical(payload)).hexdigest()


def shown_hash(digest: str, lines: Iterable[tuple[str, str]]) -> str:
    """Give the hash of what the second person was shown: what was asked for, and how it was described."""
    said = json.dumps([digest, *([label, value] for label, value in lines)], ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _parts(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def _is_id(value: Any) -> bool:
    if value is None or isinstance(value, bool | int):
        return True
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def _plain(staff_number: str) -> str:
    """Give a staff number without what people write one way or the other."""
    return re.sub(r"[\W_]", "", staff_number).casefold()
