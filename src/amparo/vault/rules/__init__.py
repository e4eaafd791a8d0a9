"""The pure part of the vault: no database, no request; randomness is handed in."""

from amparo.vault.rules.asking import SYSTEM, Asker, IndexMissing, KeysAway, Member, TooManyKeys
from amparo.vault.rules.compartments import Compartment, KeyKind, key_kind, locked_in
from amparo.vault.rules.digests import keyed_digest
from amparo.vault.rules.halves import halves_of, text_of_halves
from amparo.vault.rules.keys import Key, KeyLine, NotOpened, PersonKey, Unwrapping, new_key, wrap, wrapped_by
from amparo.vault.rules.places import Place
from amparo.vault.rules.sealing import Unsealing, seal_bytes, unseal_column
from amparo.vault.rules.values import DOTS, NoKeys, NotCovered, Reading, Sealed, Sealing

__all__ = [
    "DOTS",
    "SYSTEM",
    "Asker",
    "Compartment",
    "IndexMissing",
    "Key",
    "KeyKind",
    "KeyLine",
    "KeysAway",
    "Member",
    "NoKeys",
    "NotCovered",
    "NotOpened",
    "PersonKey",
    "Place",
    "Reading",
    "Sealed",
    "Sealing",
    "TooManyKeys",
    "Unsealing",
    "Unwrapping",
    "halves_of",
    "key_kind",
    "keyed_digest",
    "locked_in",
    "new_key",
    "seal_bytes",
    "text_of_halves",
    "unseal_column",
    "wrap",
    "wrapped_by",
]
