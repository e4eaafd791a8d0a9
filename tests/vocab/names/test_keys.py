"""Name keys: what must meet meets, what must not does not, and any text at all is taken."""

import subprocess
import sys
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from amparo.vocab.names import NAME_KEY_VERSION, name_keys, normal_form

VECTORS = Path(__file__).parents[2] / "vectors"


@cache
def vectors(name: str) -> dict[str, Any]:
    return yaml.load((VECTORS / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)


def share(one: str, other: str) -> bool:
    return not set(name_keys(one)).isdisjoint(name_keys(other))


def spelled(name: str, section: str = "groups") -> list[tuple[str, str]]:
    return [(group["name"], each) for group in vectors(name)[section] for each in group["spellings"]]


SPELLINGS = sorted({text for pair in spelled("names") + spelled("names_held_out") for text in pair})
NAMES = st.lists(st.sampled_from(SPELLINGS), min_size=1, max_size=4).map(" ".join)
ANY = st.one_of(st.text(), NAMES)


@pytest.mark.parametrize("name", ["names", "names_held_out"])
def test_spellings_of_a_name_share_a_key(name: str) -> None:
    assert [pair for pair in spelled(name) if not share(*pair)] == []


@pytest.mark.parametrize("name", ["names", "names_held_out"])
def test_what_is_listed_as_missed_is_still_missed(name: str) -> None:
    """A rule that finds one of these moves it to its group, and raises the version."""
    assert [pair for pair in spelled(name, "known_misses") if share(*pair)] == []


def test_different_names_share_none_unless_listed_as_known() -> None:
    assert [pair for pair in vectors("names")["different"] if share(*pair)] == []
    assert [pair for pair in vectors("names")["known_collisions"] if not share(*pair)] == []


def test_there_are_vectors_enough() -> None:
    assert len(vectors("names")["groups"]) >= 120
    assert len(vectors("names_held_out")["groups"]) >= 120
    assert len(vectors("names")["different"]) >= 60


def test_keys_of_this_version_stay_as_they_are() -> None:
    """Stored tokens are made of these: if one changes, so must the version."""
    assert NAME_KEY_VERSION == 1
    assert name_keys("Muhammad") == ("mkmt", "mmt")
    assert name_keys("محمد") == ("mkmt", "mmt")
    assert name_keys("Мухаммед") == ("mkmt", "mmt")
    assert name_keys("Nguyễn Thị Hương") == name_keys("NGUYEN THI HUONG")
    assert name_keys("王小明") == name_keys("王 小明")


@given(ANY)
def test_any_text_gives_short_plain_keys_and_always_the_same(text: str) -> None:
    keys = name_keys(text)
    assert keys == name_keys(text)
    assert len(keys) == len(set(keys)) <= 40
    assert all(1 <= len(key) <= 11 and key.isascii() and key.isalpha() and key.islower() for key in keys)


@given(ANY)
def test_composition_and_marks_without_width_change_nothing(text: str) -> None:
    marked = "\u2066" + "\u200f".join(unicodedata.normalize("NFD", text)) + "\u2069"
    assert name_keys(marked) == name_keys(text)
    assert name_keys(unicodedata.normalize("NFD", text)) == name_keys(unicodedata.normalize("NFC", text))


@given(NAMES)
def test_case_spaces_and_hyphens_change_nothing(text: str) -> None:
    assert name_keys(text.upper()) == name_keys(text) == name_keys(text.title())
    assert name_keys(f"  {text.replace(' ', '   ')}\t") == name_keys(text)
    assert name_keys(text.replace(" ", "-")) == name_keys(text)


@given(st.sampled_from([name for name in SPELLINGS if name[0] < "\u0250"]))
def test_a_latin_name_without_its_accents_is_still_found(name: str) -> None:
    bare = "".join(each for each in unicodedata.normalize("NFD", name) if not unicodedata.combining(each))
    assert share(name, bare)


def test_tatweel_and_vowel_marks_change_nothing() -> None:
    assert name_keys("مُحَمَّد") == name_keys("محـــمد") == name_keys("محمد")
    assert name_keys("דָּוִד") == name_keys("דוד")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jean-Pierre", "Jeanpierre"),
        ("Maria del Carmen", "Carmen"),
        ("Ben Ali", "Benali"),
        ("Al Hassan", "Alhassan"),
        ("Md. Rahim", "Mohammad Rahim"),
        ("Abu Bakr", "Abubakar"),
        ("Nur al-Din", "Noureddine"),
        ("ⵎⵓⵃⵎⵎⴷ", "Mohammed"),
    ],
)
def test_joining_words_and_scripts_without_a_table(one: str, other: str) -> None:
    assert share(one, other)


@pytest.mark.parametrize("text", ["", "  ", "123", "—", "\u200f", "'", "…!?", "\ud800"])
def test_a_text_without_letters_has_no_key(text: str) -> None:
    assert name_keys(text) == ()
    assert normal_form(text) == ""


@given(ANY)
def test_the_normal_form_is_latin_and_normal(text: str) -> None:
    form = normal_form(text)
    assert form == normal_form(form)
    assert all(letter == " " or "a" <= letter <= "z" for letter in form)
    assert "  " not in form


def test_importing_reads_no_table() -> None:
    code = (
        "import amparo.vocab.names as names; from amparo.vocab.names import _tables, _han, _sounds, _words;"
        "assert _tables.letters.cache_info().currsize == 0 and _han.pinyin.cache_info().currsize == 0;"
        "assert _sounds._spelling.cache_info().currsize == 0 and _words.joining_words.cache_info().currsize == 0;"
        "import sys; assert not {'phonenumbers', 'yaml', 'django'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
