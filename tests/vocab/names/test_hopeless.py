"""The quick ways of comparing give what the slow way gives."""

from __future__ import annotations

import random

import pytest

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
def test_names_that_are_hopeless_are_not_alike_one_by_one_nor_together(seed: int) -> None:
    rng = random.Random(seed)
    (asked,) = _names(rng, 1)
    query = NameQuery(asked)
    hopeless = 0
    for _ in range(60):
        texts = _names(rng, rng.randint(1, 3))
        if query.is_hopeless(texts):
            hopeless += 1
            assert max(NameQuery(asked).likeness(text) for text in (*texts, " ".join(texts))) == 0
    assert hopeless or max(likeness(asked, word) for word in WORDS) > 0.5
