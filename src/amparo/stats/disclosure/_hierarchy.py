"""Hierarchies of the values of a column: which codes make up which group.

A file of hierarchies is CSV with the headings ``column,code,parent``: a line for each value of the column and for each group; no
parent means that the code stands right below the total.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from amparo.vocab.text import N_

from ._request import CannotCount

__all__ = ["Hierarchy", "read_hierarchies"]

_HEADINGS = ("column", "code", "parent")


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Says for each code of ``column`` which group it belongs to; the empty text is the total.

    ``lines`` tell where each code stood in its file, for refusals.
    """

    column: str
    parent: Mapping[str, str]
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for code, group in self.parent.items():
            if group and group not in self.parent:
                raise CannotCount(
                    N_(
                        'Hierarchy of "%(column)s"%(line)s: the group "%(group)s" of "%(code)s" has no line of its own. Add the '
                        "line %(column)s,%(group)s, (nothing after the last comma puts it right below the total)."
                    ),
                    column=self.column,
                    line=self._line(code),
                    group=group,
                    code=code,
                )
        for code in self.parent:
            self._refuse_cycle(code)

    def told_in(self, groups: Mapping[str, str]) -> "Hierarchy":
        """Leave out the codes that are told as another: their group is then a value like any other."""
        parent = {code: above for code, above in self.parent.items() if groups.get(code, code) == code}
        return Hierarchy(self.column, parent, self.lines)

    def path(self, code: str) -> tuple[str, ...]:
        """Give the groups that a code belongs to, the widest first, and the code itself at the end."""
        way = [code]
        while group := self.parent[way[-1]]:
            way.append(group)
        return tuple(reversed(way))

    def check_against(self, values: Iterable[str]) -> None:
        """Refuse values of the data that the hierarchy does not know, or that it uses as the name of a group."""
        groups = set(self.parent.values()) - {""}
        for value in values:
            if value not in self.parent:
                raise CannotCount(
                    N_(
                        'The column "%(column)s" has the value "%(value)s", which is not in its hierarchy. Add the line '
                        "%(column)s,%(code)s,GROUP with the group that it belongs to, or with none."
                    ),
                    column=self.column,
                    value=value or "(blank)",
                    code=value,
                )
            if value in groups:
                raise CannotCount(
                    N_(
                        'The column "%(column)s" has records with the value "%(value)s", which is a group of its hierarchy%(line)s: '
                        "such a total would not be the sum of its parts. Give the group another name, and these records "
                        "a code of their own below it."
                    ),
                    column=self.column,
                    value=value,
                    line=self._line(value),
                )

    def _refuse_cycle(self, code: str) -> None:
        seen = [code]
        while group := self.parent[seen[-1]]:
            if group in seen:
                circle = [*seen[seen.index(group) :], group]
                raise CannotCount(
                    N_(
                        'Hierarchy of "%(column)s"%(line)s: %(circle)s is a circle. A group cannot be part of itself; '
                        "give one of them another parent, or none."
                    ),
                    column=self.column,
                    line=self._line(circle[-2]),
                    circle=" → ".join(f'"{one}"' for one in circle),
                )
            seen.append(group)

    def _line(self, code: str) -> str:
        return f" (line {self.lines[code]})" if code in self.lines else ""


def read_hierarchies(path: Path) -> dict[str, Hierarchy]:
    """Read a file of hierarchies, by column; raise :class:`CannotCount` that names the line and the remedy."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _hierarchies(path.name, csv.reader(stream))
    except OSError as error:
        raise CannotCount(
            N_("%(file)s cannot be read: %(reason)s."), file=str(path), reason=error.strerror or str(error)
        ) from None
    except UnicodeDecodeError:
        raise CannotCount(N_("%(file)s is not UTF-8. Save it as CSV UTF-8."), file=str(path)) from None


def _hierarchies(file: str, lines: Iterable[list[str]]) -> dict[str, Hierarchy]:
    parents: dict[str, dict[str, str]] = {}
    places: dict[str, dict[str, int]] = {}
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line]
        if number == 1:
            if tuple(cells) != _HEADINGS:
                raise CannotCount(
                    N_(
                        "%(file)s, line 1: a file of hierarchies begins with the headings column,code,parent."
                    ),
                    file=file,
                )
            continue
        if not any(cells) and len(cells) < len(_HEADINGS):
            continue
        if len(cells) != len(_HEADINGS) or not cells[0]:
            raise CannotCount(
                N_("%(file)s, line %(line)s: a line has a column, a code and a parent, or nothing for none."),
                file=file,
                line=number,
            )
        column, code, parent = cells
        known = parents.setdefault(column, {})
        if code in known:
            raise CannotCount(
                N_(
                    '%(file)s, line %(line)s: the code "%(code)s" of "%(column)s" stood already in line %(earlier)s. '
                    "A code belongs to one group; take one of the two lines out."
                ),
                file=file,
                line=number,
                code=code or "(blank)",
                column=column,
                earlier=places[column][code],
            )
        known[code] = parent
        places.setdefault(column, {})[code] = number
    if not parents:
        raise CannotCount(
            N_(
                "%(file)s names no code. Below the headings column,code,parent it needs a line for each value of a column and for each group."
            ),
            file=file,
        )
    return {column: Hierarchy(column, parent, places[column]) for column, parent in parents.items()}
