"""Who recruited whom: read and checked before anything is estimated from it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.stats.prevalence import CannotEstimate
from amparo.stats.results import Caution
from amparo.vocab.text import N_

from ._result import Numbers, caution, row_of

__all__ = ["Recruitment", "read_recruitment"]

SEED_WORDS: Final = frozenset({"", "seed", "seeds", "-1", "0", "na", "nan", "none"})
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Recruitment:
    """Holds the respondents of a respondent-driven sample, in the order of the rows given.

    ``recruiters`` has the place of each one's recruiter, -1 for a seed; ``waves`` how many steps from the seed (0: a seed);
    ``seeds`` the place of that seed. ``degrees`` is how many people of the population each one knows. ``columns`` holds what
    else was in the file.
    """

    ids: tuple[str, ...]
    recruiters: Places
    degrees: Numbers
    waves: Places
    seeds: Places
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: tuple[Caution, ...] = ()

    @classmethod
    def of(
        cls,
        ids: Sequence[object],
        recruiters: Sequence[object],
        degrees: Sequence[object] | Numbers,
        *,
        columns: Mapping[str, Sequence[str]] | None = None,
    ) -> Recruitment:
        """Read who recruited whom by their numbers; a recruiter that is missing, "seed", 0 or -1 makes a seed.

        Unless somebody has that number: then it is they who recruited.
        """
        names = _names(ids)
        place = {name: i for i, name in enumerate(names)}
        if len(recruiters) != len(names):
            raise CannotEstimate(
                N_("%(given)s recruiters were given for %(wanted)s respondents."),
                given=len(recruiters),
                wanted=len(names),
            )
        found = np.full(len(names), -1, dtype=np.intp)
        for i, recruiter in enumerate(_text(value) for value in recruiters):
            if recruiter in place:
                found[i] = place[recruiter]
            elif recruiter.lower() not in SEED_WORDS:
                raise CannotEstimate(
                    N_(
                        "Row %(row)s: %(name)s was recruited by %(recruiter)s, who is not among the respondents. Add them, or make "
                        "%(name)s a seed and say so in the report."
                    ),
                    row=i + 1,
                    name=names[i],
                    recruiter=recruiter,
                )
        return _built(names, found, _degrees(degrees, names), columns or {})

    @classmethod
    def from_coupons(
        cls,
        ids: Sequence[object],
        used: Sequence[object],
        given: Sequence[Sequence[object]],
        degrees: Sequence[object] | Numbers,
        *,
        columns: Mapping[str, Sequence[str]] | None = None,
    ) -> Recruitment:
        """Read who recruited whom by coupons: the one each respondent came with (missing for a seed), and those they were given."""
        names = _names(ids)
        if not len(used) == len(given) == len(names):
            raise CannotEstimate(N_("Coupons used and coupons given must be told for every respondent."))
        giver: dict[str, int] = {}
        for i, coupons in enumerate(given):
            for coupon in filter(None, map(_text, coupons)):
                if coupon in giver:
                    raise CannotEstimate(
                        N_("Row %(row)s: coupon %(coupon)s was also given to %(other)s (row %(earlier)s)."),
                        row=i + 1,
                        coupon=coupon,
                        other=names[giver[coupon]],
                        earlier=giver[coupon] + 1,
                    )
                giver[coupon] = i
        found = np.full(len(names), -1, dtype=np.intp)
        bearer: dict[str, int] = {}
        for i, coupon in enumerate(map(_text, used)):
            if coupon in bearer:
                raise CannotEstimate(
                    N_("Row %(row)s: coupon %(coupon)s was used before, by %(other)s (row %(earlier)s)."),
                    row=i + 1,
                    coupon=coupon,
                    other=names[bearer[coupon]],
                    earlier=bearer[coupon] + 1,
                )
            if coupon in giver:
                found[i] = giver[coupon]
                bearer[coupon] = i
            elif coupon.lower() not in SEED_WORDS:
                raise CannotEstimate(
                    N_(
                        "Row %(row)s: %(name)s came with coupon %(coupon)s, which nobody was given. A seed comes without a coupon."
                    ),
                    row=i + 1,
                    name=names[i],
                    coupon=coupon,
                )
        return _built(names, found, _degrees(degrees, names), columns or {})

    @property
    def people(self) -> int:
        """Give the number of respondents."""
        return len(self.ids)

    def recruits(self) -> Places:
        """Give how many people each respondent recruited."""
        return np.bincount(self.recruiters[self.recruiters >= 0], minlength=self.people)

    def order(self) -> Places:
        """Give the places of the respondents wave by wave, in an order that does not depend on that of the rows."""
        rank = np.empty(self.people, dtype=np.intp)
        rank[np.argsort(np.array(self.ids))] = np.arange(self.people)
        within = np.zeros(self.people, dtype=np.intp)
        placed = 0
        order: list[Places] = []
        for wave in range(int(self.waves.max()) + 1):
            here = np.flatnonzero(self.waves == wave)
            parents = within[self.recruiters[here]] if wave else np.zeros(here.size, dtype=np.intp)
            here = here[np.lexsort((rank[here], parents))]
            within[here] = placed + np.arange(here.size)
            placed += here.size
            order.append(here)
        return np.concatenate(order)


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _names(ids: Sequence[object]) -> tuple[str, ...]:
    names = tuple(_text(name) for name in ids)
    if not names:
        raise CannotEstimate(N_("There are no respondents."))
    first: dict[str, int] = {}
    for i, name in enumerate(names):
        if not name:
            raise CannotEstimate(N_("Row %(row)s has no number of the respondent."), row=i + 1)
        if name in first:
            raise CannotEstimate(
                N_(
                    "Row %(row)s: respondent %(name)s is in row %(earlier)s already. Each person counts once."
                ),
                row=i + 1,
                name=name,
                earlier=first[name] + 1,
            )
        first[name] = i
    return names


def _degrees(degrees: Sequence[object] | Numbers, names: tuple[str, ...]) -> Numbers:
    if len(degrees) != len(names):
        raise CannotEstimate(
            N_("%(given)s network sizes were given for %(wanted)s respondents."),
            given=len(degrees),
            wanted=len(names),
        )
    column = np.full(len(names), np.nan)
    for i, value in enumerate(degrees):
        try:
            column[i] = float(str(value))
        except ValueError:
            continue
    wrong = ~(np.isfinite(column) & (column > 0))
    if wrong.any():
        raise CannotEstimate(
            N_(
                "Row %(row)s: the network size of %(name)s is %(value)s. It must be a number above 0, for whoever was recruited knows "
                "somebody. Ask again, impute it, or leave out the respondent with all whom they recruited; and say which."
            ),
            row=row_of(wrong),
            name=names[row_of(wrong) - 1],
            value=_text(degrees[row_of(wrong) - 1]) or "missing",
        )
    return column


def _built(
    names: tuple[str, ...], recruiters: Places, degrees: Numbers, columns: Mapping[str, Sequence[str]]
) -> Recruitment:
    waves, seeds = _chains(names, recruiters)
    if not (recruiters >= 0).any():
        raise CannotEstimate(N_("Nobody was recruited by anybody: there are seeds only."))
    found = []
    recruits = np.bincount(recruiters[recruiters >= 0], minlength=len(names))
    few = recruits + (recruiters >= 0) > degrees
    if few.any():
        template = N_(
            "Some respondents know fewer people than they recruited and were recruited by: %(count)s, the first in row %(row)s."
        )
        found.append(caution("degree-below-ties", template, count=int(few.sum()), row=row_of(few)))
    if idle := int(np.sum((recruiters < 0) & (recruits == 0))):
        template = N_("Seeds that recruited nobody: %(count)s.")
        found.append(caution("idle-seeds", template, count=idle))
    kept = {name: tuple(values) for name, values in columns.items()}
    return Recruitment(names, recruiters, degrees, waves, seeds, kept, tuple(found))


def _chains(names: tuple[str, ...], recruiters: Places) -> tuple[Places, Places]:
    """Follow everybody to their seed; refuse a circle, with its first row and its members."""
    waves = np.full(len(names), -1, dtype=np.intp)
    seeds = np.full(len(names), -1, dtype=np.intp)
    for start in range(len(names)):
        path: list[int] = []
        here = start
        while here >= 0 and waves[here] < 0:
            if here in path:
                circle = path[path.index(here) :]
                raise CannotEstimate(
                    N_("Row %(row)s: the recruiters go in a circle (%(names)s). One of them must be a seed."),
                    row=min(circle) + 1,
                    names=" ← ".join(names[i] for i in [*circle, here]),
                )
            path.append(here)
            here = int(recruiters[here])
        for member in reversed(path):
            parent = int(recruiters[member])
            waves[member] = 0 if parent < 0 else waves[parent] + 1
            seeds[member] = member if parent < 0 else seeds[parent]
    return waves, seeds


def read_recruitment(
    path: str | Path,
    *,
    respondent: str = "id",
    degree: str = "degree",
    recruiter: str | None = None,
    coupon: str | None = None,
    coupons: Sequence[str] = (),
) -> Recruitment:
    """Read a CSV file (commas, semicolons or tabs) with a heading and one row for each respondent.

    Tell the column of the ``recruiter``, or that of the ``coupon`` somebody came with and those of the ``coupons`` they were
    given. All columns are kept in ``columns``. Rows are counted from the first respondent.
    """
    names, rows = _rows_of(Path(path))
    wanted = [respondent, degree, *([recruiter] if recruiter else [coupon or "", *coupons])]
    if not recruiter and not (coupon and coupons):
        raise CannotEstimate(N_("Tell the column of the recruiter, or those of the coupons used and given."))
    if missing := [name for name in wanted if name not in names]:
        raise CannotEstimate(
            N_("The file has no column %(name)s. It has: %(names)s."), name=missing[0], names=", ".join(names)
        )
    for i, row in enumerate(rows, start=1):
        if "" in row or None in row.values():
            raise CannotEstimate(N_("Row %(row)s has more or fewer values than the heading."), row=i)
    columns = {name: [row[name] for row in rows] for name in names}
    if recruiter:
        return Recruitment.of(columns[respondent], columns[recruiter], columns[degree], columns=columns)
    given = list(zip(*(columns[name] for name in coupons), strict=True))
    return Recruitment.from_coupons(
        columns[respondent], columns[coupon or ""], given, columns[degree], columns=columns
    )


def _rows_of(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            heading = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter=max(",;\t", key=heading.count), restkey="")
            rows = list(reader)
            return [name for name in reader.fieldnames or () if name], rows
    except OSError as error:
        raise CannotEstimate(
            N_("The file %(path)s cannot be read: %(why)s."), path=path.name, why=error.strerror
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise CannotEstimate(
            N_("The file %(path)s is not a table of text (CSV, in UTF-8)."), path=path.name
        ) from None
