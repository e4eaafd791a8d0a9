"""Two lists and what is known of each person: the doubly robust estimator (Das, Kennedy and Jewell)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

import amparo
from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._estimate import Estimate, Limits, Status
from ._learning import Learn, Learner, columns_of, learn_with
from ._table import CannotEstimate

__all__ = ["DoublyRobustEstimate", "doubly_robust", "doubly_robust_pairs"]

Numbers = NDArray[np.float64]
SOURCES: Final = (
    "Das, M., Kennedy, E. H., Jewell, N. P. (2023). Doubly robust capture-recapture methods for estimating population size. JASA.",
    "Das, M., Kennedy, E. H., Jewell, N. P. (2021). The same, arXiv:2104.14091.",
)
ASSUMPTIONS: Final = (
    Said(N_("Among people alike in the covariates, being on one list says nothing of being on the other.")),
    Said(N_("People of every kind can be on both lists.")),
    Said(N_("Nobody comes, goes or is linked wrongly.")),
)
FEWEST_ON_BOTH: Final = 10
FEW_ON_BOTH: Final = 30
MOST_TRUNCATED: Final = 0.5
MUCH_TRUNCATED: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class DoublyRobustEstimate(Estimate):
    """Answers how many people there are, from two lists and covariates.

    ``truncated`` is the share of people whose probability to be on both lists was raised to ``least``; ``plain`` is the
    Lincoln-Petersen estimate n1 n2 / n12 of the same two lists, which takes no notice of covariates.
    """

    pair: tuple[str, str]
    learner: str
    standard_error: float | None = None
    truncated: float = 0.0
    least: float
    folds: int
    repeats: int
    plain: float | None = None

    def interval(self, level: float = 0.95) -> Limits | None:
        """Give the Wald interval of this level (0 < level < 1), cut off at the number observed; None without an estimate."""
        from scipy import special

        if not 0 < level < 1:
            raise CannotEstimate(
                N_("The level of an interval lies between 0 and 1, and %(level)s does not."), level=level
            )
        if self.estimate is None or self.standard_error is None:
            return None
        half = float(special.ndtri((1 + level) / 2)) * self.standard_error
        return Limits(max(self.estimate - half, float(self.observed)), self.estimate + half)


def doubly_robust_pairs(
    lists: Mapping[str, Sequence[int]],
    covariates: Mapping[str, Sequence[object]] | None = None,
    *,
    random: np.random.Generator,
    learner: Learner | Learn = Learner.SPLINE,
    folds: int = 5,
    repeats: int = 5,
    least: float = 0.005,
) -> tuple[DoublyRobustEstimate, ...]:
    """Estimate with each pair of lists in turn, in their order. All of one population: they should agree."""
    names = list(lists)
    return tuple(
        doubly_robust(
            lists,
            covariates,
            pair=(one, other),
            random=random,
            learner=learner,
            folds=folds,
            repeats=repeats,
            least=least,
        )
        for i, one in enumerate(names)
        for other in names[i + 1 :]
    )


def doubly_robust(
    lists: Mapping[str, Sequence[int]],
    covariates: Mapping[str, Sequence[object]] | None = None,
    *,
    random: np.random.Generator,
    pair: tuple[str, str] | None = None,
    learner: Learner | Learn = Learner.SPLINE,
    folds: int = 5,
    repeats: int = 5,
    least: float = 0.005,
) -> DoublyRobustEstimate:
    """Estimate N from two lists that are independent of each other among people alike (Das, Kennedy and Jewell, section 4).

    ``lists`` has for each list a 0 or 1 for every person, ``covariates`` columns of numbers or of words; each person seen is one
    row. With more than two lists name the ``pair``; people only on others count as observed. The probabilities q1, q2 and q12
    to be on the first, the second and both lists, among those seen and given the covariates, are learned on other people
    than they are used for (``folds``), by ``learner``: logistic regression, the same with splines and products, or a function
    (training rows, their 0/1 answers, rows asked) that gives probabilities. With

        phi = (q2 Y1 + q1 Y2) / q12 - q1 q2 Y1 Y2 / q12²,      N = sum of phi,

    errors in learning matter only by their products. The division into folds is repeated, and the median taken. q12 is at
    least ``least``. Without covariates this is Lincoln-Petersen, n1 n2 / n12.
    """
    seen, names = _lists_of(lists)
    chosen = _pair_of(names, pair)
    table = columns_of(covariates or {}, seen.shape[0])
    if not (0 < least < 0.5 and folds >= 2 and repeats >= 1):
        raise CannotEstimate(
            N_("There must be at least 2 folds and 1 repeat, and the least probability lies below 0.5.")
        )
    order = np.lexsort(
        np.column_stack([table, seen])[:, ::-1].T
    )  # whatever the order of the rows, the same draws
    first, second = (seen[order, names.index(name)] for name in chosen)
    setting = _Setting(chosen, _name_of(learner), least, folds, repeats, first.size, _seed_of(random))
    both = int(np.sum(first * second))
    if (refusal := _refusal(first, second, both)) is not None:
        return setting.refused(refusal)
    cautions = (
        [_caution("few-on-both", N_("People on both lists are few: %(count)s."), count=both)]
        if both < FEW_ON_BOTH
        else []
    )
    runs = []
    for _ in range(repeats if table.shape[1] else 1):
        answers = _nuisances(first, second, table[order], learner, folds, random)
        if answers is None:
            return setting.refused(
                _caution(
                    "no-overlap-in-a-fold",
                    N_("In a part of the people nobody is on both lists: use fewer folds."),
                )
            )
        runs.append(_one_run(first, second, answers, least))
    return setting.answered(runs, first, second, cautions)


@dataclass(frozen=True, slots=True)
class _Run:
    estimate: float
    variance: float
    truncated: float


def _one_run(
    first: Numbers, second: Numbers, answers: tuple[Numbers, Numbers, Numbers], least: float
) -> _Run:
    """Compute the sum of phi and its variance: that of the mean of phi, and that of being seen at all."""
    q1, q2, q12 = answers
    low = float(np.mean(q12 < least))
    q12 = np.clip(q12, least, 1)
    q1, q2 = np.clip(q1, q12, 1), np.clip(q2, q12, 1)
    phi = (q2 * first + q1 * second) / q12 - q1 * q2 * first * second / q12**2
    people, inverse = first.size, float(phi.mean())
    seen_at_all = people * max(inverse * (inverse - 1), 0.0)  # n (1 - psi) / psi², with psi = 1 / inverse
    return _Run(people * inverse, people * float(phi.var()) + seen_at_all, low)


def _nuisances(
    first: Numbers,
    second: Numbers,
    table: Numbers,
    learner: Learner | Learn,
    folds: int,
    random: np.random.Generator,
) -> tuple[Numbers, Numbers, Numbers] | None:
    """Learn the three probabilities for everybody from others; None where a part has nobody to learn from."""
    answers = (first, second, first * second)
    if table.shape[1] == 0:
        q1, q2, q12 = (np.full(first.size, answer.mean()) for answer in answers)
        return q1, q2, q12
    part = random.permutation(np.arange(first.size) % folds)
    found = tuple(np.empty(first.size) for _ in answers)
    for fold in range(folds):
        here = part == fold
        for answer, column in zip(answers, found, strict=True):
            if answer[~here].sum() == 0:
                return None
            column[here] = learn_with(learner, table[~here], answer[~here], table[here])
    return found[0], found[1], found[2]


@dataclass(frozen=True, slots=True)
class _Setting:
    """Holds what was asked, for whatever is answered."""

    pair: tuple[str, str]
    learner: str
    least: float
    folds: int
    repeats: int
    observed: int
    seed: int | None

    def refused(self, why: Caution) -> DoublyRobustEstimate:
        return self._made(estimate=None, status=Status.REFUSED, warnings=(why,))

    def answered(
        self, runs: Sequence[_Run], first: Numbers, second: Numbers, cautions: list[Caution]
    ) -> DoublyRobustEstimate:
        """Take the median of the runs, and add to their variance how far they lie apart (Chernozhukov et al. 2018)."""
        estimates = np.array([run.estimate for run in runs])
        middle = float(np.median(estimates))
        error = float(np.sqrt(np.median([run.variance for run in runs] + (estimates - middle) ** 2)))
        truncated = float(np.mean([run.truncated for run in runs]))
        if truncated > MOST_TRUNCATED:
            template = N_(
                "Most people (%(percent)s %%) are of a kind that is hardly ever on both lists: nothing follows for them."
            )
            return self.refused(_caution("no-overlap", template, percent=round(100 * truncated)))
        if truncated > MUCH_TRUNCATED:
            template = N_(
                "%(percent)s %% of the people are of a kind that is hardly ever on both lists; for them the estimate is too low."
            )
            cautions.append(_caution("truncated", template, percent=round(100 * truncated)))
        if middle < self.observed:
            if middle + 2 * error < self.observed:
                template = N_(
                    "The estimate is below the number of people seen: the lists cannot bear this method."
                )
                return self.refused(_caution("below-observed", template))
            template = N_("The estimate came out below the number of people seen, and was raised to it.")
            cautions.append(_caution("raised-to-observed", template))
        plain = float(first.sum() * second.sum() / np.sum(first * second))
        return self._made(
            estimate=max(middle, float(self.observed)),
            standard_error=error,
            truncated=truncated,
            plain=plain,
            warnings=tuple(cautions),
        )

    def _made(
        self,
        *,
        estimate: float | None,
        warnings: tuple[Caution, ...],
        status: Status = Status.EXISTS,
        standard_error: float | None = None,
        truncated: float = 0.0,
        plain: float | None = None,
    ) -> DoublyRobustEstimate:
        return DoublyRobustEstimate(
            method="doubly robust",
            observed=self.observed,
            estimate=estimate,
            status=status,
            standard_error=standard_error,
            truncated=truncated,
            plain=plain,
            warnings=warnings,
            assumptions=ASSUMPTIONS,
            sources=SOURCES,
            seed=self.seed,
            versions={"amparo": amparo.__version__, "numpy": np.__version__},
            pair=self.pair,
            learner=self.learner,
            least=self.least,
            folds=self.folds,
            repeats=self.repeats,
        )


def _caution(code: str, template: str, **values: object) -> Caution:
    return Caution(code, Said(template, values))


def _refusal(first: Numbers, second: Numbers, both: int) -> Caution | None:
    if both == 0:
        return _caution("no-overlap", N_("Nobody is on both lists, so nothing follows for those on neither."))
    if both < FEWEST_ON_BOTH:
        template = N_(
            "Too few people are on both lists to learn who is: %(count)s. Use an estimate without covariates."
        )
        return _caution("too-few-on-both", template, count=both)
    if first.sum() == first.size or second.sum() == second.size:
        return _caution(
            "everybody-on-one", N_("One list holds everybody, so it cannot be told whom the other misses.")
        )
    return None


def _lists_of(lists: Mapping[str, Sequence[int]]) -> tuple[Numbers, list[str]]:
    """Read the lists; refuse fewer than two, other values than 0 and 1, and a person on none, with the row (from 1)."""
    names = list(lists)
    if len(names) < 2:
        raise CannotEstimate(N_("At least two lists are needed; there is %(count)s."), count=len(names))
    lengths = {len(lists[name]) for name in names}
    if len(lengths) > 1 or 0 in lengths:
        raise CannotEstimate(N_("All lists must tell of the same people: a 0 or 1 for each."))
    columns = []
    for name in names:
        try:
            column = np.array(lists[name], dtype=np.float64)
        except (TypeError, ValueError):
            raise CannotEstimate(N_("List %(name)s has something else than 0 and 1."), name=name) from None
        wrong = (column != 0) & (column != 1)
        if wrong.any():
            raise CannotEstimate(
                N_("Row %(row)s of list %(name)s has %(value)s. It must be 0 or 1."),
                row=int(np.flatnonzero(wrong)[0]) + 1,
                name=name,
                value=column[wrong][0],
            )
        columns.append(column)
    seen = np.column_stack(columns)
    if (nobody := seen.sum(axis=1) == 0).any():
        raise CannotEstimate(
            N_("Row %(row)s is on no list. Only people who were seen can be given."),
            row=int(np.flatnonzero(nobody)[0]) + 1,
        )
    return seen, names


def _pair_of(names: list[str], pair: tuple[str, str] | None) -> tuple[str, str]:
    if pair is None:
        if len(names) > 2:
            raise CannotEstimate(
                N_("There are %(count)s lists. Say which pair to use, or ask for all pairs."),
                count=len(names),
            )
        return names[0], names[1]
    if pair[0] == pair[1] or not set(pair) <= set(names):
        raise CannotEstimate(N_("The pair must be two of the lists: %(names)s."), names=", ".join(names))
    return pair


def _name_of(learner: Learner | Learn) -> str:
    return str(learner) if isinstance(learner, Learner) else getattr(learner, "__name__", "function")


def _seed_of(random: np.random.Generator) -> int | None:
    entropy = getattr(getattr(random.bit_generator, "seed_seq", None), "entropy", None)
    return int(entropy) if isinstance(entropy, int) else None
