"""A custodian that is several persons: each keeps a share in words (SLIP-39), and some of them together are the key.

Shares are shown once, one person at a time, and never stored. They are typed at the start of keyd.
"""

from __future__ import annotations

import os
import threading
from typing import Final

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from amparo.vault.custodians import SHARES, RootKeyCustodian
from amparo.vault.rules.keys import SECRET_BYTES, Draw, Key

MOST_SHARES: Final = 16  # what the words of SLIP-39 have room for
FEWEST_NEEDED: Final = 2


class BadShares(ValueError):
    """Shares cannot be made like this; the message says what can."""


class WrongShare(Exception):
    """What was typed is no share of this key. It never says which word is wrong: that would help who guesses."""


def are_shares_possible(needed: int, of: int) -> bool:
    """Tell whether a key can be split so."""
    return FEWEST_NEEDED <= needed <= of <= MOST_SHARES


def new_shares(needed: int, of: int, *, draw: Draw = os.urandom) -> tuple[RootKeyCustodian, tuple[str, ...]]:
    """Draw a new key and split it: so many shares in words, of which so many are needed."""
    if not are_shares_possible(needed, of):
        raise BadShares(
            f"Between {FEWEST_NEEDED} and {MOST_SHARES} persons hold shares, and at least {FEWEST_NEEDED} of them are needed: "
            "for example --shares 3 --of 5."
        )
    root = Key(1, draw(SECRET_BYTES))
    (group,) = generate_mnemonics(1, [(needed, of)], root.secret)
    return RootKeyCustodian(kind=SHARES, root=root), tuple(group)


class SharesTable:
    """Where the shares are laid one after the other until they are enough. Safe for threads."""

    def __init__(self, custodian: str = "") -> None:
        self._custodian = custodian
        self._lock = threading.Lock()
        self._shares: dict[int, tuple[Share, str]] = {}

    @property
    def held(self) -> int:
        """Tell how many shares lie on the table."""
        return len(self._shares)

    @property
    def needed(self) -> int:
        """Tell how many are needed; 0 until the first says it."""
        return next((share.member_threshold for share, _ in self._shares.values()), 0)

    def lay(self, typed: str) -> RootKeyCustodian | None:
        """Lay a share on the table; gives the custodian when they are enough, and `WrongShare` when it is none of them."""
        words = " ".join(typed.lower().split())
        with self._lock:
            share = _read(words)
            if any(
                share.group_parameters() != other.group_parameters() for other, _ in self._shares.values()
            ):
                raise WrongShare(
                    "This share does not belong to those that were typed before it. Nothing was kept of it."
                )
            if share.index in self._shares:
                raise WrongShare("This share was typed already. The next person types theirs.")
            self._shares[share.index] = (share, words)
            if self.held < self.needed:
                return None
            return self._together()

    def _together(self) -> RootKeyCustodian:
        words = [each for _, each in self._shares.values()]
        self._shares.clear()
        try:
            found = RootKeyCustodian(kind=SHARES, root=Key(1, combine_mnemonics(words)))
        except (MnemonicError, ValueError):
            found = None
        if found is None or (self._custodian and found.public_id != self._custodian):
            raise WrongShare(
                "These shares together are not the key of this installation. All of them were forgotten; type them again."
            )
        return found


def _read(words: str) -> Share:
    try:
        return Share.from_mnemonic(words)
    except (MnemonicError, ValueError, LookupError):
        raise WrongShare(
            "This is no share of a key: a word is missing, mistyped or in another place. Nothing was kept of it."
        ) from None
