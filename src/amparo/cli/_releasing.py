"""Several tables protected together, as ``amparo table`` asks for them: hierarchies, more rules, linked and earlier releases."""

import csv
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.vocab.text import N_

from ._budget import open_budget

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from amparo.stats.disclosure import (
        Condition,
        CountedTables,
        Hierarchy,
        ProtectedTable,
        ReleasedTables,
        SystemRule,
        TableRequest,
    )
    from amparo.stats.synthesis import Codebook

__all__ = ["Asked", "condition_of", "protected_of"]


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
    amount: str = ""
    contributor: str = ""
    codebook: Path | None = None
    epsilon: float | None = None
    delta: float | None = None
    person: str = ""
    most: int = 1
    ledger: Path | None = None
    noise_seed: int | None = None
    percent: str = ""
    report: Path | None = None

    @property
    def is_release(self) -> bool:
        """Tell whether more is asked for than one table of two dimensions, whose persons may be checked."""
        return replace(self, person="", most=1) != Asked()


def protected_of(
    file: str, request: "TableRequest", *, threshold: int, method: str, asked: Asked, is_release: bool
) -> "ProtectedTable | ReleasedTables":
    """Count and protect what is asked for, on the engine that AMPARO_ENGINE names."""
    from amparo.stats.disclosure import Threshold, count_cells, open_source, protect

    name = Path(file).name
    _check_options(request, method, asked)
    with open_source(os.environ.get("AMPARO_ENGINE", ""), file) as source:
        if is_release:
            return release_of(source, request, threshold=threshold, method=method, asked=asked, name=name)
        _check_persons(source, [request], method, asked, None)
        return protect(count_cells(source, request, name=name), rules=[Threshold(threshold)], method=method)


def release_of(
    source: "Path | Table", request: "TableRequest", *, threshold: int, method: str, asked: Asked, name: str
) -> "ReleasedTables":
    """Count and protect the table and those linked with it."""
    from amparo.stats.disclosure import count_tables, protect_tables, read_hierarchies, sum_tables
    from amparo.stats.synthesis import read_codebook

    book = None if asked.codebook is None else read_codebook(asked.codebook)
    groups = {told.name: told.groups for told in book.columns} if book else {}
    hierarchies = {
        column: hierarchy.told_in(groups.get(column, {}))
        for path in asked.hierarchies
        for column, hierarchy in read_hierarchies(path).items()
    }
    rules, organisation = _rules(threshold, asked)
    linked = _linked(asked.link, request.counting_unit) if asked.link else ()
    requests = [replace(one, groups=groups) for one in (request, *linked)]
    _check_persons(source, requests, method, asked, book)
    declared = _declared(requests, hierarchies if method == "dp" else {}, book)
    if asked.amount:
        counted = sum_tables(
            source,
            requests,
            asked.amount,
            contributor=asked.contributor,
            hierarchies=hierarchies,
            declared=declared,
            name=name,
        )
        return protect_tables(counted, rules=rules, method=method, exact=asked.is_optimal)
    counted = count_tables(
        source,
        requests,
        hierarchies=hierarchies,
        organisation=organisation,
        record_key=asked.record_key,
        declared=declared,
        name=name,
    )
    if method == "dp":
        return _private(counted, source, asked, name, book)
    return protect_tables(
        counted, rules=rules, method=method, known=_known(counted, asked.earlier), exact=asked.is_optimal
    )


def _check_options(request: "TableRequest", method: str, asked: Asked) -> None:
    """Refuse options that do not go together: one that is silently left out would be taken for kept."""
    from amparo.stats.disclosure import CannotCount

    of_privacy = (
        asked.epsilon is not None or asked.delta is not None or asked.ledger or asked.noise_seed is not None
    )
    if method != "dp" and of_privacy:
        raise CannotCount(
            N_(
                "--epsilon, --delta, --ledger and --noise-seed belong to --method dp. Add it, or leave them out."
            )
        )
    if method != "dp" and asked.most != 1 and not asked.person and asked.codebook is None:
        raise CannotCount(
            N_(
                "--most says how many records one person may have. Name the column that tells persons apart with --person, or leave "
                "--most out."
            )
        )
    if method == "dp" and (
        asked.rules or asked.sensitive or asked.earlier or asked.is_optimal or asked.amount
    ):
        raise CannotCount(
            N_(
                "--method dp hides nothing, so --rule, --sensitive, --earlier and --optimal do not belong to it, and it counts records only, so "
                "neither does --amount. Leave them out."
            )
        )
    if asked.percent == "rows" and not request.columns:
        raise CannotCount(
            N_(
                "Percentages of rows need columns: every row would be its own 100 %%. Add --columns, or take --percent columns."
            )
        )
    if asked.contributor and not asked.amount:
        raise CannotCount(N_("--contributor says whose an amount is. Add --amount COLUMN, or leave it out."))
    if asked.amount and (asked.earlier or asked.sensitive):
        raise CannotCount(
            N_("--earlier and --sensitive are about counts. Leave them out, or leave --amount out.")
        )


