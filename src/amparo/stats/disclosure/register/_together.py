"""Choose what is looked at together, and what must stay in doubt; then say what does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

from amparo.stats.results import Said
from amparo.vocab.text import N_

from ._atoms import System, classes_of, count_classes, system_of
from ._bounding import Impossible
from ._cells import Cell, Mark, Values
from ._findings import Finding, FindingKind, ReleaseRules
from ._pairs import named
from ._programs import OutOfTime
from ._words import whom
from ._working_out import Solver, Target, Term

__all__ = ["Together", "look_together"]

MOST_ALONE = 200_000  # the atoms of the new tables by themselves
MOST_TARGETS = 4_000
MOST_TERMS = 8

EXACTLY = N_("%(whom)s: %(calculation)s leaves exactly %(number)s, which nobody may learn.%(where)s")
BETWEEN = N_("%(whom)s: %(calculation)s leaves at most %(most)s, where more had to stay possible.%(where)s")
DISAGREE = N_(
    "The numbers of this release do not agree with each other or with those let out from the same data, so what follows from "
    "them cannot be worked out. Count the tables anew from one snapshot."
)
REVISED = N_(
    "The data were changed since earlier releases, so that their numbers cannot all be true at once. They were compared with this "
    "release one by one; together were solved only those from the same data."
)
TOO_LARGE = N_(
    "Together with earlier releases this one has %(atoms)s groups of people, more than can be solved (%(most)s). Offer fewer "
    "dimensions in one release, or let a reviewer explain why nothing follows from it."
)
TOO_SLOW = N_(
    "What follows from this release together with earlier ones could not be worked out in the time set. Offer a smaller release, "
    "or let a reviewer explain why nothing follows from it."
)
TOO_MANY = N_(
    "Of %(all)s hidden numbers and groups of people that arise between this release and earlier ones, the first %(done)s were looked "
    "at, and the others not. Offer a smaller release, or let a reviewer explain why nothing follows from it."
)


@dataclass(frozen=True, slots=True)
class Together:
    """Holds what was found, how many earlier cells were in the system, and which dimensions it had."""

    findings: tuple[Finding, ...]
    solved: int
    dimensions: Values


def look_together(new: Sequence[Cell], old: Sequence[Cell], rules: ReleaseRules) -> Together:
    """Solve the new cells together with all earlier ones that lie in the same dimensions, as far as size and time allow."""
    own = _all(new)
    size = _size([*new, *(cell for cell in old if cell.dimensions <= own)], own, rules)
    if size > MOST_ALONE:
        said = Said(TOO_LARGE, {"atoms": f"{size:,}", "most": f"{MOST_ALONE:,}"})
        return Together((Finding(FindingKind.PARTLY, said, tuple(new)),), 0, frozenset())
    for dimensions in dict.fromkeys((_grown(new, old, rules), own)):
        try:
            return _looked(new, [cell for cell in old if cell.dimensions <= dimensions], dimensions, rules)
        except OutOfTime:
            continue
    return Together((Finding(FindingKind.PARTLY, Said(TOO_SLOW), tuple(new)),), 0, frozenset())


def _looked(new: Sequence[Cell], within: Sequence[Cell], dimensions: Values, rules: ReleaseRules) -> Together:
    """Solve with all that was let out; where the data were changed since, with what came from the same data."""
    data = {cell.snapshot for cell in new}
    same_data = [cell for cell in within if cell.snapshot in data]
    notes: list[Finding] = []
    for chosen in (within, same_data):
        try:
            return Together((*notes, *_findings(new, chosen, dimensions, rules)), len(chosen), dimensions)
        except Impossible:
            notes = [Finding(FindingKind.REVISED, Said(REVISED))]
    return Together((Finding(FindingKind.CONTRADICTED, Said(DISAGREE), tuple(new)),), 0, dimensions)


def _grown(new: Sequence[Cell], old: Sequence[Cell], rules: ReleaseRules) -> Values:
    """Add the dimensions of earlier releases, the nearest first, while the whole stays small enough."""
    dimensions = _all(new)
    groups = {cell.dimensions for cell in old if cell.dimensions & dimensions}
    by_nearness = sorted(groups, key=lambda group: (len(group - dimensions), len(group), sorted(group)))
    splits = {name: _classes([*new, *old], name, rules) for name in _all([*new, *old])}
    for group in by_nearness:
        if prod(splits[name] for name in dimensions | group) <= rules.most_atoms:
            dimensions |= group
    return dimensions


def _findings(
    new: Sequence[Cell], old: Sequence[Cell], dimensions: Values, rules: ReleaseRules
) -> Iterator[Finding]:
    system = system_of([*new, *old], dimensions, rules.book)
    every = [*_hidden(new, old, system, rules), *_split(new, old, system, rules)]
    targets = every[:MOST_TARGETS]
    if len(every) > len(targets):
        told = {"all": f"{len(every):,}", "done": f"{len(targets):,}"}
        yield Finding(FindingKind.PARTLY, Said(TOO_MANY, told), tuple(new))
    solver = Solver(system, seconds=rules.seconds)
    ranges = solver.ranges(targets)
    for target, (low, high) in zip(targets, ranges, strict=True):
        if target.in_doubt(low, high):
            continue
        # What earlier releases gave away without this one is not its doing; nor what its table leaves open by its own rule.
        is_new = target.cell.is_hidden and not target.cell.release
        before = _range_from(new if is_new else old, target, dimensions, rules)
        if before != (low, high) or (is_new and low == high):
            yield _worked_out(target, low, high, solver)


def _range_from(
    cells: Sequence[Cell], target: Target, dimensions: Values, rules: ReleaseRules
) -> tuple[int, int | None] | None:
    system = system_of([*cells, replace(target.cell, low=0, high=None)], dimensions, rules.book)
    columns = system.columns_of(target.cell.predicate)
    if columns is None:
        return None
    try:
        again = replace(target, columns=columns)
        low, high = Solver(system, seconds=rules.seconds).ranges([again])[0]
    except (Impossible, OutOfTime):
        return None
    return low, high


def _hidden(
    new: Sequence[Cell], old: Sequence[Cell], system: System, rules: ReleaseRules
) -> Iterator[Target]:
    for cell in dict.fromkeys([*new, *old]):
        if cell.mark is Mark.SMALL and cell.low != cell.high:
            columns = system.columns_of(cell.predicate)
            if columns is not None:
                most = rules.threshold if cell.high is None else min(rules.threshold, cell.high)
                yield Target(cell, columns, most)


def _split(new: Sequence[Cell], old: Sequence[Cell], system: System, rules: ReleaseRules) -> Iterator[Target]:
    """Give the groups that arise where new and old cells draw their boundaries differently: part of one, and none by itself."""
    told = {cell.whom for cell in (*new, *old)}
    for cells, others in ((new, old), (old, new)):
        bounds = {name: {cell.predicate.get(name) for cell in others} for name in system.atoms.dimensions}
        for cell in dict.fromkeys(cells):
            for name, values in cell.whom:
                parts = {system.atoms.classes[name][value] for value in values}
                if len(parts) < 2 or len(bounds[name]) < 2:
                    continue
                for part in sorted(parts):
                    predicate = {**cell.predicate, name: system.atoms.values(name, part) & values}
                    group = Cell(
                        cell.population, predicate, Mark.SHOWN, 0, None, cell.statistic, release=cell.release
                    )
                    if group.whom in told:
                        continue
                    told.add(group.whom)
                    columns = system.columns_of(predicate)
                    if columns is not None:
                        yield Target(group, columns, rules.threshold, is_group=True)


def _worked_out(target: Target, low: int, high: int | None, solver: Solver) -> Finding:
    terms = solver.calculation(target.columns, greatest=True)
    releases = tuple(dict.fromkeys(term.cell.release for term in terms if term.cell.release))
    told = {
        "whom": whom(target.cell),
        "calculation": said(terms),
        "number": low,
        "most": high,
        "where": f" ({named(releases)})" if releases else "",
        "added": sum(
            term.times > 0 for term in terms
        ),  # of the cells after the first; those after them are taken away
    }
    template = EXACTLY if low == high else BETWEEN
    cells = (target.cell, *(term.cell for term in terms))
    return Finding(FindingKind.WORKED_OUT, Said(template, told), cells, releases)


def said(terms: Sequence[Term]) -> str:
    """Say a calculation: "84 (2019-2023) less 81 (2019-2022)"; halves and thirds are told once, at its end."""
    share = next((n for n in range(1, 13) if all(_is_whole(term.times * n) for term in terms)), 1)
    added = [_term(term, share) for term in terms if term.times > 0]
    taken = [_term(term, share) for term in terms if term.times < 0]
    words = " and ".join(_first(added)) or "0"
    words += f" less {' and '.join(_first(taken))}" if taken else ""
    return words if share == 1 else f"{words}, divided by {share},"


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-4


def _first(parts: Sequence[str]) -> list[str]:
    more = [f"{len(parts) - MOST_TERMS} more numbers"] if len(parts) > MOST_TERMS else []
    return [*parts[:MOST_TERMS], *more]


def _term(term: Term, share: int) -> str:
    times, cell = round(abs(term.times) * share, 4), term.cell
    number = cell.number() if cell.mark in (Mark.SHOWN, Mark.ROUNDED) else f"hidden, {cell.number()}"
    written = f"{number} ({whom(cell)})"
    return written if times == 1 else f"{times:g} times {written}"


def _all(cells: Sequence[Cell]) -> Values:
    return frozenset(name for cell in cells for name in cell.predicate)


def _classes(cells: Sequence[Cell], name: str, rules: ReleaseRules) -> int:
    sets = {cell.predicate[name] for cell in cells if name in cell.predicate}
    return count_classes(classes_of(sets), rules.book.get(name))


def _size(cells: Sequence[Cell], dimensions: Values, rules: ReleaseRules) -> int:
    return prod(_classes(cells, name, rules) for name in dimensions)
