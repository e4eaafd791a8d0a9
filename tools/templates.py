"""Look at every template: it compiles, is short, and holds nothing that the content security policy or escaping forbids.

python -m tools.templates
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tools.platform import start_platform

SOURCES = Path(__file__).parents[1] / "src" / "amparo"
MOST_LINES = 60

FORBIDDEN = (
    (
        re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
        "a script inside the page: put it in a module under ui/js",
    ),
    (re.compile(r"<style\b", re.IGNORECASE), "a style inside the page: put it in a file under ui/css"),
    (re.compile(r"\sstyle=", re.IGNORECASE), "a style attribute: use a class"),
    (
        re.compile(r"\son[a-z]+=[\"']", re.IGNORECASE),
        "an event attribute: find the element by a data- attribute",
    ),
    (re.compile(r"\bhx-on\b", re.IGNORECASE), "hx-on: it needs unsafe-eval"),
    (re.compile(r"[\"']js:", re.IGNORECASE), "js: values: they need unsafe-eval"),
    (re.compile(r"javascript:", re.IGNORECASE), "javascript: addresses"),
    (re.compile(r"\|\s*safe(seq)?\b"), "|safe: let the template escape"),
    (re.compile(r"{%\s*autoescape\s+off"), "autoescape off: let the template escape"),
    (
        re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//"),
        "an address of another site: no third-party request",
    ),
)
STATIC = re.compile(r"{%\s*static\s+[\"']([^\"']+)")
# Names and paths of SVG carry no text of people, and links out of figures are made by the server; nothing is exempt today.


def faults_of(path: Path) -> list[str]:
    """List what is wrong in one template, line by line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    faults = [
        f"{number}: {reason}"
        for number, line in enumerate(lines, start=1)
        for pattern, reason in FORBIDDEN
        if pattern.search(line)
    ]
    if len(lines) > MOST_LINES:
        faults.append(
            f"{MOST_LINES + 1}: {len(lines)} lines, of at most {MOST_LINES}: take a part out as an include"
        )
    return faults + _missing_files(lines) + _compiling_fault(path)


def templates() -> list[Path]:
    """Find every template of ours."""
    return sorted(
        path for path in SOURCES.glob("*/templates/**/*") if path.suffix in (".html", ".svg", ".txt")
    )


def main() -> int:
    """Print every fault."""
    start_platform()
    faults = [
        f"{path.relative_to(SOURCES.parents[1])}:{fault}" for path in templates() for fault in faults_of(path)
    ]
    print("\n".join(faults), end="\n" if faults else "")
    return bool(faults)


def _missing_files(lines: list[str]) -> list[str]:
    """List the files that are asked for and are not there, which a server would answer with a broken page."""
    from django.contrib.staticfiles import finders

    return [
        f"{number}: there is no static file {name}"
        for number, line in enumerate(lines, start=1)
        for name in STATIC.findall(line)
        if finders.find(name) is None
    ]


def _compiling_fault(path: Path) -> list[str]:
    from django.template import TemplateSyntaxError, engines

    try:
        engines["django"].from_string(path.read_text(encoding="utf-8"))
    except TemplateSyntaxError as error:
        return [f"1: {error}"]
    return []


if __name__ == "__main__":
    sys.exit(main())
