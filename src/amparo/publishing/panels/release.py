"""Show one release: what is said of it, what it holds, what was checked, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from amparo.audit.rules.wording import action_words
from amparo.publishing.panels.cells import Grid, Labels, grid_of, in_language, labels_of, number, whom
from amparo.publishing.panels.lists import release_state
from amparo.publishing.queries import Happened, ReleaseFile, say_population, say_snapshot
from amparo.publishing.rules import KIND_LABELS, MOST_RHO, Item, ItemKind
from amparo.stats.disclosure.register import Cell as Counted
from amparo.stats.disclosure.register import Finding, FindingKind, Mark
from amparo.stats.disclosure.register import whom as spoken
from amparo.ui.formats import join_words, say_moment, say_number
from amparo.ui.parts import Cell, Column, DataTable, Row, State, SummaryRow, TimelineEntry

MOST_RISKY = 40
SMALLEST = 5
METHOD = "method"  # under which name a study brings the words for its methods


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownItem:
    """One thing of a release, in words."""

    title: str
    kind: str
    counts: str
    digest: str
    rows: tuple[SummaryRow, ...]
    grid: Grid | None
    figures: DataTable | None


def about_rows(file: ReleaseFile) -> tuple[SummaryRow, ...]:
    """Say what a release is, for whom, and from when on."""
    rows = [
        SummaryRow(label=_("State"), value=release_state(file.state)),
        SummaryRow(label=_("Number"), value=file.number, is_reference=True),
        SummaryRow(label=_("For"), value=_(file.audience.label)),
        SummaryRow(label=_("Purpose"), value=file.purpose, is_long=True),
        SummaryRow(label=_("Ethics"), value=file.ethics, is_long=True),
        SummaryRow(label=_("Population"), value=say_population(file.population)),
        SummaryRow(label=_("Period"), value=join_words(file.period)),
        SummaryRow(
            label=_("Snapshot"),
            value=say_snapshot(file.snapshot_day, file.snapshot),
            note=file.snapshot_hash[:16],
        ),
        SummaryRow(
            label=_("Result of the research"), value=file.proposal, note=file.institution, is_reference=True
        ),
        SummaryRow(label=_("Licence"), value=file.licence),
        SummaryRow(label=_("DOI"), value=file.doi, is_reference=True),
        SummaryRow(label=_("Not before"), value=file.embargo_until),
        SummaryRow(label=_("Version"), value=file.version, note=file.supersedes),
        SummaryRow(
            label=_("Prepared by"),
            value=file.made_by,
            note=file.institution or file.organisation,
            is_name=True,
        ),
        SummaryRow(label=_("Reviewed by"), value=file.reviewed_by, is_name=True),
    ]
    if file.published_at is not None:
        rows.append(SummaryRow(label=_("Let out"), value=file.published_at, note=file.published_by))
    always = {_("State"), _("Purpose"), _("Ethics")}
    return tuple(row for row in rows if row.value not in ("", None) or row.label in always)


def shown_items(items: Iterable[Item]) -> tuple[ShownItem, ...]:
    """Say of each thing what it is, and how many of its numbers are shown and hidden."""
    return tuple(_shown_item(item) for item in items)


def _shown_item(item: Item) -> ShownItem:
    hidden = sum(cell.is_hidden for cell in item.cells)
    words = {"shown": say_number(len(item.cells) - hidden), "hidden": say_number(hidden)}
    counts = _("%(shown)s numbers shown, %(hidden)s hidden") % words if item.cells else ""
    if item.spends:
        rho = {"rho": say_number(round(sum(one.rho for one in item.spends), 4))}
        counts = join_words((counts, _("takes %(rho)s of the privacy budget") % rho))
    labels = (
        ("definition", _("Definition")), ("unit", _("What is counted")), ("source", _("Source")), ("method", _("Method")),
        ("protection", _("Protection")),
    )  # fmt: skip
    return ShownItem(
        title=in_language(item, "title"),
        kind=kind_label(item.kind),
        counts=counts,
        digest=item.digest,
        rows=tuple(SummaryRow(label=label, value=in_language(item, name)) for name, label in labels),
        grid=grid_of(item),
        figures=_figures(item),
    )


def _figures(item: Item) -> DataTable | None:
    """List the estimates of a study, each with its interval."""
    given = item.content.get("figures", ())
    if not given:
        return None
    labels = labels_of([item]).get(METHOD, {})
    return DataTable(
        caption=_("Estimates"),
        columns=(
            Column(key="label", label=_("Method"), main=True),
            Column(key="value", label=_("Estimate"), numeric=True),
            Column(key="low", label=_("From"), numeric=True),
            Column(key="high", label=_("To"), numeric=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    Cell(value=labels.get(one["label"], one["label"])),
                    *(
                        Cell(value="–" if one[name] is None else one[name])
                        for name in ("value", "low", "high")
                    ),
                )
            )
            for one in given
        ),
    )


def kind_label(kind: ItemKind) -> str:
    """Say what kind of thing is let out."""
    return {
        ItemKind.TABLE: _("Table"),
        ItemKind.MICRODATA: _("Micro-data"),
        ItemKind.SYNTHETIC: _("Synthetic data"),
        ItemKind.STUDY: _("Study"),
    }[kind]


def checks_table(file: ReleaseFile) -> DataTable:
    """List the checks that ran by themselves, with their verdicts."""
    audits = [
        Row(
            cells=(
                Cell(value=_("Audit of “%(title)s”") % {"title": in_language(item, "title")}),
                Cell(value=State(label=_("Passed"), colour="green")),
                Cell(value=in_language(item, "audit", _verdict(item))),
            )
        )
        for item in file.items
    ]
    rows = [*audits, _register_row(file)]
    if any(item.spends for item in file.items):
        rows.append(_budget_row(file))
    return DataTable(
        caption=_("Checks that ran by themselves"),
        columns=(
            Column(key="what", label=_("Check"), main=True),
            Column(key="verdict", label=_("Verdict")),
            Column(key="words", label=_("What was looked at")),
        ),
        rows=tuple(rows),
    )


def _verdict(item: Item) -> str:
    return "" if item.verdict is None else item.verdict.words


def _register_row(file: ReleaseFile) -> Row:
    checked = file.checked
    name = Cell(value=_("Beside everything that was let out before"))
    if checked is None:
        return Row(cells=(name, Cell(value=State(label=_("Not asked yet"))), Cell(value="")))
    words = {
        "compared": say_number(checked.compared),
        "together": say_number(checked.together),
        "at": say_moment(checked.at),
    }
    said = (
        _("Compared with %(compared)s numbers, %(together)s of them solved together. Asked on %(at)s.")
        % words
    )
    if checked.beyond:
        names = {"releases": join_words(checked.beyond)}
        said += " " + _("Only compared one by one, not solved together: %(releases)s.") % names
    return Row(cells=(name, Cell(value=register_state(file)), Cell(value=said)))


def register_state(file: ReleaseFile) -> State:
    """Say in a word what the register found."""
    checked = file.checked
    if checked is None or checked.is_clean:
        return State(label=_("Nothing found"), colour="green")
    if checked.is_hopeless:
        return State(label=_("Holds the release up"), colour="red")
    explained = all(file.explanations.get(kind) for kind in checked.to_explain)
    if explained:
        return State(label=_("Explained"), colour="blue")
    return State(label=_("To be explained"), colour="yellow")


def _budget_row(file: ReleaseFile) -> Row:
    is_over = file.checked is not None and any(
        one.kind is FindingKind.BUDGET for one in file.checked.findings
    )
    state = State(label=_("Spent"), colour="red") if is_over else State(label=_("Suffices"), colour="green")
    asked = say_number(round(sum(one.rho for item in file.items for one in item.spends), 4))
    words = _("This release takes %(rho)s; all together may take %(cap)s.") % {
        "rho": asked,
        "cap": say_number(MOST_RHO),
    }
    return Row(cells=(Cell(value=_("Privacy budget")), Cell(value=state), Cell(value=words)))


def risky_table(file: ReleaseFile, labels: Labels) -> DataTable:
    """List the numbers at which a reviewer looks first: those of findings, those that are hidden, and the smallest that are shown."""
    risky = risky_cells(file)
    return DataTable(
        caption=_("Numbers to look at first"),
        columns=(
            Column(key="whom", label=_("Who is counted"), main=True),
            Column(key="number", label=_("Number"), numeric=True),
            Column(key="why", label=_("Why it is here")),
        ),
        rows=tuple(
            Row(cells=(Cell(value=whom(cell, labels)), Cell(value=number(cell)), Cell(value=why)))
            for cell, why in risky[:MOST_RISKY]
        ),
        empty_title=_("No number is hidden or small"),
        empty_text=_("Nothing here asks for a second look by itself. Read the table all the same."),
    )


def risky_cells(file: ReleaseFile) -> list[tuple[Counted, str]]:
    """Give the risky numbers of a release, each once, with the reason."""
    own = [cell for item in file.items for cell in item.cells]
    known = {(cell.population, cell.statistic, cell.whom) for cell in own}
    checked: Iterable[Finding] = () if file.checked is None else file.checked.findings
    found: dict[object, tuple[Counted, str]] = {}
    told = [
        (cell, _(KIND_LABELS[one.kind]))
        for one in checked
        if one.holds_up and one.kind is not FindingKind.PARTLY
        for cell in one.cells
        if not cell.release and (cell.population, cell.statistic, cell.whom) in known
    ]
    small = [(cell, _("hidden, because it speaks of few")) for cell in own if cell.mark is Mark.SMALL]
    others = [(cell, _("hidden, to protect another")) for cell in own if cell.mark is Mark.HIDDEN]
    shown = sorted((cell for cell in own if not cell.is_hidden and cell.low), key=lambda cell: cell.low)[
        :SMALLEST
    ]
    smallest = [(cell, _("one of the smallest that are shown")) for cell in shown]
    for cell, why in (*told, *small, *others, *smallest):
        found.setdefault((cell.statistic, cell.whom), (cell, why))
    return list(found.values())


def history_entries(happened: Iterable[Happened]) -> tuple[TimelineEntry, ...]:
    """Say what became of a release, the newest first."""
    return tuple(TimelineEntry(title=_(action_words(one.action)), at=one.at, by=one.by) for one in happened)


def note_entries(file: ReleaseFile, labels: Labels) -> tuple[TimelineEntry, ...]:
    """Give the remarks, the newest first, each with the numbers that it is about."""
    known = {spoken(cell): whom(cell, labels) for item in file.items for cell in item.cells}
    return tuple(
        TimelineEntry(
            title=_("Remark"),
            at=one.at,
            by=one.by,
            text="\n".join((one.words, *(f"– {known.get(name, name)}" for name in one.cells))),
        )
        for one in reversed(file.notes)
    )


def cell_choices(file: ReleaseFile, labels: Labels) -> list[tuple[str, str]]:
    """Offer the risky numbers to be remarked on: by their codes, in words."""
    return [
        (spoken(cell), f"{whom(cell, labels)}: {number(cell)}")
        for cell, _why in risky_cells(file)[:MOST_RISKY]
    ]
