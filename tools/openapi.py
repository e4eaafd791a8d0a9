"""Write docs/reference/openapi.json, the description of the API. `--check` only says whether it is up to date.

    python -m tools.openapi [--check]

It is committed, so that a change of what programs rely on is seen when it is reviewed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.platform import start_platform

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "openapi.json"


def text() -> str:
    """Return the description of the API as it is now."""
    start_platform()
    from amparo.config.api import description

    return description()


def main() -> int:
    """Write the page, or check it; 1 when it is out of date."""
    is_fresh = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text()
    if "--check" in sys.argv[1:]:
        if not is_fresh:
            print(f"{PAGE.name} is not what the code says now. Run: python -m tools.openapi", file=sys.stderr)
        return 0 if is_fresh else 1
    if not is_fresh:
        PAGE.write_text(text(), encoding="utf-8")
        print(f"wrote {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
