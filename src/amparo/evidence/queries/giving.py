"""What came out of a study as programs get it: in the shape of `amparo prevalence --json`, with the digits that the page shows.

Every digit of an estimate would tell the counts that are hidden: whoever tries them out sees which give it. So no number that was
computed from them has more than three significant digits here; counts that may be shown stay whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amparo.evidence.queries.saying import say_sentence, translated_names, with_names
from amparo.evidence.queries.studies import StudyFile

DIGITS = 3


def given_result(study: StudyFile) -> dict[str, Any]:
    """Return the result of a study that is done; sentences and names of lists are in the language asked for."""
    names, result = translated_names(study), study.result
    return {
        "n": result["n"],
        "lists": _given(result["lists"], names),
        "warnings": [say_sentence(one, names) for one in result["warnings"]],
        "estimates": [_estimate(one, names) for one in result["estimates"]],
        "sensitivity": _given(result["sensitivity"], names),
        "versions": result["versions"],
    }


def _estimate(kept: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "method": kept["method"],
        "estimate": _given(kept["estimate"], names),
        "intervals": _given(kept["intervals"], names),
        "model": kept["model"],
        "status": kept["status"],
        "warnings": [{"code": one["code"], "message": say_sentence(one, names)} for one in kept["warnings"]],
        "assumptions": [say_sentence(one, names) for one in kept.get("assumptions", ())],
        "sources": kept.get("sources", ()),
    }


def _given(kept: Any, names: Mapping[str, str]) -> Any:
    """Round what was computed, and name lists; a whole number is a count or a setting."""
    match kept:
        case str():
            return with_names(kept, names)
        case float():
            return float(f"{kept:.{DIGITS}g}")
        case Mapping():
            return {key: _given(value, names) for key, value in kept.items()}
        case list() | tuple():
            return [_given(one, names) for one in kept]
        case _:
            return kept
