"""Which snapshots are kept, and what becomes of the others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from amparo.access.actions import Refused
from amparo.access.rules import Permission
from amparo.audit.models import Event
from amparo.evidence.actions import (
    build_snapshot,
    download_table,
    record_snapshot,
    remove_unused_snapshots,
    request_snapshot,
    show_table,
)
from amparo.evidence.actions.exporting import DRAFT
from amparo.evidence.models import Snapshot
from amparo.evidence.queries import Absent, get_snapshot, holding_of
from amparo.evidence.rules import NEWEST_KEPT, UNUSED_KEPT, SnapshotState, TableChoices
from tests.factories.accounts import NOW, make_viewer, sign_in
from tests.factories.evidence import BUILDER, make_many_cases, make_snapshot

pytestmark = pytest.mark.django_db
LATER = NOW + UNUSED_KEPT + timedelta(days=1)


@pytest.fixture(autouse=True)
def directory(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "facts").mkdir()
    with override_settings(AMPARO_FACTS_DIRECTORY=tmp_path / "facts"):
        yield tmp_path / "facts"


def make_newer_ones() -> None:
    """Write as many newer snapshots as are kept whatever becomes of them."""
    Snapshot.objects.bulk_create(
        Snapshot(made_at=LATER, day=LATER.date(), state=SnapshotState.READY) for _ in range(NEWEST_KEPT)
    )


def state_of(snapshot: UUID) -> SnapshotState:
    return get_snapshot(BUILDER, snapshot).state


def test_an_old_one_that_nobody_used_goes_and_its_link_says_so(directory: Path) -> None:
    snapshot = make_snapshot()
    make_newer_ones()
    assert remove_unused_snapshots(now=LATER) == 1
    assert remove_unused_snapshots(now=LATER) == 0
    assert not (directory / str(snapshot)).exists()
    assert state_of(snapshot) is SnapshotState.REMOVED
    assert Event.objects.filter(action="evidence.snapshot.remove", record=str(snapshot)).count() == 1
    browser = Client()
    sign_in(browser, make_viewer("national_rapporteur"))
    answer = browser.get(reverse("evidence:table"), {"rows": "sex", "snapshot": str(snapshot)}, follow=True)
    assert "Removed: no table was downloaded from it" in answer.content.decode()


def test_the_newest_are_kept_however_old() -> None:
    snapshot = make_snapshot()
    assert remove_unused_snapshots(now=LATER + timedelta(days=3650)) == 0
    assert state_of(snapshot) is SnapshotState.READY


def test_those_of_the_last_months_are_kept_however_many() -> None:
    snapshot = make_snapshot()
    make_newer_ones()
    assert remove_unused_snapshots(now=NOW + UNUSED_KEPT - timedelta(days=1)) == 0
    assert state_of(snapshot) is SnapshotState.READY


def test_of_two_snapshots_the_one_that_was_used_is_kept_since_its_first_use() -> None:
    make_many_cases(make_viewer("supervisor"), 20)
    used, other = make_snapshot(), make_snapshot()
    choices = TableChoices(table="person_case", rows=("sex",), snapshot=str(used))
    for at in (NOW, LATER):
        download_table(choices, "csv", by=BUILDER, now=at)
    assert {one.pk: one.used_at for one in Snapshot.objects.all()} == {used: NOW, other: None}


def test_who_may_only_look_takes_nothing_and_what_is_not_ready_shows_nothing() -> None:
    make_many_cases(make_viewer("supervisor"), 20)
    choices = TableChoices(table="person_case", rows=("sex",), snapshot=str(make_snapshot()))
    looking = replace(make_viewer("national_rapporteur"), permissions=frozenset({Permission.TABLES_VIEW}))
    with pytest.raises(Refused):
        download_table(choices, "csv", by=looking, now=NOW)
    assert show_table(choices, by=looking, now=NOW)
    Snapshot.objects.update(state=SnapshotState.BUILDING)
    with pytest.raises(Absent):
        show_table(choices, by=looking, now=NOW)


def test_a_table_that_was_downloaded_can_be_made_again_years_later() -> None:
    make_many_cases(make_viewer("supervisor"), 40)
    snapshot = make_snapshot()
    choices = TableChoices(table="person_case", rows=("sex",), snapshot=str(snapshot))
    before = numbers(download_table(choices, "csv", by=BUILDER, now=NOW).content)
    make_newer_ones()
    years_later = LATER + timedelta(days=3650)
    assert remove_unused_snapshots(now=years_later) == 0
    assert numbers(download_table(choices, "csv", by=BUILDER, now=years_later).content) == before


def numbers(content: bytes) -> list[bytes]:
    """Give all of a file but the number of its copy."""
    return [line for line in content.splitlines() if b"Amparo copy" not in line]


def test_files_that_a_killed_sweep_left_go_next_time(directory: Path) -> None:
    snapshot = make_snapshot()
    Snapshot.objects.update(state=SnapshotState.REMOVED)
    remove_unused_snapshots(now=NOW)
    assert not (directory / str(snapshot)).exists()


def test_what_a_killed_export_left_goes_after_a_day(directory: Path) -> None:
    snapshot = make_snapshot()
    old, new = (directory / f"{DRAFT}{name}" for name in ("old", "new"))
    for path in (old, new):
        path.mkdir()
        (path / "episode.parquet").write_bytes(b"facts")
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    os.utime(old, ((NOW - timedelta(days=2)).timestamp(),) * 2)
    remove_unused_snapshots(now=NOW)
    assert (old.exists(), new.exists()) == (False, True)
    assert holding_of(snapshot).tables


def test_one_whose_builder_was_lost_is_not_being_built_for_ever() -> None:
    snapshot = record_snapshot(by=BUILDER, now=NOW)
    Snapshot.objects.update(state=SnapshotState.BUILDING)
    remove_unused_snapshots(now=NOW + timedelta(hours=23))
    assert state_of(snapshot) is SnapshotState.BUILDING
    remove_unused_snapshots(now=NOW + timedelta(hours=25))
    assert state_of(snapshot) is SnapshotState.FAILED


def test_one_that_waits_without_a_job_is_ordered_again() -> None:
    """A command that was stopped leaves one behind; it must not be in the way of all that come after it."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    viewer = make_viewer("statistician")
    left = record_snapshot(by=BUILDER, now=NOW)
    assert [request_snapshot(by=viewer, now=NOW) for _ in range(3)] == [left] * 3
    assert ProcrastinateJob.objects.filter(args__snapshot=str(left)).count() == 1


def test_the_facts_are_those_of_the_day_on_which_they_are_read(directory: Path) -> None:
    friday = NOW - timedelta(days=3)
    snapshot = record_snapshot(by=BUILDER, now=friday)
    build_snapshot(snapshot, now=lambda: NOW)
    assert get_snapshot(BUILDER, snapshot).day == NOW.date()
    assert '"day": "2026-11-22"' in (directory / str(snapshot) / "metadata.json").read_text()


def test_the_page_says_what_is_kept() -> None:
    make_snapshot()
    browser = Client()
    sign_in(browser, make_viewer("national_rapporteur"))
    said = browser.get(reverse("evidence:snapshots")).content.decode()
    assert "is kept for good" in said
    assert "the newest 12 and those of the last 90 days are kept" in said
