"""Respondent-driven sampling: shares of groups in a hidden population, from who recruited whom."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from amparo.stats.prevalence import CannotEstimate, Limits
from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._chains import Resampling, resampled
from ._recruitment import Places, Recruitment
from ._result import VERSIONS, IntervalKind, Numbers, SurveyEstimate, caution, seed_of
from ._shares import Estimator, Sample, person_weights, shares_of, transition_counts

__all__ = ["Estimator", "Resampling", "RespondentDrivenEstimate", "respondent_driven"]

SOURCES: Final = {
    Estimator.RDS_I: "Salganik, M. J., Heckathorn, D. D. (2004). Sampling and estimation in hidden populations using respondent-driven "
    "sampling. Sociological Methodology 34, 193-239.",
    Estimator.RDS_II: "Volz, E., Heckathorn, D. D. (2008). Probability based estimation theory for respondent driven sampling. Journal of "
    "Official Statistics 24, 79-97.",
    Estimator.SUCCESSIVE: "Gile, K. J. (2011). Improved inference for respondent-driven sampling data with application to HIV prevalence "
    "estimation. JASA 106, 135-146.",
    Resampling.TREE: "Baraff, A. J., McCormick, T. H., Raftery, A. E. (2016). Estimating uncertainty in respondent-driven sampling using a "
    "tree bootstrap method. PNAS 113, 14668-14673.",
    Resampling.SALGANIK: "Salganik, M. J. (2006). Variance estimation, design effects, and sample size calculations for respondent-driven "
    "sampling. Journal of Urban Health 83 (Suppl. 1), 98-112.",
}
ASSUMPTIONS: Final = (
    Said(
        N_(
            "Who knows whom is mutual, the population hangs together in one network, and everybody recruits at random among those they know."
        )
    ),
    Said(N_("Network sizes are told rightly.")),
    Said(N_("The chains are long enough for the choice of the seeds to be forgotten.")),
)
WITH_REPLACEMENT: Final = Said(
    N_("The sample is a small part of the population (sampling is as if with replacement).")
)
KNOWN_SIZE: Final = Said(N_("The size of the hidden population is about the number that was given."))
USUAL: Final = {
    Estimator.RDS_I: Resampling.SALGANIK,
    Estimator.RDS_II: Resampling.TREE,
    Estimator.SUCCESSIVE: Resampling.SUCCESSIVE,
}
MANY_FAILURES: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RespondentDrivenEstimate:
    """Answers the shares of groups in the population that respondents were recruited from.

    ``weights`` has one number for each respondent in the order of the rows, which add up to 1 (0: left out); with them
    means can be taken. ``replicates`` has the shares in each bootstrap sample (replicates × groups).
    """

    method: Estimator
    groups: tuple[str, ...]
    shares: Numbers
    weights: Numbers
    sample: int
    resampling: Resampling | None = None
    replicates: Numbers | None = None
    population: float | None = None
    assumptions: tuple[Said, ...] = ()
    warnings: tuple[Caution, ...] = ()
    sources: tuple[str, ...] = ()
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=lambda: dict(VERSIONS))

    def share(self, group: str) -> SurveyEstimate:
        """Give the share of one group with its standard error, design effect and intervals."""
        place = self._place(group)
        if self.replicates is None:
            raise CannotEstimate(
                N_("Without a bootstrap there is no interval: give random=numpy.random.default_rng(SEED).")
            )
        value, drawn = float(self.shares[place]), self.replicates[:, place]
        error = float(drawn.std(ddof=1))
        plain = value * (1 - value) / self.sample
        return SurveyEstimate(
            quantity="proportion",
            method=f"{self.method}, {self.resampling}",
            value=value,
            standard_error=error,
            sample=self.sample,
            kind=IntervalKind.STUDENT
            if self.resampling is Resampling.SUCCESSIVE
            else IntervalKind.PERCENTILE,
            bounds=(0.0, 1.0),
            design_effect=error**2 / plain if plain > 0 else None,
            replicates=drawn,
            assumptions=self.assumptions,
            warnings=self.warnings,
            sources=self.sources,
            seed=self.seed,
            versions=self.versions,
        )

    def interval(self, group: str, level: float = 0.95) -> Limits:
        """Give the interval for the share of one group."""
        return self.share(group).interval(level)

    def _place(self, group: str) -> int:
        if group not in self.groups:
            raise CannotEstimate(
                N_("There is no group %(group)s. The groups are: %(groups)s."),
                group=group,
                groups=", ".join(self.groups),
            )
        return self.groups.index(group)


def respondent_driven(
    recruitment: Recruitment,
    traits: Sequence[Hashable],
    *,
    method: Estimator = Estimator.RDS_II,
    population: float | None = None,
    resampling: Resampling | None = None,
    random: np.random.Generator | None = None,
    replicates: int = 1000,
    with_seeds: bool = True,
) -> RespondentDrivenEstimate:
    """Estimate the share of each group that ``traits`` names (missing: left out of the shares, kept in the chains).

    ``method``: RDS-I takes who recruits whom and the harmonic mean degree of each group; RDS-II weighs by 1 / degree; Gile's
    successive sampling allows for sampling without replacement, and needs the size of the ``population``. With ``random``
    there are intervals, by the bootstrap that goes with the method unless ``resampling`` names another (the tree bootstrap is
    wide, Salganik's blind to the bias of large samples). ``with_seeds=False`` leaves the seeds out of the shares.
    """
    codes, groups = coded(traits, recruitment.people)
    if method is Estimator.SUCCESSIVE or resampling is Resampling.SUCCESSIVE:
        _refuse_population(population, recruitment.people)
    order = recruitment.order()
    sample = Sample.of(recruitment, codes, order, with_seeds=with_seeds)
    _refuse_groups(sample, len(groups), groups)
    shares = shares_of(method, sample.observed(), len(groups), population)
    if shares is None:
        raise CannotEstimate(_why_no_shares(sample, groups))
    weights = np.zeros(recruitment.people)
    weights[order] = person_weights(method, sample.observed(), shares, population)
    cautions = recruitment.warnings + _missing(codes)
    drawn, resampling = None, None if random is None else resampling or USUAL[method]
    if random is not None and resampling is not None:
        drawn, failed = resampled(
            resampling,
            method,
            sample,
            len(groups),
            population=population,
            random=random,
            replicates=replicates,
        )
        cautions += _failures(failed, replicates)
    sources = (SOURCES[method], *([SOURCES[resampling]] if resampling in SOURCES else []))
    return RespondentDrivenEstimate(
        method=method,
        groups=groups,
        shares=shares,
        weights=weights,
        sample=int(sample.counted.sum()),
        resampling=resampling,
        replicates=drawn,
        population=population,
        assumptions=(*ASSUMPTIONS, KNOWN_SIZE if method is Estimator.SUCCESSIVE else WITH_REPLACEMENT),
        warnings=cautions,
        sources=tuple(str(source) for source in sources),
        seed=None if random is None else seed_of(random),
    )


def _refuse_population(population: float | None, people: int) -> None:
    if population is None:
        raise CannotEstimate(
            N_(
                "Successive sampling needs the size of the population: give population=, and try others to see how much hangs on it."
            )
        )
    if not people <= population < np.inf:
        raise CannotEstimate(
            N_("The population cannot be %(population)s: it is at least as large as the sample, %(sample)s."),
            population=f"{population:,.0f}",
            sample=people,
        )


def coded(traits: Sequence[Hashable], people: int) -> tuple[Places, tuple[str, ...]]:
    """Number the groups from 0 in the order of their names, -1 where the group is not known."""
    if len(traits) != people:
        raise CannotEstimate(
            N_("%(given)s traits were given for %(wanted)s respondents."), given=len(traits), wanted=people
        )
    texts = [
        "" if trait is None or (isinstance(trait, float) and np.isnan(trait)) else str(trait).strip()
        for trait in traits
    ]
    groups = tuple(sorted(set(texts) - {""}))
    if len(groups) < 2:
        raise CannotEstimate(N_("All respondents are of one group, so there is no share to estimate."))
    place = {group: i for i, group in enumerate(groups)} | {"": -1}
    return np.array([place[text] for text in texts], dtype=np.intp), groups


def _missing(codes: Places) -> tuple[Caution, ...]:
    if not (codes < 0).any():
        return ()
    template = N_(
        "Respondents whose group is not known stay in the chains and are left out of the shares: %(count)s."
    )
    return (caution("missing-groups", template, count=int((codes < 0).sum())),)


def _refuse_groups(sample: Sample, count: int, groups: tuple[str, ...]) -> None:
    seen = np.bincount(sample.codes[sample.counted], minlength=count)
    if (seen == 0).any():
        raise CannotEstimate(
            N_(
                "Nobody who counts is of group %(group)s (only seeds are). Leave the seeds in, or the group out."
            ),
            group=groups[int(np.argmin(seen))],
        )


def _why_no_shares(sample: Sample, groups: tuple[str, ...]) -> str:
    recruited = transition_counts(sample.observed(), len(groups)).sum(axis=1)
    if (recruited == 0).any():
        return N_(
            "RDS-I needs every group to recruit somebody, and one did not. Use RDS-II, or merge groups."
        )
    return N_(
        "RDS-I needs the groups to recruit from each other, and they do not all. Use RDS-II, or merge groups."
    )


def _failures(failed: int, replicates: int) -> tuple[Caution, ...]:
    if failed > MANY_FAILURES * replicates:
        raise CannotEstimate(
            N_(
                "The shares do not exist in %(failed)s of %(all)s bootstrap samples, so there is no interval. Merge groups, or use RDS-II."
            ),
            failed=failed,
            all=replicates,
        )
    if not failed:
        return ()
    template = N_("The shares do not exist in %(failed)s of %(all)s bootstrap samples, which are left out.")
    return (caution("failed-replicates", template, failed=failed, all=replicates),)
