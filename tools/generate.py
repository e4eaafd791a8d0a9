"""Write the pages that come from the code; with `--check`, only say which of them are not up to date.

    python -m tools.generate [--check]

To add a page, add a line to `PAGES`: where it lies, and the function that gives its text.
"""

from __future__ import annotations

import sys
from pathlib import Path

from django.utils.module_loading import import_string

from tools.platform import start_platform

CHECKOUT = Path(__file__).parents[1]
PAGES = {
    "docs/reference/settings.md": "tools.pages.settings.text",
    "docs/reference/commands.md": "tools.pages.commands.text",
    "docs/reference/ladder.md": "tools.pages.ladder.text",
    "docs/reference/data-dictionary.md": "tools.pages.dictionary.text",
    "docs/reference/case-stages.md": "tools.pages.stages.text",
    "docs/reference/glossary.md": "tools.pages.glossary.text",
    "docs/reference/code-lists.md": "tools.pages.code_lists.text",
    "docs/reference/fact-tables.md": "tools.pages.fact_tables.text",
    "docs/reference/import-messages.md": "tools.pages.import_messages.text",
    "docs/reference/permissions.md": "tools.pages.permissions.text",
    "docs/reference/promises.md": "tools.pages.promises.text",
    "docs/reference/openapi.json": "tools.pages.openapi.text",
    "docs/reference/api.md": "tools.pages.api.text",
}


def stale_pages() -> list[str]:
    """Name the pages that differ from what the code says now."""
    start_platform()
    return [name for name, text in PAGES.items() if _read(name) != import_string(text)()]


def write_pages() -> list[str]:
    """Write the pages that differ, and name them."""
    stale = stale_pages()
    for name in stale:
        path = CHECKOUT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(import_string(PAGES[name])(), encoding="utf-8")
    return stale


def main() -> int:
    """Write or check, and say what was found."""
    if "--check" in sys.argv:
        stale = stale_pages()
        for name in stale:
            print(f"{name} is not what the code says now. Run: make docs")
        return bool(stale)
    for name in write_pages():
        print(f"wrote {name}")
    return 0


def _read(name: str) -> str:
    path = CHECKOUT / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
