"""What is to be counted, as a value."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

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
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    counting_unit: str = "records"

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

    @property
    def variables(self) -> tuple[str, ...]:
        """Give the columns of the data that the table shows, rows first."""
        return (*self.rows, *self.columns)

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
