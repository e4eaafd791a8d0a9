"""What is to be counted, as a value."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from amparo.vocab.text import N_, ToldError

__all__ = ["CannotCount", "Condition", "TableRequest", "unknown_column"]


class CannotCount(ToldError):
    """Says why a table cannot be counted as asked, and what to change."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Keeps the records whose ``column`` holds one of ``values`` (or none of them, when ``is_excluding``)."""

    column: str
    values: tuple[str, ...]
    is_excluding: bool = False

    def __str__(self) -> str:
        values = ", ".join(value or "(blank)" for value in self.values)
        return f"{self.column} {'is not' if self.is_excluding else 'is'} {values}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRequest:
    """Asks for a table: which columns of the data make its rows and its columns, which records count, and what is counted.

    ``counting_unit`` names what one record is ("records", "cases", "episodes"): a table of cases is not a table of persons.
    ``groups`` says, of each column, what a finer value is told as: nothing is counted of the finer one, such as the age bands of children.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    counting_unit: str = "records"
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not self.rows:
            raise CannotCount(N_("Name at least one column of the data for the rows of the table."))
        named = [*self.rows, *self.columns]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise CannotCount(
                N_(
                    "%(names)s stands more than once among the rows and columns of the table. "
                    "Name each column of the data once, either for the rows or for the columns."
                ),
                names=_listed(twice),
            )
        for condition in self.where:
            self.refuse_finer(condition.column, condition.values)

    def refuse_finer(self, column: str, values: Collection[str]) -> None:
        """Refuse values that are told as their group: to name one is to ask what may not be told."""
        told = self.groups.get(column, {})
        for value in values:
            if told.get(value, value) != value:
                raise CannotCount(
                    N_(
                        'The codebook tells "%(value)s" in "%(column)s" as "%(group)s", and nothing finer may be counted. Name the group in '
                        "its place, or take it out of the codebook."
                    ),
                    value=value,
                    column=column,
                    group=told[value],
                )

    @property
    def variables(self) -> tuple[str, ...]:
        """Give the columns of the data that the table shows, rows first."""
        return (*self.rows, *self.columns)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Give what records are asked: who names a group means all its values."""
        return tuple(replace(one, values=self._members(one)) for one in self.where)

    def _members(self, condition: Condition) -> tuple[str, ...]:
        told = self.groups.get(condition.column, {})
        finer = (value for value, group in told.items() if group in condition.values and value != group)
        return (*condition.values, *finer)

    def told(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Give values of a record's ``variables`` as the table tells them; what stands behind them stays as it is."""
        if not self.groups:
            return values
        known = [self.groups.get(name, {}) for name in self.variables]
        own = (groups.get(value, value) for groups, value in zip(known, values, strict=False))
        return (*own, *values[len(known) :])

    def check_against(self, available: Sequence[str]) -> None:
        """Refuse the request when it names a column that the data does not have."""
        for name in (*self.variables, *(condition.column for condition in self.where)):
            if name not in available:
                raise unknown_column(name, available)


def unknown_column(name: str, available: Sequence[str]) -> CannotCount:
    """Make the refusal of a column that the data does not have, with the nearest names first."""
    folded = {other.casefold(): other for other in reversed(available)}
    nearest = [folded[key] for key in difflib.get_close_matches(name.casefold().strip(), folded, n=3)]
    known = ", ".join(other for other in available if other)
    if not nearest:
        return CannotCount(
            N_('The data has no column "%(name)s". Its columns are: %(known)s.'), name=name, known=known
        )
    return CannotCount(
        N_('The data has no column "%(name)s". The nearest is %(nearest)s. Its columns are: %(known)s.'),
        name=name,
        nearest=_listed(nearest),
        known=known,
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
