"""The page that draws the ladder of apps, from the contract that the build holds."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def text() -> str:
    """Give the page."""
    inside = [rung.strip("()").replace(") | (", " | ") for rung in _contract("inside")["layers"]]
    lines = [
        "# The ladder",
        "",
        "This page is written by `make docs` from the import contracts in `pyproject.toml`. An app imports only from the rungs",
        "below its own; the build fails otherwise. Whatever stands below `cases` cannot reach personal data. Rungs in brackets",
        "are kept for apps that do not exist yet.",
        "",
        "```text",
        *_drawing(),
        "```",
        "",
        "## What each app is for",
        "",
        "| App | What it is for |",
        "|---|---|",
        *(f"| `{app}` | {_purpose(app)} |" for rung in rungs() for app in rung if _exists(app)),
        "",
        "## Inside an app",
        "",
        "Calls go one way, from left to right. From outside, an app is its `actions`, its `queries` and its `rules`;",
        "`rules`, `stats` and `vocab` know nothing of Django.",
        "",
        "```text",
        "  >  ".join(inside),
        "```",
    ]
    return "\n".join(lines) + "\n"


def rungs() -> list[list[str]]:
    """Give the apps of each rung, the highest first."""
    return [[app.strip(" ()") for app in rung.split("|")] for rung in _contract("ladder")["layers"]]


def _drawing() -> list[str]:
    lines = []
    for number, rung in enumerate(rungs()):
        names = "  |  ".join(app if _exists(app) else f"({app})" for app in rung)
        note = {"cases": "    the protected heart", "cli": "    sees everything"}.get(rung[0], "")
        lines += ([] if number == 0 else ["   │"]) + [f"   ├─ {names}{note}"]
    lines[0] = lines[0].replace("├", "┌")
    lines[-1] = lines[-1].replace("├", "└")
    return lines


def _purpose(app: str) -> str:
    documentation = import_module(f"amparo.{app}").__doc__ or ""
    return " ".join(documentation.strip().split("\n\n")[0].split())


def _exists(app: str) -> bool:
    return (CHECKOUT / "src" / "amparo" / app / "__init__.py").exists()


def _contract(name: str) -> dict[str, list[str]]:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    contract: dict[str, list[str]] = next(each for each in contracts if each["id"] == name)
    return contract
