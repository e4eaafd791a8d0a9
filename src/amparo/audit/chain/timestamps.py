"""RFC 3161: have an authority that the State names put its time on a head. Requests go out as files, answers come in as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from amparo.audit.chain.connecting import Connection
from amparo.audit.rules.heads import Head, read_head


class NotATimestamp(ValueError):
    """The file is no answer to a request of ours; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """A head, and when the authority saw it; `is_verified` when the authority's own certificate was held against it."""

    head: Head
    at: datetime
    is_verified: bool


def timestamp_request(head: Head) -> bytes:
    """Give the request for a head, for the authority."""
    builder = TimestampRequestBuilder().data(head.signed_bytes()).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()


def imprint_in(answer: bytes) -> bytes:
    """Give the hash on which the authority put its time."""
    return bytes(_decoded(answer).tst_info.message_imprint.message)


def stamped_head(connection: Connection, answer: bytes, *, authority: bytes | None = None) -> Stamped:
    """Find the head that an answer is about; with the authority's root certificate (PEM), verify its signature too."""
    response = _decoded(answer)
    row = connection.execute(
        "SELECT head FROM audit_loghead WHERE imprint = %s LIMIT 1",
        [bytes(response.tst_info.message_imprint.message)],
    ).fetchone()
    if row is None:
        raise NotATimestamp("No head of this installation is the one that was time-stamped.")
    head = read_head(row[0])
    if authority is not None:
        verify_authority(response, head, authority)
    return Stamped(head, response.tst_info.gen_time, authority is not None)


def verify_authority(response: Any, head: Head, authority: bytes) -> None:
    """Hold the answer against the certificate of the authority; raises `NotATimestamp`."""
    try:
        root = x509.load_pem_x509_certificate(authority)
        VerifierBuilder().add_root_certificate(root).build().verify_message(response, head.signed_bytes())
    except (VerificationError, ValueError) as fault:
        raise NotATimestamp("The time-stamp is not by this authority, or was changed.") from fault


def keep_timestamp(connection: Connection, stamped: Stamped, answer: bytes, *, now: datetime) -> None:
    """Keep the answer beside the head."""
    connection.execute(
        "INSERT INTO audit_anchor (size, kind, place, outcome, receipt, at) VALUES (%s, 'timestamp', '', 'taken', %s, %s)",
        [stamped.head.size, answer, now],
    )


def _decoded(answer: bytes) -> Any:
    try:
        response = decode_timestamp_response(answer)
        if response.status not in (0, 1):
            raise NotATimestamp(
                f"The authority refused: {' '.join(response.status_string) or response.status}."
            )
        _ = response.tst_info
    except NotATimestamp:
        raise
    except ValueError as fault:
        raise NotATimestamp("This file is no answer of a time-stamping authority.") from fault
    return response
