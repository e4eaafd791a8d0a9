"""Gather the writes of the vault."""

from amparo.vault.actions.keyring import (
    KeyringThere,
    change_custodian,
    make_index_keys,
    make_keyring,
    rewrap_keys,
    rotate_keys,
)
from amparo.vault.actions.sealing import begin_sealing, seal_what_is_clear
from amparo.vault.actions.tokens import (
    SearchesUsedUp,
    delete_tokens,
    find_persons,
    forget_search_days,
    order_tokens,
    order_tokens_of_all,
    searches_left,
    sweep_tokens,
    waiting_persons,
    write_tokens,
)
from amparo.vault.custodians.file import write_custodian

__all__ = [
    "KeyringThere",
    "SearchesUsedUp",
    "begin_sealing",
    "change_custodian",
    "delete_tokens",
    "find_persons",
    "forget_search_days",
    "make_index_keys",
    "make_keyring",
    "order_tokens",
    "order_tokens_of_all",
    "rewrap_keys",
    "rotate_keys",
    "seal_what_is_clear",
    "searches_left",
    "sweep_tokens",
    "waiting_persons",
    "write_custodian",
    "write_tokens",
]
