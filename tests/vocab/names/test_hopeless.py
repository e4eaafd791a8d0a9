"""The quick ways of comparing give what the slow way gives."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.vocab.names import NameQuery, likeness

WORDS = ["Amina", "Haddad", "al", "Al-Haddad", "bin", "Abu", "bakr", "abd", "Abdul", "rahman", "Muhd.", "md", "Dr", "Grace", "O'Neil", "Nguyen", "Thi", "van", "der", "Berg", "محمد", "حسين", "عبد", "الرحمن", "بن", "أبو", "ابو", "Мухаммед", "Саид", "王小明", "김철수", "สมชาย", "ใจดี", "de", "la", "Cruz", "José", "123", "%", "x", "Hussein", "Hussain", "Hasan", "Hassan", "Mohammed", "Mehmet", "ibn", "St"]  # fmt: skip


def _names(rng: random.Random, count: int) -> list[str]:
    return [" ".join(rng.choices(WORDS, k=rng.randint(1, 4))) for _ in range(count)]


@pytest.mark.parametrize("seed", range(40))
def test_a_name_read_piece_by_piece_is_as_alike_as_one_read_whole(seed: int) -> None:
    rng = random.Random(seed)
    (asked,) = _names(rng, 1)
    met = NameQuery(asked)
    for name in _names(rng, 40):
        whole = NameQuery(asked)
        whole._pieces_of = lambda text, query=whole: [query._whole_piece(text)]  # type: ignore[method-assign,misc]
        assert met.likeness(name) == whole.likeness(name)
        assert met.likeness(name, at_least=0.86) in {whole.likeness(name), 0.0}
        assert (met.likeness(name, at_least=0.86) >= 0.86) == (whole.likeness(name) >= 0.86)


@pytest.mark.parametrize("seed", range(40))
def test_a_name_without_a_telling_word_is_not_like_enough_and_meeting_words_changes_nothing(
    seed: int,
) -> None:
    rng = random.Random(seed)
    (asked,) = _names(rng, 1)
    query, told = NameQuery(asked), 0
    people = [_names(rng, rng.randint(1, 3)) for _ in range(60)]
    telling = query.telling({word for texts in people for text in texts for word in text.split()})
    for texts in people:
        together = " ".join(texts)
        for text in (*texts, together):
            alone = NameQuery(asked).likeness(text)
            assert query.likeness(text) == alone
            assert query.likeness(text, at_least=0.86) in {alone, 0.0}
            assert (query.likeness(text, at_least=0.86) >= 0.86) == (alone >= 0.86)
        if telling.isdisjoint(together.split()):
            told += 1
            assert max(NameQuery(asked).likeness(text) for text in (*texts, together)) < 0.75
    assert told or max(likeness(asked, word) for word in WORDS) > 0.5


LETTERS = ("aeiouhmnrsdklt", "ابتحدرسعقلمنهوي", "абвгдехмнрст")


@pytest.mark.parametrize("letters", LETTERS)
@given(data=st.data())
def test_words_met_together_are_as_alike_as_one_by_one(letters: str, data: st.DataObject) -> None:
    """Spellings near to what is asked for: a letter more, less or another, where bars are passed or missed narrowly."""
    asked = data.draw(st.lists(st.text(letters, min_size=1, max_size=9), min_size=1, max_size=3))
    words = {letters[:3]}
    for word in asked:
        at, letter = data.draw(st.integers(0, len(word))), data.draw(st.sampled_from("".join(LETTERS)))
        words |= {word, word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :], word[at:]}
    words.discard("")
    met = NameQuery(" ".join(asked))
    telling = met.telling(words)
    for word in words:
        alone = NameQuery(" ".join(asked))
        assert met.likeness(word) == alone.likeness(word)
        if not alone._read(word).is_open:
            is_alike = max(alone._read(word).pairs, default=(0.0, 0, 0))[0] >= 0.75
            shares_a_key = any(not own.keys.isdisjoint(alone._keys_of(word)) for own in alone._words)
            assert is_alike <= (word in telling) <= (is_alike or shares_a_key)
