"""Passwords: what is refused, why, and that nothing else is."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from amparo.accounts.actions import add_user
from amparo.accounts.models import User
from amparo.accounts.passwords import check_password_fits, common_passwords, known_words
from amparo.accounts.rules import LEAST_CHARACTERS, MOST_CHARACTERS, Weakness, plain_form, weakness_of
from tests.factories.accounts import NOW, add_second_factor, make_membership, make_organisation, make_user

COMMON = frozenset({"password", "iloveyou", "dragon", "football"})
WORDS = ("Casa Luz", "Noor Amari", "noor.amari", "Ruritania", "amparo")


@pytest.mark.parametrize(
    ("typed", "weakness"),
    [
        ("a calm night", None),
        ("eight bridges under snow", None),
        ("пять тихих цапель", None),
        ("عصفور على شجرة بعيدة", None),
        ("twelve chars", None),
        ("only eleven", Weakness.SHORT),
        ("x" * 10 + "yz" * 200, Weakness.LONG),
        ("password2026", Weakness.COMMON),
        ("!!P4ssw0rd!!2026", Weakness.COMMON),
        ("1111iloveyou1111", Weakness.COMMON),
        ("aaaaaaaaaaaaaaa", Weakness.SIMPLE),
        ("abcabcabcabcabc", Weakness.SIMPLE),
        ("123456789012", Weakness.SIMPLE),
        ("qwertyuiopasdf", Weakness.SIMPLE),
        ("fdsapoiuytrewq", Weakness.SIMPLE),
        ("йцукенгшщзхъ", Weakness.SIMPLE),
        ("CasaLuz2026!!", Weakness.KNOWN_WORDS),
        ("Noor Amari 1984", Weakness.KNOWN_WORDS),
        ("ruritania-Casa-Luz", Weakness.KNOWN_WORDS),
        ("nine quiet herons at Casa Luz", None),
    ],
)
def test_p25_what_is_easy_to_guess_is_refused(typed: str, weakness: Weakness | None) -> None:
    assert weakness_of(typed, common=COMMON, words=WORDS) is weakness


@given(st.text(max_size=40))
def test_p25_one_password_in_any_composition_is_one(typed: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert plain_form(unicodedata.normalize(form, typed)) == plain_form(typed)


@given(st.text(min_size=1, max_size=300))
def test_p25_length_is_judged_as_it_is_kept(typed: str) -> None:
    length = len(plain_form(typed))
    weakness = weakness_of(typed, common=(), words=())
    assert (weakness is Weakness.SHORT) is (length < LEAST_CHARACTERS)
    assert (weakness is Weakness.LONG) is (length > MOST_CHARACTERS)


def test_p25_no_composition_is_asked_for() -> None:
    assert weakness_of("all small letters and spaces", common=COMMON, words=WORDS) is None


def test_p25_the_list_is_long_and_at_hand() -> None:
    assert len(common_passwords()) > 19_000
    assert {"password", "123456", "qwerty"} <= common_passwords()


@pytest.mark.django_db
class TestKept:
    """What is known of the owner counts, and the form in which a password is kept."""

    def test_p25_names_of_the_house_and_its_people_are_known(self) -> None:
        user = make_user(email="noor.amari@shelter.example", name="Noor Amari")
        make_membership(user=user, organisation=make_organisation(name="Casa Luz"))
        words = known_words(user)
        assert {"Noor Amari", "noor.amari", "shelter.example", "Casa Luz", "amparo"} <= set(words)
        with pytest.raises(ValidationError, match="names that others know"):
            check_password_fits("CasaLuz-Noor-26", user=user)

    def test_p25_a_password_that_stands_alone_is_longer(self) -> None:
        user = make_user()
        make_membership(user=user)
        with pytest.raises(ValidationError, match="at least 15"):
            check_password_fits("herons at six", user=user, is_alone=True)
        check_password_fits("herons at six", user=user)

    def test_p25_composed_in_another_way_it_still_opens(self) -> None:
        user = make_user(password="Zürich sehr früh am Morgen")
        assert user.check_password(unicodedata.normalize("NFD", "Zürich sehr früh am Morgen"))
        assert not user.check_password("Zurich sehr fruh am Morgen")

    def test_p25_a_refused_one_makes_nobody(self) -> None:
        with pytest.raises(ValidationError, match="Many people"):
            add_user(email="new@example.org", name="Noor", password="football2026", now=NOW)
        assert not User.objects.exists()

    def test_p25_with_a_second_step_twelve_characters_do(self) -> None:
        from amparo.accounts.passwords import PasswordRules

        user = make_user()
        with pytest.raises(ValidationError):
            PasswordRules().validate("herons at six", user)
        add_second_factor(user)
        PasswordRules().validate("herons at six", user)
