"""A tree of hashes over a growing list, as RFC 6962 (Certificate Transparency) defines it.

A leaf is hashed behind 0x00 and a node behind 0x01, so that neither can be given out as the other. Two short proofs come with
it: that an entry is in a tree (inclusion), and that a later tree begins with the whole of an earlier one (consistency).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
LEAF, NODE = b"\x00", b"\x01"
EMPTY_ROOT: Final = sha256(b"").digest()

Subtree = Callable[
    [int, int], bytes
]  # the hash of the tree over the entries from .. until, of both ends known


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry."""
    return sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the one above them."""
    return sha256(NODE + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Give the hash of the tree over these leaf hashes."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(NODE + left + right).digest() for left, right in pairs] + odd
    return level[0]


@dataclass(slots=True)
class Frontier:
    """A tree that only grows, held by the hashes of its whole subtrees: one for each 1 in its size, largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Take in one more leaf hash."""
        size, top = self.size, leaf
        while size & 1:
            top = node_hash(self.peaks.pop(), top)
            size >>= 1
        self.peaks.append(top)
        self.size += 1

    def root(self) -> bytes:
        """Give the hash of the whole tree."""
        if not self.peaks:
            return EMPTY_ROOT
        top = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            top = node_hash(peak, top)
        return top

    def to_bytes(self) -> bytes:
        """Write the peaks down, one after another; the size says which they are."""
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, content: bytes) -> Frontier:
        """Read the peaks back; raises `ValueError` when they do not fit the size."""
        if len(content) != HASH_BYTES * size.bit_count():
            raise ValueError("These are not the peaks of a tree of that size.")
        peaks = [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]
        return cls(size=size, peaks=peaks)

    def covers(self) -> Iterable[tuple[int, int, bytes]]:
        """Give each whole subtree: from, until, hash."""
        start, rest = 0, self.size
        for peak in self.peaks:
            width = 1 << (rest.bit_length() - 1)
            yield start, start + width, peak
            start, rest = start + width, rest - width


def subtrees(leaves: Sequence[bytes], *, before: Frontier | None = None) -> Subtree:
    """Give the hashes of subtrees over `leaves`, which may come after a tree of which only the frontier is known."""
    first = before.size if before else 0
    known = {(start, end): peak for start, end, peak in before.covers()} if before else {}

    def subtree(start: int, end: int) -> bytes:
        if start >= first:
            return root_of(leaves[start - first : end - first])
        found = known.get((start, end))
        if found is not None:
            return found
        middle = start + _split(end - start)
        return node_hash(subtree(start, middle), subtree(middle, end))

    return subtree


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Give the hashes that lead from entry `index` up to the root of the tree of `size` entries."""
    if not 0 <= index < size:
        raise ValueError("There is no such entry in that tree.")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(start, middle))
            start = middle
    return proof[::-1]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the proof leads from the leaf hash at `index` to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, top = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            top = node_hash(step, top)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            top = node_hash(top, step)
        at, last = at >> 1, last >> 1
    return last == 0 and top == root


def consistency_proof(earlier: int, later: int, subtree: Subtree) -> list[bytes]:
    """Give the hashes that show that the tree of `later` entries begins with the one of `earlier` entries."""
    if not 0 < earlier <= later:
        raise ValueError("Only a tree with entries is the beginning of another.")
    proof: list[bytes] = []
    start, end, is_whole = 0, later, True  # is_whole: the earlier tree itself, which the reader has
    while earlier != end - start:
        half = _split(end - start)
        middle = start + half
        if earlier <= half:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(start, middle))
            start, earlier, is_whole = middle, earlier - half, False
    if not is_whole:
        proof.append(subtree(start, end))
    return proof[::-1]


def is_consistent(
    earlier: int, earlier_root: bytes, later: int, later_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the proof shows that the later tree begins with the earlier one (RFC 9162, 2.1.4.2)."""
    if not 0 < earlier <= later:
        return False
    if earlier == later:
        return not proof and earlier_root == later_root
    path = [earlier_root, *proof] if earlier & (earlier - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = earlier - 1, later - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == earlier_root and new == later_root


def _split(size: int) -> int:
    """Give the largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)
