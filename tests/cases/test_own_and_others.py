"""What is asked about one's own cases, one version or one row is answered about these, and about nothing beside them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from amparo.access.rules import GrantedRecord, Permission, Scope, Viewer
from amparo.cases import queries
from amparo.cases.actions import add_episode
from amparo.cases.actions.finding import _write as write_tokens_of
from amparo.cases.queries.search import compartments_of
from amparo.cases.rules.searching import SearchPurpose, Wanted
from amparo.intake.queries import get_rows, list_rows
from amparo.vault.rules import Compartment
from amparo.vault.token_models import Token
from tests.factories.accounts import NOW, make_viewer, organisation_of
from tests.factories.cases import DETAILS, EPISODE, make_case, make_person_details, row_of
from tests.factories.intake import make_batch

pytestmark = pytest.mark.django_db


def test_ones_own_caseload_is_what_one_works_on_oneself() -> None:
    leader = make_viewer("supervisor")
    worker = make_viewer("caseworker", organisation=organisation_of(leader))
    own, others = make_case(leader), make_case(worker)
    found = queries.search_own_caseload(leader, "Amina", now=NOW)
    assert [row.reference for row in found] == [own]
    assert queries.own_work(leader, now=NOW).total == 1
    (likely,) = queries.likely_persons(leader, make_person_details(), now=NOW)
    assert likely.reference == own != others
    of_nobody = replace(leader, user_id=None)
    row_of(others).__class__.objects.filter(reference=others).update(worker_id=None)
    assert queries.search_own_caseload(of_nobody, "Amina", now=NOW) == ()


def test_who_searches_everywhere_has_the_permission_an_organisation_and_a_reach() -> None:
    viewer = make_viewer("supervisor")
    changes: tuple[dict[str, Any], ...] = (
        {"permissions": viewer.permissions - {Permission.PERSON_SEARCH}},
        {"user_id": None},
        {"organisation_id": None},
        {"scope": Scope.NONE},
    )
    wanted = Wanted(given="Amina", family="Haddad", telephone="+99912345")
    assert queries.search_persons(viewer, wanted, purpose=SearchPurpose.URGENT_HELP, now=NOW).rows == ()
    for change in changes:
        with pytest.raises(PermissionDenied):
            queries.search_persons(
                replace(viewer, **change), wanted, purpose=SearchPurpose.URGENT_HELP, now=NOW
            )


def test_nobody_finds_who_lies_with_the_unit() -> None:
    everywhere = Viewer(compartments=frozenset(Compartment))
    assert set(compartments_of(everywhere)) == set(Compartment) - {
        Compartment.LOCATION,
        Compartment.INTEGRITY,
    }


def test_who_leads_a_case_works_on_it_or_answers_for_its_organisation() -> None:
    case: Any = SimpleNamespace(organisation_id=1, worker_id=5)
    of_nobody: Any = SimpleNamespace(organisation_id=1, worker_id=None)
    worker = Viewer(user_id=5, organisation_id=1, scope=Scope.OWN)
    assert queries.leads(worker, case)
    assert queries.leads(replace(worker, user_id=6, scope=Scope.ORGANISATION), case)
    for other in (
        replace(worker, user_id=6),
        replace(worker, organisation_id=2),
        replace(worker, organisation_id=2, scope=Scope.ORGANISATION),
    ):
        assert not queries.leads(other, case)
    assert not queries.leads(replace(worker, user_id=None), of_nobody)


def test_a_version_is_of_the_row_that_was_named() -> None:
    viewer = make_viewer("supervisor")
    one, other = make_case(viewer), make_case(viewer, details=replace(DETAILS, consent="no"))
    assert queries.case_at(viewer, one, 1, now=NOW).consent == DETAILS.consent
    assert queries.case_at(viewer, other, 1, now=NOW).consent == "no"
    (first,) = (each.id for each in row_of(one).episodes.all())
    second = add_episode(
        reference=one, details=replace(EPISODE, account="Another account."), by=viewer, now=NOW
    )
    told = [queries.episode_at(viewer, one, episode, 1, now=NOW).account for episode in (first, second)]
    assert told == [EPISODE.account, "Another account."]
    for reference, episode, version in ((other, first, 1), (one, uuid4(), 1), (one, first, 2)):
        with pytest.raises(Http404):
            queries.episode_at(viewer, reference, episode, version, now=NOW)


def test_who_is_open_by_a_grant_only_is_no_person_of_the_organisation() -> None:
    owner, other = make_viewer("supervisor"), make_viewer("supervisor")
    case = row_of(make_case(owner))
    grant = GrantedRecord(id=1, record=case.id, permissions=frozenset(Permission))
    granted = replace(other, grants=(grant,))
    assert queries.get_case(granted, case.reference, now=NOW)
    assert queries.get_known_persons(granted, [case.person_id], now=NOW) == {}
    assert queries.person_ids(granted, [case.reference]) == {}


def test_the_rows_of_a_batch_are_those_that_were_asked_for() -> None:
    viewer = make_viewer("supervisor")
    batch, _other = make_batch(viewer), make_batch(viewer)
    first, second = (row.number for row in list_rows(viewer, batch, now=NOW))
    assert [row.number for row in get_rows(viewer, batch, [second], now=NOW)] == [second]
    assert [row.number for row in get_rows(viewer, batch, [first, second], now=NOW)] == [first, second]


def test_no_token_is_written_of_who_lies_with_the_unit() -> None:
    person = row_of(make_case(make_viewer("integrity_officer"))).person_id
    before = Token.objects.count()
    write_tokens_of([person], now=NOW, rng=None)
    assert Token.objects.count() == before
