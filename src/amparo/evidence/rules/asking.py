"""What somebody asks to see, as a link carries it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from amparo.vocab.text import N_, ToldError

MOST_VARIABLES = 2
ONLY = "only-"
METHODS = {"suppress": N_("Hide small numbers"), "round": N_("Round all numbers")}


class NotAsked(ToldError):
    """The choices make no table; the words say which and how to mend it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableChoices:
    """One table as asked for: of which facts, by what, only which, protected how, from which snapshot."""

    table: str
    rows: tuple[str, ...]
    columns: tuple[str, ...] = ()
    only: tuple[tuple[str, str], ...] = ()
    method: str = "suppress"
    snapshot: str = ""

    def __post_init__(self) -> None:
        named = [*self.rows, *self.columns]
        if not self.rows:
            raise NotAsked(N_("No rows are chosen. Choose what each row of the table stands for."))
        if len(set(named)) < len(named):
            raise NotAsked(N_("The same is chosen twice. Choose something else for one of them."))
        if self.method not in METHODS:
            raise NotAsked(N_("The method is not one of the list. Choose one of the list."))

    def query(self, **changes: str) -> str:
        """Return the choices as the query of a link; an empty text takes a part out."""
        parts = self.as_data() | changes
        return urlencode({name: value for name, value in parts.items() if value})

    def as_data(self) -> dict[str, str]:
        """Return the choices as the fields of the form."""
        rows, columns = (*self.rows, "", "")[:2], (*self.columns, "", "")[:2]
        data = {"table": self.table, "rows": rows[0], "rows_then": rows[1], "columns": columns[0]}
        data |= {"columns_then": columns[1], "method": self.method, "snapshot": self.snapshot}
        return data | {f"{ONLY}{name}": value for name, value in self.only}

    @classmethod
    def from_data(cls, data: Mapping[str, str], *, only: Sequence[str] = ()) -> TableChoices:
        """Read the choices from the fields of the form; `only` names the columns that may be narrowed."""
        narrowed = ((name, data.get(f"{ONLY}{name}") or "") for name in only)
        return cls(
            table=data.get("table") or "",
            rows=tuple(filter(None, (data.get("rows"), data.get("rows_then")))),
            columns=tuple(filter(None, (data.get("columns"), data.get("columns_then")))),
            only=tuple((name, value) for name, value in narrowed if value),
            method=data.get("method") or "suppress",
            snapshot=data.get("snapshot") or "",
        )

    def labels(self) -> tuple[str, ...]:
        """Return what was asked, as the log keeps it: names and codes."""
        asked = [f"table:{self.table}", *(f"rows:{name}" for name in self.rows)]
        asked += [
            *(f"columns:{name}" for name in self.columns),
            *(f"only:{name}={value}" for name, value in self.only),
        ]
        return tuple(label[:60] for label in (*asked, f"method:{self.method}"))
