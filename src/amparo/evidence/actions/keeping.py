"""Turn a study into what is kept of it: numbers with every digit, sentences that can be said in any language, and the report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import override

from amparo.evidence.actions.overlapping import said_of
from amparo.evidence.queries.saying import with_names

if TYPE_CHECKING:
    from amparo.stats.prevalence import Study
    from amparo.stats.report import Block, Document, Table
    from amparo.stats.results import Caution, Said


def kept_result(study: Study) -> dict[str, Any]:
    """Give the numbers of a study. No fingerprint: who has one can try out the small counts that are hidden."""
    from amparo.stats.prevalence.report import to_json

    told: dict[str, Any] = json.loads(to_json(study))
    told.pop("fingerprint")
    told["warnings"] = [
        _sentence(said_of(one.code, one.message, study.overlaps)) for one in study.description.warnings
    ]
    versions: dict[str, str] = {}
    for kept, estimate in zip(told["estimates"], study.estimates, strict=True):
        kept["warnings"] = [_caution(one) for one in estimate.warnings]
        kept["assumptions"] = [_sentence(one) for one in estimate.assumptions]
        versions |= estimate.versions
    told["versions"] = dict(sorted(versions.items()))
    told["repeated"] = None if study.overlaps is None else study.overlaps.repeated.value
    return told


def _caution(caution: Caution) -> dict[str, Any]:
    return {"code": caution.code, **_sentence(caution.message)}


def _sentence(said: Said) -> dict[str, Any]:
    return {
        "template": said.template,
        "values": {name: _plain(value) for name, value in said.written().items()},
    }


def _plain(value: object) -> str | int | float:
    """Give a value as JSON has it; a number of NumPy is a number still."""
    if isinstance(value, str | bool | int | float):
        return value
    return value.item() if hasattr(value, "item") else str(value)


def kept_reports(
    study: Study, named: Callable[[str], Mapping[str, str]], source: Callable[[], str]
) -> dict[str, Any]:
    """Give the report in each language that reports are written in, so that the same one can be set again at each download.

    ``named`` gives the names of lists in a language by their English ones, ``source`` says in the language of Django what was counted.
    """
    from dataclasses import replace

    from amparo.stats.prevalence.report import report_of
    from amparo.stats.report import languages

    found = {}
    for language in languages():
        with override(language):
            told = replace(study, source=source())
        found[language] = _with_names(_kept(report_of(told, language)), named(language))
    return found


def _kept(document: Document) -> dict[str, Any]:
    from dataclasses import asdict

    blocks = [{"kind": type(block).__name__, **asdict(block)} for block in document.blocks]
    return {"title": document.title, "subtitle": document.subtitle, "blocks": blocks}


def _with_names(kept: Any, names: Mapping[str, str]) -> Any:
    """Put the names of lists of a language in the place of the English ones, in every text of a report."""
    if isinstance(kept, str):
        return with_names(kept, names)
    if isinstance(kept, Mapping):
        return {key: _with_names(value, names) for key, value in kept.items()}
    return [_with_names(one, names) for one in kept] if isinstance(kept, list | tuple) else kept


def report_from(kept: Mapping[str, Any], *, language: str, more: Sequence[Block] = ()) -> Document:
    """Make the report of what was kept in a language, with further blocks at its end."""
    from amparo.stats.report import Document

    return Document(
        title=kept["title"],
        subtitle=kept["subtitle"],
        blocks=[*map(_block, kept["blocks"]), *more],
        language=language,
    )


def _block(kept: Mapping[str, Any]) -> Block:
    from amparo.stats.report import Chart, Heading, Items, Paragraph

    values = {name: value for name, value in kept.items() if name != "kind"}
    match kept["kind"]:
        case "Heading":
            return Heading(**values)
        case "Paragraph":
            return Paragraph(**values)
        case "Items":
            return Items(tuple(values["texts"]))
        case "Chart":
            return Chart(**{**values, "table": _table(values["table"])})
        case _:
            return _table(values)


def _table(values: Mapping[str, Any]) -> Table:
    from amparo.stats.report import Table

    rows = tuple(tuple(row) for row in values["rows"])
    return Table(**{**values, "headings": tuple(values["headings"]), "rows": rows})
