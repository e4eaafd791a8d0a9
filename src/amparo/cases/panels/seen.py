"""Who saw a case, in words: for its lead line by line, and for the person herself by organisation and function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amparo.access.rules import role_of
from amparo.accounts.queries import Worked
from amparo.audit.queries import EventLine
from amparo.audit.rules.wording import PURPOSES, SAYS_IT_ALL, action_words, ground_words, part_words
from amparo.cases.queries.seen import Reader
from amparo.ui.formats import join_words, say_day, say_number, say_time
from amparo.ui.parts import Cell, Column, DataTable, Row, SummaryRow


def seen_table(lines: Sequence[EventLine], people: Mapping[int, Worked]) -> DataTable:
    """Lay out who did and read what; what one person did one after the other on a day stands in one row."""
    columns = (
        Column(key="who", label=_("Who"), main=True),
        Column(key="what", label=_("What")),
        Column(key="when", label=_("When")),
        Column(key="why", label=_("Why")),
    )
    return DataTable(
        caption=_("Who saw this case"),
        columns=columns,
        rows=tuple(_seen_row(group, people) for group in _grouped(lines)),
        empty_title=_("Nobody yet"),
        empty_text=_("Whoever opens this case stands here, with what, when and why."),
    )


def say_what(line: EventLine) -> str:
    """Say what was done and what was opened of the person."""
    parts = [] if line.action in SAYS_IT_ALL else [_(part) for part in part_words(line.fields)]
    words = {"act": _(action_words(line.action)), "parts": join_words(parts)}
    said = _("%(act)s: %(parts)s") % words if parts else words["act"]
    return _("%(act)s (refused)") % {"act": said} if line.outcome == "refused" else said


def say_why(line: EventLine) -> str:
    """Say for what purpose and on what ground."""
    return join_words(
        _(part) for part in (PURPOSES.get(line.purpose, line.purpose), ground_words(line.basis)) if part
    )


def readers_rows(readers: Iterable[Reader]) -> tuple[SummaryRow, ...]:
    """Say who saw data of a person: organisation and function, what, and between which days."""
    return tuple(
        SummaryRow(label=reader.organisation, value=_role(reader.role), note=_told(reader), is_name=True)
        for reader in readers
    )


def told_values(
    readers: Sequence[Reader], *, reference: str, organisation: str, now: datetime
) -> dict[str, Any]:
    """Return the values of the paper for the person. Her name does not stand on it, nor that of any reader."""
    rows = [
        {"label": row.label, "values": [str(row.value)], "note": row.note} for row in readers_rows(readers)
    ]
    return {
        "title": _("Who saw your data"),
        "reference": reference,
        "name": reference,
        "marks": say_day(timezone.localdate(now)),
        "confidential": _("Confidential"),
        "warning": "\n\n".join(told_sentences()),
        "printed": _("Printed by %(organisation)s on %(day)s")
        % {"organisation": organisation, "day": say_day(timezone.localdate(now))},
        "page": _("Page {page} of {pages}"),
        "parts": [{"title": _("Organisations"), "blocks": [{"title": "", "rows": rows}]}],
    }


def told_sentences() -> tuple[str, ...]:
    """Return what stands on every such list, whether anything is held back or not."""
    return (
        _("These organisations opened data about you in this system. People are not named, so that nobody can put pressure on them; the log knows each of them."),
        _("The law lets some authorities look without telling you at once. What they looked at stands here only when they allow it. This sentence stands on every such list, also when there was nothing of the kind."),
        _("You may ask why an organisation opened your data. The person who gives you this list will pass your question on."),
    )  # fmt: skip


def _seen_row(group: Sequence[EventLine], people: Mapping[int, Worked]) -> Row:
    line, times = group[0], len(group)
    worked = people.get(line.membership or 0)
    role = (_role(worked.role), worked.organisation_name) if worked else ()
    often = ""
    if times > 1:
        words = {"number": say_number(times), "time": say_time(group[-1].recorded_at)}
        often = (
            ngettext("%(number)s time, first at %(time)s", "%(number)s times, first at %(time)s", times)
            % words
        )
    return Row(
        cells=(
            Cell(value=worked.name if worked else _("the system"), note=join_words(role), is_name=True),
            Cell(value=tuple(dict.fromkeys(say_what(one) for one in group))),
            Cell(value=line.recorded_at, note=often),
            Cell(value=say_why(line)),
        )
    )


def _grouped(lines: Sequence[EventLine]) -> list[list[EventLine]]:
    """Put together what one person did one after the other, on one day and the same ground."""
    groups: list[list[EventLine]] = []
    for line in lines:
        if groups and _same(groups[-1][-1]) == _same(line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _same(line: EventLine) -> tuple[Any, ...]:
    day = timezone.localdate(line.recorded_at)
    return line.membership, line.user, line.purpose, line.basis, line.outcome, day


def _told(reader: Reader) -> str:
    parts = join_words(_(part) for part in part_words(reader.fields)) or _("that there is a record")
    if reader.first == reader.last:
        return _("saw %(parts)s on %(day)s") % {"parts": parts, "day": say_day(reader.first)}
    words = {"parts": parts, "first": say_day(reader.first), "last": say_day(reader.last)}
    return _("saw %(parts)s, first on %(first)s, last on %(last)s") % words


def _role(code: str) -> str:
    role = role_of(code)
    return _(role.label) if role else code
