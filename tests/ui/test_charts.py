"""Charts are sound SVG whatever they are given, and tell nothing of what is hidden."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from amparo.ui.charts import MOST_SERIES, Bar, BarChart, BarGroup, draw_bars
from amparo.ui.charts.bars import COLOURS
from amparo.ui.charts.svg import wrapped

SVG = "{http://www.w3.org/2000/svg}"


def bar(value: int | None) -> Bar:
    return Bar(value=value, text="hidden" if value is None else str(value))


def chart(*values: int | None, label: str = "Girls") -> BarChart:
    groups = tuple(BarGroup(label=label, bars=(bar(value),)) for value in values)
    return BarChart(title="Persons", description="Persons by sex", groups=groups)


def grouped(series: int, *, groups: int = 2) -> BarChart:
    return BarChart(
        title="Persons",
        description="Persons by year and sex",
        series=tuple(f"Series {number}" for number in range(series)),
        groups=tuple(
            BarGroup(label=f"Year {year}", bars=tuple(bar(number + 1) for number in range(series)))
            for year in range(groups)
        ),
    )


def parsed(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing)  # noqa: S314  # our own drawing


def rectangles(drawing: str) -> list[ElementTree.Element]:
    """Return the bars: rectangles whose width is a share."""
    found = parsed(drawing).iter(f"{SVG}rect")
    return [one for one in found if one.get("width", "").endswith("%")]


texts = st.text(st.characters(), max_size=600)
counts = st.one_of(st.none(), st.integers(min_value=0, max_value=10**12))


@given(
    title=texts,
    label=texts,
    words=texts,
    values=st.lists(counts, max_size=12),
    direction=st.sampled_from(["ltr", "rtl"]),
)
def test_any_text_and_any_number_make_sound_svg(
    title: str, label: str, words: str, values: list[int | None], direction: str
) -> None:
    groups = tuple(BarGroup(label=label, bars=(Bar(value=value, text=words),)) for value in values)
    drawing = draw_bars(BarChart(title=title, description=words, groups=groups), direction=direction)
    root = parsed(drawing)
    assert root.tag == f"{SVG}svg"
    lowered = re.sub(r"<(title|desc|text)[^>]*>.*?</\1>", "", drawing, flags=re.DOTALL).lower()
    assert "nan" not in lowered
    assert "inf" not in lowered
    assert not re.search(r' (x|width|height)="-', drawing)


@given(series=st.integers(1, MOST_SERIES), groups=st.integers(0, 6))
def test_groups_have_a_bar_a_series(series: int, groups: int) -> None:
    assert len(rectangles(draw_bars(grouped(series, groups=groups)))) == series * groups


def test_bars_are_in_proportion_and_stay_inside() -> None:
    widths = [float(one.get("width", "").rstrip("%")) for one in rectangles(draw_bars(chart(100, 50, 25)))]
    assert widths[0] == pytest.approx(2 * widths[1])
    assert widths[1] == pytest.approx(2 * widths[2], abs=0.02)
    assert max(widths) < 80


def test_in_arabic_bars_begin_at_the_right() -> None:
    drawing = draw_bars(chart(100, 50), direction="rtl")
    for one in rectangles(drawing):
        share = [float(one.get(name, "").rstrip("%")) for name in ("x", "width")]
        assert sum(share) == pytest.approx(100, abs=0.02)
    assert parsed(drawing).get("direction") == "rtl"


def test_what_is_hidden_is_hatched_and_has_one_length() -> None:
    small, large = draw_bars(chart(None, 10)), draw_bars(chart(None, 100_000))
    first = [rectangles(drawing)[0] for drawing in (small, large)]
    assert {one.get("fill") for one in first} == {"url(#chart-hidden)"}
    assert len({one.get("width") for one in first}) == 1
    assert ">hidden<" in small


def test_series_differ_by_more_than_colour() -> None:
    root = parsed(draw_bars(grouped(MOST_SERIES)))
    patterns = [one for one in root.iter(f"{SVG}pattern") if one.get("id") != "chart-hidden"]
    figures = [
        tuple((child.tag, child.get("d")) for child in one if child.tag != f"{SVG}rect") for one in patterns
    ]
    assert len(set(figures)) == MOST_SERIES


@pytest.mark.parametrize("ground", ["#ffffff", "#11181d"])
def test_colours_stand_out_on_paper_and_in_the_dark(ground: str) -> None:
    for colour in COLOURS:
        light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, (colour, ground)


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_series_is_named_at_its_bars() -> None:
    drawing = draw_bars(grouped(3, groups=4))
    assert [drawing.count(f"· Series {number}<") for number in range(3)] == [4, 4, 4]


def test_nothing_and_zero_can_be_drawn() -> None:
    assert rectangles(draw_bars(chart())) == []
    zero = draw_bars(chart(0))
    assert rectangles(zero) == []
    assert ">0<" in zero


def test_a_label_of_500_characters_is_shortened_and_told_in_full() -> None:
    label = "very long name of a category " * 18
    drawing = draw_bars(chart(5, label=label))
    lines = [one.text or "" for one in parsed(drawing).iter(f"{SVG}text") if one.get("font-weight")]
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert max(len(line) for line in lines) <= 37
    assert label.strip() in drawing


def test_markup_is_escaped_and_a_template_prints_the_drawing() -> None:
    drawing = draw_bars(chart(5, label='<script>alert("1")</script> & more'))
    assert "<script" not in drawing
    assert Template("{{ drawing }}").render(Context({"drawing": drawing})) == str(drawing)


def test_the_drawing_carries_no_style_and_no_address() -> None:
    drawing = draw_bars(grouped(4))
    assert "style=" not in drawing
    assert "href" not in drawing
    assert re.findall(r'https?://[^"]+', drawing) == ["http://www.w3.org/2000/svg"]


def test_two_charts_of_a_page_share_no_id() -> None:
    ids = [set(re.findall(r' id="([^"]+)"', draw_bars(grouped(2), name=name))) for name in ("one", "two")]
    assert not ids[0] & ids[1]
    assert all(
        reference in ids[0] for reference in re.findall(r"url\(#([^)]+)\)", draw_bars(grouped(2), name="one"))
    )


def test_too_many_series_and_uneven_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 5 series"):
        grouped(MOST_SERIES + 1)
    with pytest.raises(ValueError, match="one bar for each series"):
        BarChart(title="", description="", series=("a", "b"), groups=(BarGroup(label="", bars=(bar(1),)),))
    with pytest.raises(ValueError, match="below zero"):
        bar(-1)


@given(texts, st.integers(4, 40), st.integers(1, 3))
def test_wrapping_keeps_to_its_lines(text: str, width: int, lines: int) -> None:
    assert len(wrapped(text, width=width, lines=lines)) <= lines
