"""The style sheets: logical sides only, colours only by token, enough contrast, fresh, and light enough for a slow phone."""

import gzip
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "src" / "amparo" / "ui"
SOURCES = sorted((UI / "css").glob("*.css"))
PHYSICAL = re.compile(
    r"(?:^|[;{\s])(?:(?:margin|padding|border|inset)-(?:left|right)[a-z-]*|left|right)\s*:"
    r"|(?:float|clear|text-align)\s*:\s*(?:left|right)\b",
)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\((?!0 0 0 /)")

# What is written in which colour on which ground. Each pair must be readable: 4.5 to 1 (WCAG 1.4.3).
GROUNDS = ("paper", "surface", "surface-strong")
PAIRS = [
    *product(("ink", "quiet", "link", "link-hover", "visited", "brand", "danger"), GROUNDS),
    ("on-brand", "brand-surface"),
    ("on-brand", "brand-hover"),
    ("on-brand-quiet", "brand-surface"),
    ("on-brand", "danger-surface"),
    ("on-brand", "danger-hover"),
    ("on-brand", "child-surface"),
    ("brand-hover", "on-brand"),
    ("on-focus", "focus"),
    ("idle", "idle-tint"),
    ("waiting", "waiting-tint"),
    *((kind, f"{kind}-tint") for kind in ("information", "success", "warning", "danger", "child")),
    *(("ink", f"{kind}-tint") for kind in ("information", "success", "warning", "danger")),
    *(("link", f"{kind}-tint") for kind in ("information", "success", "warning", "danger")),
]
# Edges of controls: 3 to 1 (WCAG 1.4.11).
EDGES = [("line-strong", ground) for ground in GROUNDS]


def tokens(scheme: str) -> dict[str, str]:
    text = (UI / "css" / "10_theme.css").read_text()
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    return found | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else found


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(PAIRS, 4.5), (EDGES, 3)], ids=["text", "edges"])
def test_what_is_written_is_readable_and_edges_are_seen(
    scheme: str, pairs: list[tuple[str, str]], least: float
) -> None:
    colours = tokens(scheme)
    seen = {(ink, ground): contrast(colours[ink], colours[ground]) for ink, ground in pairs}
    assert {pair: found for pair, found in seen.items() if found < least} == {}


def test_contrast_is_computed_as_the_guidelines_do() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_physical_side(source: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", source.read_text(), flags=re.DOTALL)
    assert PHYSICAL.findall(rules) == [], f"{source.name} names a side; write start or end"


@pytest.mark.parametrize(
    "css", ["a{margin-left:1px}", "a{ left: 0 }", "a{text-align:right}", "a{float: left}"]
)
def test_the_rule_on_sides_finds_them(css: str) -> None:
    assert PHYSICAL.search(css)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_colours_have_names(source: Path) -> None:
    if source.name not in {"10_theme.css", "90_print.css"}:
        assert COLOUR.search(source.read_text()) is None, f"{source.name}: name the colour in 10_theme.css"


def test_tokens_that_are_used_exist() -> None:
    declared = set(re.findall(r"(--[a-z-]+)\s*:", "".join(path.read_text() for path in SOURCES)))
    used = set(re.findall(r"var\((--[a-z-]+)", "".join(path.read_text() for path in SOURCES)))
    assert used - declared == set()


def test_the_joined_files_are_fresh() -> None:
    tool = Path(__file__).parents[2] / "tools" / "join_assets.py"
    done = subprocess.run([sys.executable, str(tool), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_styles_and_behaviours_are_light() -> None:
    weight = sum(
        len(gzip.compress((UI / "static" / "ui" / name).read_bytes())) for name in ("amparo.css", "amparo.js")
    )
    assert weight < 20_000


def test_nothing_of_the_government_s_brand_is_left() -> None:
    text = (UI / "static" / "ui" / "amparo.css").read_text().lower()
    assert "transport" not in text
    assert "crown." not in text
    assert "url(" not in text
