"""The witness takes heads that continue, refuses the others, remembers, and stands what strangers send."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amparo.audit.chain.connecting import own_connection
from amparo.audit.chain.heads import make_head
from amparo.audit.chain.posting import (
    REFUSED,
    TAKEN,
    WitnessAway,
    heads_at,
    post_head,
    post_in_background,
    post_where_due,
)
from amparo.audit.chain.signing import Signer, make_signer
from amparo.audit.models import Anchor
from amparo.audit.queries import witness_state
from amparo.audit.rules.heads import Head, receipt_bytes, signed
from amparo.audit.rules.signatures import is_signed
from amparo.audit.witness.keeping import MOST_INSTALLATIONS, HeadKeeper, Refused
from amparo.audit.witness.serving import witness_server
from tests.audit.sealed import LATER, NOW, SealedLog, superuser, until, write
from tests.audit.test_rules import HEAD

INSTALLATION = HEAD.installation


@dataclass
class Place:
    keeper: HeadKeeper
    url: str
    port: int


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    keeper = HeadKeeper(tmp_path / "heads.sqlite3", make_signer(tmp_path / "witness-key"))
    with witness_server(keeper, host="127.0.0.1", port=0, clock=lambda: NOW) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield Place(keeper, f"http://127.0.0.1:{server.server_address[1]}", server.server_address[1])
        server.shutdown()


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return make_signer(tmp_path / "signer")


def head_of(signer: Signer, **changes: object) -> Head:
    return signed(replace(HEAD, key=signer.public.hex(), **changes), signer.sign)  # type: ignore[arg-type]


def test_first_key_is_kept_and_another_refused(place: Place, signer: Signer, tmp_path: Path) -> None:
    first = head_of(signer)
    receipt = place.keeper.take(first, [], now=NOW)
    message = receipt_bytes(first, receipt["received_at"])
    assert is_signed(message, bytes.fromhex(receipt["signature"]), public=bytes.fromhex(receipt["key"]))
    with pytest.raises(Refused, match="another key"):
        place.keeper.take(head_of(make_signer(tmp_path / "thief")), [], now=NOW)
    with pytest.raises(Refused, match="signature"):
        place.keeper.take(replace(first, events=99), [], now=NOW)
    assert place.keeper.watched(now=NOW)[0].alarms == (), (
        "what is not signed by the installation blackens nobody"
    )
    with pytest.raises(Refused, match="goes back"):
        place.keeper.take(head_of(signer, size=2), [], now=NOW)
    with pytest.raises(Refused, match="does not continue"):
        place.keeper.take(head_of(signer, size=4), [bytes(32)], now=NOW)
    assert len(place.keeper.watched(now=NOW)[0].alarms) == 2
    assert len(place.keeper.heads(INSTALLATION)) == 1


def test_a_silent_installation_alarms_after_two_hours(place: Place, signer: Signer) -> None:
    place.keeper.take(head_of(signer), [], now=NOW)
    assert place.keeper.watched(now=NOW + timedelta(hours=2))[0].alarms == ()
    assert "no head since" in place.keeper.watched(now=NOW + timedelta(hours=2, seconds=1))[0].alarms[0]


def test_a_keeper_says_whose_heads_it_takes(tmp_path: Path, signer: Signer) -> None:
    strict = HeadKeeper(
        tmp_path / "strict", make_signer(tmp_path / "key"), accepted_keys=frozenset({"00" * 32})
    )
    with pytest.raises(Refused, match="does not know the key"):
        strict.take(head_of(signer), [], now=NOW)


@pytest.mark.slow
def test_strangers_do_not_fill_it(tmp_path: Path, signer: Signer) -> None:
    keeper = HeadKeeper(tmp_path / "heads", make_signer(tmp_path / "key"))
    for number in range(MOST_INSTALLATIONS):
        keeper.take(head_of(signer, installation=f"00000000-0000-4000-9000-{number:012}"), [], now=NOW)
    with pytest.raises(Refused, match="no more"):
        keeper.take(head_of(signer), [], now=NOW)


@given(
    content=st.binary(max_size=200),
    path=st.sampled_from(["/heads", "/", "/heads/x/last", f"/heads/{INSTALLATION}"]),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_is_answered(place: Place, content: bytes, path: str) -> None:
    for method in ("POST", "GET"):
        connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=5)
        connection.request(method, path, body=content)
        answer = connection.getresponse()
        assert answer.status in (400, 404)
        assert "refused" in json.loads(answer.read())
        connection.close()


@pytest.mark.parametrize("length", ["99999999", "-1", "x", ""])
def test_what_is_too_large_is_not_read(place: Place, length: str) -> None:
    with socket.create_connection(("127.0.0.1", place.port), timeout=5) as line:
        line.sendall(f"POST /heads HTTP/1.1\r\nHost: w\r\nContent-Length: {length}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "given_",
    [None, [], {}, {"head": HEAD.to_json()}, {"head": HEAD.to_json(), "proof": ["zz"]},
     {"head": HEAD.to_json(), "proof": ["00" * 32] * 200}, {"head": [], "proof": []}],
)  # fmt: skip
def test_half_a_head_is_refused(place: Place, given_: object) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=5)
    connection.request("POST", "/heads", body=json.dumps(given_))
    assert connection.getresponse().status == 400
    connection.close()
    assert place.keeper.watched(now=NOW) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_heads_are_sent_each_hour_and_anchor_the_log(place: Place, tmp_path: Path) -> None:
    log = SealedLog(tmp_path / "log")
    write(8)
    log.seal()
    with own_connection() as connection:
        assert [one.outcome for one in post_where_due(connection, log.signer, [place.url], now=NOW)] == [
            TAKEN
        ]
        assert post_where_due(connection, log.signer, [place.url], now=NOW + timedelta(minutes=59)) == []
        write(8, start=20)
        log.seal()
        assert [
            one.outcome for one in post_where_due(connection, log.signer, [place.url], now=NOW + LATER)
        ] == [TAKEN]
        assert [
            one.outcome for one in post_where_due(connection, log.signer, [place.url], now=NOW + 2 * LATER)
        ] == [TAKEN]
        installation = place.keeper.heads()[0]["head"]["installation"]
    assert [known.size for known in heads_at(place.url, installation)] == [2, 4, 4]
    assert Anchor.objects.filter(outcome=TAKEN).count() == 3
    seen = witness_state(place.url)
    assert not seen.is_refusing
    assert not seen.is_late(NOW + 2 * LATER)
    assert seen.is_late(NOW + 3 * LATER)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_log_that_went_back_is_refused_and_said_so(place: Place, tmp_path: Path) -> None:
    log = SealedLog(tmp_path / "log")
    write(12)
    log.seal()
    with own_connection() as connection:
        post_where_due(connection, log.signer, [place.url], now=NOW)
        with superuser() as root:
            root.execute("DELETE FROM audit_epoch WHERE number > 1")
            root.execute("DELETE FROM audit_loghead")
        answers = post_where_due(connection, log.signer, [place.url], now=NOW + LATER)
        assert [answer.outcome for answer in answers] == [REFUSED]
        assert "rolled back" in answers[0].text
        log.seal(most_events=1, at=NOW + LATER)
        head = make_head(connection, log.signer, now=NOW + LATER)
        assert post_head(connection, head, place.url, now=NOW + LATER).outcome == REFUSED
    assert witness_state(place.url).is_refusing


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_witness_that_is_away_is_tried_again(place: Place, tmp_path: Path) -> None:
    log = SealedLog(tmp_path / "log")
    write(2)
    log.seal()
    nobody = "http://127.0.0.1:1"
    with own_connection() as connection:
        answers = post_where_due(connection, log.signer, [nobody, place.url], now=NOW)
        assert [answer.place for answer in answers] == [place.url]
        assert post_where_due(connection, log.signer, [nobody], now=NOW) == []
    with pytest.raises(WitnessAway):
        heads_at(nobody, INSTALLATION)
    with pytest.raises(WitnessAway):
        heads_at("file:///etc/passwd", INSTALLATION)
    with pytest.raises(WitnessAway, match="keeps no heads"):
        heads_at(place.url, INSTALLATION)
    assert witness_state(nobody).is_late(NOW)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_thread_sends_by_itself(place: Place, tmp_path: Path) -> None:
    log = SealedLog(tmp_path / "log")
    write(2)
    log.seal()
    done = post_in_background(
        tmp_path / "log" / "keys", (place.url,), clock=lambda: NOW, seconds_between=0.02
    )
    try:
        until(lambda: len(place.keeper.heads()) > 0)
    finally:
        done.set()
    assert not post_in_background(tmp_path, (), clock=lambda: NOW).is_set()
