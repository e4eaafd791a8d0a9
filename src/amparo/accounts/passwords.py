"""Check a new password against what many people choose and what is known of its owner, without asking anybody outside."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from amparo.accounts.models import User
from amparo.accounts.queries import has_second_factor, organisation_names_of
from amparo.accounts.rules import (
    LEAST_CHARACTERS,
    LEAST_CHARACTERS_ALONE,
    MOST_CHARACTERS,
    Weakness,
    weakness_of,
)
from amparo.vocab.codes import code_list
from amparo.vocab.state import load_state

HOUSE_WORDS: Final = (
    "amparo",
    "password",
    "passphrase",
    "welcome",
    "bienvenido",
    "trafficking",
    "protection",
)


class PasswordRules:
    """What Django asks about each new password."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse a password that is easy to guess, in words that say why."""
        is_alone = user is not None and bool(user.pk) and not has_second_factor(user.pk)
        check_password_fits(password, user=user, is_alone=is_alone)

    def get_help_text(self) -> str:
        """Say what is asked, before it is asked."""
        return _(
            "At least 12 characters. Several words that do not belong together are easy to keep in mind."
        )


def check_password_fits(password: str, *, user: User | None, is_alone: bool = False) -> None:
    """Raise `ValidationError` for a password that is easy to guess; `is_alone` where no second step stands behind it."""
    least = LEAST_CHARACTERS_ALONE if is_alone else LEAST_CHARACTERS
    weakness = weakness_of(password, common=common_passwords(), words=known_words(user), least=least)
    if weakness is not None:
        raise ValidationError(_reason(weakness, least), code=weakness.value)


@cache
def common_passwords() -> frozenset[str]:
    """Give the 20,000 passwords that leaked most often, in small letters: the list that Django brings (BSD licence)."""
    path = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip().casefold() for line in lines)


def known_words(user: User | None) -> tuple[str, ...]:
    """List what somebody who knows the owner, the organisation and the country would try first."""
    words = [*HOUSE_WORDS, *_state_words()]
    if user is not None:
        words += [user.name, *user.email.partition("@")[::2]]
        if user.pk is not None:
            words += organisation_names_of(user.pk)
    return tuple(words)


def _state_words() -> tuple[str, ...]:
    """Give the names by which the installation's State and its areas are known."""
    state = load_state(settings.AMPARO_STATE)
    countries = code_list("country")
    country = countries.label(state.country) if state.country in countries else ""
    return (state.name, country, *(area.name for area in state.areas))


def _reason(weakness: Weakness, least: int) -> str:
    return {
        Weakness.SHORT: _("This password is short. Make it at least %(least)d characters long.")
        % {"least": least},
        Weakness.LONG: _("This password is too long. Choose one of at most %(most)d characters.")
        % {"most": MOST_CHARACTERS},
        Weakness.COMMON: _("Many people have this password, so it is guessed first. Choose another."),
        Weakness.SIMPLE: _(
            "This password repeats or follows the keyboard, so it is guessed first. Choose another."
        ),
        Weakness.KNOWN_WORDS: _(
            "This password is made of names that others know: yours, your organisation's or your country's. Choose "
            "other words."
        ),
    }[weakness]
