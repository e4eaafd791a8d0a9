"""Studies of prevalence: persons are counted once, small overlaps stay hidden, and the same study has the same digits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import override

from amparo.access.rules import Permission, Viewer
from amparo.accounts.models import Organisation
from amparo.audit.models import Event
from amparo.cases.models import Case
from amparo.evidence.actions import (
    Hidden,
    TooFew,
    download_report,
    remove_unused_snapshots,
    repeat_study,
    request_study,
    run_ordered_study,
    show_overlaps,
    stop_study,
    studying,
)
from amparo.evidence.models import Snapshot, Study
from amparo.evidence.queries import compare_studies, get_study, holding_of, list_studies
from amparo.evidence.queries.overlaps import count_overlaps, studied
from amparo.evidence.rules import NotAsked, StudyChoices, StudyState
from amparo.evidence.rules.studies import digest_of_lists, public_mark
from tests.factories.accounts import NOW, make_organisation, make_viewer, sign_in
from tests.factories.cases import make_case, row_of
from tests.factories.evidence import make_linked_snapshot, make_many_cases, make_snapshot

pytestmark = pytest.mark.django_db

LISTS = (("law_enforcement",), ("ngo",), ("shelter",))
HISTORIES = {
    ("law_enforcement",): 90,
    ("ngo",): 120,
    ("shelter",): 60,
    ("law_enforcement", "ngo"): 24,
    ("law_enforcement", "shelter"): 13,
    ("ngo", "shelter"): 31,
    ("law_enforcement", "ngo", "shelter"): 3,
}


@pytest.fixture(autouse=True)
def directory(tmp_path: Path) -> Iterator[Path]:
    with override_settings(AMPARO_FACTS_DIRECTORY=tmp_path / "facts"):
        yield tmp_path / "facts"


def chosen(snapshot: UUID, **changes: Any) -> StudyChoices:
    asked: dict[str, Any] = {"snapshot": str(snapshot), "lists": LISTS, "methods": ("chao",)}
    return StudyChoices(**asked | {"replicates": 200} | changes)


@pytest.fixture
def rapporteur() -> Viewer:
    return make_viewer("national_rapporteur")


@pytest.fixture
def snapshot() -> UUID:
    return make_linked_snapshot(HISTORIES)


def run(choices: StudyChoices, by: Viewer) -> UUID:
    study = request_study(choices, by=by, now=NOW)
    run_ordered_study(study, now=lambda: NOW)
    return study


# -- counting --------------------------------------------------------------------------------------------------------------


def test_a_person_with_cases_in_two_kinds_of_organisations_is_on_both_lists_once() -> None:
    worker = make_viewer("supervisor")
    make_many_cases(worker, 6)
    first = row_of(make_case(worker))
    second = row_of(make_case(worker, existing_person=first.person_id))
    shelter = make_organisation(kind="shelter")
    Case.objects.filter(pk=second.pk).update(organisation_id=shelter.pk)
    kind = Organisation.objects.get(pk=first.organisation_id).kind
    table = count_overlaps(
        chosen(snapshot := make_snapshot(), lists=((kind,), ("shelter",))), holding_of(snapshot)
    )
    agreed = Case.objects.filter(consent="yes").values("person_id").distinct().count()
    assert table.lists == tuple(sorted((kind, "shelter")))
    assert (table.observed, table.repeated) == (agreed, 1)


def test_counts_are_those_of_the_histories(snapshot: UUID) -> None:
    table = count_overlaps(chosen(snapshot), holding_of(snapshot))
    assert dict(table.cells()) == HISTORIES


def test_a_joined_list_holds_who_is_on_any_of_its_kinds(snapshot: UUID) -> None:
    joined = chosen(snapshot, lists=(("law_enforcement",), ("shelter", "ngo")))
    table = count_overlaps(joined, holding_of(snapshot))
    assert table.lists == ("law_enforcement", "ngo+shelter")
    assert table.counts.tolist() == [0, 90, 211, 40]


def test_the_order_of_choosing_changes_nothing(snapshot: UUID) -> None:
    assert chosen(snapshot, lists=LISTS[::-1]) == chosen(snapshot)


def test_cases_outside_the_period_do_not_count(snapshot: UUID) -> None:
    with pytest.raises(NotAsked):
        count_overlaps(chosen(snapshot, first_year="9 or 1"), holding_of(snapshot))
    assert count_overlaps(chosen(snapshot, first_year="2026"), holding_of(snapshot)).observed == 0
    assert count_overlaps(chosen(snapshot, last_year="2025"), holding_of(snapshot)).observed == 341


@pytest.mark.parametrize(
    "changes",
    [
        {"lists": (("ngo",),)},
        {"lists": (("ngo",), ("ngo", "shelter"))},
        {"lists": tuple((f"kind_{number}",) for number in range(7))},
        {"first_year": "2026", "last_year": "2025"},
        {"seed": -1},
        {"level": 42},
    ],
)
def test_choices_that_make_no_study_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NotAsked):
        chosen(UUID(int=1), **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"lists": (("ngo",), ("Sister Maria",))},
        {"only": (("sex", "Maria"),)},
        {"only": (("year_opened", "2024"),)},
    ],
)
def test_what_is_no_code_is_neither_counted_nor_logged(
    snapshot: UUID, rapporteur: Viewer, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotAsked, match="not in this snapshot"):
        request_study(chosen(snapshot, **changes), by=rapporteur, now=NOW)
    assert not Event.objects.filter(fields__icontains="Maria").exists()


def test_all_that_was_asked_stands_in_the_log(snapshot: UUID, rapporteur: Viewer) -> None:
    joined = chosen(
        snapshot,
        lists=(("law_enforcement", "shelter"), ("ngo",)),
        only=(("sex", "female"),),
        first_year="2024",
        last_year="2025",
    )
    show_overlaps(joined, by=rapporteur, now=NOW)
    (event,) = Event.objects.filter(action="evidence.overlaps.view")
    assert event.fields == [
        "list:1=law_enforcement",
        "list:1=shelter",
        "list:2=ngo",
        "only:sex=female",
        "years:opened=2024-2025",
    ]


# -- hiding ----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_small_overlap_is_hidden_before_and_after(snapshot: UUID, rapporteur: Viewer) -> None:
    shown = show_overlaps(chosen(snapshot), by=rapporteur, now=NOW).overlaps
    three = dict(shown.histories)["law_enforcement", "ngo", "shelter"]
    assert three.value is None
    row = Study.objects.get(pk=run(chosen(snapshot), rapporteur))
    kept = {tuple(one["lists"]): one["value"] for one in row.result["lists"]["histories"]}
    assert len(kept) == 7
    assert [value for names, value in kept.items() if len(names) == 3] == [None]


def test_fewer_people_than_the_threshold_make_no_study(rapporteur: Viewer) -> None:
    few = make_linked_snapshot({("ngo",): 3, ("ngo", "shelter"): 1})
    for ask in (show_overlaps, request_study):
        with pytest.raises(TooFew):
            ask(chosen(few, lists=(("ngo",), ("shelter",))), by=rapporteur, now=NOW)
    assert issubclass(TooFew, Hidden)


def test_the_fingerprint_that_is_shown_cannot_be_tried_out(snapshot: UUID, rapporteur: Viewer) -> None:
    study = run(chosen(snapshot), rapporteur)
    row, file = Study.objects.get(pk=study), get_study(rapporteur, study)
    table = count_overlaps(chosen(snapshot), holding_of(snapshot))
    assert row.fingerprint == digest_of_lists(table.lists, table.counts.tolist())
    told = json.dumps([row.result, row.report]) + file.mark
    for secret in (row.fingerprint[:16], table.fingerprint()[:16]):
        assert secret not in told
    assert file.mark in json.dumps(row.report)
    assert file.mark != public_mark(row.fingerprint, secret="another")
    Snapshot.objects.filter(pk=snapshot).update(tables={})
    assert get_study(rapporteur, study).mark == "", "without a secret anybody could try it out"


def test_very_few_on_two_lists_are_not_counted_out_loud(rapporteur: Viewer) -> None:
    thin = make_linked_snapshot({("ngo",): 40, ("shelter",): 40, ("ngo", "shelter"): 3})
    shown = show_overlaps(chosen(thin, lists=(("ngo",), ("shelter",))), by=rapporteur, now=NOW)
    assert any("Very few" in str(one) for one in shown.warnings)
    assert not any("3 people" in str(one) for one in shown.warnings)


# -- computing -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_study_run_again_has_the_same_digits(snapshot: UUID, rapporteur: Viewer) -> None:
    first = run(chosen(snapshot, methods=("chao", "stepwise")), rapporteur)
    second = repeat_study(first, by=rapporteur, now=NOW + timedelta(hours=1))
    run_ordered_study(second, now=lambda: NOW)
    found = compare_studies(rapporteur, first, second)
    assert (found.is_equal, found.same_data, found.same_choices, found.versions) == (True, True, True, ())
    estimates = {one["method"]: one for one in Study.objects.get(pk=second).result["estimates"]}
    assert estimates["chao"]["estimate"] == pytest.approx(341 + 270 * 269 / (2 * 69), rel=0.01)


def test_another_digit_or_version_is_told(snapshot: UUID, rapporteur: Viewer) -> None:
    first = run(chosen(snapshot), rapporteur)
    second = run(chosen(snapshot), rapporteur)
    row = Study.objects.get(pk=second)
    row.result["estimates"][0]["estimate"] += 1e-9
    row.result["versions"]["numpy"] = "0.1"
    row.save(update_fields=["result"])
    found = compare_studies(rapporteur, first, second)
    assert (found.is_equal, found.methods) == (False, ("chao",))
    assert [name for name, _before, _now in found.versions] == ["numpy"]


def test_the_snapshot_of_a_study_is_kept_for_good(snapshot: UUID, rapporteur: Viewer) -> None:
    for _ in range(13):
        Snapshot.objects.create(made_at=NOW + timedelta(days=1), day=NOW.date(), state="ready")
    stop_study(request_study(chosen(snapshot), by=rapporteur, now=NOW), by=rapporteur, now=NOW)
    request_study(chosen(snapshot), by=rapporteur, now=NOW + timedelta(days=1))
    assert [one.used_at for one in Snapshot.objects.exclude(used_at=None)] == [NOW]
    remove_unused_snapshots(now=NOW + timedelta(days=400))
    assert Snapshot.objects.get(pk=snapshot).state == "ready"


def test_no_study_is_made_of_a_snapshot_that_is_not_ready(snapshot: UUID, rapporteur: Viewer) -> None:
    Snapshot.objects.filter(pk=snapshot).update(state="building")
    with pytest.raises(Http404):
        request_study(chosen(snapshot), by=rapporteur, now=NOW)
    with pytest.raises(Http404):
        show_overlaps(chosen(snapshot), by=rapporteur, now=NOW)
    with pytest.raises(NotAsked, match="no person-cases"):
        studied(replace(holding_of(snapshot), tables={}))


def test_only_studies_that_are_done_are_compared_and_their_report_taken(
    snapshot: UUID, rapporteur: Viewer
) -> None:
    study = request_study(chosen(snapshot), by=rapporteur, now=NOW)
    assert get_study(rapporteur, study).mark == ""
    with pytest.raises(Http404):
        compare_studies(rapporteur, study, study)
    with pytest.raises(Http404):
        download_report(study, by=make_viewer("statistician"), now=NOW)


def test_one_study_computed_stopped_or_taken_leaves_the_others_as_they_are(snapshot: UUID) -> None:
    people = [make_viewer("statistician") for _ in range(4)]
    waiting, running, done, stopped = (request_study(chosen(snapshot), by=one, now=NOW) for one in people)
    Study.objects.filter(pk=running).update(state=StudyState.RUNNING, started_at=NOW)
    others = Study.objects.filter(pk__in=[waiting, running]).order_by("pk")
    before = list(others.values())
    run_ordered_study(done, now=lambda: NOW)
    run_ordered_study(done, now=lambda: NOW + timedelta(days=1))
    stop_study(done, by=people[2], now=NOW)
    stop_study(stopped, by=people[3], now=NOW)
    download_report(done, by=people[2], now=NOW)
    Study.objects.filter(pk=done).update(started_at=NOW - timedelta(days=2))
    assert studying.give_up_lost_studies(started_before=NOW, now=NOW) == 0
    assert list(others.all().values()) == before
    assert [Study.objects.get(pk=one).state for one in (done, stopped)] == ["done", "cancelled"]
    assert Study.objects.get(pk=done).finished_at == NOW


def test_only_one_unfinished_study_a_person(snapshot: UUID, rapporteur: Viewer) -> None:
    first = request_study(chosen(snapshot), by=rapporteur, now=NOW)
    with pytest.raises(NotAsked):
        request_study(chosen(snapshot), by=rapporteur, now=NOW)
    stop_study(first, by=rapporteur, now=NOW)
    request_study(chosen(snapshot), by=rapporteur, now=NOW)


def test_a_study_that_is_stopped_stays_stopped(
    snapshot: UUID, rapporteur: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = request_study(chosen(snapshot), by=rapporteur, now=NOW)
    counting = studying.counted_overlaps

    def stopped_meanwhile(choices: StudyChoices) -> Any:
        stop_study(study, by=rapporteur, now=NOW)
        return counting(choices)

    monkeypatch.setattr(studying, "counted_overlaps", stopped_meanwhile)
    monkeypatch.setattr(studying, "kept_result", partial(pytest.fail, "it was computed to its end"))
    for _ in range(2):
        run_ordered_study(study, now=lambda: NOW)
    row = Study.objects.get(pk=study)
    assert (row.state, row.result) == (StudyState.CANCELLED, {})


@pytest.mark.parametrize("fault", [None, ZeroDivisionError])
def test_a_study_that_is_stopped_at_its_very_end_is_neither_done_nor_failed(
    snapshot: UUID, rapporteur: Viewer, monkeypatch: pytest.MonkeyPatch, fault: type[Exception] | None
) -> None:
    study = request_study(chosen(snapshot), by=rapporteur, now=NOW)
    keeping = studying.kept_result

    def stopped_meanwhile(computed: Any) -> Any:
        stop_study(study, by=rapporteur, now=NOW)
        if fault is not None:
            raise fault
        return keeping(computed)

    monkeypatch.setattr(studying, "kept_result", stopped_meanwhile)
    with nullcontext() if fault is None else pytest.raises(fault):
        run_ordered_study(study, now=lambda: NOW)
    row = Study.objects.get(pk=study)
    assert (row.state, row.result, row.fault) == (StudyState.CANCELLED, {}, {})


def test_nobody_stops_the_study_of_another(snapshot: UUID, rapporteur: Viewer) -> None:
    study = request_study(chosen(snapshot), by=rapporteur, now=NOW)
    with pytest.raises(Http404):
        stop_study(study, by=make_viewer("statistician"), now=NOW)
    assert Study.objects.get(pk=study).state == StudyState.WAITING


def test_a_study_that_fails_says_why(
    snapshot: UUID, rapporteur: Viewer, monkeypatch: pytest.MonkeyPatch, directory: Path
) -> None:
    told, wrong = (
        request_study(chosen(snapshot), by=by, now=NOW) for by in (rapporteur, make_viewer("statistician"))
    )
    (directory / str(snapshot) / "metadata.json").rename(directory / "away")
    run_ordered_study(told, now=lambda: NOW)
    assert "are not where this server looks" in get_study(rapporteur, told).fault["template"]
    (directory / "away").rename(directory / str(snapshot) / "metadata.json")

    def broken(*args: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(studying, "kept_result", broken)
    with pytest.raises(ZeroDivisionError):
        run_ordered_study(wrong, now=lambda: NOW)
    row = Study.objects.get(pk=wrong)
    assert (row.state, "run it again" in row.fault["template"]) == (StudyState.FAILED, True)


def test_a_fault_of_the_database_is_told_as_what_it_was(
    snapshot: UUID, rapporteur: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = request_study(chosen(snapshot), by=rapporteur, now=NOW)

    def broken(*args: Any) -> Any:
        transaction.set_rollback(True)
        raise ZeroDivisionError

    monkeypatch.setattr(studying, "kept_result", broken)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        run_ordered_study(study, now=lambda: NOW)


def test_a_study_whose_worker_was_lost_is_given_up(snapshot: UUID, rapporteur: Viewer) -> None:
    study = request_study(chosen(snapshot), by=rapporteur, now=NOW)
    Study.objects.filter(pk=study).update(state=StudyState.RUNNING, started_at=NOW)
    remove_unused_snapshots(now=NOW + timedelta(hours=23))
    assert Study.objects.get(pk=study).state == StudyState.RUNNING
    remove_unused_snapshots(now=NOW + timedelta(hours=25))
    assert Study.objects.get(pk=study).state == StudyState.FAILED


# -- pages -----------------------------------------------------------------------------------------------------------------


def client(viewer: Viewer) -> Client:
    browser = Client()
    sign_in(browser, viewer)
    return browser


def asked(snapshot: UUID, **changes: str) -> dict[str, Any]:
    lists = {"list-law_enforcement": "own", "list-ngo": "own", "list-shelter": "own"}
    usual = {"methods": ["chao"], "level": "95", "replicates": "200", "seed": "1"}
    return {"snapshot": str(snapshot), **lists, **usual, **changes}


@pytest.mark.slow
def test_lists_are_chosen_seen_ordered_and_read_on_pages(snapshot: UUID, rapporteur: Viewer) -> None:
    browser = client(rapporteur)
    address = reverse("evidence:study-new")
    assert b"A list of its own" in browser.get(address).content
    seen = browser.get(address, asked(snapshot)).content.decode()
    assert "people on these lists" in seen
    assert "hidden (a)" in seen
    ordered = browser.post(address, asked(snapshot))
    study = Study.objects.get()
    assert ordered["Location"] == reverse("evidence:study", args=[study.id])
    assert b"is being computed" in browser.get(ordered["Location"]).content
    run_ordered_study(study.id, now=lambda: NOW)
    page = browser.get(ordered["Location"]).content.decode()
    for words in (
        "341",
        "lower bound",
        "Missed links make every estimate too high",
        "<svg role=",
        "hidden (a)",
    ):
        assert words in page
    again = browser.post(reverse("evidence:study-again", args=[study.id]))
    run_ordered_study(UUID(again["Location"].split("/")[-2]), now=lambda: NOW)
    assert b"Every digit is the same." in browser.get(again["Location"]).content
    compared = browser.get(
        reverse("evidence:study-compare", args=[again["Location"].split("/")[-2], study.id])
    )
    assert b"Every digit is the same." in compared.content
    assert study.id.hex[:8] in browser.get(reverse("evidence:studies")).content.decode()


def test_lists_that_bear_no_study_are_refused_with_words(snapshot: UUID, rapporteur: Viewer) -> None:
    browser = client(rapporteur)
    alone = asked(snapshot, **{"list-ngo": "", "list-shelter": ""})
    for answer in (
        browser.get(reverse("evidence:study-new"), alone),
        browser.post(reverse("evidence:study-new"), alone),
    ):
        assert b"Fewer than two lists are chosen" in answer.content
    assert not Study.objects.exists()


@pytest.mark.slow
def test_each_copy_of_a_report_has_its_number_and_is_logged(snapshot: UUID, rapporteur: Viewer) -> None:
    study = run(chosen(snapshot, methods=("chao",)), rapporteur)
    copies = [download_report(study, by=rapporteur, now=NOW)]
    with override("ar"):
        copies.append(download_report(study, by=rapporteur, now=NOW))
    assert [b"/Lang(ar)" in copy.content for copy in copies] == [False, True]
    assert all(copy.content.startswith(b"%PDF") for copy in copies)
    said = json.dumps(Study.objects.get(pk=study).report["ar"], ensure_ascii=False)
    assert "Shelter" not in said
    assert "مأوى" in said
    logged = Event.objects.filter(action="evidence.study.download").order_by("id")
    assert [event.count for event in logged] == [1, 2]
    with pytest.raises(Http404):
        download_report(request_study(chosen(snapshot), by=rapporteur, now=NOW), by=rapporteur, now=NOW)


def test_without_the_right_to_tables_there_are_no_studies(snapshot: UUID, rapporteur: Viewer) -> None:
    study = run(chosen(snapshot), rapporteur)
    outsider = replace(make_viewer("national_rapporteur"), permissions=frozenset())
    looking = replace(outsider, permissions=frozenset({Permission.TABLES_VIEW}))
    for ask in (
        lambda: list_studies(outsider),
        lambda: get_study(outsider, study),
        lambda: compare_studies(outsider, study, study),
        lambda: show_overlaps(chosen(snapshot), by=outsider, now=NOW),
        lambda: request_study(chosen(snapshot), by=outsider, now=NOW),
        lambda: download_report(study, by=looking, now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            ask()
