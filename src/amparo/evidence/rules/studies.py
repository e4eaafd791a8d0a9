"""What a study of prevalence is asked for, what it goes through, and whether two of them say the same."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from amparo.evidence.rules.asking import NotAsked
from amparo.vocab.text import N_

# The table that a study counts persons in, and its columns that make lists and the period.
STUDIED: Final = "person_case"
SOURCE: Final = "organisation_kind"
YEAR: Final = "year_opened"
NARROWED: Final = ("sex", "track_at_opening", "citizenship_group", "main_purpose")

# More lists than these take longer to protect than anybody waits for a page; kinds that work alike make one list.
MOST_LISTS: Final = 6
LEVELS: Final = (80, 90, 95, 99)
REPLICATES: Final = (200, 1000, 5000)
HIGHEST_SEED: Final = 2**32 - 1
JOINED: Final = "+"


class StudyState(StrEnum):
    """Where a study stands. One that is done never changes."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Return the word for the state."""
        return _LABELS[self]

    @property
    def is_unfinished(self) -> bool:
        """Tell whether work on it goes on."""
        return self in (StudyState.WAITING, StudyState.RUNNING)


_LABELS = {
    StudyState.WAITING: N_("Waiting"),
    StudyState.RUNNING: N_("Being computed"),
    StudyState.DONE: N_("Done"),
    StudyState.FAILED: N_("Not done: it could not be computed"),
    StudyState.CANCELLED: N_("Stopped by the one who asked"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyChoices:
    """A study as asked for. `lists` are the kinds of organisations of each list, in one order whatever order they were named in."""

    snapshot: str
    lists: tuple[tuple[str, ...], ...]
    only: tuple[tuple[str, str], ...] = ()
    first_year: str = ""
    last_year: str = ""
    methods: tuple[str, ...] = ()  # none: those that suit the lists, with all that the estimates hang on
    level: int = 95
    replicates: int = 1000
    seed: int = 1

    def __post_init__(self) -> None:
        lists = tuple(sorted(tuple(sorted(kinds)) for kinds in self.lists if kinds))
        object.__setattr__(self, "lists", lists)
        object.__setattr__(self, "only", tuple(sorted(self.only)))
        _check(self)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the lists, made of codes: the same kinds have the same name in every language."""
        return tuple(JOINED.join(kinds) for kinds in self.lists)

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of the choices with the study."""
        return {
            "snapshot": self.snapshot,
            "lists": [list(kinds) for kinds in self.lists],
            "only": dict(self.only),
            "first_year": self.first_year,
            "last_year": self.last_year,
            "methods": list(self.methods),
            "level": self.level,
            "replicates": self.replicates,
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> StudyChoices:
        """Read what was kept."""
        return cls(
            snapshot=str(kept["snapshot"]),
            lists=tuple(tuple(kinds) for kinds in kept["lists"]),
            only=tuple(kept["only"].items()),
            first_year=kept["first_year"],
            last_year=kept["last_year"],
            methods=tuple(kept["methods"]),
            level=kept["level"],
            replicates=kept["replicates"],
            seed=kept["seed"],
        )

    def labels(self) -> tuple[str, ...]:
        """Return what was asked, as the log keeps it: names and codes."""
        asked = [f"list:{at}={kind}" for at, kinds in enumerate(self.lists, start=1) for kind in kinds]
        asked += [f"only:{name}={value}" for name, value in self.only]
        asked += (
            [f"years:opened={self.first_year}-{self.last_year}"] if self.first_year or self.last_year else []
        )
        return tuple(label[:60] for label in asked)


def _check(choices: StudyChoices) -> None:
    kinds = [kind for one in choices.lists for kind in one]
    if len(choices.lists) < 2:
        raise NotAsked(
            N_(
                "Fewer than two lists are chosen. Choose two at least; three are needed to see how lists depend on each other."
            )
        )
    if len(choices.lists) > MOST_LISTS:
        raise NotAsked(
            N_(
                "More than %(most)s lists are chosen. Join kinds that work alike into one list, or leave out the smallest."
            ),
            most=MOST_LISTS,
        )
    if len(set(kinds)) < len(kinds):
        raise NotAsked(N_("A kind of organisation stands in two lists. Each belongs to one list only."))
    if choices.first_year and choices.last_year and choices.first_year > choices.last_year:
        raise NotAsked(N_("The first year is after the last. Change one of them."))
    if choices.level not in LEVELS or choices.replicates not in REPLICATES:
        raise NotAsked(
            N_("The level or the number of replicates is not one of the list. Choose one of the list.")
        )
    if not 0 <= choices.seed <= HIGHEST_SEED:
        raise NotAsked(
            N_("The seed is a whole number from 0 to %(highest)s. Choose another."), highest=HIGHEST_SEED
        )


def digest_of_lists(names: Collection[str], counts: Collection[int]) -> str:
    """Return the SHA-256 of an overlap table. Who has it can try out small counts: it stays on the server."""
    said = json.dumps([list(names), [int(count) for count in counts]], separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def public_mark(fingerprint: str, *, secret: str) -> str:
    """Return what may be shown of a fingerprint: without the secret nobody can try out counts against it."""
    return hmac.digest(secret.encode(), fingerprint.encode(), "sha256").hex()[:16]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sameness:
    """Says how a study compares with an earlier one that was asked in the same way."""

    is_equal: bool
    same_data: bool
    same_choices: bool
    versions: tuple[tuple[str, str, str], ...] = field(default=())  # what differs: name, before, now
    methods: tuple[str, ...] = ()  # whose digits differ, or which only one of them has


def same_digits(
    earlier: Mapping[str, Any], later: Mapping[str, Any], *, same_data: bool, same_choices: bool
) -> Sameness:
    """Compare two results digit for digit."""
    first, second = _told(earlier), _told(later)
    differing = tuple(
        method for method in dict.fromkeys([*first, *second]) if first.get(method) != second.get(method)
    )
    before, now = earlier.get("versions", {}), later.get("versions", {})
    versions = tuple(
        (name, before.get(name, ""), now.get(name, ""))
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    )
    is_equal = not differing and earlier.get("sensitivity") == later.get("sensitivity")
    return Sameness(
        is_equal=is_equal,
        same_data=same_data,
        same_choices=same_choices,
        versions=versions,
        methods=differing,
    )


def _told(result: Mapping[str, Any]) -> dict[str, Any]:
    """Give the numbers of each method; versions may differ where digits do not."""
    kept = ("estimate", "intervals", "model", "status")
    return {one["method"]: [one[name] for name in kept] for one in result.get("estimates", ())}