def _check_persons(
    source: "Path | Table",
    requests: "Sequence[TableRequest]",
    method: str,
    asked: Asked,
    book: "Codebook | None",
) -> None:
    """Refuse persons with more records than was said: of those that a table counts; of all where noise is to cover all tables."""
    from amparo.stats.disclosure import check_persons

    column = asked.person or (book.person if book else None)
    if not column:
        return
    conditions = list(dict.fromkeys(request.conditions for request in requests))
    if method == "dp" and len(conditions) > 1:
        conditions = [()]
    for where in conditions:
        check_persons(source, column, most=asked.most, where=where)


def _declared(
    requests: "Sequence[TableRequest]", hierarchies: "Mapping[str, Hierarchy]", book: "Codebook | None"
) -> "dict[str, tuple[str, ...]]":
    """Give the values that columns can have: those of the codebook, else the codes of a hierarchy that are no groups."""
    declared: dict[str, tuple[str, ...]] = {}
    for column, hierarchy in hierarchies.items():
        groups = set(hierarchy.parent.values()) - {""}  # a blank code is a value, a blank parent the total
        declared[column] = tuple(code for code in hierarchy.parent if code not in groups)
    for told in book.columns if book else ():
        if told.values is not None:
            declared[told.name] = (*told.values, *sorted(told.missing), "")
    named = {column for request in requests for column in request.variables}
    return {column: values for column, values in declared.items() if column in named}


def _private(
    counted: "CountedTables", source: "Path | Table", asked: Asked, name: str, book: "Codebook | None"
) -> "ReleasedTables":
    from amparo.stats.disclosure import CannotCount, Privacy, protect_tables
    from amparo.stats.privacy import SeededForTesting, SystemRandomness

    if asked.epsilon is None:
        raise CannotCount(
            N_(
                "Private counts need an epsilon. Say how much may be learnt of a person: --epsilon 1; between 0.5 and 4 is usual."
            )
        )
    if asked.ledger is None and not isinstance(source, Path):
        raise CannotCount(N_("Say with --ledger FILE where it is kept what was spent on these records."))
    seed = asked.noise_seed
    ledger = asked.ledger or Path(f"{source}.budget.json")
    what = "table" if seed is None else "table, NOT PRIVATE: seeded noise"
    file = source if isinstance(source, Path) else None
    with open_budget(ledger, what, data=name, file=file, book=book) as budget:
        privacy = Privacy(
            asked.epsilon,
            lambda cost: budget.charge(cost.rho, cost.epsilon, cost.delta),
            SystemRandomness() if seed is None else SeededForTesting(seed),
            budget.ledger.delta if asked.delta is None else asked.delta,
            asked.most,
        )
        return protect_tables(counted, method="dp", privacy=privacy)


def _rules(threshold: int, asked: Asked) -> "tuple[list[SystemRule], str]":
    from amparo.stats.disclosure import (
        CannotCount,
        Dominance,
        FewOrganisations,
        GroupDisclosure,
        Minors,
        PRule,
        Threshold,
    )

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
        elif kind == "dominance" and len(parts) == 2 and parts[0].isdecimal() and _is_number(parts[1]):
            rules.append(Dominance(int(parts[0]), float(parts[1])))
        elif kind == "p" and _is_number(rest):
            rules.append(PRule(float(rest)))
        else:
            raise CannotCount(
                N_(
                    '--rule "%(text)s" is not known. Write minors=COLUMN:VALUE,VALUE:10 (counts of minors below 10 are hidden), '
                    "organisations=COLUMN:3 (counts that fewer than 3 organisations reported are hidden), and for amounts dominance=2:85 "
                    "(totals of which the 2 largest are more than 85 %% are hidden) or p=10 (the p %% rule)."
                ),
                text=text,
            )
    if asked.amount and len(rules) == 1:
        rules.append(PRule())  # who names no rule for amounts is not left without one
    return rules, organisation


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


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
