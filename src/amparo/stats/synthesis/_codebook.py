"""Say what a file holds before it is read: columns, categories, missing codes, rules. What stands here is public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from amparo.stats.report import apart
from amparo.stats.report import gettext as _
from amparo.vocab.text import N_, ToldError

__all__ = ["Codebook", "Column", "Never", "read_codebook"]

BLANK: Final = ""
ANY: Final = "any"
_KEYS: Final = {"data", "population", "person", "most_values", "budget", "columns", "rules"}
_COLUMN_KEYS: Final = {"values", "separator", "missing", "groups"}


class CannotUseCodebook(ToldError):
    """Says what in a codebook cannot be used, and how to write it."""


@dataclass(frozen=True, slots=True)
class Column:
    """Describes a column. ``values`` of None: its categories are found in the data by a threshold, which costs privacy.

    ``separator`` splits a cell into several items. ``missing`` are codes that mean "not known", besides an empty cell;
    every other text is a value, also ``0`` and ``NA`` (Namibia). ``groups`` tells of values the one that they are told as: nothing is
    counted of a finer value, such as the age bands of children.
    """

    name: str
    values: tuple[str, ...] | None = None
    separator: str = ""
    missing: frozenset[str] = frozenset()
    groups: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Never:
    """Forbids two values of different columns together; ``any`` is any value, an empty text a blank."""

    one: tuple[str, tuple[str, ...]]
    other: tuple[str, tuple[str, ...]]

    def __str__(self) -> str:
        """Say it in the language that is spoken now."""
        either = " " + _("or") + " "
        one, other = (
            f"{apart(column)} = {either.join(map(_told, values))}"
            for column, values in (self.one, self.other)
        )
        return _("%(one)s with %(other)s") % {"one": one, "other": other}


def _told(value: str) -> str:
    return _("any value") if value == ANY else apart(value) or _("(blank)")


@dataclass(frozen=True, slots=True)
class Codebook:
    """Holds what is publicly known of a data set.

    ``person`` names the column that tells persons apart; it is checked and never synthesised. ``most_values`` is the cap: a person
    with more values counts less for each. ``budget`` is the cap on epsilon over all releases, at ``budget_delta``.
    """

    columns: tuple[Column, ...] = ()
    data: str = ""
    population: str = ""
    person: str | None = None
    most_values: int | None = None
    budget: float | None = None
    budget_delta: float | None = None
    rules: tuple[Never, ...] = ()


def read_codebook(path: Path) -> Codebook:
    """Read a codebook from YAML. Every scalar is read as text: ``NO`` is Norway and ``NA`` is Namibia."""
    import yaml

    try:
        # the base loader makes text of everything
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    except OSError as error:
        raise CannotUseCodebook(
            N_("The codebook %(path)s cannot be opened: %(reason)s."), path=path, reason=error.strerror
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = getattr(error, "problem_mark", None)
        raise CannotUseCodebook(
            N_(
                "The codebook %(path)s is not YAML in UTF-8%(where)s. Indent with spaces, and quote values with a colon."
            ),
            path=path,
            where=f" (line {place.line + 1})" if place else "",
        ) from error
    if not isinstance(content, Mapping) or not isinstance(content.get("columns"), Mapping):
        raise CannotUseCodebook(
            N_(
                'The codebook %(path)s has no "columns". Write a line "columns:" and below it each column with its values.'
            ),
            path=path,
        )
    _check_keys(content, _KEYS, str(path))
    columns = tuple(_column(str(name), told) for name, told in content["columns"].items())
    budget = content.get("budget") or {}
    _check_keys(budget, {"epsilon", "delta"}, "budget")
    codebook = Codebook(
        columns=columns,
        data=str(content.get("data", "")),
        population=str(content.get("population", "")),
        person=content.get("person") or None,
        most_values=_whole(content.get("most_values"), "most_values"),
        budget=_number(budget.get("epsilon"), "budget: epsilon"),
        budget_delta=_number(budget.get("delta"), "budget: delta"),
        rules=tuple(_rule(place, rule) for place, rule in enumerate(content.get("rules") or (), 1)),
    )
    _check_rules(codebook)
    return codebook


def _check_keys(told: object, known: set[str], where: str) -> None:
    if not isinstance(told, Mapping):
        raise CannotUseCodebook(N_("%(where)s: a list of names with values is needed here."), where=where)
    strange = sorted(str(key) for key in told if key not in known)
    if strange:
        raise CannotUseCodebook(
            N_('%(where)s: "%(key)s" is not known. Known are: %(known)s.'),
            where=where,
            key=strange[0],
            known=", ".join(sorted(known)),
        )


def _column(name: str, told: Any) -> Column:
    if not told or told == ANY:
        return Column(name)
    if isinstance(told, list):
        told = {"values": told}
    _check_keys(told, _COLUMN_KEYS, name)
    missing = told.get("missing", [])
    missing = frozenset([missing] if isinstance(missing, str) else missing)
    groups = _groups(name, told.get("groups") or {})
    values = told.get("values")
    if values in (None, "", ANY):
        return Column(name, None, told.get("separator", ""), missing, groups)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise CannotUseCodebook(N_("%(name)s: its values must be a list, such as [Female, Male]."), name=name)
    twice = sorted(
        {value for value in values if values.count(value) > 1 or value in missing or value == BLANK}
    )
    if twice:
        raise CannotUseCodebook(
            N_(
                '%(name)s: the value "%(value)s" stands twice, is empty, or is also among the missing codes. Keep one.'
            ),
            name=name,
            value=twice[0],
        )
    hidden = [value for value in values if groups.get(value, value) != value]
    if hidden:
        raise CannotUseCodebook(
            N_(
                '%(name)s: the value "%(value)s" is told as "%(group)s". Declare the group among the values in its place.'
            ),
            name=name,
            value=hidden[0],
            group=groups[hidden[0]],
        )
    return Column(name, tuple(values), told.get("separator", ""), missing, groups)


def _groups(name: str, told: Any) -> dict[str, str]:
    """Read ``groups: {0--17: [0--8, 9--17]}`` as the group of each value."""
    groups: dict[str, str] = {}
    for group, members in told.items() if isinstance(told, Mapping) else [("", None)]:
        if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
            raise CannotUseCodebook(
                N_("%(name)s: write groups as  groups: {0--17: [0--8, 9--17]}, each group with its values."),
                name=name,
            )
        for member in members:
            if member in groups or member in told:
                raise CannotUseCodebook(
                    N_('%(name)s: "%(value)s" stands in two groups, or is a group itself. Keep it in one.'),
                    name=name,
                    value=member,
                )
            groups[member] = str(group)
    return groups


def _rule(place: int, told: Any) -> Never:
    pairs = told.get("never") if isinstance(told, Mapping) and set(told) == {"never"} else None
    if not isinstance(pairs, Mapping) or len(pairs) != 2:
        raise CannotUseCodebook(
            N_(
                "Rule %(place)s is not of the form  never: {column: [values], other column: [values]}  with two columns."
            ),
            place=place,
        )
    one, other = ((str(c), tuple([v] if isinstance(v, str) else v)) for c, v in pairs.items())
    return Never(one, other)


def _check_rules(codebook: Codebook) -> None:
    known = {column.name: column for column in codebook.columns}
    for place, rule in enumerate(codebook.rules, 1):
        blanks = [BLANK in values for _, values in (rule.one, rule.other)]
        if all(blanks):
            raise CannotUseCodebook(
                N_("Rule %(place)s forbids two blanks together. One side must be a value."), place=place
            )
        for name, values in (rule.one, rule.other):
            if name not in known:
                raise CannotUseCodebook(
                    N_('Rule %(place)s names the column "%(name)s", which the codebook does not have.'),
                    place=place,
                    name=name,
                )
            declared = known[name].values
            strange = [v for v in values if v not in (ANY, BLANK) and (declared is None or v not in declared)]
            if strange:
                raise CannotUseCodebook(
                    N_(
                        'Rule %(place)s names "%(value)s", which is not among the declared values of %(name)s.'
                    ),
                    place=place,
                    value=strange[0],
                    name=name,
                )


def _whole(told: Any, name: str) -> int | None:
    number = _number(told, name)
    if number is not None and (number != int(number) or number < 1):
        raise CannotUseCodebook(
            N_("%(name)s must be a whole number of 1 or more, not %(told)s."), name=name, told=told
        )
    return None if number is None else int(number)


def _number(told: Any, name: str) -> float | None:
    if told in (None, ""):
        return None
    try:
        number = float(told)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 < number < 1e9:
        raise CannotUseCodebook(N_("%(name)s must be a positive number, not %(told)s."), name=name, told=told)
    return number
