"""Reading overlap tables from files and frames: which columns are lists, what a row counts, and what is refused."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from amparo.stats.results import Caution, Said
from amparo.vocab.text import N_

from ._rows import Row, Rows, rows_of
from ._table import MOST_PEOPLE, CannotEstimate, OverlapTable

__all__ = ["Layout", "Strata", "read_overlaps", "read_strata"]

_COUNT_HEADINGS = ("count", "freq")
_ON = {"1", "1.0", "true", "t"}
_OFF = {"0", "0.0", "false", "f"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Says how data are laid out.

    - *Columns of 0 and 1*, one for each list (``lists``; every column that is left when empty), with ``count`` people a row;
      without a count column (one headed "count" or "freq" is found by itself) each row is one person.
    - *Persons on lists*, one row for each: ``person`` and ``on_list`` name the columns. ``probability`` names the column with the
      chance that the link is right; such data are read by :func:`read_links`.

    ``stratum`` names a column that divides the people. ``omit`` and ``merge`` are applied before anything is counted, so that
    more than ten lists may be read when they are merged to ten.
    """

    lists: tuple[str, ...] = ()
    count: str | None = None
    person: str | None = None
    on_list: str | None = None
    probability: str | None = None
    stratum: str | None = None
    omit: tuple[str, ...] = ()
    merge: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if (self.person is None) != (self.on_list is None):
            raise CannotEstimate(
                N_(
                    "Rows of a person on a list need both columns named: the one with the person and the one with the list."
                )
            )
        if self.probability is not None and self.person is None:
            raise CannotEstimate(
                N_(
                    "Probabilities of linkage belong to rows of a person on a list: name those two columns as well."
                )
            )


@dataclass(frozen=True, slots=True)
class Strata:
    """Holds one table for each stratum, and the pooled one that they add up to. All have the same lists."""

    by: str
    tables: Mapping[str, OverlapTable]
    pooled: OverlapTable


@dataclass(frozen=True, slots=True)
class Sighting:
    """Counts people of one stratum with one history over the lists as read (bits; any number of lists)."""

    where: str
    history: int
    people: int = 1
    stratum: str = ""


@dataclass(slots=True)
class Sightings:
    """Collects what was read, before lists are merged and people counted."""

    lists: tuple[str, ...]
    found: list[Sighting]
    cautions: list[Caution] = field(default_factory=list)


def read_overlaps(source: object, layout: Layout | None = None) -> OverlapTable:
    """Read a table from a CSV or Parquet file (its path), a data frame, or a dict of columns.

    CSV is UTF-8, with or without a byte order mark, separated by comma, semicolon or tab. Raises :class:`CannotEstimate` or
    ``CannotRead`` (both ``ToldError``) with the row and the remedy. The order of the rows makes no difference.
    """
    layout = layout or Layout()
    sightings = _sightings(source, layout)
    return _counted(sightings, sightings.found, layout, with_cautions=True)


def read_strata(source: object, layout: Layout) -> Strata:
    """Read one table for each value of ``layout.stratum``, and the pooled one; otherwise as :func:`read_overlaps`."""
    if layout.stratum is None:
        raise CannotEstimate(N_("Name the column that divides the people into strata."))
    sightings = _sightings(source, layout)
    pooled = _counted(sightings, sightings.found, layout, with_cautions=True)
    names = sorted({sighting.stratum for sighting in sightings.found})
    tables = {
        name or "(blank)": _counted(
            sightings,
            [sighting for sighting in sightings.found if sighting.stratum == name],
            layout,
            with_cautions=False,
        )
        for name in names
    }
    return Strata(layout.stratum, tables, pooled)


def _sightings(source: object, layout: Layout) -> Sightings:
    if layout.probability is not None:
        raise CannotEstimate(
            N_(
                "These rows carry probabilities of linkage, so they are no table yet. Read them as links (read_links), and take "
                "the most likely table or draw several."
            )
        )
    rows = rows_of(source)
    found = _persons(rows, layout) if layout.person is not None else _matrix(rows, layout)
    if not found.found:
        raise CannotEstimate(N_("The data has headings and no rows that count anybody."))
    return found


# --- columns of 0 and 1 ---


