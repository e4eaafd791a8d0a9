"""The normal forms of what identifies a person exactly: papers, telephone numbers, addresses of mail and web.

Each returns nothing for a text that is no such thing: there is then nothing to find it by. Only a number in
the form of a machine-readable zone whose check digit is wrong is refused, for it was surely mistyped.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from amparo.vocab.text import N_, ToldError

_LAST_DIGITS: Final = 8
_FEWEST_DIGITS: Final = 7
_MACHINE_WEIGHTS: Final = (7, 3, 1)
# Cyrillic and Greek capitals that look like Latin ones: series of papers are typed on either keyboard.
_LOOKALIKES: Final = str.maketrans("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSABEZHIKMNOPTYX")
_TRACKING: Final = re.compile(r"utm_.*|fbclid|gclid|igshid|igsh|si|ref|ref_src|mc_.*|yclid|_ga")
_SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_USUAL_HOSTS: Final = re.compile(r"^(?:www\d?|m|mobile|touch)\.(?=[^.]+\.)")


class BadIdentifier(ToldError):
    """A number contradicts its own check digit; the message says what to look at."""


def document_key(country: str, kind: str, number: str) -> str | None:
    """Return the normal form of a paper's number: country, kind, and the number in the signs A to Z and 0 to 9.

    `country` and `kind` are codes of the code lists, or empty when not known. A number copied from a
    machine-readable zone (with its `<`) has its check digit verified and taken off; raises `BadIdentifier`
    when it is wrong.
    """
    zone = _plain(number).replace(" ", "")
    digits = _only_signs(zone)
    machine_read = re.fullmatch(r"([A-Z0-9]+<*)([0-9])", zone) if "<" in zone else None
    if machine_read:
        if _machine_check(machine_read[1]) != int(machine_read[2]):
            raise BadIdentifier(N_("The last digit does not fit the number. Compare it with the paper."))
        digits = machine_read[1].rstrip("<")
    if not digits:
        return None
    return f"{_only_signs(_plain(country))} {kind.strip().lower()} {digits}"


def telephone_key(text: str, country: str) -> tuple[str, ...]:
    """Return the forms of a telephone number: in E.164 if it can be one, and its last eight digits.

    `country` is the two-letter code of the country from which it would be dialled as written.
    """
    import phonenumbers

    digits = "".join(letter for letter in _plain(text) if letter.isascii() and letter.isdigit())
    if len(digits) < _FEWEST_DIGITS:
        return ()
    ending = digits[-_LAST_DIGITS:]
    try:
        number = phonenumbers.parse(_dialled(text), country.upper() or None)
    except phonenumbers.NumberParseException:
        return (ending,)
    if not phonenumbers.is_possible_number(number):
        return (ending,)
    national = str(number.national_number)
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return (whole, national[-_LAST_DIGITS:]) if len(national) >= _FEWEST_DIGITS else (whole,)


def email_key(text: str) -> str | None:
    """Return the normal form of an address of mail: folded, its domain as the network writes it."""
    bare = _plain(text).lower().strip().removeprefix("mailto:").strip("<>\"' ")
    name, at, domain = bare.rpartition("@")
    host = _host(domain)
    if not at or not name or host is None or any(letter.isspace() for letter in name):
        return None
    return f"{name}@{host}"


def address_key(url: str) -> tuple[str, ...]:
    """Return the forms of an address of the web: the page, and its domain; without what only tracks or decorates."""
    folded = _visible(unicodedata.normalize("NFKC", url)).strip()
    try:
        parts = urlsplit(folded if _SCHEME.match(folded) else f"https://{folded}")
        host = _host(parts.hostname or "")
    except ValueError:
        return ()
    if host is None:
        return ()
    host = _USUAL_HOSTS.sub("", host)
    path = unquote(parts.path).casefold().rstrip("/")
    asked = sorted(
        (name.casefold(), value.casefold())
        for name, value in parse_qsl(parts.query)
        if not _TRACKING.fullmatch(name.casefold())
    )
    page = _visible(host + path + (f"?{urlencode(asked)}" if asked else ""))
    return (page, host) if page != host else (host,)


def _plain(text: str) -> str:
    """Fold width, case, digits of any script, look-alike letters, and marks that cannot be seen."""
    folded = unicodedata.normalize("NFKC", _visible(text)).upper().translate(_LOOKALIKES)
    return "".join(str(unicodedata.digit(letter, letter)) for letter in folded)


def _visible(text: str) -> str:
    return "".join(letter for letter in text if unicodedata.category(letter) not in {"Cf", "Cs", "Cc", "Co"})


def _only_signs(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum())


def _dialled(text: str) -> str:
    """Return the number as it is dialled abroad: 00 at the start is a plus."""
    plain = _plain(text).strip()
    return f"+{plain[2:]}" if plain.startswith("00") else plain


def _machine_check(text: str) -> int:
    """Return the check digit of ICAO Doc 9303 part 3: weights 7, 3, 1; A is 10, the filler is nought."""
    values = (0 if sign == "<" else int(sign, 36) for sign in text)
    return sum(value * _MACHINE_WEIGHTS[place % 3] for place, value in enumerate(values)) % 10


def _host(domain: str) -> str | None:
    """Return a domain as the network writes it, or nothing if it can be none."""
    try:
        host = domain.strip().strip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return host if re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", host) else None
