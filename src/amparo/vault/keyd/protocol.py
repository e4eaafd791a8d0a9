"""What goes over the socket: a length of four bytes, then one JSON object, there and back."""

from __future__ import annotations

import base64
import binascii
import json
import re
import socket
import struct
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from amparo.vault.keyd.rates import MOST_HOURS_RAISED
from amparo.vault.rules import Asker, Compartment, Key, KeyKind, PersonKey
from amparo.vault.rules.values import KeysByKind

LARGEST_REQUEST: Final = 1024 * 1024
LARGEST_ANSWER: Final = 16 * 1024 * 1024
MOST_PERSONS: Final = 5_000
LONGEST_WORD: Final = 80
LARGEST_ID: Final = 2**63
LARGEST_NUMBER: Final = 2**16 - 1
_LABEL: Final = re.compile(r"[a-z][a-z ]{0,38}[a-z]")
_LENGTH: Final = struct.Struct(">I")
_ASKER: Final = ("purpose", "action", "session")
_ASKER_IDS: Final = ("user_id", "membership_id", "organisation_id")

Message = dict[str, Any]  # what JSON holds


class Unreadable(Exception):
    """What came over the socket is no message of ours."""


class Closed(Exception):
    """The other side went away."""


def send(connection: socket.socket, message: Mapping[str, Any]) -> None:
    """Send one message."""
    body = json.dumps(message, separators=(",", ":")).encode()
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive(connection: socket.socket, *, largest: int) -> Message:
    """Wait for one message; `Closed` when none comes any more, `Unreadable` when it is none."""
    return parse(receive_body(connection, largest=largest))


def receive_body(connection: socket.socket, *, largest: int) -> bytes:
    """Wait for the bytes of one message."""
    length = _LENGTH.unpack(_exactly(connection, _LENGTH.size))[0]
    if length > largest:
        raise Unreadable
    return _exactly(connection, length)


def parse(body: bytes) -> Message:
    """Read the body of a message."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(message, dict):
        raise Unreadable
    return message


def persons_of(message: Message) -> tuple[UUID, ...]:
    """Read whose keys are asked for: each once, in order, not too many."""
    persons = message.get("persons")
    if not isinstance(persons, list) or len(persons) > MOST_PERSONS:
        raise Unreadable
    try:
        return tuple(dict.fromkeys(UUID(hex=each) for each in persons))
    except (AttributeError, TypeError, ValueError):
        raise Unreadable from None


def kinds_of(message: Message) -> tuple[KeyKind, ...]:
    """Read which kinds of keys are asked for."""
    kinds = message.get("kinds")
    if not isinstance(kinds, list) or not 1 <= len(kinds) <= len(KeyKind):
        raise Unreadable
    try:
        return tuple(dict.fromkeys(KeyKind(each) for each in kinds))
    except (TypeError, ValueError):
        raise Unreadable from None


def within_of(message: Message) -> frozenset[Compartment]:
    """Read in which compartments the keys may be locked that are asked for; who names none gets none."""
    within = message.get("within")
    if not isinstance(within, list) or len(within) > len(Compartment):
        raise Unreadable
    try:
        return frozenset(Compartment(each) for each in within)
    except (TypeError, ValueError):
        raise Unreadable from None


def compartment_of(message: Message) -> Compartment:
    """Read in which compartment new keys are to be locked."""
    try:
        return Compartment(message.get("compartment", ""))
    except (TypeError, ValueError):
        raise Unreadable from None


def asker_of(message: Message) -> Asker:
    """Read who is said to ask. It is what the asking process says: the log writes down its user of the system too."""
    said = message.get("asker")
    if not isinstance(said, dict):
        raise Unreadable
    plain: Message = {}
    for name in _ASKER_IDS:
        value = said.get(name)
        if value is not None and (type(value) is not int or not 0 <= value < LARGEST_ID):
            raise Unreadable
        plain[name] = value
    for name in _ASKER:
        value = said.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST_WORD:
            raise Unreadable
        plain[name] = value
    return Asker(**plain)


def share_of(message: Message) -> str:
    """Read a share that was typed."""
    share = message.get("share")
    if not isinstance(share, str) or len(share) > LARGEST_REQUEST:
        raise Unreadable
    return share


def label_of(message: Message) -> str:
    """Read for which use of the installation's own secrets a key is asked for."""
    label = message.get("label")
    if not isinstance(label, str) or not _LABEL.fullmatch(label):
        raise Unreadable
    return label


def number_of(message: Message) -> int | None:
    """Read the number of a compartment's key; None is the newest."""
    number = message.get("number")
    if number is not None and (type(number) is not int or not 1 <= number <= LARGEST_NUMBER):
        raise Unreadable
    return number


def rise_of(message: Message) -> Message:
    """Read for how many hours a larger budget is asked for, and by which act of which two users."""
    hours, users = message.get("hours"), (message.get("asked_by"), message.get("approved_by"))
    if type(hours) is not int or not 1 <= hours <= MOST_HOURS_RAISED:
        raise Unreadable
    if any(type(user) is not int or not 0 < user < LARGEST_ID for user in users) or users[0] == users[1]:
        raise Unreadable
    try:
        act = UUID(hex=message.get("act", ""))
    except (AttributeError, TypeError, ValueError):
        raise Unreadable from None
    return {"hours": hours, "act": act.hex, "asked_by": users[0], "approved_by": users[1]}


def plain_asker(asker: Asker) -> Message:
    """Give an asker as a message holds it; a word that is too long is cut."""
    words = {name: getattr(asker, name)[:LONGEST_WORD] for name in _ASKER}
    return {name: getattr(asker, name) for name in _ASKER_IDS} | words


def plain_keys(keys: KeysByKind) -> Message:
    """Give persons' keys as a message holds them."""
    return {
        kind.value: {
            person.hex: [
                [key.number, base64.b64encode(key.secret).decode(), key.compartment.value] for key in held
            ]
            for person, held in by_person.items()
        }
        for kind, by_person in keys.items()
    }


def plain_key(key: Key) -> Message:
    """Give one key as a message holds it."""
    return {"number": key.number, "secret": base64.b64encode(key.secret).decode()}


def key_from(plain: Message) -> Key:
    """Read one key out of an answer."""
    try:
        return Key(int(plain["number"]), base64.b64decode(plain["secret"]))
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise Unreadable from None


def keys_from(plain: Any) -> KeysByKind:  # Any: it came over the socket
    """Read persons' keys out of an answer."""
    try:
        return {
            KeyKind(kind): {
                UUID(hex=person): tuple(
                    PersonKey(number, base64.b64decode(secret), Compartment(compartment))
                    for number, secret, compartment in held
                )
                for person, held in by_person.items()
            }
            for kind, by_person in plain.items()
        }
    except (AttributeError, TypeError, ValueError, binascii.Error):
        raise Unreadable from None


def _exactly(connection: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        piece = connection.recv(min(size - len(received), 256 * 1024))
        if not piece:
            raise Closed
        received += piece
    return bytes(received)
