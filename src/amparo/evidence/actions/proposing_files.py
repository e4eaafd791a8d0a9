"""Propose a file of rows for release: protected records, or made-up ones, that were made of a snapshot and are measured again here."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.evidence.actions.proposing import ENGLISH, Labels, Proposed, in_languages
from amparo.evidence.queries.holdings import TableHolding, holding_of
from amparo.evidence.queries.snapshots import SnapshotFile, get_snapshot
from amparo.evidence.queries.wording import say_value
from amparo.evidence.rules import NotAsked, SnapshotState
from amparo.evidence.rules.studies import YEAR
from amparo.publishing.rules import About, CheckedFile, Item, ItemKind, NotSafe, check_file, read_report
from amparo.ui.formats import say_day, say_number
from amparo.vocab.state import load_state
from amparo.vocab.text import N_

_WARNINGS: Final = {
    ItemKind.MICRODATA: N_(
        "Blanks are not a random sample: rare combinations are blanked more often, so counts of rare values are too low."
    ),
    ItemKind.SYNTHETIC: N_(
        "A blank is not a no: it says that something was not known, not recorded, or not released."
    ),
}


def proposed_file(
    snapshot: UUID, table: str, *, content: bytes, report: bytes, file_name: str, by: Viewer, now: datetime
) -> Proposed:
    """Make a thing to be let out of a file of rows and the report that was written beside it.

    Raises `NotAsked` or `NotSafe`, with what stands in the way and how to mend it.
    """
    require(by, Permission.RELEASE_PREPARE)
    file = get_snapshot(by, snapshot)
    tables = holding_of(file.id).tables if file.state is SnapshotState.READY else {}
    if table not in tables:
        raise NotAsked(N_("What is to be counted is not in this snapshot. Choose one of the list."))
    fingerprint = file.fingerprints[table]
    about = About(population=table, statistic=tables[table].table.counting_unit, snapshot=fingerprint[:16])
    least = load_state(settings.AMPARO_STATE).microdata_threshold
    text = _text(content)
    checked = check_file(text, read_report(_text(report)), about=about, least=least)
    record("evidence.file.propose", by=by, at=now, record=str(file.id), count=checked.rows)
    return Proposed(
        item=_item(checked, text, file_name, tables[table], file, least),
        population=table,
        period=_years(tables[table], checked, text),
        snapshot=str(file.id),
        snapshot_hash=fingerprint,
        snapshot_day=file.day,
    )


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotSafe(
            N_("The file is not text in UTF-8. Choose the CSV file and its report as they were written.")
        ) from None


def _item(
    checked: CheckedFile, text: str, file_name: str, holding: TableHolding, file: SnapshotFile, least: int
) -> Item:
    words = in_languages(lambda: _words(checked, holding, file, least))
    notes = in_languages(lambda: [_(_WARNINGS[checked.kind])])
    digest = hashlib.sha256(text.encode()).hexdigest()
    english = words[ENGLISH]
    return Item(
        kind=checked.kind,
        **{name: english[name] for name in ("title", "definition", "unit", "source", "method", "protection")},
        content={
            "file_name": file_name[:120],
            "media_type": "text/csv",
            "text": text,
            "sha256": digest,
            "columns": list(checked.columns),
            "rows": checked.rows,
            "labels": in_languages(lambda: _labels(checked, text, holding)),
            "cautions": [*notes[ENGLISH], *checked.warnings],
            "words": words,
            "notes": notes,
            "mark": digest,
        },
        verdict=checked.verdict,
        cells=checked.cells,
        spends=checked.spends,
    )


def _words(checked: CheckedFile, holding: TableHolding, file: SnapshotFile, least: int) -> dict[str, str]:
    numbers = {
        "k": say_number(checked.k),
        "least": say_number(least),
        "epsilon": say_number(round(checked.epsilon, 4)),
        "rows": say_number(checked.rows),
        "columns": say_number(len(checked.columns)),
        "unit": _(holding.table.label),
    }
    told = _kind_words(checked)
    said = {name: template % numbers for name, template in told.items()}
    if checked.certain:
        found = {"columns": ", ".join(checked.certain), "number": say_number(max(checked.certain.values()))}
        said["audit"] += " " + (
            _("Who knows all keys of a person learns her value in %(columns)s for up to %(number)s records.")
            % found
        )
    source = {"source": _(holding.table.source), "day": say_day(file.day)}
    return {
        **said,
        "definition": _(holding.table.definition),
        "unit": _(holding.table.label),
        "source": _("%(source)s As of %(day)s.") % source,
    }


def _kind_words(checked: CheckedFile) -> dict[str, str]:
    if checked.kind is ItemKind.MICRODATA:
        return {
            "title": _("%(unit)s: protected records, %(rows)s rows of %(columns)s columns"),
            "method": _("Single records; cells were blanked and values told in groups, with least loss."),
            "protection": _(
                "Every combination of any three keys is shown by %(k)s records or more, or by none; every value of any column by "
                "%(least)s or more."
            ),
            "audit": _(
                "Measured again: every combination of any three keys is shown by %(k)s records or more. Nobody stands out by a "
                "value that fewer than %(least)s have."
            ),
        }
    if checked.epsilon:
        return {
            "title": _("%(unit)s: made-up records, %(rows)s rows of %(columns)s columns"),
            "method": _("Made-up rows whose counts are near those of the records, made with noise."),
            "protection": _(
                "Differential privacy, epsilon %(epsilon)s: nobody learns much more about a person than if she were not in the records."
            ),
            "audit": _("As its report says, and the ledger in it adds up: epsilon %(epsilon)s."),
        }
    return {
        "title": _("%(unit)s: made-up records, %(rows)s rows of %(columns)s columns"),
        "method": _("Made-up rows whose counts are near those of the records, made without noise."),
        "protection": _(
            "Every combination of a few values that is shown is of %(k)s records or more. This is not differential privacy."
        ),
        "audit": _("As its report says, which nobody can measure without the records: k is %(k)s."),
    }


def _labels(checked: CheckedFile, text: str, holding: TableHolding) -> Labels:
    """Name the columns of the file that the snapshot has too, and those of their values that are codes of the snapshot."""
    known = {column.name: column for column in holding.table.columns if not column.is_many}
    rows = list(csv.DictReader(io.StringIO(text)))
    found: Labels = {}
    for name in checked.columns:
        if name in known:
            values = sorted({row[name] for row in rows if row[name]})
            words = {value: say_value(known[name], value) for value in values if known[name].accepts(value)}
            found[name] = {"": _(known[name].label), **words}
    return found


def _years(holding: TableHolding, checked: CheckedFile, text: str) -> tuple[str, ...]:
    """Give the years in which the cases were opened: those in the file, or all of the snapshot where it leaves them out."""
    values: Any = holding.present.get(YEAR, ())
    if YEAR in checked.columns:
        values = {row[YEAR] for row in csv.DictReader(io.StringIO(text))}
    return tuple(sorted(year for year in values if year.isdigit()))
