"""A study: several estimates of one table side by side, with what they hang on. This is what the command and the report show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import numpy as np

from amparo.vocab.text import N_

from ._bounds import PairEstimate
from ._checks import Addition, check_addition
from ._describing import Description, describe
from ._estimate import Estimate
from ._flooring import held_against_floor
from ._hierarchy import Hierarchy
from ._linking import LinkedRecords
from ._methods import METHODS, NUMERICAL, Settings, estimate_by
from ._protecting import ProtectedOverlaps, PublishedCount, Shown, protect_overlaps, published
from ._sensitivity import GRAPH_LISTS, Sensitivity, path_of, sensitivity_tasks
from ._spreading import spread
from ._table import CannotEstimate, OverlapTable

__all__ = [
    "ADDITION",
    "DEFAULT_METHODS",
    "Population",
    "Progress",
    "Study",
    "run_study",
]

# In the order in which they are shown. Those that are not among METHODS yet are passed over.
DEFAULT_METHODS: Final = ("average", "stepwise", "bic", "dga", "threshold", "lcmcr", "chao")
ADDITION: Final = "addition"  # the name of the task that compares the strata with the whole
_USUAL_THRESHOLD: Final = 5
_QUICK: Final = {"floor", "pairs", "ranking", "estimate chao"}
_SLOWEST: Final = "estimate lcmcr"

# Called with the words of what was done, how many tasks are done, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Population:
    """Says of how many people a rate is: "of 52,200,000 residents"."""

    people: int
    words: str = "people"

    def __post_init__(self) -> None:
        if self.people < 1:
            raise CannotEstimate(
                N_("The population is a number of people above zero; %(people)s was given."),
                people=self.people,
            )

    def rate(self, number: float) -> float:
        """Give how many that is for each 100,000."""
        return number / self.people * 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Holds a study of one table. ``not_done`` names what was not reached when it was stopped, ``cannot`` what could not be had.

    ``mark`` names the data where they are kept apart and nobody can try out counts against it; without one, the report prints the
    fingerprint itself as long as no count is hidden.
    """

    source: str
    table: OverlapTable
    description: Description
    overlaps: ProtectedOverlaps | None  # None where nothing may be shown
    settings: Settings
    level: float
    estimates: tuple[Estimate, ...]
    sensitivity: Sensitivity | None
    strata: Mapping[str, Study] = field(default_factory=dict)
    strata_by: str = ""
    addition: Addition | None = (
        None  # whether the strata add up; None where there are none, or it cannot be told
    )
    population: Population | None = None
    not_done: tuple[str, ...] = ()
    cannot: Mapping[str, CannotEstimate] = field(default_factory=dict)
    mark: str = ""

    def size_of(self, name: str) -> PublishedCount | None:
        """Give the size of a list as it may be shown; None where nothing of the lists may be."""
        return None if self.overlaps is None else self.overlaps.totals[self.table.lists.index(name)]

    def seen_by_stratum(self) -> dict[str, PublishedCount]:
        """Give how many people were seen in each stratum, as it may be shown: a small one hides the next smallest as well."""
        counts = {name: study.table.observed for name, study in self.strata.items()}
        threshold = self.overlaps.threshold if self.overlaps is not None else _USUAL_THRESHOLD
        small = {name for name, count in counts.items() if 0 < count < threshold}
        others = sorted((name for name in counts if name not in small), key=lambda name: (counts[name], name))
        beside = set(others[:1]) if small else set()
        return {
            name: published(
                count,
                Shown.PRIMARY if name in small else Shown.SECONDARY if name in beside else Shown.SHOWN,
                threshold,
            )
            for name, count in counts.items()
        }

    @property
    def shown_pairs(self) -> tuple[PairEstimate, ...]:
        """Give the estimates from pairs of lists whose overlap may be shown: from the others it could be worked out."""
        if self.overlaps is None or self.sensitivity is None or self.sensitivity.pairs is None:
            return ()
        shown = {pair for pair, count in self.overlaps.pairs if count.value is not None}
        sized = {
            name
            for name, count in zip(self.overlaps.lists, self.overlaps.totals, strict=True)
            if count.value is not None
        }
        return tuple(one for one in self.sensitivity.pairs if one.lists in shown and set(one.lists) <= sized)

    @property
    def is_answered(self) -> bool:
        """Tell whether every estimate that was asked for exists, in every stratum as well."""
        here = all(one.estimate is not None for one in self.estimates) and not self.not_done
        return here and all(study.is_answered for study in self.strata.values())


