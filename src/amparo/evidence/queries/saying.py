"""A study in the words and digits of the page: rounded so that no digit says more than the data do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from amparo.evidence.queries.studies import StudyFile
from amparo.evidence.rules import StudyChoices
from amparo.evidence.rules.studies import SOURCE
from amparo.ui.codes import code_label
from amparo.ui.formats import join_words, say_number
from amparo.vocab.codes import code_list
from amparo.vocab.text import N_

# What is no estimate of the whole number with an interval that allows for the choice of the model.
NOT_WHOLE = ("chao", "loglinear")
_FAR_APART = 1.5
_FEW = 30
_STATUS = {
    "no maximum": N_("None: the data set no upper end"),
    "not identifiable": N_("None: many numbers fit equally well"),
    "no maximum and not identifiable": N_("None: the data set no upper end"),
    "not converged": N_("None: the computation did not settle"),
    "refused": N_("None: the data are too thin"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EstimateLine:
    """One method's answer in words: the number, its interval, or why there is none."""

    method: str
    name: str
    number: str
    interval: str
    unseen: str
    model: str
    cautions: tuple[str, ...]
    is_floor: bool


def methods_offered() -> tuple[tuple[str, str], ...]:
    """Return the methods that may be asked for by name, with their English words."""
    from amparo.stats.prevalence import methods

    return tuple((name, method.words) for name, method in methods().items() if name != "loglinear")


def list_names(choices: StudyChoices) -> tuple[str, ...]:
    """Name the lists of a study in the language of the page."""
    return tuple(" + ".join(code_label(SOURCE, kind) for kind in kinds) for kinds in choices.lists)


def about(value: float | None) -> str:
    """Say an estimate with three significant digits."""
    if value is None:
        return _("none")
    digits = 0 if value < 100 else 2 - math.floor(math.log10(value))
    return say_number(int(round(value, digits)))


def say_interval(limits: Sequence[float | None] | None) -> str:
    """Say an interval, or that it has no upper end."""
    if limits is None or limits[0] is None:
        return ""
    words = {"low": about(limits[0]), "high": about(limits[1])}
    return (
        _("%(low)s or more, without an upper limit") % words
        if limits[1] is None
        else _("%(low)s to %(high)s") % words
    )


def say_status(status: str) -> str:
    """Say why there is no estimate."""
    return _(_STATUS[status]) if status in _STATUS else _("none")


def say_sentence(kept: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Say a sentence that was kept with a study; lists are named in the language of the page."""
    values = {name: _named(value, names) for name, value in kept["values"].items()}
    template: str = kept["template"]
    return _(template) % values


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, bool) or not isinstance(value, str):
        return say_number(value) if isinstance(value, int | float) else value
    return _in_digits(with_names(value, names))


def _in_digits(value: Any) -> Any:
    """Say a number that was kept as English text with the digits of the page."""
    is_number = isinstance(value, str) and re.fullmatch(r"\d{1,3}(,\d{3})*", value)
    return say_number(int(value.replace(",", ""))) if is_number else value


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Put the names of lists in the place of the English ones that a text has, the longest first and all at once.

    A letter of another script may stand before a name: Arabic writes "and" together with what follows.
    """
    if not names:
        return text
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<![A-Za-z])(?:{longest_first})(?![A-Za-z])", lambda found: names[found.group()], text)


def translated_names(study: StudyFile) -> dict[str, str]:
    """Map the English names of lists, as the report has them, to those of the page."""
    kinds = code_list(SOURCE)
    english = (" + ".join(kinds.label(kind) for kind in one) for one in study.choices.lists)
    return dict(zip(english, list_names(study.choices), strict=True))


def say_changed(changed: str, names: Mapping[str, str]) -> str:
    """Name what was left out or joined; within the name of one list, kinds are joined by a plus between blanks."""
    return join_words(str(_named(one, names)) for one in re.split(r"(?<! )\+(?! )", changed))


def level_key(study: StudyFile) -> str:
    """Return under which name the intervals of the study's level are kept."""
    return f"{study.choices.level / 100:g}"


