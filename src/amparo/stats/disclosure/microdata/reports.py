"""What a file still reveals, and what protecting it took, as documents for the office, in the words of a statistician."""

from __future__ import annotations

import math
from collections.abc import Iterator

from amparo.stats.report import (
    Block,
    Document,
    Heading,
    Items,
    Paragraph,
    Table,
    apart,
    percent,
    say,
    speaking,
)
from amparo.stats.report import gettext as _

from ._measures import Diversity
from ._protect import ProtectedData
from ._risk import Risk

__all__ = ["report_of_protection", "report_of_risk"]


def report_of_risk(risk: Risk, language: str = "en") -> Document:
    """Put what was measured into a document for the office."""
    with speaking(language):
        return Document(
            _("What a file of persons reveals"),
            _("%(source)s: %(records)s records") % {"source": risk.source, "records": f"{risk.records:,}"},
            [Paragraph(_office(), is_warning=True), *_risk(risk)],
            language,
        )


def report_of_protection(protected: ProtectedData, after: Risk, language: str = "en") -> Document:
    """Put what protection took, and what the protected file still reveals, into a document for the office."""
    with speaking(language):
        return Document(
            _("A file of persons, protected"),
            _("%(source)s: %(records)s records")
            % {"source": protected.original.source, "records": f"{protected.original.number:,}"},
            [Paragraph(_office(), is_warning=True), *_protection(protected), *_risk(after)],
            language,
        )


def _office() -> str:
    return _("For the office only: this was computed from the records, and it names groups of few persons.")


def _protection(protected: ProtectedData) -> Iterator[Block]:
    loss = protected.loss
    yield Paragraph(
        _(
            "Every combination of up to %(m)s keys, a blank being a sign of its own, is shown by %(k)s records or more, or by none. This "
            "was counted again before the file was made."
        )
        % {"m": protected.m, "k": protected.k}
    )
    share = loss.total / max(1, loss.cells)
    words = {"total": _cells(loss.total), "share": percent(share, 2), "bound": _cells(loss.bound)}
    if loss.is_proved:
        yield Paragraph(
            _("It took %(total)s of the known cells (%(share)s). That is proved to be the least.") % words
        )
    else:
        yield Paragraph(
            _(
                "It took %(total)s of the known cells (%(share)s). No protection of this kind can take less than %(bound)s; the least "
                "is not known."
            )
            % words
        )
    yield Heading(_("What was lost"))
    rows = [
        (
            name,
            f"{blanked:,}",
            _cells(loss.grouped[name]) if loss.grouped[name] else "0",
            str(loss.levels.get(name, "-")),
        )
        for name, blanked in loss.blanked.items()
    ]
    yield Table(
        _("Cells that were blanked or told in groups"),
        (_("Column"), _("Blanked"), _("Lost by grouping"), _("Level")),
        tuple(rows),
        notes=_(
            "A value told in a group of g of the G values of its column loses (g - 1) / (G - 1) of a cell. Level 1 tells the widest "
            "groups only."
        ),
    )
    if protected.published.left_out:
        yield Paragraph(
            _("Columns that are not in the file: %(names)s.")
            % {"names": ", ".join(protected.published.left_out)}
        )


def _cells(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:,.1f}"


def _risk(risk: Risk) -> Iterator[Block]:
    one = risk.anonymity
    yield Heading(_("Who is alone"))
    yield Paragraph(
        _(
            "k = %(k)s: so many records are in the smallest group of those that are alike in all %(keys)s keys. Records that nobody is "
            "like: %(unique)s of %(records)s."
        )
        % {"k": one.k, "keys": len(risk.keys), "unique": f"{one.unique:,}", "records": f"{risk.records:,}"}
    )
    yield Paragraph(
        _(
            "Somebody who knows any %(m)s of the keys: k = %(k)s. Records with a combination of %(m)s keys that fewer than %(least)s "
            "have: %(below)s. The rarest combination: %(weakest)s."
        )
        % {
            "m": one.m,
            "k": one.k_of_m,
            "least": one.least,
            "below": f"{one.below_of_m:,}",
            "weakest": _group(one.weakest.values),
        }
    )
    yield Table(
        _("Records in small groups, all keys together"),
        (_("Group smaller than"), _("Records"), _("Share")),
        tuple((str(n), f"{count:,}", percent(count / risk.records, 1)) for n, count in one.below.items()),
    )
    yield from _special(risk)
    yield from _attacks(risk)
    if risk.diversity:
        yield from _diversity(risk)
    yield Heading(_("How to read this"))
    yield Items(
        (
            *(say(caution.message) for caution in risk.cautions),
            _(
                "Keys are what somebody from outside may know. Another choice of keys gives other figures: they are only as good as "
                "that choice."
            ),
            _(
                "A file compared with another release of the same persons reveals more than either. Nothing here covers that."
            ),
        )
    )


