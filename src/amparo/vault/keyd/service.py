"""What keyd answers. It never raises: whatever comes in gets an answer that gives nothing away."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.db import Error as DatabaseTrouble
from django.db import IntegrityError, close_old_connections, transaction

from amparo.vault.custodians import SHARES, Custodian
from amparo.vault.custodians.shares import SharesTable, WrongShare
from amparo.vault.keeping import KeyringMissing, LocalKeeper
from amparo.vault.keyd import protocol
from amparo.vault.keyd.log import Log, LogBroken, LogRefused, read_log
from amparo.vault.keyd.protocol import Message, Unreadable
from amparo.vault.keyd.rates import NotRaisable, Rates
from amparo.vault.models import Keyring
from amparo.vault.rules import SYSTEM, Asker, IndexMissing, KeyKind, KeysAway, NotOpened, TooManyKeys

logger = logging.getLogger("amparo.keyd")

FILES_REPLAYED: Final = 2  # today and yesterday: no budget looks further back than a day


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """The process at the other end, as the kernel knows it."""

    process: int = 0
    user: int = 0


_MISSING: Final[Mapping[type[Exception], str]] = MappingProxyType(
    {KeyringMissing: "no_keyring", IndexMissing: "no_index", NotOpened: "not_opened"}
)


class _Refused(Exception):
    """A request is answered with an error and nothing else."""

    def __init__(self, error: str, **more: Any) -> None:
        self.answer: Message = {"error": error, **more}
        super().__init__(error)


class Service:
    """Holds the keys, counts what it gives, and writes it down. Safe for threads."""

    def __init__(
        self,
        *,
        log: Log,
        rates: Rates,
        keyring: Keyring,
        custodian: Custodian | None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._log = log
        self._rates = rates
        self._clock = clock
        self._kind = keyring.custodian_kind
        self._custodian_id = keyring.custodian
        self._installation = keyring.installation
        self._keeper: LocalKeeper | None = None
        self._table = SharesTable(keyring.custodian)
        self._raising = threading.Lock()
        self._acts: Mapping[str, Callable[[Message, Peer], Message]] = {
            "open": self._open,
            "make": self._make,
            "own": self._own,
            "index": self._index,
            "status": self._status,
            "unlock": self._unlock,
            "raise": self._raise,
        }
        if custodian is not None:
            self.open_with(custodian)

    @property
    def is_open(self) -> bool:
        """Tell whether the keys are at hand."""
        return self._keeper is not None

    def open_with(self, custodian: Custodian) -> None:
        """Hold the keys from now on; `NotOpened` when the keyring is under another custodian."""
        if custodian.public_id != self._custodian_id:
            raise NotOpened
        keeper = LocalKeeper(custodian)
        keeper.unlock()
        self._keeper = keeper

    def note(self, event: str, **more: Any) -> None:
        """Write into the log what happens to keyd itself."""
        self._log.write({"do": event, **more}, now=self._clock())

    def answer(self, body: bytes, peer: Peer) -> Message:
        """Answer one request."""
        try:
            message = protocol.parse(body)
            asked = message.get("do")
            if not isinstance(asked, str) or asked not in self._acts:
                raise Unreadable
            return self._acts[asked](message, peer)
        except Unreadable:
            return {"error": "unreadable"}
        except _Refused as refusal:
            return refusal.answer
        except LogRefused:
            logger.exception("nothing is given while the log cannot be written")
            return {"error": "log"}
        except (KeyringMissing, IndexMissing, NotOpened) as missing:
            return {"error": _MISSING[type(missing)]}
        except DatabaseTrouble as error:
            logger.warning("the database does not answer: %s", type(error).__name__)
            return {"error": "database"}
        except Exception as error:  # noqa: BLE001  # one bad request must not end what all others wait for
            logger.error("a request failed: %s", type(error).__name__)  # a traceback shows values
            return {"error": "failed"}
        finally:
            close_old_connections()

    def _open(self, message: Message, peer: Peer) -> Message:
        asker = protocol.asker_of(message)
        persons, kinds = protocol.persons_of(message), protocol.kinds_of(message)
        within = protocol.within_of(message)
        keeper, counted = self._held(), self._counted(asker, persons, kinds, peer)
        try:
            keys = keeper.open_keys(persons, kinds, within=within)
            again = len(persons) * len(kinds) - sum(map(len, counted.values()))
            self._write("open", asker, peer, persons=_plain(counted), again=again)
        except BaseException:
            self._rates.give_back(asker, counted)
            raise
        return {"keys": protocol.plain_keys(keys)}

    def _make(self, message: Message, peer: Peer) -> Message:
        asker, persons = protocol.asker_of(message), protocol.persons_of(message)
        compartment, keeper = protocol.compartment_of(message), self._held()
        self._write("make", asker, peer, compartment=compartment.value, number=len(persons))
        try:
            with transaction.atomic():
                keys = keeper.make_keys(persons, compartment=compartment, now=self._clock())
        except IntegrityError:
            raise _Refused("there") from None
        return {"keys": protocol.plain_keys(keys)}

    def _own(self, message: Message, peer: Peer) -> Message:
        label, number = protocol.label_of(message), protocol.number_of(message)
        keeper = self._held()
        self._write("own", SYSTEM, peer, label=label)
        return protocol.plain_key(keeper.own_key(label, number))

    def _index(self, message: Message, peer: Peer) -> Message:
        asker, compartment = protocol.asker_of(message), protocol.compartment_of(message)
        keeper = self._held()
        self._write("index", asker, peer, compartment=compartment.value)
        return protocol.plain_key(keeper.index_key(compartment))

    def _status(self, message: Message, peer: Peer) -> Message:
        return {
            "installation": self._installation.hex,
            "kind": self._kind,
            "custodian": self._custodian_id if self.is_open else "",
            "is_open": self.is_open,
            "held": self._table.held,
            "needed": self._table.needed,
            "busiest": {kind.value: number for kind, number in self._rates.busiest.items()},
        }

    def _unlock(self, message: Message, peer: Peer) -> Message:
        share = protocol.share_of(message)
        if self.is_open or self._kind != SHARES:
            return self._status(message, peer)
        try:
            custodian = self._table.lay(share)
        except WrongShare as wrong:
            self._write("wrong_share", SYSTEM, peer)
            raise _Refused("wrong_share", said=str(wrong)) from None
        self._write("share", SYSTEM, peer, held=self._table.held)
        if custodian is not None:
            self.open_with(custodian)
            self._write("unlocked", SYSTEM, peer)
        return self._status(message, peer)

    def _raise(self, message: Message, peer: Peer) -> Message:
        """Raise the budget of bulk work. Who asks says that two agreed; how far and how long it goes is settled here."""
        rise = protocol.rise_of(message)
        with self._raising:
            try:
                self._rates.refuse_second_rise()
            except NotRaisable:
                self.note("not_raised", by_user=peer.user, **rise)
                raise _Refused("not_raised") from None
            self.note("raised", by_user=peer.user, times=self._rates.ceiling, **rise)
            self._rates.raise_bulk(rise["hours"])
        return {"times": self._rates.ceiling}

    def _held(self) -> LocalKeeper:
        if self._keeper is None:
            raise _Refused("locked")
        return self._keeper

    def _counted(
        self, asker: Asker, persons: Collection[UUID], kinds: Collection[KeyKind], peer: Peer
    ) -> dict[KeyKind, list[UUID]]:
        try:
            return self._rates.take(asker, persons, kinds)
        except TooManyKeys as refusal:
            self._write("refused", asker, peer, number=len(persons), kinds=[kind.value for kind in kinds])
            raise _Refused("rate", seconds=round(refusal.seconds, 1)) from None

    def _write(self, event: str, asker: Asker, peer: Peer, **more: Any) -> None:
        said = {name: value for name, value in protocol.plain_asker(asker).items() if value not in (None, "")}
        self.note(event, asker=said, by_user=peer.user, **more)


def replay(rates: Rates, directory: Path, *, now: datetime) -> None:
    """Count what the log says was given in the last day; a restart is no way round a limit."""
    try:
        for entry in read_log(directory, files=FILES_REPLAYED):
            if entry.get("do") not in ("open", "raised"):
                continue
            age = (now - datetime.fromisoformat(entry["at"])).total_seconds()
            if entry["do"] == "raised":
                # By a clock that was set back nobody knows when it ends: it is over, and there is no other for a day.
                rates.raise_bulk(entry["hours"] if age >= 0 else 0, age=max(0.0, age))
                continue
            counted = {
                KeyKind(kind): [UUID(hex=each) for each in persons]
                for kind, persons in entry["persons"].items()
            }
            rates.restore(Asker(**entry["asker"]), counted, age=age)
    except (LogBroken, ValueError) as error:
        raise KeysAway(
            f"The log of keyd is not whole: {error} Keep {directory} as it is for who is to look into it, and start with "
            "another directory: amparo keyd --log DIR"
        ) from None


def _plain(counted: Mapping[KeyKind, Collection[UUID]]) -> dict[str, list[str]]:
    return {kind.value: [person.hex for person in persons] for kind, persons in counted.items() if persons}