def _matrix(rows: Rows, layout: Layout) -> Sightings:
    count = _count_column(rows, layout)
    used = {name for name in (count, layout.stratum) if name is not None}
    lists = layout.lists or tuple(name for name in rows.headings if name not in used)
    places = [rows.place(name) for name in lists]
    stratum_at = None if layout.stratum is None else rows.place(layout.stratum)
    count_at = None if count is None else rows.place(count)
    found = Sightings(tuple(lists), [])
    on_none = 0
    for row in rows.rows:
        people = 1 if count_at is None else _people(row, rows.headings[count_at], row.values[count_at])
        history = sum(
            1 << bit for bit, place in enumerate(places) if _is_on(row, rows.headings[place], place)
        )
        if not history and people:
            on_none += people
            if not layout.lists:
                raise CannotEstimate(
                    N_(
                        "%(where)s counts %(people)s people on no list. How many those are is what is asked for, and cannot be "
                        "part of the data: take the row out."
                    ),
                    where=_sentence(row.where),
                    people=people,
                )
        elif people:
            stratum = "" if stratum_at is None else row.values[stratum_at]
            found.found.append(Sighting(row.where, history, people, stratum))
    if on_none:
        words = N_("%(people)s people are on none of the lists that were chosen, and were left out.")
        found.cautions.append(Caution("on-no-chosen-list", Said(words, {"people": on_none})))
    if count_at is None:
        words = N_("There is no column with counts, so each row was taken for one person.")
        found.cautions.append(Caution("row-is-a-person", Said(words)))
    elif len(used | set(lists)) == len(rows.headings):  # else the rows differ in a column that was left aside
        found.cautions += _repeated_histories(found)
    return found


def _count_column(rows: Rows, layout: Layout) -> str | None:
    if layout.count is not None:
        rows.place(layout.count)
        return layout.count
    chosen = {*layout.lists, layout.stratum}
    likely = [name for name in rows.headings if name.casefold() in _COUNT_HEADINGS and name not in chosen]
    return likely[0] if likely else None


def _is_on(row: Row, heading: str, place: int) -> bool:
    value = row.values[place].casefold()
    if value in _ON:
        return True
    if value in _OFF:
        return False
    if not value:
        raise CannotEstimate(
            N_(
                '%(where)s, column "%(column)s", is blank. Write 1 for people on the list and 0 for people not on it. Where that '
                "is not known, the row cannot be used: take it out, and say so in the report."
            ),
            where=_sentence(row.where),
            column=heading,
        )
    raise CannotEstimate(
        N_(
            '%(where)s, column "%(column)s": "%(value)s" is neither 0 nor 1. If it divides the people, name it as strata; if it is no list, '
            "name those that are; if each row is one person on one list, name the column of the person and that of the list."
        ),
        where=_sentence(row.where),
        column=heading,
        value=row.values[place],
    )


def _people(row: Row, heading: str, value: str) -> int:
    place = {"where": _sentence(row.where), "column": heading, "value": value}
    if not value:
        raise CannotEstimate(
            N_('%(where)s has no count in "%(column)s". Write 0 when it counts nobody, or take the row out.'),
            **place,
        )
    try:
        number = float(value)
    except ValueError:
        raise CannotEstimate(
            N_(
                '%(where)s, column "%(column)s": "%(value)s" is not a number. Write whole numbers without signs for thousands.'
            ),
            **place,
        ) from None
    if number < 0:
        raise CannotEstimate(
            N_('%(where)s, column "%(column)s": %(value)s is below zero. A count is a number of people.'),
            **place,
        )
    if not number.is_integer():
        raise CannotEstimate(
            N_(
                '%(where)s, column "%(column)s": %(value)s is not a whole number. People are counted whole; if the fraction comes from '
                "uncertain links, give the rows of persons on lists with their probabilities."
            ),
            **place,
        )
    if number > MOST_PEOPLE:
        raise CannotEstimate(
            N_(
                '%(where)s, column "%(column)s": %(value)s is more people than live on earth. Is it a number of another kind?'
            ),
            **place,
        )
    return int(number)


def _repeated_histories(found: Sightings) -> Iterator[Caution]:
    first: dict[tuple[str, int], str] = {}
    twice = []
    for sighting in found.found:
        key = (sighting.stratum, sighting.history)
        if key in first:
            twice.append((sighting.history, first[key], sighting.where))
        else:
            first[key] = sighting.where
    if twice:
        history, one, other = twice[0]
        words = N_(
            "%(number)s rows have lists that an earlier row has too; their counts were added up. The first: %(lists)s in %(one)s "
            "and %(other)s. If one is a copy of the other, take it out, or these people count twice."
        )
        named = " and ".join(name for bit, name in enumerate(found.lists) if history >> bit & 1)
        values = {"number": len(twice), "lists": named, "one": one, "other": other}
        yield Caution("duplicate-histories", Said(words, values))


# --- persons on lists ---


