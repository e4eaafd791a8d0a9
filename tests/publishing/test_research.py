"""Data are open to researchers who are named, for a time, after two people decided; and what leaves goes through the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from amparo.access.actions import Refused
from amparo.access.context import EVERYBODY, reading_as
from amparo.access.rules import Viewer
from amparo.audit.models import Event
from amparo.publishing.actions import (
    NotReviewer,
    ask_more_time,
    ask_output,
    change_proposal,
    close_proposal,
    colleagues_of,
    end_proposal,
    grant_more_time,
    grant_proposal,
    open_file,
    open_release,
    review_proposal,
    submit_proposal,
    take_back_proposal,
    withdraw_release,
    write_proposal,
)
from amparo.publishing.models import ProposalData, ProposalMember, Release, ResearchProposal
from amparo.publishing.queries import Absent, get_proposal, list_projects, list_proposals, open_to_research
from amparo.publishing.rules import NotOpen, NotThen, NotWritten, Plan, ProposalState, ReleaseState
from tests.cases.pages import filled
from tests.factories.accounts import NOW, make_organisation, make_viewer, organisation_of, sign_in, user_of
from tests.factories.publishing import (
    PLAN,
    make_approved,
    make_file,
    make_proposal,
    make_release,
    make_table,
)

pytestmark = pytest.mark.django_db

ROWS = [("age", "sex"), *[("18-29", "f")] * 14, *[("30-47", "f")] * 13, *[("30-47", "m")] * 12]
AFTER = NOW + timedelta(days=400)


@dataclass(frozen=True)
class Gateway:
    """A researcher and her colleague, an office of three, and a file that was let out to researchers."""

    she: Viewer
    colleague: Viewer
    statistician: Viewer
    rapporteur: Viewer
    ministry: Viewer
    release: Release

    @property
    def office(self) -> tuple[Viewer, Viewer]:
        return self.statistician, self.rapporteur

    def approved(self, **more: Any) -> UUID:
        return make_approved(self.she, self.release, office=self.office, **more)


@pytest.fixture
def gateway() -> Gateway:
    university = make_organisation(name="University of the Coast", kind="other")
    office = make_organisation(kind="national_rapporteur")
    statistician = make_viewer("statistician", organisation=office)
    return Gateway(
        she=make_viewer("researcher", organisation=university),
        colleague=make_viewer("researcher", organisation=university),
        statistician=statistician,
        rapporteur=make_viewer("national_rapporteur", organisation=office),
        ministry=make_viewer("statistician", organisation=make_organisation(kind="ministry")),
        release=make_release(
            make_file(ROWS), by=statistician, audience="research", title="Protected records"
        ),
    )


def opened(gateway: Gateway, proposal: UUID, *, by: Viewer | None = None, now: Any = NOW) -> str:
    return open_release(proposal, gateway.release.number, by=by or gateway.she, now=now).title


def test_data_are_open_to_those_who_are_named_while_it_lasts_and_each_opening_says_for_what(
    gateway: Gateway,
) -> None:
    proposal = gateway.approved()
    assert opened(gateway, proposal) == "Protected records"
    item = open_file(proposal, gateway.release.number, 1, by=gateway.she, now=NOW)
    assert str(item.content["text"]).startswith("age,sex\n18-29,f\n")
    told = Event.objects.filter(action="publishing.proposal.open").order_by("pk")
    number = ResearchProposal.objects.get(pk=proposal).number.replace("-", "_")
    assert [(one.purpose, one.fields, one.record) for one in told] == [
        (f"proposal:{number}", [f"form:{form}"], f"release:{gateway.release.pk}") for form in ("page", "file")
    ]
    own = make_proposal(gateway.colleague)  # which opens nothing of another to her
    assert [one.id for one in list_proposals(gateway.colleague)] == [own]
    for stranger in (gateway.colleague, make_viewer("researcher")):
        with pytest.raises(Absent):
            opened(gateway, proposal, by=stranger)
    for other in (gateway.statistician, make_viewer("caseworker")):
        with pytest.raises(Refused):
            opened(gateway, proposal, by=other)
    last = PLAN["ends"] - NOW.date()
    assert opened(gateway, proposal, now=NOW + last)
    for moment in (NOW - timedelta(days=40), NOW + last + timedelta(days=1)):
        with pytest.raises(NotOpen):
            opened(gateway, proposal, now=moment)


def test_only_what_was_opened_is_open_and_not_after_it_was_withdrawn_ended_or_closed(
    gateway: Gateway,
) -> None:
    other = make_release(make_file(ROWS), by=gateway.statistician, audience="research")
    proposals = [gateway.approved() for _ in range(3)]
    with pytest.raises(Absent):
        open_release(proposals[0], other.number, by=gateway.she, now=NOW)
    for place in (0, 2):
        with pytest.raises(Absent):
            open_file(proposals[0], gateway.release.number, place, by=gateway.she, now=NOW)
    assert len(open_release(proposals[0], gateway.release.number, by=gateway.she, now=NOW).items) == 1
    end_proposal(proposals[0], reason="The file was found elsewhere.", by=gateway.rapporteur, now=NOW)
    close_proposal(proposals[1], report="Published in a journal.", by=gateway.she, now=NOW)
    for closed in proposals[:2]:
        with pytest.raises(NotOpen):
            opened(gateway, closed)
    assert opened(gateway, proposals[2])
    withdraw_release(gateway.release.pk, reason="A mistake.", by=gateway.statistician, now=NOW)
    with pytest.raises(Absent):
        opened(gateway, proposals[2])
    states = [get_proposal(gateway.she, one).state for one in proposals]
    assert states == [ProposalState.REVOKED, ProposalState.CLOSED, ProposalState.APPROVED]


def test_a_file_that_is_not_what_its_digest_says_is_opened_to_nobody(gateway: Gateway) -> None:
    item = make_file(ROWS)
    changed = replace(item, content={**item.content, "text": "age,sex\n"})
    release = make_release(changed, by=gateway.statistician, audience="research")
    proposal = make_approved(gateway.she, release, office=gateway.office)
    with pytest.raises(Absent):
        open_file(proposal, release.number, 1, by=gateway.she, now=NOW)


def test_p17_two_people_decide_neither_of_whom_is_named_nor_works_with_those_who_are(
    gateway: Gateway,
) -> None:
    proposal = make_proposal(gateway.she)
    chosen = {"releases": [gateway.release.pk], "words": "Nobody stands out.", "now": NOW}
    # The same human being with another account of hers, and somebody of the office who studies there as well.
    named = make_viewer(
        "statistician", organisation=organisation_of(gateway.ministry), user=user_of(gateway.she)
    )
    inside = make_viewer("statistician", organisation=organisation_of(gateway.she))
    for kept_out in (named, inside):
        with pytest.raises(NotReviewer):
            review_proposal(proposal, **chosen, by=kept_out)
    with pytest.raises(Refused):
        review_proposal(proposal, **chosen, by=gateway.rapporteur)  # she reviews no disclosure
    with pytest.raises(NotThen):
        grant_proposal(proposal, by=gateway.rapporteur, now=NOW)
    review_proposal(proposal, **chosen, by=gateway.statistician)
    for kept_out in (gateway.statistician, named, inside):
        with pytest.raises(NotReviewer):
            grant_proposal(proposal, by=kept_out, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        ResearchProposal.objects.filter(pk=proposal).update(granted_by=gateway.statistician.known_user_id)
    grant_proposal(proposal, by=gateway.rapporteur, now=NOW)
    assert opened(gateway, proposal)


def test_only_what_was_let_out_to_researchers_can_be_opened(gateway: Gateway) -> None:
    proposal = make_proposal(gateway.she)
    for more in ({"audience": "public"}, {"audience": "research", "state": "cleared"},
                 {"audience": "research", "state": "superseded"}, {"audience": "research", "published_at": None},
                 {"audience": "research", "embargo_until": date(2030, 1, 1)}):  # fmt: skip
        release = make_release(make_file(ROWS), by=gateway.statistician, **more)
        with pytest.raises(NotWritten):
            review_proposal(
                proposal, releases=[release.pk], words="Why not.", by=gateway.statistician, now=NOW
            )
    with pytest.raises(NotWritten):
        review_proposal(proposal, releases=[], words="Nothing.", by=gateway.statistician, now=NOW)
    with pytest.raises(NotWritten):
        review_proposal(proposal, releases=[gateway.release.pk], words=" ", by=gateway.statistician, now=NOW)
    with pytest.raises(Refused):
        open_to_research(gateway.she, now=NOW)
    assert [one.id for one in open_to_research(gateway.rapporteur, now=NOW)] == [gateway.release.pk]


def test_what_was_sent_in_stays_as_it_was_decided_on(gateway: Gateway) -> None:
    proposal = make_proposal(gateway.she)
    attacks: list[Callable[[], object]] = [
        lambda: ResearchProposal.objects.filter(pk=proposal).update(question="Another"),
        lambda: ProposalMember.objects.create(proposal_id=proposal, user_id=gateway.colleague.known_user_id),
        lambda: ProposalMember.objects.filter(proposal=proposal).update(user=gateway.colleague.known_user_id),
        lambda: ProposalMember.objects.filter(proposal=proposal).delete(),
        lambda: ResearchProposal.objects.filter(pk=proposal).delete(),
    ]
    for attack in attacks:
        with pytest.raises(DatabaseError), transaction.atomic():
            attack()
    with pytest.raises(NotThen):
        change_proposal(proposal, Plan(**PLAN), by=gateway.she, now=NOW)
    review_proposal(
        proposal, releases=[gateway.release.pk], words="Nobody.", by=gateway.statistician, now=NOW
    )
    other = make_release(make_file(ROWS), by=gateway.statistician, audience="research")
    with pytest.raises(DatabaseError), transaction.atomic():
        ProposalData.objects.create(proposal_id=proposal, release=other)


def test_each_asks_for_what_is_hers_and_nobody_else_gets_on(gateway: Gateway) -> None:
    proposal = gateway.approved()
    stranger = make_viewer("caseworker")
    moved = make_viewer(
        "researcher", user=user_of(gateway.she)
    )  # the same person, now of another institution
    refused: list[Callable[[], object]] = [
        lambda: list_proposals(stranger),
        lambda: colleagues_of(stranger, now=NOW),
        lambda: write_proposal(Plan(**PLAN), by=stranger, now=NOW),
        lambda: close_proposal(proposal, report="Done.", by=gateway.statistician, now=NOW),
        lambda: end_proposal(proposal, reason="Done.", by=gateway.she, now=NOW),
    ]
    for attempt in refused:
        with pytest.raises(Refused):
            attempt()
    for find in (lambda: get_proposal(moved, proposal), lambda: opened(gateway, proposal, by=moved)):
        with pytest.raises(Absent):
            find()
    for empty in (
        lambda: close_proposal(proposal, report=" ", by=gateway.she, now=NOW),
        lambda: ask_more_time(proposal, until=AFTER.date(), because="", by=gateway.she, now=NOW),
        lambda: ask_more_time(proposal, until=date(2030, 1, 1), because="Much.", by=gateway.she, now=NOW),
        lambda: grant_more_time(proposal, by=gateway.statistician, now=NOW),
    ):
        with pytest.raises(NotWritten):
            empty()


def test_what_is_over_before_it_is_sent_in_or_opened_is_not_opened(gateway: Gateway) -> None:
    draft = write_proposal(Plan(**PLAN), by=gateway.she, now=NOW)
    with pytest.raises(NotWritten):
        submit_proposal(draft, by=gateway.she, now=AFTER)
    proposal = make_proposal(gateway.she)
    review_proposal(
        proposal, releases=[gateway.release.pk], words="Nobody.", by=gateway.statistician, now=NOW
    )
    with pytest.raises(NotWritten):
        grant_proposal(proposal, by=gateway.rapporteur, now=AFTER)


def test_a_draft_is_seen_by_those_who_are_named_and_names_only_researchers_of_the_organisation(
    gateway: Gateway,
) -> None:
    proposal = write_proposal(
        Plan(**PLAN), colleagues=[gateway.colleague.known_user_id], by=gateway.she, now=NOW
    )
    assert [one.id for one in list_proposals(gateway.colleague)] == [proposal]
    with pytest.raises(Absent):
        get_proposal(gateway.statistician, proposal)
    for stranger in (gateway.statistician, make_viewer("researcher")):
        with pytest.raises(NotWritten):
            change_proposal(
                proposal, Plan(**PLAN), colleagues=[stranger.known_user_id], by=gateway.she, now=NOW
            )
    change_proposal(proposal, Plan(**PLAN | {"title": "Hers"}), by=gateway.colleague, now=NOW)
    assert len(get_proposal(gateway.colleague, proposal).members) == 2  # who changes it stays in it
    change_proposal(proposal, Plan(**PLAN | {"title": "Shorter"}), by=gateway.she, now=NOW)
    assert list_proposals(gateway.colleague) == ()
    submit_proposal(proposal, by=gateway.she, now=NOW)
    assert get_proposal(gateway.statistician, proposal).title == "Shorter"
    take_back_proposal(proposal, by=gateway.she, now=NOW)
    with pytest.raises(Absent):
        get_proposal(gateway.statistician, proposal)


@pytest.mark.parametrize(
    "more",
    [{"ethics_number": " "}, {"ends": date(2026, 10, 1)}, {"ends": date(2029, 1, 1)}],
    ids=["nothing of ethics", "ends before it begins", "too long"],
)
def test_a_proposal_says_all_that_it_has_to(more: dict[str, Any]) -> None:
    with pytest.raises(NotWritten):
        Plan(**PLAN | more)


def test_p17_more_time_takes_two_of_the_office_as_well(gateway: Gateway) -> None:
    proposal = gateway.approved()
    until = PLAN["ends"] + timedelta(days=90)
    with pytest.raises(NotWritten):
        ask_more_time(proposal, until=PLAN["ends"], because="We are late.", by=gateway.she, now=NOW)
    ask_more_time(proposal, until=until, because="We are late.", by=gateway.she, now=NOW)
    assert grant_more_time(proposal, by=gateway.statistician, now=NOW) is False
    with pytest.raises(NotReviewer):
        grant_more_time(proposal, by=gateway.statistician, now=NOW)
    with pytest.raises(NotOpen):
        opened(gateway, proposal, now=AFTER)
    assert grant_more_time(proposal, by=gateway.ministry, now=NOW) is True
    assert get_proposal(gateway.she, proposal).ends == until
    assert opened(gateway, proposal, now=AFTER)


def test_p32_a_result_goes_through_the_desk_counted_from_the_file_and_marked_as_of_the_proposal(
    gateway: Gateway,
) -> None:
    proposal = gateway.approved()
    ask = {"title": "By age and sex", "by": gateway.she, "now": NOW}
    number = gateway.release.number
    assert ask_output(proposal, number, 1, rows=["age"], columns=["sex"], **ask) is True
    row = Release.objects.get(proposal=proposal)
    assert (row.state, row.organisation_id) == (ReleaseState.PROPOSED, gateway.rapporteur.organisation_id)
    kept = row.items.get().kept
    shown = {
        (tuple(one["row"] or ()), tuple(one["column"] or ())): one["value"]
        for one in kept["content"]["cells"]
    }
    assert shown[("18-29",), ("f",)] == 14
    assert shown[("30-47",), ("m",)] == 12
    assert {cell["population"] for cell in kept["cells"]} == {f"identified in {number}"}
    assert get_proposal(gateway.she, proposal).outputs[0].title == "By age and sex"
    for rows, said in ((["age", "age"], "each once"), (["name"], "no such column"), ([], "Name the table")):
        with pytest.raises(NotWritten, match=said):
            ask_output(proposal, number, 1, rows=rows, **ask)
    with pytest.raises(NotWritten):
        ask_output(proposal, number, 1, rows=["age"], **{**ask, "title": " "})
    table = make_release(make_table(), by=gateway.statistician, audience="research")
    with pytest.raises(NotWritten):
        ask_output(
            make_approved(gateway.she, table, office=gateway.office), table.number, 1, rows=["region"], **ask
        )
    end_proposal(proposal, reason="Over.", by=gateway.rapporteur, now=NOW)
    with pytest.raises(NotOpen):
        ask_output(proposal, number, 1, rows=["age"], **ask)


def test_p32_a_result_hides_what_few_rows_show_and_is_compared_with_earlier_ones_of_the_file(
    gateway: Gateway,
) -> None:
    rows = [*ROWS, ("18-29", "m"), ("18-29", "m")]
    release = make_release(make_file(rows), by=gateway.statistician, audience="research")
    proposal = make_approved(gateway.she, release, office=gateway.office)
    ask_output(proposal, release.number, 1, title="T", rows=["age"], columns=["sex"], by=gateway.she, now=NOW)
    kept = Release.objects.get(proposal=proposal).items.get().kept
    marks = [one["status"] for one in kept["content"]["cells"]]
    assert (marks.count("primary"), marks.count("secondary")) == (1, 3)


def test_everybody_reads_which_research_is_approved_and_no_more(gateway: Gateway, client: Client) -> None:
    make_proposal(gateway.she, title="Not decided")
    proposal = gateway.approved(title="Ways out")
    assert len(list_projects()) == 1
    with reading_as(EVERYBODY):
        assert [(one.title, one.institution) for one in list_projects()] == [
            ("Ways out", "University of the Coast")
        ]
    page = client.get("/data/research/").content.decode()
    assert "How long help takes." in page
    assert "Not decided" not in page
    end_proposal(proposal, reason="For the office only.", by=gateway.rapporteur, now=NOW)
    page = client.get("/data/research/?language=ar").content.decode()
    assert "For the office only." not in page
    assert 'dir="rtl"' in page


def test_the_pages_lead_from_a_proposal_to_a_result(gateway: Gateway) -> None:
    hers, first, second = (
        sign_in(Client(), one) for one in (gateway.she, gateway.statistician, gateway.ministry)
    )
    today = date.today()  # noqa: DTZ011  # pages take the clock of the machine
    form = filled(hers.get(reverse("gateway:new")).context["form"])
    days = {"ethics_on": today, "begins": today, "ends": today + timedelta(days=30)}
    typed = {name: value for name, value in PLAN.items() if name not in days}
    for name, day in days.items():
        typed |= {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}
    made: Any = hers.post(reverse("gateway:new"), {**form, **typed})
    assert made.status_code == 302, made.context["form"].errors
    hers_at = made["Location"]
    hers.post(f"{hers_at}step/", {"step": "submit"})
    office = reverse("publishing:proposal", args=[ResearchProposal.objects.get().pk])
    assert "Ways out" in first.get(reverse("publishing:proposals")).content.decode()
    first.post(f"{office}review/", {"releases": [str(gateway.release.pk)], "words": "Nobody stands out."})
    assert "Open the data" not in first.get(office).content.decode()
    assert "Nobody stands out." in second.get(f"{office}grant/").content.decode()
    second.post(f"{office}grant/", {"conditions": "Keep it to yourselves."})
    data = f"{hers_at}{gateway.release.number}/"
    assert data in hers.get(hers_at).content.decode()
    page = hers.get(data).content.decode()
    assert "Keep it to yourselves." in page
    file: Any = hers.get(f"{data}file-1")
    assert (file.content[:8], file.headers["Cache-Control"]) == (b"age,sex\n", "no-store")
    assert hers.get(f"{data}table-1.csv").status_code == 404
    hers.post(f"{data}file-1/table/", {"title": "By sex", "rows": "sex", "rows_then": "", "columns": ""})
    assert "By sex" in hers.get(hers_at).content.decode()
    first.post(f"{office}end/", {"reason": "Enough."})
    closed: Any = hers.get(f"{data}file-1", follow=True)
    assert "are not open" in closed.content.decode()
    assert second.get(hers_at).status_code == 403
