"""Every link and picture of the documentation leads somewhere, and every page can be reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
DOCS = CHECKOUT / "docs"
PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "deploy").glob("*.md"), *DOCS.rglob("*.md")])
PAGES = [page for page in PAGES if "_build" not in page.parts]
LINK = re.compile(r"\]\(([^)\s]+)\)")
TOCTREE = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)


def words_of(page: Path) -> str:
    """Give a page without its code, where brackets are no links."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "`code`", text)


def anchors_of(page: Path) -> set[str]:
    """Give the anchors of the headings, as they are made on a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


def broken_links(page: Path) -> Iterator[str]:
    for target in LINK.findall(words_of(page)):
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.is_file() or (anchor and anchor not in anchors_of(linked)):
            yield target


def test_links_lead_somewhere() -> None:
    assert [f"{page.relative_to(CHECKOUT)}: {link}" for page in PAGES for link in broken_links(page)] == []


def test_planted_faults_are_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# A heading\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](other.md#a-heading) [b](none.md) [c](other.md#none) ![d](none.png)\n```\n[e](code.md)\n```\n"
    )
    assert list(broken_links(page)) == ["none.md", "other.md#none", "none.png"]


def listed_by(page: Path) -> Iterator[Path]:
    """Give the pages that the toctrees of a page list."""
    for body in TOCTREE.findall(page.read_text(encoding="utf-8")):
        for line in body.splitlines():
            if line and not line.startswith(":"):
                yield from (each for each in page.parent.glob(f"{line}.md") if each != page)


def test_every_page_can_be_reached() -> None:
    reached, ahead = set(), [DOCS / "index.md"]
    while ahead:
        page = ahead.pop()
        if page not in reached:
            reached.add(page)
            ahead += listed_by(page)
    assert set(DOCS.rglob("*.md")) - set(DOCS.rglob("_build/**/*.md")) == reached
