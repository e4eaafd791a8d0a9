"""Make releases for tests: a table of ages that passed its audit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from amparo.access.rules import Viewer
from amparo.publishing.actions import (
    NewRelease,
    grant_proposal,
    review_proposal,
    submit_proposal,
    write_proposal,
)
from amparo.publishing.models import Release, ReleaseItem
from amparo.publishing.rules import REGISTERED, Item, ItemKind, Plan, Verdict
from amparo.stats.disclosure.register import Cell
from tests.factories.accounts import NOW

SAFE = Verdict(method="suppression", is_safe=True, hidden=0, words="No hidden number can be worked out.")
POPULATION = "identified"


def make_item(counts: Mapping[tuple[str, ...], int], **more: Any) -> Item:
    """Describe a table of ages: for each set of ages its number."""
    cells = tuple(
        Cell.shown(POPULATION, {"age": frozenset(ages)} if ages else {}, value, snapshot="snapshot-1")
        for ages, value in counts.items()
    )
    words = {
        "title": "Persons by age",
        "definition": "Persons identified as victims",
        "unit": "persons",
        "source": "Snapshot of 1 March 2026",
        "method": "Counted, small numbers hidden",
        "protection": "Numbers below the threshold are hidden, and no other number gives them away",
    }
    usual: dict[str, Any] = {
        "kind": ItemKind.TABLE, "content": {"rows": [[list(a), n] for a, n in counts.items()]}, "cells": cells, "verdict": SAFE,
    }  # fmt: skip
    return Item(**(usual | words | more))


def make_new(*items: Item, **more: Any) -> NewRelease:
    """Describe a release of these tables."""
    words = {"title": "Ages", "purpose": "Annual report", "population": POPULATION}
    return NewRelease(**(words | more), items=items)


def make_file(rows: Sequence[Sequence[str]], **more: Any) -> Item:
    """Describe a file of protected records: the first row is its headings."""
    text = "".join(f"{','.join(row)}\n" for row in rows)
    content = {
        "file_name": "records.csv", "media_type": "text/csv", "text": text, "columns": list(rows[0]),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    usual = {"kind": ItemKind.MICRODATA, "title": "Protected records", "content": content}
    return make_item({(): len(rows) - 1}, **(usual | more))


PLAN: dict[str, Any] = {
    "title": "Ways out", "summary": "How long help takes.", "question": "How long does help take?", "wanted": "Ages and sexes",
    "method": "Tables", "ethics_body": "Board of the university", "ethics_number": "2026/17", "ethics_on": date(2026, 9, 1),
    "begins": date(2026, 11, 1), "ends": date(2027, 10, 31), "funder": "nobody", "conflicts": "none",
}  # fmt: skip


def make_proposal(by: Viewer, *, now: datetime = NOW, colleagues: Sequence[int] = (), **more: Any) -> UUID:
    """Write a proposal and send it in."""
    proposal = write_proposal(Plan(**(PLAN | more)), colleagues=colleagues, by=by, now=now)
    submit_proposal(proposal, by=by, now=now)
    return proposal


def make_approved(by: Viewer, release: Release, *, office: tuple[Viewer, Viewer], **more: Any) -> UUID:
    """Let two of an office open a release to a new proposal."""
    proposal = make_proposal(by, **more)
    reviewer, second = office
    review_proposal(proposal, releases=[release.pk], words="Nobody stands out.", by=reviewer, now=NOW)
    grant_proposal(proposal, conditions="Keep it to yourselves.", by=second, now=NOW)
    return proposal


def make_release(
    *items: Item, by: Viewer, state: str = "published", now: datetime = NOW, **more: Any
) -> Release:
    """Keep a release of these items in some state, without the way there."""
    words: dict[str, Any] = {
        "number": f"R-2026-{Release.objects.count() + 1:04}", "title": "Persons identified in 2025", "purpose": "Annual report",
        "population": POPULATION, "period": ["2025"], "snapshot": "snapshot-1", "snapshot_hash": "a" * 64, "unit": "unit",
        "publisher": "Office of the rapporteur", "made_at": now, "made_by_id": by.known_user_id,
        "organisation_id": by.organisation_id, "audience": "public", "state": state, "digest": "d" * 64,
        "published_at": now if state in REGISTERED else None,
    }  # fmt: skip
    row = Release.objects.create(**(words | more))
    for at, item in enumerate(items):
        ReleaseItem.objects.create(release=row, position=at, kept=item.as_json(), digest=item.digest)
    return row


def make_table(**more: Any) -> Item:
    """Describe a table of age, sex and region, as `amparo table --json` writes it, with words in two languages."""
    ages, sexes, regions = ("0-17", "18+"), ("f", "m"), ("=North", "South")
    hidden = {("0-17", "m", "=North"): "primary", ("0-17", "m", "South"): "secondary",
              ("18+", "m", "=North"): "secondary", ("18+", "m", "South"): "secondary"}  # fmt: skip
    places = [
        (a, s, r) for a, s in [*((a, s) for a in ages for s in sexes), (None, None)] for r in (*regions, None)
    ]
    cells = [
        {
            "row": None if a is None else [a, s],
            "column": None if r is None else [r],
            "value": None if (a, s, r) in hidden else 10 * (at + 1),
            "status": hidden.get((a, s, r), "shown"),
        }
        for at, (a, s, r) in enumerate(places)
    ]
    content = {
        "counting_unit": "persons", "rows": ["age", "sex"], "columns": ["region"], "threshold": 10, "method": "suppress",
        "where": ["region is =North, South"], "cells": cells, "warnings": [],
        "labels": {
            "en": {"age": {"": "Age", "0-17": "Under 18", "18+": "18 or older"},
                   "sex": {"": "Sex", "f": "Women and girls", "m": "Men and boys"}, "region": {"": "Region"}},
            "ar": {"age": {"": "العمر", "0-17": "دون 18", "18+": "18 فأكثر"},
                   "sex": {"": "الجنس", "f": "نساء وفتيات", "m": "رجال وفتيان"},
                   "region": {"": "المنطقة", "=North": "الشمال", "South": "الجنوب"}},
        },
    }  # fmt: skip
    return make_item({(): 110}, **({"title": "Persons by age, sex and region", "content": content} | more))
