"""What a verifier says: whole, tampered with, or that it cannot tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """The verdict, and by its place the exit code of the command."""

    WHOLE = "whole"
    TAMPERED = "tampered"
    CANNOT_TELL = "cannot_tell"

    @property
    def exit_code(self) -> int:
        """Give 0, 1 or 2."""
        return list(State).index(self)


class NotAnAnchor(ValueError):
    """What was given as an anchor is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is not as it was sealed: in which epoch, among which events."""

    kind: str
    text: str
    epoch: int | None = None
    first_event: int | None = None
    last_event: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownHead:
    """What somebody outside holds: the root of the log when it had `size` epochs."""

    size: int
    root: str
    source: str


@dataclass(kw_only=True, slots=True)
class Verdict:
    """What was looked at, what was found, and how far it can be believed."""

    findings: list[Finding] = field(default_factory=list)
    doubts: list[Finding] = field(default_factory=list)  # why it cannot be told
    epochs: int = 0
    events: int = 0
    waiting: int = 0
    root: str = ""
    anchors: int = 0
    seconds: float = 0.0

    @property
    def state(self) -> State:
        """Give the verdict: what is found to be wrong comes before what cannot be told."""
        if self.findings:
            return State.TAMPERED
        return State.CANNOT_TELL if self.doubts else State.WHOLE

    def to_json(self) -> dict[str, Any]:
        """Give all of it as plain values."""
        return {"state": self.state.value, **asdict(self)}


_ON_PAPER = re.compile(r"\s*([0-9]{1,15})\s+((?:[0-9a-fA-F]\s*){64})")


def known_heads(values: Iterable[Any], *, source: str) -> list[KnownHead]:
    """Take the size and the root of each head, or of what a witness keeps of it; raises `NotAnAnchor`."""
    known = []
    for value in values:
        head = value.get("head", value) if isinstance(value, dict) else None
        size, root = (head.get("size"), head.get("root")) if isinstance(head, dict) else (None, None)
        if type(size) is not int or not isinstance(root, str) or not re.fullmatch(r"[0-9a-f]{64}", root):
            raise NotAnAnchor(f"{source} holds no heads.")
        known.append(KnownHead(size=size, root=root, source=source))
    return known


def typed_from_paper(text: str, *, source: str) -> KnownHead | None:
    """Read "EPOCHS ROOT" as somebody types it from a printed page; None when it is not that."""
    found = _ON_PAPER.fullmatch(text)
    if found is None:
        return None
    root = "".join(found[2].split()).lower()
    return KnownHead(size=int(found[1]), root=root, source=source)
