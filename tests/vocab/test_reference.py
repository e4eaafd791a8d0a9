"""Case references: read back, forgiving, and catching every slip."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.vocab.reference import BadReference, make_reference, parse_reference

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCES = st.builds(
    lambda seed, prefix: make_reference(prefix, random.Random(seed)),
    st.integers(),
    st.sampled_from(["XA", "IL", "OLU", "UTO"]),
)


@given(REFERENCES)
def test_a_reference_is_read_back_however_it_is_typed(reference: str) -> None:
    prefix, _, body = reference.partition("-")
    bare = body.replace("-", "")
    typed = [
        reference.lower(),
        f" {prefix} {bare} ",
        prefix + bare,
        reference.replace("-", "–"),
        f"\u2066{reference}\u2069",
        f"{prefix}-{body.replace('0', 'O').replace('1', 'l')}",
        f"{prefix}-{body.replace('0', 'o').replace('1', 'I')}",
    ]
    assert {parse_reference(text) for text in [reference, *typed]} == {reference}


@given(REFERENCES)
def test_every_single_wrong_character_is_caught(reference: str) -> None:
    start = reference.index("-") + 1
    for place in range(start, len(reference)):
        if reference[place] == "-":
            continue
        for letter in LETTERS:
            if letter != reference[place]:
                with pytest.raises(BadReference):
                    parse_reference(reference[:place] + letter + reference[place + 1 :])


@given(REFERENCES)
def test_every_swap_of_neighbours_is_caught(reference: str) -> None:
    prefix, _, rest = reference.partition("-")
    body = rest.replace("-", "")
    for place in range(len(body) - 1):
        first, second = body[place], body[place + 1]
        if first != second:
            with pytest.raises(BadReference):
                parse_reference(prefix + body[:place] + second + first + body[place + 2 :])


@given(REFERENCES)
def test_a_lost_or_a_doubled_character_is_caught(reference: str) -> None:
    for text in (reference[:-1], reference + reference[-1]):
        try:
            assert parse_reference(text) != reference
        except BadReference:
            continue
        # By chance (1 in 37) such a text reads as a reference with another prefix; never as this one.


@pytest.mark.parametrize(
    "text", ["", "XA", "X-7Q4K-9X2M-C", "12-7Q4K-9X2M-C", "XA-7Q4K-9X2M-C!", "XA-7Q4U-9X2M-C"]
)
def test_other_texts_are_refused_with_a_reason(text: str) -> None:
    with pytest.raises(BadReference, match=r"A reference|The character|One character"):
        parse_reference(text)


def test_a_prefix_is_letters() -> None:
    with pytest.raises(BadReference):
        make_reference("X1", random.Random(1))
