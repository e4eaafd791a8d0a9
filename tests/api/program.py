"""A program that works with the API under a key, or a page that does so in a session."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from amparo.access.actions import make_token
from amparo.access.rules import Viewer
from tests.factories.accounts import sign_in

_numbers = count(1)


class Program:
    """Sends JSON with the key of a viewer, or signed in; a new Idempotency-Key for each write unless one is given."""

    def __init__(self, viewer: Viewer | None, *, is_signed_in: bool = False) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {}
        if viewer is not None and is_signed_in:
            sign_in(self.client, viewer)
        elif viewer is not None:
            token = make_token(name="program", days=30, may_write=True, by=viewer, now=timezone.now())
            self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None, **more: Any) -> Any:
        headers = {**self.headers, "Idempotency-Key": f"key-{next(_numbers)}" if key is None else key}
        if not headers["Idempotency-Key"]:
            del headers["Idempotency-Key"]
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = more.pop("content_type", "application/json")
        return self.client.generic(
            method, f"/api/v1{path}", content, content_type=kind, headers=headers, **more
        )

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("POST", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("PATCH", path, body, **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self.send("DELETE", path, **more)

    def upload(self, path: str, *, key: str | None = None, **parts: Any) -> Any:
        headers = {**self.headers, "Idempotency-Key": f"key-{next(_numbers)}" if key is None else key}
        return self.client.post(f"/api/v1{path}", parts, headers=headers)
