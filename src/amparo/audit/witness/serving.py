"""Answer over http: take heads, and show those that were taken. They hold no personal data."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from amparo.audit.rules.heads import NotAHead, read_head
from amparo.audit.witness.keeping import HeadKeeper, Refused

MOST_BYTES: Final = 64 * 1024
MOST_STEPS: Final = 128  # of a proof; a tree of 2^60 epochs needs no more
SECONDS_TO_SEND: Final = 10
_HEADS = re.compile(r"/heads/([0-9a-f-]{36})(/last)?")


def witness_server(
    keeper: HeadKeeper, *, host: str, port: int, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> ThreadingHTTPServer:
    """Make the server; `serve_forever` runs it."""
    return _Server((host, port), partial(_Handler, keeper=keeper, clock=clock))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what broke, unless it was the line to whoever asked."""
        fault = sys.exc_info()[1]
        if not isinstance(fault, OSError):
            print(f"amparo witness: {type(fault).__name__}: {fault}", file=sys.stderr)


class _Handler(BaseHTTPRequestHandler):
    timeout = SECONDS_TO_SEND
    server_version = "amparo-witness"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def __init__(self, *connection: Any, keeper: HeadKeeper, clock: Callable[[], datetime]) -> None:
        self._keeper = keeper
        self._clock = clock
        super().__init__(*connection)  # which answers already

    def do_GET(self) -> None:  # the library's name
        """Show heads."""
        found = _HEADS.fullmatch(self.path)
        answer = self._shown(found[1], only_last=bool(found[2])) if found else None
        if self.path == "/health":
            answer = {"state": "ok"}
        self._answer(200 if answer else 404, answer or {"refused": "There is no such head here."})

    def do_POST(self) -> None:  # the library's name
        """Take a head."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MOST_BYTES:
            self.close_connection = True
            self._answer(413, {"refused": "A head is a small thing."})
            return
        content = self.rfile.read(int(length))
        if self.path != "/heads":
            self._answer(404, {"refused": "Heads are sent to /heads."})
            return
        try:
            self._answer(200, {"receipt": self._taken(json.loads(content))})
        except Refused as refusal:
            self._answer(409, {"refused": str(refusal)})
        except (NotAHead, ValueError, RecursionError) as fault:
            self._answer(400, {"refused": str(fault) if isinstance(fault, NotAHead) else "This is no head."})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
        """Log nothing: what was taken and refused is in the file."""

    def _taken(self, given: Any) -> dict[str, str]:
        head, proof = _read(given)
        return self._keeper.take(head, proof, now=self._clock())

    def _shown(self, installation: str, *, only_last: bool) -> Any:
        if not only_last:
            return self._keeper.heads(installation)
        last = self._keeper.last(installation)
        return None if last is None else {"head": last.to_json()}

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _read(given: Any) -> tuple[Any, list[bytes]]:
    if not isinstance(given, dict) or set(given) != {"head", "proof"}:
        raise NotAHead("What is sent has a head and a proof.")
    proof = given["proof"]
    is_proof = isinstance(proof, list) and len(proof) <= MOST_STEPS
    if not is_proof or not all(
        isinstance(step, str) and re.fullmatch("[0-9a-f]{64}", step) for step in proof
    ):
        raise NotAHead("The proof is a list of hashes.")
    return read_head(given["head"]), [bytes.fromhex(step) for step in proof]
