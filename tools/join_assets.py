"""Join the styles and the behaviours of the pages into one file each.

Slow phones speak HTTP/1.1 through far proxies, where each request costs a round trip: one style sheet and one script load
in two. The sources stay one file a component (`ui/css`) and one a behaviour (`ui/js`).

    python tools/join_assets.py            writes ui/static/ui/amparo.css and amparo.js
    python tools/join_assets.py --check    says whether they are fresh
"""

import re
import sys
from pathlib import Path

UI = Path(__file__).parents[1] / "src" / "amparo" / "ui"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def joined_styles() -> str:
    """Return the one style sheet: the layers' order, GOV.UK's in its layer, then ours by file name."""
    order, *ours = sorted((UI / "css").glob("[0-9]*.css"))
    parts = [
        _shortened(order),
        f"@layer govuk{{{_shortened(UI / 'css' / 'govuk.css')}}}",
        *map(_shortened, ours),
    ]
    licence = "/* Holds styles of GOV.UK Frontend, MIT licence, Crown Copyright: see LICENCE-govuk-frontend.txt */\n"
    return licence + "\n".join(parts) + "\n"


def _shortened(path: Path) -> str:
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"\s*([{};,])\s*", r"\1", text).strip().replace(";}", "}")


def joined_behaviours() -> str:
    """Return the one script: the finder first, then each behaviour in a scope of its own."""
    first, *behaviours = sorted(
        (UI / "js").glob("*.js"), key=lambda path: (path.name != "behaviour.js", path.name)
    )
    scoped = [f"// {path.name}\n{{\n{_code(path)}}}\n" for path in behaviours]
    return "\n".join([_code(first), *scoped])


def _code(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8")).strip() + "\n"


def main() -> int:
    """Write the joined files, or tell which are stale."""
    made = {"amparo.css": joined_styles(), "amparo.js": joined_behaviours()}
    stale = []
    for name, text in made.items():
        target = UI / "static" / "ui" / name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                target.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        print(f"{', '.join(stale)}: not fresh. Run: python tools/join_assets.py")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
