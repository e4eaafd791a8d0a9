"""Charts as SVG, drawn on the server: no script, no style, no request. Beside each stands its data as a table.

    drawing = draw_bars(BarChart(title=…, description=…, groups=(BarGroup(label="Girls", bars=(Bar(value=12, text="12"),)),)))

The drawing has no width of its own: bars are shares of whatever width the page gives, and text keeps its size, on a phone too.
"""

from amparo.ui.charts.bars import MOST_SERIES, Bar, BarChart, BarGroup, draw_bars
from amparo.ui.charts.svg import Drawing

__all__ = ["MOST_SERIES", "Bar", "BarChart", "BarGroup", "Drawing", "draw_bars"]
