"""The release desk in pages: from a table to what is let out, what stands in the way, and who sees what."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import Refused, approve_act, describe_act, get_act, make_token, shown
from amparo.access.models import DualAct
from amparo.access.rules import Permission
from amparo.audit.models import Event
from amparo.evidence.actions import proposed_study, proposed_table
from amparo.evidence.models import Study
from amparo.evidence.rules import NotAsked, StudyState, TableChoices
from amparo.publishing.actions import add_item, propose_release, take_up_release, withdraw_release
from amparo.publishing.commands import print_release, print_releases
from amparo.publishing.models import Release, ReleaseItem
from amparo.publishing.rules import NotAudited, ReleaseState
from amparo.publishing.rules.files import PROTECTED
from tests.cases.pages import filled
from tests.factories.accounts import NOW, make_organisation, make_viewer, sign_in
from tests.factories.evidence import make_kept_study, make_many_cases, make_snapshot

pytestmark = pytest.mark.django_db

BY_SEX = {"table": "person_case", "rows": "sex"}


class Desk:
    """A rapporteur's statistician and a reviewer of a ministry, each with a browser."""

    def __init__(self, snapshot: UUID) -> None:
        self.snapshot = snapshot
        self.she = make_viewer("statistician", organisation=make_organisation(kind="national_rapporteur"))
        self.reviewer = make_viewer("statistician", organisation=make_organisation(kind="ministry"))
        self.hers, self.theirs = sign_in(Client(), self.she), sign_in(Client(), self.reviewer)

    def propose(self, **choices: str) -> Any:
        address = f"{reverse('evidence:propose')}?{urlencode(choices)}"
        form = filled(self.hers.get(address).context["form"])
        return self.hers.post(address, {**form, "title": "Identified in 2026", "purpose": "Annual report"})

    def release(self, **choices: str) -> str:
        answer = self.propose(**choices)
        assert answer.status_code == 302
        return str(answer["Location"])

    def page(self, address: str, browser: Client | None = None) -> str:
        return (browser or self.hers).get(address).content.decode()

    def step(self, address: str, name: str, browser: Client | None = None, **body: str) -> str:
        answer: Any = (browser or self.hers).post(f"{address}{name}/", body, follow=True)
        assert answer.status_code == 200
        return str(answer.content.decode())

    def let_out(self, address: str) -> None:
        self.step(address, "propose")
        self.step(address, "take-up", self.theirs)
        self.step(address, "clear", self.theirs)
        self.step(address, "ask")
        act = get_act(self.reviewer, DualAct.objects.latest("asked_at").pk)
        approve_act(
            act.id, seen=shown(act, describe_act(self.reviewer, act, now=NOW)), by=self.reviewer, now=NOW
        )


@pytest.fixture
def desk() -> Desk:
    make_many_cases(make_viewer("supervisor"), 60)
    return Desk(make_snapshot())


def test_a_table_goes_from_its_page_to_what_is_let_out_and_its_downloads_say_so(desk: Desk) -> None:
    table = f"{reverse('evidence:table')}?{urlencode(BY_SEX)}"
    download = f"{reverse('evidence:download')}?{urlencode({**BY_SEX, 'format': 'csv'})}"
    assert "Not let out." in desk.page(table)
    assert "Not let out." in desk.hers.get(download).content.decode()
    address = desk.release(**BY_SEX)
    assert Event.objects.filter(action="evidence.table.propose").count() == 2
    kept = ReleaseItem.objects.get().kept
    assert kept["content"]["labels"]["en"]["sex"]["female"] == "Female"
    assert set(kept["content"]["words"]) >= {"en", "ar"}
    assert [one["status"] for one in kept["content"]["cells"]].count("shown") > 1
    assert {cell["snapshot"] for cell in kept["cells"]} == {Release.objects.get().snapshot_hash[:16]}
    page = desk.page(address)
    assert "Nothing found" in page
    assert "Numbers to look at first" in page
    desk.let_out(address)
    assert Release.objects.get().state == ReleaseState.PUBLISHED
    assert "Let out to everybody as R-2026-0001." in desk.page(table)
    assert "Let out to everybody as R-2026-0001." in desk.hers.get(download).content.decode()
    withdraw_release(Release.objects.get().pk, reason="A mistake.", by=desk.she, now=NOW)
    assert "Not let out." in desk.page(table)


def test_what_was_said_of_a_draft_meanwhile_is_put_beside_what_was_typed(desk: Desk) -> None:
    address = desk.release(**BY_SEX)
    answer: Any = desk.hers.get(f"{address}change/")
    form = {**filled(answer.context["form"]), **dict(answer.context["kept"])}
    desk.hers.post(f"{address}change/", {**form, "title": "Hers", "doi": "https://doi.org/10.5281/zenodo.1"})
    assert Release.objects.get().doi == "10.5281/zenodo.1"
    beside: Any = desk.hers.post(f"{address}change/", {**form, "title": "His", "ethics": "None is named."})
    assert beside.status_code == 409
    assert Release.objects.get().title == "Hers"
    page = beside.content.decode()
    assert "Hers" in page
    assert "His" in page
    again = {**dict(beside.context["kept"]), **dict.fromkeys(beside.context["settled"], "theirs")}
    desk.hers.post(f"{address}change/", {**again, "choice-title": "yours"})
    row = Release.objects.get()
    assert (row.title, row.ethics, row.doi) == ("His", "None is named.", "10.5281/zenodo.1")