def _group(values: object) -> str:
    """Name a combination of values; a blank is said."""
    assert hasattr(values, "items")
    blank = _("(blank)")
    return "; ".join(apart(f"{name} = {value or blank}") for name, value in values.items())


def _special(risk: Risk) -> Iterator[Block]:
    special = risk.special
    if not special.sets:
        yield Paragraph(_("No record is alone by %(most)s keys or fewer.") % {"most": special.most})
        return
    yield Table(
        _("Records that are alone by few keys"),
        (_("Smallest number of keys"), _("Records")),
        tuple((str(size), f"{count:,}") for size, count in special.records.items()),
        notes=_(
            "A record that is alone by one key or two is likely to be alone outside, too: look at these first."
        ),
    )
    order = sorted(special.columns.items(), key=lambda item: -item[1])
    yield Table(
        _("Keys that make records alone"),
        (_("Column"), _("Share of the sets that it stands in")),
        tuple((name, percent(share)) for name, share in order),
        notes=_("To group or leave out the first of them helps most."),
    )


_ATTACKERS = ("prosecutor", "journalist", "marketer")


def _attacker(name: str) -> str:
    return {
        "prosecutor": _("knows that the person is in the file"),
        "journalist": _("looks for anybody, and does not know who is in it"),
        "marketer": _("matches all records with a register"),
    }[name]


def _attacks(risk: Risk) -> Iterator[Block]:
    yield Heading(_("What an attacker may expect"))
    yield Table(
        _("Chance to find the right person"),
        (
            _("Somebody who"),
            _("Highest"),
            _("On average"),
            _("Records above 1 / %(least)s") % {"least": risk.anonymity.least},
        ),
        tuple(
            (_attacker(one.name), percent(one.highest, 1), percent(one.mean, 1), f"{one.above:,}")
            for one in risk.attacks
        ),
        notes=_(
            "Known in the literature as prosecutor, journalist and marketer. A blank is a sign of its own here."
        ),
    )
    found = risk.population
    if found is not None and found.unique:
        yield Paragraph(
            _(
                "Of the %(unique)s records that are alone in the file, about %(expected)s are expected to be alone among all "
                "%(population)s persons, too (Pitman's model: %(pitman)s of them; Zayatz': %(zayatz)s). These are estimates by models, "
                "and can be far off where the file was not drawn at random."
            )
            % {
                "unique": f"{found.unique:,}",
                "expected": f"{found.expected:,.0f}",
                "population": f"{found.population:,}",
                "pitman": percent(found.pitman),
                "zayatz": percent(found.zayatz),
            }
        )


def _diversity(risk: Risk) -> Iterator[Block]:
    yield Heading(_("What the groups tell"))
    for one in risk.diversity:
        if one.certain:
            words = (
                _(
                    "%(column)s: in %(certain)s of %(records)s records the value follows for certain from the keys, since all who are "
                    "like them have the same (l = %(l)s). That k = %(k)s does not prevent it."
                )
                if risk.anonymity.k > 1
                else _(
                    "%(column)s: in %(certain)s of %(records)s records the value follows for certain from the keys, since all who are "
                    "like them have the same (l = %(l)s)."
                )
            )
            yield Paragraph(
                words
                % {
                    "column": one.column,
                    "certain": f"{one.certain:,}",
                    "records": f"{risk.records:,}",
                    "l": one.l,
                    "k": risk.anonymity.k,
                },
                is_warning=True,
            )
        if one.items:
            yield Paragraph(
                _("%(column)s: records whose group shares an item: %(items)s.")
                % {
                    "column": one.column,
                    "items": "; ".join(f"{item} {count:,}" for item, count in one.items.items()),
                }
            )
    yield Table(
        _("Diversity and closeness of the sensitive columns"),
        (_("Column"), _("l"), _("l by entropy"), _("c for l = 2"), _("t"), _("Certain"), _("Nine of ten")),
        tuple(_measures(one) for one in risk.diversity),
        notes=_(
            "l: the fewest values in a group. c: the commonest value against all others. t: how far a group is from the file, from 0 "
            "to 1. The last two count records whose value follows for certain, and in nine cases of ten."
        ),
    )
    for one in risk.diversity:
        if one.examples:
            yield Table(
                _("%(column)s: the largest groups that tell it") % {"column": one.column},
                (_("Group"), _("Value"), _("Records")),
                tuple((_group(group), value, f"{count:,}") for group, value, count in one.examples),
                labels=2,
            )


def _measures(one: Diversity) -> tuple[str, ...]:
    return (
        one.column,
        str(one.l),
        f"{one.entropy:.2f}",
        "∞" if math.isinf(one.c) else f"{one.c:.1f}",
        f"{one.t:.2f}",
        f"{one.certain:,}",
        f"{one.nearly:,}",
    )
