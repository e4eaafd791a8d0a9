"""An attacker who uses linear programming, written from the published cells alone and sharing nothing with the method."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

import numpy
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array

from amparo.stats.disclosure import PublishedCell, ReleasedTables
from tests.stats.near_tables import NearTables, Question

Limits = Callable[[PublishedCell], tuple[float, float | None]]


def possible_counts(
    cells: Iterable[PublishedCell], bounds: Limits, *, known: Callable[[PublishedCell], bool]
) -> Mapping[PublishedCell, tuple[int, int | None]]:
    """Give the least and the greatest count of each cell that is not known; None for a count without limit."""
    cells = list(cells)
    unknown = [cell for cell in cells if not known(cell)]
    at = {cell: position for position, cell in enumerate(unknown)}
    lines: dict[tuple[str, object], list[tuple[PublishedCell, int]]] = defaultdict(list)
    has_columns = any(cell.column is not None for cell in cells)
    for cell in cells:
        lines["column", cell.column].append((cell, 1 if cell.row is not None else -1))
        if has_columns:
            lines["row", cell.row].append((cell, 1 if cell.column is not None else -1))
    matrix = numpy.zeros((len(lines), len(unknown)))
    right = numpy.zeros(len(lines))
    for line, members in enumerate(lines.values()):
        for cell, sign in members:
            if cell in at:
                matrix[line, at[cell]] = sign
            else:
                assert cell.value is not None
                right[line] -= sign * cell.value
    found = {}
    limits = [bounds(cell) for cell in unknown]
    for cell, position in at.items():
        ends: list[int | None] = []
        for sign in (1, -1):
            goal = numpy.zeros(len(unknown))
            goal[position] = sign
            answer = linprog(goal, A_eq=matrix, b_eq=right, bounds=limits, method="highs")
            assert answer.status in (0, 3), answer.message
            ends.append(None if answer.status == 3 else round(sign * float(answer.fun or 0)))
        assert ends[0] is not None
        found[cell] = (ends[0], ends[1])
    return found


def exposed(found: Mapping[PublishedCell, tuple[int, int | None]]) -> list[PublishedCell]:
    """Give the cells that the attacker knows exactly."""
    return [cell for cell, (least, greatest) in found.items() if least == greatest]


Labels = tuple[str | None, ...]
Parents = Mapping[str, Mapping[str, str]]
Name = frozenset[tuple[str, object]]


class ReaderOfRelease:
    """Attacks tables of several dimensions in whole numbers, from what is published and from the groups that everybody knows.

    A cell is named by the values that it fixes and by the conditions of its table; ``parents`` gives for each column the group of each
    value. Every table that agrees with the published one, and that some search found, is kept: it shows for each cell another
    value that is possible.
    """

    def __init__(
        self, *releases: ReleasedTables, parents: Parents | None = None, most: int = 1_000_000
    ) -> None:
        self.parents = parents or {}
        self.shown: dict[Name, int] = {}
        lines: list[tuple[Name, list[Name]]] = []
        names: dict[Name, None] = {}
        for release in releases:
            for number, request in enumerate(release.requests):
                cells = _named(release, number)
                names |= dict.fromkeys(cells.values())
                self.shown |= {cells[c.labels]: c.value for c in release.cells(number) if c.value is not None}
                lines += _sums(request.variables, cells, parents or {})
        self.hidden = [name for name in names if name not in self.shown]
        self.at = {name: place for place, name in enumerate(self.hidden)}
        self.most = most
        rows, right = [], []
        for total, parts in lines:
            row = dict.fromkeys((self.at[part] for part in parts if part in self.at), 1)
            if total in self.at:
                row[self.at[total]] = row.get(self.at[total], 0) - 1
            if row:
                rows.append(row)
                right.append(self.shown.get(total, 0) - sum(self.shown.get(part, 0) for part in parts))
        entries = [(at, place, sign) for at, row in enumerate(rows) for place, sign in row.items()]
        self.matrix = coo_array(
            ([e[2] for e in entries], ([e[0] for e in entries], [e[1] for e in entries])),
            shape=(len(rows), len(self.hidden)),
        ).tocsr()
        self.right = numpy.array(right, dtype=float)
        self.seen: list[numpy.ndarray] = []

    def holds(self, whole: Name, part: Name) -> bool:
        """Tell whether one cell counts all that another counts: by its values, and by the groups above them."""
        return all((c, label) in part or self._is_above(c, label, dict(part).get(c)) for c, label in whole)

    def _is_above(self, column: str, group: object, label: object) -> bool:
        while isinstance(label, str) and (label := self.parents.get(column, {}).get(label, "")):
            if label == group:
                return True
        return False

    def seen_by(self, known: Mapping[Name, int]) -> numpy.ndarray:
        """Give the tables found so far, one a line, that hold also for a reader who knows these cells."""
        seen = numpy.array(self.seen, dtype=numpy.int64).reshape(-1, len(self.hidden))
        places = [self.at[name] for name in known]
        return seen[(seen[:, places] == list(known.values())).all(axis=1)]

    def find(
        self, goal: numpy.ndarray, known: Mapping[Name, int], *, ends: Mapping[int, tuple[int, int]]
    ) -> numpy.ndarray | None:
        """Look for another table in whole numbers that agrees with all that is shown and with ``known``, its cells within ``ends``.

        It is one that makes the sum of ``goal`` small, and is kept; None says that there is none at all.
        """
        low, high = numpy.zeros(len(self.hidden)), numpy.full(len(self.hidden), float(self.most))
        for place, (least, greatest) in ends.items():
            low[place], high[place] = least, greatest
        for cell, count in known.items():
            low[self.at[cell]] = high[self.at[cell]] = count
        found = milp(
            goal,
            constraints=LinearConstraint(self.matrix, self.right, self.right),
            bounds=Bounds(low, high),
            integrality=numpy.ones(len(self.hidden)),
            options={"mip_rel_gap": 1e6},  # the first that is found will do
        )
        if found.x is None:
            assert found.status == 2, found.message
            return None
        self.seen.append(numpy.rint(found.x).astype(numpy.int64))
        assert not numpy.any(self.matrix @ self.seen[-1] - self.right), (
            "HiGHS gave a table that does not add up"
        )
        return self.seen[-1]


def _named(release: ReleasedTables, number: int) -> dict[Labels, Name]:
    request = release.requests[number]
    kept = frozenset(("where", str(condition)) for condition in request.where)
    return {
        cell.labels: kept
        | frozenset((c, v) for c, v in zip(request.variables, cell.labels, strict=True) if v is not None)
        for cell in release.cells(number)
    }


def _sums(
    variables: tuple[str, ...], cells: Mapping[Labels, Name], parents: Parents
) -> Iterable[tuple[Name, list[Name]]]:
    for axis, column in enumerate(variables):
        groups: dict[Labels, list[Name]] = defaultdict(list)
        for labels, name in cells.items():
            label = labels[axis]
            if label is not None:
                above = parents.get(column, {}).get(label, "") or None
                groups[(*labels[:axis], above, *labels[axis + 1 :])].append(name)
        yield from ((cells[labels], parts) for labels, parts in groups.items())


def found_by(
    reader: ReaderOfRelease, true: Mapping[Name, int], threshold: int, *, as_persons: bool = True
) -> list[tuple[Name, str]]:
    """Give the hidden cells that the reader works out, or knows to be small, as anybody and as each person alone in a cell."""
    if not reader.hidden:
        return []
    small = {name for name in reader.hidden if 0 < true[name] < threshold}
    alone = [name for name in reader.hidden if true[name] == 1 and name in small]
    knowing: list[set[Name]] = [set(), *(_people(reader, alone) if as_persons else ())]
    near = NearTables(
        reader.matrix,
        reader.right,
        [true[name] for name in reader.hidden],
        reader.most,
        [{reader.at[name] for name in own} for own in knowing],
    )
    questions = [
        (place, way, count)
        for place, name in enumerate(reader.hidden)
        if name in small
        for way, count in ((1, threshold), (-1, true[name] - 1))
    ]
    caught = []
    for number, left in sorted(near.unanswered(questions, range(len(knowing))).items()):
        own = knowing[number]
        whom = f" to whom {len(own)} cells count alone" if own else ""
        words = {1: "known to be small", -1: "known to be no less"}
        closed = _impossible(reader, left, dict.fromkeys(own, 1))
        caught += [(reader.hidden[place], words[way] + whom) for place, way, _ in closed]
    others = [reader.at[name] for name in reader.hidden if name not in small]
    for way in (1, -1):
        left = near.unanswered([(p, way, true[reader.hidden[p]] + way) for p in others], [0]).get(0, [])
        others = [place for place, _, _ in left]
    both = [(place, way, true[reader.hidden[place]] + way) for place in others for way in (1, -1)]
    ends = [place for place, _, _ in _impossible(reader, both, {}, either=True)]
    return caught + [(reader.hidden[place], "worked out") for place in set(ends) if ends.count(place) == 2]


def _people(reader: ReaderOfRelease, alone: list[Name]) -> Iterable[set[Name]]:
    """Put together the cells of one that are the same person: one in a total is the one in its part."""
    left = set(alone)
    while left:
        own = {left.pop()}
        while more := {a for a in left for b in own if reader.holds(a, b) or reader.holds(b, a)}:
            own |= more
            left -= more
        yield own


def _impossible(
    reader: ReaderOfRelease, questions: list[Question], own: Mapping[Name, int], *, either: bool = False
) -> list[Question]:
    """Give the questions whose answer is no, asked one by one where no table is found that answers many of them with yes.

    With ``either``, a cell that can go one way need not go the other.
    """
    left = _still_open(questions, reader.seen_by(own), either=either)
    random = numpy.random.default_rng(len(questions))
    is_fruitful = True
    while left and is_fruitful:
        # Some cells pull upwards, but no further than they must, and some downwards: one table answers for many of them.
        ways = {place: (way, count) for place, way, count in random.permutation(left).tolist()}
        goal = numpy.zeros(len(reader.hidden))
        for place, (way, _) in ways.items():
            goal[place] = -way * random.uniform(0.5, 1)
        capped = {
            place: (0, count) for place, (way, count) in ways.items() if way > 0 and count <= reader.most
        }
        found = reader.find(goal, own, ends=capped)
        before = len(left)
        left = left if found is None else _still_open(left, found[None], either=either)
        is_fruitful = before - len(left) > 0.05 * before
    answered_no = []
    while left:
        place, way, count = question = left.pop()
        goal = numpy.zeros(len(reader.hidden))
        for other, direction, _ in left:
            goal[other] = -direction * random.uniform(0, 1)
        found = reader.find(goal, own, ends={place: (count, reader.most) if way > 0 else (0, count)})
        if found is None:
            answered_no.append(question)
        else:
            left = _still_open(left, found[None], either=either, also=place if either else None)
    return answered_no


def _still_open(
    questions: list[Question], tables: numpy.ndarray, *, either: bool, also: int | None = None
) -> list[Question]:
    if not len(tables):
        return questions
    ends = {1: tables.max(axis=0), -1: tables.min(axis=0)}
    answered = {(place, way) for place, way, count in questions if way * (ends[way][place] - count) >= 0}
    both = {place for place, _ in answered} | {also}
    return [q for q in questions if (q[0] not in both if either else q[:2] not in answered)]
