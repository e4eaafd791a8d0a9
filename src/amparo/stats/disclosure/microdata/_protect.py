"""Protect a file of persons: values told in groups, cells blanked, and all of it checked before anybody can have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.disclosure._hierarchy import Hierarchy
from amparo.vocab.text import N_

from ._data import CannotMeasure, MicroData
from ._exact import MOST_CHOICES, suppress_exactly
from ._groups import distinct
from ._patterns import least_to_blank, mask_costs
from ._recode import Recoding, recodings
from ._suppress import Masks, suppress

__all__ = ["Loss", "NotProtected", "ProtectedData", "protect_microdata"]

Progress = Callable[[int, int], None]
MOST_TRIED: Final = 6  # recodings that are carried out in full


class NotProtected(AssertionError):
    """Says that a file does not keep its promise. It is not given out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Holds what protection took, in cells: one that is blanked counts 1 times its importance, one told in a group a part of it.

    ``bound`` is what any protection of this kind must take; ``is_proved`` tells that none takes less than ``total``.
    """

    total: float
    bound: float
    is_proved: bool
    cells: int  # that said something before
    blanked: Mapping[str, int]
    grouped: Mapping[str, float]
    levels: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedData:
    """Holds a file in which every combination of any ``m`` keys, blanks being signs of their own, is shown by ``k`` records or more.

    One that does not keep this, or that shows a value which its record does not have, cannot be made: it is counted again here, in
    another way than it was made in.
    """

    original: MicroData
    published: MicroData
    k: int
    m: int
    loss: Loss
    hierarchies: Mapping[str, Hierarchy] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.published.codes) != len(self.original.codes):
            raise NotProtected("Records were lost or added.")
        if not np.array_equal(self.published.told, self.original.told):
            raise NotProtected("A sensitive value was changed.")
        for j, (shown, before) in enumerate(zip(self.published.keys, self.original.keys, strict=True)):
            self._check_values(j, shown.values, before.values, self.hierarchies.get(shown.name))
        rows, sizes = np.unique(self.published.codes, axis=0, return_counts=True)
        for chosen in combinations(range(rows.shape[1]), min(self.m, rows.shape[1])):
            _, place = np.unique(rows[:, chosen], axis=0, return_inverse=True)
            fewest = int(np.bincount(place.reshape(-1), weights=sizes).min())
            if fewest < self.k:
                names = ", ".join(self.published.keys[j].name for j in chosen)
                raise NotProtected(f"A combination of {names} is shown by {fewest} of {self.k} records.")

    def _check_values(
        self, j: int, shown: tuple[str, ...], before: tuple[str, ...], hierarchy: Hierarchy | None
    ) -> None:
        pairs = np.unique(np.column_stack([self.published.codes[:, j], self.original.codes[:, j]]), axis=0)
        for now, then in pairs:
            if now < 0:
                continue
            truth = before[then] if then >= 0 else None
            allowed = (
                () if truth is None else (truth,) if hierarchy is None else (truth, *hierarchy.path(truth))
            )
            if shown[now] not in allowed:
                raise NotProtected("A record shows a value that it does not have.")

    def order(self) -> NDArray[np.int64]:
        """Give the order in which the records may be shown: by what they show, so that their place tells nothing more."""
        columns = np.column_stack([self.published.codes, self.published.told])
        return np.lexsort(columns.T[::-1])


def protect_microdata(
    data: MicroData,
    k: int,
    *,
    m: int = 3,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    importance: Mapping[str, float] | None = None,
    random: np.random.Generator,
    seconds: float = 20.0,
    progress: Progress | None = None,
) -> ProtectedData:
    """Protect a file with least loss: blank cells, and tell columns at a level of their hierarchy where that costs less.

    For a small file the cheapest protection is computed, if it is found within ``seconds``; in a large one it is looked for, and the
    loss stands beside a bound.
    """
    hierarchies, importance = hierarchies or {}, importance or {}
    _check(data, k, m, hierarchies, importance)
    m = min(m, len(data.keys))
    weights = np.array([importance.get(column.name, 1.0) for column in data.keys])
    ways = [_Way(data, one, weights, k, m) for one in recodings(data, hierarchies)]
    ways.sort(key=lambda way: way.bound)
    best: tuple[float, _Way, Masks, bool] | None = None
    for tried, way in enumerate(ways[:MOST_TRIED], 1):
        if best is not None and way.bound >= best[0] - 1e-9:
            break
        masks, is_proved = way.protect(random, seconds)
        cost = way.cost(masks)
        if best is None or cost < best[0] - 1e-9:
            best = cost, way, masks, is_proved
        if progress is not None:
            progress(tried, min(len(ways), MOST_TRIED))
    assert best is not None
    cost, way, masks, is_proved = best
    others = [one.bound for one in ways if one is not way]
    bound = min([way.bound, *others])
    loss = way.loss(data, masks, min(bound, cost), is_proved and bound >= cost - 1e-6)
    _check_kept(data, way.published(data, masks))
    return ProtectedData(
        original=data, published=way.published(data, masks), k=k, m=m, loss=loss, hierarchies=hierarchies
    )


class _Way:
    """One way to tell the columns in groups, with the kinds of records that there are then."""

    def __init__(
        self, data: MicroData, recoding: Recoding, weights: NDArray[np.float64], k: int, m: int
    ) -> None:
        self.recoding, self.k, self.m = recoding, k, m
        self.kinds = distinct(recoding.codes)
        self.grouping = float((recoding.lost * weights).sum())
        left = np.zeros(self.kinds.rows.shape)
        left[self.kinds.labels] = (1.0 - recoding.lost) * weights  # equal in all records of a kind
        self.weights = left
        costs = mask_costs(self.kinds.rows, left)
        least = least_to_blank(self.kinds.rows, self.kinds.sizes, costs, k, m)
        self.bound = self.grouping + float((least * self.kinds.sizes).sum())

    def protect(self, random: np.random.Generator, seconds: float) -> tuple[Masks, bool]:
        """Give the best masks found, and whether they are proved the cheapest; the bound is raised where more is known."""
        rows, sizes = self.kinds.rows, self.kinds.sizes
        found = suppress(rows, sizes, self.k, self.m, self.weights, random)
        if self.cost(found) <= self.bound + 1e-9:
            return found, True
        if seconds > 0 and len(rows) * 2 ** rows.shape[1] <= MOST_CHOICES:
            answer = suppress_exactly(rows, sizes, self.k, self.m, self.weights, seconds)
            self.bound = max(self.bound, self.grouping + answer.bound)
            if answer.masks is not None and self.cost(answer.masks) <= self.cost(found):
                return answer.masks, answer.is_proved
        return found, False

    def cost(self, masks: Masks) -> float:
        """Add up what is lost."""
        return self.grouping + masks.cost(self.weights)

    def published(self, data: MicroData, masks: Masks) -> MicroData:
        """Give each record what it shows."""
        order = np.argsort(
            self.kinds.labels, kind="stable"
        )  # the records of each kind, one kind after the other
        by_kind = np.argsort(masks.kinds, kind="stable")
        bits = (
            np.repeat(masks.masks[by_kind], masks.sizes[by_kind])[:, None] >> np.arange(len(data.keys))
        ) & 1
        codes = np.empty_like(self.recoding.codes)
        codes[order] = np.where(bits == 1, -1, self.recoding.codes[order])
        return MicroData(
            keys=self.recoding.columns,
            codes=codes,
            sensitive=data.sensitive,
            told=data.told,
            source=data.source,
            left_out=data.left_out,
            cautions=data.cautions,
        )

    def loss(self, data: MicroData, masks: Masks, bound: float, is_proved: bool) -> Loss:
        """Tell what was lost, column by column."""
        bits = ((masks.masks[:, None] >> np.arange(len(data.keys))) & 1) * masks.sizes[:, None]
        names = [column.name for column in data.keys]
        return Loss(
            total=self.cost(masks),
            bound=bound,
            is_proved=is_proved,
            cells=int((data.codes >= 0).sum()),
            blanked=dict(zip(names, bits.sum(axis=0).tolist(), strict=True)),
            grouped=dict(zip(names, self.recoding.lost.sum(axis=0).tolist(), strict=True)),
            levels=self.recoding.levels,
        )


def _check(
    data: MicroData,
    k: int,
    m: int,
    hierarchies: Mapping[str, Hierarchy],
    importance: Mapping[str, float],
) -> None:
    if k < 2 or m < 1:
        raise CannotMeasure(N_("k must be 2 or more (5 is usual), and m 1 or more."))
    if data.number < k:
        raise CannotMeasure(
            N_(
                "%(source)s has %(number)s records, and %(k)s are to be alike. Ask for a smaller k, or join it with other files."
            ),
            source=data.source,
            number=data.number,
            k=k,
        )
    keys = {column.name for column in data.keys}
    for name in (*hierarchies, *importance):
        if name not in keys:
            raise CannotMeasure(
                N_('"%(name)s" is no key: only keys are told in groups and weighed. The keys are: %(keys)s.'),
                name=name,
                keys=", ".join(column.name for column in data.keys),
            )
    wrong = [name for name, weight in importance.items() if not 0 < weight <= 1000]
    if wrong:
        raise CannotMeasure(
            N_("The importance of %(name)s must be a number above 0, up to 1000."), name=wrong[0]
        )


def _check_kept(data: MicroData, published: MicroData) -> None:
    """Refuse a sensitive column from which a blanked key can be read: the country's name beside its blanked code."""
    for place, column in enumerate(data.sensitive):
        told = data.told[:, place]
        for j, key in enumerate(data.keys):
            shown = published.codes[:, j]
            undone = (shown < 0) & (data.codes[:, j] >= 0) & (told >= 0)
            both = (shown >= 0) & (told >= 0)
            pairs = np.unique(np.column_stack([told[both], shown[both]]), axis=0)
            values = len(np.unique(told[both]))
            if undone.any() and len(np.unique(shown[both])) > 1 and len(pairs) == values:
                raise CannotMeasure(
                    N_(
                        'Column "%(column)s" tells "%(key)s": each of its values goes with one value there, and would undo %(number)s '
                        "blanks. Leave it out, or name it among the keys in its place."
                    ),
                    column=column.name,
                    key=key.name,
                    number=int(undone.sum()),
                )
