"""The sounds of words in every script but Latin."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Final

from amparo.vocab.names._han import han_sounds, hangul_sounds
from amparo.vocab.names._tables import Reading, letters, longest_first

# First character of each range; what lies between two ranges is read by its Unicode name.
_RANGES: Final = (
    (0x0000, "latin"),
    (0x02B0, "mark"),
    (0x0370, "greek"),
    (0x0400, "cyrillic"),
    (0x0530, "armenian"),
    (0x0590, "hebrew"),
    (0x0600, "arabic"),
    (0x0700, "other"),
    (0x0750, "arabic"),
    (0x0780, "other"),
    (0x08A0, "arabic"),
    (0x0900, "indic"),
    (0x0D80, "sinhala"),
    (0x0E00, "thai"),
    (0x0E80, "lao"),
    (0x0F00, "other"),
    (0x1000, "burmese"),
    (0x10A0, "georgian"),
    (0x1100, "hangul"),
    (0x1200, "ethiopic"),
    (0x13A0, "other"),
    (0x1780, "khmer"),
    (0x1800, "other"),
    (0x1C80, "cyrillic"),
    (0x1C90, "georgian"),
    (0x1CC0, "other"),
    (0x1E00, "latin"),
    (0x1F00, "greek"),
    (0x2000, "other"),
    (0x2C60, "latin"),
    (0x2C80, "other"),
    (0x2D00, "georgian"),
    (0x2D30, "other"),
    (0x2D80, "ethiopic"),
    (0x2DE0, "cyrillic"),
    (0x2E00, "other"),
    (0x3005, "han"),
    (0x3041, "kana"),
    (0x3100, "other"),
    (0x31F0, "kana"),
    (0x3200, "other"),
    (0x3400, "han"),
    (0x4DC0, "other"),
    (0x4E00, "han"),
    (0xA000, "other"),
    (0xA640, "cyrillic"),
    (0xA6A0, "other"),
    (0xA720, "latin"),
    (0xA800, "other"),
    (0xA960, "hangul"),
    (0xA980, "other"),
    (0xAB00, "ethiopic"),
    (0xAB30, "latin"),
    (0xAB70, "other"),
    (0xAC00, "hangul"),
    (0xD800, "other"),
    (0xF900, "han"),
    (0xFB00, "other"),
    (0x20000, "han"),
    (0x32000, "other"),
)
_STARTS: Final = [start for start, _ in _RANGES]
# Each Indic block of 128 places keeps the order of ISCII; in these a final consonant is spoken with its vowel.
_FULL_ENDINGS: Final = range(0x0B80, 0x0D80)
_ASAT: Final = "\u103a"
_BEFORE_LIPS: Final = re.compile("N(?=[PM])")


def script_of(letter: str) -> str:
    """Name the script of a letter, as far as it matters to which table it is in."""
    return _RANGES[bisect_right(_STARTS, ord(letter)) - 1][1]


def _by_table(name: str, run: str) -> str:
    table = letters(name)
    return "".join(table[found].sounds for found in longest_first(name).findall(_known(table, run)))


def _known(table: Mapping[str, Reading], run: str) -> str:
    """Put the base letter in the place of a marked one that the table does not have."""
    return "".join(letter if letter in table else unicodedata.normalize("NFKD", letter)[0] for letter in run)


def _cyrillic(run: str) -> str:
    sounds = _by_table("cyrillic", run)
    sounds = re.sub("y(?=[aeui])", "Y", sounds)
    sounds = re.sub("^e", "Ii", sounds)
    return sounds.replace("e", "i").replace("y", "i")


def _greek(run: str) -> str:
    sounds = _by_table("greek", run)
    sounds = re.sub("^v|(?<=[A-Z])v|v$", "T", sounds).replace("v", "NT")
    return re.sub("^w|(?<=[A-Z])w", "P", sounds).replace("w", "MP")


def _armenian(run: str) -> str:
    sounds = _by_table("armenian", run)
    sounds = re.sub("y(?=[aeui])", "Y", sounds)
    sounds = re.sub("^e", "Ii", sounds)
    return sounds.replace("e", "i").replace("y", "i")


def _georgian(run: str) -> str:
    return _by_table("georgian", run).replace("y", "i")


def _arabic(run: str) -> str:
    if run[0] == "ھ":
        run = "ه" + run[1:]
    if run[-1] in "هہ" and len(run) > 1:
        run = run[:-1] + "ة"
    elif run[-1] == "ح" and run[-2:-1] not in {"و", "ي", "ا"}:
        run = run[:-1] + "اح"
    elif run[-1] == "ی":
        run = run[:-1] + "ى"
    return _unvowelled(_by_table("arabic", run))


def _hebrew(run: str) -> str:
    if run[-1] == "ה" and len(run) > 1:
        run = run[:-1] + "א"
    elif run[-1] == "ח" and run[-2:-1] not in {"ו", "י", "א"}:
        run = run[:-1] + "אח"
    return _unvowelled(_by_table("hebrew", run))


def _unvowelled(sounds: str) -> str:
    """Settle which waw and ya are vowels, by their neighbours; keep letters apart, as vowels are not written."""
    sounds = re.sub("^o(?=.)|(?<=..)(?<=a)o(?=.)|o(?=[aeE])", "W", sounds).replace("o", "u")
    sounds = re.sub("^e(?=[aou])", "Y", sounds)
    sounds = re.sub("^e", "I", sounds).replace("e", "i")
    sounds = re.sub("E(?=.)", "i", sounds)
    return re.sub("([A-Z])", r"\1-", sounds)


def _ethiopic(run: str) -> str:
    table = letters("ethiopic")
    sounds = []
    for letter in run:
        row, order = chr(ord(letter) & ~7), ord(letter) & 7
        reading = table.get(row)
        consonant = reading.sounds if reading else ""
        vowel = ("a", "u", "i", "a", "i", "", "u", "a")[order]
        sounds.append(f"{consonant}-{vowel}" if consonant not in {"", "y"} else consonant + (vowel or "i"))
    joined = "".join(sounds)
    return re.sub("y(?=[au])", "Y", re.sub("^y(?=i)", "I", joined)).replace("y", "i")


def _inherent(name: str, run: str, *, ends_full: bool) -> str:
    """Read a script whose consonants carry a vowel that a sign may replace (^) or kill."""
    table = letters(name)
    sounds = []
    for found in longest_first(name).findall(_known(table, run)):
        sound = table[found].sounds
        if unicodedata.category(found[0])[0] == "M":
            sounds.append(f"^{sound}" if sound[:1] in {"a", "i", "u"} or _kills(found) else sound)
        elif sound[:1].isupper() or sound == "y":
            sounds.append(sound if found.endswith(_ASAT) else f"{sound}`")
        else:
            sounds.append(sound)
    joined = "".join(sounds).replace("`^", "").replace("`n", "iN").replace("^", "").replace("n", "N")
    joined = _BEFORE_LIPS.sub("M", joined)
    return _glides((joined if ends_full else joined.removesuffix("`")).replace("`", "a"))


def _kills(found: str) -> bool:
    return unicodedata.combining(found[0]) == 9


def _glides(sounds: str) -> str:
    sounds = re.sub("^y(?=i)", "I", re.sub("^[iu]y(?=[aiu])", _vowel_and_glide, sounds))
    return re.sub("y(?=[aiu])", "Y", sounds).replace("y", "i")


def _vowel_and_glide(found: re.Match[str]) -> str:
    """Read the Bengali pairs of vowel and ya that spell y and w at the start."""
    return "Y" if found[0][0] == "i" else "W"


def _indic(run: str) -> str:
    """Read any Indic block through the Devanagari letter at the same place, unless it has its own reading."""
    own = letters("indic_own")
    moved = []
    for found in re.findall(f"{longest_first('indic_own').pattern}|.", run):
        if found in own:
            moved.append(found)
        else:
            moved.append(chr(0x0900 + (ord(found) & 0x7F)))
    return _inherent("indic_all", "".join(moved), ends_full=ord(run[-1]) in _FULL_ENDINGS)


def _thai(run: str) -> str:
    run = re.sub("([เแโใไ])([ก-ฮ])", r"\2\1", run)
    run = re.sub("[ก-ฮ][ิุู]?์", "", run)
    run = re.sub("ห(?=[งนมยรลวญ])", "", run)
    run = re.sub("ัว|ว(?=[ก-ฮ])(?<=[ก-ฮ]ว)", "ู", run)
    sounds = _by_table("thai", run)
    return _glides(sounds)


def _lao(run: str) -> str:
    run = re.sub("([ເແໂໃໄ])([ກ-ຮ])", r"\2\1", run)
    run = re.sub("ຫ(?=[ງນມຍຣລວ])", "", run)
    return _glides(_by_table("lao", run))


def _kana(run: str) -> str:
    katakana = "".join(chr(ord(each) + 0x60) if "ぁ" <= each <= "ゖ" else each for each in run)
    table = letters("kana")
    sounds = ""
    for letter in katakana:
        reading = table.get(letter)
        if letter in "ャュョァィゥェォヮ":
            sounds = sounds.rstrip("aiu")
        sounds += reading.sounds if reading else ""
    return re.sub("y(?=[aiu])", "Y", sounds)


SCRIPT_SOUNDS: Final[dict[str, Callable[[str], str]]] = {
    "cyrillic": _cyrillic,
    "greek": _greek,
    "armenian": _armenian,
    "georgian": _georgian,
    "arabic": _arabic,
    "hebrew": _hebrew,
    "ethiopic": _ethiopic,
    "indic": _indic,
    "sinhala": lambda run: _inherent("sinhala", run, ends_full=True),
    "thai": _thai,
    "lao": _lao,
    "khmer": lambda run: _inherent("khmer", run, ends_full=False),
    "burmese": lambda run: _inherent("burmese", run, ends_full=False),
    "kana": _kana,
    "hangul": hangul_sounds,
    "han": han_sounds,
}
