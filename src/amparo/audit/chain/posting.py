"""Send heads to the witnesses, each hour, and keep what they answer."""

from __future__ import annotations

import http.client
import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from amparo.audit.chain.connecting import POSTER_LOCK, Connection, own_connection, take_lock
from amparo.audit.chain.heads import make_head, proof_since
from amparo.audit.chain.signing import Signer, read_signer
from amparo.audit.rules.heads import Head, NotAHead, compact, read_head, receipt_bytes
from amparo.audit.rules.signatures import is_signed
from amparo.audit.rules.verdicts import KnownHead, NotAnAnchor, known_heads

logger = logging.getLogger("amparo.audit")

EVERY: Final = timedelta(hours=1)
SECONDS_BETWEEN: Final = 60.0
SECONDS_TO_ANSWER: Final = 10
MOST_BYTES: Final = 64 * 1024 * 1024
TAKEN, REFUSED = "taken", "refused"


class WitnessAway(Exception):
    """A witness does not answer, or answers what is no answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness said to a head."""

    place: str
    outcome: str  # taken | refused
    text: str = ""


def post_head(connection: Connection, head: Head, place: str, *, now: datetime) -> Answer:
    """Send one head to one witness and keep its answer; raises `WitnessAway`."""
    last = _last_at(place, head.installation)
    if last is not None and last.size > head.size:
        text = f"it has seen {last.size} epochs; here are {head.size}: this database was rolled back, or its end was cut off"
        return _keep(connection, head, Answer(place, REFUSED, text), {"refused": text}, now)
    proof = proof_since(connection, earlier=last.size if last else 0, later=head.size)
    status, answer = _ask(f"{place}/heads", {"head": head.to_json(), "proof": [step.hex() for step in proof]})
    if status == 409 and isinstance(answer, dict):
        return _keep(connection, head, Answer(place, REFUSED, str(answer.get("refused", ""))), answer, now)
    receipt = answer.get("receipt") if status == 200 and isinstance(answer, dict) else None
    if not _is_receipt(receipt, head):
        raise WitnessAway(f"{place} gave no receipt (answer {status}).")
    return _keep(connection, head, Answer(place, TAKEN), {"receipt": receipt}, now)


def heads_at(place: str, installation: str) -> list[KnownHead]:
    """Fetch the heads that a witness keeps of an installation; raises `WitnessAway`."""
    status, answer = _ask(f"{place}/heads/{installation}")
    if status != 200 or not isinstance(answer, list):
        raise WitnessAway(f"{place} keeps no heads of this installation (answer {status}).")
    try:
        return known_heads(answer, source=f"the witness {place}")
    except NotAnAnchor as fault:
        raise WitnessAway(str(fault)) from fault


def post_where_due(
    connection: Connection, signer: Signer, places: Iterable[str], *, now: datetime
) -> list[Answer]:
    """Send a new head to each witness that took none for an hour; those that are away are tried again at the next call."""
    due = [place for place in places if _is_due(connection, place, now)]
    if not due:
        return []
    head = make_head(connection, signer, now=now)
    answers = []
    for place in due:
        try:
            answers.append(post_head(connection, head, place, now=now))
        except WitnessAway as fault:
            logger.warning("a witness is away: %s", fault)
    for answer in answers:
        if answer.outcome == REFUSED:
            logger.error("the witness %s refuses the log: %s", answer.place, answer.text)
    return answers


def post_in_background(
    directory: Path,
    places: tuple[str, ...],
    *,
    clock: Callable[[], datetime],
    seconds_between: float = SECONDS_BETWEEN,
) -> threading.Event:
    """Send heads in a thread of this process until the event that is returned is set; without a witness, none is sent."""
    done = threading.Event()
    if places:
        threading.Thread(
            target=_keep_posting,
            args=(done, directory, places, clock, seconds_between),
            name="audit heads",
            daemon=True,
        ).start()
    return done


def _keep_posting(
    done: threading.Event,
    directory: Path,
    places: tuple[str, ...],
    clock: Callable[[], datetime],
    seconds_between: float,
) -> None:
    while not done.wait(seconds_between):
        try:
            with own_connection() as connection:
                if take_lock(connection, POSTER_LOCK):
                    post_where_due(connection, read_signer(directory), places, now=clock())
        except Exception as error:  # noqa: BLE001  # whatever it is, it is tried again; `amparo doctor` tells when it lasts
            logger.warning("no head was sent: %s", type(error).__name__)


def _is_due(connection: Connection, place: str, now: datetime) -> bool:
    row = connection.execute(
        "SELECT max(at) FROM audit_anchor WHERE kind = 'witness' AND place = %s AND at <= %s", [place, now]
    ).fetchone()
    return row is None or row[0] is None or now - row[0] >= EVERY


def _keep(
    connection: Connection, head: Head, answer: Answer, receipt: dict[str, Any], now: datetime
) -> Answer:
    connection.execute(
        "INSERT INTO audit_anchor (size, kind, place, outcome, receipt, at) VALUES (%s, 'witness', %s, %s, %s, %s)",
        [head.size, answer.place, answer.outcome, compact(receipt).encode(), now],
    )
    return answer


def _last_at(place: str, installation: str) -> Head | None:
    status, answer = _ask(f"{place}/heads/{installation}/last")
    if status == 404:
        return None
    try:
        return read_head(answer.get("head") if isinstance(answer, dict) else None)
    except NotAHead as fault:
        raise WitnessAway(f"{place} answers what is no head (answer {status}).") from fault


def _is_receipt(receipt: Any, head: Head) -> bool:
    try:
        message = receipt_bytes(head, receipt["received_at"])
        return is_signed(message, bytes.fromhex(receipt["signature"]), public=bytes.fromhex(receipt["key"]))
    except (TypeError, KeyError, ValueError, AttributeError):
        return False


def _ask(address: str, content: Any = None) -> tuple[int, Any]:
    if not address.startswith(("http://", "https://")):
        raise WitnessAway(f"{address} is no address of a witness.")
    body = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER) as response:  # noqa: S310  # http(s) only, above
            return response.status, json.loads(response.read(MOST_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            try:
                return error.code, json.loads(error.read(MOST_BYTES))
            except ValueError:
                return error.code, None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise WitnessAway(f"{address} does not answer ({type(error).__name__}).") from error
