"""The people who can sign in to a training installation."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """One made-up user: where she works, how she signs in, and what is worth trying first."""

    role: str
    email: str
    password: str
    organisation: str
    try_first: str


def keep_sign_ins(path: Path, sign_ins: Iterable[SignIn]) -> None:
    """Keep them for the next start. The file is also the mark of a finished caseload, so it comes whole or not at all."""
    draft = path.with_suffix(".new")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump([asdict(each) for each in sign_ins], file, ensure_ascii=False, indent=1)
    draft.replace(path)


def kept_sign_ins(path: Path) -> tuple[SignIn, ...] | None:
    """Give those of an earlier start, or None when there was none."""
    if not path.exists():
        return None
    return tuple(SignIn(**each) for each in json.loads(path.read_text(encoding="utf-8")))
