"""Read where a page of the log begins."""

from __future__ import annotations

from typing import Final

from amparo.access.web import Request
from amparo.ui.parts import Pager

MOST_DIGITS: Final = 18


def before_of(request: Request) -> int:
    """Give the key from which on older lines are shown; 0 is the newest page."""
    typed = request.GET.get("before", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else 0


def pager_of(request: Request, *, before: int, following: int) -> Pager:
    """Lead to the older lines, and back to the newest."""
    return Pager(
        previous_url=request.path if before else "",
        next_url=f"{request.path}?before={following}" if following else "",
    )
