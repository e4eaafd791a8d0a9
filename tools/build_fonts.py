"""Make the fonts that our PDFs carry, from the Noto fonts of the operating system.

Run again only to take in newer fonts; what it writes is committed, so nobody else needs it::

    apt-get install fonts-noto-core fonts-noto-cjk
    python3 -m venv .cache/fonts && .cache/fonts/bin/pip install fonttools
    .cache/fonts/bin/python tools/build_fonts.py

Six scripts: Latin with Cyrillic, Arabic, Thai, Ethiopic, Chinese. Each file keeps the letters of its script and the features
that shape them. Chinese has one weight and the block U+4E00-9FFF, in the forms of the mainland, for size. The fonts keep
their names: the SIL Open Font Licence (`OFL.txt` beside them) reserves none for Noto.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter  # type: ignore[import-not-found]  # needed by this tool alone
from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-not-found]

NOTO = Path("/usr/share/fonts/truetype/noto")
CHINESE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
FONTS = Path(__file__).parents[1] / "src" / "amparo" / "ui" / "fonts"

Ranges = tuple[tuple[int, int], ...]
LATIN: Ranges = (
    (0x20, 0x7E),
    (0xA0, 0x24F),
    (0x259, 0x259),
    (0x2B0, 0x36F),
    (0x1E00, 0x1EFF),
    (0x2000, 0x206F),
    (0x20A0, 0x20BF),
)
CYRILLIC: Ranges = ((0x400, 0x52F), (0x2116, 0x2116))
ARABIC: Ranges = (
    (0x20, 0x7E),
    (0xA0, 0xA0),
    (0x600, 0x6FF),
    (0x750, 0x77F),
    (0x8A0, 0x8FF),
    (0x2000, 0x206F),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFF),
)
THAI: Ranges = ((0x20, 0x7E), (0xE00, 0xE7F), (0x2000, 0x206F))
ETHIOPIC: Ranges = ((0x20, 0x7E), (0x1200, 0x139F), (0x2D80, 0x2DDF), (0xAB00, 0xAB2F))
HAN: Ranges = ((0x20, 0x7E), (0xB7, 0xB7), (0x3000, 0x303F), (0x4E00, 0x9FFF), (0xFF00, 0xFF65))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One font to make: where it comes from, what it keeps."""

    source: Path
    ranges: Ranges
    face: str = ""


WANTED = (
    Wanted(source=NOTO / "NotoSans-Regular.ttf", ranges=LATIN + CYRILLIC),
    Wanted(source=NOTO / "NotoSans-Bold.ttf", ranges=LATIN + CYRILLIC),
    Wanted(source=NOTO / "NotoSansArabic-Regular.ttf", ranges=ARABIC),
    Wanted(source=NOTO / "NotoSansArabic-Bold.ttf", ranges=ARABIC),
    Wanted(source=NOTO / "NotoSansThai-Regular.ttf", ranges=THAI),
    Wanted(source=NOTO / "NotoSansThai-Bold.ttf", ranges=THAI),
    Wanted(source=NOTO / "NotoSansEthiopic-Regular.ttf", ranges=ETHIOPIC),
    Wanted(source=NOTO / "NotoSansEthiopic-Bold.ttf", ranges=ETHIOPIC),
    Wanted(source=CHINESE, ranges=HAN, face="Noto Sans CJK SC"),
)


def main() -> None:
    """Write each font and say how large it became."""
    FONTS.mkdir(exist_ok=True)
    for wanted in WANTED:
        target = FONTS / (wanted.source.stem.replace("CJK", "SC") + (".otf" if wanted.face else ".ttf"))
        make_subset(wanted).save(target)
        print(f"{target.name}: {target.stat().st_size // 1024} KB")


def make_subset(wanted: Wanted) -> TTFont:
    """Return the font with only the letters that are kept, all their shaping features, and no hints."""
    options = Options(
        layout_features=["*"], name_IDs=["*"], hinting=False, notdef_outline=True, glyph_names=False
    )
    if wanted.face:  # vertical writing and the forms of other countries are not needed
        options.layout_features = ["kern", "ccmp", "locl"]
    font = _open(wanted)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in wanted.ranges for code in range(first, last + 1)])
    subsetter.subset(font)
    return font


def _open(wanted: Wanted) -> TTFont:
    if not wanted.face:
        return TTFont(wanted.source)
    faces = TTCollection(wanted.source).fonts
    return next(face for face in faces if face["name"].getDebugName(1) == wanted.face)


if __name__ == "__main__":
    main()
