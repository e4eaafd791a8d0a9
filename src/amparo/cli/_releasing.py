"""Several tables protected together, as ``amparo table`` asks for them: hierarchies, more rules, linked and earlier releases."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.vocab.text import N_

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from amparo.stats.disclosure import Condition, CountedTables, ReleasedTables, SystemRule, TableRequest

__all__ = ["Asked", "condition_of", "release_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Holds the options of ``amparo table`` that make a release of its tables."""

    hierarchies: tuple[Path, ...] = ()
    sensitive: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    is_optimal: bool = False
    link: Path | None = None
    earlier: tuple[Path, ...] = ()
    record_key: str = ""
    report: Path | None = None


def release_of(
    source: "Path | Table", request: "TableRequest", *, threshold: int, method: str, asked: Asked, name: str
) -> "ReleasedTables":
    """Count and protect the table and those linked with it."""
    from amparo.stats.disclosure import count_tables, protect_tables, read_hierarchies

    hierarchies = {}
    for path in asked.hierarchies:
        hierarchies.update(read_hierarchies(path))
    rules, organisation = _rules(threshold, asked)
    counted = count_tables(
        source,
        [request, *(_linked(asked.link, request.counting_unit) if asked.link else ())],
        hierarchies=hierarchies,
        organisation=organisation,
        record_key=asked.record_key,
        name=name,
    )
    return protect_tables(
        counted, rules=rules, method=method, known=_known(counted, asked.earlier), exact=asked.is_optimal
    )


def _rules(threshold: int, asked: Asked) -> "tuple[list[SystemRule], str]":
    from amparo.stats.disclosure import CannotCount, FewOrganisations, GroupDisclosure, Minors, Threshold

    rules: list[SystemRule] = [Threshold(threshold), *(GroupDisclosure(column) for column in asked.sensitive)]
    organisation = ""
    for text in asked.rules:
        kind, _, rest = text.partition("=")
        parts = rest.rsplit(":", 2 if kind == "minors" else 1)
        if kind == "minors" and len(parts) == 3 and parts[2].isdecimal():
            rules.append(Minors(parts[0], tuple(next(csv.reader([parts[1]]), [])), int(parts[2])))
        elif kind == "organisations" and len(parts) == 2 and parts[1].isdecimal():
            organisation = parts[0]
            rules.append(FewOrganisations(int(parts[1])))
        else:
            raise CannotCount(
                N_(
                    '--rule "%(text)s" is not known. Write minors=COLUMN:VALUE,VALUE:10 (counts of minors below 10 are hidden) or '
                    "organisations=COLUMN:3 (counts that fewer than 3 organisations reported are hidden)."
                ),
                text=text,
            )
    return rules, organisation


def _linked(path: Path, counting_unit: str) -> "list[TableRequest]":
    import yaml

    from amparo.stats.disclosure import CannotCount, TableRequest

    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotCount(
            N_("%(file)s cannot be read: %(reason)s."), file=str(path), reason=error.strerror or str(error)
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CannotCount(N_("%(file)s is not YAML: %(reason)s"), file=str(path), reason=str(error)) from None
    tables = told.get("tables") if isinstance(told, Mapping) else None
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        raise CannotCount(
            N_(
                '%(file)s has no list "tables". Write tables: and below it for each a line - rows: [COLUMN, COLUMN].'
            ),
            file=str(path),
        )
    requests = []
    for number, one in enumerate(tables, start=1):
        if unknown := set(one) - {"rows", "columns", "where"}:
            raise CannotCount(
                N_(
                    '%(file)s, table %(number)s: "%(unknown)s" is not known. A table has rows, columns and where.'
                ),
                file=str(path),
                number=number,
                unknown=min(map(str, unknown)),
            )
        requests.append(
            TableRequest(
                rows=_texts(one.get("rows")),
                columns=_texts(one.get("columns")),
                where=tuple(condition_of(text) for text in _texts(one.get("where"))),
                counting_unit=counting_unit,
            )
        )
    return requests


def _texts(found: object) -> tuple[str, ...]:
    if found is None:
        return ()
    return tuple(map(str, found)) if isinstance(found, list) else (str(found),)


def _known(counted: "CountedTables", earlier: Sequence[Path]) -> dict[int, int]:
    """Find the cells that earlier releases showed with the count that they have now: readers know them."""
    from amparo.stats.disclosure import CannotCount

    known: dict[int, int] = {}
    for path in earlier:
        try:
            tables = json.loads(path.read_text(encoding="utf-8"))["tables"]
            for told in tables:
                where = [(c["column"], tuple(c["values"]), c["is_excluding"]) for c in told["where"]]
                shown = [
                    (cell["values"], cell["value"]) for cell in told["cells"] if cell["value"] is not None
                ]
                known.update(counted.shown_before(where, shown))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CannotCount(
                N_(
                    "%(file)s is no release in JSON, as amparo table --subtotals --json gives it: %(reason)s."
                ),
                file=str(path),
                reason=str(error),
            ) from None
    return known


def condition_of(text: str) -> "Condition":
    """Read a condition as it is written on the command line."""
    from amparo.stats.disclosure import CannotCount, Condition

    column, equals, values = text.partition("=")
    is_excluding = column.endswith("!")
    column = column.removesuffix("!").strip()
    if not equals or not column:
        raise CannotCount(
            N_(
                '--where "%(text)s" has no column and value. Write COLUMN=VALUE, COLUMN=VALUE,VALUE or '
                "COLUMN!=VALUE; nothing after the sign means blank."
            ),
            text=text,
        )
    return Condition(column, tuple(next(csv.reader([values]), [])) or ("",), is_excluding)
