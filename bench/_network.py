"""A made-up network of people, and respondent-driven samples drawn from it without replacement."""

from __future__ import annotations

import numpy as np

from amparo.stats.survey import Recruitment


class Network:
    """Two groups, the second with ``activity`` times the contacts of the first, and people who prefer their own."""

    def __init__(
        self,
        seed: int,
        *,
        people: int = 1000,
        share: float = 0.3,
        activity: float = 1.8,
        own: float = 2.0,
        degree: float = 8,
    ) -> None:
        random = np.random.default_rng(seed)
        self.group = (np.arange(people) < share * people).astype(int)
        liking = np.where(self.group == 1, activity, 1.0)
        chance = np.outer(liking, liking) * np.where(self.group[:, None] == self.group[None, :], own, 1.0)
        chance *= degree * people / chance.sum()
        upper = np.triu(random.random(chance.shape) < chance, 1)
        ties = upper | upper.T
        self.friends = [np.flatnonzero(row) for row in ties]
        self.degrees = ties.sum(axis=1).astype(float)
        self.share = float(self.group.mean())

    def sample(
        self, random: np.random.Generator, size: int, *, seeds: int = 6, coupons: int = 2
    ) -> tuple[Recruitment, list[str]]:
        """Recruit with coupons until so many are in; seeds are drawn by degree."""
        met = np.zeros(self.degrees.size, dtype=bool)
        found = list(
            random.choice(self.degrees.size, seeds, replace=False, p=self.degrees / self.degrees.sum())
        )
        met[found] = True
        recruiters: list[object] = [None] * seeds
        turn = 0
        while len(found) < size and turn < len(found):
            here = found[turn]
            turn += 1
            left = self.friends[here][~met[self.friends[here]]]
            for friend in random.permutation(left)[:coupons]:
                if len(found) < size:
                    found.append(friend)
                    recruiters.append(here)
                    met[friend] = True
        traits = ["yes" if self.group[person] else "no" for person in found]
        return Recruitment.of(
            [int(p) + 1 for p in found],
            [None if r is None else int(r) + 1 for r in recruiters],
            self.degrees[found],
        ), traits
