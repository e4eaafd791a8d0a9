"""The chart of counts in two files against each other, as SVG that needs nothing from anywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

__all__ = ["draw_counts"]

_SIDE: Final = 420
_LEFT: Final = 84
_TOP: Final = 14
_QUIET: Final = "#45535e"
_LINE: Final = "#c5d0d3"
_MAIN: Final = "#00566b"
_OTHER: Final = "#a1410d"


def draw_counts(pairs: Sequence[tuple[int, int]], *, across: str, up: str) -> str:
    """Draw pairs of counts on logarithmic scales; on the slanted line both are the same, on the lowest the second is zero."""
    most = max([10, *(max(pair) for pair in pairs)])
    top = math.ceil(math.log10(most) * 4) / 4

    def at(count: int) -> float:
        return 14 + (_SIDE - 14) * math.log10(max(count, 1)) / top if count else 0.0

    bottom, right = _TOP + _SIDE, _LEFT + _SIDE
    parts = []
    for power in range(math.floor(top) + 1):
        step, words = at(10**power), f"{10**power:,}"
        parts.append(_segment(_LEFT + step, _TOP, _LEFT + step, bottom, _LINE))
        parts.append(_segment(_LEFT, bottom - step, right, bottom - step, _LINE))
        parts.append(_words(_LEFT + step, bottom + 18, words, "middle"))
        parts.append(_words(_LEFT - 8, bottom - step + 4, words, "end"))
    parts.append(_words(_LEFT - 8, bottom + 4, "0", "end"))
    parts.append(_segment(_LEFT + 14, bottom - 14, right, _TOP, _OTHER))
    for true, made in pairs:
        x, y = _LEFT + at(true), bottom - at(made)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{_MAIN}" fill-opacity="0.6"/>')
    parts.append(_words((_LEFT + right) / 2, bottom + 38, across, "middle"))
    middle = (_TOP + bottom) / 2
    parts.append(
        f'<text x="16" y="{middle:.0f}" transform="rotate(-90 16 {middle:.0f})" text-anchor="middle" font-size="12" '
        f'fill="{_QUIET}">{up}</text>'
    )
    width, height = right + 24, bottom + 48
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f"style=\"max-width: {width}px\" font-family=\"'Noto Sans', 'Segoe UI', system-ui, sans-serif\">{''.join(parts)}</svg>"
    )


def _segment(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _words(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12" fill="{_QUIET}">{text}</text>'
    )
