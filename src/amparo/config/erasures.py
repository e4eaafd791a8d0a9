"""Nobody who was erased comes back: before anything is served, the ledger of erasures is held against the database."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from amparo.cases.actions import empty_persons
from amparo.vault.actions import overwrite_erased_keys, replay_ledger
from amparo.vault.queries import count_erased
from amparo.vault.rules.ledger import LedgerBroken

OVERWRITTEN_FOR = 3  # hours; the worker sweeps each hour
logger = logging.getLogger("amparo.erasures")


class NotToBeServed(Exception):
    """The installation must not be served as it is; the message says why and what to do."""


def settle_erasures() -> int:
    """Erase again who came back with an older database or keyring; gives how many. Raises `NotToBeServed`."""
    if settings.DATA_DIRECTORY.restoring.exists():
        raise NotToBeServed(
            "A restore into this data directory is at work, or broke off. Empty the directory and restore again."
        )
    return replay_erasures()


def overwrite_keys(*, now: datetime) -> int:
    """Write the table of keys anew where somebody was erased within the last hours; gives 1 where it was done."""
    if not count_erased(since=now - timedelta(hours=OVERWRITTEN_FOR)):
        return 0
    return int(overwrite_erased_keys())


def replay_erasures() -> int:
    """Do again what the ledger says; gives how many persons had come back. Raises `NotToBeServed`."""
    try:
        with transaction.atomic():
            back = replay_ledger()
            empty_persons(back)
    except LedgerBroken as fault:
        raise NotToBeServed(str(fault)) from fault
    if back:
        logger.warning("%s erased persons had come back and were erased again", len(back))
        overwrite_erased_keys()
    return len(back)