def estimate_lines(study: StudyFile) -> tuple[EstimateLine, ...]:
    """Say each method's answer."""
    from amparo.stats.prevalence import methods

    known = methods()
    names, level, seen = translated_names(study), level_key(study), study.result["n"]
    lines = []
    for one in study.result["estimates"]:
        number, method = one["estimate"], one["method"]
        lines.append(
            EstimateLine(
                method=method,
                name=_(known[method].words) if method in known else method,
                number=say_status(one["status"]) if number is None else about(number),
                interval="" if number is None else say_interval(one["intervals"].get(level)),
                unseen="" if number is None else say_number(round((number - seen) / seen, 1)),
                model=one["model"] or "",
                cautions=tuple(say_sentence(said, names) for said in one["warnings"]),
                is_floor=method == "chao",
            )
        )
    return tuple(lines)


def floor_said(study: StudyFile) -> tuple[str, bool]:
    """Say that a floor lies above estimates, and whether that is a warning sign; empty where none does."""
    from amparo.stats.prevalence import floor_words, methods

    known = methods()
    told = []
    for one in study.result["estimates"]:
        method, number = known[one["method"]], about(one["estimate"])
        told += [
            (_(method.words), number, said["code"], _in_digits(said["values"].get("floor")))
            for said in one["warnings"]
        ]
    return floor_words(told, _, join_words)


def whole_estimates(study: StudyFile) -> list[Mapping[str, Any]]:
    """Return the estimates of the whole number that exist, floors and single models left out."""
    return [
        one
        for one in study.result["estimates"]
        if one["estimate"] is not None and one["method"] not in NOT_WHOLE
    ]


def range_words(study: StudyFile) -> str:
    """Say in one sentence what the methods together say; empty where none has a number."""
    found, level = whole_estimates(study), level_key(study)
    limits = [one["intervals"][level] for one in found if one["intervals"].get(level)]
    if not limits:
        return ""
    highs = [high for _low, high in limits]
    words = {
        "low": about(min(low for low, _high in limits)),
        "high": about(None if None in highs else max(highs)),
        "level": say_number(study.choices.level),
        "number": say_number(len(limits)),
    }
    if None in highs:
        return (
            _("%(low)s people or more, without an upper limit: at %(level)s %%, over %(number)s methods.")
            % words
        )
    return (
        _("Between %(low)s and %(high)s people: the %(level)s %% intervals of %(number)s methods together.")
        % words
    )


def may_not_be_said(study: StudyFile) -> Iterator[str]:
    """Say what the numbers do not bear."""
    yield _("One number without its interval, or one interval without saying that other methods give others.")
    found = [one["estimate"] for one in whole_estimates(study)]
    if not found:
        yield _("Any number of unseen people: no method found one that allows for the choice of its model.")
    elif max(found) / min(found) > _FAR_APART:
        times = {"times": say_number(round(max(found) / min(found), 1))}
        yield (
            _(
                "That the methods agree: the highest is %(times)s times the lowest, and nothing in the data decides."
            )
            % times
        )
    yield _(
        "Anything about people whom none of these organisations could ever have met: the true number is higher by them."
    )
    yield _(
        "That the number rose or fell since another study, unless both have the same lists and definitions and their intervals lie apart."
    )


def linkage_words() -> tuple[str, ...]:
    """Say how persons were linked across organisations, and what is missed: missed links make every estimate too high."""
    return (
        _(
            "Who is the same person was decided by those who opened the cases. Nobody looked afterwards for one person with two records."
        ),
        _(
            "A person who was not recognised at a second organisation is counted twice, and an overlap is lost: each missed link makes every estimate too high."
        ),
        _(
            "Only cases of people who agreed are in. Who agreed at one organisation and not at another counts at the first only, which works like a missed link."
        ),
        _(
            "A record that was handed over belongs to the list of the organisation that leads it now, not to that of the first."
        ),
    )


def joined_names(choices: StudyChoices) -> str:
    """Name the lists in one line."""
    return join_words(list_names(choices))
