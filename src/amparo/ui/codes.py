"""Labels of coded values in the language of the page."""

import unicodedata
from collections.abc import Sequence
from functools import cache

from django.utils.translation import get_language, gettext

from amparo.ui.formats import current_locale
from amparo.vocab.codes import UnknownCode, code_list
from amparo.vocab.null import NullReason, is_null_reason

# Babel names these user-assigned codes after tests of software; ours name the fictional State.
_PSEUDO_COUNTRIES = frozenset({"XA", "XB"})
_BY_NAME = frozenset({"country", "language"})  # other lists keep the order of their source


def code_label(list_name: str, code: str) -> str:
    """Return the label of a code or of the reason why there is none; an unknown code is shown as it stands."""
    if not code or is_null_reason(code):
        return gettext(NullReason(code or NullReason.NOT_ASKED).label)
    named = _name_by_locale(list_name, code)
    if named:
        return named
    try:
        return gettext(code_list(list_name).label(code))
    except UnknownCode:
        return code


def code_labels(list_name: str, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of a set of codes; an empty set was not asked."""
    return tuple(code_label(list_name, code) for code in codes) or (gettext(NullReason.NOT_ASKED.label),)


def choices(list_name: str) -> list[tuple[str, str]]:
    """Return the codes of a list that may be chosen, with their labels; countries and languages by their names."""
    return list(_choices(list_name, get_language() or "en"))


def count_codes(list_name: str) -> int:
    """Return how many answers a list has; it needs no language, so that forms can be declared before there is one."""
    return sum(not is_null_reason(code.code) for code in code_list(list_name))


@cache
def _choices(list_name: str, language: str) -> tuple[tuple[str, str], ...]:
    """Gather the choices once a language: some lists hold hundreds, and forms are made for each request."""
    labelled = [(code.code, code_label(list_name, code.code)) for code in code_list(list_name)]
    if list_name in _BY_NAME:
        labelled.sort(key=lambda one: unicodedata.normalize("NFKD", one[1]).casefold())
    return tuple(labelled)


def _name_by_locale(list_name: str, code: str) -> str:
    locale = current_locale()
    if list_name == "country" and code.upper() not in _PSEUDO_COUNTRIES:
        return str(locale.territories.get(code.upper(), ""))
    if list_name == "language" and locale.language != "en":
        return str(locale.languages.get(code.lower(), ""))
    return ""
