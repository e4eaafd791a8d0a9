"""A snapshot is whole or not there, and the same however often its job runs."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings
from django.utils import timezone
from pyarrow import parquet

from amparo.access.actions import Changed, Refused, describe_act, get_act, known_by
from amparo.access.models import DualAct
from amparo.access.queries import viewer_for_membership
from amparo.access.rules import Permission
from amparo.accounts.models import Membership
from amparo.audit.models import Event
from amparo.evidence.actions import (
    AlreadyBuilding,
    ask_facts,
    build_snapshot,
    give_up_snapshot,
    record_snapshot,
    request_snapshot,
)
from amparo.evidence.actions import snapshots as building
from amparo.evidence.actions.exporting import collect_facts, export_facts
from amparo.evidence.actions.proposing_files import proposed_file
from amparo.evidence.actions.writing import digest_of
from amparo.evidence.commands import export_facts as command
from amparo.evidence.models import Snapshot
from amparo.evidence.queries import Absent, get_snapshot, latest_snapshot, list_snapshots
from amparo.evidence.queries.holdings import METADATA, directory_of
from amparo.evidence.rules import NotAsked
from amparo.vocab.facts import PERSON
from tests.agreeing import agree
from tests.factories.accounts import NOW, make_organisation, make_team, make_viewer
from tests.factories.cases import PERSON as AMINA
from tests.factories.cases import make_case, make_person_details
from tests.factories.evidence import BUILDER, make_many_cases, make_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def directory(tmp_path: Path) -> Iterator[Path]:
    with override_settings(AMPARO_FACTS_DIRECTORY=tmp_path / "facts"):
        yield tmp_path / "facts"


def test_a_snapshot_describes_itself(directory: Path) -> None:
    make_case(make_viewer("supervisor"), person=AMINA)
    snapshot = make_snapshot()
    about = json.loads((directory / str(snapshot) / "metadata.json").read_text())
    assert about["day"] == "2026-11-22"
    episodes = about["tables"]["episode"]
    assert (episodes["counting_unit"], episodes["rows"], episodes["persons"]) == ("episodes", 1, 1)
    sex = next(column for column in episodes["columns"] if column["name"] == "sex")
    assert (sex["present"], sex["labels"], sex["code_list"]["name"]) == (
        ["female"],
        {"female": "Female"},
        "sex",
    )


def test_nothing_personal_lies_in_the_files(directory: Path) -> None:
    reference = make_case(make_viewer("supervisor"), person=AMINA)
    snapshot = make_snapshot()
    stored = b"".join(path.read_bytes() for path in (directory / str(snapshot)).iterdir())
    whole = " ".join(
        str(parquet.read_table(path).to_pylist()) for path in (directory / str(snapshot)).glob("*.parquet")
    )
    for word in ("Amina", "Haddad", "أمينة", "99912345", "1998-04", "hotel", reference):
        assert word.encode() not in stored
        assert word not in whole


def test_the_same_facts_make_the_same_fingerprint_in_any_order() -> None:
    make_many_cases(make_viewer("supervisor"), 40)
    first, second = (get_snapshot(BUILDER, make_snapshot()) for _ in range(2))
    assert first.fingerprints == second.fingerprints
    make_case(make_viewer("supervisor"))
    assert (
        get_snapshot(BUILDER, make_snapshot()).fingerprints["person_case"]
        != first.fingerprints["person_case"]
    )


def test_two_snapshots_number_persons_differently(directory: Path) -> None:
    make_case(make_viewer("supervisor"))
    numbers = {
        parquet.read_table(directory / str(make_snapshot()) / f"{name}.parquet").column(PERSON).to_pylist()[0]
        for name in ("person_case", "episode")
        for _ in range(2)
    }
    assert len(numbers) == 4


def test_a_value_that_no_list_knows_is_not_passed_on(directory: Path) -> None:
    from tests.factories.cases import row_of

    case = row_of(make_case(make_viewer("supervisor")))
    type(case).objects.filter(pk=case.pk).update(deciding_body="Sister Maria of Lima")
    snapshot = make_snapshot()
    about = json.loads((directory / str(snapshot) / "metadata.json").read_text())["tables"]["person_case"]
    assert about["unlisted"] == {"deciding_body": 1}
    assert "Maria" not in str(
        parquet.read_table(directory / str(snapshot) / "person_case.parquet").to_pylist()
    )


@pytest.mark.parametrize("step", ["write_snapshot", "_keep_safe", "_finish"])
def test_p28_a_job_that_is_killed_and_run_again_twice_makes_one_snapshot(
    directory: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    make_case(make_viewer("supervisor"))
    snapshot = record_snapshot(by=BUILDER, now=NOW)

    class Killed(BaseException):
        """Stands for the end of the process: no handler of ours sees it."""

    def kill(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(building, step, kill)
        patched.setattr(shutil, "rmtree", lambda *args, **kwargs: None)
        for _ in range(2):
            with pytest.raises(Killed):
                build_snapshot(snapshot, now=lambda: NOW)
            assert latest_snapshot(BUILDER) is None
    build_snapshot(snapshot, now=lambda: NOW)
    build_snapshot(snapshot, now=lambda: NOW)
    assert [path.name for path in directory.iterdir()] == [str(snapshot)]
    found = latest_snapshot(BUILDER)
    assert found is not None
    assert (found.id, found.rows) == (snapshot, {"person_case": 1, "episode": 1})


def test_a_full_disk_leaves_nothing_half_written_and_says_so(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_case(make_viewer("supervisor"))
    earlier, snapshot, later = (record_snapshot(by=BUILDER, now=NOW) for _ in range(3))
    build_snapshot(earlier, now=lambda: NOW)

    def fill(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(building, "write_snapshot", fill)
    with pytest.raises(OSError, match="No space"):
        build_snapshot(snapshot, now=lambda: NOW)
    assert [path.name for path in directory.iterdir()] == [str(earlier)]
    assert "disk is full" in get_snapshot(BUILDER, snapshot).state.label
    build_snapshot(snapshot, now=lambda: NOW)  # what was given up is not tried again
    give_up_snapshot(earlier)
    states = [str(get_snapshot(BUILDER, one).state) for one in (earlier, later)]
    assert states == ["ready", "waiting"], "nor are the others given up"


def test_ordering_twice_gives_the_waiting_one() -> None:
    viewer = make_viewer("statistician")
    assert request_snapshot(by=viewer, now=NOW) == request_snapshot(by=viewer, now=NOW)
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    "role", ["national_rapporteur", "caseworker", "supervisor", "installation_administrator"]
)
def test_who_may_not_build_or_export_is_refused(role: str, tmp_path: Path) -> None:
    snapshot, viewer = make_snapshot(), make_viewer(role)
    Snapshot.objects.create(made_at=NOW, day=NOW.date(), state="waiting")  # of which they do not learn either
    for build in (request_snapshot, record_snapshot):
        with pytest.raises(Refused):
            build(by=viewer, now=NOW)
    with pytest.raises(Refused):
        export_facts(snapshot, tmp_path / "out", by=viewer, now=NOW)
    assert not (tmp_path / "out").exists()


def test_who_sees_no_tables_sees_no_snapshots() -> None:
    make_snapshot()
    assert latest_snapshot(make_viewer("caseworker")) is None
    assert latest_snapshot(make_viewer("national_rapporteur")) is not None
    with pytest.raises(Refused):
        list_snapshots(make_viewer("caseworker"))


def test_p35_facts_carry_their_copy_in_each_file_and_have_no_number_of_persons(tmp_path: Path) -> None:
    viewer = make_viewer("supervisor")
    make_case(viewer, person=make_person_details(sex="male"))
    snapshot, target = make_snapshot(), tmp_path / "out"
    assert export_facts(snapshot, target, by=BUILDER, now=NOW) == {"person_case": 1, "episode": 1}
    exported = parquet.read_table(target / "person_case.parquet")
    assert PERSON not in exported.column_names
    assert exported.column("sex").to_pylist() == ["male"]
    assert "NOT open data" in (target / "READ-ME-FIRST.txt").read_text()
    about = json.loads((target / "metadata.json").read_text())["tables"]["person_case"]
    assert about["sha256"] == digest_of(target / "person_case.parquet")
    event = Event.objects.filter(action="evidence.facts.export").latest("id")
    assert (event.record, event.count) == (str(snapshot), 2)
    taken = Event.objects.get(action="access.copy.take")
    number = taken.record.removeprefix("copy:")
    for path in target.iterdir():
        assert known_by(path.read_bytes())[0] == {number}, path.name
    assert (
        parquet.read_schema(target / "person_case.parquet").metadata[b"amparo"].decode()
        == f"Amparo copy {number}"
    )
    for name in ("person_case.parquet", "episode.parquet", "metadata.json"):
        assert f"digest:{digest_of(target / name)[:48]}" in taken.fields


def test_a_file_of_rows_is_proposed_by_who_prepares_releases_and_of_a_table_that_there_is() -> None:
    snapshot, statistician = make_snapshot(), make_viewer("statistician")
    reader = replace(statistician, permissions=statistician.permissions - {Permission.RELEASE_PREPARE})
    told = {"content": b"", "report": b"{}", "file_name": "rows.csv", "now": NOW}
    with pytest.raises(Refused):
        proposed_file(snapshot, "person_case", by=reader, **told)
    with pytest.raises(NotAsked, match="not in this snapshot"):
        proposed_file(snapshot, "no_such_table", by=statistician, **told)


@pytest.fixture
def agreed() -> UUID:
    """Let a statistician ask for the facts, and another of another team agree."""
    make_case(make_viewer("supervisor"))
    snapshot, office = make_snapshot(), make_organisation(kind="ministry")
    one, other = (make_viewer("statistician", organisation=office, team=make_team(office)) for _ in range(2))
    act = ask_facts(snapshot, by=one, now=NOW)
    agree(other)
    return act


def test_p17_facts_that_changed_are_neither_agreed_on_nor_taken(agreed: UUID, tmp_path: Path) -> None:
    act = DualAct.objects.get(pk=agreed)
    asking = viewer_for_membership(act.asked_membership, NOW)
    assert asking is not None
    snapshot = UUID(act.payload["snapshot"])
    waiting = get_act(asking, ask_facts(snapshot, by=asking, now=NOW))
    written = directory_of(snapshot) / METADATA
    written.write_text(json.dumps(json.loads(written.read_text()) | {"tables": {}}))
    with pytest.raises(Changed):
        describe_act(asking, waiting, now=NOW)
    with pytest.raises(Changed):
        collect_facts(agreed, BytesIO(), by=asking, now=NOW)
    Snapshot.objects.filter(pk=snapshot).update(state="removed")
    with pytest.raises(Absent):
        export_facts(snapshot, tmp_path / "out", by=BUILDER, now=NOW)


def test_p17_the_command_writes_nothing_on_one_persons_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_case(make_viewer("supervisor"))
    snapshot = make_snapshot()
    assert command(tmp_path / "out") == 2
    assert "Nobody agreed" in capsys.readouterr().err
    asking = make_viewer("statistician")
    ask_facts(snapshot, by=asking, now=NOW)
    assert command(tmp_path / "out") == 2
    assert not (tmp_path / "out").exists()


def test_what_two_agreed_on_is_written_once(
    agreed: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "mine.txt").write_text("keep")
    assert command(tmp_path / "mine") == 2
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["mine.txt"]
    assert command(tmp_path / "out") == 0
    assert "1 rows" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "READ-ME-FIRST.txt", "episode.parquet", "metadata.json", "person_case.parquet",
    ]  # fmt: skip
    event = Event.objects.filter(action="access.act.collect", record=f"act:{agreed}").get()
    assert event.via == "command"
    assert command(tmp_path / "again") == 2
    assert not (tmp_path / "again").exists()


def test_whose_role_has_ended_takes_nothing_out_by_the_command(agreed: UUID, tmp_path: Path) -> None:
    membership = DualAct.objects.get(pk=agreed).asked_membership
    Membership.objects.filter(pk=membership).update(until=timezone.localdate() - timedelta(days=1))
    assert command(tmp_path / "out") == 2
    assert not (tmp_path / "out").exists()


def test_while_one_is_built_another_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = record_snapshot(by=BUILDER, now=NOW)
    monkeypatch.setattr(building, "LOCK", 42)
    import psycopg
    from django.db import connection

    settings = connection.get_connection_params()
    settings.pop("cursor_factory", None)
    settings.pop("context", None)
    with psycopg.connect(**settings) as other:
        other.execute("SELECT pg_advisory_lock(42)")
        with pytest.raises(AlreadyBuilding):
            build_snapshot(snapshot, now=lambda: NOW)
    assert get_snapshot(BUILDER, snapshot).state == "waiting"
