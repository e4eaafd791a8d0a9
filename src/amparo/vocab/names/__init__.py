"""Keys that find a person by name in any script and spelling, and the normal forms of what identifies her exactly.

Everything here is pure: text in, text out; no cryptography, no database, no clock. What is stored are tokens
that the vault makes of these forms. The tables of the scripts are read when they are first needed.

A key is versioned: a change to any rule or table that changes a key must raise `NAME_KEY_VERSION`, so that the
vault makes its tokens anew. `tests/vectors/names.yaml` says what must share a key and what must not.
"""

from amparo.vocab.names._facts import possible_facts, search_facts
from amparo.vocab.names._identifiers import (
    BadIdentifier,
    address_key,
    document_key,
    email_key,
    telephone_key,
)
from amparo.vocab.names._keys import NAME_KEY_VERSION, name_keys
from amparo.vocab.names._likeness import NameQuery, likeness
from amparo.vocab.names._normal import normal_form
from amparo.vocab.names._words import name_parts

__all__ = [
    "NAME_KEY_VERSION",
    "BadIdentifier",
    "NameQuery",
    "address_key",
    "document_key",
    "email_key",
    "likeness",
    "name_keys",
    "name_parts",
    "normal_form",
    "possible_facts",
    "search_facts",
    "telephone_key",
]
