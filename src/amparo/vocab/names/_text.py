"""Brings any text to bare words: one case, one composition, no marks that only guide the eye or the voice."""

import unicodedata

_APOSTROPHES = "'`´‘’‛′ʹʺʻʼʽʾʿˈ\u02c8\u055a\uff07"
# Marks of vowels and doubling that Arabic and Hebrew may leave out, tatweel, and combining accents.
_OPTIONAL = (
    (0x0300, 0x036F),
    (0x0483, 0x0487),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x0640, 0x0640),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x08D3, 0x08FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
)
# What only steers the direction of writing or the joining of letters goes first: it may part a letter from its mark.
_UNSEEN = dict.fromkeys(
    (0x00AD, 0x061C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
)
_HEBREW_GERESH = "\u05f3"


class _Cleaning(dict[int, str | None]):
    """What becomes of a character: itself, a space, or nothing. Filled as characters are met."""

    def __missing__(self, point: int) -> str | None:
        kept = self._kept(point)
        self[point] = kept
        return kept

    @staticmethod
    def _kept(point: int) -> str | None:
        letter = chr(point)
        if letter in _APOSTROPHES or any(first <= point <= last for first, last in _OPTIONAL):
            return None
        if letter == _HEBREW_GERESH:
            return letter
        category = unicodedata.category(letter)
        if category in {"Cf", "Cs", "Co", "Cn"}:
            return None
        return letter if category[0] in "LM" else " "


_CLEANING = _Cleaning()


def words_of(text: str) -> list[str]:
    """Split a text into words: folded, composed, without accents that stand alone, points, digits and signs."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "").translate(_CLEANING).split()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.translate(_UNSEEN)).casefold())
    if "'" in folded or "’" in folded:
        folded = _with_geresh(folded)
    return folded.translate(_CLEANING).split()


def _with_geresh(text: str) -> str:
    """Keep the apostrophe that changes a Hebrew letter, as the letter sign it stands for."""
    kept = []
    for place, letter in enumerate(text):
        after_hebrew = place > 0 and "\u05d0" <= text[place - 1] <= "\u05ea"
        kept.append(_HEBREW_GERESH if letter in "'’" and after_hebrew else letter)
    return "".join(kept)
