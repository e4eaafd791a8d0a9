"""Makes the table of Han characters to pinyin from Unicode's Unihan files; see the head of the table for its terms.

Usage: ``python -m tools.han_readings FOLDER`` with a folder that holds ``Unihan_Readings.txt`` and
``Unihan_OtherMappings.txt``, plain or ``.bz2`` (Debian's package ``unicode-data`` has them in
``/usr/share/unicode``). Taken are the 8,105 characters of the General Standard List (kTGH), those of the first
level of Big5, and those that Japanese (kJoyoKanji, kJinmeiyoKanji) and Korean (kKoreanName) names may have.
"""

import bz2
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).parents[1] / "src" / "amparo" / "vocab" / "names" / "tables" / "han.tsv"
HEAD = """\
# Han characters by their usual reading, without tones. Columns: pinyin, characters.
# Source: kMandarin of the Unihan database, Unicode {version}, (c) Unicode, Inc., under the Unicode License
# (https://www.unicode.org/license.txt); for characters of kTGH, first level of Big5, kJoyoKanji, kJinmeiyoKanji, kKoreanName.
# Made by tools/han_readings.py; surnames with a reading of their own are in surnames.tsv.
"""
_BIG5_LEVEL_ONE = range(0xA440, 0xC67F)
_NAMES = {"kTGH", "kJoyoKanji", "kJinmeiyoKanji", "kKoreanName"}


def lines(folder: Path, name: str) -> Iterator[str]:
    """Go through the lines of a Unihan file, packed or not."""
    packed = folder / f"{name}.txt.bz2"
    content = (
        bz2.decompress(packed.read_bytes()) if packed.exists() else (folder / f"{name}.txt").read_bytes()
    )
    yield from content.decode().splitlines()


def entries(folder: Path, name: str) -> Iterator[tuple[str, str, str]]:
    """Go through character, field and value of a Unihan file."""
    for line in lines(folder, name):
        if line.startswith("U+"):
            point, field, value = line.split("\t")
            yield chr(int(point[2:], 16)), field, value


def is_wanted(field: str, value: str) -> bool:
    """Tell whether a mapping says that the character is usual in texts or names."""
    return field in _NAMES or (field == "kBigFive" and int(value.partition(" ")[0], 16) in _BIG5_LEVEL_ONE)


def toneless(reading: str) -> str:
    """Return pinyin in the letters a to z; u with two dots is v."""
    bare = unicodedata.normalize("NFD", reading.partition(" ")[0]).replace("u\u0308", "v")
    return "".join(letter for letter in bare if "a" <= letter <= "z")


def main() -> None:
    """Write the table."""
    folder = Path(sys.argv[1])
    version = next(line.split()[-1] for line in lines(folder, "Unihan_Readings") if "Unicode version" in line)
    wanted = {
        char for char, field, value in entries(folder, "Unihan_OtherMappings") if is_wanted(field, value)
    }
    by_syllable = defaultdict(list)
    for character, field, value in entries(folder, "Unihan_Readings"):
        if field == "kMandarin" and character in wanted:
            by_syllable[toneless(value)].append(character)
    body = "".join(
        f"{syllable}\t{''.join(sorted(by_syllable[syllable]))}\n" for syllable in sorted(by_syllable)
    )
    TABLE.write_text(HEAD.format(version=version) + body, encoding="utf-8")
    sys.stdout.write(f"{sum(map(len, by_syllable.values()))} characters, {len(by_syllable)} syllables\n")


if __name__ == "__main__":
    main()
