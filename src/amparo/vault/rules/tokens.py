"""Blind tokens: find a person by what is known of her without storing what is known.

What is stored is a row (token, posting). The token is a keyed hash of a kind of fact and its normal form; the posting is one
block of AES that holds the person's number of the search and the token again. Two tokens of one person have nothing in common
for whoever lacks the key, and whoever has it sees by the token inside whether a posting was moved.

How often a token stands tells how frequent its fact is, and public lists tell how frequent names are. So a fact has one, two or
three tokens, as the key says of each fact, and a person stands under one of them: the order of the counts is no more that of names.
"""

from __future__ import annotations

import hmac
import os
import struct
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from amparo.vault.rules.keys import Draw, Key

POSTING_BYTES: Final = 16
SEARCHES_A_DAY: Final = 40
_TOKEN: Final = struct.Struct(">q")
_PARTS: Final = struct.Struct(">3qQ")  # three tokens, and what says how many of them are in use
_POSTING: Final = struct.Struct(">Qq")

Fact = tuple[str, str]  # a kind and a normal form


class IndexKey(Key):
    """The key of a compartment's search. The block cipher has a key of its own, made from it."""

    @cached_property
    def blocks(self) -> Cipher[Any]:
        """Give the cipher of postings. Each block is another number or token, so that no two are ever equal."""
        secret = hmac.digest(self.secret, b"amparo posting", "sha256")
        return Cipher(algorithms.AES256(secret), modes.ECB())  # noqa: S305 - one block a posting, none repeats


def new_search_number(draw: Draw = os.urandom) -> int:
    """Draw the number that stands for a person in postings: 63 bits."""
    return int.from_bytes(draw(8)) >> 1


def token_of(fact: Fact, *, key: IndexKey) -> int:
    """Give the token of a fact: the first 8 bytes of HMAC-SHA-256 over kind, a zero byte and normal form."""
    kind, form = fact
    digest = hmac.digest(key.secret, kind.encode() + b"\0" + form.encode(), "sha256")
    return int(_TOKEN.unpack_from(digest)[0])


def parts_of(fact: Fact, *, key: IndexKey) -> tuple[int, ...]:
    """Give the one to three tokens of a fact under which persons stand; the first is that of `token_of`."""
    kind, form = fact
    *tokens, drawn = _PARTS.unpack(hmac.digest(key.secret, kind.encode() + b"\0" + form.encode(), "sha256"))
    return tuple(tokens[: 1 + drawn % len(tokens)])


def part_of(fact: Fact, *, number: int, key: IndexKey) -> int:
    """Give that token of a fact under which the person of a number stands."""
    parts = parts_of(fact, key=key)
    return parts[number % len(parts)]


def postings_of(tokens: Iterable[int], *, number: int, key: IndexKey) -> list[bytes]:
    """Give the postings that join a person's number to tokens; the same ones each time, so that they can be found to delete."""
    return _sealed((_POSTING.pack(number, token) for token in tokens), key)


def numbers_of(rows: Sequence[tuple[int, bytes]], *, key: IndexKey) -> list[int | None]:
    """Give the person's number of each (token, posting); None where the posting is of another key or another token."""
    opened = key.blocks.decryptor().update(b"".join(posting for _, posting in rows))
    return [
        number if own == token else None
        for (token, _), (number, own) in zip(rows, _POSTING.iter_unpack(opened), strict=True)
    ]


def postings_under(fact: Fact, numbers: Sequence[int], *, key: IndexKey) -> tuple[list[int], list[bytes]]:
    """Give the tokens and the postings that persons of these numbers have where a fact fits them."""
    parts = parts_of(fact, key=key)
    tokens = [parts[number % len(parts)] for number in numbers]
    return tokens, _sealed(
        (_POSTING.pack(number, token) for number, token in zip(numbers, tokens, strict=True)), key
    )


def numbers_under(token: int, postings: bytes, *, key: IndexKey) -> list[int]:
    """Give the persons' numbers in the joined postings of one token; what is of another key or token is left out."""
    opened = key.blocks.decryptor().update(postings)
    return [number for number, own in _POSTING.iter_unpack(opened) if own == token]


def _sealed(blocks: Iterable[bytes], key: IndexKey) -> list[bytes]:
    sealed = key.blocks.encryptor().update(b"".join(blocks))
    return [sealed[start : start + POSTING_BYTES] for start in range(0, len(sealed), POSTING_BYTES)]
