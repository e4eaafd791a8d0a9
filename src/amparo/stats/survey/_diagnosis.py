"""What a respondent-driven sample shows of itself: does it settle, do groups keep to themselves, do the seeds still tell."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.results import Caution
from amparo.vocab.text import N_

from ._recruitment import Places, Recruitment
from ._respondent_driven import coded
from ._result import Numbers, caution
from ._shares import Estimator, Sample, equilibrium, shares_of, transition_counts

__all__ = ["Chain", "RecruitmentDiagnosis", "diagnose"]

SETTLED: Final = 0.02  # shares within this of the equilibrium count as there (Heckathorn 1997)
DRIFT: Final = 0.05
HALF: Final = 0.5
MOST_WAVES: Final = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Tells of one seed: how many were recruited in its chain, in how many waves, and the shares (RDS-II) among all of it."""

    seed: str
    recruits: int
    waves: int
    shares: Numbers | None  # None where nobody of the chain has a known group


@dataclass(frozen=True, slots=True, eq=False)
class RecruitmentDiagnosis:
    """Holds what to look at before a share is believed.

    ``transitions`` counts recruitments (rows: groups of recruiters). ``homophily`` is Heckathorn's (2002): 1 when a group
    recruits only its own, 0 when it recruits as if at random, -1 when never its own; None where a group recruited nobody.
    ``by_wave`` has the shares (RDS-II) of all up to each wave. ``waves_needed`` is after how many waves recruitment
    started in any one group comes within 2 points of its equilibrium; None where there is none.
    """

    groups: tuple[str, ...]
    transitions: Numbers
    homophily: tuple[float | None, ...]
    by_wave: Numbers
    chains: tuple[Chain, ...]
    waves_needed: int | None
    warnings: tuple[Caution, ...]


def diagnose(recruitment: Recruitment, traits: Sequence[Hashable]) -> RecruitmentDiagnosis:
    """Look at convergence, homophily and the dependence on the seeds (Gile, Johnston and Salganik 2015)."""
    codes, groups = coded(traits, recruitment.people)
    sample = Sample.of(recruitment, codes, recruitment.order(), with_seeds=True)
    count = len(groups)
    observed = sample.observed()
    shares = shares_of(Estimator.RDS_II, observed, count)
    if shares is None:
        raise CannotEstimate(N_("No respondent has a known group."))
    transitions = transition_counts(observed, count)
    by_wave = _by_wave(sample, count)
    chains = _chains(recruitment, codes, count)
    homophily = _homophily(transitions, shares)
    needed = _waves_needed(transitions)
    warnings = (
        *recruitment.warnings,
        *_about_waves(chains, needed, by_wave, sample),
        *_about_chains(chains),
        *_about_groups(homophily, groups),
    )
    return RecruitmentDiagnosis(groups, transitions, homophily, by_wave, chains, needed, warnings)


def _by_wave(sample: Sample, groups: int) -> Numbers:
    """Give the shares of all up to each wave; before anybody's group is known, they are unknown (NaN)."""
    rows = []
    for wave in range(int(sample.waves.max()) + 1):
        here = sample.counted & (sample.waves <= wave)
        weights = np.bincount(sample.codes[here], weights=1 / sample.degrees[here], minlength=groups)
        rows.append(weights / weights.sum() if here.any() else np.full(groups, np.nan))
    return np.array(rows)


def _chains(recruitment: Recruitment, codes: Places, groups: int) -> tuple[Chain, ...]:
    found = []
    for seed in np.flatnonzero(recruitment.recruiters < 0):
        members = recruitment.seeds == seed
        here = members & (codes >= 0)
        weights = np.bincount(codes[here], weights=1 / recruitment.degrees[here], minlength=groups)
        found.append(
            Chain(
                recruitment.ids[seed],
                int(members.sum()) - 1,
                int(recruitment.waves[members].max()),
                weights / weights.sum() if here.any() else None,
            )
        )
    return tuple(sorted(found, key=lambda chain: (-chain.recruits, chain.seed)))


def _homophily(transitions: Numbers, shares: Numbers) -> tuple[float | None, ...]:
    found: list[float | None] = []
    for group, (recruited, share) in enumerate(zip(transitions.sum(axis=1), shares, strict=True)):
        own = transitions[group, group] / recruited if recruited else share
        value = (own - share) / (1 - share if own >= share else share)
        found.append(float(value) if recruited else None)
    return tuple(found)


def _waves_needed(transitions: Numbers) -> int | None:
    settled = equilibrium(transitions)
    if settled is None:
        return None
    step = transitions / transitions.sum(axis=1, keepdims=True)
    state = np.eye(settled.size)
    for wave in range(MOST_WAVES):
        if np.abs(state - settled).max() < SETTLED:
            return wave
        state = state @ step
    return None  # groups that only recruit each other in turn never settle


def _about_waves(
    chains: tuple[Chain, ...], needed: int | None, by_wave: Numbers, sample: Sample
) -> tuple[Caution, ...]:
    longest = max(chain.waves for chain in chains)
    found = []
    if needed is None:
        template = N_(
            "The groups do not all recruit each other, so recruitment does not settle: shares hang on the seeds."
        )
        found.append(caution("no-equilibrium", template))
    elif needed > longest:
        template = N_("Recruitment settles after %(needed)s waves, and the longest chain has %(longest)s.")
        found.append(caution("too-few-waves", template, needed=needed, longest=longest))
    early = int(np.searchsorted(np.cumsum(np.bincount(sample.waves)), 2 * sample.waves.size / 3))
    moved = np.abs(by_wave[-1] - by_wave[min(early, by_wave.shape[0] - 1)])
    if np.nanmax(moved) > DRIFT:
        template = N_(
            "With the last third of the sample a share still moved by %(points)s points: it has not settled."
        )
        found.append(caution("drift", template, points=round(100 * float(np.nanmax(moved)))))
    return tuple(found)


def _about_chains(chains: tuple[Chain, ...]) -> tuple[Caution, ...]:
    recruits = sum(chain.recruits for chain in chains)
    found = []
    if len(chains) > 1 and chains[0].recruits > HALF * recruits:
        template = N_("More than half of the sample (%(percent)s %%) comes from the one seed %(seed)s.")
        percent = round(100 * chains[0].recruits / recruits)
        found.append(caution("one-chain", template, percent=percent, seed=chains[0].seed))
    large = [
        chain.shares
        for chain in chains
        if chain.recruits >= max(10, recruits / 20) and chain.shares is not None
    ]
    if len(large) > 1 and (apart := float(np.ptp(np.array(large), axis=0).max())) > HALF:
        template = N_(
            "Long chains of different seeds differ by %(points)s points: the population may be in parts that do not meet."
        )
        found.append(caution("bottleneck", template, points=round(100 * apart)))
    return tuple(found)


def _about_groups(homophily: tuple[float | None, ...], groups: tuple[str, ...]) -> tuple[Caution, ...]:
    found = []
    for group, value in zip(groups, homophily, strict=True):
        if value is None:
            template = N_("Nobody of group %(group)s recruited anybody.")
            found.append(caution("no-recruiters", template, group=group))
        elif value > HALF:
            template = N_(
                "Group %(group)s recruits mostly its own (homophily %(value)s): intervals are wide, and the seeds matter."
            )
            found.append(caution("homophily", template, group=group, value=round(value, 2)))
    return tuple(found)
