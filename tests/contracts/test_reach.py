"""A list shows exactly what the getter opens, for any scope and any grants; without a scope nothing is shown anywhere."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amparo.access.rules import NOBODY, ROLES, GrantedRecord, Permission, Purpose, Scope, Viewer
from amparo.access.rules.roles import scope_of
from amparo.cases import queries as cases
from amparo.cases.actions import add_document, add_note
from amparo.cases.models import Case, Episode
from amparo.cases.queries import CaseChoices
from amparo.cases.rules.searching import SearchPurpose, Wanted
from amparo.evidence import queries as evidence
from amparo.intake import queries as intake
from amparo.vault.rules import Compartment
from tests.contracts.denial_states import PICTURE
from tests.factories.accounts import make_organisation, make_team, make_viewer
from tests.factories.cases import make_case, make_person_details
from tests.factories.evidence import make_kept_study, make_snapshot
from tests.factories.intake import make_batch

pytestmark = pytest.mark.django_db

CASEWORK = tuple(code for code, role in ROLES.items() if Permission.CASE_READ in role.permissions)
GRANTABLE = (Permission.CASE_READ, Permission.CASE_EDIT, Permission.NOTE_ADD, Permission.DOCUMENT_READ)


class Pool:
    """Cases of two organisations, two teams each, two workers a team and one outside."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.workers: list[Viewer] = []
        for organisation in (make_organisation(), make_organisation()):
            teams = (make_team(organisation), make_team(organisation), None)
            self.workers += [
                make_viewer("caseworker", organisation=organisation, team=team)
                for team in teams
                for _ in range(2 if team else 1)
            ]
        self.references = [
            make_case(worker, person=make_person_details(), now=self.now)
            for worker in self.workers
            for _ in range(2)
        ]
        self.ids = dict(Case.objects.values_list("reference", "id"))


@pytest.fixture(scope="module")
def pool(django_db_setup: None, django_db_blocker: Any) -> Iterator[Pool]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Pool()
        transaction.set_rollback(True)


@st.composite
def reaches(draw: st.DrawFn) -> tuple[int, str, bool, list[tuple[int, frozenset[Permission]]]]:
    """Draw who looks: which worker, in which role, with a team or not, and which cases are granted how."""
    grants = st.tuples(st.integers(0, 19), st.frozensets(st.sampled_from(GRANTABLE)))
    return (
        draw(st.integers(0, 9)),
        draw(st.sampled_from(CASEWORK)),
        draw(st.booleans()),
        draw(st.lists(grants, max_size=4)),
    )


def looking(pool: Pool, number: int, role: str, in_team: bool, grants: Any) -> Viewer:
    worker = pool.workers[number]
    team = worker.team_id if in_team else None
    return Viewer(
        user_id=worker.user_id,
        membership_id=worker.membership_id,
        organisation_id=worker.organisation_id,
        team_id=team,
        role=role,
        permissions=ROLES[role].permissions,
        scope=scope_of(ROLES[role], has_team=team is not None),
        compartments=ROLES[role].compartments,
        stated_purpose=Purpose.SUPERVISION,
        grants=tuple(
            GrantedRecord(id=number + 1, record=pool.ids[pool.references[number]], permissions=permissions)
            for number, permissions in grants
        ),
    )


def opened(read: Callable[[str], Any], references: list[str]) -> set[str]:
    found = set()
    for reference in references:
        with suppress(Http404):
            read(reference)
            found.add(reference)
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(reach=reaches())
def test_a_list_shows_exactly_what_the_getter_opens(pool: Pool, reach: Any) -> None:
    viewer, now = looking(pool, *reach), pool.now
    may_be_read = opened(lambda reference: cases.get_case(viewer, reference, now=now), pool.references)
    page = cases.list_cases(viewer, now=now, limit=100)
    assert {row.reference for row in page.rows} == may_be_read
    assert page.total == len(may_be_read)
    assert {
        reference for reference in pool.references if cases.find_reference(viewer, reference)
    } == may_be_read
    own = {row.reference for row in cases.search_own_caseload(viewer, "Amina", now=now)}
    assert own <= may_be_read
    assert sum(load.open_count for load in cases.loads(viewer, now=now)) == len(may_be_read)
    assert cases.count_files(
        viewer, choices=CaseChoices(), permission=Permission.CASE_READ, consent=False
    ) <= len(may_be_read)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(reach=reaches(), permission=st.sampled_from(GRANTABLE[1:]))
def test_what_may_be_done_may_be_read(pool: Pool, reach: Any, permission: Permission) -> None:
    viewer, now = looking(pool, *reach), pool.now
    within = opened(
        lambda reference: cases.get_case(viewer, reference, now=now, permission=permission), pool.references
    )
    assert within <= opened(lambda reference: cases.get_case(viewer, reference, now=now), pool.references)
    granted = {
        number for number, permissions in reach[3] if {permission, Permission.CASE_READ} <= permissions
    }
    for number, reference in enumerate(pool.references):
        if not viewer.may(permission):
            assert reference not in within
        elif number in granted and Compartment.PROTECTION in viewer.compartments:
            assert reference in within
        elif Case.objects.get(reference=reference).organisation_id != viewer.organisation_id:
            assert reference not in within