def _persons(rows: Rows, layout: Layout) -> Sightings:
    assert layout.person is not None
    assert layout.on_list is not None
    person_at, list_at = rows.place(layout.person), rows.place(layout.on_list)
    stratum_at = None if layout.stratum is None else rows.place(layout.stratum)
    on: dict[str, set[str]] = {}
    first: dict[str, tuple[str, str]] = {}
    again = 0
    for row in rows.rows:
        person, name = filled(row, layout.person, person_at), filled(row, layout.on_list, list_at)
        if layout.lists and name not in layout.lists:
            continue
        stratum = "" if stratum_at is None else row.values[stratum_at]
        where, known = first.setdefault(person, (row.where, stratum))
        if known != stratum:
            raise CannotEstimate(
                N_(
                    'The person of %(one)s and %(other)s is "%(first)s" in one and "%(second)s" in the other (column "%(column)s"). '
                    "A person is of one stratum: decide which, and write it in all of their rows."
                ),
                one=where,
                other=row.where,
                first=known,
                second=stratum,
                column=layout.stratum,
            )
        names = on.setdefault(person, set())
        again += name in names
        names.add(name)
    lists = layout.lists or tuple(sorted({name for names in on.values() for name in names}))
    bit = {name: 1 << place for place, name in enumerate(lists)}
    found = Sightings(
        lists,
        [
            Sighting(first[person][0], sum(bit[name] for name in names), 1, first[person][1])
            for person, names in on.items()
        ],
    )
    if again:
        words = N_("%(number)s rows name a person again on the same list; each person counts once on a list.")
        found.cautions.append(Caution("again-on-the-same-list", Said(words, {"number": again})))
    return found


def filled(row: Row, heading: str, place: int) -> str:
    """Give a value that must not be blank."""
    if not row.values[place]:
        raise CannotEstimate(
            N_('%(where)s has nothing in "%(column)s". Fill it in, or take the row out.'),
            where=_sentence(row.where),
            column=heading,
        )
    return row.values[place]


# --- lists left out and merged ---


@dataclass(frozen=True, slots=True)
class Grouping:
    """Says of which lists as read each list of the table is made."""

    names: tuple[str, ...]
    masks: tuple[int, ...]

    def history(self, read: int) -> int:
        """Give the history in the table of a history as read."""
        return sum(1 << bit for bit, mask in enumerate(self.masks) if read & mask)


def group_lists(lists: Sequence[str], layout: Layout) -> Grouping:
    """Leave out and merge lists as the layout says; refuse a name that no list has, or that is used twice."""
    named = [*layout.omit, *(name for names in layout.merge for name in names)]
    for name in named:
        if name not in lists:
            nearest = difflib.get_close_matches(name, lists, n=1)
            raise CannotEstimate(
                N_('There is no list "%(name)s" to leave out or merge. The lists are: %(lists)s.%(nearest)s'),
                name=name,
                lists=", ".join(lists),
                nearest=f' Did you mean "{nearest[0]}"?' if nearest else "",
            )
        if named.count(name) > 1:
            raise CannotEstimate(
                N_('The list "%(name)s" is named more than once among those to leave out and to merge.'),
                name=name,
            )
    first_of = {min(names, key=lists.index): names for names in layout.merge if names}
    merged_away = {name for first, names in first_of.items() for name in names if name != first}
    kept = [name for name in lists if name not in layout.omit and name not in merged_away]
    groups = [first_of.get(name, (name,)) for name in kept]
    ordered = [sorted(group, key=lists.index) for group in groups]
    return Grouping(
        tuple("+".join(group) for group in ordered),
        tuple(sum(1 << lists.index(name) for name in group) for group in ordered),
    )


def _counted(
    sightings: Sightings, found: Iterable[Sighting], layout: Layout, *, with_cautions: bool
) -> OverlapTable:
    grouping = group_lists(sightings.lists, layout)
    tally: dict[int, int] = {}
    lost = 0
    for sighting in found:
        history = grouping.history(sighting.history)
        if history:
            tally[history] = tally.get(history, 0) + sighting.people
        else:
            lost += sighting.people
    cautions = list(sightings.cautions) if with_cautions else []
    if lost and with_cautions:
        words = N_(
            "%(people)s people are on no list but those left out (%(lists)s), so they are not counted as seen."
        )
        values = {"people": lost, "lists": tuple(layout.omit)}
        cautions.append(Caution("lost-with-omitted-lists", Said(words, values)))
    # Names are checked before 2**t counts are made: of 40 lists that would be more than the machine holds.
    OverlapTable.from_cells(grouping.names, ())
    counts = np.zeros(1 << len(grouping.names), dtype=np.int64)
    for history, people in tally.items():
        counts[history] = min(people, MOST_PEOPLE + 1)  # the table refuses more
    return OverlapTable(grouping.names, counts, tuple(cautions))


def _sentence(where: str) -> str:
    return where[:1].upper() + where[1:]
