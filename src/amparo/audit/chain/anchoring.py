"""Gather what others hold of this log, and verify it against that."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from amparo.audit.chain.connecting import Connection, own_connection
from amparo.audit.chain.posting import WitnessAway, heads_at
from amparo.audit.chain.signing import public_keys
from amparo.audit.chain.timestamps import NotATimestamp, stamped_head
from amparo.audit.chain.verifying import verify
from amparo.audit.rules.verdicts import (
    Finding,
    KnownHead,
    NotAnAnchor,
    Verdict,
    known_heads,
    typed_from_paper,
)

MOST_BYTES = 64 * 1024 * 1024


def verify_installation(
    *, keys: Path, witnesses: Iterable[str], anchor_files: Iterable[Path] = (), from_epoch: int = 1
) -> Verdict:
    """Verify the whole log against itself, the witnesses and the files that were kept of it."""
    with own_connection() as one, own_connection() as other:
        known, doubts = _from_witnesses(one, witnesses)
        findings: list[Finding] = []
        for path in anchor_files:
            found, missing = read_anchors(path, one)
            known += found
            findings += missing
        verdict = verify(
            epoch_connection=one,
            event_connection=other,
            keys=public_keys(keys),
            anchors=known,
            from_epoch=from_epoch,
        )
    verdict.findings += findings
    verdict.doubts += doubts
    return verdict


def read_anchors(path: Path, connection: Connection) -> tuple[list[KnownHead], list[Finding]]:
    """Read a file of anchors: heads of a witness (JSON), what was typed from paper, or a time-stamp (RFC 3161)."""
    try:
        content = path.read_bytes()[:MOST_BYTES]
    except OSError as error:
        raise NotAnAnchor(f"{path} cannot be read ({error.strerror}).") from error
    source = path.name
    if content[:1] == b"\x30":  # how every structure of RFC 3161 begins
        return _from_timestamp(content, connection, source)
    try:
        text = content.decode()
        typed = typed_from_paper(text, source=source)
        if typed is not None:
            return [typed], []
        given = json.loads(text)
    except ValueError as fault:
        raise NotAnAnchor(
            f"{source} is no anchor. It is what `amparo witness show --json` prints, the answer of a time-stamping "
            "authority, or the number of epochs and the 64 digits from a printed page."
        ) from fault
    return known_heads(given if isinstance(given, list) else [given], source=source), []


def _from_timestamp(
    content: bytes, connection: Connection, source: str
) -> tuple[list[KnownHead], list[Finding]]:
    try:
        head = stamped_head(connection, content).head
    except NotATimestamp as fault:
        return [], [Finding(kind="anchor", text=f"{source}: {fault}")]
    return [KnownHead(size=head.size, root=head.root, source=source)], []


def _from_witnesses(
    connection: Connection, witnesses: Iterable[str]
) -> tuple[list[KnownHead], list[Finding]]:
    known: list[KnownHead] = []
    doubts: list[Finding] = []
    row = connection.execute(
        "SELECT installation::text FROM audit_generation ORDER BY number LIMIT 1"
    ).fetchone()
    installation = str(row[0]) if row else ""
    for place in witnesses:
        try:
            known += heads_at(place, installation)
        except WitnessAway as away:
            doubts.append(Finding(kind="witness_away", text=str(away)))
    return known, doubts
