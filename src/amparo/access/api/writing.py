"""Carry a write out once, however often it is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID, uuid5

from django.conf import settings
from ninja import Header

from amparo.access.actions import once
from amparo.access.web import Request
from amparo.vault.rules import keyed_digest

KEY = "Idempotency-Key"
LONGEST_KEY = 100
# Any constant: it keeps the keys of programs apart from the numbers of forms.
KEYS_OF_PROGRAMS = UUID("6f6a3ea2-8a4c-4c1e-9a55-2f6d1f2b7c11")

_WORDS = (
    "A text of your own, new for each write, at most 100 characters. The same key with the same content gives the first "
    "answer again for 24 hours and writes nothing new."
)
NeededKey = Annotated[str, Header(..., alias=KEY, min_length=1, max_length=LONGEST_KEY, description=_WORDS)]
OptionalKey = Annotated[str, Header("", alias=KEY, max_length=LONGEST_KEY, description=_WORDS)]


def written(request: Request, key: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Call `make` for the first arrival of a key and give its answer to each later one.

    The answer is kept for a day, so it holds ids and versions only. Raises `actions.OtherContent` when the key came
    before with something else.
    """
    if not key:
        return make()
    said = once(
        request.viewer,
        submission=uuid5(KEYS_OF_PROGRAMS, key),
        fingerprint=_fingerprint(request),
        make=lambda: json.dumps(make()),
        now=request.now,
    )
    answer: dict[str, Any] = json.loads(said)
    return answer


def _fingerprint(request: Request) -> str:
    """Tell one request from another by all that it asks for; of a form by its parts, as their boundary changes.

    Keyed: what it is made of is personal, and a guess must not be checked against it.
    """
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return _keyed(digest.digest())
    digest.update(json.dumps(sorted(request.POST.lists())).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(json.dumps([name, file.name, file.size]).encode())
            for piece in file.chunks():
                digest.update(piece)
            file.seek(0)
    return _keyed(digest.digest())


def _keyed(digest: bytes) -> str:
    return keyed_digest(digest, about="request", key=settings.SECRET_KEY)
