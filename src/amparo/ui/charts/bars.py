"""Bars, alone or in groups, each with its number beside it; what is hidden is hatched and said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from amparo.ui.charts.svg import Drawing, element, wrapped

MOST_SERIES = 5
LINE, BAR, GAP, AFTER = 19, 17, 5, 14
LETTERS, LINES = 36, 2
# The longest bar leaves room for its words, also on a phone.
LONGEST, SERIES_LONGEST = 72.0, 52.0
# A hidden bar has one length, whatever it hides.
HIDDEN_LENGTH = 14.0
INK = "currentColor"
# Middle tones: at least three to one against white paper and against the dark scheme's ground.
COLOURS = ("#1f7a8c", "#b3651d", "#7a5ea8", "#3f7d3a", "#a8476b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One bar: its number, and the words that stand beside it. With `value` None it is hidden, and the words say so."""

    value: int | None
    text: str

    def __post_init__(self) -> None:
        if self.value is not None and self.value < 0:
            raise ValueError("A bar counts, so it cannot be below zero.")


@dataclass(frozen=True, kw_only=True, slots=True)
class BarGroup:
    """The bars of one category, one for each series."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BarChart:
    """A chart with what it is called and, for who cannot see it, what it says."""

    title: str
    description: str
    groups: tuple[BarGroup, ...]
    series: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.series) > MOST_SERIES:
            raise ValueError(f"A chart shows at most {MOST_SERIES} series, not {len(self.series)}.")
        if any(len(group.bars) != max(len(self.series), 1) for group in self.groups):
            raise ValueError("Each group needs one bar for each series.")

    @property
    def largest(self) -> int:
        """Return the largest number that is shown."""
        return max((bar.value or 0 for group in self.groups for bar in group.bars), default=0)


def draw_bars(chart: BarChart, *, direction: str = "ltr", name: str = "chart") -> Drawing:
    """Draw the chart. `direction` is that of the page; `name` keeps ids apart where a page has several charts."""
    pen = _Pen(chart, is_mirrored=direction == "rtl", name=name)
    body = list(chain.from_iterable(pen.group(group) for group in chart.groups))
    start = "100%" if pen.is_mirrored else "0%"
    axis = (
        element("line", x1=start, x2=start, y1=0, y2=pen.down, stroke=INK, stroke_width=1)
        if chart.groups
        else Drawing()
    )
    return element(
        "svg",
        [
            element("title", text=chart.title, id=f"{name}-title"),
            element("desc", text=chart.description, id=f"{name}-description"),
            element("defs", pen.patterns()),
            *body,
            axis,
        ],
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby=f"{name}-title {name}-description",
        width="100%",
        height=max(pen.down, 1),
        direction="rtl" if pen.is_mirrored else "ltr",
        font_family="system-ui, sans-serif",
        font_size=14,
        fill=INK,
        class_="amparo-chart",
    )


Attributes = dict[str, Any]  # passed on as keywords, among which the checker cannot tell ours from the others


class _Pen:
    """Draws from the top down; mirrored, bars begin at the right."""

    def __init__(self, chart: BarChart, *, is_mirrored: bool, name: str) -> None:
        self.chart = chart
        self.is_mirrored = is_mirrored
        self.name = name
        self.down = 0
        self.scale = (SERIES_LONGEST if chart.series else LONGEST) / max(chart.largest, 1)

    def patterns(self) -> Iterator[Drawing]:
        """Draw the fills: a colour and a pattern for each series, hatching for what is hidden."""
        for number, colour in enumerate(COLOURS[: max(len(self.chart.series), 1)]):
            ground = element("rect", width=8, height=8, fill=colour)
            yield self._pattern(str(number), [ground, *_figure(number)])
        hatch = element(
            "path", d="M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", stroke=INK, stroke_width=1.5, fill="none"
        )
        yield self._pattern("hidden", [hatch])

    def _pattern(self, key: str, children: list[Drawing]) -> Drawing:
        return element(
            "pattern", children, id=f"{self.name}-{key}", width=8, height=8, patternUnits="userSpaceOnUse"
        )

    def group(self, group: BarGroup) -> Iterator[Drawing]:
        """Draw the label of a group, then its bars under each other."""
        lines = wrapped(group.label, width=LETTERS, lines=LINES)
        whole = [element("title", text=group.label)] if lines and lines[-1].endswith("…") else []
        for line in lines:
            self.down += LINE
            place: Attributes = {"x": self._at(0), "y": self.down - 5, "dx": self._aside(6)}
            yield element("text", whole, text=line, font_weight=600, **place)
        for number, bar in enumerate(group.bars):
            yield from self._bar(bar, number)
            self.down += BAR + GAP
        self.down += AFTER - GAP

    def _bar(self, bar: Bar, number: int) -> Iterator[Drawing]:
        length = HIDDEN_LENGTH if bar.value is None else bar.value * self.scale
        fill = f"url(#{self.name}-{'hidden' if bar.value is None else number})"
        if length > 0:
            start = 100 - length if self.is_mirrored else 0.0
            outline: Attributes = (
                {"stroke": INK, "stroke_width": 1, "stroke_dasharray": "3 2"} if bar.value is None else {}
            )
            yield element(
                "rect",
                x=f"{start:.2f}%",
                y=self.down,
                width=f"{length:.2f}%",
                height=BAR,
                fill=fill,
                **outline,
            )
        words = f"{bar.text} · {self._series(number)}" if self.chart.series else bar.text
        yield element("text", text=words, x=self._at(length), y=self.down + BAR - 4, dx=self._aside(6))

    def _series(self, number: int) -> str:
        return wrapped(self.chart.series[number], width=18, lines=1)[0]

    def _at(self, share: float) -> str:
        return f"{100 - share if self.is_mirrored else share:.2f}%"

    def _aside(self, distance: int) -> int:
        return -distance if self.is_mirrored else distance


def _figure(number: int) -> Iterator[Drawing]:
    """Draw what tells a series from the others without its colour."""
    white: Attributes = {"stroke": "#ffffff", "stroke_width": 1.5, "fill": "none"}
    paths = {1: "M0,0 l8,8 M-2,6 l4,4 M6,-2 l4,4", 3: "M0,4 h8", 4: "M4,0 v8 M0,4 h8"}
    if number in paths:
        yield element("path", d=paths[number], **white)
    elif number == 2:
        yield element("circle", cx=4, cy=4, r=1.8, fill="#ffffff")