class Everything:
    """One of each thing that a query could show."""

    def __init__(self) -> None:
        now = self.now = timezone.now()
        self.owner = make_viewer("supervisor")
        self.reference = make_case(self.owner, now=now)
        add_note(reference=self.reference, text="A note.", by=self.owner, now=now)
        self.document = add_document(
            reference=self.reference,
            content=BytesIO(PICTURE),
            name="a.png",
            size=len(PICTURE),
            by=self.owner,
            now=now,
        )
        self.case = Case.objects.get(reference=self.reference)
        self.episode = Episode.objects.get(case=self.case).id
        self.batch = make_batch(self.owner, now=now)
        self.snapshot: UUID = make_snapshot()
        self.study: UUID = make_kept_study(self.owner, self.snapshot)


def without_scope(owner: Viewer) -> tuple[Viewer, ...]:
    """Return who must see nothing, though the role would allow everything: the fault of an emptied scope."""
    everything = frozenset(Permission)
    return (
        NOBODY,
        Viewer(user_id=owner.user_id, permissions=everything),
        Viewer(user_id=None, organisation_id=owner.organisation_id, permissions=everything, scope=Scope.NONE),
        Viewer(organisation_id=owner.organisation_id, permissions=everything, scope=Scope.OWN),
        Viewer(permissions=everything, scope=Scope.ORGANISATION, is_system=True),
        Viewer(permissions=everything, scope=Scope.TEAM),
    )


def own_work(viewer: Viewer, everything: Everything) -> Any:
    work = cases.own_work(viewer, now=everything.now)
    return [part for name in work.__slots__ if name != "stages" and (part := getattr(work, name))] + [
        stage for stage, count in work.stages if count
    ]


Asked = Callable[[Viewer, Everything], Any]
LOOKS_AT_A_CASE: dict[str, Asked] = {
    "case_at": lambda v, e: cases.case_at(v, e.reference, 1, now=e.now),
    "episode_at": lambda v, e: cases.episode_at(v, e.reference, e.episode, 1, now=e.now),
    "person_at": lambda v, e: cases.person_at(v, e.reference, 1, now=e.now),
    "get_case": lambda v, e: cases.get_case(v, e.reference, now=e.now),
    "offered_purpose": lambda v, e: cases.offered_purpose(v, e.reference),
    "get_outline": lambda v, e: cases.get_outline(v, e.reference),
    "get_document": lambda v, e: cases.get_document(v, e.reference, e.document, now=e.now),
    "list_documents": lambda v, e: cases.list_documents(v, e.reference, now=e.now),
    "leads": lambda v, e: cases.leads(v, e.case),
    "list_readers": lambda v, e: cases.list_readers(v, e.reference, now=e.now),
    "list_seen": lambda v, e: cases.list_seen(v, e.reference, now=e.now).lines,
    "list_notes": lambda v, e: cases.list_notes(v, e.reference, now=e.now),
    "list_timeline": lambda v, e: cases.list_timeline(v, e.reference),
    "is_erasable": lambda v, e: cases.is_erasable(v, e.reference),
    "find_reference": lambda v, e: cases.find_reference(v, e.reference),
    "list_cases": lambda v, e: cases.list_cases(v, now=e.now).rows,
    "search_own_caseload": lambda v, e: cases.search_own_caseload(v, "Amina", now=e.now),
    "search_persons": lambda v, e: cases.search_persons(
        v, Wanted(given="Amina", family="Haddad"), purpose=SearchPurpose.URGENT_HELP, now=e.now
    ),
    "searches_left_of": lambda v, e: None,  # the viewer's own count; it shows nothing of a case
    "likely_persons": lambda v, e: cases.likely_persons(v, make_person_details(), now=e.now),
    "list_messages": lambda v, e: cases.list_messages(v, now=e.now),
    "list_filters": lambda v, e: cases.list_filters(v),
    "loads": lambda v, e: cases.loads(v, now=e.now),
    "own_work": own_work,
    "chosen_ids": lambda v, e: cases.chosen_ids(
        v, choices=CaseChoices(), permission=Permission.EXPORT_RUN, with_consent_only=False
    ),
    # Looks beyond the reach on purpose, for who may open in an emergency; gives ids, opens nothing.
    "find_for_emergency": lambda v, e: None,
    "is_open_in_emergency": lambda v, e: cases.is_open_in_emergency(v, e.reference),
    "count_files": lambda v, e: cases.count_files(
        v, choices=CaseChoices(), permission=Permission.EXPORT_RUN, consent=False
    ),
    "iterate_files": lambda v, e: list(
        cases.iterate_files(
            v,
            choices=CaseChoices(),
            permission=Permission.EXPORT_RUN,
            action="intake.export",
            with_consent_only=False,
            now=e.now,
        )
    ),
    "find_alike": lambda v, e: cases.find_alike(v, [("1998-04-12", "amina haddad")], now=e.now),  # type: ignore[list-item]
    "get_known_persons": lambda v, e: cases.get_known_persons(v, [e.case.person_id], now=e.now),
    "person_ids": lambda v, e: cases.person_ids(v, [e.reference]),
}
LOOKS_AT_A_BATCH: dict[str, Asked] = {
    "visible_batches": lambda v, e: list(intake.visible_batches(v)),
    "visible_batch": lambda v, e: intake.visible_batch(v, e.batch),
    "list_batches": lambda v, e: intake.list_batches(v),
    "get_batch": lambda v, e: intake.get_batch(v, e.batch),
    "get_report": lambda v, e: intake.get_report(v, e.batch, now=e.now),
    "get_rejected_file": lambda v, e: intake.get_rejected_file(v, e.batch, now=e.now),
    "list_rows": lambda v, e: intake.list_rows(v, e.batch, now=e.now),
    "get_rows": lambda v, e: intake.get_rows(v, e.batch, [2, 3], now=e.now),
    "open_rows": lambda v, e: intake.open_rows(v, e.batch, [], now=e.now),
    "count_proposals": lambda v, e: intake.count_proposals(v, e.batch),
    "earlier_of": lambda v, e: intake.earlier_of(v, e.batch),
}
LOOKS_AT_FIGURES: dict[str, Asked] = {
    "get_snapshot": lambda v, e: evidence.get_snapshot(v, e.snapshot),
    "latest_snapshot": lambda v, e: evidence.latest_snapshot(v),
    "list_snapshots": lambda v, e: evidence.list_snapshots(v),
    "get_study": lambda v, e: evidence.get_study(v, e.study),
    "list_studies": lambda v, e: evidence.list_studies(v),
    "compare_studies": lambda v, e: evidence.compare_studies(v, e.study, e.study),
}


