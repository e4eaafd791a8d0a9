"""What the command line runs. Whoever looks after the server sees what was proposed or let out, and no draft."""

from __future__ import annotations

import json
import sys
from typing import Final

from django.utils import timezone

from amparo.access.rules import Permission, system_viewer
from amparo.publishing.actions import show_release
from amparo.publishing.queries import Absent, ReleaseFile, Shelf, find_by_number, list_releases

_SHELVES: Final = {"all": Shelf.ALL, "waiting": Shelf.REVIEW, "out": Shelf.OUT, "back": Shelf.BACK}
_VIEWER: Final = system_viewer([Permission.RELEASE_REVIEW])


def print_releases(*, shelf: str, is_json: bool) -> int:
    """List the releases, the newest first. Gives the exit code."""
    after, rows = "", list[ReleaseFile]()
    while True:
        page = list_releases(_VIEWER, shelf=_SHELVES[shelf], after=after)
        rows += page.rows
        after = page.following
        if not after:
            break
    if is_json:
        print(json.dumps([_line(one) for one in rows], ensure_ascii=False, indent=1))
        return 0
    for one in rows:
        print(f"{one.number}  {one.made_at.date()}  {one.state.label:<28}  {one.audience:<8}  {one.title}")
    if not rows and shelf == "all":
        print("No release is proposed yet. They are prepared on the pages: Figures, Propose for release.")
    elif not rows:
        print("No release is there.")
    return 0


def print_release(number: str, *, is_json: bool) -> int:
    """Tell all of one release: what is said of it, what it holds, and what the register found. Gives the exit code."""
    try:
        file = show_release(find_by_number(_VIEWER, number), by=_VIEWER, now=timezone.now())
    except Absent:
        print(
            f"amparo: there is no release {number}, or it is a draft. List them: amparo release list",
            file=sys.stderr,
        )
        return 2
    if is_json:
        told = _line(file) | {"items": [item.as_json() for item in file.items]}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return 0
    for label, value in _told(file):
        print(f"{label:<14}{value}")
    for item in file.items:
        hidden = sum(cell.is_hidden for cell in item.cells)
        print(
            f"\n{item.title}\n  {len(item.cells) - hidden} numbers shown, {hidden} hidden. {item.protection}"
        )
        print(f"  {item.definition}\n  {item.source} {item.method}")
    for one in () if file.checked is None else file.checked.findings:
        print(f"\n{'HELD UP' if one.holds_up else 'Note'}: {one.message}")
    return 0


def _line(file: ReleaseFile) -> dict[str, object]:
    names = (
        "number",
        "title",
        "purpose",
        "population",
        "period",
        "snapshot",
        "licence",
        "doi",
        "version",
        "digest",
        "reason",
    )
    return {name: getattr(file, name) for name in names} | {
        "audience": str(file.audience),
        "state": str(file.state),
        "made_at": file.made_at.isoformat(),
        "published_at": None if file.published_at is None else file.published_at.isoformat(),
        "embargo_until": None if file.embargo_until is None else file.embargo_until.isoformat(),
    }


def _told(file: ReleaseFile) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = [
        ("Number", file.number),
        ("Title", file.title),
        ("State", file.state.label),
        ("For", file.audience.label),
        ("Purpose", file.purpose),
        ("Ethics", file.ethics),
        ("Population", file.population),
        ("Period", ", ".join(file.period)),
        ("Snapshot", file.snapshot),
        ("Licence", file.licence),
        ("DOI", file.doi),
        ("Version", file.version),
        ("Prepared by", f"{file.made_by}, {file.organisation}"),
        ("Reviewed by", file.reviewed_by),
        ("Let out", "" if file.published_at is None else f"{file.published_at:%Y-%m-%d %H:%M} UTC"),
        ("Not before", file.embargo_until or ""),
        ("Reason", file.reason),
        ("Digest", file.digest),
    ]
    return [(label, value) for label, value in told if value]
