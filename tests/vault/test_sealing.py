"""A sealed value opens in its place, and nowhere else."""

from __future__ import annotations

import io
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.vault.rules import (
    Compartment,
    KeyKind,
    KeyLine,
    NotOpened,
    PersonKey,
    Place,
    Unsealing,
    Unwrapping,
    locked_in,
    new_key,
    seal_bytes,
    wrap,
)
from amparo.vault.rules.files import PIECE, clear_size, seal_file, unseal_file
from amparo.vault.rules.places import associated_data, bound
from amparo.vault.rules.sealing import padded, unpadded

INSTALLATION = uuid4()
KEY = PersonKey(1, bytes(range(32)), Compartment.PROTECTION)
PLACE = Place(table="cases_person", column="names", row=uuid4(), person=uuid4(), kind=KeyKind.LABEL)


def sealed(plain: bytes = b"Amina") -> bytes:
    return seal_bytes(plain, key=KEY, place=PLACE, installation=INSTALLATION)


def opened(content: bytes, *, key: PersonKey = KEY, place: Place = PLACE) -> bytes:
    return Unsealing(INSTALLATION).open(content, keys=(key,), place=place)


@given(st.binary(max_size=2_000))
def test_what_was_sealed_opens_in_its_place(plain: bytes) -> None:
    assert opened(sealed(plain)) == plain


def test_p07_a_value_moved_to_another_place_does_not_open() -> None:
    persons = [uuid4() for _ in range(6)]
    places = [
        Place(table=table, column=column, row=row, person=person, kind=kind)
        for person, (table, column), row, kind in product(
            persons, (("a", "bc"), ("ab", "c")), (persons[0], UUID(int=1)), KeyKind
        )
    ]
    contents = [seal_bytes(b"x", key=KEY, place=place, installation=INSTALLATION) for place in places]
    for (one, content), (other, place) in product(enumerate(contents), enumerate(places)):
        if one == other:
            assert opened(content, place=place) == b"x"
        else:
            with pytest.raises(NotOpened):
                opened(content, place=place)


def test_p07_a_value_of_another_installation_compartment_or_key_does_not_open() -> None:
    content = sealed()
    other_keys = (
        PersonKey(1, KEY.secret, Compartment.JUSTICE),
        PersonKey(2, KEY.secret, Compartment.PROTECTION),
        PersonKey(1, bytes(32), Compartment.PROTECTION),
    )
    for key in other_keys:
        with pytest.raises(NotOpened):
            opened(content, key=key)
    with pytest.raises(NotOpened):
        Unsealing(uuid4()).open(content, keys=(KEY,), place=PLACE)


def test_p08_no_changed_bit_yields_a_value() -> None:
    content = sealed()
    for position in range(len(content) * 8):
        changed = bytearray(content)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(NotOpened):
            opened(bytes(changed))


@given(st.binary(max_size=200))
def test_p08_no_other_bytes_yield_a_value(content: bytes) -> None:
    with pytest.raises(NotOpened):
        opened(content)


def test_p08_a_cut_value_does_not_open() -> None:
    content = sealed(b"x" * 300)
    for length in range(len(content)):
        with pytest.raises(NotOpened):
            opened(content[:length])


@given(st.binary(max_size=1_500))
def test_the_length_of_a_value_tells_little(plain: bytes) -> None:
    text = padded(plain)
    assert len(text) in (16, 32, 64, 128, 256) or len(text) % 256 == 0
    assert len(text) >= len(plain) + 4
    assert unpadded(text) == plain


@given(st.lists(st.binary(max_size=6), max_size=5), st.lists(st.binary(max_size=6), max_size=5))
def test_two_lists_of_fields_never_bind_to_the_same_bytes(one: list[bytes], other: list[bytes]) -> None:
    assert (bound(*one) == bound(*other)) == (one == other)


def test_equal_values_look_different() -> None:
    assert sealed() != sealed()


def test_a_wrapped_key_is_bound_to_its_person_kind_compartment_and_number() -> None:
    line, person = KeyLine(INSTALLATION, KeyKind.RECORD, Compartment.PROTECTION, 1), uuid4()
    by, key = new_key(7), new_key()
    wrapped = wrap(key, by=by, line=line, person=person)
    unwrapping = Unwrapping(line, by=by)
    assert unwrapping.key_of(person, wrapped).secret == key.secret
    others = (
        line._replace(installation=uuid4()),
        line._replace(kind=KeyKind.LABEL),
        line._replace(compartment=Compartment.JUSTICE),
        line._replace(number=2),
    )
    wrong = (new_key(7), type(by)(8, by.secret))
    for other in (
        *(Unwrapping(each, by=by) for each in others),
        *(Unwrapping(line, by=key) for key in wrong),
    ):
        with pytest.raises(NotOpened):
            other.key_of(person, wrapped)
    for length in (0, 1, 2, 13, 14, len(wrapped) - 1):
        with pytest.raises(NotOpened):
            unwrapping.key_of(person, wrapped[:length])
    with pytest.raises(NotOpened):
        unwrapping.key_of(uuid4(), wrapped)


