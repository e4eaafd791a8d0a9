"""The engine for linear and whole-number programs: HiGHS, kept warm between programs that differ in a few numbers only."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import highspy
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

__all__ = ["Program"]


class Program:
    """Minimises a sum of costs over variables within bounds, whose rows each lie between two numbers.

    A program keeps its last solution and starts the next one from there.
    """

    def __init__(
        self,
        rows: "csr_array",
        *,
        low: "ArrayLike",
        high: "ArrayLike",
        row_low: "ArrayLike" = 0.0,
        row_high: "ArrayLike" = 0.0,
    ) -> None:
        import highspy  # here, since loading it takes longer than a small table

        self._engine = highspy
        count_rows, count_columns = rows.shape
        self.columns = count_columns
        columns = rows.tocsc()
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = count_columns, count_rows
        model.col_cost_ = np.zeros(count_columns)
        model.col_lower_ = np.asarray(low, dtype=float)
        model.col_upper_ = np.asarray(high, dtype=float)
        model.row_lower_ = np.broadcast_to(np.asarray(row_low, dtype=float), (count_rows,)).copy()
        model.row_upper_ = np.broadcast_to(np.asarray(row_high, dtype=float), (count_rows,)).copy()
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = columns.indptr
        model.a_matrix_.index_ = columns.indices
        model.a_matrix_.value_ = columns.data
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("presolve", "off")):
            self._highs.setOptionValue(name, value)
        self._highs.passModel(model)
        self._status = highspy.HighsModelStatus.kNotset

    def set_options(self, **options: "str | float | bool") -> None:
        """Set options of HiGHS by their names."""
        for name, value in options.items():
            self._highs.setOptionValue(name, value)

    def set_bounds(
        self, columns: "Sequence[int] | NDArray[np.int64]", low: "ArrayLike", high: "ArrayLike"
    ) -> None:
        """Give variables other bounds."""
        at = np.asarray(columns, dtype=np.int32)
        lows, highs = (np.broadcast_to(np.asarray(end, dtype=float), at.shape).copy() for end in (low, high))
        order = np.argsort(at)  # HiGHS wants them in order
        _checked(self._highs.changeColsBounds(len(at), at[order], lows[order], highs[order]))

    def set_costs(self, columns: "Sequence[int] | NDArray[np.int64]", costs: "ArrayLike") -> None:
        """Give variables other costs."""
        at = np.asarray(columns, dtype=np.int32)
        prices = np.broadcast_to(np.asarray(costs, dtype=float), at.shape).copy()
        order = np.argsort(at)
        _checked(self._highs.changeColsCost(len(at), at[order], prices[order]))

    def set_whole(self, columns: "Sequence[int] | NDArray[np.int64]") -> None:
        """Demand that variables be whole numbers."""
        at = np.asarray(columns, dtype=np.int32)
        kinds = np.full(len(at), int(self._engine.HighsVarType.kInteger), dtype=np.uint8)
        _checked(self._highs.changeColsIntegrality(len(at), at, kinds))

    def add_row(self, columns: "NDArray[np.int64]", values: "NDArray[np.float64]", least: float) -> None:
        """Add the demand that a weighted sum be at least ``least``."""
        _checked(
            self._highs.addRow(least, self._engine.kHighsInf, len(columns), columns.astype(np.int32), values)
        )

    def solve(self) -> "NDArray[np.float64] | None":
        """Give the values of the variables, or None where there is no solution (or none in the time allowed)."""
        self._highs.run()
        self._status = self._highs.getModelStatus()
        if self._highs.getInfo().primal_solution_status != 2:
            return None
        return np.array(self._highs.getSolution().col_value)

    @property
    def is_optimal(self) -> bool:
        """Tell whether the last solution is the best there is."""
        return bool(self._status == self._engine.HighsModelStatus.kOptimal)

    @property
    def is_infeasible(self) -> bool:
        """Tell whether the last program was proved to have no solution."""
        return bool(self._status == self._engine.HighsModelStatus.kInfeasible)

    @property
    def cost(self) -> float:
        """Give the cost of the last solution."""
        return float(self._highs.getInfo().objective_function_value)

    @property
    def bound(self) -> float:
        """Give the cost below which no solution in whole numbers can be."""
        return float(self._highs.getInfo().mip_dual_bound)

    def row_prices(self) -> "NDArray[np.float64]":
        """Give what one more in each row would cost: the dual solution."""
        return np.array(self._highs.getSolution().row_dual)


def _checked(status: "highspy.HighsStatus") -> None:
    if status.name == "kError":
        raise ValueError("HiGHS refused a change of the program.")
