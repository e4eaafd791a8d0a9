"""Two organisations, a team beside a team, an authority with grants: somebody of each role, with things in and out of reach."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from amparo.access.actions import (
    approve_act,
    ask_lift,
    describe_act,
    get_act,
    grant_access,
    invite_user,
    make_token,
    make_wall,
    renew_password,
    revoke,
    shown,
)
from amparo.access.actions.kinds import ROLE_INVITE
from amparo.access.models import DualAct
from amparo.access.queries import viewer_for_membership
from amparo.access.rules import ROLES, EmergencyReason, GrantReason, Permission, Viewer, WallReason
from amparo.accounts.models import ApiToken, Invitation, Organisation
from amparo.accounts.rules import hold_of, keep_hold
from amparo.cases.actions import ask_erasure, ask_readers, open_in_emergency, save_filter
from amparo.cases.models import SavedFilter
from amparo.cases.queries import CaseChoices
from amparo.cases.rules.erasing import ErasureReason
from amparo.evidence.actions import ask_facts
from amparo.intake.actions import ask_export
from amparo.intake.htcds import FileFormat
from amparo.oversight.actions import explain_reading
from amparo.publishing.actions import draft_release, propose_release, write_proposal
from amparo.publishing.rules import Plan
from amparo.vocab.reference import make_reference
from tests.contracts.denial_states import Makers, case_things, closed_case, lost_case, out_of_reach
from tests.factories.accounts import (
    PASSWORD,
    add_second_factor,
    make_membership,
    make_organisation,
    make_team,
    make_user,
    make_viewer,
    organisation_of,
    show_who,
    sign_in,
    state_purpose,
    user_of,
)
from tests.factories.cases import row_of
from tests.factories.evidence import make_kept_study, make_snapshot
from tests.factories.intake import SOFIA, make_batch, make_text_file
from tests.factories.oversight import make_drawn
from tests.factories.publishing import PLAN, make_approved, make_file, make_item, make_new, make_release

# After a minute a page writes to the session again, and after five somebody is asked again who she is.
FRESH_SECONDS = 50
ANONYMOUS = "anonymous"
WITHOUT_ROLE = "without a role"
WITHOUT_SECOND_STEP = "supervisor without the second step"
LOOKERS = (*ROLES, WITHOUT_ROLE, WITHOUT_SECOND_STEP, ANONYMOUS)
ACTS_OF_AN_AUTHORITY = (
    Permission.CASE_READ, Permission.DOCUMENT_READ, Permission.CASE_MOVE, Permission.NOTE_ADD, Permission.DOCUMENT_ADD,
    Permission.SUMMARY_PRINT,
)  # fmt: skip

EXPORT: dict[str, Any] = {
    "choices": CaseChoices(), "profile": "ods", "file_format": FileFormat.CSV, "with_consent_only": False,
}  # fmt: skip
WHY = "She called from a car and is being taken to the border now."

Things = dict[str, Any]
ABSENT: Things = {
    # In order, but given to no case: one with a slip would be refused before anything is looked up.
    "reference": make_reference("XA", Random(7)),
    "lost_reference": make_reference("XA", Random(8)),
    "episode": UUID(int=1),
    "document": UUID(int=2),
    "note": UUID(int=9),
    "filter_id": UUID(int=3),
    "batch": UUID(int=4),
    "faulty_batch": UUID(int=5),
    "snapshot": UUID(int=6),
    "study": UUID(int=14),
    "membership": 999_999,
    "token": 999_998,
    "wall": 999_996,
    "invitation": 999_997,
    "act": UUID(int=10),
    "export_act": UUID(int=11),
    "facts_act": UUID(int=12),
    "opening": UUID(int=13),
    "invitation_secret": "a" * 43,
    "password_secret": "b" * 43,
    "own_reading": UUID(int=7),
    "drawn_reading": UUID(int=8),
    "release": UUID(int=15),
    "proposed_release": UUID(int=16),
    "proposal": UUID(int=17),
    "opened_number": "R-2026-9999",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """For each who looks: a session, one of everything within reach, and several of what is beyond it."""

    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)
    own: dict[str, Things] = field(default_factory=dict)
    beyond: dict[str, dict[str, Things]] = field(default_factory=dict)
    closed: dict[str, Things] = field(default_factory=dict)
    answers: dict[Any, Any] = field(default_factory=dict)  # of what is absent, which is asked once

    def client(self, looker: str, **more: Any) -> Client:
        """Return a browser of its own, signed in as somebody of that role."""
        client = Client(**more)
        for name, value in self.cookies[looker].items():
            client.cookies[name] = value
        if looker in self.viewers:
            _freshen(client, self.viewers[looker])
        return client


def _freshen(client: Client, viewer: Viewer) -> None:
    """Let a session have shown who she is and opened a page, both just now: no page that is asked then writes it."""
    session = client.session
    held, now = hold_of(session), timezone.now()
    assert held is not None
    if (now - held.seen).total_seconds() > FRESH_SECONDS:
        keep_hold(session, replace(held, seen=now))
        show_who(session, user_of(viewer))
        session.save()


def build(now: datetime) -> World:
    """Make everything, through the production actions."""
    ours, theirs = _House(make_organisation(kind="ngo"), now), _House(make_organisation(kind="ngo"), now)
    authority = _member("competent_authority", organisation=make_organisation(kind="law_enforcement"))
    responder = _member("first_responder", organisation=ours.organisation)
    neighbour = _member("caseworker", organisation=ours.organisation, team=make_team(ours.organisation))
    snapshot = make_snapshot()
    world = World()
    everyone = {
        "caseworker": ours.worker,
        "supervisor": ours.supervisor,
        "first_responder": responder,
        "competent_authority": authority,
        "organisation_administrator": ours.administrator,
        "statistician": _member("statistician"),
        "national_rapporteur": _member("national_rapporteur"),
        "reviewer": _member("reviewer"),
        "installation_administrator": _member("installation_administrator"),
        "duty_protection_officer": _member("duty_protection_officer", organisation=ours.organisation),
        "investigator": _member("investigator"),
        "integrity_officer": _member("integrity_officer"),
        "access_reviewer": _member("access_reviewer"),
        "researcher": _member("researcher"),
        "auditor": _member("auditor"),
    }
    case_of = {
        "caseworker": ours.case,
        "supervisor": ours.case,
        "first_responder": case_things(responder, now),
        "competent_authority": theirs.granted_to(authority, ends_at=now + timedelta(days=30)),
        "investigator": case_things(everyone["investigator"], now),
        "integrity_officer": case_things(everyone["integrity_officer"], now),
    }
    revoked = theirs.granted_to(authority, ends_at=now + timedelta(days=30), is_revoked=True)
    unread = theirs.granted_to(
        authority, ends_at=now + timedelta(days=30), permissions=(Permission.NOTE_ADD,)
    )
    beyond_cases = {
        "caseworker": {"another team": case_things(neighbour, now)},
        "first_responder": {"a colleague": ours.case},
        "competent_authority": {"a grant taken back": revoked},
    }
    two = things_of_two(ours, theirs, everyone, snapshot)
    for role, viewer in everyone.items():
        fresh = viewer_for_membership(viewer.membership_id or 0, now)
        assert fresh is not None
        world.viewers[role] = fresh
        world.own[role] = {
            **ABSENT,
            **ours.things,
            **case_of.get(role, {}),
            **kept_by(fresh, now),
            **studied_by(fresh, snapshot),
            **prepared_by(fresh, now),
            **two.get(role, {}),
            "snapshot": snapshot,
            "own_reading": make_drawn(viewer, ours.case["reference"], now=now).id,
        }
        elsewhere = {
            **ABSENT, **theirs.things, **two["elsewhere"], "snapshot": ABSENT["snapshot"],
            "study": ABSENT["study"], **two.get(f"beyond {role}", {}),
        }  # fmt: skip
        world.beyond[role] = {"another organisation": elsewhere} | {
            name: {**elsewhere, **case} for name, case in beyond_cases.get(role, {}).items()
        }
    makers = Makers(ours=ours.worker, justice=everyone["investigator"], unit=everyone["integrity_officer"])
    for role, viewer in everyone.items():
        if viewer.may(Permission.CASE_READ):
            world.closed[role] = {**world.own[role], **closed_case(viewer, makers, now)}
            for name, case in out_of_reach(viewer, makers, now).items():
                world.beyond[role][name] = {**ABSENT, **theirs.things, "snapshot": ABSENT["snapshot"], **case}
        known = [world.own[role], world.closed.get(role, {}), *world.beyond[role].values()]
        references = {str(things["reference"]) for things in known if "reference" in things}
        client = sign_in(Client(), viewer)
        client.get("/")  # the first page notes in the session how long it holds
        _keep_cookies(world, role, state_purpose(client, *sorted(references)))
    world.beyond["competent_authority"]["a grant that opens nothing to read"] = {
        **world.beyond["competent_authority"]["another organisation"], **unread,
    }  # fmt: skip
    for role, viewer in everyone.items():
        world.closed.setdefault(role, world.closed["supervisor"])
        if not viewer.may(Permission.CASE_READ):
            world.beyond[role] |= {**world.beyond["supervisor"], **world.beyond[role]}
    for things in world.beyond["access_reviewer"].values():
        things["wall"] = ABSENT["wall"]  # reviewers see them all, whoever made them
    _add_others(world, ours)
    return world


class _House:
    """An organisation with a team, its people, a case and workbooks."""

    def __init__(self, organisation: Organisation, now: datetime) -> None:
        self.organisation, self.now = organisation, now
        team = make_team(organisation)
        self.worker = _member("caseworker", organisation=organisation, team=team)
        self.supervisor = _member("supervisor", organisation=organisation)
        self.administrator = _member("organisation_administrator", organisation=organisation)
        self.case = case_things(self.worker, now)
        secret = invite_user(
            email=f"new{organisation.pk}@example.org", organisation_id=organisation.pk, role="caseworker",
            by=self.administrator, now=now,
        )  # fmt: skip
        member = make_membership(role="caseworker", organisation=organisation, team=team)
        add_second_factor(member.user)
        self.things: Things = {
            **self.case,
            "lost_reference": lost_case(self.worker, now),
            **kept_by(self.supervisor, now),
            "batch": make_batch(self.supervisor, now=now),
            "faulty_batch": make_batch(self.supervisor, faulty_file(), file_name="cases.csv", now=now),
            "membership": member.pk,
            "invitation": Invitation.objects.get(organisation=organisation, role="caseworker").pk,
            "invitation_secret": secret,
            "wall": make_wall(
                person=row_of(self.case["reference"]).person_id,
                user_id=member.user_id,
                reason=WallReason.KNOWN,
                by=self.supervisor,
                now=now,
            ),
            "password_secret": renew_password(membership_id=member.pk, by=self.administrator, now=now),
            "own_reading": make_drawn(self.worker, self.case["reference"], now=now).id,
            "drawn_reading": self._explained(),
        }

    def _explained(self) -> UUID:
        """Let a reading be drawn and explained, so that it can be judged."""
        drawn = make_drawn(self.worker, self.case["reference"], now=self.now).id
        explain_reading(reading=drawn, text="She called.", by=self.worker, now=self.now)
        return drawn

    def granted_to(
        self, receiver: Viewer, *, ends_at: datetime, permissions: tuple[Permission, ...] = ACTS_OF_AN_AUTHORITY,
        is_revoked: bool = False,
    ) -> Things:  # fmt: skip
        """Open a further case of this organisation to another."""
        things = case_things(self.worker, self.now)
        grant = grant_access(
            record=row_of(things["reference"]).id, organisation_id=receiver.organisation_id, permissions=permissions,
            reason=GrantReason.IDENTIFICATION, ends_at=ends_at, by=self.supervisor, now=self.now,
        )  # fmt: skip
        if is_revoked:
            revoke(grant_id=grant, by=self.supervisor, now=self.now)
        return things


def things_of_two(
    ours: _House, theirs: _House, everyone: dict[str, Viewer], snapshot: UUID
) -> dict[str, Things]:
    """Make acts that wait for a second person, files that two agreed on, and openings in an emergency."""
    now = ours.now
    statistician = everyone["statistician"]
    organisation = organisation_of(statistician)
    colleague = _member("statistician", organisation=organisation, team=make_team(organisation))
    facts = ask_facts(snapshot, by=colleague, now=now)
    agreed_facts = agree(
        ask_facts(snapshot, by=statistician, now=now),
        _member("organisation_administrator", organisation=organisation),
        now,
    )
    for house in (ours, theirs):
        invite_user(
            email=f"leader{house.organisation.pk}@example.org", organisation_id=house.organisation.pk,
            role="supervisor", by=house.administrator, now=now,
        )  # fmt: skip
    role_act = DualAct.objects.get(organisation=ours.organisation, kind=ROLE_INVITE).pk
    suspended = make_membership(role="supervisor", organisation=ours.organisation)
    suspended.suspended_at = now
    suspended.save()
    lifting = ask_lift(membership_id=suspended.pk, by=ours.administrator, now=now)
    export, foreign = (ask_export(**EXPORT, by=house.supervisor, now=now) for house in (ours, theirs))
    officer = everyone["integrity_officer"]
    unit = organisation_of(officer)
    erasing = ask_erasure(
        "cases.erase", reference=case_things(officer, now)["reference"], reason=ErasureReason.CONSENT_WITHDRAWN,
        by=_member("integrity_officer", organisation=unit, team=make_team(unit)), now=now,
    )  # fmt: skip
    naming = ask_readers(
        reference=ours.things["lost_reference"], readers=[ours.supervisor.known_user_id], by=ours.supervisor, now=now,
    )  # fmt: skip
    later = ask_export(**{**EXPORT, "profile": "excel"}, by=ours.supervisor, now=now)
    opened, opened_there = open_for(ours, theirs.case, now), open_for(theirs, ours.case, now)
    preparer = make_viewer("statistician")
    unseen, proposed = prepared_by(preparer, now)["release"], prepared_by(preparer, now)["release"]
    propose_release(proposed, by=preparer, now=now)
    drafted, opened_to, opened_elsewhere, number = _research(everyone["researcher"], preparer, now)
    inside = make_viewer("supervisor", organisation=organisation_of(everyone["reviewer"]))
    _member("reviewer")  # one outside the line of the reviewer's own organisation
    return {
        "supervisor": {"act": role_act, "export_act": agree(later, ours.administrator, now), "opening": opened},
        "organisation_administrator": {"act": export},
        "statistician": {
            "act": facts, "facts_act": agreed_facts, "proposed_release": proposed, "proposal": opened_elsewhere,
        },
        "national_rapporteur": {"proposal": opened_elsewhere},
        "researcher": {"proposal": opened_to, "opened_number": number},
        "installation_administrator": {"act": role_act},
        "integrity_officer": {"act": erasing},
        "reviewer": {"act": lifting, "opening": opened},
        "access_reviewer": {"act": naming},
        "elsewhere": {
            "act": foreign, "export_act": foreign, "facts_act": facts, "opening": opened_there,
            "release": unseen, "proposed_release": unseen, "proposal": drafted, "opened_number": number,
        },
        "beyond researcher": {"proposal": opened_elsewhere},
        "beyond reviewer": {
            "opening": open_in_emergency(
                reference=case_things(theirs.worker, now)["reference"], reason=EmergencyReason.LIFE, text=WHY,
                by=inside, now=now,
            ),
        },
    }  # fmt: skip


def _research(researcher: Viewer, preparer: Viewer, now: datetime) -> tuple[UUID, UUID, UUID, str]:
    """Make a proposal that nobody of the office sees, one that is open to the researcher, one to another, and the release's number."""
    other = _member("researcher")
    release = make_release(
        make_file([("sex",), *[("f",)] * 12]), by=preparer, now=now, audience="research", number="R-2026-9001"
    )
    office = (make_viewer("statistician"), make_viewer("national_rapporteur"))
    drafted = write_proposal(Plan(**PLAN), by=other, now=now)
    opened_to, elsewhere = (make_approved(one, release, office=office) for one in (researcher, other))
    return drafted, opened_to, elsewhere, release.number