def test_values_of_several_persons_keys_and_kinds_open_in_any_order_and_each_with_its_own_key_only() -> None:
    """The cipher of the last key is kept: it must never serve for the next person, kind or number."""
    keys = {number: PersonKey(number, bytes([number]) * 32, Compartment.PROTECTION) for number in (1, 2)}
    others = (PersonKey(1, bytes(32), Compartment.PROTECTION),)
    places = [PLACE, PLACE._replace(column="identity", kind=KeyKind.RECORD)]
    values = [
        (f"{number} {place.column}".encode(), keys[number], place)
        for number, place in product((1, 2), places)
    ]
    content = [
        seal_bytes(plain, key=key, place=place, installation=INSTALLATION) for plain, key, place in values
    ]
    unsealing, hers = Unsealing(INSTALLATION), (keys[2], keys[1])
    for at in (0, 3, 1, 0, 2, 2):
        assert unsealing.open(content[at], keys=hers, place=values[at][2]) == values[at][0]
        for keys_of_another, place in (
            (others, values[at][2]),
            (hers, PLACE._replace(person=uuid4())),
            ((), PLACE),
        ):
            with pytest.raises(NotOpened):
                unsealing.open(content[at], keys=keys_of_another, place=place)


def test_nothing_prints_a_key() -> None:
    assert repr(KEY.secret) not in repr(KEY)
    assert "secret" not in repr(KEY)


def test_where_she_is_lies_in_a_compartment_of_its_own_but_for_the_independent_unit() -> None:
    assert locked_in(KeyKind.PLACE, home=Compartment.PROTECTION) is Compartment.LOCATION
    assert locked_in(KeyKind.PLACE, home=Compartment.INTEGRITY) is Compartment.INTEGRITY
    assert locked_in(KeyKind.LABEL, home=Compartment.JUSTICE) is Compartment.JUSTICE


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 17])
def test_a_file_comes_back_whole_and_tells_its_size(size: int) -> None:
    content = bytes(position % 251 for position in range(size))
    pieces = [content[start : start + 10_000] for start in range(0, size, 10_000)]
    kept = b"".join(seal_file(pieces, key=KEY, place=PLACE, installation=INSTALLATION))
    assert clear_size(len(kept)) == size
    opened = unseal_file(io.BytesIO(kept), keys=[KEY], place=PLACE, installation=INSTALLATION)
    assert b"".join(opened) == content


def test_p08_a_file_that_was_cut_reordered_or_changed_does_not_open() -> None:
    kept = b"".join(seal_file([bytes(3 * PIECE)], key=KEY, place=PLACE, installation=INSTALLATION))
    head, piece = 4 + 60, 12 + PIECE + 16
    cut_at_a_piece = kept[: head + 2 * piece]
    reordered = (
        kept[:head]
        + kept[head + piece : head + 2 * piece]
        + kept[head : head + piece]
        + kept[head + 2 * piece :]
    )
    for changed in (
        cut_at_a_piece,
        reordered,
        kept[:-1],
        kept + b"x",
        kept[:head],
        kept[:10],
        b"",
        kept[:-1] + b"x",
    ):
        with pytest.raises(NotOpened):
            b"".join(unseal_file(io.BytesIO(changed), keys=[KEY], place=PLACE, installation=INSTALLATION))


@given(st.text(max_size=40), st.text(max_size=40), st.uuids(), st.uuids(), st.binary(max_size=8))
def test_p07_what_a_value_is_bound_to_is_each_field_with_its_length(
    table: str, column: str, row: UUID, person: UUID, header: bytes
) -> None:
    for kind, compartment in product(KeyKind, (Compartment.PROTECTION, Compartment.LOCATION)):
        place = Place(table=table, column=column, row=row, person=person, kind=kind)
        expected = bound(
            b"amparo", b"v1", INSTALLATION.bytes, table.encode(), column.encode(), row.bytes, person.bytes,
            kind.encode(), compartment.encode(), header,
        )  # fmt: skip
        found = associated_data(place, compartment=compartment, installation=INSTALLATION, header=header)
        assert found == expected
