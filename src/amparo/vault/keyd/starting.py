"""Put the service of keyd together from its keyring, its custodian and what its log says was given already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from amparo.vault.custodians import SHARES
from amparo.vault.keeping import KeyringMissing
from amparo.vault.keyd.log import Log, LogBroken
from amparo.vault.keyd.rates import CEILING, Rates
from amparo.vault.keyd.service import Service, replay
from amparo.vault.queries import custodian, keyring
from amparo.vault.rules import KeyKind, KeysAway


def begin_service(directory: Path, together: Mapping[KeyKind, int], *, ceiling: int = CEILING) -> Service:
    """Give the service whose log lies in a directory, still locked where its keys are in shares; `KeysAway` says what is missing."""
    try:
        ring = keyring()
    except KeyringMissing as missing:
        raise KeysAway(str(missing)) from None
    rates = Rates(together=together, ceiling=ceiling)
    try:
        log = Log(directory)
    except LogBroken as broken:
        raise KeysAway(str(broken)) from None
    replay(rates, directory, now=datetime.now(UTC))
    at_hand = None if ring.custodian_kind == SHARES else custodian()
    return Service(log=log, rates=rates, keyring=ring, custodian=at_hand)
