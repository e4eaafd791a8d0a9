"""Gather the writes of the vault."""

from amparo.vault.actions.budget import raise_bulk_budget
from amparo.vault.actions.erasing import (
    Held,
    erase_persons,
    lift_hold,
    overwrite_erased_keys,
    place_hold,
    prepare_ledger,
    replay_ledger,
)
from amparo.vault.actions.keyring import (
    KeyringThere,
    change_custodian,
    make_index_keys,
    make_keyring,
    rewrap_keys,
    rotate_keys,
)
from amparo.vault.actions.members import forget_members_but, keep_member_facts, members_of
from amparo.vault.actions.restoring import keep_restoration
from amparo.vault.actions.sealing import begin_sealing, seal_what_is_clear
from amparo.vault.actions.tokens import (
    Hits,
    SearchesUsedUp,
    delete_tokens,
    find_persons,
    forget_search_days,
    order_tokens,
    order_tokens_of_all,
    persons_of,
    searches_left,
    sweep_tokens,
    waiting_persons,
    write_tokens,
)
from amparo.vault.custodians.file import write_custodian
from amparo.vault.custodians.shares import are_shares_possible
from amparo.vault.keyd.client import NotRaised
from amparo.vault.own_secrets import is_sealed_secret, open_secret, seal_secret
from amparo.vault.rules.ledger import NotTwoPeople

__all__ = [
    "Held",
    "Hits",
    "KeyringThere",
    "NotRaised",
    "NotTwoPeople",
    "SearchesUsedUp",
    "are_shares_possible",
    "begin_sealing",
    "change_custodian",
    "delete_tokens",
    "erase_persons",
    "find_persons",
    "forget_members_but",
    "forget_search_days",
    "is_sealed_secret",
    "keep_member_facts",
    "keep_restoration",
    "lift_hold",
    "make_index_keys",
    "make_keyring",
    "members_of",
    "open_secret",
    "order_tokens",
    "order_tokens_of_all",
    "overwrite_erased_keys",
    "persons_of",
    "place_hold",
    "prepare_ledger",
    "raise_bulk_budget",
    "replay_ledger",
    "rewrap_keys",
    "rotate_keys",
    "seal_secret",
    "seal_what_is_clear",
    "searches_left",
    "sweep_tokens",
    "waiting_persons",
    "write_custodian",
    "write_tokens",
]
