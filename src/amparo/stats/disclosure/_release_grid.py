"""Released tables laid out on paper, in the language that is spoken now: what text, workbooks and reports show alike."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import isnan

import numpy as np

from amparo.stats.report import apart, joined, listed, say
from amparo.stats.report import gettext as _

from ._dimension import Dimension
from ._percent import Percent, percentages
from ._release import ReleasedTables
from ._request import TableRequest
from ._text import plain

__all__ = ["Grid", "about_release", "grids_of", "is_turned", "number_of", "title_of"]


@dataclass(frozen=True, slots=True)
class Grid:
    """Lays a table of any dimension out: the lines and columns are the combinations of nodes, totals last."""

    title: str
    names: list[str]
    labels: list[list[str]]
    headings: list[list[str]]
    cells: list[list[str]]
    numbers: list[list[int | float | None]]


def grids_of(release: ReleasedTables, percent: Percent | None = None) -> Iterator[Grid]:
    """Lay out every table, and after each its percentages where they are asked for."""
    for number in range(len(release.requests)):
        title = title_of(release, number)
        values = release.values[number]
        texts = {at: "×" if n < 0 else release.written(int(n)) for at, n in np.ndenumerate(values)}
        numbers = {at: number_of(release, int(n)) for at, n in np.ndenumerate(values) if n >= 0}
        yield _grid(release, number, title, texts, numbers)
        if percent is not None:
            shares = percentages(release, number, percent)
            texts = {
                at: ("×" if values[at] < 0 else "–" if isnan(n) else f"{n:.1f}")
                for at, n in np.ndenumerate(shares)
            }
            parts = {at: round(float(n), 1) for at, n in np.ndenumerate(shares) if not isnan(n)}
            yield _grid(
                release,
                number,
                joined((title, _whole(percent))),
                texts,
                parts,
            )


def _whole(percent: Percent) -> str:
    if percent is Percent.ROWS:
        return _("in % of its row")
    return _("in % of its column") if percent is Percent.COLUMNS else _("in % of all")


def number_of(release: ReleasedTables, value: int) -> int | float:
    """Give a number of the tables as it is meant: amounts are kept in whole hundredths."""
    return value / 10**release.decimals if release.decimals else value


def _grid(
    release: ReleasedTables,
    number: int,
    title: str,
    texts: Mapping[tuple[int, ...], str],
    numbers: Mapping[tuple[int, ...], int | float],
) -> Grid:
    request = release.requests[number]
    dimensions = release.dimensions[number]
    split = len(request.rows)
    orders = [[*range(1, len(dimension.nodes)), 0] for dimension in dimensions]
    lines = list(product(*orders[:split]))
    columns = list(product(*orders[split:]))
    return Grid(
        title=title,
        names=list(request.rows),
        labels=[_labels(dimensions[:split], line) for line in lines],
        headings=[
            [_label(d, node) for d, node in zip(dimensions[split:], c, strict=True)] or [_("Total")]
            for c in columns
        ],
        cells=[[texts[line + c] for c in columns] for line in lines],
        numbers=[[numbers.get(line + c) for c in columns] for line in lines],
    )


def _labels(dimensions: tuple[Dimension, ...], nodes: tuple[int, ...]) -> list[str]:
    return [
        "\N{NO-BREAK SPACE}" * 2 * max(dimension.nodes[node].depth - 1, 0) + _label(dimension, node)
        for dimension, node in zip(dimensions, nodes, strict=True)
    ]


def _label(dimension: Dimension, node: int) -> str:
    label = dimension.nodes[node].label
    return _("Total") if label is None else plain(label) or _("(blank)")


def is_turned(text: str) -> bool:
    """Tell whether a text is written from right to left."""
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


def title_of(release: ReleasedTables, number: int) -> str:
    """Name a table by what it counts or sums, and by what."""
    request = release.requests[number]
    unit = request.counting_unit
    what = _("records") if unit == "records" else unit
    values = {
        "what": what[:1].upper() + what[1:],
        "rows": listed(request.rows),
        "columns": listed(request.columns),
    }
    if release.amount:
        values["what"] = _("Sum of %(amount)s") % {"amount": apart(release.amount)}
    words = _("%(what)s by %(rows)s and %(columns)s") if request.columns else _("%(what)s by %(rows)s")
    kept = f" ({_conditions(request)})" if request.where else ""
    return words % values + kept


def _conditions(request: TableRequest) -> str:
    told = []
    for condition in request.where:
        words = _("%(column)s is not %(values)s") if condition.is_excluding else _("%(column)s is %(values)s")
        values = listed(value or _("(blank)") for value in condition.values)
        told.append(words % {"column": apart(condition.column), "values": values})
    return "; ".join(told)


def about_release(release: ReleasedTables) -> list[tuple[str, str]]:
    """List what a reader must know."""
    lines = [(_("Source"), apart(release.source))]
    for number, request in enumerate(release.requests):
        name = _("Records counted") if len(release.requests) == 1 else title_of(release, number)
        lines.append((name, _conditions(request) or _("all")))
    lines.append((_("Method"), say(release.method_said)))
    if release.rules:
        lines.append((_("Rules"), "; ".join(map(say, release.rules_said))))
    promise = say(release.promise)
    if release.private is None:
        lines.append((_("Audit"), _("passed: %(promise)s") % {"promise": promise}))
    else:
        lines.append((_("Promise"), promise))
    lines.append((_("Reader assumed"), say(release.attacker)))
    return lines + [(_("Note"), say(caution.message)) for caution in release.cautions]
