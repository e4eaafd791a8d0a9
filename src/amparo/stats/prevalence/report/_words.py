"""Words and numbers of the report: rounded so that no digit says more than the data do."""

from __future__ import annotations

import math
from collections.abc import Iterable

from amparo.stats.prevalence._estimate import Estimate, Limits, Status
from amparo.stats.prevalence._methods import METHODS
from amparo.stats.report import apart, pgettext
from amparo.stats.report import gettext as _
from amparo.vocab.text import N_

__all__ = [
    "about",
    "interval",
    "joined",
    "level_words",
    "lowered",
    "method_words",
    "names",
    "number",
    "ratio",
    "status_words",
    "task_words",
]

_PEOPLE = ("Chao", "Bayes")  # what is named after somebody keeps its capital
_STATUS = {
    Status.EXISTS: N_("exists"),
    Status.NO_MAXIMUM: N_("none: no upper end"),
    Status.NOT_IDENTIFIABLE: N_("none: many fit equally"),
    Status.NEITHER: N_("none: no upper end"),
    Status.NOT_CONVERGED: N_("none: did not settle"),
    Status.REFUSED: N_("none: data too thin"),
}
_TASKS = {
    "floor": N_("Floor with a size for each list"),
    "pairs": N_("From two lists alone"),
    "ranking": N_("The choice of the model"),
    "omitted": N_("A list left out"),
    "merged": N_("Two lists merged"),
    "thresholds": N_("The threshold of the stepwise choice"),
    "deltas": N_("The prior count of the average over graphs"),
    "priors": N_("The prior of the number of people"),
    "consistency": N_("Lists of known size, hidden"),
    "growth": N_("From growing parts of the people seen"),
    "missed": N_("If links were missed"),
    "redrawn": N_("If uncertain links are drawn"),
    "addition": N_("Sum of the parts"),
}


def task_words(name: str) -> str:
    """Name a task of a study as the report calls it: "estimate dga" is "Decomposable graphs", of a stratum "women: ..."."""
    stratum, _estimate, method = name.rpartition("estimate ")
    words = _(METHODS[method].words) if _estimate and method in METHODS else _(_TASKS.get(name, name))
    return f"{stratum.strip()}: {words}" if stratum else words


def about(value: float | None) -> str:
    """Write an estimate with three significant digits: 11,312.99 becomes 11,300. The JSON keeps every digit."""
    if value is None:
        return _("none")
    if math.isinf(value):
        return _("no upper limit")
    if value < 100:
        return f"{value:.0f}"
    digits = 2 - math.floor(math.log10(value))
    return f"{round(value, digits):,.0f}"


def number(value: int) -> str:
    """Write a count."""
    return f"{value:,}"


def interval(limits: Limits | None) -> str:
    """Write an interval: "9,310 to 16,300", or what it lacks."""
    if limits is None:
        return _("none")
    if math.isinf(limits.high):
        return _("%(low)s or more") % {"low": about(limits.low)}
    return _("%(low)s to %(high)s") % {"low": about(limits.low), "high": about(limits.high)}


def ratio(value: float) -> str:
    """Write how many times: 3.1, or 12."""
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def level_words(level: float) -> str:
    """Write a level: 95 %. It is one word, which no end of a line parts."""
    return f"{level * 100:g}\N{NO-BREAK SPACE}%"


def method_words(one: Estimate) -> str:
    """Name the method of an estimate."""
    return _(METHODS[one.method].words) if one.method in METHODS else one.method


def lowered(one: Estimate) -> str:
    """Name the method within a sentence: only a word that begins like others loses its capital."""
    words = method_words(one)
    return words if words.startswith(_PEOPLE) else words[:1].lower() + words[1:]


def status_words(status: Status) -> str:
    """Say in a cell of a table why there is no estimate; the whole reason stands among the warnings."""
    return _(_STATUS[status])


def names(lists: Iterable[str]) -> str:
    """Write the names of lists one after the other, in their order also where they are of another writing than the report."""
    return joined(map(apart, lists))


def joined(names: Iterable[str]) -> str:
    """Write names one after the other: "A, B and C"."""
    all_names = list(names)
    if len(all_names) < 2:
        return "".join(all_names)
    first = pgettext("between the words of a list", ", ").join(all_names[:-1])
    return pgettext("the words of a list, and the last of them", "%(first)s and %(last)s") % {
        "first": first,
        "last": all_names[-1],
    }
