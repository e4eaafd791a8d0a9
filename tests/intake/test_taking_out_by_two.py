"""More than 25 persons leave by two people: those very cases, to the one who asked, once."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import (
    Changed,
    NotWaiting,
    SecondPersonNeeded,
    approve_act,
    describe_act,
    get_act,
    refuse_act,
    shown,
)
from amparo.access.models import DualAct
from amparo.access.rules import Viewer
from amparo.audit.models import Event
from amparo.cases.models import Case
from amparo.cases.queries import CaseChoices
from amparo.intake.actions import ask_export, collect_workbook, export_workbook
from amparo.intake.htcds import FileFormat
from tests.clock import database_clock
from tests.factories.accounts import NOW, make_viewer, organisation_of, sign_in
from tests.factories.cases import make_case
from tests.factories.evidence import make_many_cases

pytestmark = pytest.mark.django_db
ASKED: dict[str, Any] = {
    "choices": CaseChoices(), "profile": "ods", "file_format": FileFormat.CSV, "with_consent_only": False,
}  # fmt: skip


@pytest.fixture
def viewer() -> Viewer:
    return make_viewer("supervisor")


def agree(act: Any, viewer: Viewer) -> None:
    head = make_viewer("organisation_administrator", organisation=organisation_of(viewer))
    found = get_act(head, act)
    approve_act(act, seen=shown(found, describe_act(head, found, now=NOW)), by=head, now=NOW)


def test_twenty_five_leave_alone_and_one_more_within_the_day_does_not(viewer: Viewer) -> None:
    make_many_cases(viewer, 25)
    assert export_workbook(**ASKED, stream=BytesIO(), by=viewer, now=NOW).cases == 25
    with pytest.raises(SecondPersonNeeded):
        export_workbook(
            **{**ASKED, "choices": CaseChoices(stage="intake")}, stream=BytesIO(), by=viewer, now=NOW
        )
    other = make_viewer("supervisor", organisation=organisation_of(viewer))
    assert export_workbook(**ASKED, stream=BytesIO(), by=other, now=NOW).cases == 25


def test_exactly_what_was_agreed_leaves_once(viewer: Viewer) -> None:
    make_many_cases(viewer, 26)
    with pytest.raises(SecondPersonNeeded):
        export_workbook(**ASKED, stream=BytesIO(), by=viewer, now=NOW)
    act = ask_export(**ASKED, by=viewer, now=NOW)
    with pytest.raises(NotWaiting):
        collect_workbook(act, stream=BytesIO(), by=viewer, now=NOW)
    later = make_case(viewer)
    agree(act, viewer)
    for stranger in (
        make_viewer("supervisor"),
        make_viewer("supervisor", organisation=organisation_of(viewer)),
    ):
        with pytest.raises(Http404):
            collect_workbook(act, stream=BytesIO(), by=stranger, now=NOW)
    with database_clock(timedelta(hours=24, seconds=1)), pytest.raises(NotWaiting):
        collect_workbook(act, stream=BytesIO(), by=viewer, now=NOW)
    taken, _format = collect_workbook(act, stream=BytesIO(), by=viewer, now=NOW)
    assert taken.cases == 26
    assert Case.objects.get(reference=later).timeline.filter(kind="exported").count() == 0
    with pytest.raises(NotWaiting):
        collect_workbook(act, stream=BytesIO(), by=viewer, now=NOW)
    assert Event.objects.get(action="intake.workbook.release").count == 26


def test_what_went_out_of_reach_is_not_taken(viewer: Viewer) -> None:
    make_many_cases(viewer, 3)
    act = ask_export(**ASKED, by=viewer, now=NOW)
    agree(act, viewer)
    elsewhere = organisation_of(make_viewer("supervisor"))
    Case.objects.filter(pk=Case.objects.values("pk")[:1]).update(organisation=elsewhere)
    with pytest.raises(Changed):
        collect_workbook(act, stream=BytesIO(), by=viewer, now=NOW)
    assert DualAct.objects.get().collected_at is None


def test_refused_nothing_leaves(viewer: Viewer) -> None:
    make_many_cases(viewer, 2)
    act = ask_export(**ASKED, by=viewer, now=NOW)
    head = make_viewer("organisation_administrator", organisation=organisation_of(viewer))
    refuse_act(act, by=head, now=NOW)
    with pytest.raises(NotWaiting):
        collect_workbook(act, stream=BytesIO(), by=viewer, now=NOW)


def test_on_the_page() -> None:
    viewer = make_viewer("supervisor", now=timezone.now())
    make_many_cases(viewer, 26)
    browser = sign_in(Client(), viewer)
    sent = {"profile": "ods", "file_format": "csv", "include_without_consent": "on"}
    answer = browser.post(reverse("intake:export"), sent, follow=True).content.decode()
    assert "26 persons" in answer
    act = DualAct.objects.get()
    agree(act.pk, viewer)
    page = browser.get(reverse("accounts:act", args=[act.pk])).content.decode()
    assert reverse("intake:collect", args=[act.pk]) in page
    file = browser.post(reverse("intake:collect", args=[act.pk]))
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert browser.post(reverse("intake:collect", args=[act.pk])).status_code == 302