def test_a_draft_takes_one_thing_more_and_gives_it_back_until_it_is_proposed(desk: Desk) -> None:
    address = desk.release(**BY_SEX)
    into = address.rstrip("/").rsplit("/", 1)[1]
    choices = {**BY_SEX, "rows": "main_purpose"}
    where = f"{reverse('evidence:propose')}?{urlencode(choices)}"
    assert desk.hers.post(where, {"into": into})["Location"] == address
    again = desk.hers.post(where, {"into": into}).content.decode()
    assert "is in this release already" in again
    second = ReleaseItem.objects.get(position=1)
    desk.step(address, "remove", item=second.digest)
    assert ReleaseItem.objects.count() == 1
    only = ReleaseItem.objects.get()
    assert "at least one" in desk.step(address, "remove", item=only.digest)
    desk.step(address, "propose")
    assert "somebody else took it further" in desk.step(address, "remove", item=only.digest)
    assert "somebody else took it further" in desk.step(address, "recheck")


def test_a_draft_takes_nothing_that_was_counted_from_other_facts(desk: Desk) -> None:
    earlier = Release.objects.get(pk=desk.release(**BY_SEX).rstrip("/").rsplit("/", 1)[1])
    make_many_cases(make_viewer("supervisor"), 5, seed=2)
    choices = TableChoices(table="person_case", rows=("main_purpose",), snapshot=str(make_snapshot()))
    assert str(earlier.pk) not in desk.page(f"{reverse('evidence:propose')}?{choices.query()}")
    proposed = proposed_table(choices, by=desk.she, now=NOW)
    with pytest.raises(NotAudited, match="counted from others"):
        add_item(earlier.pk, proposed.item, snapshot_hash=proposed.snapshot_hash, by=desk.she, now=NOW)


def test_a_release_withdrawn_while_it_is_reviewed_and_who_reviews_her_own_are_told_so_plainly(
    desk: Desk,
) -> None:
    address = desk.release(**BY_SEX)
    release = Release.objects.get().pk
    propose_release(release, by=desk.she, now=NOW)
    assert "Begin to review" not in desk.page(address)
    assert "This takes another person" in desk.step(address, "take-up")
    assert "Begin to review" in desk.page(address, desk.theirs)
    take_up_release(release, by=desk.reviewer, now=NOW)
    desk.step(address, "withdraw", reason="A column is wrong.")
    for name, body in (("clear", {}), ("refuse", {"reason": "No."})):
        assert "was withdrawn meanwhile" in desk.step(address, name, desk.theirs, **body)
    assert "A column is wrong." in desk.page(address, desk.theirs)


def test_the_list_leads_each_to_her_part_remarks_name_numbers_and_every_reading_is_logged(desk: Desk) -> None:
    address = desk.release(**BY_SEX)
    listing = reverse("publishing:list")
    waiting = f"{listing}?shelf=review"
    assert "R-2026-0001" not in desk.page(listing, desk.theirs)
    desk.step(address, "propose")
    assert "R-2026-0001" in desk.page(waiting, desk.theirs)
    assert "R-2026-0001" not in desk.page(waiting)
    assert "R-2026-0001" in desk.page(f"{listing}?shelf=ours&text=identified")
    assert "R-2026-0001" not in desk.page(f"{listing}?text=nothing")
    for browser in (desk.hers, desk.theirs):
        assert "R-2026-0001" in desk.page("/", browser)
    form: Any = desk.theirs.get(f"{address}note/").context["form"]
    named = form.fields["cells"].choices[0]
    page = desk.step(address, "note", desk.theirs, words="Is this safe?", cells=named[0])
    assert "Is this safe?" in page
    assert named[1].split(":")[0] in page
    seen = Event.objects.filter(action="publishing.release.read").count()
    assert "This is empty" in desk.step(address, "refuse", desk.theirs, reason=" ")
    assert "Too few." in desk.step(address, "refuse", desk.theirs, reason="Too few.")
    assert Release.objects.get().state == ReleaseState.REFUSED
    assert Event.objects.filter(action="publishing.release.read").count() == seen + 1


