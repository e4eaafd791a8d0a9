"""Charts as SVG, drawn from numbers alone: they need no script, no font of others, and no request to anybody."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from ._language import gettext as _
from ._language import is_right_to_left, spoken_language

__all__ = ["Band", "Mark", "Row", "draw_counts", "draw_lines", "draw_marks", "draw_rows", "short"]

INK: Final = "#16212b"
QUIET: Final = "#45535e"
LINE: Final = "#c5d0d3"
MAIN: Final = "#00566b"
PALE: Final = "#8fbcc7"
OTHER: Final = "#a1410d"
WIDTH: Final = 720
_ARABIC: Final = "'Noto Sans Arabic', 'Amparo Script', 'Segoe UI', system-ui, sans-serif"
_FONT: Final = f"font-family=\"'Noto Sans', {_ARABIC}\""
_ARABIC_WORDS: Final = re.compile(r"[\u0600-\u06ff]+(?: +[\u0600-\u06ff]+)*")
_ARROW: Final = 7


@dataclass(frozen=True, slots=True)
class Row:
    """Holds a line of a chart of intervals: the label, the point, a wide interval and a narrow one within. None draws nothing."""

    label: str
    point: float | None
    wide: tuple[float, float] | None = None
    narrow: tuple[float, float] | None = None
    note: str = ""
    is_other: bool = False  # drawn hollow: of another kind than the rest


@dataclass(frozen=True, slots=True)
class Mark:
    """Holds a point of a scatter chart, with the words beside it."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """Holds a place of a line chart: the label below, the middle, and the band around it."""

    label: str
    middle: float | None
    low: float | None = None
    high: float | None = None


class _Scale:
    """Places numbers between two ends of the drawing, by their logarithm when they span more than a factor of three."""

    def __init__(self, numbers: Sequence[float], start: float, end: float) -> None:
        found = [number for number in numbers if math.isfinite(number)]
        low, high = (min(found), max(found)) if found else (0.0, 1.0)
        self.is_log = low > 0 and high / low > 3
        if self.is_log:
            self.low, self.high = math.log(low) - 0.08, math.log(high) + 0.08
        else:
            room = (high - low or abs(high) or 1.0) * 0.08
            self.low, self.high = (low - room if low - room > 0 or low < 0 else 0.0), high + room
        self.start, self.end = start, end

    def at(self, number: float) -> float:
        value = math.log(number) if self.is_log else number
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, most: int = 7) -> list[float]:
        if not self.is_log:
            return _round_steps(self.low, self.high, most)
        low, high = math.exp(self.low), math.exp(self.high)
        for steps in ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
            found = [
                step * 10.0**power
                for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
                for step in steps
                if low <= step * 10.0**power <= high
            ]
            if len(found) <= most:
                return found if len(found) > 1 else _round_steps(low, high, most)
        return found[:: math.ceil(len(found) / most)]


def _round_steps(low: float, high: float, most: int) -> list[float]:
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first = math.ceil(low / step)
    return [place * step for place in range(first, math.floor(high / step) + 1)]


def short(number: float) -> str:
    """Write a number of an axis: 12,000, or 0.5."""
    if number >= 1e6:
        return _("%(number)s million") % {"number": f"{number / 1e6:g}"}
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:g}"


def draw_rows(rows: Sequence[Row], *, axis: str, line_at: float | None = None, line_words: str = "") -> str:
    """Draw intervals one under the other; an interval without an end goes on as an arrow. ``line_at`` draws a line across."""
    left = min(240.0, max([90.0, *(24 + 7.2 * len(row.label) for row in rows)]))
    right, top, step = WIDTH - 24, 30 if line_at is not None else 12, 34
    ends = [end for row in rows for pair in (row.wide, row.narrow) if pair for end in pair]
    numbers = [*ends, *(row.point for row in rows if row.point is not None)]
    if line_at is not None:
        numbers.append(line_at)
    scale = _Scale(numbers, left, right - _ARROW)
    bottom = top + step * len(rows)
    parts = _axis_below(scale, top, bottom, axis)
    if line_at is not None:
        x = scale.at(line_at)
        parts.append(_line(x, top, x, bottom, OTHER, dash="4 3"))
        parts.append(_text(x, top - 10, line_words, size=11, colour=OTHER, anchor="middle"))
    for place, row in enumerate(rows):
        y = top + step * place + step / 2
        parts.append(_text(left - 12, y + 4, row.label, anchor="end"))
        parts += _interval(scale, y, row.wide, 2.5, PALE, right)
        parts += _interval(scale, y, row.narrow, 6, MAIN, right)
        if row.point is not None:
            fill = "#ffffff" if row.is_other else INK
            parts.append(
                f'<circle cx="{scale.at(row.point):.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{INK}" stroke-width="2"/>'
            )
        if row.note:
            start = _beside(left, row.note, None if line_at is None else scale.at(line_at))
            parts.append(_text(start, y + 4, row.note, size=12, colour=QUIET))
    return _svg(parts, bottom + 44)


def _beside(start: float, words: str, line: float | None) -> float:
    """Say where words of an empty row begin: at the start of the row, or behind the line across where it would strike them out."""
    is_struck = line is not None and start - 4 < line < start + 7 * len(words)
    return line + 8 if line is not None and is_struck else start


def draw_marks(marks: Sequence[Mark], *, across: str, down: str) -> str:
    """Draw points: ``x`` from left to right, ``y`` from the top down, each with its words where there is room."""
    left, right, top, bottom = 70, WIDTH - 24, 14, 14 + 300
    x_scale = _Scale([mark.x for mark in marks], left + 10, right - 10)
    y_scale = _Scale([0.0, *(mark.y for mark in marks)], top + 8, bottom - 8)
    parts = _axis_below(x_scale, top, bottom, across)
    for tick in y_scale.ticks(6):
        y = y_scale.at(tick)
        parts.append(_line(left, y, right, y, LINE))
        parts.append(_text(left - 8, y + 4, short(tick), size=12, colour=QUIET, anchor="end"))
    parts.append(_text_down(16, (top + bottom) / 2, down))
    taken = [(x_scale.at(mark.x) - 6, x_scale.at(mark.x) + 6, y_scale.at(mark.y)) for mark in marks]
    for mark in marks:
        x, y = x_scale.at(mark.x), y_scale.at(mark.y)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{MAIN}" fill-opacity="0.75" stroke="{MAIN}"/>'
        )
        parts += _words_beside(mark.words, x, y, right, taken)
    return _svg(parts, bottom + 44)


def _words_beside(
    words: str, x: float, y: float, right: float, taken: list[tuple[float, float, float]]
) -> list[str]:
    room = 6.2 * len(words)
    start, anchor = (x + 9, "start") if x + 9 + room < right else (x - 9 - room, "end")
    if any(abs(y - other) < 12 and start < end and begin < start + room for begin, end, other in taken):
        return []
    taken.append((start, start + room, y))
    return [_text(x + 9 if anchor == "start" else x - 9, y + 4, words, size=11, colour=QUIET, anchor=anchor)]


def draw_lines(bands: Sequence[Band], *, across: str, up: str) -> str:
    """Draw a middle and the band around it over places in their order. A place without a number breaks the line."""
    left, right, top, bottom = 90, WIDTH - 24, 14, 14 + 220
    numbers = [
        number for band in bands for number in (band.low, band.middle, band.high) if number is not None
    ]
    scale = _Scale(numbers, bottom - 6, top + 6)
    step = (right - left) / max(len(bands), 1)
    xs = [left + step * (place + 0.5) for place in range(len(bands))]
    parts = []
    for tick in scale.ticks(6):
        y = scale.at(tick)
        parts.append(_line(left, y, right, y, LINE))
        parts.append(_text(left - 8, y + 4, short(tick), size=12, colour=QUIET, anchor="end"))
    every = max(1, math.ceil(len(bands) / 12))
    for place, band in enumerate(bands):
        if place % every == 0 or place == len(bands) - 1:
            parts.append(_text(xs[place], bottom + 18, band.label, size=12, colour=QUIET, anchor="middle"))
    parts.append(_text((left + right) / 2, bottom + 38, across, size=12, colour=QUIET, anchor="middle"))
    parts.append(_text_down(16, (top + bottom) / 2, up))
    parts += _band(bands, xs, scale)
    return _svg(parts, bottom + 48)


def draw_counts(pairs: Sequence[tuple[int, int]], *, across: str, up: str) -> str:
    """Draw pairs of counts on logarithmic scales; on the slanted line both are the same, on the lowest the second is zero."""
    side, left, top = 420, 84, 14
    most = math.ceil(math.log10(max([10, *(max(pair) for pair in pairs)])) * 4) / 4

    def at(count: int) -> float:
        return 14 + (side - 14) * math.log10(max(count, 1)) / most if count else 0.0

    bottom, right = top + side, left + side
    parts = []
    for power in range(math.floor(most) + 1):
        step, words = at(10**power), f"{10**power:,}"
        parts.append(_line(left + step, top, left + step, bottom, LINE))
        parts.append(_line(left, bottom - step, right, bottom - step, LINE))
        parts.append(_text(left + step, bottom + 18, words, size=12, colour=QUIET, anchor="middle"))
        parts.append(_text(left - 8, bottom - step + 4, words, size=12, colour=QUIET, anchor="end"))
    parts.append(_text(left - 8, bottom + 4, "0", size=12, colour=QUIET, anchor="end"))
    parts.append(_line(left + 14, bottom - 14, right, top, OTHER))
    for true, made in pairs:
        x, y = left + at(true), bottom - at(made)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{MAIN}" fill-opacity="0.6"/>')
    parts.append(_text((left + right) / 2, bottom + 38, across, size=12, colour=QUIET, anchor="middle"))
    parts.append(_text_down(16, (top + bottom) / 2, up))
    return _svg(parts, bottom + 48, right + 24)


def _band(bands: Sequence[Band], xs: Sequence[float], scale: _Scale) -> list[str]:
    parts = []
    pieces: list[list[tuple[float, Band]]] = [[]]
    for x, band in zip(xs, bands, strict=True):
        if band.middle is None:
            pieces.append([])
        else:
            pieces[-1].append((x, band))
    for piece in pieces:
        outline = [(x, band.high) for x, band in piece if band.high is not None and math.isfinite(band.high)]
        outline += [(x, band.low) for x, band in reversed(piece) if band.low is not None]
        if len(outline) == 2 * len(piece) > 2:
            points = " ".join(f"{x:.1f},{scale.at(number):.1f}" for x, number in outline)
            parts.append(f'<polygon points="{points}" fill="{PALE}" fill-opacity="0.45"/>')
        middles = [(x, band.middle) for x, band in piece if band.middle is not None]
        if len(middles) > 1:
            points = " ".join(f"{x:.1f},{scale.at(number):.1f}" for x, number in middles)
            parts.append(f'<polyline points="{points}" fill="none" stroke="{MAIN}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x:.1f}" cy="{scale.at(number):.1f}" r="{4 if len(bands) < 30 else 2}" fill="{MAIN}"/>'
            for x, number in middles
        ]
    return parts


def _interval(
    scale: _Scale, y: float, pair: tuple[float, float] | None, width: float, colour: str, right: float
) -> list[str]:
    if pair is None:
        return []
    start = scale.at(pair[0])
    if math.isfinite(pair[1]):
        return [_line(start, y, scale.at(pair[1]), y, colour, width=width)]
    tip = f"{right:.1f},{y:.1f} {right - _ARROW:.1f},{y - 5:.1f} {right - _ARROW:.1f},{y + 5:.1f}"
    return [
        _line(start, y, right - _ARROW, y, colour, width=width),
        f'<polygon points="{tip}" fill="{colour}"/>',
    ]


def _axis_below(scale: _Scale, top: float, bottom: float, words: str) -> list[str]:
    parts = []
    ticks = scale.ticks()
    for tick in ticks:
        x = scale.at(tick)
        parts.append(_line(x, top, x, bottom, LINE))
        parts.append(_text(x, bottom + 18, short(tick), size=12, colour=QUIET, anchor="middle"))
    parts.append(
        _text((scale.start + scale.end) / 2, bottom + 38, words, size=12, colour=QUIET, anchor="middle")
    )
    return parts


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1, dash: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"'
        f' stroke-linecap="butt"{dashed}/>'
    )


def _text(x: float, y: float, words: str, *, size: int = 13, colour: str = INK, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">{_written(words)}</text>'


def _text_down(x: float, y: float, words: str) -> str:
    """Write beside an upright axis, turned."""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" transform="rotate(-90 {x:.0f} {y:.0f})" text-anchor="middle" font-size="12" '
        f'fill="{QUIET}">{_written(words)}</text>'
    )


def _written(words: str) -> str:
    """Give words for a drawing, which lies from left to right in every language: those of others are set apart from it."""
    written = escape(words)
    if re.search("[A-Za-z]", words):
        # Where Arabic stands beside Latin, what sets the PDF looks for one font that has both, and finds none.
        written = _ARABIC_WORDS.sub(rf'<tspan font-family="{_ARABIC}">\g<0></tspan>', written)
    is_turned = any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in words)
    if is_turned and is_right_to_left(spoken_language()):  # -50 and 48+ are no words
        return f"\u2067{written}\u2069"
    return written


def _svg(parts: Sequence[str], height: float, width: float = WIDTH) -> str:
    narrow = f' style="max-width: {width:.0f}px"' if width < WIDTH else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'direction="ltr"{narrow} {_FONT}>{"".join(parts)}</svg>'
    )