def run_study(
    table: OverlapTable,
    *,
    source: str = "",
    methods: Sequence[str] = (),
    settings: Settings | None = None,
    level: float = 0.95,
    strata: Mapping[str, OverlapTable] | None = None,
    strata_by: str = "",
    links: LinkedRecords | None = None,
    population: Population | None = None,
    threshold: int = 5,
    workers: int | None = 1,
    progress: Progress | None = None,
) -> Study:
    """Estimate by each method, and, when no method is named, find out what the estimates hang on.

    ``threshold`` hides small overlaps in what is shown; ``links`` are the uncertain links that the table was made from. ``workers``
    spreads the tasks by joblib. A KeyboardInterrupt ends the study and gives what is done. The answer depends on the table,
    the settings and the methods only: not on workers, and not on what else was asked for.
    """
    settings = settings or Settings()
    if not 0 < level < 1:
        raise CannotEstimate(
            N_("The level of an interval lies between 0 and 1, for example 0.95; %(level)s was given."),
            level=level,
        )
    asked = tuple(methods) or _usual_methods(table)
    for name in asked:
        if name not in METHODS:
            raise CannotEstimate(
                N_('There is no method "%(name)s". The methods are: %(known)s.'),
                name=name,
                known=", ".join(METHODS),
            )
    if settings.model is not None:
        Hierarchy.parse(
            len(table.lists), settings.model
        )  # a slip of the pen is told at once, not as an estimate that does not exist
    tables = {"": table, **(strata or {})}
    around = {} if methods else sensitivity_tasks(table, settings, level, links)
    if strata:
        around[ADDITION] = _addition(table, strata, settings, level)
    tasks = _in_order(tables, asked, settings, around)
    done = _run(tasks, workers, progress)
    studies = {
        stratum: _study(source, one, stratum, asked, done, settings, level, threshold, population)
        for stratum, one in tables.items()
    }
    pooled = studies.pop("")
    if not methods:
        pooled = replace(pooled, sensitivity=_sensitivity(done, pooled, level))
    refused = {name: found for (stratum, name), found in done.items() if isinstance(found, CannotEstimate)}
    return replace(
        pooled,
        strata=studies,
        strata_by=strata_by,
        addition=added if isinstance(added := done.get(("", ADDITION)), Addition) else None,
        not_done=tuple(" ".join(filter(None, key)) for key in tasks if key not in done),
        cannot=refused,
    )


def _addition(
    table: OverlapTable, strata: Mapping[str, OverlapTable], settings: Settings, level: float
) -> Callable[[], Any]:
    return partial(
        check_addition,
        table,
        strata,
        random=settings.random("addition"),
        replicates=settings.replicates,
        threshold=settings.threshold,
        level=level,
    )


def _in_order(
    tables: Mapping[str, OverlapTable],
    asked: Sequence[str],
    settings: Settings,
    around: Mapping[str, Callable[[], Any]],
) -> dict[tuple[str, str], Callable[[], Any]]:
    """Give all tasks, the quickest first and the slowest last, so that a study that is stopped has something to say."""
    tasks: dict[tuple[str, str], Callable[[], Any]] = {
        (stratum, f"estimate {name}"): partial(estimate_by, name, one, settings)
        for stratum, one in tables.items()
        for name in asked
    }
    tasks |= {("", name): task for name, task in around.items()}
    return dict(sorted(tasks.items(), key=lambda one: (one[0][1] == _SLOWEST) - (one[0][1] in _QUICK)))


def _usual_methods(table: OverlapTable) -> tuple[str, ...]:
    return tuple(
        name
        for name in DEFAULT_METHODS
        if name in METHODS and (name != "dga" or len(table.lists) in GRAPH_LISTS)
    )


def _run(
    tasks: Mapping[tuple[str, str], Callable[[], Any]], workers: int | None, progress: Progress | None
) -> dict[tuple[str, str], Any]:
    """Run what there is to do; Ctrl-C keeps what is done."""
    keys = list(tasks)
    done: dict[tuple[str, str], Any] = {}
    try:
        if progress is not None:
            progress(" ".join(filter(None, keys[0])), 0, len(keys))
        for place, found in spread([partial(_attempt, task) for task in tasks.values()], workers):
            done[keys[place]] = found
            waiting = next((key for key in keys if key not in done), keys[place])
            if progress is not None:
                progress(" ".join(filter(None, waiting)), len(done), len(keys))
    except KeyboardInterrupt:
        pass
    return done


def _attempt(task: Callable[[], Any]) -> Any:
    try:
        with np.errstate(all="ignore"):
            return task()
    except CannotEstimate as error:
        return error
    except (ArithmeticError, np.linalg.LinAlgError):
        return CannotEstimate(NUMERICAL.message.template)


def _study(
    source: str,
    table: OverlapTable,
    stratum: str,
    asked: Sequence[str],
    done: Mapping[tuple[str, str], Any],
    settings: Settings,
    level: float,
    threshold: int,
    population: Population | None,
) -> Study:
    keys = [(stratum, f"estimate {name}") for name in asked]
    overlaps = None
    try:
        overlaps = None if stratum else protect_overlaps(table, threshold)  # those of a stratum are not shown
    except CannotEstimate:
        if threshold in range(1, 3) or threshold < 0:
            raise
    return Study(
        source=source,
        table=table,
        description=describe(table),
        overlaps=overlaps,
        settings=settings,
        level=level,
        estimates=held_against_floor([done[key] for key in keys if key in done], table, level),
        sensitivity=None,
        population=None if stratum else population,
    )


def _sensitivity(done: Mapping[tuple[str, str], Any], study: Study, level: float) -> Sensitivity:
    parts = {
        name: found
        for (stratum, name), found in done.items()
        if not stratum
        and name != ADDITION
        and not name.startswith("estimate ")
        and not isinstance(found, CannotEstimate)
    }
    return Sensitivity(**parts, models=path_of(study.estimates, level))
