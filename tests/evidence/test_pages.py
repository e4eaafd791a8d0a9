"""The pages of figures: what they show, what they hide, and to whom."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from amparo.access.models import DualAct
from amparo.access.rules import ROLES
from amparo.audit.models import Event
from amparo.cases.actions import open_cases
from amparo.cases.models import Episode
from amparo.evidence.actions import showing
from amparo.evidence.models import Snapshot
from tests.factories.accounts import NOW, make_viewer, sign_in
from tests.factories.cases import EPISODE, make_person_details
from tests.factories.evidence import make_many_cases, make_snapshot, new_case

pytestmark = pytest.mark.django_db
SECRETS = (4, 3)  # what the small cells of `counted` hold


@pytest.fixture(autouse=True)
def directory(tmp_path: Path) -> Iterator[Path]:
    with override_settings(AMPARO_FACTS_DIRECTORY=tmp_path / "facts"):
        yield tmp_path / "facts"


def client(role: str) -> Client:
    browser = Client()
    sign_in(browser, make_viewer(role))
    return browser


def counted() -> None:
    """Make 71 women of Syria, 32 men of Syria, 4 men of Nigeria and 67 women of Nigeria."""
    worker = make_viewer("supervisor")
    for citizenship, sex, number in (
        ("SY", "female", 71),
        ("SY", "male", 32),
        ("NG", "male", 4),
        ("NG", "female", 67),
    ):
        person = make_person_details(citizenships=(citizenship,), sex=sex)
        open_cases(new=[new_case(person=person)] * number, by=worker, now=NOW)
    make_snapshot()


def address(name: str = "table", **choices: str) -> str:
    return f"{reverse(f'evidence:{name}')}?{urlencode(choices)}"


BY_SEX = {"table": "person_case", "rows": "citizenship", "columns": "sex"}


def test_a_table_is_a_link() -> None:
    counted()
    answer = client("national_rapporteur").get(address(**BY_SEX))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Person-cases by citizenship, and by sex" in text
    assert text.count("hidden (a)") >= 1
    assert ">174<" in text


def test_a_hidden_number_is_nowhere_in_the_bytes() -> None:
    counted()
    browser = client("national_rapporteur")
    page = browser.get(address(**BY_SEX)).content.decode()
    shown = re.findall(r">(\d+)<", page[page.index('id="numbers"') : page.index("</table>")])
    assert shown == ["103", "71", "174"] or "4" not in shown
    # 4 is hidden for itself; three more keep it from being worked out: no two of them are shown in one row or column.
    chart = page[page.index("<svg") : page.index("</svg>")]
    for number in ("4", "67", "32", "71"):
        if number not in shown:
            assert f": {number};" not in chart
            assert f">{number} " not in chart
            assert f" {number}," not in chart
    assert "4" not in shown
    sheet = browser.get(address("download", **BY_SEX, format="csv")).content.decode("utf-8-sig")
    table = sheet.split("\r\n\r\n")[0]
    numbers = {cell for line in table.splitlines() for cell in line.split(",")}
    assert not numbers & ({"4", "67", "32", "71"} - set(shown))
    book = load_workbook(io.BytesIO(browser.get(address("download", **BY_SEX, format="xlsx")).content))
    cells = {str(cell.value) for row in book["Table"].iter_rows() for cell in row}
    assert not cells & ({"4", "67", "32", "71"} - set(shown))


def test_bars_of_hidden_numbers_have_one_length() -> None:
    counted()
    page = client("national_rapporteur").get(address(**BY_SEX)).content.decode()
    assert set(re.findall(r'width="([\d.]+)%" height="\d+" fill="url\(#chart-hidden\)"', page)) == {"14.00"}


def test_p35_a_download_says_what_it_counts_and_which_copy_it_is() -> None:
    counted()
    browser = client("national_rapporteur")
    answer = browser.get(address("download", **BY_SEX, format="xlsx"))
    taken = Event.objects.get(action="access.copy.take")
    number = taken.record.removeprefix("copy:")
    assert answer["Content-Disposition"] == f'attachment; filename="figure-2026-11-22-{number}.xlsx"'
    assert f"digest:{hashlib.sha256(answer.content).hexdigest()[:48]}" in taken.fields
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Table", "About"]
    about = {str(row[0].value): str(row[1].value) for row in book["About"].iter_rows()}
    assert about["Copy"] == book.properties.description == f"Amparo copy {number}"
    assert about["As of"] == "November 22, 2026" or about["As of"] == "22 November 2026"
    assert about["Threshold"] == "5"
    assert about["Method"] == "Hide small numbers"
    assert "once for each of her cases" in about["Definition"]
    assert about["Snapshot"] == str(Snapshot.objects.get().pk)
    rows = [[cell.value for cell in row] for row in book["Table"].iter_rows()]
    assert rows[0][0] == "Citizenship"
    assert rows[-1][0] == "Total"
    assert rows[-1][-1] == 174


def test_every_table_that_is_asked_for_is_logged() -> None:
    counted()
    browser = client("national_rapporteur")
    browser.get(address(**BY_SEX, **{"only-year_opened": "2026"}))
    event = Event.objects.filter(action="evidence.table.view").latest("id")
    assert event.fields == [
        "table:person_case", "rows:citizenship", "columns:sex", "only:year_opened=2026", "method:suppress",
    ]  # fmt: skip
    assert event.persons == []
    browser.get(address("download", **BY_SEX, format="csv"))
    assert Event.objects.filter(action="evidence.table.download").count() == 1


def test_a_filter_that_leaves_too_few_hides_the_whole_table() -> None:
    counted()
    choices = {**BY_SEX, "rows": "year_opened", "columns": "", "only-citizenship": "NG", "only-sex": "male"}
    text = client("national_rapporteur").get(address(**choices)).content.decode()
    assert "Fewer than 5 people, or nobody, meet these conditions" in text
    assert (
        "<svg" not in text[text.index("<main") :].split("</main>")[0].replace("amparo-icon", "")
        or "amparo-chart" not in text
    )
    assert 'id="numbers"' not in text


def test_many_episodes_of_few_people_are_hidden() -> None:
    worker = make_viewer("supervisor")
    make_many_cases(worker, 40)
    episodes = tuple(EPISODE for _ in range(7))
    lone = make_person_details(sex="intersex")
    open_cases(new=[new_case(person=lone, episodes=episodes)], by=worker, now=NOW)
    make_snapshot()
    browser = client("national_rapporteur")
    by_sex = {"table": "episode", "rows": "sex"}
    page = browser.get(address(**by_sex)).content.decode()
    numbers = page[page.index('id="numbers"') :]
    assert re.search(r"Intersex</th><td[^>]*>hidden \(a\)", numbers)
    assert "speaks of fewer than 5 different people" in page
    rounded = browser.get(address(**by_sex, method="round")).content.decode()
    assert "which rounding does not hide" in rounded


def test_a_set_of_codes_is_counted_one_code_at_a_time_and_unknown_is_no_no() -> None:
    worker = make_viewer("supervisor")
    for means, number in ((("deception",), 6), (("fraud",), 7), (("unknown",), 8), ((), 9)):
        case = new_case(person=make_person_details(), episodes=(replace(EPISODE, means=means),))
        open_cases(new=[case] * number, by=worker, now=NOW)
    make_snapshot()
    page = client("statistician").get(address(table="episode", rows="means:deception")).content.decode()
    lines = re.findall(r'<th scope="row">([^<]+)</th><td class="amparo-number">(\d+)', page)
    assert dict(lines) == {"Yes": "6", "No": "7", "Not known": "8", "Not asked": "9", "Total": "30"}


def test_rounding_shows_multiples_that_add_up() -> None:
    counted()
    page = client("statistician").get(address(**BY_SEX, method="round")).content.decode()
    numbers = page[page.index('id="numbers"') :]
    values = [int(value) for value in re.findall(r'<td class="amparo-number">(\d+)', numbers)]
    assert len(values) == 9
    assert all(value % 5 == 0 for value in values)
    assert "hidden (" not in numbers


def test_what_cannot_be_asked_is_answered_in_words() -> None:
    counted()
    browser = client("national_rapporteur")
    for choices in (
        {"rows": "nothing"},
        {"rows": "sex", "columns": "sex"},
        {"rows": "means"},
        {"rows": "sex", "method": "trust"},
        {"rows": "sex", "only-sex": "everything' OR 1=1"},
        {"rows": "person_key"},
        {"rows": ""},
    ):
        answer = browser.get(address(**{"table": "person_case", **choices}))
        text = answer.content.decode()
        assert answer.status_code == 200
        assert 'id="numbers"' not in text, choices
        assert "Choose" in text
        assert "invalid" not in text.lower().replace("aria-invalid", "")


def test_facts_that_no_app_offers_give_those_that_are_offered() -> None:
    make_many_cases(make_viewer("supervisor"), 6)
    make_snapshot()
    answer = client("national_rapporteur").get(address(table="audit_event", rows="sex"))
    assert "Person-cases by sex" in answer.content.decode()


@pytest.mark.parametrize("snapshot", ["no-id", "00000000-0000-0000-0000-000000000000"])
def test_a_snapshot_that_is_not_there_is_absent(snapshot: str) -> None:
    make_snapshot()
    assert client("national_rapporteur").get(address(**BY_SEX, snapshot=snapshot)).status_code == 404


def test_who_sees_figures() -> None:
    make_many_cases(make_viewer("supervisor"), 20)
    make_snapshot()
    for role in ROLES:
        seen = 200 if role in ("national_rapporteur", "statistician") else 403
        browser = client(role)
        for name in ("tables", "snapshots"):
            assert browser.get(reverse(f"evidence:{name}")).status_code == seen
        assert browser.get(address(table="person_case", rows="sex")).status_code == seen
        assert (
            browser.get(address("download", table="person_case", rows="sex", format="csv")).status_code
            == seen
        )


def test_only_a_statistician_orders_snapshots_and_takes_facts_out() -> None:
    make_many_cases(make_viewer("supervisor"), 6)
    make_snapshot()
    snapshot = Snapshot.objects.get()
    facts = reverse("evidence:facts", args=[snapshot.pk])
    rapporteur = client("national_rapporteur")
    assert rapporteur.post(reverse("evidence:snapshots")).status_code == 403
    assert rapporteur.get(facts).status_code == 403
    assert (
        "Take out the facts"
        not in rapporteur.get(reverse("evidence:snapshot", args=[snapshot.pk])).content.decode()
    )
    statistician = client("statistician")
    assert statistician.post(reverse("evidence:snapshots")).status_code == 302
    assert Snapshot.objects.count() == 2
    assert "no open data" in statistician.get(facts).content.decode()
    refused = statistician.post(facts, {})
    assert refused.status_code == 200
    assert statistician.post(facts, {"is_understood": "on"}).status_code == 302
    act = DualAct.objects.get()
    collect = reverse("evidence:collect", args=[act.pk])
    assert statistician.post(collect)["Location"] == reverse("evidence:snapshots")  # nobody agreed yet
    head = make_viewer("organisation_administrator", organisation=act.organisation, now=timezone.now())
    deciding = sign_in(Client(), head)
    page = deciding.get(reverse("accounts:act", args=[act.pk]))
    said = {"decision": "approve", "seen": page.context["seen"]}
    assert deciding.post(reverse("accounts:act", args=[act.pk]), said).status_code == 302
    assert deciding.post(collect).status_code == 403
    sent = statistician.post(collect)
    assert statistician.post(collect).status_code == 302  # once
    names = zipfile.ZipFile(io.BytesIO(b"".join(sent.streaming_content))).namelist()  # type: ignore[attr-defined]
    assert names == ["READ-ME-FIRST.txt", "episode.parquet", "metadata.json", "person_case.parquet"]


def test_without_a_snapshot_the_page_teaches() -> None:
    assert (
        "No snapshot of the facts yet"
        in client("national_rapporteur").get(reverse("evidence:tables")).content.decode()
    )
    assert client("national_rapporteur").get(reverse("evidence:table")).status_code == 302


def test_queries_stay_the_same_whatever_is_counted(django_assert_max_num_queries: Any) -> None:
    counted()
    browser = client("national_rapporteur")
    browser.get(address(**BY_SEX))
    with django_assert_max_num_queries(11):
        browser.get(address(**BY_SEX))
    with django_assert_max_num_queries(11):
        browser.get(address(table="episode", rows="exploitation_area", columns="sdg", rows_then="sex"))


def test_the_names_of_areas_and_codes_are_escaped() -> None:
    worker = make_viewer("supervisor")
    open_cases(new=[new_case(person=make_person_details(), episodes=(EPISODE,))] * 6, by=worker, now=NOW)
    # Past the check of the action, as an older version or a hand in the database may have written it.
    route = [{"kind": "exploitation", "country": "XA", "area": "<script>alert(1)</script>"}]
    Episode.objects.update(route=route)
    make_snapshot()
    page = client("statistician").get(address(table="episode", rows="exploitation_area")).content.decode()
    assert "alert(1)" not in page
    assert "Recorded, but not in the list" in page


def test_a_table_that_nobody_could_read_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    counted()
    monkeypatch.setattr(showing, "MOST_CELLS", 8)
    text = client("statistician").get(address(**BY_SEX)).content.decode()
    assert "more than 8 numbers" in text
    assert 'id="numbers"' not in text


def test_files_that_are_gone_are_told(directory: Path) -> None:
    snapshot = make_snapshot()
    (directory / str(snapshot) / "metadata.json").unlink()
    browser = client("national_rapporteur")
    answer = browser.get(address(**BY_SEX), follow=True)
    assert "not where this server looks for them" in answer.content.decode()


def test_a_snapshot_that_is_being_built_says_how_far_it_is() -> None:
    browser = client("statistician")
    page = browser.post(reverse("evidence:snapshots"), follow=True).content.decode()
    assert "The snapshot is being built" in page
    assert "0 of 2" in page
    assert browser.get(address(**BY_SEX, snapshot=str(Snapshot.objects.get().pk))).status_code == 302
