"""The language of a report: its sentences are looked up in the catalogues of the package while it is made, without the platform."""

from __future__ import annotations

import gettext as catalogues
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

import amparo
from amparo.stats.results import Said
from amparo.vocab.text import N_, ToldError

__all__ = [
    "ENGLISH",
    "NoSuchLanguage",
    "apart",
    "foreign_apart",
    "gettext",
    "is_right_to_left",
    "joined",
    "languages",
    "listed",
    "ngettext",
    "percent",
    "pgettext",
    "say",
    "speaking",
    "spoken_language",
]

ENGLISH: Final = "en"
FOLDER: Final = (
    Path(amparo.__file__).parent / "ui" / "locale"
)  # files of the package, no code of the platform
_WRITTEN: Final = N_("The numbers stand in the table below.")  # a language that can say this has reports
_RIGHT_TO_LEFT: Final = {"ar"}
_PERCENT: Final = re.compile("[0-9][0-9.,]*[ \N{NO-BREAK SPACE}]%")
_LISTED: Final = {False: ", ", True: "، "}
_spoken: ContextVar[catalogues.NullTranslations | None] = ContextVar("spoken", default=None)
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


class NoSuchLanguage(ToldError):
    """No report is written in the language; the message names those that there are."""


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    if language == ENGLISH:
        return catalogues.NullTranslations()
    folder, _, script = language.partition("-")
    named = f"{folder}_{script.capitalize()}" if script else folder
    return catalogues.translation("django", FOLDER, [named])


@cache
def languages() -> tuple[str, ...]:
    """Give the languages that a report can be written in: English, and those whose catalogue has the words of reports."""
    found = [path.name.replace("_", "-").lower() for path in sorted(FOLDER.iterdir()) if path.is_dir()]
    return (ENGLISH, *(one for one in found if _catalogue(one).gettext(_WRITTEN) != _WRITTEN))


def is_right_to_left(language: str) -> bool:
    """Tell whether a language is written from right to left."""
    return language in _RIGHT_TO_LEFT


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let every sentence that is made within be of this language."""
    if language not in languages():
        raise NoSuchLanguage(
            N_('There is no report in the language "%(language)s". The languages are: %(known)s.'),
            language=language,
            known=", ".join(languages()),
        )
    spoken, named = _spoken.set(_catalogue(language)), _language.set(language)
    try:
        yield
    finally:
        _spoken.reset(spoken)
        _language.reset(named)


def spoken_language() -> str:
    """Give the language that is spoken now."""
    return _language.get()


def gettext(message: str) -> str:
    """Give a message in the language that is spoken now."""
    spoken = _spoken.get()
    return message if spoken is None else spoken.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Give a message in the form that belongs to a number."""
    spoken = _spoken.get() or catalogues.NullTranslations()
    return spoken.ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """Give a message that has several meanings in English in the one meant."""
    spoken = _spoken.get()
    return message if spoken is None else spoken.pgettext(context, message)


def say(said: Said | ToldError) -> str:
    """Say a sentence of a method in the language that is spoken now."""
    return gettext(said.template) % (said.written(listed) if isinstance(said, Said) else said.values)


def apart(text: str) -> str:
    """Set a value apart from writing that runs from right to left: in it, 9--17 would become 17--9."""
    is_turned = is_right_to_left(spoken_language())
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if is_turned and text else text


def foreign_apart(text: str) -> str:
    """Set a text apart that has no letter of writing from right to left, and in others 95 %: both would be turned round."""
    if not any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text):
        return apart(text)
    return _PERCENT.sub(lambda found: apart(found[0].replace(" ", "\N{NO-BREAK SPACE}")), text)


def percent(share: float, digits: int = 0, *, sign: bool = False) -> str:
    """Write a share: 59 %. It is one word, which no end of a line parts; with its sign where it tells a change: +0.20 %."""
    return f"{100 * share:{'+' if sign else ''}.{digits}f}\N{NO-BREAK SPACE}%"


def listed(texts: Iterable[str]) -> str:
    """Join values as the language joins them, each set apart."""
    return joined(map(apart, texts))


def joined(phrases: Iterable[str]) -> str:
    """Join phrases of the language itself: set apart, one that begins with a foreign word would be turned round."""
    return _LISTED[is_right_to_left(spoken_language())].join(phrases)
