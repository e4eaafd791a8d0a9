"""What every form of a published table says about itself, in the language that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from unicodedata import bidirectional

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from amparo.publishing.queries import PublishedRelease, say_population, say_snapshot
from amparo.publishing.rules.tables import CellStatus, PublishedItem, PublishedTable, TableCell, tables_of
from amparo.ui.formats import join_words, say_number
from amparo.vocab.text import N_

# As SDMX writes them: the total, and what is not known.
TOTAL: Final = "_T"
UNKNOWN: Final = "_U"
_IS, _NOT = " is ", "not "  # as a condition is kept
MARKS: Final = {CellStatus.SMALL: "a", CellStatus.HIDDEN: "b"}
_REASONS: Final = {
    CellStatus.SMALL: N_("Hidden because so few people are counted that one of them might be recognised."),
    CellStatus.HIDDEN: N_("Hidden because a number hidden elsewhere could be worked out from it."),
    CellStatus.CHANGED: N_(
        "Rounded or moved a little on purpose: it is near the count, and not the count itself."
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TableOf:
    """A table with its item, its release, and its number among the tables of the release."""

    release: PublishedRelease
    item: PublishedItem
    table: PublishedTable
    number: int

    @property
    def name(self) -> str:
        """Give the name of its files: it tells nothing but which table it is."""
        return f"{self.release.number}-v{self.release.version}-table-{self.number}"

    def variable(self, code: str) -> str:
        """Name a variable in the language of the page."""
        return self.table.label(code, language=_language())

    def value(self, code: str, value: str | None) -> str:
        """Name a value of a variable in the language of the page; None is the total."""
        if value is None:
            return _("Total")
        return self.table.label(code, value, language=_language()) if value else _("Not recorded")


def code(value: str | None) -> str:
    """Give the code of a value in files; None is the total."""
    return TOTAL if value is None else value or UNKNOWN


def direction_of(text: str) -> str:
    """Say in which direction most of a text is read: not all is in the language of the page, and marks come first."""
    kinds = [bidirectional(letter) for letter in text]
    return "rtl" if sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L") else "ltr"


def tables_of_release(release: PublishedRelease) -> tuple[TableOf, ...]:
    """Number the tables of a release from 1, in the order of its items."""
    items = [item.in_language(_language()) for item in release.items]
    pairs = [(item, table) for item in items for table in tables_of(item)]
    return tuple(
        TableOf(release=release, item=item, table=table, number=number)
        for number, (item, table) in enumerate(pairs, start=1)
    )


def about(one: TableOf, *, address: str) -> list[tuple[str, str]]:
    """Give what a reader needs to judge a table, as pairs of a label and a text; `address` is where its release stands."""
    release, item, table = one.release, one.item, one.table
    lines = [
        (_("Title"), table.title),
        (_("What is counted"), item.definition),
        (_("Unit"), item.unit),
        (_("Population"), say_population(release.population)),
        (_("Period"), join_words(release.period)),
        (_("Only"), join_words(only_words(one))),
        (_("Source"), item.source),
        (_("Snapshot"), say_snapshot(release.snapshot_day, release.snapshot)),
        (_("Fingerprint of the snapshot"), release.snapshot_hash),
        (_("Method"), item.method),
        (_("Protection"), item.protection),
        *((_("To keep in mind"), words) for words in notes_of(item, table)),
        (_("Release"), release.number),
        (_("Version"), say_number(release.version)),
        (_("Published"), release.published_at.date().isoformat()),
        (_("Publisher"), release.publisher),
        (_("Licence"), release.licence),
        (_("DOI"), release.doi),
        (_("How to cite"), cite(release, address=address)),
        (_("Address"), address),
    ]
    return [(label, text) for label, text in lines if text]


def only_words(one: TableOf) -> tuple[str, ...]:
    """Say in the words of the page who of the population is counted."""
    said = []
    for condition in one.table.only:
        name, found, values = condition.partition(_IS)
        if not found or values.startswith(_NOT):
            said.append(condition)
            continue
        words = {
            "label": one.variable(name),
            "value": join_words(one.value(name, value) for value in values.split(", ")),
        }
        said.append(_("%(label)s: %(value)s") % words)
    return tuple(said)


def cite(release: PublishedRelease, *, address: str) -> str:
    """Say how the release is cited: who, when, what, which version, where."""
    where = f"https://doi.org/{release.doi}" if release.doi else address
    who = release.publisher or "Amparo"
    # The same in every language: what is cited is looked for letter by letter.
    return (
        f"{who} ({release.published_at.year}): {release.title}. {release.number}, v{release.version}. {where}"
    )


def hidden_words(table: PublishedTable) -> tuple[str, ...]:
    """Say how many numbers are hidden or changed, and why."""
    said = []
    for status, mark in MARKS.items():
        if number := table.count(status):
            words = {"mark": mark, "count": say_number(number), "reason": _(_REASONS[status])}
            said.append(_("(%(mark)s), %(count)s numbers. %(reason)s") % words)
    if table.count(CellStatus.CHANGED):
        said.append(_(_REASONS[CellStatus.CHANGED]))
    return tuple(said) or (_("No number had to be hidden."),)


def mark_words(cell: TableCell) -> str:
    """Print a cell in the words and digits of the page: its number, or that it is hidden, with the mark that says why."""
    if cell.value is not None:
        return say_number(cell.value)
    return _("hidden (%(mark)s)") % {"mark": MARKS.get(cell.status, "b")}


def status_words() -> dict[str, str]:
    """Say what each status of a cell means."""
    return {str(status): _(reason) for status, reason in _REASONS.items()}


def notes_of(item: PublishedItem, table: PublishedTable | None = None) -> tuple[str, ...]:
    """Give what a reader keeps in mind: in the words that the item brought, or why numbers are hidden and what it warns of."""
    if brought := item.notes(_language()):
        return brought
    own = tuple(str(words) for words in item.content.get("cautions", ()))
    return own if table is None else (*hidden_words(table), *own, *table.cautions)


def _language() -> str:
    return get_language() or "en"
