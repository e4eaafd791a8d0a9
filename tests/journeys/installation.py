"""What the journeys find: the training caseload, and one of each thing that a page can show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from amparo.access.actions import invite_user, renew_password
from amparo.access.queries import viewer_for
from amparo.access.rules import EmergencyReason, Permission, Purpose, Viewer, WallReason, system_viewer
from amparo.accounts.models import User
from amparo.accounts.queries import memberships_of
from amparo.cases.actions import (
    add_document,
    add_note,
    ask_erasure,
    keep_away,
    open_in_emergency,
    save_filter,
    tell_unit,
)
from amparo.cases.models import Case, Episode
from amparo.cases.queries import CaseChoices, get_case
from amparo.cases.rules import Stage
from amparo.cases.rules.erasing import ErasureReason
from amparo.cli.demo.caseload import make_caseload
from amparo.evidence.actions import build_snapshot, propose, proposed_table, record_snapshot
from amparo.evidence.rules import TableChoices
from amparo.publishing.actions import (
    ask_publication,
    clear_release,
    note_release,
    propose_release,
    take_up_release,
)
from amparo.publishing.models import ReleaseItem
from tests.contracts.denial_states import PICTURE, lost_case
from tests.contracts.denial_world import agree, faulty_file
from tests.factories.accounts import sign_in, state_purpose
from tests.factories.cases import make_case
from tests.factories.evidence import make_kept_study
from tests.factories.intake import AMINA, SOFIA, make_batch, make_text_file, make_workbook, make_written_batch
from tests.factories.oversight import make_drawn
from tests.factories.publishing import make_approved, make_file, make_release, make_table

CASES = 200
ELSEWHERE = "statistician of a ministry"
WITHOUT_SECOND_STEP = "installation_administrator"  # so that the page that sets it up is seen too


@dataclass(frozen=True, kw_only=True, slots=True)
class Installation:
    """Where it answers, who works there, and the addresses of its pages."""

    url: str
    now: datetime
    viewers: dict[str, Viewer]
    emails: dict[str, str]
    password: str
    reference: str
    unit_case: str
    lost: str
    episode: UUID
    batches: dict[str, UUID]
    snapshot: UUID
    study: UUID
    published: str
    invitation: str
    new_password: str
    draft: UUID
    proposed: UUID
    research: UUID
    opened: str
    drawn: UUID
    act: UUID
    opening: UUID

    def client(self, role: str, client: Client) -> Client:
        """Sign a test client in as somebody of that role, who has just said who she is."""
        sign_in(client, self.viewers[role], has_second_factor=role != WITHOUT_SECOND_STEP)
        return state_purpose(client, self.reference)

    def pages(self) -> dict[str, tuple[str, str]]:
        """Return every page worth looking at: its name, who looks at it, and its address."""
        case = f"/cases/{self.reference}"
        figure = "/tables/table/?table=person_case&rows=main_purpose&columns=sex"
        member = self.viewers["caseworker"].membership_id
        return {
            "sign-in": ("", "/sign-in/"),
            "invitation": ("", f"/invitation/{self.invitation}/"),
            "new-password": ("", f"/new-password/{self.new_password}/"),
            "asleep": ("", "/sign-in/asleep/"),
            "hide-visit": ("", "/ui/hide-visit"),
            "public": ("", "/ui/example/public"),
            "not-found": ("caseworker", "/cases/XA-7Q4K-9X2M-C/"),
            "forbidden": ("caseworker", "/people/"),
            "home-caseworker": ("caseworker", "/"),
            "home-supervisor": ("supervisor", "/"),
            "home-rapporteur": ("national_rapporteur", "/"),
            "home-administrator": ("organisation_administrator", "/"),
            "case-list": ("caseworker", "/cases/"),
            "case-list-empty": ("caseworker", "/cases/?stage=closed&opened_until=1990-01-01"),
            "case-lists-kept": ("caseworker", "/cases/lists/?stage=support"),
            "case-new": ("caseworker", "/cases/new/"),
            "case": ("caseworker", f"{case}/"),
            "case-person": ("caseworker", f"{case}/person/"),
            "case-what-happened": ("caseworker", f"{case}/what-happened/"),
            "case-notes": ("caseworker", f"{case}/notes/"),
            "case-documents": ("caseworker", f"{case}/documents/"),
            "case-timeline": ("caseworker", f"{case}/timeline/"),
            "case-access": ("supervisor", f"{case}/access/"),
            "case-seen": ("supervisor", f"{case}/who-saw/"),
            "case-told": ("caseworker", f"{case}/who-saw/for-her/"),
            "case-section-names": ("caseworker", f"{case}/change/names/"),
            "case-section-reach": ("caseworker", f"{case}/change/reach/"),
            "case-section-status": ("caseworker", f"{case}/change/priority/"),
            "case-episode": ("caseworker", f"{case}/what-happened/{self.episode}/what/"),
            "case-episode-new": ("caseworker", f"{case}/what-happened/new/"),
            "case-route": ("caseworker", f"{case}/what-happened/{self.episode}/route/"),
            "case-operation": ("caseworker", f"{case}/what-happened/{self.episode}/operation/"),
            "case-note": ("caseworker", f"{case}/notes/new/"),
            "case-document": ("caseworker", f"{case}/documents/new/"),
            "case-move": ("caseworker", f"{case}/move/"),
            "case-assign": ("supervisor", f"{case}/assign/"),
            "case-erase": ("supervisor", f"{case}/erase/"),
            "case-purpose": ("supervisor", f"{case}/purpose/"),
            "case-clearance": ("supervisor", f"{case}/closing/"),
            "case-wall": ("supervisor", f"{case}/away/"),
            "case-known": ("caseworker", f"{case}/known/"),
            "case-tell": ("caseworker", f"{case}/tell/"),
            "case-release": ("integrity_officer", f"/cases/{self.unit_case}/release/"),
            "own-record": ("caseworker", "/cases/own-record/"),
            "lost": ("supervisor", "/cases/nobody-left/"),
            "lost-everywhere": ("access_reviewer", "/cases/nobody-left/everywhere/"),
            "readers": ("supervisor", f"/cases/{self.lost}/readers/"),
            "unit-told": ("integrity_officer", "/cases/told/"),
            "walls": ("access_reviewer", "/walls/"),
            "emergency": ("supervisor", "/cases/emergency/"),
            "emergency-record": ("supervisor", f"/cases/emergency/{self.opening}/"),
            "case-summary": ("caseworker", f"{case}/summary/"),
            "search": ("caseworker", "/search/"),
            "search-known": ("caseworker", "/search/known/"),
            "import": ("supervisor", "/import/"),
            "import-preview": ("supervisor", f"/import/{self.batches['ready']}/"),
            "import-faulty": ("supervisor", f"/import/{self.batches['faulty']}/"),
            "import-done": ("supervisor", f"/import/{self.batches['done']}/"),
            "export": ("supervisor", "/import/export/"),
            "devices": ("supervisor", "/me/devices/"),
            "tables": ("national_rapporteur", "/tables/"),
            "table": ("national_rapporteur", figure),
            "snapshots": ("statistician", "/tables/snapshots/"),
            "snapshot": ("statistician", f"/tables/snapshots/{self.snapshot}/"),
            "facts": ("statistician", f"/tables/snapshots/{self.snapshot}/facts/"),
            "studies": ("statistician", "/tables/studies/"),
            "lists of a study": ("statistician", "/tables/studies/new/"),
            "study": ("statistician", f"/tables/studies/{self.study}/"),
            "studies compared": ("statistician", f"/tables/studies/{self.study}/compare/{self.study}/"),
            "published": ("", "/data/"),
            "published-release": ("", f"/data/{self.published}/"),
            "propose": ("statistician", figure.replace("/table/", "/release/")),
            "propose-study": ("statistician", f"/tables/studies/{self.study}/release/"),
            "releases": ("statistician", "/releases/"),
            "release": ("statistician", f"/releases/{self.draft}/"),
            "release-change": ("statistician", f"/releases/{self.draft}/change/"),
            "release-propose": ("statistician", f"/releases/{self.draft}/propose/"),
            "release-withdraw": ("statistician", f"/releases/{self.draft}/withdraw/"),
            "release-review": ("statistician", f"/releases/{self.proposed}/"),
            "release-note": ("statistician", f"/releases/{self.proposed}/note/"),
            "release-refuse": ("statistician", f"/releases/{self.proposed}/refuse/"),
            "propose-file": ("statistician", "/tables/release/file/"),
            "published-research": ("", "/data/research/"),
            "research": ("researcher", "/gateway/"),
            "research-proposal": ("researcher", f"/gateway/{self.research}/"),
            "research-new": ("researcher", "/gateway/new/"),
            "research-data": ("researcher", f"/gateway/{self.research}/{self.opened}/"),
            "own-readings": ("caseworker", "/readings/mine/"),
            "explain": ("caseworker", f"/readings/mine/{self.drawn}/"),
            "drawn": ("supervisor", "/readings/drawn/"),
            "judge": ("supervisor", f"/readings/drawn/{self.drawn}/"),
            "alerts": ("auditor", "/readings/alerts/"),
            "log": ("auditor", "/readings/log/"),
            "log-head": ("auditor", "/readings/log/head/"),
            "invented": ("auditor", "/readings/log/invented/"),
            "people": ("organisation_administrator", "/people/"),
            "person": ("organisation_administrator", f"/people/person/?person={member}"),
            "invite": ("organisation_administrator", "/people/invite/"),
            "acts": ("supervisor", "/two-people/"),
            "act": ("supervisor", f"/two-people/{self.act}/"),
            "more-keys": ("supervisor", "/two-people/keys/"),
            "change-keys": ("installation_administrator", "/two-people/change-keys/"),
            "restored": ("installation_administrator", "/two-people/restored/"),
            "emergencies": ("reviewer", "/emergencies/"),
            "emergency-judged": ("reviewer", f"/emergencies/{self.opening}/"),
            "notices": ("reviewer", "/notices/"),
            "organisation": ("organisation_administrator", "/organisation/"),
            "organisations": ("installation_administrator", "/organisations/"),
            "first-administrator": ("installation_administrator", "/organisations/administrator/"),
            "me": ("caseworker", "/me/"),
            "membership": ("caseworker", "/me/role/"),
            "password": ("caseworker", "/me/password/"),
            "second-step": ("caseworker", "/me/second-step/"),
            "second-step-remove": ("caseworker", "/me/second-step/remove/"),
            "second-step-set-up": ("installation_administrator", "/me/second-step/set-up/"),
            "recovery-codes-new": ("caseworker", "/me/recovery-codes/new/"),
            "again": ("installation_administrator", "/sign-in/again/"),
            "again-code": ("caseworker", "/sign-in/again/code/"),
            "sign-out": ("caseworker", "/sign-out/"),
            "keys": ("supervisor", "/me/keys/"),
            "gallery": ("", "/ui/"),
        }


def publish(by: Viewer, now: datetime) -> str:
    """Let a table out that took the place of another, beside one that was withdrawn; gives its number."""
    make_release(
        make_table(),
        by=by,
        now=now,
        state="withdrawn",
        reason="Two lists were counted twice.",
        withdrawn_at=now,
    )
    old = make_release(make_table(), by=by, now=now, state="superseded")
    return make_release(make_table(), by=by, now=now, version=2, supersedes=old).number


def furnish(url: str) -> Installation:
    """Make the caseload and what else the pages show, through the production actions."""
    now = timezone.now()
    made = make_caseload(cases=CASES, seed=3, now=now)
    sign_ins = {one.role: one for one in reversed(made)}
    viewers = {role: _viewer(one.email, now) for role, one in sign_ins.items()}
    worker, supervisor = viewers["caseworker"], viewers["supervisor"]
    reference = _full_case(worker)
    add_note(
        reference=reference, text="She asked for a lawyer and for news of her brother.", by=worker, now=now
    )
    add_note(reference=reference, text="اتصلت هاتفياً وطلبت موعداً.", by=supervisor, now=now)
    add_document(
        reference=reference, content=BytesIO(PICTURE), name="letter.png", title="Letter of the court", size=len(PICTURE),
        by=worker, now=now,
    )  # fmt: skip
    save_filter(
        name="In support", choices=CaseChoices(stage=Stage.SUPPORT), is_shared=True, by=worker, now=now
    )
    done = make_written_batch(supervisor, make_workbook([SOFIA]), now=now)
    batches = {
        "done": done,
        "ready": make_batch(supervisor, make_workbook(_rows()), now=now),
        "faulty": make_batch(
            supervisor, faulty_file() + make_text_file()[:0], file_name="cases.csv", now=now
        ),
    }
    snapshot = record_snapshot(by=viewers["statistician"], now=now)
    build_snapshot(snapshot, now=timezone.now)
    secret = invite_user(
        email="new.colleague@training.example", organisation_id=worker.organisation_id or 0, role="caseworker",
        by=system_viewer([Permission.PEOPLE_MANAGE]), now=now,
    )  # fmt: skip
    authority = viewers["competent_authority"]
    password = renew_password(
        membership_id=authority.membership_id or 0, by=system_viewer([Permission.PEOPLE_MANAGE]), now=now
    )
    (viewers[ELSEWHERE],) = (_viewer(one.email, now) for one in made if one.email.startswith("ministry."))
    draft, proposed = _releases(viewers["statistician"], viewers[ELSEWHERE], str(snapshot), now)
    research, opened = _research(viewers, now)
    act = ask_erasure(
        "cases.erase", reference=reference, reason=ErasureReason.CONSENT_WITHDRAWN, by=supervisor, now=now
    )
    tell_unit(reference=reference, text="He was paid to look away.", is_named=False, by=worker, now=now)
    keep_away(
        reference=reference, reason=WallReason.ACCUSED, organisation_id=authority.organisation_id, by=supervisor, now=now
    )  # fmt: skip
    elsewhere = Case.objects.exclude(organisation_id=supervisor.organisation_id).order_by("-opened_date")[0]
    opening = open_in_emergency(
        reference=elsewhere.reference, reason=EmergencyReason.LIFE, text="She called and is being taken away now.",
        by=supervisor, now=now,
    )  # fmt: skip
    return Installation(
        url=url, now=now, viewers=viewers, emails={role: one.email for role, one in sign_ins.items()},
        password=sign_ins["caseworker"].password, reference=reference, lost=lost_case(worker, now),
        unit_case=make_case(viewers["integrity_officer"], now=now), episode=Episode.objects.filter(case__reference=reference).order_by("number")[0].id,
        batches=batches, snapshot=snapshot, study=make_kept_study(viewers["statistician"], snapshot),
        published=publish(viewers["statistician"], now), invitation=secret, new_password=password,
        draft=draft, proposed=proposed, research=research, opened=opened,
        drawn=make_drawn(worker, reference, now=now).id, act=act, opening=opening,
    )  # fmt: skip


def proposed_to(
    by: Viewer, snapshot: str, rows: str, *, only: tuple[tuple[str, str], ...] = (), now: datetime
) -> UUID:
    """Put a table into the draft of a release."""
    choices = TableChoices(table="person_case", rows=(rows,), only=only, snapshot=snapshot)
    table = proposed_table(choices, by=by, now=now)
    return propose(table, into=None, title=table.item.title, purpose="For the annual report.", by=by, now=now)


def _releases(ours: Viewer, theirs: Viewer, snapshot: str, now: datetime) -> tuple[UUID, UUID]:
    """Let a table out, draft one that would give a hidden number of it away, and propose a third."""
    out = proposed_to(theirs, snapshot, "sex", now=now)
    propose_release(out, by=theirs, now=now)
    take_up_release(out, by=ours, now=now)
    clear_release(out, by=ours, now=now)
    agree(ask_publication(out, by=theirs, now=now), ours, now)
    draft = proposed_to(ours, snapshot, "year_opened", only=(("sex", hidden_sex()),), now=now)
    proposed = proposed_to(theirs, snapshot, "main_purpose", now=now)
    propose_release(proposed, by=theirs, now=now)
    note_release(proposed, words="Is the purpose defined as last year?", by=ours, now=now)
    return draft, proposed


def _research(viewers: dict[str, Viewer], now: datetime) -> tuple[UUID, str]:
    """Open a file to a second proposal of the researcher; gives the proposal, and the number of the release."""
    rows = [("age_at_opening", "sex"), *[("18-20", "female")] * 14, *[("30-38", "male")] * 12]
    release = make_release(
        make_file(rows), make_table(), by=viewers["statistician"], now=now, audience="research"
    )
    office = (viewers["statistician"], viewers["national_rapporteur"])
    days = {"begins": now.date(), "ends": now.date() + timedelta(days=300)}
    return make_approved(viewers["researcher"], release, office=office, **days), release.number


def hidden_sex() -> str:
    """Name the sex whose number was hidden to protect another when the first table was let out."""
    cells = ReleaseItem.objects.order_by("pk")[0].kept["content"]["cells"]
    return str(next(one["row"][0] for one in cells if one["status"] == "secondary" and one["row"]))


def _viewer(email: str, now: datetime) -> Viewer:
    user = User.objects.get(email=email)
    return replace(viewer_for(memberships_of(user.pk, now)[0], now), stated_purpose=Purpose.SUPERVISION)


def _full_case(worker: Viewer) -> str:
    """Return the worker's newest open case of a person who has a name in a second script."""
    own = Case.objects.filter(worker_id=worker.user_id).exclude(stage=Stage.CLOSED).order_by("-opened_date")
    for reference in own.values_list("reference", flat=True):
        file = get_case(worker, reference, now=timezone.now())
        if len({name.script for name in file.person.details.names}) > 1 and file.person.details.contacts:
            return str(reference)
    return str(own[0].reference)


def _rows() -> list[dict[str, Any]]:
    names = [
        ("Sofia", "Marin"),
        ("Amina", "Haddad"),
        ("Linh", "Trần"),
        ("Олена", "Коваль"),
        ("ሰላም", "ተስፋዬ"),
        ("สมหญิง", "ใจดี"),
    ]
    return [
        {**(SOFIA if given == "Sofia" else AMINA), "prs_FirstName": given, "prs_SecondName": family}
        for given, family in names
    ]
