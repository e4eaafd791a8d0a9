"""Protect the tables of a release: choose what to hide, prove it, and say why."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from amparo.vocab.text import N_

from ._attack import CannotTell
from ._audit import NotCleared
from ._cell_key import PTable
from ._coarser import coarsenings
from ._counted import CountedTables
from ._exact import refine, solve_exactly
from ._needs import Needs
from ._private import Privacy, private_counts
from ._reduce import Frame, frame_of
from ._release import Loss, ReleasedTables, ReleaseMethod, Why
from ._round_system import other_truths, round_system
from ._rules import Threshold
from ._search import Search, cannot_protect
from ._system_rules import SystemRule, needs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["protect_tables", "rounds_for"]

# How often a choice is made anew, by the number of cells and of needs: in a large table it takes longer than it saves. These are
# no seconds, so that the same table is always protected in the same way.
_ROUNDS = ((250, 400, 32), (700, 500, 8))
# Seconds of the processor for one release; beyond, it is refused. By the clock a busy machine would refuse what an idle one gives out.
_PATIENCE = 120.0
_HOPELESS = 4_000  # unsafe cells of a frame, when they are most of it
_MANY = 0.4


def protect_tables(
    counted: CountedTables,
    *,
    rules: Sequence[SystemRule] = (Threshold(5),),
    method: ReleaseMethod | str = ReleaseMethod.SUPPRESS,
    noise: PTable | None = None,
    importance: "NDArray[np.float64] | None" = None,
    known: Mapping[int, int] | None = None,
    exact: bool = False,
    seconds: float = 60.0,
    privacy: "Privacy | None" = None,
) -> ReleasedTables:
    """Make the tables of a release safe to publish together, and prove it; raise :class:`NotCleared` when that cannot be done.

    Hidden are the cells that a rule forbids and as few others as will do. ``importance`` multiplies the cost of hiding a cell of the
    system. ``known`` gives cells that readers know from an earlier release. With ``exact`` the cheapest choice is sought for at most
    ``seconds`` of the processor.
    ``privacy`` says what private counts promise.
    """
    if counted.amounts is not None and ReleaseMethod(method) is not ReleaseMethod.SUPPRESS:
        raise NotCleared(N_("Amounts are protected by hiding alone. Leave --method out, or count records."))
    if ReleaseMethod(method) is ReleaseMethod.ROUND:
        return _rounded(counted, rules)
    if ReleaseMethod(method) is ReleaseMethod.CELLKEY:
        return _perturbed(counted, noise or PTable())
    if ReleaseMethod(method) is ReleaseMethod.DP:
        return _private(counted, privacy)
    needs = needs_of(counted, rules, known=known)
    system = counted.system
    costs = (1.0 + np.log1p(system.counts)) * system.printed * (1.0 if importance is None else importance)
    free = ~system.known
    free[list(known or ())] = False
    lines = _sensitive_zeros(counted, needs)
    try:
        search, frame, bound = _searched(
            counted, needs, costs, (free & ((counted.numbers > 0) | lines), free), seconds if exact else None
        )
    except CannotTell:
        raise NotCleared(
            N_(
                "It could not be proved in time that no hidden count can be worked out, so nothing is given out. Use fewer or broader "
                "categories, or --method round."
            )
        ) from None
    hidden = sorted({*frame.cells(search.hidden), *np.flatnonzero(system.printed == 0).tolist()})
    shown_loss = Loss(
        places=int(system.printed[system.counts > 0].sum()),
        unsafe=int(system.printed[needs.unsafe].sum()),
        others=int(system.printed[sorted(set(hidden) - set(needs.unsafe))].sum()),
        cost=float(costs[hidden].sum()),
        bound=bound,
    )
    return ReleasedTables(
        rules=tuple(rules),
        why=tuple(_why(counted, needs, search, frame, hidden)),
        loss=shown_loss,
        coarser=()
        if counted.amounts is not None
        else coarsenings(counted, max(rule.minimum for rule in rules if isinstance(rule, Threshold))),
        counted=counted,
        hidden=hidden,
        proofs=frame.expand(search.proofs.kept),
        known=known,
    )


def _rounded(counted: CountedTables, rules: Sequence[SystemRule]) -> ReleasedTables:
    base = max((rule.minimum for rule in rules if isinstance(rule, Threshold)), default=0)
    if len(rules) > 1 or not base:
        raise NotCleared(
            N_("Rounding knows one rule, the threshold, which is its base. Hide small counts to use others.")
        )
    rounded = round_system(counted.system, base)
    return ReleasedTables(
        method=ReleaseMethod.ROUND,
        base=base,
        loss=_changed(counted, rounded),
        counted=counted,
        changed=rounded,
        proofs=other_truths(counted.system, rounded, base),
    )


def _perturbed(counted: CountedTables, noise: PTable) -> ReleasedTables:
    if counted.keys is None:
        raise NotCleared(
            N_(
                "Perturbation needs a key for each record: a column of whole numbers from 0 to 4294967295, drawn once and kept with the "
                "records. Name it with --record-key."
            )
        )
    changed = counted.system.counts + noise.noise(counted.system.counts, counted.keys)
    return ReleasedTables(
        method=ReleaseMethod.CELLKEY,
        noise=noise,
        loss=_changed(counted, changed),
        counted=counted,
        changed=changed,
    )


def _private(counted: CountedTables, privacy: "Privacy | None") -> ReleasedTables:
    if privacy is None:
        raise NotCleared(
            N_("Private counts need an epsilon. Say how much may be learnt of a person: --epsilon 1.")
        )
    open_columns = [
        column
        for cube in counted.cubes
        for column in cube.request.variables
        if column not in counted.declared
    ]
    if open_columns:
        raise NotCleared(
            N_(
                'Nothing says which values "%(column)s" can have, and those that occur are not public: a value of one person would be a line '
                "of the table. Name them in a codebook (--codebook) or a hierarchy (--hierarchy)."
            ),
            column=open_columns[0],
        )
    changed, plan = private_counts(counted, privacy)
    return ReleasedTables(
        method=ReleaseMethod.DP,
        private=plan,
        loss=_changed(counted, changed),
        counted=counted,
        changed=changed,
    )


def _changed(counted: CountedTables, shown: "NDArray[np.int64]") -> Loss:
    system = counted.system
    return Loss(
        places=int(system.printed[system.counts > 0].sum()),
        unsafe=0,
        others=int(system.printed[shown != system.counts].sum()),
        cost=float((np.abs(shown - system.counts) * system.printed).sum()),
    )


def _searched(
    counted: CountedTables,
    needs: Needs,
    costs: "NDArray[np.float64]",
    movable: "tuple[NDArray[np.bool_], NDArray[np.bool_]]",
    seconds: float | None,
) -> tuple[Search, Frame, float | None]:
    """Search among the cells that count somebody, and among zeros too only where nothing else will do."""
    until = time.thread_time() + _PATIENCE
    try:
        return _chosen(_frame(counted, needs, costs, movable[0]), until, seconds)
    except NotCleared:
        if _is_hopeless(counted.system.counts, needs):
            raise
        return _chosen(_frame(counted, needs, costs, movable[1]), until, seconds)


def _frame(
    counted: CountedTables, needs: Needs, costs: "NDArray[np.float64]", movable: "NDArray[np.bool_]"
) -> Frame:
    frame, lost = frame_of(counted.system, needs, costs, movable)
    if lost:
        raise cannot_protect(len(lost))
    frame = frame.in_steps(needs.grain, needs.even)
    if _is_hopeless(frame.counts, frame.needs):
        raise NotCleared(
            N_(
                "%(unsafe)s of %(cells)s counts are unsafe by themselves: hiding is the wrong method for this table. Use fewer columns "
                "of the data or broader categories, or --method round."
            ),
            unsafe=f"{len(needs.reasons):,}",
            cells=f"{int(np.count_nonzero(counted.system.counts)):,}",
        )
    return frame


def _chosen(frame: Frame, until: float, seconds: float | None) -> tuple[Search, Frame, float | None]:
    """Hide what has to be hidden; then, as far as time allows, show again what need not be. With ``seconds``, seek the cheapest choice."""
    search, bound = Search(frame, until=until), None
    search.run()
    search.clean()
    if seconds is not None:
        search, bound = solve_exactly(search, rounds=_ROUNDS[0][-1], seconds=seconds)
        search.clean()
    elif frame.needs.reasons and (rounds := rounds_for(frame)):
        search = refine(search, rounds=rounds)
        search.clean()
    return search, frame, bound


def rounds_for(frame: Frame) -> int:
    """Say how often the choice for a frame is made anew."""
    size, needs = len(frame.counts), len(frame.needs.room)
    return next((rounds for most, most_needs, rounds in _ROUNDS if size <= most and needs <= most_needs), 0)


def _is_hopeless(counts: "NDArray[np.int64]", needs: Needs) -> bool:
    return len(needs.reasons) > max(_HOPELESS, _MANY * int(np.count_nonzero(counts)))


def _sensitive_zeros(counted: CountedTables, needs: Needs) -> "NDArray[np.bool_]":
    """Find the zeros beside cells that must be able to fall by more than other people allow: only a zero can rise there."""
    system = counted.system
    wanted = np.zeros(system.size, dtype=bool)
    unsafe = np.zeros(system.size, dtype=bool)
    unsafe[[cell for (cell, way) in needs.room if way < 0 and (cell, 1) not in needs.room]] = True
    if unsafe.any():
        lengths = np.diff(system.starts)
        touched = np.repeat(np.maximum.reduceat(unsafe[system.parts], system.starts[:-1]), lengths)
        wanted[system.parts[touched]] = True
    return wanted


def _why(
    counted: CountedTables, needs: Needs, search: Search, frame: Frame, hidden: Sequence[int]
) -> "list[Why]":
    first = {}
    for cell in np.flatnonzero(frame.group >= 0)[::-1].tolist():
        first[int(frame.group[cell])] = cell
    names = {}
    for cell in hidden:
        names[cell] = counted.name(cell)
    found = []
    for cell in hidden:
        if cell not in needs.reasons and not counted.system.printed[cell]:
            continue
        count = int(counted.system.counts[cell])
        rules = needs.reasons.get(cell, ())
        kept_for = search.serves.get(int(frame.group[cell]))
        protects = names[first[kept_for]] if kept_for is not None and not rules else ""
        found.append(Why(names[cell], count, rules, protects))
    return found