def open_for(house: _House, case: Things, now: datetime) -> UUID:
    """Let the supervisor of a house open a case of another in an emergency."""
    return open_in_emergency(
        reference=case["reference"], reason=EmergencyReason.LIFE, text=WHY, by=house.supervisor, now=now
    )


def agree(act: UUID, by: Viewer, now: datetime) -> UUID:
    """Agree to an act as the second person."""
    found = get_act(by, act)
    approve_act(act, seen=shown(found, describe_act(by, found, now=now)), by=by, now=now)
    return act


def studied_by(viewer: Viewer, snapshot: UUID) -> Things:
    """Make a study of somebody who sees figures."""
    return {"study": make_kept_study(viewer, snapshot)} if viewer.may(Permission.TABLES_VIEW) else {}


def prepared_by(viewer: Viewer, now: datetime) -> Things:
    """Make a draft of a release of somebody who prepares them."""
    if not viewer.may(Permission.RELEASE_PREPARE):
        return {}
    return {"release": draft_release(make_new(make_item({(): 104})), by=viewer, now=now)}


def kept_by(viewer: Viewer, now: datetime) -> Things:
    """Make what belongs to a user and not to a case: a list, shared with the team, and a key."""
    things: Things = {}
    if viewer.may(Permission.FILTER_SAVE):
        saved = SavedFilter.objects.filter(user_id=viewer.known_user_id).first()
        things["filter_id"] = saved.id if saved else save_filter(
            name="To call", choices=CaseChoices(), is_shared=True, by=viewer, now=now
        )  # fmt: skip
    if viewer.may(Permission.TOKEN_MANAGE):
        things["key"] = make_token(name="Counting", days=30, may_write=True, by=viewer, now=now)
        things["token"] = ApiToken.objects.filter(user_id=viewer.known_user_id).latest("id").pk
    return things