@pytest.fixture(scope="module")
def everything(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Everything]:
    from django.conf import settings as configured

    usual, configured.AMPARO_FACTS_DIRECTORY = (
        configured.AMPARO_FACTS_DIRECTORY,
        tmp_path_factory.mktemp("facts"),
    )
    with django_db_blocker.unblock(), transaction.atomic():
        yield Everything()
        transaction.set_rollback(True)
    configured.AMPARO_FACTS_DIRECTORY = usual


def shown(ask: Asked, viewer: Viewer, everything: Everything) -> Any:
    try:
        return ask(viewer, everything)
    except (Http404, PermissionDenied):
        return None


@pytest.mark.parametrize(
    ("module", "listed"), [(cases, LOOKS_AT_A_CASE), (intake, LOOKS_AT_A_BATCH), (evidence, LOOKS_AT_FIGURES)]
)
def test_every_query_that_takes_a_viewer_is_listed(module: Any, listed: dict[str, Asked]) -> None:
    found = {
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if next(iter(inspect.signature(function).parameters), "") == "viewer"
        if function.__module__.startswith(module.__name__) and not name.startswith("_")
    }
    assert found == set(listed), "list it, so that it is shown to hide"


# What asks the database for nobody in particular: a step of a getter, codes for the facts, or states for a job.
FOR_NOBODY = {
    "narrowed",
    "coded_cases",
    "coded_episodes",
    "working_batches",
    "find_earlier",
    "organisation_of",
    "importing_organisations",
}


@pytest.mark.parametrize("module", [cases, intake, evidence], ids=lambda module: module.__name__)
def test_every_query_takes_the_viewer_first(module: Any) -> None:
    place = Path(inspect.getfile(module))
    files = place.parent.glob("*.py") if place.name == "__init__.py" else [place]
    without = {
        node.name
        for path in files
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if ".objects" in ast.unparse(node) and [arg.arg for arg in node.args.args][:1] != ["viewer"]
    }
    assert without <= FOR_NOBODY


@pytest.mark.parametrize("name", [*LOOKS_AT_A_CASE, *LOOKS_AT_A_BATCH])
def test_without_a_scope_nothing_is_shown(everything: Everything, name: str) -> None:
    ask = {**LOOKS_AT_A_CASE, **LOOKS_AT_A_BATCH}[name]
    for viewer in without_scope(everything.owner):
        if viewer.organisation_id is None or name in LOOKS_AT_A_CASE:
            assert not shown(ask, viewer, everything), viewer


@pytest.mark.parametrize("name", LOOKS_AT_FIGURES)
def test_without_the_permission_no_figure_is_shown(everything: Everything, name: str) -> None:
    assert not shown(LOOKS_AT_FIGURES[name], NOBODY, everything)
    assert not shown(LOOKS_AT_FIGURES[name], everything.owner, everything)
