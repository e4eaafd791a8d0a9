"""The keeper that asks keyd. Each thread has a connection of its own, and keeps it."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Final, NoReturn
from uuid import UUID

from amparo.vault.keyd import protocol
from amparo.vault.keyd.protocol import Closed, Message, Unreadable
from amparo.vault.rules import (
    SYSTEM,
    Asker,
    Compartment,
    IndexMissing,
    Key,
    KeyKind,
    KeysAway,
    NotOpened,
    PersonKey,
    TooManyKeys,
)
from amparo.vault.rules.tokens import IndexKey
from amparo.vault.rules.values import KeysByKind

SECONDS_TO_ANSWER: Final = 10.0
_SAID: Final = {
    "locked": "keyd runs, but its keys are locked. The persons who keep the shares type them at: amparo keys unlock",
    "database": "keyd does not reach the database.",
    "log": "keyd cannot write its log (is its disk full?) and gives no key without.",
    "busy": "keyd has too many connections.",
    "no_keyring": "This installation has no keys yet. Make them with: amparo keys init",
}


class WrongShareTyped(KeysAway):
    """A share that was typed is none of this installation's."""


class NotRaised(KeysAway):
    """keyd does not raise its budget: it never does, or it did within a day."""


class KeysThere(Exception):
    """Keys were asked for persons who have theirs already."""


class RemoteKeeper:
    """Asks the keyd that listens at a path. Whatever hinders it is `KeysAway`: it never waits long, and never gives half."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()
        self._installation: UUID | None = None

    @property
    def installation(self) -> UUID:
        """Give the id of the installation, to which every sealed value is bound."""
        if self._installation is None:
            self._installation = UUID(hex=self.status()["installation"])
        return self._installation

    @property
    def custodian(self) -> str:
        """Give the id of the custodian whose keys keyd holds; empty while it is locked."""
        return str(self.status()["custodian"])

    def open_keys(
        self,
        persons: Collection[UUID],
        kinds: Collection[KeyKind],
        *,
        within: Collection[Compartment],
        by: Asker = SYSTEM,
    ) -> KeysByKind:
        """Give the keys of those kinds that are locked in one of the compartments, newest first."""
        wanted, found = list(persons), {kind: dict[UUID, tuple[PersonKey, ...]]() for kind in kinds}
        for start in range(0, len(wanted), protocol.MOST_PERSONS):
            answer = self._ask(
                {
                    "do": "open",
                    "persons": [each.hex for each in wanted[start : start + protocol.MOST_PERSONS]],
                    "kinds": [kind.value for kind in kinds],
                    "within": [compartment.value for compartment in within],
                    "asker": protocol.plain_asker(by),
                }
            )
            for kind, keys in _keys(answer).items():
                found[kind].update(keys)
        return found

    def make_keys(
        self, persons: Collection[UUID], *, compartment: Compartment, now: datetime, by: Asker = SYSTEM
    ) -> KeysByKind:
        """Make the keys of persons who have none, and give them.

        They are kept at once, whatever becomes of the caller's transaction: keys of nobody open nothing.
        """
        wanted, made = list(persons), {kind: dict[UUID, tuple[PersonKey, ...]]() for kind in KeyKind}
        for start in range(0, len(wanted), protocol.MOST_PERSONS):
            answer = self._ask(
                {
                    "do": "make",
                    "persons": [each.hex for each in wanted[start : start + protocol.MOST_PERSONS]],
                    "compartment": compartment.value,
                    "asker": protocol.plain_asker(by),
                }
            )
            for kind, keys in _keys(answer).items():
                made[kind].update(keys)
        return made

    def own_key(self, label: str, number: int | None = None) -> Key:
        """Give the key for the installation's own secrets of that use; without a number, the newest."""
        answer = self._ask({"do": "own", "label": label, "number": number})
        try:
            return protocol.key_from(answer)
        except Unreadable:
            raise KeysAway from None

    def index_key(self, compartment: Compartment, *, by: Asker = SYSTEM) -> IndexKey:
        """Give the key of a compartment's search."""
        answer = self._ask(
            {"do": "index", "compartment": compartment.value, "asker": protocol.plain_asker(by)}
        )
        try:
            key = protocol.key_from(answer)
        except Unreadable:
            raise KeysAway from None
        return IndexKey(key.number, key.secret)

    def status(self) -> Message:
        """Ask how keyd stands."""
        return self._ask({"do": "status"})

    def unlock(self, share: str) -> Message:
        """Hand over a share that was typed; gives how keyd stands after it, `WrongShareTyped` when it is none."""
        return self._ask({"do": "unlock", "share": share})

    def raise_budget(self, *, act: UUID, hours: int, asked_by: int, approved_by: int) -> int:
        """Ask for more keys for imports and exports, as two people agreed; gives how many times. `NotRaised` where there is no more."""
        request = {
            "do": "raise",
            "act": act.hex,
            "hours": hours,
            "asked_by": asked_by,
            "approved_by": approved_by,
        }
        return int(self._ask(request).get("times", 1))

    def close(self) -> None:
        """Hang up the connection of this thread; the next question makes a new one."""
        if getattr(self._own, "connection", None) is not None:
            self._hang_up()

    def _ask(self, request: Message) -> Message:
        connection = self._connection()
        try:
            protocol.send(connection, request)
            answer = protocol.receive(connection, largest=protocol.LARGEST_ANSWER)
        except (OSError, Closed, Unreadable):
            self._hang_up()  # what is still to come would be taken for the answer to another question
            raise KeysAway(f"keyd at {self._path} does not answer. Is it running?") from None
        if "error" in answer:
            _refuse(answer)
        return answer

    def _connection(self) -> socket.socket:
        held: socket.socket | None = getattr(self._own, "connection", None)
        if held is not None and (self._own.process != os.getpid() or _is_gone(held)):
            self._hang_up()
            held = None
        if held is None:
            held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            held.settimeout(SECONDS_TO_ANSWER)
            try:
                held.connect(str(self._path))
            except OSError as error:
                held.close()
                raise KeysAway(
                    f"keyd does not answer at {self._path} ({error.strerror or error}). Start it with: amparo keyd"
                ) from None
            self._own.connection, self._own.process = held, os.getpid()
        return held

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._own.connection.close()
        self._own.connection = None


def _is_gone(connection: socket.socket) -> bool:
    """Tell whether the other side closed the connection, or left something that nobody asked for."""
    ready = select.poll()
    ready.register(connection, select.POLLIN)
    return bool(ready.poll(0))


def _keys(answer: Message) -> KeysByKind:
    try:
        return protocol.keys_from(answer.get("keys"))
    except Unreadable:
        raise KeysAway from None


def _refuse(answer: Message) -> NoReturn:
    error = str(answer["error"])
    if error == "rate":
        raise TooManyKeys(float(answer.get("seconds", 60)))
    if error == "not_opened":
        raise NotOpened
    if error == "no_index":
        raise IndexMissing
    if error == "not_raised":
        raise NotRaised
    if error == "there":
        raise KeysThere
    if error == "wrong_share":
        raise WrongShareTyped(str(answer.get("said", "")))
    raise KeysAway(_SAID.get(error, f"keyd could not answer ({error})."))