def faulty_file() -> bytes:
    """Return a workbook of one row that has to be mended."""
    return make_text_file([SOFIA]).decode("utf-8-sig").replace("2001-01-30", "2001-02-31").encode()


def _add_others(world: World, ours: _House) -> None:
    """Add who has no role at all, whose second step is missing, and nobody."""
    nobody = Client()
    user = make_user(password=PASSWORD)
    add_second_factor(user)
    nobody.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    show_who(session := nobody.session, user)
    session.save()
    _keep_cookies(world, WITHOUT_ROLE, nobody)
    hasty = _member("supervisor", organisation=ours.organisation)
    _keep_cookies(world, WITHOUT_SECOND_STEP, sign_in(Client(), hasty, has_second_factor=False))
    world.cookies[ANONYMOUS] = {}
    for looker in (WITHOUT_ROLE, WITHOUT_SECOND_STEP, ANONYMOUS):
        world.own[looker] = world.own["supervisor"]
        world.closed[looker] = world.closed["supervisor"]
        world.beyond[looker] = world.beyond["supervisor"]
    drawn = make_drawn(user.pk, ours.case["reference"], now=ours.now)
    world.own[WITHOUT_ROLE] = {**world.own[WITHOUT_ROLE], "own_reading": drawn.id}


def _member(role: str, **more: Any) -> Viewer:
    return make_viewer(role, user=make_user(password=PASSWORD), **more)


def _keep_cookies(world: World, looker: str, client: Client) -> None:
    world.cookies[looker] = {name: morsel.value for name, morsel in client.cookies.items()}
