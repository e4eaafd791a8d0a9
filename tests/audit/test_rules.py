"""The arithmetic of the seals: held against a plain reading of the standard, and against vectors that never change."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.audit.rules.canonical import EventRow, canonical_bytes
from amparo.audit.rules.epochs import Epoch, follows
from amparo.audit.rules.heads import Head, NotAHead, read_head, why_refused
from amparo.audit.rules.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
    subtrees,
)
from amparo.audit.rules.verdicts import NotAnAnchor, known_heads, typed_from_paper

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
ENTRIES = st.lists(st.binary(max_size=4), max_size=40)


def naive_root(entries: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + naive_root(entries[:k]) + naive_root(entries[k:])).digest()


def hashed(entries: list[bytes]) -> list[bytes]:
    return [leaf_hash(entry) for entry in entries]


# The entries and roots of the tests of Certificate Transparency itself.
CT_ENTRIES = [bytes.fromhex(entry) for entry in VECTORS["certificate_transparency"]["entries"]]


@pytest.mark.parametrize(("size", "root"), list(enumerate(VECTORS["certificate_transparency"]["roots"])))
def test_roots_are_those_of_certificate_transparency(size: int, root: str) -> None:
    assert root_of(hashed(CT_ENTRIES[:size])).hex() == root == naive_root(CT_ENTRIES[:size]).hex()


@given(ENTRIES)
def test_roots_are_those_of_the_standard(entries: list[bytes]) -> None:
    tree = Frontier()
    for leaf in hashed(entries):
        tree.append(leaf)
    assert root_of(hashed(entries)) == tree.root() == naive_root(entries)
    assert Frontier.from_bytes(tree.size, tree.to_bytes()) == tree


@given(ENTRIES.filter(bool), st.data())
def test_every_entry_is_shown_to_be_included_and_no_other(entries: list[bytes], data: st.DataObject) -> None:
    leaves = hashed(entries)
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = inclusion_proof(index, len(leaves), subtrees(leaves))
    root = root_of(leaves)
    assert is_included(leaves[index], index, len(leaves), proof, root)
    assert not is_included(leaf_hash(b"another"), index, len(leaves), proof, root)
    assert not is_included(leaves[index], len(leaves), len(leaves), proof, root)
    assert not is_included(leaves[index], index, len(leaves), [*proof, bytes(32)], root)
    if proof:
        assert not is_included(leaves[index], index, len(leaves), proof[:-1], root)


@given(ENTRIES.filter(bool), st.data())
def test_a_later_tree_is_shown_to_continue_an_earlier_one(entries: list[bytes], data: st.DataObject) -> None:
    leaves = hashed(entries)
    earlier = data.draw(st.integers(1, len(leaves)))
    before = Frontier()
    for leaf in leaves[:earlier]:
        before.append(leaf)
    # From the frontier alone, as the installation makes it, and from all leaves: the same.
    proof = consistency_proof(earlier, len(leaves), subtrees(leaves[earlier:], before=before))
    assert proof == consistency_proof(earlier, len(leaves), subtrees(leaves))
    roots = before.root(), root_of(leaves)
    assert is_consistent(earlier, roots[0], len(leaves), roots[1], proof)
    assert not is_consistent(earlier, leaf_hash(b"another"), len(leaves), roots[1], proof)
    assert not is_consistent(earlier, roots[0], len(leaves), leaf_hash(b"another"), proof)
    for at in range(len(proof)):
        wrong = [*proof[:at], bytes(32), *proof[at + 1 :]]
        assert not is_consistent(earlier, roots[0], len(leaves), roots[1], wrong)


@given(ENTRIES.filter(lambda entries: len(entries) > 1), st.data())
def test_no_proof_leads_from_a_changed_tree(entries: list[bytes], data: st.DataObject) -> None:
    leaves = hashed(entries)
    earlier = data.draw(st.integers(1, len(leaves) - 1))
    changed = list(leaves)
    changed[data.draw(st.integers(0, earlier - 1))] = leaf_hash(b"something else")
    proof = consistency_proof(earlier, len(leaves), subtrees(changed))
    assert not is_consistent(earlier, root_of(leaves[:earlier]), len(leaves), root_of(changed), proof)


def test_nothing_has_a_root_of_its_own() -> None:
    assert root_of([]) == EMPTY_ROOT == Frontier().root()
    with pytest.raises(ValueError, match="peaks"):
        Frontier.from_bytes(3, bytes(32))
    with pytest.raises(ValueError, match="no such entry"):
        inclusion_proof(1, 1, subtrees([bytes(32)]))
    with pytest.raises(ValueError, match="with entries"):
        consistency_proof(0, 1, subtrees([bytes(32)]))


def event_of(values: dict[str, Any]) -> EventRow:
    moments = {name: datetime.fromisoformat(values[name]) for name in ("recorded_at", "at")}
    return EventRow(**{**values, **moments, "persons": [UUID(person) for person in values["persons"]]})


@pytest.mark.parametrize("vector", VECTORS["events"], ids=lambda vector: vector["about"])
def test_the_form_of_an_event_never_changes(vector: dict[str, Any]) -> None:
    content = canonical_bytes(event_of(vector["event"]))
    assert content.hex() == vector["bytes"]
    assert leaf_hash(content).hex() == vector["leaf"]


TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
EVENTS = st.builds(
    EventRow,
    generation=st.integers(0, 3), xid=st.integers(0, 9), id=st.integers(0, 9),
    recorded_at=st.datetimes(timezones=st.just(UTC), min_value=datetime(1999, 1, 1)), at=st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    user=st.none() | st.integers(0, 3), membership=st.none() | st.integers(0, 3), organisation=st.none(),
    session=TEXTS, via=TEXTS, action=TEXTS, record=TEXTS, persons=st.lists(st.uuids(), max_size=2),
    fields=st.lists(TEXTS, max_size=3), count=st.none() | st.integers(0, 3), purpose=TEXTS, basis=TEXTS, outcome=TEXTS,
)  # fmt: skip


@given(EVENTS, EVENTS)
def test_two_events_have_the_same_bytes_only_when_they_are_the_same(one: EventRow, other: EventRow) -> None:
    assert (canonical_bytes(one) == canonical_bytes(other)) == (one == other)


def epoch(**changes: Any) -> Epoch:
    given_ = VECTORS["epoch"]["epoch"] | changes
    return Epoch(
        **{
            **given_, "root": bytes.fromhex(given_["root"]), "previous": bytes.fromhex(given_["previous"]),
            "sealed_at": datetime.fromisoformat(given_["sealed_at"]),
        }
    )  # fmt: skip


def test_the_hash_of_an_epoch_never_changes_and_covers_all_of_it() -> None:
    assert epoch().hash().hex() == VECTORS["epoch"]["hash"]
    changes: list[dict[str, Any]] = [
        {"number": 4}, {"generation": 1}, {"lo": 101}, {"hi": 201}, {"events": 6}, {"root": "00" * 32},
        {"previous": "00" * 32}, {"sealed_at": "2026-11-22T09:30:00.000001+00:00"},
    ]  # fmt: skip
    assert len({epoch(**change).hash() for change in changes}) == len(changes)
    assert all(epoch(**change).hash() != epoch().hash() for change in changes)


@pytest.mark.parametrize(
    ("changes", "is_next"),
    [
        ({"number": 4, "lo": 200, "hi": 201}, True), ({"number": 5, "lo": 200, "hi": 201}, False),
        ({"number": 4, "lo": 199, "hi": 201}, False), ({"number": 4, "lo": 201, "hi": 202}, False),
        ({"number": 4, "lo": 200, "hi": 200}, False), ({"number": 4, "generation": 3, "lo": 0, "hi": 5}, True),
        ({"number": 4, "generation": 3, "lo": 1, "hi": 5}, False), ({"number": 4, "generation": 1, "lo": 0, "hi": 5}, False),
    ],
)  # fmt: skip
def test_epochs_leave_no_gap(changes: dict[str, Any], is_next: bool) -> None:
    assert follows(epoch(**changes), epoch()) is is_next
    assert follows(epoch(number=1, lo=0), None)
    assert not follows(epoch(number=1, lo=1), None)


HEAD = Head(**VECTORS["head"]["head"])


def test_the_bytes_of_a_head_never_change() -> None:
    assert HEAD.signed_bytes().hex() == VECTORS["head"]["signed"]
    assert HEAD.is_signed()
    assert read_head(HEAD.to_json()) == HEAD


@pytest.mark.parametrize(
    "change",
    [{"size": -1}, {"size": True}, {"size": 1.0}, {"size": 2**60}, {"root": "zz"}, {"root": "AB" * 32}, {"key": ""},
     {"installation": "x" * 36}, {"at": "x" * 200}, {"extra": 1}, {"signature": None}],
)  # fmt: skip
def test_what_is_no_head_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(NotAHead):
        read_head(HEAD.to_json() | change)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda some: st.lists(some) | st.dictionaries(st.text(), some),
    )
)
def test_reading_a_head_believes_nothing(given_: Any) -> None:
    with pytest.raises(NotAHead):
        read_head(given_)


def test_a_witness_takes_no_other_key_and_no_broken_signature() -> None:
    from dataclasses import replace

    assert why_refused(HEAD, None, [], pinned=HEAD.key) == ""
    assert "another key" in why_refused(HEAD, None, [], pinned="00" * 32)
    assert "signature" in why_refused(replace(HEAD, events=HEAD.events + 1), None, [], pinned=HEAD.key)
    assert "goes back" in why_refused(HEAD, replace(HEAD, size=HEAD.size + 1), [], pinned=HEAD.key)
    assert "does not continue" in why_refused(HEAD, replace(HEAD, root="00" * 32), [], pinned=HEAD.key)
    assert why_refused(HEAD, HEAD, [], pinned=HEAD.key) == "", (
        "the same head again is no fault: nothing happened since"
    )


def test_a_page_can_be_typed_back() -> None:
    digits = "abcd " * 16
    found = typed_from_paper(f" 12\n{digits.upper()}\n", source="page")
    assert found is not None
    assert (found.size, found.root) == (12, "abcd" * 16)
    assert typed_from_paper("12 abcd", source="page") is None


@pytest.mark.parametrize(
    "value", [None, 1, {}, {"head": 1}, {"size": "1", "root": "00" * 32}, {"size": 1, "root": "x"}]
)
def test_what_is_no_anchor_is_refused(value: Any) -> None:
    with pytest.raises(NotAnAnchor):
        known_heads([value], source="a file")


def test_moments_count_in_whole_microseconds() -> None:
    from amparo.audit.rules.canonical import BEGINNING, microseconds

    assert microseconds(BEGINNING - timedelta(microseconds=1)) == -1
    assert microseconds(datetime(2066, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)) % 1_000_000 == 999_999
