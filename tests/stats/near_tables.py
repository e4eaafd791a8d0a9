"""Whole tables near the true one: each shows readers of a release at once that many hidden counts may be others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import highspy
import numpy
from scipy.sparse import csc_array, csr_array, hstack

# A hidden cell, a way, a count: can the cell be so many, or more (fewer) still?
Question = tuple[int, int, int]
DEAR = 20
TRIES = 4


class NearTables:
    """Looks for whole tables that fit what is shown and differ from the true one in few cells, by a linear program kept warm.

    ``own`` gives the cells that each reader knows. A table that differs in none of them is possible for this reader, so one
    answers for nearly all readers; cells that somebody knows are changed last. That a table fits is checked in whole numbers,
    whatever the program says; that none was found proves nothing.
    """

    def __init__(
        self, matrix: csr_array, right: numpy.ndarray, true: Sequence[int], most: int, own: Sequence[set[int]]
    ) -> None:
        self.matrix, self.own, self.size = matrix, own, len(true)
        self.true = numpy.array(true, dtype=numpy.int64)
        assert not numpy.any(matrix @ self.true - right), "the true table does not fit what is shown"
        self.who: dict[int, set[int]] = defaultdict(set)
        for reader, places in enumerate(own):
            for place in places:
                self.who[place].add(reader)
        self.room = numpy.concatenate([most - self.true, self.true]).astype(float)  # upwards, downwards
        self.random = numpy.random.default_rng(0)
        self.costs = numpy.where([place in self.who for place in range(self.size)], DEAR, 1.0)
        self.program, self.start = _program(hstack([matrix, -matrix]).tocsc(), self.room)

    def unanswered(self, questions: Sequence[Question], readers: Iterable[int]) -> dict[int, list[Question]]:
        """Give for each reader the questions to which no table says yes; nobody is asked about a cell of her own."""
        left = {question: set(readers) - self.who.get(question[0], set()) for question in questions}
        of: dict[int, list[Question]] = defaultdict(list)
        for question in questions:
            of[question[0]].append(question)
        for question in questions:
            groups = [left[question]] if left[question] and self._answer(question, set(), of, left) else []
            while groups:  # what no table answers for all of a group is asked for its halves
                group = sorted(groups.pop() & left[question])
                if group and not self._answer(question, set(group), of, left) and len(group) > 1:
                    groups += [set(group[::2]), set(group[1::2])]
        found: dict[int, list[Question]] = defaultdict(list)
        for question, group in left.items():
            for reader in group:
                found[reader].append(question)
        return found

    def _answer(
        self,
        question: Question,
        group: set[int],
        of: dict[int, list[Question]],
        left: dict[Question, set[int]],
    ) -> bool:
        """Strike out all that one table answers, which leaves the cells of a group of readers as they are."""
        change = self._change(question, [place for reader in group for place in self.own[reader]])
        if change is None:
            return False
        places = numpy.flatnonzero(change).tolist()
        touched = set().union(*(self.who.get(place, ()) for place in places))
        for place in places:
            for other in of.get(place, ()):
                if other[1] * (self.true[place] + change[place] - other[2]) >= 0:
                    left[other] &= touched
        return True

    def _change(self, question: Question, closed: Sequence[int]) -> numpy.ndarray | None:
        """Look for a table in which the answer is yes, and give by how much its cells differ from the true ones."""
        place, way, count = question
        low, high = numpy.zeros(2 * self.size), self.room.copy()
        high[[end + cell for cell in closed for end in (0, self.size)]] = 0
        moved, other = (place, self.size + place)[::way]
        low[moved], high[other] = way * (count - self.true[place]), 0
        if low[moved] > high[moved]:
            return None
        columns = numpy.arange(len(low), dtype=numpy.int32)
        self.program.changeColsBounds(len(low), columns, low, high)
        for _ in range(TRIES):  # with other costs the answer may be whole
            costs = numpy.tile(self.costs, 2) * self.random.uniform(1, 2, len(low))
            self.program.changeColsCost(len(low), columns, costs)
            self.program.setBasis(self.start)
            self.program.run()
            if self.program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            values = numpy.array(self.program.getSolution().col_value)
            change = numpy.rint(values[: self.size] - values[self.size :]).astype(numpy.int64)
            if self._fits(change, question, closed):
                return change
        return None

    def _fits(self, change: numpy.ndarray, question: Question, closed: Sequence[int]) -> bool:
        """Tell whether a changed table adds up, has no count below zero or too large, and is what was asked for."""
        place, way, count = question
        return bool(
            not numpy.any(self.matrix @ change)
            and not numpy.any(change[list(closed)])
            and numpy.all((-self.room[self.size :] <= change) & (change <= self.room[: self.size]))
            and way * (self.true[place] + change[place] - count) >= 0
        )


def _program(matrix: csc_array, room: numpy.ndarray) -> tuple[highspy.Highs, highspy.HighsBasis]:
    """Make the program and the basis from which every answer is sought: nothing is changed."""
    model, start, program = highspy.HighsLp(), highspy.HighsBasis(), highspy.Highs()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = model.col_lower_ = numpy.zeros(len(room))
    model.col_upper_ = room
    model.row_lower_ = model.row_upper_ = numpy.zeros(model.num_row_)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    for name, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex")):
        program.setOptionValue(name, value)
    program.passModel(model)
    start.col_status = [highspy.HighsBasisStatus.kLower] * model.num_col_
    start.row_status = [highspy.HighsBasisStatus.kBasic] * model.num_row_
    start.valid = True
    return program, start