def test_the_command_line_lists_and_shows_what_was_proposed_and_no_draft(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    address = desk.release(**BY_SEX)
    assert (print_releases(shelf="all", is_json=False), print_release("R-2026-0001", is_json=False)) == (0, 2)
    told = capsys.readouterr()
    assert "No release is proposed" in told.out
    assert "there is no release R-2026-0001, or it is a draft" in told.err
    desk.step(address, "propose")
    assert (print_releases(shelf="waiting", is_json=False), print_release("r-2026-0001", is_json=False)) == (
        0,
        0,
    )
    assert capsys.readouterr().out.count("Identified in 2026") == 2
    print_release("R-2026-0001", is_json=True)
    assert json.loads(capsys.readouterr().out)["items"][0]["kind"] == "table"


def test_a_study_is_proposed_with_the_counts_of_its_lists(desk: Desk) -> None:
    study = make_kept_study(desk.she, desk.snapshot)
    where = reverse("evidence:study-propose", args=[study])
    assert "Not let out." in desk.page(reverse("evidence:study", args=[study]))
    form = filled(desk.hers.get(where).context["form"])
    address = desk.hers.post(where, {**form, "purpose": "Annual report"})["Location"]
    kept = ReleaseItem.objects.get().kept
    assert kept["content"]["figures"][0] == {"label": "stepwise", "value": 812, "low": 500, "high": None}
    assert sum(cell["mark"] == "small" for cell in kept["cells"]) == 2
    assert "812" in desk.page(address)
    with pytest.raises(Refused):
        proposed_study(study, by=make_viewer("reviewer"), now=NOW)
    without = replace(desk.she, permissions=desk.she.permissions - {Permission.RELEASE_PREPARE})
    with pytest.raises(Refused):
        proposed_study(study, by=without, now=NOW)
    result = Study.objects.get().result
    for change in (
        {"state": StudyState.FAILED},
        {"state": StudyState.DONE, "result": {**result, "lists": {**result["lists"], "threshold": None}}},
        {"result": {**result, "lists": None}},
    ):
        Study.objects.update(**change)
        with pytest.raises(NotAsked):
            proposed_study(study, by=desk.she, now=NOW)


def test_a_program_puts_a_table_into_a_draft_and_up_for_review_and_one_that_only_reads_lists_it(
    desk: Desk,
) -> None:
    writes, reads = (
        Client(headers={"Authorization": f"Bearer {make_token(name='x', days=1, may_write=may, by=desk.she, now=timezone.now())}"})
        for may in (True, False)
    )  # fmt: skip

    def send(client: Client, path: str, body: dict[str, Any]) -> Any:
        headers = {"Idempotency-Key": f"{path} {len(body)}"}
        return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)

    asked = {"rows": ["sex"], "title": "By sex", "purpose": "Annual report"}
    assert send(reads, "/tables/release", asked).status_code == 403
    release = send(writes, "/tables/release", asked).json()["id"]
    assert send(reads, f"/releases/{release}/propose", {}).status_code == 403
    assert send(writes, f"/releases/{release}/propose", {}).json()["state"] == "proposed"
    assert [one["title"] for one in reads.get("/api/v1/releases").json()["releases"]] == ["By sex"]
    assert send(writes, f"/releases/{release}/propose", {"explanations": {"changed": "x"}}).status_code == 409


def test_a_file_is_measured_again_and_becomes_a_draft_for_researchers_that_says_it_is_not_passed_on(
    desk: Desk,
) -> None:
    text = "sex,age_at_opening\n" + "female,18-20\n" * 12 + "male,\n" * 11
    told = {"form": PROTECTED, "columns": ["sex", "age_at_opening"], "rows": 23, "keys": ["sex", "age_at_opening"], "k": 11, "m": 3,
            "levels": {}, "do_not_conclude": []}  # fmt: skip
    address = reverse("evidence:propose-file")
    form = filled(desk.hers.get(address).context["form"])

    def send(rows: str, report: str) -> Any:
        files = {
            "rows": SimpleUploadedFile("rows.csv", rows.encode()),
            "report": SimpleUploadedFile("rows.csv.provenance.json", report.encode()),
        }
        said = {"table": "person_case", "title": "Rows", "purpose": "Asked for by a university."}
        return desk.hers.post(address, {**form, **said, **files})

    for rows, report in (
        (text, "{}"),
        (text + "male,30-38\n", json.dumps({**told, "rows": 24})),
        ("\xff", "[]"),
    ):
        assert send(rows, report).status_code == 200
    assert not Release.objects.exists()
    release = send(text, json.dumps(told))["Location"]
    row = Release.objects.get()
    assert row.items.get().kept["content"]["text"] == text
    assert {tuple(sorted(cell["predicate"])) for cell in row.items.get().kept["cells"]} >= {
        (),
        ("sex",),
        ("age_at_opening", "sex"),
    }
    page = desk.page(release)
    assert "Person-cases" in page
    assert "Facts of 22 November 2026" in page
    asked: Any = desk.hers.get(f"{release}change/")
    typed = {**filled(asked.context["form"]), **dict(asked.context["kept"]), "audience": "research"}
    assert "opened to those who are named" in desk.hers.post(f"{release}change/", typed).content.decode()
    desk.hers.post(f"{release}change/", {**typed, "licence": "Not to be passed on"})
    assert Release.objects.get().audience == "research"


def test_who_withdraws_what_is_public_reads_that_the_reason_becomes_public(desk: Desk) -> None:
    address = desk.release(**BY_SEX)
    assert "becomes public" not in desk.page(f"{address}withdraw/")
    desk.let_out(address)
    assert "The reason becomes public" in desk.page(f"{address}withdraw/")
