"""Bytes that are put aside on a disk come back as they were, from anywhere, and nobody else reads them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.vault.rules import NotOpened
from amparo.vault.rules.scratch import PIECE, SealedScratch

SIZES = st.sampled_from([0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 17])


def pattern(size: int) -> bytes:
    return bytes(position % 251 for position in range(size))


@given(
    size=SIZES,
    cut=st.integers(1, PIECE + 5),
    reads=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2 * PIECE))),
)
def test_it_comes_back_from_anywhere(size: int, cut: int, reads: list[tuple[float, int]]) -> None:
    content, scratch = pattern(size), SealedScratch(io.BytesIO())
    for start in range(0, size, cut):
        scratch.write(content[start : start + cut])
    reader = io.BufferedReader(scratch)
    assert reader.read() == content
    for share, length in reads:
        start = int(share * size)
        reader.seek(start)
        assert reader.read(length) == content[start : start + length]
    reader.seek(0, io.SEEK_END)
    assert reader.tell() == size == scratch.size


def test_the_disk_holds_noise() -> None:
    disk = io.BytesIO()
    scratch = SealedScratch(disk)
    scratch.write(b"Amina Haddad " * 10_000)
    scratch.finish()
    assert b"Amina" not in disk.getvalue()


def test_p08_what_was_changed_on_the_disk_does_not_open() -> None:
    disk = io.BytesIO()
    scratch = SealedScratch(disk)
    scratch.write(pattern(2 * PIECE))
    scratch.finish()
    disk.seek(PIECE + 100)
    disk.write(b"x")
    assert scratch.read(10) == pattern(10)
    scratch.seek(PIECE + 1)
    with pytest.raises(NotOpened):
        scratch.read(10)


def test_nothing_is_added_once_it_was_read() -> None:
    scratch = SealedScratch(io.BytesIO())
    scratch.write(b"a")
    assert scratch.read(5) == b"a"
    with pytest.raises(io.UnsupportedOperation):
        scratch.write(b"b")
