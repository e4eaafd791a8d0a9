"""Percentages of released tables: shown only where the part and the whole are both shown, so that they tell nothing that the tables do not."""

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from amparo.vocab.text import N_

from ._request import CannotCount

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._release import ReleasedTables

__all__ = ["Percent", "percentages"]


class Percent(StrEnum):
    """Names what percentages are of: the total of the row, of the column, or of the table."""

    ROWS = "rows"
    COLUMNS = "columns"
    ALL = "all"


def percentages(release: "ReleasedTables", table: int, of: Percent) -> "NDArray[np.float64]":
    """Give the percentage of each cell of a table; not a number where the cell or its whole is hidden, or the whole is nothing.

    A percentage beside a hidden count, or of a hidden total, would give it back.
    """
    values, split = release.values[table], len(release.requests[table].rows)
    if of is Percent.ROWS and split == values.ndim:
        raise CannotCount(
            N_(
                "Percentages of rows need columns: every row would be its own 100 %%. Add --columns, or take --percent columns."
            )
        )
    whole = values
    for axis in range(values.ndim):
        if of is Percent.ALL or (axis < split) == (of is Percent.COLUMNS):
            whole = whole[tuple(slice(0, 1) if at == axis else slice(None) for at in range(values.ndim))]
    shown = (values >= 0) & (whole > 0)
    return np.where(shown, 100.0 * values / np.where(whole > 0, whole, 1), np.nan)
